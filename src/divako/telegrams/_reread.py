"""Read the telegrams of a batch once more, for what is no number."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from divako.model import Record, is_reading
from divako.telegrams._alike import Alike, Entry
from divako.telegrams._asked import Words
from divako.telegrams._contents import Contents, contents_of_records
from divako.telegrams._part import decode_part
from divako.telegrams._source import Source
from divako.telegrams._tables import Telegrams
from divako.telegrams._told import Told, decode_alone


Integers = npt.NDArray[np.int64]


class _Found:
    """Records that are no readings, and the telegrams that have them."""

    def __init__(self, status: npt.NDArray[np.uint32]) -> None:
        # What a telegram says of all its records; those that came one by one say it themselves, or do not.
        self.said = np.zeros_like(status)
        self._status = status
        self.records: list[Record] = []
        self._which: list[Integers] = []
        self._telegram: list[Integers] = []

    def add_alike(self, alike: Alike) -> None:
        """Take the records of telegrams of one layout."""
        columns = [self._places(entry) for entry in alike.entries if entry.value is None]
        if not columns:
            return
        self.said[alike.telegram] = self._status[alike.telegram]
        which = np.stack(columns, axis=1)
        there = which >= 0
        self._which.append(which[there])
        self._telegram.append(np.repeat(alike.telegram, there.sum(axis=1)))

    def _places(self, entry: Entry) -> Integers:
        """Give the record of each telegram; -1 where it is a reading after all."""
        place = np.full(len(entry.records), -1, dtype="int64")
        for at, record in enumerate(entry.records):
            if not is_reading(record):
                place[at] = len(self.records)
                self.records.append(record)
        return place[entry.which]

    def add(self, telegram: int, records: tuple[Record, ...]) -> None:
        """Take the records of one telegram."""
        others = [record for record in records if not is_reading(record)]
        first = len(self.records)
        self.records += others
        self._which.append(np.arange(first, first + len(others)))
        self._telegram.append(np.full(len(others), telegram, dtype="int64"))

    def in_order(self) -> tuple[Integers, Integers]:
        """Give which record stands in each row, and of which telegram it is."""
        none = np.empty(0, dtype="int64")
        telegram = np.concatenate([none, *self._telegram])
        order = np.argsort(telegram, kind="stable")
        return np.concatenate([none, *self._which])[order], telegram[order]


def contents_of(
    source: Source, told: Told, more: dict[str, Any], telegrams: Telegrams, *, min_rows: int, size: int
) -> Contents:
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
    size : int
        How many are decoded at a time.
    """

    def alone(row: int) -> Any:
        return decode_alone(source, told, more, row)

    asked = told.asked(more, alone)
    n = len(source)
    found = _Found(telegrams.status)
    left = telegrams.error < 0
    for first in range(0, n, size):
        part = decode_part(
            source.part(first, min(first + size, n)), first, asked, Words(), min_rows=min_rows, in_alike=True
        )
        # Payloads that a layout reads have readings and nothing else; messages give none here.
        left[first : first + len(part.many)] &= part.many == 0
        for alike in part.alike:
            left[alike.telegram] = False
            found.add_alike(alike)
    for row in np.flatnonzero(left).tolist():
        found.add(row, alone(row).records)
    which, telegram = found.in_order()
    return contents_of_records(found.records, which, telegram, found.said, telegrams.meter, telegrams.meter_ids)
