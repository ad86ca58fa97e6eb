"""How long a battery lasts, from a straight line through what is left of it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from divako.errors import SeriesError


def battery_forecast(
    day: npt.NDArray[np.float64], level: npt.NDArray[np.float64], *, limit: float
) -> tuple[float, float]:
    """Forecast when a battery falls to a limit.

    Parameters
    ----------
    day : ndarray of float64, shape (n,)
        When the level was read; at least two different days. [d]
    level : ndarray of float64, shape (n,)
        Voltage or charge. [V or %]
    limit : float
        The level at which it must be replaced. [unit of the level]

    Returns
    -------
    tuple of float and float
        Slope of the least-squares line [unit of the level / d], and days from the last reading until
        the line is at the limit: 0 if it is there already, infinite if it does not fall. [d]

    Raises
    ------
    SeriesError
        The columns differ in length, hold an unknown value, or there are no two days.

    Notes
    -----
    It fails: a lithium cell keeps its voltage almost to the end and then drops, so its days
    come out too many; cold lowers the voltage for a while.

    Examples
    --------
    >>> slope, days = battery_forecast(np.array([0.0, 50.0, 100.0]), np.array([3.60, 3.55, 3.50]), limit=3.20)
    >>> round(slope, 6), round(days, 6)
    (-0.001, 300.0)
    """
    if day.shape != level.shape:
        msg = "days and levels must be of one length"
        raise SeriesError(msg)
    unknown = ~(np.isfinite(day) & np.isfinite(level))
    if unknown.any():
        msg = "a day or level is unknown"
        raise SeriesError(msg, row=int(np.argmax(unknown)))
    if len(np.unique(day)) < 2:
        msg = "a line takes readings of two days"
        raise SeriesError(msg)
    apart = day - day.mean()
    slope = float(apart @ (level - level.mean()) / (apart @ apart))
    now = float(level.mean() + slope * (day.max() - day.mean()))
    if now <= limit:
        return slope, 0.0
    return slope, (now - limit) / -slope if slope < 0 else float("inf")
