"""Local calendars as UTC instants.

Days, weeks, months, quarters and years begin at local midnight, whatever the length of the
day; hours are hours of real time. A wall clock that summer time skips or repeats is
refused rather than guessed.
"""

from __future__ import annotations

import datetime as dt
import functools

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import numpy.typing as npt

from divako.errors import SeriesError


FREQUENCIES = ("hour", "day", "week", "month", "quarter", "year")
_HOUR_MS = 3_600_000
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


@functools.lru_cache(maxsize=64)
def zone_of(tz: str) -> ZoneInfo:
    """Look an IANA time zone up.

    Raises
    ------
    SeriesError
        There is no such zone.
    """
    try:
        return ZoneInfo(tz)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        msg = f"no time zone is called {tz!r}"
        raise SeriesError(msg) from error


def instant_of(local: dt.datetime, *, tz: str, fold: int | None = None) -> np.datetime64:
    """Give the UTC instant of a wall clock.

    Parameters
    ----------
    local : datetime
        Wall clock without a zone.
    tz : str
        IANA zone of the clock.
    fold : {0, 1}, optional
        Which of the two, where the wall clock shows the time twice.

    Returns
    -------
    datetime64[ms]
        In UTC.

    Raises
    ------
    SeriesError
        The zone does not exist, the wall clock skips this time, or shows it twice
        and `fold` does not say which.

    Examples
    --------
    >>> instant_of(dt.datetime(2026, 10, 25, 2, 30), tz="Europe/Oslo", fold=1)
    np.datetime64('2026-10-25T01:30:00.000')
    """
    zone = zone_of(tz)
    first, second = (local.replace(tzinfo=zone, fold=f).astimezone(dt.UTC) for f in (0, 1))
    if first.astimezone(zone).replace(tzinfo=None, fold=0) != local.replace(fold=0):
        msg = "a wall clock that summer time skips"
        raise SeriesError(msg)
    if first != second and fold is None:
        msg = "a wall clock that summer time shows twice; say which with fold"
        raise SeriesError(msg)
    return np.datetime64((second if fold else first).replace(tzinfo=None), "ms")


def calendar_boundaries(start: np.datetime64, end: np.datetime64, *, freq: str, tz: str) -> npt.NDArray[np.datetime64]:
    """Cut a span into the bins of a local calendar.

    Parameters
    ----------
    start, end : datetime64[ms]
        The half-open span ``[start, end)``, in UTC.
    freq : {"hour", "day", "week", "month", "quarter", "year"}
        Which bins; weeks begin on Monday (ISO 8601).
    tz : str
        IANA zone of the calendar.

    Returns
    -------
    ndarray of datetime64[ms], shape (n + 1,)
        Boundaries of the ``n`` bins that touch the span, in UTC: the first bin
        contains `start`, the last one the instant before `end`.

    Raises
    ------
    SeriesError
        The span is empty or open, or the frequency or zone is unknown.

    Examples
    --------
    >>> day = calendar_boundaries(np.datetime64("2026-03-29T12"), np.datetime64("2026-03-29T13"), freq="day", tz="Europe/Oslo")
    >>> day[1] - day[0]
    np.timedelta64(82800000,'ms')
    """
    if freq not in FREQUENCIES:
        msg = f"the frequency is one of {', '.join(FREQUENCIES)}"
        raise SeriesError(msg)
    first, last = start.astype("datetime64[ms]"), end.astype("datetime64[ms]")
    if np.isnat(first) or np.isnat(last) or last <= first:
        msg = "a span needs a start and an end after it"
        raise SeriesError(msg)
    return _boundaries(int(first.astype("int64")), int(last.astype("int64")), freq, tz).view("datetime64[ms]")


@functools.lru_cache(maxsize=64)
def _boundaries(first_ms: int, last_ms: int, freq: str, tz: str) -> npt.NDArray[np.int64]:
    """Cut a span; fleets that come in many tables ask for the same one again and again."""
    first, last = np.datetime64(first_ms, "ms"), np.datetime64(last_ms, "ms")
    zone = zone_of(tz)
    if freq == "hour":
        edges = _hours(first, last, zone)
    else:
        begin, until = _floor(first, freq, zone), _local(last, zone).date()
        # The day after next, for midnight of the next may lie before the end where the date line is moved.
        dates = _dates(begin, until + dt.timedelta(days=2), freq)
        # A zone that moves across the date line skips a whole day, which then has no length.
        edges = np.unique(np.array([_utc(date, zone) for date in dates], dtype="datetime64[ms]"))
        edges = edges[: int(np.searchsorted(edges, last)) + 1]
    out = edges.astype("int64")
    out.flags.writeable = False
    return out


def _dates(begin: dt.date, until: dt.date, freq: str) -> list[dt.date]:
    """List the first days of bins from one of them to the first that is not before a date."""
    if freq in _MONTHS:
        months = _MONTHS[freq]
        first, last = np.datetime64(begin, "M"), np.datetime64(until, "M")
        many = int((last - first).astype("int64")) // months + 2
        starts = (first + np.arange(many) * months).astype("datetime64[D]")
    else:
        days = {"day": 1, "week": 7}[freq]
        many = (until - begin).days // days + 2
        starts = np.datetime64(begin, "D") + np.arange(many) * days
    out: list[dt.date] = starts.tolist()
    return out


def _hours(first: np.datetime64, last: np.datetime64, zone: ZoneInfo) -> npt.NDArray[np.datetime64]:
    # Some zones lie half an hour off, so local hours need not be hours of UTC.
    offset = int(_local(first, zone).utcoffset().total_seconds() * 1000) % _HOUR_MS  # type: ignore[union-attr] # the zone is set
    begin = (int(first.astype("int64")) + offset) // _HOUR_MS * _HOUR_MS - offset
    many = -(-(int(last.astype("int64")) - begin) // _HOUR_MS)
    return (begin + np.arange(many + 1, dtype="int64") * _HOUR_MS).astype("datetime64[ms]")


def _local(at: np.datetime64, zone: ZoneInfo) -> dt.datetime:
    utc = at.astype("datetime64[us]").item()
    if not isinstance(utc, dt.datetime) or not 1 < utc.year < 9999:
        msg = "a calendar has the years 2 to 9998"
        raise SeriesError(msg)
    return utc.replace(tzinfo=dt.UTC).astimezone(zone)


def _floor(at: np.datetime64, freq: str, zone: ZoneInfo) -> dt.date:
    date = _local(at, zone).date()
    if freq == "week":
        return date - dt.timedelta(days=date.weekday())
    if freq == "day":
        return date
    months = _MONTHS[freq]
    return date.replace(day=1, month=(date.month - 1) // months * months + 1)


def _utc(date: dt.date, zone: ZoneInfo) -> np.datetime64:
    # Where summer time skips midnight, the day begins at the instant of the change.
    midnight = dt.datetime.combine(date, dt.time(), tzinfo=zone)
    return np.datetime64(midnight.astimezone(dt.UTC).replace(tzinfo=None), "ms")
