"""Readings for the tests of this room."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np
import pytest

from divako.model import Kind, Readings, Register
from divako.units import Dimension


REGISTERS = {
    "volume": Register("volume", Dimension.VOLUME, Fraction(1, 1000)),
    "energy": Register("energy", Dimension.ENERGY),
    "temperature": Register("temperature", Dimension.TEMPERATURE, Fraction(1, 100), Kind.INSTANT),
    "flow_temperature": Register("flow_temperature", Dimension.TEMPERATURE, Fraction(1, 100), Kind.INSTANT),
}
BEGIN = np.datetime64("2026-01-10T00:00", "ms")
HOUR = np.timedelta64(3_600_000, "ms")

Sent = Callable[..., Readings]


def make_sent(
    meter_id: str, hours: Sequence[float], counts: Sequence[int] | None = None, *, register: str = "volume"
) -> Readings:
    """Make readings of one meter at some hours after the beginning."""
    time = BEGIN + np.round(np.asarray(hours, dtype="float64") * 3_600_000).astype("timedelta64[ms]")
    return Readings.of_counts(meter_id, REGISTERS[register], time, range(len(hours)) if counts is None else counts)


@pytest.fixture(scope="session")
def sent() -> Sent:
    """Give the maker of readings."""
    return make_sent
