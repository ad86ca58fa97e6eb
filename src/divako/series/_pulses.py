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
        Width of the counter, 1 to 62.

    Returns
    -------
    ndarray of int64, shape (n - 1,)
        Pulses of each step, taking a fall for one wrap.

    Raises
    ------
    SeriesError
        A reading does not fit the width.

    Examples
    --------
    >>> pulse_steps([65500, 65530, 4, 4], bits=16)
    array([30, 10,  0])
    """
    if not 1 <= bits <= 62:
        msg = "a pulse counter has 1 to 62 bits"
        raise SeriesError(msg)
    counts = np.asarray(count, dtype="int64")
    outside = (counts < 0) | (counts >> bits > 0)
    if outside.any():
        msg = "a reading does not fit the width of the counter"
        raise SeriesError(msg, row=int(np.flatnonzero(outside)[0]))
    return np.diff(counts) % (1 << bits)
