"""Verbs, their options, and what the process says when it ends."""

from __future__ import annotations

import argparse
import importlib
import os
import sys

from collections.abc import Callable, Sequence
from pathlib import Path

import divako

from divako.errors import DivakoError


DONE, REFUSED, WRONG, INTERRUPTED = 0, 1, 2, 130  # 130 is 128 + SIGINT, as shells have it
_ENDS = """exit status:
  0    done
  1    done, and part of the input was refused or could not be used; one line each on standard error
  2    wrong usage, or a file that cannot be used; one line on standard error
  130  interrupted"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments without the name of the program; those of the process by default.

    Returns
    -------
    int
        The exit status: 0 done, 1 done with refused input, 2 wrong usage or a file that
        cannot be used, 130 interrupted.

    Examples
    --------
    >>> main(["--version"])  # doctest: +ELLIPSIS
    divako ...
    0
    """
    _ready_streams()
    try:
        arguments = _parser().parse_args(argv)
    except SystemExit as stop:  # argparse has said all there is to say
        return stop.code if isinstance(stop.code, int) else DONE
    try:
        status = _verb(arguments.verb)(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        print("divako: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        _drop_standard_output()
        return DONE
    except (DivakoError, OSError) as error:
        for one in (error, *getattr(error, "others", ())):  # a project file is told all that is wrong with it
            print(f"divako: {_in_one_line(one)}", file=sys.stderr)
        return WRONG
    return REFUSED if status else DONE


def _ready_streams() -> None:
    """Give output a place to go where the process was started without one, and a way to write every character."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - open as long as the process
        elif getattr(stream, "errors", None) == "strict" and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a terminal of few letters is no reason to stop


def _verb(name: str) -> Callable[[argparse.Namespace], int]:
    """Import a verb only when it is asked for: what the others need is slow to import."""
    verb: Callable[[argparse.Namespace], int] = importlib.import_module(f"divako.cli._{name}").run
    return verb


def _in_one_line(error: DivakoError | OSError) -> str:
    if isinstance(error, OSError) and not isinstance(error, DivakoError):
        text = error.strerror or type(error).__name__
        return text if error.filename is None else f"{os.fspath(error.filename)}: {text}"
    return " ".join(str(error).split())


def _drop_standard_output() -> None:
    """Let Python's flush at exit find a place to write to, as its documentation advises."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(devnull, sys.stdout.fileno())
    except OSError:
        pass  # a standard output that is no file needs no replacement
    finally:
        os.close(devnull)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="divako",
        description="Decode meters, reckon consumption, find leaks, share costs.",
        epilog=_ENDS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"divako {divako.__version__}")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    _add_demo(verbs)
    _add_run(verbs)
    _add_decode(verbs)
    _add_drivers(verbs)
    return parser


_Verbs = argparse._SubParsersAction  # noqa: SLF001 - argparse names its type nowhere else


def _add(verbs: _Verbs[argparse.ArgumentParser], name: str, what: str) -> argparse.ArgumentParser:
    return verbs.add_parser(
        name,
        help=what,
        description=f"{what[0].upper()}{what[1:]}.",
        epilog=_ENDS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )


def _add_demo(verbs: _Verbs[argparse.ArgumentParser]) -> None:
    verb = _add(verbs, "demo", "make a sample building, and read, bill and report it")
    verb.add_argument("--municipal", action="store_true", help="a municipal water network instead of a building")
    verb.add_argument("--seed", type=int, default=1, metavar="N", help="which sample (default: 1)")
    verb.add_argument("-o", "--output", type=Path, metavar="OUT", help="folder to write (default: divako-demo)")


def _add_run(verbs: _Verbs[argparse.ArgumentParser]) -> None:
    verb = _add(verbs, "run", "read, reckon, bill and report what a project file describes")
    verb.add_argument("project", type=Path, metavar="PROJECT", help="project file (TOML)")
    verb.add_argument("-o", "--output", type=Path, required=True, metavar="OUT", help="folder to write")
    verb.add_argument(
        "--format", choices=("parquet", "csv", "json"), default="parquet", help="form of the tables (default: parquet)"
    )


def _add_decode(verbs: _Verbs[argparse.ArgumentParser]) -> None:
    verb = _add(verbs, "decode", "decode telegrams and uplinks")
    verb.add_argument(
        "files", nargs="*", default=["-"], metavar="FILES", help="files, folders, or - for standard input (default)"
    )
    verb.add_argument(
        "--format",
        choices=("table", "jsonl", "csv", "parquet"),
        help="form of the output (default: by the name of the output file, else table)",
    )
    verb.add_argument("-o", "--output", type=Path, metavar="FILE", help="file to write (default: standard output)")
    verb.add_argument("--keys", type=Path, metavar="FILE", help="file of meter numbers and keys (TOML or JSON)")
    verb.add_argument("--device", metavar="D", help="driver, or vendor and model, of LoRaWAN payloads")
    verb.add_argument(
        "--frame-format",
        choices=("A", "B", "stripped", "stripped-B"),
        help="form of wireless frames (default: found by their CRCs)",
    )


def _add_drivers(verbs: _Verbs[argparse.ArgumentParser]) -> None:
    verb = _add(verbs, "drivers", "list the drivers that are installed")
    verb.add_argument("--format", choices=("table", "json"), default="table", help="form of the list (default: table)")
