"""Degree days, with a heating season where one is wanted.

References
----------
.. [1] Statistics Norway and Store norske leksikon: degrees below 17 °C of the daily mean, summed up.
.. [2] Older Norwegian practice: the heating season begins when the daily mean falls below 11 °C in
   autumn, and ends when it rises above 9 °C in spring.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from attrs import field, frozen

from divako.errors import SeriesError
from divako.units import Numbers, accepts_quantities, as_fraction, exact_or_float, unknown_among


Exact = Fraction | Decimal | int


@frozen(kw_only=True)
class HeatingSeason:
    """When heating goes on and off.

    Parameters
    ----------
    start_below_degc : Fraction, default 11
        Heating that is off goes on with a daily mean below it. [°C]
    stop_above_degc : Fraction, default 9
        Heating that is on goes off with a daily mean above it. [°C]
    on_at_start : bool, default False
        Whether heating is on before the first day.

    Notes
    -----
    The limits themselves change nothing. A day is decided before it is counted: that on which
    heating goes on counts, that on which it goes off does not. Between the limits, where
    `stop_above_degc` is the lower one, every day changes the state: heating that goes on with
    a mean of 10 °C goes off with the next.

    References
    ----------
    .. [1] Older Norwegian practice; the limits differ from place to place.

    Examples
    --------
    >>> HeatingSeason(start_below_degc=10).start_below_degc
    Fraction(10, 1)
    """

    start_below_degc: Fraction = field(default=Fraction(11), converter=as_fraction)
    stop_above_degc: Fraction = field(default=Fraction(9), converter=as_fraction)
    on_at_start: bool = False


@frozen(kw_only=True, eq=False)
class DegreeDays:
    """Degree days of successive days, exact where the temperatures were.

    Parameters
    ----------
    per_day : ndarray, shape (..., t)
        Of each day; NaN where the temperature is unknown, and None among Fractions. [K d]
    total : ndarray, shape (...)
        Sum of the known days. [K d]
    heating_days : ndarray of int64, shape (...)
        Days that have any.
    unknown_days : ndarray of int64, shape (...)
        Days whose temperature is unknown; with any, the total is too low.
    """

    per_day: npt.NDArray[Any]
    total: npt.NDArray[Any]
    heating_days: npt.NDArray[np.int64]
    unknown_days: npt.NDArray[np.int64]


@accepts_quantities()
def degree_days(
    daily_mean_degc: Numbers, *, base_degc: Exact | float = 17, season: HeatingSeason | None = None
) -> DegreeDays:
    """Count by how much days were colder than a base.

    Parameters
    ----------
    daily_mean_degc : array_like of float or Fraction, shape (..., t)
        Mean temperature outside of ``t`` successive days, of one place or of many; NaN or None
        where unknown. [°C]
    base_degc : Fraction, Decimal, int or float, default 17
        What a building does not need heating at. [°C]
    season : HeatingSeason, optional
        Days outside of it have no degree days; without one, every cold day counts.

    Returns
    -------
    DegreeDays
        Fractions where all given is exact, else float64. An unknown day leaves heating on or
        off as it was.

    Raises
    ------
    SeriesError
        There is no axis of days, or a temperature is infinite.

    References
    ----------
    .. [1] Statistics Norway: base 17 °C.

    Examples
    --------
    >>> degree_days([-3.0, 0.0, 16.5, 17.0, 21.0]).total
    array(37.5)
    >>> degree_days([12.0, 10.5, 9.5, 8.0], season=HeatingSeason()).per_day
    array([0. , 6.5, 0. , 9. ])
    """
    unknown = unknown_among(daily_mean_degc)
    mean, base = exact_or_float(np.where(unknown, 0, np.asarray(daily_mean_degc)), base_degc)
    if mean.ndim == 0 or base.ndim:
        msg = "daily means need an axis of days, and one base"
        raise SeriesError(msg)
    below = np.where(np.asarray(mean < base, dtype="bool") & ~unknown, base - mean, mean * 0)
    if season is not None:
        below = np.where(_is_on(mean, unknown, season), below, mean * 0)
    per_day = below.copy()
    per_day[unknown] = None if below.dtype == object else np.nan
    return DegreeDays(
        per_day=per_day,
        total=np.asarray(below.sum(axis=-1)),
        heating_days=np.asarray((below > 0).sum(axis=-1), dtype="int64"),
        unknown_days=np.asarray(unknown.sum(axis=-1), dtype="int64"),
    )


def _is_on(mean: npt.NDArray[Any], unknown: npt.NDArray[np.bool_], season: HeatingSeason) -> npt.NDArray[np.bool_]:
    exact = mean.dtype == object
    start = season.start_below_degc if exact else float(season.start_below_degc)
    stop = season.stop_above_degc if exact else float(season.stop_above_degc)
    # An unknown day is on no side of a limit, so it changes nothing.
    starts = np.asarray(mean < start, dtype="bool") & ~unknown
    stops = np.asarray(mean > stop, dtype="bool") & ~unknown
    out = np.empty(mean.shape, dtype="bool")
    on = np.full(mean.shape[:-1], season.on_at_start)
    for day in range(mean.shape[-1]):
        on = np.where(on, ~stops[..., day], starts[..., day])
        out[..., day] = on
    return out
