"""Local clock of UTC hours, for habits that follow the clock on the wall."""

from __future__ import annotations

import datetime as dt

from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt


Times = npt.NDArray[np.datetime64]


def hours_of(start: np.datetime64, end: np.datetime64) -> Times:
    """List the hours of a span by their starts.

    Parameters
    ----------
    start, end : datetime64
        The half-open span ``[start, end)``, in UTC.

    Returns
    -------
    ndarray of datetime64[ms], shape (t,)

    Examples
    --------
    >>> len(hours_of(np.datetime64("2026-03-28T23:00"), np.datetime64("2026-03-29T22:00")))
    23
    """
    return np.arange(start, end, np.timedelta64(1, "h")).astype("datetime64[ms]")


def local_clock(hours: Times, *, tz: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Give the local hour of day, and whether it is a weekend.

    Parameters
    ----------
    hours : ndarray of datetime64, shape (t,)
        In UTC.
    tz : str
        Name of the time zone.

    Returns
    -------
    tuple of ndarray of int64, shape (t,), and ndarray of bool, shape (t,)
        Hour of day from 0 to 23; True on Saturday and Sunday.

    Examples
    --------
    >>> hours = hours_of(np.datetime64("2026-03-29T00:00"), np.datetime64("2026-03-29T02:00"))
    >>> local_clock(hours, tz="Europe/Oslo")[0]
    array([1, 3])
    """
    zone = ZoneInfo(tz)
    seconds = hours.astype("datetime64[s]").astype("int64").tolist()
    local = [dt.datetime.fromtimestamp(second, tz=zone) for second in seconds]
    hour = np.array([moment.hour for moment in local], dtype="int64")
    return hour, np.array([moment.weekday() >= 5 for moment in local], dtype="bool")
