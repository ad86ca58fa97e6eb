"""Consumption as a matrix: places down, time across."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from attrs import frozen

from divako.errors import SeriesError
from divako.model import Consumption, Quality


@frozen(eq=False)
class Grid:
    """Interval consumption of one register on common intervals.

    Parameters
    ----------
    subjects : tuple of str
        The ``m`` meters or places.
    start, end : ndarray of datetime64[ms], shape (t,)
        The intervals ``[start, end)``, ascending, in UTC.
    value : ndarray of float64, shape (m, t)
        NaN where not fully covered. [canonical unit of the register]
    coverage : ndarray of float64, shape (m, t)
        Known share of each interval.
    quality : ndarray of uint8, shape (m, t)
        `Quality` of each.
    """

    subjects: tuple[str, ...]
    start: npt.NDArray[np.datetime64]
    end: npt.NDArray[np.datetime64]
    value: npt.NDArray[np.float64]
    coverage: npt.NDArray[np.float64]
    quality: npt.NDArray[np.uint8]


def grid(consumption: Consumption, *, register: str | None = None, allow_partial: bool = False) -> Grid:
    """Lay consumption out as a matrix.

    Parameters
    ----------
    consumption : Consumption
        Of any number of meters or places.
    register : str, optional
        Name of the register; needed where there are several.
    allow_partial : bool, default False
        Whether intervals that are covered in part keep their value.

    Returns
    -------
    Grid
        One row per meter or place that has any interval.

    Raises
    ------
    SeriesError
        There are several registers and none is named, intervals overlap, or one
        stands twice.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from divako.consumption import interval_consumption
    >>> from divako.model import Readings, Register
    >>> from divako.units import Dimension
    >>> litres = Register("volume", Dimension.VOLUME, Fraction(1, 1000))
    >>> readings = Readings.of_counts("m", litres, ["2026-01-10T00:00", "2026-01-10T02:00"], [0, 900])
    >>> grid(interval_consumption(readings, tz="UTC")).value
    array([[0.45, 0.45]])
    """
    names = {consumption.registers[code].name for code in np.unique(consumption.register)}
    if register is None and len(names) > 1:
        msg = "several registers; name the one wanted"
        raise SeriesError(msg)
    wanted = np.array([register in {None, r.name} for r in consumption.registers] + [False], dtype="bool")
    rows = np.flatnonzero(wanted[consumption.register])
    rows = rows[consumption.meter[rows] >= 0]
    start, column = _columns(consumption.start[rows], consumption.meter[rows])
    end = np.full(len(start), np.datetime64("NaT", "ms"))
    end[column] = consumption.end[rows]
    if (end[column] != consumption.end[rows]).any() or (end[:-1] > start[1:]).any():
        msg = "intervals overlap"
        raise SeriesError(msg)
    is_there = np.zeros(len(consumption.meter_ids), dtype="bool")
    is_there[consumption.meter[rows]] = True
    codes = np.flatnonzero(is_there)
    shape = len(codes), len(start)
    place = (np.cumsum(is_there) - 1)[consumption.meter[rows]] * shape[1] + column
    taken = np.zeros(shape, dtype="bool")
    taken.ravel()[place] = True
    if np.count_nonzero(taken) != len(place):
        msg = "one interval stands twice"
        raise SeriesError(msg)
    value = np.full(shape, np.nan)
    coverage = np.zeros(shape)
    quality = np.full(shape, np.uint8(Quality.MISSING))
    full = np.ones(len(rows), dtype="bool") if allow_partial else consumption.coverage[rows] >= 1
    value.ravel()[place[full]] = consumption.value[rows][full]
    coverage.ravel()[place] = consumption.coverage[rows]
    quality.ravel()[place] = consumption.quality[rows]
    return Grid(tuple(consumption.meter_ids[c] for c in codes), start, end, value, coverage, quality)


def _columns(
    start: npt.NDArray[np.datetime64], meter: npt.NDArray[np.int32]
) -> tuple[npt.NDArray[np.datetime64], npt.NDArray[np.int64]]:
    """Give the distinct starts, and the number of each row among them."""
    # Meters mostly share their intervals, and then those of one are all there are: no need to sort all rows.
    distinct = np.unique(start[meter == meter[0]]) if len(start) else start
    column = np.searchsorted(distinct, start)
    if len(start) and (distinct[np.minimum(column, len(distinct) - 1)] != start).any():
        distinct, column = np.unique(start, return_inverse=True)
    return distinct, column
