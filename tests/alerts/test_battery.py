"""Forecasts of battery life."""

from __future__ import annotations

import numpy as np
import pytest

from hypothesis import given
from hypothesis import strategies as st

from divako.alerts import battery_forecast
from divako.errors import SeriesError


@given(
    days=st.sets(st.integers(0, 2000), min_size=2, max_size=20),
    slope=st.floats(-0.01, -0.0001),
    start=st.floats(30, 40),
)
def test_a_straight_decline_is_carried_on(days: set[int], slope: float, start: float) -> None:
    day = np.array(list(days), dtype="float64")
    got, left = battery_forecast(day, start + slope * day, limit=3.0)
    assert got == pytest.approx(slope, rel=1e-6)
    assert left == pytest.approx((start - 3.0) / -slope - day.max(), rel=1e-5)


def test_what_does_not_fall_lasts() -> None:
    assert battery_forecast(np.array([0.0, 9.0]), np.array([3.0, 3.1]), limit=2.0)[1] == np.inf


def test_what_is_below_the_limit_has_no_days_left() -> None:
    assert battery_forecast(np.array([0.0, 9.0]), np.array([3.0, 2.9]), limit=3.2)[1] == 0


def test_what_is_no_line_is_refused() -> None:
    with pytest.raises(SeriesError, match="two days"):
        battery_forecast(np.ones(3), np.ones(3), limit=1.0)
    with pytest.raises(SeriesError, match="one length"):
        battery_forecast(np.ones(3), np.ones(2), limit=1.0)
    with pytest.raises(SeriesError, match="unknown") as caught:
        battery_forecast(np.array([1.0, 2.0]), np.array([1.0, np.nan]), limit=1.0)
    assert caught.value.row == 1
