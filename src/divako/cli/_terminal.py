"""What people see while they wait, and tables they can read."""

from __future__ import annotations

import contextlib
import itertools
import sys
import threading

from collections.abc import Iterable, Iterator, Sequence, Sized
from types import TracebackType
from typing import Any, Self, TextIO, TypeVar

from divako.errors import DivakoError


_Chunk = TypeVar("_Chunk", bound=Sized)
_PATIENCE_S = 1.0  # what takes less needs no progress


def printable(text: str) -> str:
    """Replace what would steer a terminal: texts of meters and files are not trusted.

    Examples
    --------
    >>> printable("a" + chr(27) + "[2J")
    'a?[2J'
    """
    return "".join(c if c.isprintable() else "?" for c in text)


def refuse(place: str, error: DivakoError) -> None:
    """Say on one line of standard error what was refused: where, its code, and why."""
    print(printable(f"{place}: {error.code}: {error}"), file=sys.stderr)


class Progress:
    """Show on standard error how far a long task has come, if somebody looks on.

    Nothing is shown in the first second, without rich, or when standard error is no
    terminal. Lines that others print to standard error meanwhile stay whole.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._bar: Any = None
        self._task: Any = None
        self._wanted = sys.stderr.isatty()
        self._lock = threading.Lock()
        # A task may be long at its first step, before it says how far it is.
        self._timer = threading.Timer(_PATIENCE_S, self._start)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        if self._wanted:
            self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Clear the line; nothing more is shown."""
        self._timer.cancel()
        with self._lock:
            self._wanted = False
            if self._bar is not None:
                self._bar.stop()

    def __call__(self, done: int, total: int | None = None, *, what: str | None = None) -> None:
        """Say how much is done, of how much and of what, where that is known."""
        self._what = self._what if what is None else what
        if self._bar is not None:
            count = f"{done:,} of {total:,}" if (total or 0) > 1 else f"{done:,}" if total is None else ""
            self._bar.update(self._task, description=self._what, count=count)

    def _start(self) -> None:
        with self._lock:
            if self._wanted:
                self._show()

    def _show(self) -> None:
        try:
            from rich.console import Console
            from rich.progress import Progress as Bar
            from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn
        except ImportError:
            return
        bar = Bar(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            TextColumn("{task.fields[count]}"),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
            redirect_stdout=False,
        )
        self._task = bar.add_task(self._what, total=None, count="")
        bar.start()
        self._bar = bar


def write_readable(columns: Sequence[str], rows: Sequence[Sequence[str]], out: TextIO, *, right: str = "") -> None:
    """Write rows as a table: with rich to a terminal, else as aligned text.

    Parameters
    ----------
    columns : sequence of str
        Headings.
    rows : sequence of sequence of str
        As many cells each.
    out : file
        Where to.
    right : str
        Headings, separated by spaces, of the columns that are aligned to the right.
    """
    ends = [name in right.split() for name in columns]
    cells = [[printable(cell) for cell in row] for row in rows]
    if out.isatty():
        with contextlib.suppress(ImportError):
            _write_rich(columns, cells, ends, out)
            return
    widths = [max(map(len, column)) for column in zip(columns, *cells, strict=True)]
    for row in itertools.chain([columns], cells):
        parts = (
            cell.rjust(width) if end else cell.ljust(width) for cell, width, end in zip(row, widths, ends, strict=True)
        )
        out.write("  ".join(parts).rstrip() + "\n")


def _write_rich(columns: Sequence[str], cells: Sequence[Sequence[str]], ends: Sequence[bool], out: TextIO) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name, end in zip(columns, ends, strict=True):
        table.add_column(name, justify="right" if end else "left", overflow="fold")
    for row in cells:
        table.add_row(*(Text(cell) for cell in row))  # a cell is no markup
    Console(file=out).print(table)


def counted(chunks: Iterable[_Chunk], progress: Progress) -> Iterator[_Chunk]:
    """Pass chunks on, and tell the progress how many items they had; stop it behind the last."""
    done = 0
    for chunk in chunks:
        yield chunk
        done += len(chunk)
        progress(done)
    progress.stop()
