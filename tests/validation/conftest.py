"""A clean series, its history and its register, for faults to be put in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pytest

from attrs import frozen

from divako.model import Consumption, Quality, Register, values_of_counts
from divako.series import calendar_boundaries
from divako.units import Dimension


LITRES = Register("volume", Dimension.VOLUME, Fraction(1, 1000))
HOUR = np.timedelta64(3_600_000, "ms")
START = np.datetime64("2026-02-28T23:00", "ms")  # March in Oslo, which has 743 hours
HOURS = 743

Make = Callable[..., Consumption]


def table(
    count: npt.ArrayLike,
    *,
    edges: npt.NDArray[np.datetime64] | None = None,
    start: np.datetime64 = START,
    quality: npt.ArrayLike | None = None,
    register: Register = LITRES,
    ids: Sequence[str] | None = None,
) -> Consumption:
    """Make a table of one row per meter and interval; quality decides what is known."""
    counts = np.atleast_2d(np.asarray(count, dtype="int64"))
    meters, bins = counts.shape
    edges = start + np.arange(bins + 1) * HOUR if edges is None else edges
    states = np.full(counts.shape, int(Quality.MEASURED)) if quality is None else np.atleast_2d(np.asarray(quality))
    known = (states != Quality.MISSING).ravel()
    part = np.where(states == Quality.PARTIAL, 0.5, 1.0).ravel()
    counted = np.where(known, counts.ravel(), 0)
    return Consumption(
        meter=np.repeat(np.arange(meters, dtype="int32"), bins),
        register=np.zeros(counts.size, dtype="int32"),
        start=np.tile(edges[:-1], meters),
        end=np.tile(edges[1:], meters),
        value=np.where(known, values_of_counts(counted, register), np.nan),
        count=counted,
        count_known=known,
        coverage=np.where(known, part, 0.0),
        quality=states.ravel().astype("uint8"),
        steps=np.zeros(counts.size, dtype="uint16"),
        meter_ids=tuple(ids or [f"M{i}" for i in range(meters)]),
        registers=(register,),
    )


@frozen(eq=False)
class Clean:
    """Counts of a month without a fault, the month before, and what the register says of weeks."""

    counts: npt.NDArray[np.int64]
    history: Consumption

    def registers(self, counts: npt.NDArray[np.int64]) -> Consumption:
        """Read the register at local midnights of Mondays, with all that passed in it."""
        edges = calendar_boundaries(START, START + HOURS * HOUR, freq="week", tz="Europe/Oslo")
        edges = edges[(edges >= START) & (edges <= START + HOURS * HOUR)]
        at = ((edges - START) / HOUR).astype("int64")
        stood = np.concatenate([[0], np.cumsum(counts)])[at]
        return table(np.diff(stood), edges=edges)


@pytest.fixture(scope="session")
def make() -> Make:
    """Give the maker of tables."""
    return table


@pytest.fixture(scope="session")
def clean() -> Clean:
    """Give a series without a fault: 5 to 10 litres an hour."""
    rng = np.random.default_rng(4)
    before = rng.integers(5, 11, 28 * 24)
    before[100:103] = 60  # somebody filled a pool once
    return Clean(rng.integers(5, 11, HOURS), table(before, start=START - 28 * 24 * HOUR))
