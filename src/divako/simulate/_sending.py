"""What a meter shows when it sends, and when that is."""

from __future__ import annotations

import numpy as np

from divako.simulate._clock import Times
from divako.simulate._households import Counts, Rng


def counts_at(litres: Counts, hours: Times, times: Times, *, start: int = 0, rollover: int | None = None) -> Counts:
    """Give what a register shows at some instants.

    Parameters
    ----------
    litres : ndarray of int64, shape (t,)
        What passes in each hour, in whole counts.
    hours : ndarray of datetime64, shape (t,)
        Starts of the hours: successive, in UTC.
    times : ndarray of datetime64, shape (n,)
        Instants, in UTC; from the start of the first hour to the end of the last.
    start : int, default 0
        What the register shows at the start of the first hour.
    rollover : int, optional
        The count at which it begins again at 0.

    Returns
    -------
    ndarray of int64, shape (n,)
        Whole counts: within an hour the register rises evenly, and shows what is complete.

    Examples
    --------
    >>> hours = np.arange("2026-01-01T00", "2026-01-01T02", dtype="datetime64[h]").astype("datetime64[ms]")
    >>> half = hours + np.timedelta64(30, "m")
    >>> counts_at(np.array([3, 10]), hours, half, start=95, rollover=100)
    array([96,  3])
    """
    ends = np.concatenate([[0], np.cumsum(litres)])
    past = (times - hours[0]).astype("timedelta64[ms]").astype("int64")
    hour = np.clip(past // 3_600_000, 0, len(litres) - 1)
    counts = start + ends[hour] + litres[hour] * (past - hour * 3_600_000) // 3_600_000
    return np.asarray(counts if rollover is None else counts % rollover, dtype="int64")


def send_times(
    hours: Times,
    *,
    rng: Rng = None,
    jitter_s: float = 20.0,
    phase_s: float = 120.0,
    loss: float = 0.0,
    loss_spacing: int = 2,
) -> Times:
    """Draw when the telegrams of one meter are received.

    Parameters
    ----------
    hours : ndarray of datetime64, shape (t,)
        Full hours, in UTC.
    rng : Generator, int or None
        Source of randomness, as `numpy.random.default_rng` takes it.
    jitter_s : float, default 20
        Standard deviation around the meter's own minute, cut at three of it. [s]
    phase_s : float, default 120
        How far the meter's own minute lies from the full hour at most. [s]
    loss : float, default 0
        Chance of each telegram to be heard by nobody.
    loss_spacing : int, default 2
        Lost telegrams are at least so many apart: 2 never loses two in a row.

    Returns
    -------
    ndarray of datetime64[ms], shape (n,)
        Rising, in UTC; ``n`` is ``t`` less what was lost.

    Examples
    --------
    >>> hours = np.arange("2026-01-01T00", "2026-01-02T00", dtype="datetime64[h]").astype("datetime64[ms]")
    >>> times = send_times(hours, rng=1)
    >>> len(times), bool((np.abs((times - hours) / np.timedelta64(1, "s")) < 181).all())
    (24, True)
    """
    generator = np.random.default_rng(rng)
    phase = generator.uniform(-phase_s, phase_s)
    jitter = np.clip(generator.normal(0.0, jitter_s, size=len(hours)), -3 * jitter_s, 3 * jitter_s)
    times = hours + np.rint((phase + jitter) * 1000).astype("timedelta64[ms]")
    lost = np.zeros(len(hours), dtype="bool")
    free = 0
    for place in np.flatnonzero(generator.random(len(hours)) < loss).tolist():
        if place >= free:
            lost[place], free = True, place + loss_spacing
    return np.asarray(times[~lost], dtype="datetime64[ms]")
