"""Telegrams of one layout with all their records: numbers as columns, dates and texts each once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from attrs import frozen

from divako.model import Record, Status
from divako.telegrams._book import How
from divako.telegrams._source import wide
from divako.telegrams._values import read_layout
from divako.telegrams._walk import Layout, Walker


_NUMBERS = (How.SIGNED, How.UNSIGNED, How.BITS, How.BCD, How.REAL, How.NOTHING)


@frozen(kw_only=True, eq=False)
class Entry:
    """One record of ``k`` telegrams of one layout.

    Parameters
    ----------
    records : tuple of Record
        What was sent, each once, without what the telegram says of all its records: its status and
        when it came. Where `value` is given there is one, that of the first telegram, and it stands for
        the others but for count, value, status and raw data.
    which : ndarray of int64, shape (k,)
        Which of `records` each telegram has.
    status : ndarray of uint32, shape (k,)
        What each record says of its value.
    value : ndarray of float64, shape (k,), or None
        NaN where unknown; None for what is no plain number. [canonical unit of the register]
    time : ndarray of datetime64[ms], shape (k,), or None
        When it stood so, in UTC, NaT where unknown; None where that is when the telegram came, or history.
    """

    records: tuple[Record, ...]
    which: npt.NDArray[np.int64]
    status: npt.NDArray[np.uint32]
    value: npt.NDArray[np.float64] | None = None
    time: npt.NDArray[np.datetime64] | None = None


@frozen(kw_only=True, eq=False)
class Alike:
    """Telegrams that share a layout.

    Parameters
    ----------
    telegram : ndarray of int64, shape (k,)
        Which of the telegrams handed in, rising.
    headers : bytes
        Their record headers, one after the other, as `Telegram` has them.
    entries : tuple of Entry
        Their records, in the order sent.
    """

    telegram: npt.NDArray[np.int64]
    headers: bytes
    entries: tuple[Entry, ...]


@frozen(kw_only=True, eq=False)
class Strays:
    """Telegrams of rare layouts, and those of their records that are no plain numbers.

    Parameters
    ----------
    telegram : ndarray of int64, shape (k,)
        Which of the telegrams handed in.
    records : tuple of Record
        What was sent, each once, without what the telegram says of all its records.
    which, of : ndarray of int64, shape (rows,)
        Records, and the telegrams that have them, in the order sent.
    """

    telegram: npt.NDArray[np.int64]
    records: tuple[Record, ...]
    which: npt.NDArray[np.int64]
    of: npt.NDArray[np.int64]


def strays_of(
    walker: Walker, begin: npt.NDArray[np.int64], end: npt.NDArray[np.int64], telegram: npt.NDArray[np.int64]
) -> Strays:
    """Read what is no plain number in telegrams of any layouts.

    Parameters
    ----------
    walker : Walker
        Holds buffer and book; of no maker.
    begin, end : ndarray of int64, shape (m,)
        Where the bodies stand.
    telegram : ndarray of int64, shape (m,)
        Which telegrams they are; those whose records do not fill their bodies are left.
    """
    steps = walker.in_step(begin, end, everything=True)
    rows = np.flatnonzero(np.isin(walker.book.how[steps.code], _NUMBERS, invert=True))
    known: dict[tuple[int, int | None, bytes], int] = {}
    which = np.empty(len(rows), dtype="int64")
    for row, (code, place) in enumerate(zip(steps.code[rows].tolist(), steps.place[rows].tolist(), strict=True)):
        data, lvar = walker.data(place, code)
        which[row] = known.setdefault((code, lvar, data), len(known))
    records = tuple(walker.book.reader(code, lvar)(data, Status.OK, None) for code, lvar, data in known)
    of = np.repeat(telegram, steps.many)[rows]
    return Strays(telegram=telegram[steps.good], records=records, which=which, of=of)


def alike_of(walker: Walker, layout: Layout, begin: npt.NDArray[np.int64], telegram: npt.NDArray[np.int64]) -> Alike:
    """Read the records of telegrams of one layout.

    Parameters
    ----------
    walker : Walker
        Holds buffer and book.
    layout : Layout
        Where the records are.
    begin : ndarray of int64, shape (k,)
        Where the body of each member begins.
    telegram : ndarray of int64, shape (k,)
        Which telegrams the members are.
    """
    book, code, place = walker.book, layout.every_code, layout.every_place
    columns = np.flatnonzero(np.isin(book.how[code], _NUMBERS))
    values = read_layout(walker, code[columns], place[columns], begin)
    alone = np.zeros(len(begin), dtype="int64")
    row_of = {at: row for row, at in enumerate(columns.tolist())}
    entries: list[Entry] = []
    for at, (one, offset) in enumerate(zip(code.tolist(), place.tolist(), strict=True)):
        row = row_of.get(at)
        if row is None:
            entries.append(_read(walker, one, offset + begin))
            continue
        data, _ = walker.data(offset + int(begin[0]), one)
        sample = book.reader(one)(data, Status.OK, None)
        entries.append(Entry(records=(sample,), which=alone, status=values.status[row], value=values.value[row]))
    headers = b"".join(book.header(one) for one in code.tolist())
    return Alike(telegram=telegram, headers=headers, entries=tuple(entries))


def _read(walker: Walker, code: int, places: npt.NDArray[np.int64]) -> Entry:
    """Read what is no plain number as single records are read, the same data once."""
    data, lvar = walker.data(int(places[0]), code)
    size = len(data)  # for all: a length byte is no data, and the same in a layout
    raw = wide(walker.buffer, f"V{max(size, 1)}")[places].tobytes()
    known: dict[bytes, int] = {}
    pieces = (raw[at : at + size] for at in range(0, len(raw), max(size, 1)))
    which = np.fromiter((known.setdefault(piece, len(known)) for piece in pieces), dtype="int64", count=len(places))
    read = walker.book.reader(code, lvar)
    records = tuple(read(piece, Status.OK, None) for piece in known)
    own = np.array([int(record.status) for record in records], dtype="uint32")
    return Entry(records=records, which=which, status=own[which])
