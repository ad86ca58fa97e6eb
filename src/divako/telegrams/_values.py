"""From the data of rows to counts, values and what is wrong with them, by columns.

The rule is that of single records: the value is the float64 nearest to count times the
factor of the register. A product below 2**53 and its denominator are exact as float64, so
one division rounds once; what is larger is reckoned in Python's integers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from attrs import frozen

from divako.codec import bcd_columns, real_columns, signed_columns, unsigned_columns
from divako.mbus._data import scale
from divako.model import Status
from divako.telegrams._book import How
from divako.telegrams._source import wide
from divako.telegrams._walk import Walker


Integers = npt.NDArray[np.int64]
Order = Literal["C", "F"]

_INVALID = np.uint32(Status.INVALID_VALUE)
_INT64 = range(-(1 << 63), 1 << 63)
_SIGNED = (How.SIGNED, How.BCD)
_BY_COLUMNS = (How.SIGNED, How.UNSIGNED, How.BITS, How.BCD, How.REAL)


@frozen(eq=False)
class Values:
    """What rows hold, in the shape of the rows.

    Parameters
    ----------
    count : ndarray of int64
        What was sent; 0 where `known` is False.
    known : ndarray of bool
        Whether an integer was sent.
    value : ndarray of float64
        [canonical unit of the register]
    status : ndarray of uint32
        What header and data say.
    """

    count: Integers
    known: npt.NDArray[np.bool_]
    value: npt.NDArray[np.float64]
    status: npt.NDArray[np.uint32]


def read_rows(walker: Walker, code: Integers, place: Integers) -> Values:
    """Read the data of rows that lie anywhere.

    Parameters
    ----------
    walker : Walker
        Holds buffer and book.
    code : ndarray of int64, shape (rows,)
        Headers.
    place : ndarray of int64, shape (rows,)
        Where the data begins.

    Returns
    -------
    Values
        Of shape ``(rows,)``.
    """
    quads, size = wide(walker.buffer, "<u8"), walker.book.size

    def words(rows: Integers) -> npt.NDArray[np.uint64]:
        found: npt.NDArray[np.uint64] = quads[place[rows] + size[code[rows]] - 8]
        return found

    return _read(walker, code, _Data(words, lambda rows: place[rows]), _blank(place.shape, "C"))


def read_layout(walker: Walker, code: Integers, place: Integers, begin: Integers, *, order: Order = "C") -> Values:
    """Read the data of telegrams of one layout.

    Parameters
    ----------
    walker : Walker
        Holds buffer and book.
    code : ndarray of int64, shape (rows,)
        Headers.
    place : ndarray of int64, shape (rows,)
        Where the data begins, from the beginning of the body.
    begin : ndarray of int64, shape (k,)
        Where the body of each telegram begins.
    order : {"C", "F"}
        Whether the same row of all telegrams lies together, or all rows of a telegram.

    Returns
    -------
    Values
        Of shape ``(rows, k)``.
    """
    end = place + walker.book.size[code]
    # Bodies are taken whole, which costs far less than field by field.
    width = int(end.max(initial=0)) + 8
    bodies = wide(walker.buffer, f"V{width}")[begin - 8]

    def words(rows: Integers) -> npt.NDArray[np.uint64]:
        found = np.empty((len(rows), len(begin)), dtype="uint64")
        for word, offset in zip(found, end[rows].tolist(), strict=True):
            word[:] = np.ndarray(len(begin), dtype="<u8", buffer=bodies, offset=offset, strides=(width,))
        return found

    data = _Data(words, lambda rows: place[rows, None] + begin)
    return _read(walker, code, data, _blank((len(code), len(begin)), order))


@frozen(eq=False)
class _Data:
    """Gives of rows the words that end with their data, and where it begins."""

    words: Callable[[Integers], npt.NDArray[np.uint64]]
    places: Callable[[Integers], Integers]


def _blank(shape: tuple[int, ...], order: Order) -> Values:
    """Give values to be filled; of the counts, those that are known."""
    return Values(
        np.zeros(shape, dtype="int64", order=order),
        np.ones(shape, dtype="bool", order=order),
        np.empty(shape, dtype="float64", order=order),
        np.zeros(shape, dtype="uint32", order=order),
    )


def _read(walker: Walker, code: Integers, data: _Data, out: Values) -> Values:
    book = walker.book
    said = book.status[code]
    if said.any():
        out.status[...] = _beside(said, out.status)
    how = book.how[code]
    for kind in np.flatnonzero(np.bincount(how)).tolist():
        rows = np.flatnonzero(how == kind)
        here: Any = rows if len(rows) < len(how) else slice(None)
        if kind in _BY_COLUMNS:
            _by_columns(walker, kind, code[rows], data.words(rows), out, here)
            continue
        out.value[here] = np.nan
        out.known[here] = False
        if kind == How.NOTHING:
            out.status[here] |= _INVALID
        elif kind != How.UNKNOWN:
            _one_by_one(walker, code[rows], data.places(rows), out, rows)
    return out


def _beside(column: npt.NDArray[Any], place: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Shape what belongs to rows so that it stands beside each of their places."""
    return column[:, None] if place.ndim == 2 else column


def _by_columns(
    walker: Walker, kind: int, code: Integers, words: npt.NDArray[np.uint64], out: Values, here: Any
) -> None:
    size = _beside(walker.book.size[code], words)
    if kind == How.REAL:
        number, good = real_columns(words)
        value = _scaled_reals(walker, code, number, good)
        out.known[here] = False
    else:
        if kind == How.SIGNED:
            count, good = signed_columns(words, size)
        elif kind == How.BCD:
            count, good = bcd_columns(words, size)
        else:
            count, good = unsigned_columns(words, size)
            if kind == How.BITS:
                good[...] = True
        value = _scaled(walker, code, count, good)
        known = good if kind in _SIGNED else _with_wide(walker, code, count, good, value)
        if not known.all():
            count[~known] = 0
            out.known[here] = known
        out.count[here] = count
    if not good.all():
        value[~good] = np.nan
        out.status[here] |= np.where(good, np.uint32(0), _INVALID)
    out.value[here] = value
    valued = walker.book.valued[code]
    if not valued.all():
        # Headers that say of their data that it is no value.
        none = np.arange(len(out.value))[here][~valued]
        out.value[none], out.count[none], out.known[none] = np.nan, 0, False


def _with_wide(
    walker: Walker, code: Integers, count: Integers, good: npt.NDArray[np.bool_], value: npt.NDArray[np.float64]
) -> npt.NDArray[np.bool_]:
    """Scale unsigned numbers beyond 63 bits, and tell which of all have a count that fits."""
    wide_ones = good & (count < 0)
    if not wide_ones.any():
        return good
    for row in np.argwhere(wide_ones):
        at = tuple(row)
        value[at] = walker.book.registers[walker.book.register[code[at[0]]]].value_of(int(count[at]) % (1 << 64))
    return good & ~wide_ones


def _scaled_reals(
    walker: Walker, code: Integers, number: npt.NDArray[np.float64], good: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float64]:
    book = walker.book
    with np.errstate(over="ignore"):  # as single floats do, without a word
        value: npt.NDArray[np.float64] = number * _beside(book.up[code], number) / _beside(book.down[code], number)
    for row in np.argwhere(good & ~_beside(book.real_ok[code], number)):
        at = tuple(row)
        value[at] = scale(float(number[at]), book.registers[book.register[code[at[0]]]])
    return value


def _scaled(walker: Walker, code: Integers, count: Integers, good: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    book = walker.book
    up, limit = book.up[code], book.limit[code]
    product = count if (up == 1).all() else count * _beside(up, count)
    value: npt.NDArray[np.float64] = product / _beside(book.down[code], count)
    least = int(limit.min(initial=1 << 53))
    if int(count.max(initial=0)) < least and -least < int(count.min(initial=0)):
        return value
    bound = _beside(limit, count)
    for row in np.argwhere(good & ((count >= bound) | (count <= -bound))):
        at = tuple(row)
        value[at] = book.registers[book.register[code[at[0]]]].value_of(int(count[at]))
    return value


def _one_by_one(walker: Walker, code: Integers, place: Integers, out: Values, rows: Integers) -> None:
    """Read what is rare as single records are read."""
    book = walker.book
    for index in np.ndindex(place.shape):
        of = int(code[index[0]])
        data, lvar = walker.data(int(place[index]), of)
        record = book.reader(of, lvar)(data, Status.OK, None)
        to = (int(rows[index[0]]), *index[1:])
        if record.count is not None and record.count in _INT64:
            out.count[to] = record.count
            out.known[to] = True
        if record.value is not None:
            out.value[to] = record.value
        out.status[to] = int(record.status)
