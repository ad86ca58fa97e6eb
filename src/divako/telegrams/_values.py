"""From the data of rows to counts, values and what is wrong with them, by columns.

The rule is that of single records: the value is the float64 nearest to count times the
factor of the register. A product below 2**53 and its denominator are exact as float64, so
one division rounds once; what is larger is reckoned in Python's integers.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from attrs import frozen

from divako.codec import bcd_columns, real_columns, signed_columns, unsigned_columns
from divako.mbus._data import scale
from divako.mbus._reader import reader_of
from divako.model import Status
from divako.telegrams._bodies import wide
from divako.telegrams._book import How
from divako.telegrams._walk import Walker


Integers = npt.NDArray[np.int64]

_INVALID = np.uint32(Status.INVALID_VALUE)
_INT64 = range(-(1 << 63), 1 << 63)
_BY_COLUMNS = (How.SIGNED, How.UNSIGNED, How.BITS, How.BCD, How.REAL, How.NOTHING)


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


def read_values(walker: Walker, code: Integers, place: Integers) -> Values:
    """Read the data of rows.

    Parameters
    ----------
    walker : Walker
        Holds buffer and book.
    code : ndarray of int64, shape (rows,)
        Headers.
    place : ndarray of int64, shape (rows,) or (k, rows)
        Where the data begins; with two dimensions, telegrams of one layout.

    Returns
    -------
    Values
        In the shape of `place`.
    """
    book = walker.book
    shape = place.shape
    out = Values(
        np.zeros(shape, dtype="int64"),
        np.zeros(shape, dtype="bool"),
        np.full(shape, np.nan),
        np.broadcast_to(book.status[code], shape).copy(),
    )
    how = book.how[code]
    for kind in np.unique(how).tolist():
        rows = np.flatnonzero(how == kind)
        here: Any = (..., rows) if len(rows) < len(how) else (...,)
        if kind in _BY_COLUMNS:
            _by_columns(walker, kind, code[rows], place[here], out, here)
        elif kind != How.UNKNOWN:
            _one_by_one(walker, code[rows], place[..., rows], out, rows)
    return out


def _by_columns(walker: Walker, kind: int, code: Integers, place: Integers, out: Values, here: Any) -> None:
    book = walker.book
    size = book.size[code]
    if kind == How.NOTHING:
        out.status[here] |= _INVALID
        return
    words = wide(walker.buffer, "<u8")[place + (size - 8)]
    if kind == How.REAL:
        number, good = real_columns(words)
        with np.errstate(over="ignore"):  # as single floats do, without a word
            value = number * book.up[code] / book.down[code]
        for row in np.argwhere(good & ~np.broadcast_to(book.real_ok[code], good.shape)):
            at = tuple(row)
            register = book.registers[book.register[code[at[-1]]]]
            value[at] = scale(float(number[at]), register)
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
        if good.all():
            out.count[here] = count
            out.known[here] = True
            out.value[here] = value
            return
        out.count[here] = np.where(good, count, 0)
        out.known[here] = good
    out.value[here] = np.where(good, value, np.nan)
    if not good.all():
        out.status[here] |= np.where(good, np.uint32(0), _INVALID)


def _scaled(walker: Walker, code: Integers, count: Integers, good: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    book = walker.book
    up, limit = book.up[code], book.limit[code]
    product = count if (up == 1).all() else count * up
    value = product / book.down[code]
    large = good & ((count >= limit) | (count <= -limit))
    for row in np.argwhere(large):
        at = tuple(row)
        value[at] = book.registers[book.register[code[at[-1]]]].value_of(int(count[at]))
    return np.asarray(value)


def _one_by_one(walker: Walker, code: Integers, place: Integers, out: Values, rows: Integers) -> None:
    """Read what is rare as single records are read."""
    book = walker.book
    for index in np.ndindex(place.shape):
        of = int(code[index[-1]])
        data, lvar = walker.data(int(place[index]), of)
        record = reader_of(book.header(of), lvar)(data, Status.OK, None)
        to = (*index[:-1], int(rows[index[-1]]))
        if record.count is not None and record.count in _INT64:
            out.count[to] = record.count
            out.known[to] = True
        out.value[to] = np.nan if record.value is None else record.value
        out.status[to] = int(record.status)
