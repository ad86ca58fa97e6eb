"""Hourly tables for the tests of this room."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pytest

from divako.model import Consumption, Quality, Register, values_of_counts
from divako.units import Dimension


LITRES = Register("volume", Dimension.VOLUME, Fraction(1, 1000))
HOUR = np.timedelta64(3_600_000, "ms")
START = np.datetime64("2026-03-01T23:00", "ms")  # a Monday in Oslo

Make = Callable[..., Consumption]


def table(
    count: npt.ArrayLike,
    *,
    quality: npt.ArrayLike | None = None,
    start: np.datetime64 = START,
    every: np.timedelta64 = HOUR,
    register: Register = LITRES,
    ids: Sequence[str] | None = None,
) -> Consumption:
    """Make a table of one row per meter and interval; missing ones have no count."""
    counts = np.atleast_2d(np.asarray(count, dtype="int64"))
    meters, bins = counts.shape
    states = np.zeros(counts.size, dtype="uint8") if quality is None else np.asarray(quality, dtype="uint8").ravel()
    begin = np.tile(start + np.arange(bins) * every, meters)
    known = states != Quality.MISSING
    counted = np.where(known, counts.ravel(), 0)
    return Consumption(
        meter=np.repeat(np.arange(meters, dtype="int32"), bins),
        register=np.zeros(counts.size, dtype="int32"),
        start=begin,
        end=begin + every,
        value=np.where(known, values_of_counts(counted, register), np.nan),
        count=counted,
        count_known=known,
        coverage=np.where(states < Quality.PARTIAL, 1.0, np.where(known, 0.5, 0.0)),
        quality=states,
        steps=np.zeros(counts.size, dtype="uint16"),
        meter_ids=tuple(ids or [f"M{i}" for i in range(meters)]),
        registers=(register,),
    )


@pytest.fixture(scope="session")
def make() -> Make:
    """Give the maker of tables."""
    return table
