"""What telegrams say beside numbers: dates, times and texts, as a table."""

from __future__ import annotations

import datetime as dt

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from attrs import frozen

from divako.model import Record
from divako.model._table import Table, column, words


TYPES = ("date", "datetime", "time", "text", "bytes")
_DATE, _DATETIME, _TIME, _TEXT, _BYTES = range(len(TYPES))


@frozen(kw_only=True, eq=False)
class Contents(Table):
    """Records that are no readings, one row each: what of a telegram is not in `Readings`.

    Parameters
    ----------
    telegram : ndarray of int64, shape (n,)
        Which of the telegrams handed in, rising; within each, in the order sent.
    meter : ndarray of int32, shape (n,)
        Row numbers into `meter_ids`.
    quantity : ndarray of int32, shape (n,)
        Row numbers into `quantities`: what the date or text says.
    type : ndarray of int8, shape (n,)
        Row numbers into `types`; -1 where what was sent is nothing, which `status` explains.
    clock : ndarray of datetime64[s], shape (n,)
        A date, at its midnight, or a date and time: the wall clock of the meter, in no zone; NaT
        for others.
    time_of_day : ndarray of timedelta64[us], shape (n,)
        A time without a date; NaT for others.
    text : ndarray of int32, shape (n,)
        Row numbers into `texts`: a text, or bytes in hexadecimal digits; -1 for others.
    storage : ndarray of int64 or a narrower integer, shape (n,)
        Storage number: 0 now, 1 the due date, 2 and up history.
    tariff, subunit : ndarray of int32 or a narrower integer, shape (n,)
        Further indices of the record.
    function : ndarray of uint8, shape (n,)
        `Function` of the record.
    status : ndarray of uint32, shape (n,)
        Union of `Status` bits; that the clock shows summer time is one of them.
    meter_ids, quantities, types, texts : tuple of str
        Words, each once.
    """

    telegram: npt.NDArray[np.int64] = column("int64")
    meter: npt.NDArray[np.int32] = column("int32", words="meter_ids")
    quantity: npt.NDArray[np.int32] = column("int32", words="quantities")
    type: npt.NDArray[np.int8] = column("int8", words="types")
    clock: npt.NDArray[np.datetime64] = column("datetime64[s]")
    time_of_day: npt.NDArray[np.timedelta64] = column("timedelta64[us]")
    text: npt.NDArray[np.int32] = column("int32", words="texts")
    storage: npt.NDArray[np.int64] = column("int64", narrow=True)
    tariff: npt.NDArray[np.int32] = column("int32", narrow=True)
    subunit: npt.NDArray[np.int32] = column("int32", narrow=True)
    function: npt.NDArray[np.uint8] = column("uint8")
    status: npt.NDArray[np.uint32] = column("uint32")
    meter_ids: tuple[str, ...] = words()
    quantities: tuple[str, ...] = words()
    types: tuple[str, ...] = words()
    texts: tuple[str, ...] = words()


# The column, its dtype, and a narrower one that mostly does.
_INDICES = {"storage": ("int64", "uint8"), "tariff": ("int32", "uint8"), "subunit": ("int32", "uint8")}
_NARROW = 0xFF


class Gathered:
    """Contents of the telegrams so far, a few of them at a time: records take much memory."""

    __slots__ = ("_parts", "_quantities", "_texts")

    def __init__(self) -> None:
        self._quantities: dict[str, int] = {}
        self._texts: dict[str, int] = {}
        self._parts: list[dict[str, npt.NDArray[Any]]] = []

    def add(
        self,
        records: Sequence[Record],
        which: npt.NDArray[np.int64],
        telegram: npt.NDArray[np.int64],
        said: npt.NDArray[np.uint32],
    ) -> None:
        """Add rows.

        Parameters
        ----------
        records : sequence of Record
            None of them a reading.
        which, telegram : ndarray of int64, shape (n,)
            Which of the records stands in each row, and which telegram it is of.
        said : ndarray of uint32, shape (n,)
            `Status` that the telegram says of all its records.
        """
        if not len(which):
            return
        part = {name: column[which] for name, column in self._read(records).items()}
        part["status"] |= said
        self._parts.append(part | {"telegram": telegram})

    def _read(self, records: Sequence[Record]) -> dict[str, npt.NDArray[Any]]:
        """Give the columns of records, each once."""
        n = len(records)
        types = np.full(n, -1, dtype="int8")
        clock = np.full(n, "NaT", dtype="datetime64[s]")
        time_of_day = np.full(n, "NaT", dtype="timedelta64[us]")
        text = np.full(n, -1, dtype="int32")
        for row, record in enumerate(records):
            content = record.content
            if isinstance(content, dt.date):
                types[row] = _DATETIME if isinstance(content, dt.datetime) else _DATE
                clock[row] = content
            elif isinstance(content, dt.time):
                types[row] = _TIME
                seconds = (content.hour * 60 + content.minute) * 60 + content.second
                time_of_day[row] = seconds * 1_000_000 + content.microsecond
            elif content is not None:
                types[row] = _BYTES if isinstance(content, bytes) else _TEXT
                word = content.hex() if isinstance(content, bytes) else content
                text[row] = self._texts.setdefault(word, len(self._texts))
        quantity = [self._quantities.setdefault(record.quantity, len(self._quantities)) for record in records]
        out = {
            "quantity": np.array(quantity, dtype="int32"),
            "type": types,
            "clock": clock,
            "time_of_day": time_of_day,
            "text": text,
            "function": np.array([int(record.function) for record in records], dtype="uint8"),
            "status": np.array([int(record.status) for record in records], dtype="uint32"),
        }
        for name, (wide, narrow) in _INDICES.items():
            column = np.array([getattr(record, name) for record in records], dtype=wide)
            out[name] = column.astype(narrow) if column.max(initial=0) <= _NARROW else column
        return out

    def table(self, meter: npt.NDArray[np.int32], meter_ids: tuple[str, ...]) -> Contents:
        """Make the table.

        Parameters
        ----------
        meter : ndarray of int32, shape (telegrams,)
            Meter of each telegram.
        meter_ids : tuple of str
            What the meters are called.
        """
        parts = self._parts or [self._read(()) | {"telegram": np.empty(0, dtype="int64")}]
        columns: dict[str, Any] = {name: np.concatenate([part.pop(name) for part in parts]) for name in list(parts[0])}
        quantities = _by_mention(columns, "quantity", list(self._quantities))
        texts = _by_mention(columns, "text", list(self._texts))
        for name in ("time_of_day", "clock"):
            if np.isnat(columns[name]).all():
                columns[name] = np.broadcast_to(columns[name][:1], columns[name].shape)  # takes no memory
        return Contents(
            meter=meter[columns["telegram"]],
            **columns,
            meter_ids=meter_ids,
            quantities=quantities,
            types=TYPES,
            texts=texts,
        )


def _by_mention(columns: dict[str, Any], name: str, words: Sequence[str]) -> tuple[str, ...]:
    """Put words in the order in which rows mention them, so that they do not tell which way a telegram went."""
    code = columns[name]
    first = np.full(len(words) + 1, len(code), dtype="int64")  # one more for code -1
    first[code[::-1]] = np.arange(len(code))[::-1]  # what is written last stays: the first mention
    order = [at for at in np.argsort(first[:-1], kind="stable").tolist() if first[at] < len(code)]
    to = np.full(len(words) + 1, -1, dtype=code.dtype)
    to[order] = np.arange(len(order))
    columns[name] = to[code]
    return tuple(words[at] for at in order)
