"""Minimum night flow: the lowest hour of each local night."""

from __future__ import annotations

import datetime as dt

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import numpy.typing as npt

from attrs import frozen

from divako.errors import SeriesError


_HOUR = np.timedelta64(3_600_000, "ms")
_DAY = np.timedelta64(1, "D")


@frozen(kw_only=True, eq=False)
class NightFlow:
    """Lowest flow of successive nights.

    Parameters
    ----------
    date : ndarray of datetime64[D], shape (n,)
        Local dates, none left out.
    start, end : ndarray of datetime64[ms], shape (n,)
        The window of each night, ``[start, end)`` in UTC; NaT on a date on which the
        clock leaps over all of it.
    lowest_m3_h : ndarray of float64, shape (m, n)
        Lowest known hour; NaN where none is known. [m³/h]
    coverage : ndarray of float64, shape (m, n)
        Known share of the window, 0 to 1.
    """

    date: npt.NDArray[np.datetime64]
    start: npt.NDArray[np.datetime64]
    end: npt.NDArray[np.datetime64]
    lowest_m3_h: npt.NDArray[np.float64]
    coverage: npt.NDArray[np.float64]


def minimum_night_flow(
    flow_m3_h: npt.NDArray[np.float64],
    start: npt.NDArray[np.datetime64],
    *,
    window: tuple[int, int] = (2, 5),
    tz: str = "Europe/Oslo",
) -> NightFlow:
    """Take the lowest flow of each night.

    Parameters
    ----------
    flow_m3_h : ndarray of float64, shape (m, t)
        Mean flow of ``m`` subjects over ``t`` successive hours; NaN where
        unknown. [m³/h]
    start : ndarray of datetime64[ms], shape (t,)
        Starts of the hours, in UTC.
    window : tuple of int, default (2, 5)
        Local hours of day ``[from, to)``. [h]
    tz : str, default "Europe/Oslo"
        Name of the time zone.

    Returns
    -------
    NightFlow
        One column per local date from the first hour to the last. A window is counted in
        hours of real time: with (2, 5) the night in which the clock is put back has four.

    Raises
    ------
    SeriesError
        The shapes disagree, the hours do not follow one another, the window is not
        within a day, or there is no such time zone.

    References
    ----------
    .. [1] Lambert, A. and Taylor, R. (2010), "Water loss guidelines", Water New Zealand.
    .. [2] McKenzie, R. (1999), "SANFLOW user guide", Water Research Commission, TT 109/99.

    Examples
    --------
    >>> start = np.arange("2026-01-09T23:00", "2026-01-10T23:00", 60, dtype="datetime64[m]").astype("datetime64[ms]")
    >>> flow = np.full((1, 24), 0.2)
    >>> flow[0, 3] = 0.05
    >>> minimum_night_flow(flow, start).lowest_m3_h
    array([[0.05]])
    """
    if flow_m3_h.ndim != 2 or flow_m3_h.shape[1:] != start.shape:
        msg = "flow must have one column per hour"
        raise SeriesError(msg)
    if not 0 <= window[0] < window[1] <= 24:
        msg = "a night window lies within one day and ends after it starts"
        raise SeriesError(msg)
    if not len(start):
        return _no_nights(len(flow_m3_h))
    if (np.diff(start) != _HOUR).any():
        msg = "hours must follow one another"
        raise SeriesError(msg, row=int(np.argmax(np.diff(start) != _HOUR)) + 1)

    # A day more on both sides, so that a window at the edge of the data is known to be cut.
    hours = np.arange(start[0] - 25 * _HOUR, start[-1] + 26 * _HOUR, _HOUR)
    date, hour = local_dates_and_hours(hours, tz=tz)
    inside = (hour >= window[0]) & (hour < window[1])
    given = date[25 : 25 + len(start)]
    dates = np.arange(given[0], given[-1] + _DAY, _DAY)
    windows = inside & (date >= dates[0]) & (date <= dates[-1])
    night = ((date[windows] - dates[0]) // _DAY).astype("int64")
    width = np.bincount(night, minlength=len(dates))
    begin, end = np.full((2, len(dates)), np.datetime64("NaT", "ms"))
    begin[night[::-1]] = hours[windows][::-1]  # the first hour is written last
    end[night] = hours[windows] + _HOUR

    columns = np.flatnonzero(inside[25 : 25 + len(start)])
    lowest = np.full((len(flow_m3_h), len(dates)), np.nan)
    known = np.zeros(lowest.shape)
    if columns.size:
        of = ((given[columns] - dates[0]) // _DAY).astype("int64")
        seen, at = np.unique(of, return_index=True)
        taken = flow_m3_h[:, columns]
        lowest[:, seen] = np.fmin.reduceat(taken, at, axis=1)
        known[:, seen] = np.add.reduceat((~np.isnan(taken)).astype("float64"), at, axis=1)
    return NightFlow(date=dates, start=begin, end=end, lowest_m3_h=lowest, coverage=known / np.maximum(width, 1))


def _no_nights(subjects: int) -> NightFlow:
    nothing = np.empty((subjects, 0))
    instants = np.empty(0, dtype="datetime64[ms]")
    return NightFlow(
        date=instants.astype("datetime64[D]"), start=instants, end=instants, lowest_m3_h=nothing, coverage=nothing
    )


def local_dates_and_hours(
    times: npt.NDArray[np.datetime64], *, tz: str
) -> tuple[npt.NDArray[np.datetime64], npt.NDArray[np.int64]]:
    """Read the local calendar date and hour of day of instants."""
    try:
        zone = ZoneInfo(tz)
    except (ZoneInfoNotFoundError, ValueError):
        msg = "there is no such time zone"
        raise SeriesError(msg) from None
    seconds = times.astype("datetime64[s]").astype("int64").tolist()
    # The offset of each instant, added to it, gives the clock on the wall.
    offsets = [dt.datetime.fromtimestamp(s, tz=zone).utcoffset() or dt.timedelta() for s in seconds]
    wall = times.astype("datetime64[s]") + np.array(offsets, dtype="timedelta64[s]")
    date = wall.astype("datetime64[D]")
    return date, (wall - date).astype("timedelta64[h]").astype("int64")
