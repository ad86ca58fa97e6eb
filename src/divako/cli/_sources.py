"""Which files the arguments name."""

from __future__ import annotations

import errno
import itertools
import math
import os
import time

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

from divako.errors import InputError, StoreError
from divako.stores import Line
from divako.stores._lines import lines_as_they_come


STANDARD_INPUT = "-"
PATIENCE_S = 0.2  # somebody may be looking on
_GRACE_S = 0.02  # within which a sender that is still sending sends again
_FIRST_LINES, _MOST_LINES = 256, 8192  # groups grow, for the first answer to come soon
_MOST_CHARACTERS = 8 << 20  # lines may be long; these are all but one of a group
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


def groups_of(sources: Sequence[str], *, patience_s: float = PATIENCE_S) -> Iterator[list[Line]]:
    """Read the lines of files, one file after the other: those together that are there together.

    Parameters
    ----------
    sources : sequence of str
        From `sources_of`.
    patience_s : float, optional
        A line that comes so long after the first of its group is its last; a group also ends where its
        sender pauses. Infinite where nobody waits for an answer. [s]

    Yields
    ------
    list of Line
        At least one, in order, from as many files as it takes to fill a group.

    Raises
    ------
    StoreError
        A file cannot be read; what stood before it has been given.
    """
    group: list[Line] = []
    began, size, most = 0.0, 0, _FIRST_LINES
    try:
        for line in itertools.chain.from_iterable(lines_as_they_come(one, grace_s=_GRACE_S) for one in sources):
            if line is not None:
                if not group:
                    began = time.monotonic()
                group.append(line)
                size += len(line.text or "")
            paused = line is None and math.isfinite(patience_s)
            full = len(group) == most or size > _MOST_CHARACTERS
            if group and (paused or full or time.monotonic() - began > patience_s):
                yield group
                group, size = [], 0
                most = min(2 * most, _MOST_LINES) if full else most
    except StoreError:
        if group:
            yield group
        raise
    if group:
        yield group
