"""Hourly tables for the tests of this room."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pytest

from divako.model import Consumption, Quality, Register
from divako.units import Dimension


LITRES = Register("volume", Dimension.VOLUME, Fraction(1, 1000))
HOUR = np.timedelta64(3_600_000, "ms")

Hourly = Callable[..., Consumption]


def make_hourly(
    flow_m3_h: npt.ArrayLike,
    *,
    start: str = "2026-01-31T23:00",
    ids: Sequence[str] | None = None,
    register: Register = LITRES,
) -> Consumption:
    """Make a table of one row per subject and hour; NaN is a missing hour."""
    flow = np.atleast_2d(np.asarray(flow_m3_h, dtype="float64"))
    subjects, hours = flow.shape
    begin = np.datetime64(start, "ms") + np.arange(hours) * HOUR
    known = ~np.isnan(flow).ravel()
    return Consumption(
        meter=np.repeat(np.arange(subjects, dtype="int32"), hours),
        register=np.zeros(flow.size, dtype="int32"),
        start=np.tile(begin, subjects),
        end=np.tile(begin + HOUR, subjects),
        value=flow.ravel(),
        count=np.nan_to_num(flow * 1000).round().astype("int64").ravel(),
        count_known=known,
        coverage=known.astype("float64"),
        quality=np.where(known, int(Quality.MEASURED), int(Quality.MISSING)).astype("uint8"),
        steps=np.zeros(flow.size, dtype="uint16"),
        meter_ids=tuple(ids or [f"H{i:04d}" for i in range(subjects)]),
        registers=(register,),
    )


@pytest.fixture(scope="session")
def hourly() -> Hourly:
    """Give the maker of tables."""
    return make_hourly
