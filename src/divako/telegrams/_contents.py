"""What telegrams say beside numbers: dates, times and texts, as a table."""

from __future__ import annotations

import datetime as dt

from collections.abc import Sequence

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


def contents_of_records(
    records: Sequence[Record],
    which: npt.NDArray[np.int64],
    telegram: npt.NDArray[np.int64],
    said: npt.NDArray[np.uint32],
    meter: npt.NDArray[np.int32],
    meter_ids: tuple[str, ...],
) -> Contents:
    """Make the table of records, of which many are sent more than once.

    Parameters
    ----------
    records : sequence of Record
        None of them a reading.
    which : ndarray of int64, shape (n,)
        Which of the records stands in each row.
    telegram : ndarray of int64, shape (n,)
        Which telegram each row is of.
    said : ndarray of uint32, shape (telegrams,)
        `Status` that each telegram says of all its records.
    meter : ndarray of int32, shape (telegrams,)
        Meter of each telegram.
    meter_ids : tuple of str
        What the meters are called.
    """
    quantities: dict[str, int] = {}
    texts: dict[str, int] = {}
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
            text[row] = texts.setdefault(content.hex() if isinstance(content, bytes) else content, len(texts))
    quantity = [quantities.setdefault(record.quantity, len(quantities)) for record in records]
    status = np.array([int(record.status) for record in records], dtype="uint32")
    indices = {
        name: np.array([getattr(record, name) for record in records], dtype=dtype)[which]
        for name, dtype in (("storage", "int64"), ("tariff", "int32"), ("subunit", "int32"), ("function", "uint8"))
    }
    return Contents(
        telegram=telegram,
        meter=meter[telegram],
        quantity=np.array(quantity, dtype="int32")[which],
        type=types[which],
        clock=clock[which],
        time_of_day=time_of_day[which],
        text=text[which],
        storage=indices["storage"],
        tariff=indices["tariff"],
        subunit=indices["subunit"],
        function=indices["function"],
        status=status[which] | said[telegram],
        meter_ids=meter_ids,
        quantities=tuple(quantities),
        types=TYPES,
        texts=tuple(texts),
    )
