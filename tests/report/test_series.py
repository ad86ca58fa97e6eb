"""Consumption over local days, and the lowest flow of each night."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import attrs
import numpy as np
import pytest

from divako.errors import SiteError
from divako.model import Consumption, Medium, Quality, Register
from divako.report import Report
from divako.report._series import local_days, local_times, lowest_at_night, over_days
from divako.units import Dimension


OSLO = "Europe/Oslo"
LITRES = Register("volume", Dimension.VOLUME, Fraction(1, 1000))
HEAT = Register("energy", Dimension.ENERGY)


def rows(start: list[str], end: list[str], value: list[float], *, register: Register = LITRES) -> Consumption:
    n = len(start)
    known = ~np.isnan(value)
    return Consumption(
        meter=np.zeros(n, dtype="int32"),
        register=np.zeros(n, dtype="int32"),
        start=np.array(start, dtype="datetime64[ms]"),
        end=np.array(end, dtype="datetime64[ms]"),
        value=np.array(value),
        count=np.zeros(n, dtype="int64"),
        count_known=known,
        coverage=known.astype("float64"),
        quality=np.zeros(n, dtype="uint8"),
        steps=np.zeros(n, dtype="uint16"),
        meter_ids=("H0101",),
        registers=(register,),
    )


def test_days_are_local_also_when_clocks_change() -> None:
    # In Oslo summer time begins on 29 March 2026, so that day has 23 hours.
    days = local_days(np.datetime64("2026-03-27T23:00", "ms"), np.datetime64("2026-03-30T22:00", "ms"), timezone=OSLO)
    assert days.astype(str).tolist() == ["2026-03-28", "2026-03-29", "2026-03-30"]
    daily = rows(
        ["2026-03-27T23:00", "2026-03-28T23:00", "2026-03-29T22:00"],
        ["2026-03-28T23:00", "2026-03-29T22:00", "2026-03-30T22:00"],
        [1.0, 2.0, np.nan],
    )
    spread = over_days(daily, medium=Medium.COLD_WATER, days=days, timezone=OSLO)
    np.testing.assert_array_equal(spread.value, [[1, 2, np.nan]])
    np.testing.assert_array_equal(spread.coverage, [[1, 1, 0]])
    assert not spread.complete()


def test_what_was_only_estimated_counts_as_not_measured() -> None:
    days = np.array(["2026-02-01", "2026-02-02"], dtype="datetime64[D]")
    starts, ends = ["2026-01-31T23:00", "2026-02-01T23:00"], ["2026-02-01T23:00", "2026-02-02T23:00"]
    quality = np.array([Quality.ESTIMATED, Quality.MEASURED], dtype="uint8")
    daily = attrs.evolve(rows(starts, ends, [5.0, 6.0]), quality=quality)
    spread = over_days(daily, medium=Medium.COLD_WATER, days=days, timezone=OSLO)
    np.testing.assert_array_equal(spread.value, [[5, 6]])
    np.testing.assert_array_equal(spread.coverage, [[0, 1]])

    hours = ["2026-02-01T02:00", "2026-02-02T02:00"], ["2026-02-01T03:00", "2026-02-02T03:00"]
    hourly = attrs.evolve(rows(*hours, [0.5, 0.6]), quality=quality)
    flow = lowest_at_night(hourly, "H0101", medium=Medium.COLD_WATER, days=days, timezone=OSLO)
    np.testing.assert_array_equal(flow, [np.nan, 0.6])


def test_rows_of_another_dimension_or_outside_the_period_are_left_out() -> None:
    days = np.array(["2026-02-02"], dtype="datetime64[D]")
    water = rows(["2026-01-31T23:00", "2026-02-01T23:00"], ["2026-02-01T23:00", "2026-02-02T23:00"], [5.0, 6.0])
    heat = attrs.evolve(water, registers=(HEAT,))
    both = Consumption.concatenate([water, heat])
    assert over_days(both, medium=Medium.WATER, days=days, timezone=OSLO).value.tolist() == [[6.0]]
    assert over_days(both, medium=Medium.HEAT, days=days, timezone=OSLO).value.tolist() == [[6.0]]
    nothing = over_days(water, medium=Medium.HEAT, days=days, timezone=OSLO)
    assert np.isnan(nothing.sum()).all()
    assert np.isnan(nothing.totals()).all()


def test_the_night_is_from_two_to_five_local_time() -> None:
    start = np.arange("2026-02-01T23:00", "2026-02-03T23:00", dtype="datetime64[h]").astype("datetime64[ms]")
    value = np.arange(48, dtype="float64") + 10
    value[0] = 0.0  # midnight is not night
    value[27] = np.nan  # three o'clock on the second day
    hourly = rows(start.astype(str).tolist(), (start + np.timedelta64(1, "h")).astype(str).tolist(), value.tolist())
    days = np.array(["2026-02-02", "2026-02-03", "2026-02-04"], dtype="datetime64[D]")
    lowest = lowest_at_night(hourly, "H0101", medium=Medium.WATER, days=days, timezone=OSLO)
    np.testing.assert_array_equal(lowest, [12, 36, np.nan])
    nowhere = lowest_at_night(hourly, "H0909", medium=Medium.WATER, days=days, timezone=OSLO)
    assert np.isnan(nowhere).all()


def test_an_instant_that_is_not_known_stays_so() -> None:
    assert np.isnat(local_times(np.array(["NaT"], dtype="datetime64[ms]"), timezone=OSLO)).all()
    assert len(local_times(np.zeros(0, dtype="datetime64[ms]"), timezone=OSLO)) == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"timezone": "Europe/Nowhere"}, "time zone"),
        ({"timezone": "../etc"}, "time zone"),
        ({"period_end": np.datetime64("2026-01-01", "ms")}, "period"),
        ({"period_end": np.datetime64("NaT", "ms")}, "period"),
    ],
)
def test_a_report_of_no_time_or_no_zone_is_refused(
    change: dict[str, Any], message: str, reports: dict[str, Report]
) -> None:
    with pytest.raises(SiteError, match=message):
        attrs.evolve(reports["empty"], **change)
