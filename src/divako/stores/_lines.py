"""Text files line by line, with the place of each line."""

from __future__ import annotations

import contextlib
import os
import select
import stat
import sys

from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from typing import cast

from attrs import frozen

from divako.errors import InputError, StoreError


STANDARD_INPUT = "-"
_BOM = b"\xef\xbb\xbf"
_BLOCK = 1 << 16  # as much as a pipe holds


@frozen
class Line:
    """One line of a file.

    Parameters
    ----------
    file : str
        Name of the file, as it was given.
    number : int
        From 1.
    text : str or None
        Without its end; None where the bytes are no text.
    error : InputError or None
        Why they are none.
    """

    file: str
    number: int
    text: str | None
    error: InputError | None = None


def read_lines(path: str | os.PathLike[str], *, name: str | None = None) -> Iterator[Line]:
    """Read a text file line by line.

    Parameters
    ----------
    path : path-like
        A file in UTF-8, with or without a byte order mark; ``-`` is standard input.
    name : str, optional
        What to call it instead.

    Yields
    ------
    Line
        Each line; one that is no text carries an error instead of it.

    Raises
    ------
    StoreError
        The file cannot be read.
    """
    called = str(path) if name is None else name
    with _opened(path, called) as file:
        for number, raw in enumerate(file, 1):
            yield _line(called, number, raw)


def lines_as_they_come(path: str | os.PathLike[str], *, grace_s: float) -> Iterator[Line | None]:
    """Read as `read_lines` does, and tell when the next line is not there yet.

    Parameters
    ----------
    path : path-like
        A file, a pipe or a terminal; ``-`` is standard input.
    grace_s : float
        How long a sender may pause before that is told. [s]

    Yields
    ------
    Line or None
        Each line; None before every wait. Lines of a plain file are always there.

    Raises
    ------
    StoreError
        The file cannot be read.
    """
    called = str(path)
    with _opened(path, called) as file:
        descriptor = _descriptor_of_stream(file)
        number = 0
        for raw in file if descriptor is None else _raw_as_they_come(file, descriptor, grace_s):
            if raw is None:
                yield None
            else:
                number += 1
                yield _line(called, number, raw)


@contextlib.contextmanager
def _opened(path: str | os.PathLike[str], called: str) -> Iterator[BufferedReader]:
    if str(path) == STANDARD_INPUT:
        if sys.stdin is None:
            msg = "standard input is closed"
            raise StoreError(msg)
        yield cast("BufferedReader", sys.stdin.buffer)
        return
    try:
        with Path(path).open("rb") as file:
            yield file
    except OSError as error:
        msg = f"{called} cannot be read: {error.strerror or 'unknown reason'}"
        raise StoreError(msg) from error


def _line(name: str, number: int, raw: bytes) -> Line:
    content = raw.removeprefix(_BOM) if number == 1 else raw
    try:
        return Line(name, number, content.decode().rstrip("\r\n"))
    except UnicodeDecodeError:
        msg = "not a text in UTF-8"
        return Line(name, number, None, InputError(msg))


def _descriptor_of_stream(file: BufferedReader) -> int | None:
    """Give the descriptor of what may keep its reader waiting; None for what never does."""
    try:
        descriptor = file.fileno()
        return None if stat.S_ISREG(os.fstat(descriptor).st_mode) else descriptor
    except OSError:
        return None  # it lies in memory


def _raw_as_they_come(file: BufferedReader, descriptor: int, grace_s: float) -> Iterator[bytes | None]:
    """Read lines in blocks of what is there, and give None before each wait."""
    begun: list[bytes] = []  # of a line whose end has not come
    while True:
        if not _is_at_hand(descriptor, grace_s):
            yield None
        block = file.read1(_BLOCK)  # waits for the first byte alone
        *lines, rest = block.split(b"\n")
        for line in lines:
            yield b"".join([*begun, line])
            begun.clear()
        if rest:
            begun.append(rest)
        if not block:
            break
    if begun:
        yield b"".join(begun)


def _is_at_hand(descriptor: int, grace_s: float) -> bool:
    """Tell whether something comes within the time, or the end."""
    try:
        return bool(select.select([descriptor], [], [], grace_s)[0])
    except (OSError, ValueError):
        return False  # a kind that cannot be asked, such as pipes of Windows
