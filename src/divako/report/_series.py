"""Consumption tables as arrays over local days."""

from __future__ import annotations

import datetime as dt

from collections.abc import Collection
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from attrs import frozen

from divako.errors import SeriesError
from divako.model import Consumption, Medium, Quality
from divako.units import Dimension


Times = npt.NDArray[np.datetime64]
Floats = npt.NDArray[np.float64]

# The flow of a network is usually lowest between two and five in the morning.
NIGHT_START_H, NIGHT_END_H = 2, 5

ALL = 1 - 1e-9  # shares are sums of floats
_HOUR_MS = 3_600_000
_ENERGY = {Medium.HEAT, Medium.COOLING, Medium.HEAT_AND_COOLING, Medium.ELECTRICITY}
_UNITS = {Dimension.VOLUME: "m³", Dimension.ENERGY: "kWh", Dimension.HEAT_COST: ""}


def dimension_of(medium: Medium) -> Dimension:
    """Tell in what a medium is consumed."""
    if medium is Medium.HEAT_COST_ALLOCATOR:
        return Dimension.HEAT_COST
    return Dimension.ENERGY if medium in _ENERGY else Dimension.VOLUME


def unit_of(medium: Medium) -> str:
    """Give the unit of a medium's consumption as people write it."""
    return _UNITS[dimension_of(medium)]


def local_times(times: Times, *, timezone: str) -> Times:
    """Turn instants into wall clock times.

    Parameters
    ----------
    times : ndarray of datetime64[ms]
        Instants, in UTC; NaT stays NaT.
    timezone : str
        IANA name of the zone.

    Returns
    -------
    ndarray of datetime64[ms]
        What a clock on the wall showed.
    """
    zone = ZoneInfo(timezone)
    times = np.asarray(times, dtype="datetime64[ms]")
    # Clocks change on full quarter hours, so one conversion serves all instants of a quarter.
    quarters, inverse = np.unique(times.astype("datetime64[15m]"), return_inverse=True)
    offsets = np.array([_offset_ms(quarter, zone) for quarter in quarters], dtype="timedelta64[ms]")
    return np.asarray(times + offsets[inverse].reshape(times.shape)) if times.size else times


def _offset_ms(instant: np.datetime64, zone: ZoneInfo) -> int:
    if np.isnat(instant):
        return 0
    utc = dt.datetime.fromtimestamp(int(instant.astype("datetime64[s]").astype("int64")), tz=dt.UTC)
    offset = utc.astimezone(zone).utcoffset()
    return 0 if offset is None else round(offset.total_seconds() * 1000)


def local_days(start: np.datetime64, end: np.datetime64, *, timezone: str) -> Times:
    """List the local days that a half-open period touches.

    Parameters
    ----------
    start, end : datetime64[ms]
        The period, in UTC.
    timezone : str
        IANA name of the zone.

    Returns
    -------
    ndarray of datetime64[D]
        The days, one after the other.
    """
    ends = np.array([start, end - np.timedelta64(1, "ms")], dtype="datetime64[ms]")
    first, last = local_times(ends, timezone=timezone).astype("datetime64[D]")
    return np.arange(first, last + np.timedelta64(1, "D"), dtype="datetime64[D]")


@frozen(kw_only=True, eq=False)
class Days:
    """Consumption of places over days.

    Parameters
    ----------
    places : tuple of str
        ``m`` places, sorted.
    days : ndarray of datetime64[D], shape (n,)
        Local days.
    value : ndarray of float64, shape (m, n)
        What passed; NaN where nothing is known. [canonical unit]
    coverage : ndarray of float64, shape (m, n)
        Measured shares, 0 to 1; of a day inside one long step between readings, nothing was measured.
    """

    places: tuple[str, ...]
    days: Times
    value: Floats
    coverage: Floats

    def of(self, places: list[str]) -> Days:
        """Keep some of the places, in the order given."""
        rows = [self.places.index(place) for place in places]
        return Days(places=tuple(places), days=self.days, value=self.value[rows], coverage=self.coverage[rows])

    def knows(self, place: str) -> bool:
        """Tell whether anything is known of a place."""
        return place in self.places and not np.isnan(self.value[self.places.index(place)]).all()

    def sum(self) -> Floats:
        """Sum what is known over the places; NaN where nothing is."""
        known = ~np.isnan(self.value)
        return np.where(known.any(axis=0), np.nansum(self.value, axis=0), np.nan)

    def totals(self) -> Floats:
        """Sum what is known over the days; NaN where nothing is."""
        known = ~np.isnan(self.value)
        return np.where(known.any(axis=1), np.nansum(self.value, axis=1), np.nan)

    def complete(self) -> bool:
        """Tell whether all days of all places were measured in full."""
        return bool((self.coverage >= ALL).all())

    def mean_coverage(self) -> Floats:
        """Average the coverage of each day over the places."""
        return np.asarray(self.coverage.mean(axis=0)) if self.places else np.zeros(len(self.days))


def over_days(
    daily: Consumption, *, medium: Medium, days: Times, timezone: str, expected: Collection[str] = ()
) -> Days:
    """Lay a table of daily consumption out over local days.

    Parameters
    ----------
    daily : Consumption
        By local day.
    medium : Medium
        Whose dimension is taken; rows in another are left out.
    days : ndarray of datetime64[D], shape (n,)
        Local days, one after the other; rows of other days are left out.
    timezone : str
        IANA name of the zone.
    expected : collection of str, optional
        Places that are listed even if the table has no row of them.

    Returns
    -------
    Days
        The places expected, and those the table has rows of.

    Raises
    ------
    SeriesError
        Two rows are about the same place and day.
    """
    counted = _in_dimension(daily, medium)
    # A table that was cut from a larger one still knows the words of the rest.
    heard = {daily.meter_ids[code] for code in np.unique(daily.meter[counted])}
    places = tuple(sorted(heard | set(expected)))
    order = np.array([places.index(place) if place in places else -1 for place in daily.meter_ids], dtype="int64")
    local = local_times(daily.start, timezone=timezone).astype("datetime64[D]")
    day = (local - days[0]).astype("int64")
    kept = np.flatnonzero(counted & (day >= 0) & (day < len(days)))
    cell = order[daily.meter[kept]] * len(days) + day[kept]
    unique, first = np.unique(cell, return_index=True)
    if len(unique) < len(cell):
        row = int(np.setdiff1d(kept, kept[first])[0])
        msg = "two rows are about the same place and day"
        raise SeriesError(msg, row=row, meter_index=int(daily.meter[row]))
    value = np.full(len(places) * len(days), np.nan)
    coverage = np.zeros(len(places) * len(days))
    estimated = daily.quality[kept] == Quality.ESTIMATED
    value[cell], coverage[cell] = daily.value[kept], np.where(estimated, 0, np.nan_to_num(daily.coverage[kept]))
    shape = (len(places), len(days))
    return Days(places=places, days=days, value=value.reshape(shape), coverage=coverage.reshape(shape))


def _in_dimension(table: Consumption, medium: Medium) -> npt.NDArray[np.bool_]:
    wanted = dimension_of(medium)
    fits = np.array([register.dimension is wanted for register in table.registers], dtype="bool")
    return np.asarray(fits[table.register], dtype="bool") if len(table) else np.zeros(0, dtype="bool")


def lowest_at_night(hourly: Consumption, place: str, *, medium: Medium, days: Times, timezone: str) -> Floats:
    """Find the lowest flow of each night in a place.

    Parameters
    ----------
    hourly : Consumption
        By hour, or finer.
    place : str
        Where.
    medium : Medium
        Whose dimension is taken.
    days : ndarray of datetime64[D], shape (n,)
        Local days in the morning of which the nights end.
    timezone : str
        IANA name of the zone.

    Returns
    -------
    ndarray of float64, shape (n,)
        Lowest mean flow of the intervals between two and five o'clock; NaN where
        no interval of the night was wholly measured. [canonical unit / h]
    """
    out = np.full(len(days), np.nan)
    if place not in hourly.meter_ids:
        return out
    mine = (hourly.meter == hourly.meter_ids.index(place)) & _in_dimension(hourly, medium)
    # A share of a long step says how much passed in all of it, not how little in one night.
    known = mine & ~np.isnan(hourly.value) & (hourly.coverage >= ALL) & (hourly.quality != Quality.ESTIMATED)
    table = hourly.select(known)
    local = local_times(table.start, timezone=timezone)
    hour = (local - local.astype("datetime64[D]")).astype("int64") // _HOUR_MS
    day = (local.astype("datetime64[D]") - days[0]).astype("int64")
    night = (hour >= NIGHT_START_H) & (hour < NIGHT_END_H) & (day >= 0) & (day < len(days))
    duration_h = (table.end - table.start).astype("int64") / _HOUR_MS
    np.fmin.at(out, day[night], (table.value / duration_h)[night])
    return out
