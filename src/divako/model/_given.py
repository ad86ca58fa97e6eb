"""Columns as callers have them: checked, made exact, and refused with the row at fault."""

from __future__ import annotations

import datetime as dt

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from divako.errors import SeriesError
from divako.model._register import Register


_WHOLE = 1 << 53  # floats are whole numbers up to here
_NEAR = 1e-6  # how far from a whole count a float may be, from rounding alone [count]


def given_counts(count: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Take counts of any whole-number type.

    Parameters
    ----------
    count : array_like of int, shape (n,)
        Floats are taken where they are whole and below 2**53.

    Returns
    -------
    ndarray of int64, shape (n,)
        The same numbers.

    Raises
    ------
    SeriesError
        One is no whole number, infinite, unknown or leaves int64; with the row.
    """
    try:
        given = np.asarray(count)
    except OverflowError:
        given = np.asarray(count, dtype=object)
    if given.ndim != 1:
        msg = "counts are in one row"
        raise SeriesError(msg)
    if not given.size:
        return np.zeros(0, dtype="int64")
    if given.dtype.kind == "i":
        return given.astype("int64")
    if given.dtype.kind == "u":
        _refuse(given > np.uint64((1 << 63) - 1), "a count leaves int64")
        return given.astype("int64")
    if given.dtype.kind == "f":
        _refuse(~np.isfinite(given), "a count is infinite or unknown")
        _refuse((given != np.rint(given)) | (np.abs(given) >= _WHOLE), "a count is no whole number that floats hold")
        return given.astype("int64")
    if given.dtype.kind == "O":
        wrong = [not isinstance(one, int) or isinstance(one, bool) or not -(1 << 63) <= one < 1 << 63 for one in given]
        _refuse(np.array(wrong), "a count is no whole number, or leaves int64")
        return given.astype("int64")
    msg = "counts are whole numbers"
    raise SeriesError(msg, row=0)


def counts_of_values(value: npt.ArrayLike, register: Register) -> npt.NDArray[np.int64]:
    """Give values as counts of a register, exactly.

    Parameters
    ----------
    value : array_like of float, shape (n,)
        Each a whole number of counts but for the rounding of floats. [canonical unit]
    register : Register
        Gives the worth of one count.

    Returns
    -------
    ndarray of int64, shape (n,)
        Counts.

    Raises
    ------
    SeriesError
        A value is infinite, unknown, no whole number of counts, or so large that a float
        cannot say which; with the row.
    """
    given = np.asarray(value, dtype="float64")
    if given.ndim != 1:
        msg = "values are in one row"
        raise SeriesError(msg)
    _refuse(~np.isfinite(given), "a value is infinite or unknown")
    worth = Fraction(register.factor)
    counts = given * worth.denominator / worth.numerator
    _refuse(np.abs(counts) >= _WHOLE, "a value has more counts than a float holds")
    whole = np.rint(counts)
    _refuse(np.abs(counts - whole) > _NEAR + np.abs(counts) * 2.0**-50, "a value is no whole number of counts")
    return whole.astype("int64")


def given_times(time: npt.ArrayLike | Sequence[dt.datetime]) -> npt.NDArray[np.datetime64]:
    """Take instants.

    Parameters
    ----------
    time : array_like of datetime64, or sequence of datetime, shape (n,)
        datetime64 are in UTC, for they have no zone; datetimes need theirs.

    Returns
    -------
    ndarray of datetime64[ms], shape (n,)
        In UTC.

    Raises
    ------
    SeriesError
        A datetime has no zone, or something is no instant; with the row.
    """
    given = np.asarray(time) if isinstance(time, np.ndarray) else _as_array(time)
    if given.ndim != 1:
        msg = "times are in one row"
        raise SeriesError(msg)
    if given.dtype.kind == "M":
        return given.astype("datetime64[ms]")
    if not given.size:
        return np.zeros(0, dtype="datetime64[ms]")
    if given.dtype.kind == "U":
        given = _read(given)
    if given.dtype.kind != "O":
        msg = "times are instants, not numbers"
        raise SeriesError(msg, row=0)
    naive = [not isinstance(one, dt.datetime) or one.tzinfo is None for one in given]
    _refuse(np.array(naive), "a time has no zone")
    return np.array([one.astimezone(dt.UTC).replace(tzinfo=None) for one in given], dtype="datetime64[ms]")


def _as_array(time: Any) -> npt.NDArray[Any]:
    """Make an array without letting numpy drop the zones of datetimes."""
    if hasattr(time, "__array__"):
        return np.asarray(time)
    items = list(time)
    if items and all(isinstance(one, np.datetime64) for one in items):
        return np.array(items, dtype="datetime64[ms]")
    if items and all(isinstance(one, str) for one in items):
        return np.array(items, dtype="str")
    out = np.empty(len(items), dtype=object)
    out[:] = items
    return out


def _read(texts: npt.NDArray[np.str_]) -> npt.NDArray[Any]:
    out = np.empty(len(texts), dtype=object)
    for i, text in enumerate(texts.tolist()):
        try:
            out[i] = dt.datetime.fromisoformat(text)
        except ValueError:
            msg = "a time is not of the form of ISO 8601"
            raise SeriesError(msg, row=i) from None
    return out


def _refuse(wrong: npt.NDArray[np.bool_], message: str) -> None:
    if wrong.any():
        raise SeriesError(message, row=int(np.flatnonzero(wrong)[0]))
