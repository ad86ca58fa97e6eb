"""Read the telegrams of a batch once more, for what is no number."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from divako.model import Record, is_reading
from divako.telegrams._alike import Alike, Strays
from divako.telegrams._asked import Words
from divako.telegrams._contents import Contents, Gathered
from divako.telegrams._part import decode_part
from divako.telegrams._source import Source
from divako.telegrams._tables import Telegrams
from divako.telegrams._told import Told, decode_alone


Integers = npt.NDArray[np.int64]

_PART = 65_536  # telegrams that are decoded at a time


class _Found:
    """Records that are no readings, and the telegrams that have them."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self._which: list[Integers] = []
        self._telegram: list[Integers] = []
        self._said: list[npt.NDArray[np.uint32]] = []

    def add_alike(self, alike: Alike, status: npt.NDArray[np.uint32]) -> None:
        """Take the records of telegrams of one layout, which say of all their records what stands in `status`."""
        columns = [self._numbered(entry.records)[entry.which] for entry in alike.entries if entry.value is None]
        if not columns:
            return
        which = np.stack(columns, axis=1)
        there = which >= 0
        many = there.sum(axis=1)
        self._which.append(which[there])
        self._telegram.append(np.repeat(alike.telegram, many))
        self._said.append(np.repeat(status[alike.telegram], many))

    def add_strays(self, strays: Strays, status: npt.NDArray[np.uint32]) -> None:
        """Take the records of telegrams of rare layouts."""
        which = self._numbered(strays.records)[strays.which]
        there = which >= 0
        of = strays.of[there]
        self._which.append(which[there])
        self._telegram.append(of)
        self._said.append(status[of])

    def _numbered(self, records: tuple[Record, ...]) -> Integers:
        """Keep records, and give their places; -1 for a reading."""
        place = np.full(len(records), -1, dtype="int64")
        for at, record in enumerate(records):
            if not is_reading(record):
                place[at] = len(self.records)
                self.records.append(record)
        return place

    def add(self, telegram: int, records: tuple[Record, ...]) -> None:
        """Take the records of one telegram, which have what it says of them."""
        others = [record for record in records if not is_reading(record)]
        first = len(self.records)
        self.records += others
        self._which.append(np.arange(first, first + len(others)))
        self._telegram.append(np.full(len(others), telegram, dtype="int64"))
        self._said.append(np.zeros(len(others), dtype="uint32"))

    def move_to(self, gathered: Gathered) -> None:
        """Put the rows in the order of their telegrams."""
        if self._telegram:
            telegram = np.concatenate(self._telegram)
            order = np.argsort(telegram, kind="stable")
            which, said = np.concatenate(self._which), np.concatenate(self._said)
            gathered.add(self.records, which[order], telegram[order], said[order])


def contents_of(source: Source, told: Told, more: dict[str, Any], telegrams: Telegrams, *, min_rows: int) -> Contents:
    """Give the contents of the telegrams of a batch.

    Parameters
    ----------
    source : Source
        The frames.
    told : Told
        What is said of them.
    more : dict
        What else `decode` is told.
    telegrams : Telegrams
        Their headers, and which of them were refused.
    min_rows : int
        How many telegrams make columns worth it.
    """

    def alone(row: int) -> Any:
        return decode_alone(source, told, more, row)

    asked = told.asked(more, alone)
    n = len(source)
    gathered = Gathered()
    left = telegrams.error < 0
    for first in range(0, n, _PART):
        rows = slice(first, min(first + _PART, n))
        frames = source.part(first, rows.stop)
        part = decode_part(frames, first, asked, Words(), min_rows=min_rows, in_alike=True, with_strays=True)
        found = _Found()
        # Payloads that a layout reads have readings and nothing else; messages give none here.
        left[rows] &= part.many == 0
        for alike in part.alike:
            left[alike.telegram] = False
            found.add_alike(alike, telegrams.status)
        for strays in part.strays:
            left[strays.telegram] = False
            found.add_strays(strays, telegrams.status)
        for row in (first + np.flatnonzero(left[rows])).tolist():
            found.add(row, alone(row).records)
        found.move_to(gathered)
    return gathered.table(telegrams.meter, telegrams.meter_ids)
