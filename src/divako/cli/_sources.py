"""Which files the arguments name."""

from __future__ import annotations

import errno
import os

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

from divako.errors import InputError
from divako.stores import Line, read_lines


STANDARD_INPUT = "-"
_SUFFIXES = frozenset({".hex", ".jsonl", ".ndjson", ".txt"})


def sources_of(names: Sequence[str]) -> list[str]:
    """List the files that the arguments name, folders unfolded.

    Parameters
    ----------
    names : sequence of str
        Files, folders, and ``-`` for standard input.

    Returns
    -------
    list of str
        In the order given; the files in a folder, and in the folders in it, sorted by their paths.

    Raises
    ------
    InputError
        A folder holds no file of telegrams, or standard input is named twice.
    OSError
        A file does not exist, or a folder cannot be read.
    """
    sources: list[str] = []
    for name in names:
        path = Path(name)
        if name == STANDARD_INPUT:
            if name in sources:
                msg = "standard input can be read only once"
                raise InputError(msg)
            sources.append(name)
        elif path.is_dir():
            found = _below(path)
            if not found:
                msg = f"{name}: no file in this folder ends in .jsonl, .ndjson, .hex or .txt"
                raise InputError(msg)
            sources += found
        elif path.exists():
            sources.append(name)
        else:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name)
    return sources


def _below(folder: Path) -> list[str]:
    """List the files of telegrams in a folder, however deep."""
    files = (Path(where, name) for where, _, names in os.walk(folder, onerror=_fail) for name in names)
    return [str(file) for file in sorted(files) if file.suffix.lower() in _SUFFIXES and file.is_file()]


def _fail(error: OSError) -> NoReturn:
    raise error  # what is passed over in silence would be missed in the output


def lines_of(sources: Sequence[str]) -> Iterator[Line]:
    """Read the lines of files, one file after the other."""
    for source in sources:
        yield from read_lines(source)
