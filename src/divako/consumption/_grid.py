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
    start, column = np.unique(consumption.start[rows], return_inverse=True)
    end = np.full(len(start), np.datetime64("NaT", "ms"))
    end[column] = consumption.end[rows]
    if (end[column] != consumption.end[rows]).any() or (end[:-1] > start[1:]).any():
        msg = "intervals overlap"
        raise SeriesError(msg)
    codes, line = np.unique(consumption.meter[rows], return_inverse=True)
    shape = len(codes), len(start)
    place = line * shape[1] + column
    if len(np.unique(place)) != len(place):
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
