"""Heat that dwellings take from a district heating plant.

References
----------
.. [1] EN 12831-1:2017: heat load as transmission and ventilation loss times the difference
   of temperature; the coefficients here are those of an older block of flats.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from divako.simulate._clock import Times, local_clock
from divako.simulate._households import Counts, Rng
from divako.simulate._weather import Floats


LOSS_W_PER_M2_K = 1.1  # transmission and ventilation
BASE_TEMPERATURE = 17.0  # people, sun and appliances do the rest [°C]


def heat_use(
    hours: Times, outdoor: Floats, area_m2: npt.ArrayLike, *, rng: Rng = None, tz: str = "Europe/Oslo"
) -> Counts:
    """Draw the heat that dwellings use hour by hour.

    Parameters
    ----------
    hours : ndarray of datetime64, shape (t,)
        Starts of successive hours, in UTC.
    outdoor : ndarray of float64, shape (t,)
        Temperature outside. [°C]
    area_m2 : array_like of float, shape (m,)
        Heated floor of each dwelling. [m²]
    rng : Generator, int or None
        Source of randomness, as `numpy.random.default_rng` takes it.
    tz : str, default "Europe/Oslo"
        Time zone; people turn the heat down at night.

    Returns
    -------
    ndarray of int64, shape (m, t)
        Whole watt-hours. [Wh]

    References
    ----------
    .. [1] EN 12831-1:2017.

    Examples
    --------
    >>> hours = np.arange("2026-01-01", "2026-01-08", dtype="datetime64[h]")
    >>> heat_use(hours, np.full(168, -5.0), [60.0, 90.0], rng=1).shape
    (2, 168)
    """
    generator = np.random.default_rng(rng)
    area = np.asarray(area_m2, dtype="float64")
    clock, _ = local_clock(hours, tz=tz)
    night = np.where((clock >= 23) | (clock < 6), 0.85, 1.05)
    # Inner dwellings lose less than corner ones, and people differ in what they find warm.
    place = generator.uniform(0.6, 1.15, size=len(area))
    wanted = np.maximum(BASE_TEMPERATURE + generator.normal(0.0, 1.0, size=(len(area), 1)) - outdoor, 0.0)
    noise = generator.gamma(20.0, 1 / 20.0, size=(len(area), len(hours)))
    watts = LOSS_W_PER_M2_K * (area * place)[:, None] * wanted * night * noise
    return np.rint(watts).astype("int64")
