"""Water that flows into a zone: customers, night users, leakage.

References
----------
.. [1] Lambert, A. et al. (1999), "A review of performance indicators for real losses from water
   supply systems", Aqua 48(6): background leakage and burst flows at 50 m pressure.
.. [2] McKenzie, R. (1999), SANFLOW user guide: a small commercial user takes 50 L/h at night.
"""

from __future__ import annotations

import numpy as np

from divako.simulate._clock import Times, local_clock
from divako.simulate._households import Counts, Rng


def zone_inflow(
    hours: Times,
    customers: Counts,
    *,
    background_l_h: float,
    night_users: int = 2,
    rng: Rng = None,
    tz: str = "Europe/Oslo",
) -> Counts:
    """Draw the inflow of a zone hour by hour.

    Parameters
    ----------
    hours : ndarray of datetime64, shape (t,)
        Starts of successive hours, in UTC.
    customers : ndarray of int64, shape (m, t)
        What its metered customers use. [L]
    background_l_h : float
        Leakage that has always been there, at mean pressure. [L/h]
    night_users : int, default 2
        Unmetered commercial users that work at night.
    rng : Generator, int or None
        Source of randomness, as `numpy.random.default_rng` takes it.
    tz : str, default "Europe/Oslo"
        Time zone of the people.

    Returns
    -------
    ndarray of int64, shape (t,)
        Whole litres. [L]

    Notes
    -----
    Leakage rises by a twelfth at night with the pressure. Nights differ: each day
    has its own level of commercial use.

    Examples
    --------
    >>> hours = np.arange("2026-01-01", "2026-01-08", dtype="datetime64[h]")
    >>> nobody = np.zeros((1, 168), dtype="int64")
    >>> inflow = zone_inflow(hours, nobody, background_l_h=800, rng=1)
    >>> bool(inflow.min() > 700)
    True
    """
    generator = np.random.default_rng(rng)
    clock, _ = local_clock(hours, tz=tz)
    pressure = 1 + np.cos(2 * np.pi * (clock - 3) / 24) / 12
    leakage = background_l_h * pressure * generator.normal(1.0, 0.01, size=len(hours))
    day = (hours.astype("datetime64[D]") - hours[0].astype("datetime64[D]")).astype("int64")
    level = generator.lognormal(0.0, 0.25, size=int(day[-1]) + 1)[day]
    # 50 L/h each [2]_, and three times that in the early hours of bakeries and laundries.
    commercial = night_users * 50.0 * level * np.where((clock >= 3) & (clock < 8), 3.0, 1.0)
    commercial *= generator.uniform(0.8, 1.2, size=len(hours))
    return np.asarray(customers.sum(axis=0) + np.rint(leakage + commercial).astype("int64"), dtype="int64")
