"""Night flow of zones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from divako.errors import SeriesError
from divako.leaks import ZoneNightFlow, night_flow_rises
from divako.model import FindingCode


NAN = np.nan

ordinary = hnp.arrays("float64", (3, 14), elements=st.floats(2.8, 3.2).map(lambda x: round(x, 3)))


def zone_days(rng: np.random.Generator, *, zones: int, days: int, spread: float) -> np.ndarray:
    """Draw inflow from local midnight: leakage, use by day, and a level of its own each night."""
    clock = np.arange(24 * days) % 24
    use = 6 * np.exp(-(((clock - 8) / 3) ** 2)) + 5 * np.exp(-(((clock - 19) / 3) ** 2))
    level = rng.uniform(1 - spread, 1 + spread, size=(zones, days)).repeat(24, axis=1)
    night = 2.0 + 1.0 * level
    return np.asarray(night * rng.uniform(0.95, 1.05, size=level.shape) + use)


def test_ordinary_nights_are_no_finding(hourly: Any) -> None:
    for seed in range(20):
        flow = zone_days(np.random.default_rng(seed), zones=30, days=14, spread=0.4)
        assert len(ZoneNightFlow().find(hourly(flow))) == 0


def test_a_leak_from_the_eighth_day_on_is_found(hourly: Any) -> None:
    for seed in range(20):
        rng = np.random.default_rng(seed)
        flow = zone_days(rng, zones=3, days=14, spread=0.3)
        flow[1, 24 * 8 + 15 :] += 2.2
        flow[rng.random(flow.shape) < 0.03] = NAN
        (found,) = ZoneNightFlow().find(hourly(flow, ids=["a", "b", "c"])).rows()
        assert (found.subject, found.code, found.unit) == ("b", FindingCode.ZONE_NIGHT_FLOW, "m3/h")
        assert found.start in {np.datetime64("2026-02-10T01:00"), np.datetime64("2026-02-11T01:00")}
        assert np.isnat(found.end)
        assert found.size == pytest.approx(2.2, abs=0.5)
        assert 0.5 < found.confidence < 1


@given(nights=ordinary, rise=st.floats(1.5, 9.0))
def test_a_rise_beyond_all_ordinary_nights_is_found_from_its_first_night(nights: np.ndarray, rise: float) -> None:
    nights = nights.copy()
    nights[1, 9:] += rise + 0.6
    rises = night_flow_rises(nights)
    assert rises.row.tolist() == [1]
    assert rises.first.tolist() == [9]
    assert rises.last.tolist() == [13]
    assert rises.lasts.tolist() == [True]
    assert rises.rise[0] == pytest.approx(rise + 0.6, abs=0.61)


@given(nights=ordinary, single=st.integers(0, 13), peak=st.floats(1, 50))
def test_one_or_two_high_nights_are_no_rise(nights: np.ndarray, single: int, peak: float) -> None:
    nights = nights.copy()
    nights[:, single : single + 2] += peak
    assert len(night_flow_rises(nights).row) == 0


@settings(max_examples=50)
@given(nights=ordinary, unknown=hnp.arrays("bool", (3, 14)))
def test_unknown_nights_never_raise(nights: np.ndarray, unknown: np.ndarray) -> None:
    assert len(night_flow_rises(np.where(unknown, NAN, nights), spread_factor=0).row) == 0


@given(nights=ordinary, factor=st.sampled_from([0.25, 0.5, 2.0, 4.0]))
def test_without_an_absolute_rise_the_unit_does_not_matter(nights: np.ndarray, factor: float) -> None:
    nights = nights.copy()
    nights[2, 8:] *= 2
    one, other = (night_flow_rises(x, rise_m3_h=0.0) for x in (nights, nights * factor))
    assert one.first.tolist() == other.first.tolist()
    np.testing.assert_allclose(one.rise * factor, other.rise)


def test_the_baseline_is_frozen_while_it_lasts_and_carried_on_after() -> None:
    nights = np.r_[np.full(8, 4.0), np.full(40, 6.0), np.full(8, 4.0), np.full(4, 6.0)][None]
    rises = night_flow_rises(nights)
    assert list(zip(rises.first.tolist(), rises.last.tolist(), rises.lasts.tolist(), strict=True)) == [
        (8, 47, False),
        (56, 59, True),
    ]
    assert rises.rise.tolist() == [2.0, 2.0]
    assert rises.margin.tolist() == [0.8, 0.8]


def test_a_rise_does_not_flicker_around_the_margin() -> None:
    nights = np.r_[np.full(8, 4.0), [5.0, 5.0, 5.0, 4.7, 5.0, 4.6, 4.3]][None]
    rises = night_flow_rises(nights)
    assert (rises.first.tolist(), rises.last.tolist()) == ([8], [13])


def test_nights_of_a_run_too_short_become_ordinary() -> None:
    nights = np.r_[np.full(5, 4.0), np.tile([6.0, 6.0, 4.0], 8), np.full(5, 6.0)][None]
    assert len(night_flow_rises(nights).row) == 0


def test_nothing_is_judged_before_it_has_learned() -> None:
    nights = np.r_[np.full(2, 4.0), np.full(12, 8.0)][None]
    assert len(night_flow_rises(nights, learning_nights=5).row) == 0
    assert len(night_flow_rises(nights, learning_nights=2).row) == 1


def test_missing_nights_neither_raise_nor_clear() -> None:
    nights = np.r_[np.full(8, 4.0), [6.0, NAN, 6.0, NAN, NAN, 6.0, NAN]][None]
    rises = night_flow_rises(nights)
    assert (rises.first.tolist(), rises.last.tolist(), rises.lasts.tolist()) == ([8], [13], [True])


def test_no_nights_and_no_zones() -> None:
    for shape in ((0, 0), (0, 9), (4, 0)):
        assert len(night_flow_rises(np.ones(shape)).row) == 0


def test_without_any_margin_a_finding_is_certain(hourly: Any) -> None:
    flow = np.full(24 * 10, 4.0)
    flow[24 * 6 :] = 4.5
    rule = ZoneNightFlow(rise_m3_h=0, rise_share=0, spread_factor=0)
    assert [f.confidence for f in rule.find(hourly(flow)).rows()] == [1.0]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("window", (5, 5)),
        ("baseline_nights", 0),
        ("learning_nights", 0),
        ("nights", 0),
        ("rise_m3_h", -1.0),
        ("rise_share", np.inf),
        ("spread_factor", -1.0),
    ],
)
def test_a_field_out_of_range_is_refused_by_name(field: str, value: Any) -> None:
    with pytest.raises(SeriesError, match=field):
        ZoneNightFlow(**{field: value})
