"""Whether sensors still send: intervals learned from arrivals, and ages held against them."""

from __future__ import annotations

import enum

import numpy as np
import numpy.typing as npt

from divako.errors import SeriesError


class Liveness(enum.IntEnum):
    """How long a sensor has been quiet, against its own interval."""

    OK = 0
    LATE = 1
    SILENT = 2
    NEVER_SEEN = 3
    UNKNOWN = 4  # seen, but too seldom to know its interval


def learn_intervals(
    sensor: npt.NDArray[np.integer], time: npt.NDArray[np.datetime64], *, sensors: int, min_gaps: int = 3
) -> npt.NDArray[np.float64]:
    """Learn how often each sensor sends.

    Parameters
    ----------
    sensor : ndarray of int, shape (n,)
        Which of the sensors each arrival is of, 0 to `sensors` - 1.
    time : ndarray of datetime64[ms], shape (n,)
        When, in UTC, in any order.
    sensors : int
        How many sensors there are.
    min_gaps : int, default 3
        Gaps that it takes.

    Returns
    -------
    ndarray of float64, shape (sensors,)
        Lower median of the gaps between arrivals; NaN where there are fewer than
        `min_gaps`. [s] Arrivals at one instant, such as repeated telegrams, are one: a
        gap is positive.

    Raises
    ------
    SeriesError
        The columns differ in length, a sensor is out of range, or a time is unknown.

    Notes
    -----
    The lower median is a gap that occurred, and half of the arrivals may be missing before it leaves the true interval.

    Examples
    --------
    >>> at = np.array(["2026-01-10T00", "2026-01-10T01", "2026-01-10T02", "2026-01-10T05"], dtype="datetime64[ms]")
    >>> learn_intervals(np.zeros(4, dtype="int64"), at, sensors=2)
    array([3600.,   nan])
    """
    if sensor.shape != time.shape:
        msg = "sensors and times must be of one length"
        raise SeriesError(msg)
    for wrong, message in (
        ((sensor < 0) | (sensor >= sensors), "there is no such sensor"),
        (np.isnat(time), "the time of an arrival is unknown"),
    ):
        if wrong.any():
            raise SeriesError(message, row=int(np.argmax(wrong)))
    of, _, gap = gaps_between(sensor, time)
    order = np.lexsort((gap, of))
    count = np.bincount(of, minlength=sensors)
    begin = np.cumsum(count) - count
    interval = np.full(sensors, np.nan)
    enough = count >= max(min_gaps, 1)
    interval[enough] = gap[order][(begin + (count - 1) // 2)[enough]] / 1000.0
    return interval


def gaps_between(
    sensor: npt.NDArray[np.integer], time: npt.NDArray[np.datetime64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.datetime64], npt.NDArray[np.int64]]:
    """List the positive gaps between arrivals: sensor, when the gap begins, and how long it is. [ms]"""
    order = np.lexsort((time, sensor))
    of, at = sensor[order], time[order]
    gap = np.diff(at).astype("timedelta64[ms]").astype("int64")
    kept = np.flatnonzero((of[1:] == of[:-1]) & (gap > 0))
    return of[kept].astype("int64"), at[kept], gap[kept]


def liveness(
    age_s: npt.NDArray[np.float64],
    interval_s: npt.NDArray[np.float64],
    *,
    late_factor: float = 3.0,
    silent_factor: float = 24.0,
) -> npt.NDArray[np.uint8]:
    """Judge sensors by how long ago they sent.

    Parameters
    ----------
    age_s : ndarray of float64, shape (m,)
        Time since the last arrival; NaN where there was none. [s]
    interval_s : ndarray of float64, shape (m,)
        How often each sends; NaN where unknown. [s]
    late_factor, silent_factor : float
        An age above this many intervals is late, silent.

    Returns
    -------
    ndarray of uint8, shape (m,)
        `Liveness` of each.

    Raises
    ------
    SeriesError
        The columns differ in length.

    Examples
    --------
    >>> states = liveness(np.array([3600.0, 90_000.0, np.nan]), np.full(3, 3600.0))
    >>> [Liveness(state).name.lower() for state in states]
    ['ok', 'silent', 'never_seen']
    """
    if age_s.shape != interval_s.shape:
        msg = "ages and intervals must be of one length"
        raise SeriesError(msg)
    choices = [
        (np.isnan(age_s), Liveness.NEVER_SEEN),
        (np.isnan(interval_s), Liveness.UNKNOWN),
        (age_s > silent_factor * interval_s, Liveness.SILENT),
        (age_s > late_factor * interval_s, Liveness.LATE),
    ]
    conditions, states = zip(*choices, strict=True)
    return np.select(list(conditions), [np.uint8(state) for state in states], np.uint8(Liveness.OK))
