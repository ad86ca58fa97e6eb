"""Temperatures outside and in a technical room.

References
----------
.. [1] MET Norway, climate normals 1991-2020 of Oslo: about -2 °C in January and 18 °C in
   July; rounded to a yearly wave of mean 7 °C and amplitude 10 °C.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from divako.simulate._clock import Times, local_clock
from divako.simulate._households import Rng


Floats = npt.NDArray[np.float64]


def outdoor_temperature(hours: Times, *, rng: Rng = None, tz: str = "Europe/Oslo") -> Floats:
    """Draw the temperature outside, hour by hour.

    Parameters
    ----------
    hours : ndarray of datetime64, shape (t,)
        Successive hours, in UTC.
    rng : Generator, int or None
        Source of randomness, as `numpy.random.default_rng` takes it.
    tz : str, default "Europe/Oslo"
        Time zone; decides when the afternoon is.

    Returns
    -------
    ndarray of float64, shape (t,)
        [°C]

    Notes
    -----
    A yearly and a daily wave, and weather that persists for about three days.

    Examples
    --------
    >>> hours = np.arange("2026-01-01", "2026-02-01", dtype="datetime64[h]")
    >>> bool(-20 < outdoor_temperature(hours, rng=1).mean() < 8)
    True
    """
    generator = np.random.default_rng(rng)
    day = (hours.astype("datetime64[ms]") - hours.astype("datetime64[Y]")) / np.timedelta64(1, "D")
    clock, _ = local_clock(hours, tz=tz)
    season = 7.0 - 10.0 * np.cos(2 * np.pi * (day - 20) / 365.25)  # coldest about 20 January
    # The days are long in summer and short in winter, and so is the difference to the night.
    swing = 2.5 - 1.5 * np.cos(2 * np.pi * day / 365.25)
    daily = swing * np.cos(2 * np.pi * (clock - 15) / 24)
    return np.asarray(season + daily + _persistent(len(hours), generator, deviation=4.5, hours=72.0), dtype="float64")


def _persistent(n: int, generator: np.random.Generator, *, deviation: float, hours: float) -> Floats:
    """Draw a first-order autoregressive series."""
    keep = float(np.exp(-1 / hours))
    shocks = generator.normal(0.0, deviation * np.sqrt(1 - keep**2), size=n).tolist()
    value = float(generator.normal(0.0, deviation))
    out: list[float] = []
    for shock in shocks:
        value = keep * value + shock
        out.append(value)
    return np.array(out, dtype="float64")


def room_temperature(
    outdoor: Floats,
    hours: Times,
    *,
    mean: float = 11.5,
    frost_start: np.datetime64 | None = None,
    frost_hours: int = 9,
    frost_low: float = -3.0,
    rng: Rng = None,
) -> Floats:
    """Draw the temperature of a technical room that is warmed a little.

    Parameters
    ----------
    outdoor : ndarray of float64, shape (t,)
        Temperature outside. [°C]
    hours : ndarray of datetime64, shape (t,)
        Successive hours, in UTC.
    mean : float, default 11.5
        About what the room keeps. [°C]
    frost_start : datetime64, optional
        When somebody leaves a window open, in UTC.
    frost_hours : int, default 9
        How long the room takes to fall to its lowest and rise again. [h]
    frost_low : float, default -3
        Its lowest temperature then. [°C]
    rng : Generator, int or None
        Source of randomness, as `numpy.random.default_rng` takes it.

    Returns
    -------
    ndarray of float64, shape (t,)
        Between 8 and 15 °C apart from the frost. [°C]

    Examples
    --------
    >>> hours = np.arange("2026-01-01", "2026-01-08", dtype="datetime64[h]")
    >>> quiet = room_temperature(np.full(168, -8.0), hours, rng=1)
    >>> frost = room_temperature(np.full(168, -8.0), hours, frost_start=hours[50], rng=1)
    >>> bool(quiet.min() >= 8), float(frost.min())
    (True, -3.0)
    """
    generator = np.random.default_rng(rng)
    damped = mean + 0.1 * (outdoor - 2.0) + _persistent(len(hours), generator, deviation=0.4, hours=6.0)
    room = np.clip(damped, 8.0, 15.0)
    if frost_start is not None:
        first = int(np.searchsorted(hours, frost_start))
        # Nought at both ends, one in the middle, and flat enough there to last for hours.
        depth = np.sin(np.pi * np.arange(1, frost_hours + 1) / (frost_hours + 1)) ** 0.5
        part = room[first : first + frost_hours]
        depth = depth[: len(part)] / depth.max()
        room[first : first + frost_hours] = part + depth * (frost_low - part)
    return np.asarray(room, dtype="float64")
