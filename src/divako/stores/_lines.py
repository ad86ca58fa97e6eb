"""Text files line by line, with the place of each line."""

from __future__ import annotations

import os
import sys

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from attrs import frozen

from divako.errors import InputError, StoreError


STANDARD_INPUT = "-"
_BOM = b"\xef\xbb\xbf"


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
    if str(path) == STANDARD_INPUT:
        if sys.stdin is None:
            msg = "standard input is closed"
            raise StoreError(msg)
        yield from _lines(sys.stdin.buffer, called)
        return
    try:
        with Path(path).open("rb") as file:
            yield from _lines(file, called)
    except OSError as error:
        msg = f"{called} cannot be read: {error.strerror or 'unknown reason'}"
        raise StoreError(msg) from error


def _lines(file: BinaryIO, name: str) -> Iterator[Line]:
    for number, raw in enumerate(file, 1):
        content = raw.removeprefix(_BOM) if number == 1 else raw
        try:
            yield Line(name, number, content.decode().rstrip("\r\n"))
        except UnicodeDecodeError:
            msg = "not a text in UTF-8"
            yield Line(name, number, None, InputError(msg))
