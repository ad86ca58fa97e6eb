"""Water use of households, drawn event by event.

Seven kinds of use happen as Poisson events whose rate follows the local clock; each
event takes a volume of its own. So most hours of the night are zero, as with real
customers, and a leak is what breaks that.

References
----------
.. [1] Norsk Vann, B20/2016: 140 L per person and day for unmetered households.
.. [2] Blokker, E. J. M., Vreeburg, J. H. G. and van Dijk, J. C. (2010), "Simulating residential
   water demand with a stochastic end-use model", J. Water Resour. Plann. Manage. 136(1).
   The structure is theirs; frequencies and volumes here are rounded to reach about 120 L
   with absences counted.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from attrs import frozen

from divako.simulate._clock import Times, local_clock


Counts = npt.NDArray[np.int64]
Rng = np.random.Generator | int | None


@frozen(kw_only=True)
class Use:
    """One kind of water use.

    Parameters
    ----------
    name : str
        What it is.
    per_day : float
        Events of one person in a day.
    litres : float
        Mean volume of an event. [L]
    spread : float
        Standard deviation over mean of that volume.
    clock : str
        Weights of the 24 local hours on a working day, one digit each.
    weekend : str
        The same on Saturday and Sunday.
    """

    name: str
    per_day: float
    litres: float
    spread: float
    clock: str
    weekend: str


# Weights hour by hour, from midnight. One person in seventy goes to the toilet in an hour of the night.
USES: tuple[Use, ...] = (
    Use(
        name="toilet",
        per_day=5.4,
        litres=5.5,
        spread=0.25,
        clock="000000499432233334666652",
        weekend="200000124899643333466653",
    ),
    Use(
        name="toilet at night",
        per_day=0.1,
        litres=5.5,
        spread=0.25,
        clock="222222300000000000000001",
        weekend="322222200000000000000001",
    ),
    Use(
        name="shower",
        per_day=0.85,
        litres=54.0,
        spread=0.4,
        clock="000000799520000122343210",
        weekend="000000012699743223343210",
    ),
    Use(
        name="tap",
        per_day=14.0,
        litres=2.0,
        spread=0.7,
        clock="100000377433343457866542",
        weekend="200000013688765447866543",
    ),
    Use(
        name="washing",
        per_day=0.25,
        litres=55.0,
        spread=0.1,
        clock="000000012321112236999610",
        weekend="000000001369998876554310",
    ),
    Use(
        name="dishwasher",
        per_day=0.3,
        litres=12.0,
        spread=0.1,
        clock="000000002211001115799630",
        weekend="000000000233222236788530",
    ),
    Use(
        name="cleaning",
        per_day=0.4,
        litres=15.0,
        spread=0.5,
        clock="000000001222111223443100",
        weekend="000000000145543333322100",
    ),
)


def away_hours(hours: Times, *, households: int, rng: Rng = None, tz: str = "Europe/Oslo") -> npt.NDArray[np.bool_]:
    """Draw when households are away from home for a night or more.

    Parameters
    ----------
    hours : ndarray of datetime64, shape (t,)
        Successive hours, in UTC.
    households : int
        How many.
    rng : Generator, int or None
        Source of randomness, as `numpy.random.default_rng` takes it.
    tz : str, default "Europe/Oslo"
        Time zone of the people.

    Returns
    -------
    ndarray of bool, shape (m, t)
        True while nobody is there.

    Notes
    -----
    A household leaves on one day in thirty, in the forenoon, and stays away for one
    to seven nights, most often two.
    """
    generator = np.random.default_rng(rng)
    clock, _ = local_clock(hours, tz=tz)
    mornings = np.flatnonzero(clock == 10)
    away = np.zeros((households, len(hours)), dtype="bool")
    leaves = generator.random((households, len(mornings))) < 1 / 30
    nights = generator.choice([1, 2, 3, 7], p=[0.25, 0.45, 0.2, 0.1], size=leaves.shape)
    for household, day in zip(*np.nonzero(leaves), strict=True):
        first = mornings[day]
        away[household, first : first + 24 * int(nights[household, day]) + 7] = True
    return away


def household_water(
    hours: Times,
    persons: npt.ArrayLike,
    *,
    rng: Rng = None,
    tz: str = "Europe/Oslo",
    away: npt.NDArray[np.bool_] | None = None,
) -> Counts:
    """Draw the water that households use hour by hour.

    Parameters
    ----------
    hours : ndarray of datetime64, shape (t,)
        Starts of successive hours, in UTC.
    persons : array_like of int, shape (m,)
        People in each household.
    rng : Generator, int or None
        Source of randomness, as `numpy.random.default_rng` takes it.
    tz : str, default "Europe/Oslo"
        Time zone of the people.
    away : ndarray of bool, shape (m, t), optional
        When nobody is there; drawn with `away_hours` where not given.

    Returns
    -------
    ndarray of int64, shape (m, t)
        Whole litres. [L]

    References
    ----------
    .. [1] Blokker et al. (2010), J. Water Resour. Plann. Manage. 136(1).

    Examples
    --------
    >>> hours = np.arange("2026-01-01", "2026-01-31", dtype="datetime64[h]")
    >>> litres = household_water(hours, [1, 4], rng=1)
    >>> litres.shape, bool(litres.sum(axis=1)[1] > litres.sum(axis=1)[0])
    ((2, 720), True)
    """
    generator = np.random.default_rng(rng)
    people = np.asarray(persons, dtype="int64")
    if away is None:
        away = away_hours(hours, households=len(people), rng=generator, tz=tz)
    clock, weekend = local_clock(hours, tz=tz)
    # Households differ: some are thrifty, some are not, and not by their number of people.
    habit = generator.lognormal(0.0, 0.15, size=len(people))
    present = (people * habit)[:, None] * ~away
    litres = np.zeros(present.shape)
    for use in USES:
        rate = np.where(weekend, _weights(use.weekend)[clock], _weights(use.clock)[clock]) * use.per_day
        events = generator.poisson(present * rate)
        shape = 1 / use.spread**2
        # A sum of gamma volumes of one scale is a gamma volume itself.
        drawn = generator.gamma(np.where(events > 0, events * shape, 1.0), use.litres / shape)
        litres += np.where(events > 0, drawn, 0.0)
    return np.rint(litres).astype("int64")


def _weights(digits: str) -> npt.NDArray[np.float64]:
    weights = np.array([int(digit) for digit in digits], dtype="float64")
    return np.asarray(weights / weights.sum(), dtype="float64")


def with_leak(
    litres: Counts, hours: Times, *, start: np.datetime64, end: np.datetime64, rate_l_h: float, rng: Rng = None
) -> Counts:
    """Add a leak to hourly water use.

    Parameters
    ----------
    litres : ndarray of int64, shape (t,)
        Use without the leak. [L]
    hours : ndarray of datetime64, shape (t,)
        Starts of the hours, in UTC.
    start, end : datetime64
        The half-open span ``[start, end)`` of the leak, in UTC; NaT lasts.
    rate_l_h : float
        Mean rate. [L/h]
    rng : Generator, int or None
        Source of randomness, as `numpy.random.default_rng` takes it.

    Returns
    -------
    ndarray of int64, shape (t,)
        Whole litres. [L]

    Notes
    -----
    The rate wanders by a few per cent, as pressure and float valves do. A toilet
    that is seen to run loses 11 to 46 L/h.

    Examples
    --------
    >>> hours = np.arange("2026-01-01", "2026-01-02", dtype="datetime64[h]")
    >>> quiet = np.zeros(24, dtype="int64")
    >>> leaking = with_leak(quiet, hours, start=hours[4], end=np.datetime64("NaT"), rate_l_h=20, rng=1)
    >>> int(leaking[3]), bool((leaking[4:] > 10).all())
    (0, True)
    """
    generator = np.random.default_rng(rng)
    inside = hours >= start
    if not np.isnat(end):
        inside &= hours < end
    drawn = np.rint(generator.normal(rate_l_h, 0.05 * rate_l_h, size=len(hours))).astype("int64")
    return np.asarray(litres + np.where(inside, np.maximum(drawn, 0), 0), dtype="int64")
