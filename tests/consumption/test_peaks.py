"""Peak power and proration by days."""

from __future__ import annotations

import datetime as dt
import itertools

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from hypothesis import given, settings
from hypothesis import strategies as st

from divako.consumption import Peak, exact_consumption, interval_consumption, peak_power, prorate_days
from divako.errors import SeriesError
from divako.model import Readings, Register
from divako.series import calendar_boundaries
from divako.units import Dimension


ENERGY = Register("energy", Dimension.ENERGY, Fraction(1, 100))
HOUR = np.timedelta64(3_600_000, "ms")
START = np.datetime64("2026-03-27T23:00", "ms")  # the day before summer time
laws = settings(max_examples=40, deadline=None)


def hourly_readings(use: list[int], meter: str = "m") -> Readings:
    times = START + np.arange(len(use) + 1) * HOUR
    return Readings.of_counts(meter, ENERGY, times, np.cumsum([0, *use]))


def by_hand(use: list[int | None], top_days: int, hours: list[dt.date]) -> Peak:
    known = [(Fraction(n, 100), i) for i, n in enumerate(use) if n is not None]
    daily = [min((-power, i) for power, i in known if hours[i] == day) for day in {hours[i] for _, i in known}]
    top = sorted(daily)[:top_days]
    return Peak(
        meter_id="m",
        register="energy",
        power=-top[0][0],
        start=START + top[0][1] * HOUR,
        mean_of_top_days=-sum((power for power, _ in top), start=Fraction(0)) / len(top),
        days=len(top),
    )


def local_dates(n: int) -> list[dt.date]:
    # Summer time begins on the second day, which has 23 hours.
    return [dt.date(2026, 3, 28 + (i >= 24) + (i >= 47) + (i >= 71)) for i in range(n)]


@laws
@given(use=st.lists(st.integers(0, 9), min_size=1, max_size=95), top=st.integers(1, 4))
def test_peaks_are_those_of_local_days_and_the_first_of_equal_ones(use: list[int], top: int) -> None:
    readings = hourly_readings(use)
    expected = by_hand(list(use), top, local_dates(len(use)))
    assert peak_power(interval_consumption(readings), top_days=top) == [expected]
    assert peak_power(exact_consumption(readings), top_days=top) == [expected]


@laws
@given(use=st.lists(st.integers(0, 99), min_size=1, max_size=60), seed=st.integers(0, 99))
def test_meters_and_the_order_of_rows_do_not_matter(use: list[int], seed: int) -> None:
    tables = [interval_consumption(hourly_readings(part, name)) for part, name in ((use, "a"), (use[::-1], "b"))]
    alone = [peak_power(table)[0] for table in tables]
    together = type(tables[0]).concatenate(tables)
    shuffled = together.select(np.random.default_rng(seed).permutation(len(together)))
    assert peak_power(shuffled) == alone


def test_intervals_of_which_a_part_is_known_take_no_part() -> None:
    times = START + np.array([0, 60, 90, 120, 150]) * np.timedelta64(60_000, "ms")
    readings = Readings.of_counts("m", ENERGY, times, [0, 100, 900, 950, 5000])
    edges = START + np.arange(4) * HOUR
    (got,) = peak_power(interval_consumption(readings, boundaries=edges), top_days=1)
    assert (got.power, got.start) == (Fraction(850, 100), START + HOUR)
    nothing = START + HOUR * np.array([-9, -8])
    for peaks in (
        peak_power(interval_consumption(readings, boundaries=nothing)),
        peak_power(exact_consumption(readings, boundaries=nothing)),
    ):
        assert (peaks[0].power, peaks[0].mean_of_top_days, peaks[0].days) == (None, None, 0)
        assert np.isnat(peaks[0].start)


def test_days_of_different_length_are_compared_by_power() -> None:
    midnights = calendar_boundaries(START, START + 3 * 24 * HOUR, freq="day", tz="Europe/Oslo")
    # 24 units in 24 hours, then 23.5 in 23: the short day is the higher one.
    readings = Readings.of_counts("m", ENERGY, midnights[:4], [0, 2400, 4750, 7150])
    (got,) = peak_power(interval_consumption(readings, boundaries=midnights[:4]), top_days=2)
    assert got.power == Fraction(235, 230)
    assert got.start == midnights[1]
    assert got.mean_of_top_days == (Fraction(235, 230) + 1) / 2


def test_a_register_is_not_floored_in_the_exact_peak() -> None:
    times = START + np.array([0, 90, 180]) * np.timedelta64(60_000, "ms")
    readings = Readings.of_counts("m", ENERGY, times, [0, 10, 30])
    (got,) = peak_power(exact_consumption(readings, boundaries=START + np.arange(4) * HOUR), top_days=1)
    assert got.power == Fraction(20, 100) * Fraction(60, 90)


def test_peaks_of_no_day_or_zone_are_refused() -> None:
    table = interval_consumption(hourly_readings([1, 2]))
    with pytest.raises(SeriesError, match="at least one"):
        peak_power(table, top_days=0)
    with pytest.raises(SeriesError, match="zone"):
        peak_power(table, tz="Atlantis/Capital")


cut_lists = st.lists(st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1)), min_size=2, max_size=6, unique=True).map(
    sorted
)


@laws
@given(cuts=cut_lists, value=st.fractions(-1000, 1000, max_denominator=1000))
def test_parts_are_by_days_and_sum_to_the_value(cuts: list[dt.date], value: Fraction) -> None:
    parts, days = prorate_days(value, cuts)
    assert sum(parts) == value
    assert days == [(b - a).days for a, b in itertools.pairwise(cuts)]
    assert all(part * sum(days) == value * n for part, n in zip(parts, days, strict=True))


@laws
@given(cuts=cut_lists, many=st.integers(-(10**6), 10**6))
def test_whole_parts_sum_to_the_value_too(cuts: list[dt.date], many: int) -> None:
    quantum = Fraction(1, 1000)
    parts, _ = prorate_days(many * quantum, cuts, quantum=quantum)
    exact, _ = prorate_days(many * quantum, cuts)
    assert sum(parts) == many * quantum
    assert all((part / quantum).denominator == 1 for part in parts)
    assert all(abs(part - one) < quantum for part, one in zip(parts, exact, strict=True))


@pytest.mark.parametrize("tz", ["Europe/Oslo", "Pacific/Auckland", "America/New_York", "UTC"])
def test_instants_are_local_midnights_whatever_the_length_of_the_days(tz: str) -> None:
    year = calendar_boundaries(np.datetime64("2026-01-05"), np.datetime64("2026-12-20"), freq="month", tz=tz)
    _, days = prorate_days(Fraction(1), list(year), tz=tz)
    assert days == [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]


@pytest.mark.parametrize(
    ("cuts", "row"),
    [
        ([], None),
        ([dt.date(2026, 1, 1)], None),
        ([dt.date(2026, 1, 1), dt.date(2026, 1, 1)], 1),
        ([dt.date(2026, 1, 1), dt.date(2026, 1, 2), dt.date(2025, 1, 1)], 2),
        ([np.datetime64("2026-01-01T23:00"), np.datetime64("2026-01-02T22:00")], 1),
    ],
)
def test_cuts_that_bound_no_days_are_refused(cuts: Any, row: int | None) -> None:
    with pytest.raises(SeriesError) as caught:
        prorate_days(1, cuts)
    assert caught.value.row == row


def test_what_is_no_cut_or_value_is_refused() -> None:
    cuts = [dt.date(2026, 1, 1), dt.date(2026, 1, 3)]
    with pytest.raises(TypeError, match="binary floats"):
        prorate_days(0.5, cuts)  # type: ignore[arg-type] # the mistake under test
    with pytest.raises(TypeError, match="cuts"):
        prorate_days(1, [dt.datetime(2026, 1, 1), dt.datetime(2026, 1, 3)])
    with pytest.raises(SeriesError, match="multiple"):
        prorate_days(Fraction(1, 3), cuts, quantum=Fraction(1, 2))
