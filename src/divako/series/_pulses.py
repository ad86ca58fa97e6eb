"""Pulse counters that wrap at a power of two."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from divako.errors import SeriesError


def pulse_steps(count: npt.ArrayLike, *, bits: int) -> npt.NDArray[np.int64]:
    """Give the pulses between readings of an unsigned counter.

    Parameters
    ----------
    count : array_like of int, shape (n,)
        Readings in order of time.
    bits : int
        Width of the counter, 1 to 64.

    Returns
    -------
    ndarray of int64, shape (n - 1,)
        Pulses of each step, taking a fall for one wrap.

    Raises
    ------
    SeriesError
        A reading does not fit the width, or the pulses of a step leave int64; with the row.

    Examples
    --------
    >>> pulse_steps([65500, 65530, 4, 4], bits=16)
    array([30, 10,  0])
    """
    if not 1 <= bits <= 64:
        msg = "a pulse counter has 1 to 64 bits"
        raise SeriesError(msg)
    counts = _unsigned(count)
    outside = counts > np.uint64((1 << bits) - 1)
    if outside.any():
        msg = "a reading does not fit the width of the counter"
        raise SeriesError(msg, row=int(np.flatnonzero(outside)[0]))
    # Differences of unsigned numbers are modulo 2**64, of which every narrower width is a part.
    passed = np.diff(counts) & np.uint64((1 << bits) - 1)
    large = np.flatnonzero(passed > np.uint64((1 << 63) - 1))
    if len(large):
        msg = "the pulses of a step leave int64"
        raise SeriesError(msg, row=int(large[0]) + 1)
    return passed.astype("int64")


def _unsigned(count: npt.ArrayLike) -> npt.NDArray[np.uint64]:
    """Take counts that are not below 0, with the row of the first that is, or that no 64 bits hold."""
    given = np.asarray(count)
    if given.dtype.kind == "f":  # what numpy makes of whole numbers on both sides of 2**63
        given = np.asarray(count, dtype=object)
    if not given.size:
        return np.zeros(0, dtype="uint64")
    if given.dtype.kind == "u":
        return given.astype("uint64")
    if given.dtype.kind == "i":
        wrong = given < 0
    else:
        wrong = np.array([not isinstance(one, int) or not 0 <= one < 1 << 64 for one in given.tolist()])
    if wrong.any():
        msg = "a reading does not fit the width of the counter"
        raise SeriesError(msg, row=int(np.flatnonzero(wrong)[0]))
    return given.astype("uint64")
