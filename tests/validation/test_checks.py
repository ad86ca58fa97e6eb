"""What each check does at its edges."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from divako.convert import from_document, to_document
from divako.errors import SeriesError
from divako.model import Consumption, Quality, Register
from divako.units import Dimension
from divako.validation import (
    GapCheck,
    HighLowCheck,
    HistoricalMaximumCheck,
    NegativeCheck,
    SpikeCheck,
    SumCheck,
    ZeroCheck,
    lines_of,
)
from divako.validation._lines import exceeds


HOUR = np.timedelta64(3_600_000, "ms")
START = np.datetime64("2026-02-28T23:00", "ms")
CHECKS = [
    GapCheck(pass_estimated=True),
    HighLowCheck(high=Fraction(7, 2), low=Fraction(1, 3), tz="UTC"),
    HistoricalMaximumCheck(share=Fraction(11, 10)),
    NegativeCheck(tolerance=Fraction(1, 100)),
    SpikeCheck(excess=2, rank=4, freq="week", tz="UTC"),
    SumCheck(tolerance=Fraction(1, 2)),
    ZeroCheck(run_hours=48),
]
counts = st.lists(st.integers(-3, 40), min_size=1, max_size=60)
laws = settings(max_examples=40, deadline=None)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: type(check).__name__)
def test_a_check_has_a_document(check: Any) -> None:
    assert from_document(type(check), to_document(check)) == check


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        (ZeroCheck, {"run_hours": 0}),
        (SpikeCheck, {"rank": 0}),
        (SpikeCheck, {"excess": 0}),
        (NegativeCheck, {"tolerance": -1}),
        (SumCheck, {"tolerance": -1}),
        (HistoricalMaximumCheck, {"share": 0}),
        (HighLowCheck, {"high": 0}),
        (HighLowCheck, {"low": -1}),
    ],
)
def test_a_field_out_of_range_is_refused(kind: Any, wrong: dict[str, Any]) -> None:
    with pytest.raises(SeriesError, match=next(iter(wrong))):
        kind(**wrong)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (SpikeCheck, "excess"),
        (NegativeCheck, "tolerance"),
        (SumCheck, "tolerance"),
        (HistoricalMaximumCheck, "share"),
        (HighLowCheck, "high"),
        (HighLowCheck, "low"),
    ],
)
def test_limits_are_exact_numbers(kind: Any, name: str) -> None:
    with pytest.raises(TypeError, match="binary floats"):
        kind(**{name: 0.5})


@laws
@given(use=counts, seed=st.integers(0, 99))
def test_the_order_of_rows_does_not_matter(make: Any, use: list[int], seed: int) -> None:
    intervals = make([use, use[::-1]])
    order = np.random.default_rng(seed).permutation(len(intervals))
    shuffled = intervals.select(order)
    history = make([use, use], start=START - 60 * HOUR)
    for check in (GapCheck(), NegativeCheck(), ZeroCheck(run_hours=2), SpikeCheck(rank=2, excess=Fraction(1, 2))):
        assert check.rows(shuffled).tolist() == check.rows(intervals)[order].tolist()
        assert check.find(shuffled).rows() == check.find(intervals).rows()
    for more in (HistoricalMaximumCheck(share=Fraction(1, 2)), HighLowCheck(high=1, low=1)):
        wanted = more.rows(intervals, history=history)
        assert more.rows(shuffled, history=history).tolist() == wanted[order].tolist()
        assert more.find(shuffled, history=history).rows() == more.find(intervals, history=history).rows()


@laws
@given(
    use=counts, cuts=st.sets(st.integers(0, 60), min_size=2, max_size=5), off=st.integers(-3, 3), at=st.integers(0, 59)
)
def test_sums_that_are_right_pass_and_one_that_is_off_does_not(
    make: Any, use: list[int], cuts: set[int], off: int, at: int
) -> None:
    places = sorted({min(cut, len(use)) for cut in cuts})
    if len(places) < 2:
        return
    stood = np.concatenate([[0], np.cumsum(use)])
    registers = make(np.diff(stood[places]), edges=START + np.array(places) * HOUR)
    at %= len(use)
    changed = list(use)
    changed[at] += off
    found = SumCheck().find(make(changed), registers=registers).rows()
    inside = places[0] <= at < places[-1]
    assert [round(one.size * 1000) for one in found] == ([off] if off and inside else [])
    assert not SumCheck(tolerance=Fraction(3, 1000)).rows(make(changed), registers=registers).any()


def test_sums_of_meters_do_not_run_into_one_another(make: Any) -> None:
    intervals = make([[1, 2, 3], [4, 5, 6], [7, 8, 9]])
    edges = START + np.array([0, 3]) * HOUR
    assert not SumCheck().rows(intervals, registers=make([[6], [15], [24]], edges=edges)).any()
    for wrong in range(3):
        said = np.array([[6], [15], [24]])
        said[wrong] += 1
        rows = SumCheck().rows(intervals, registers=make(said, edges=edges)).reshape(3, 3)
        assert rows.tolist() == [[meter == wrong] * 3 for meter in range(3)]


def test_a_register_of_another_factor_is_the_same_quantity(make: Any) -> None:
    tens = Register("volume", Dimension.VOLUME, Fraction(1, 100))
    registers = make([3], edges=START + np.array([0, 3]) * HOUR, register=tens)
    assert not SumCheck().rows(make([5, 10, 15]), registers=registers).any()
    assert SumCheck().rows(make([5, 10, 16]), registers=registers).all()
    other = make([3], edges=START + np.array([0, 3]) * HOUR, register=Register("volume_reverse", Dimension.VOLUME))
    assert not SumCheck().rows(make([5, 10, 16]), registers=other).any()


def test_sums_over_unknown_or_halved_intervals_are_not_judged(make: Any) -> None:
    registers = make([99], edges=START + np.array([0, 3]) * HOUR)
    for state in (Quality.MISSING, Quality.PARTIAL):
        assert not SumCheck().rows(make([1, 1, 1], quality=[0, int(state), 0]), registers=registers).any()
    crossing = make([99], edges=START + np.array([0, 150]) * np.timedelta64(60_000, "ms"))
    assert not SumCheck().rows(make([1, 1, 1]), registers=crossing).any()


def test_what_equals_a_limit_passes(make: Any) -> None:
    history = make([10] * 48, start=START - 48 * HOUR)
    assert not HistoricalMaximumCheck(share=Fraction("1.1")).rows(make([11, 11]), history=history).any()
    assert HistoricalMaximumCheck(share=Fraction("1.1")).rows(make([12, 11]), history=history).tolist() == [True, False]
    assert not SpikeCheck().rows(make([28, 10, 10, 10])).any()
    assert SpikeCheck().rows(make([29, 10, 10, 10])).tolist() == [True, False, False, False]
    assert not NegativeCheck(tolerance=Fraction(3, 1000)).rows(make([-3, 1])).any()
    assert NegativeCheck(tolerance=Fraction(3, 1000)).rows(make([-4, 1])).tolist() == [True, False]
    day = [10] * 24
    assert not HighLowCheck(high=1, low=1).rows(make(day), history=history).any()
    assert HighLowCheck(high=1, low=1).rows(make([*day[1:], 11]), history=history).all()
    assert HighLowCheck(high=1, low=1).rows(make([*day[1:], 9]), history=history).all()
    assert ZeroCheck(run_hours=3).rows(make([1, 0, 0, 1, 0, 0, 0])).tolist() == [False] * 4 + [True] * 3


def test_a_spike_is_sought_among_the_peaks_of_its_own_month(make: Any) -> None:
    hours = np.full(24 * 40, 10)
    hours[:5] = 40  # the peaks of March
    hours[24 * 35] = 40  # a spike in April
    assert np.flatnonzero(SpikeCheck().rows(make(hours))).tolist() == [24 * 35]
    assert not SpikeCheck(freq="year").rows(make(hours)).any()
    assert not SpikeCheck().rows(make([0, 0, 0, 50])).any()  # no peaks to stick out of
    assert not SpikeCheck().rows(make([1, 50])).any()


def test_runs_of_zero_end_at_what_is_unknown(make: Any) -> None:
    quality = [0, 0, int(Quality.MISSING), 0, 0]
    assert not ZeroCheck(run_hours=3).rows(make([0] * 5, quality=quality)).any()
    assert ZeroCheck(run_hours=5).rows(make([0] * 5)).all()
    without = make([0] * 5).select(np.array([0, 1, 3, 4]))
    assert not ZeroCheck(run_hours=3).rows(without).any()


def test_estimated_intervals_may_pass_the_gap_check(make: Any) -> None:
    intervals = make([1, 1, 1], quality=[0, int(Quality.ESTIMATED), int(Quality.PARTIAL)])
    assert GapCheck().rows(intervals).tolist() == [False, True, True]
    assert GapCheck(pass_estimated=True).rows(intervals).tolist() == [False, False, True]
    (one,) = GapCheck().find(intervals).rows()
    assert (one.start, one.end, one.size) == (START + HOUR, START + 3 * HOUR, 2.0)


def test_absent_and_missing_rows_that_touch_are_one_gap(make: Any) -> None:
    quality = [0, int(Quality.MISSING), 0, 0, 0]
    intervals = make([1] * 5, quality=quality).select(np.array([0, 1, 4]))
    assert [(row.start, row.size) for row in GapCheck().find(intervals).rows()] == [(START + HOUR, 3.0)]


def test_registers_without_a_history_are_not_judged(make: Any) -> None:
    stranger = make([1] * 48, start=START - 48 * HOUR, ids=["other"])
    nothing = stranger.select(slice(0, 0))
    half_days = make([1] * 12, start=START - 12 * HOUR)
    for history in (stranger, nothing, half_days):
        assert not HighLowCheck().rows(make([500] * 24), history=history).any()
    for history in (stranger, nothing):
        assert not HistoricalMaximumCheck().rows(make([500] * 24), history=history).any()


def test_powers_of_intervals_of_different_length_are_compared(make: Any) -> None:
    quarters = make([3, 2], edges=START + np.array([0, 15, 30]) * np.timedelta64(60_000, "ms"))
    history = make([10], start=START - HOUR)
    assert HistoricalMaximumCheck().rows(quarters, history=history).tolist() == [True, False]
    (one,) = HistoricalMaximumCheck().find(quarters, history=history).rows()
    assert one.size == pytest.approx(0.0005)


def test_an_empty_table_has_no_faults(make: Any) -> None:
    nothing: Consumption = make([1]).select(slice(0, 0))
    for check in (GapCheck(), NegativeCheck(), ZeroCheck(), SpikeCheck()):
        assert len(check.find(nothing)) == len(check.rows(nothing)) == 0
    for more in (HighLowCheck(), HistoricalMaximumCheck()):
        assert len(more.find(nothing, history=nothing)) == len(more.rows(nothing, history=nothing)) == 0
    assert len(SumCheck().find(nothing, registers=make([1]))) == len(SumCheck().rows(nothing, registers=nothing)) == 0


def test_rows_without_a_meter_or_a_register_are_passed_over(make: Any) -> None:
    intervals = make([5, 0, -3, 4])
    for column in ("meter", "register"):
        codes = getattr(intervals, column).copy()
        codes[2] = -1
        without = evolve(intervals, **{column: codes})
        assert len(lines_of(without).row) == 3
        assert not NegativeCheck().rows(without).any()
        assert [row.size for row in GapCheck().find(without).rows()] == [1.0]


def test_overlapping_intervals_are_refused_by_their_row(make: Any) -> None:
    twice = Consumption.concatenate([make([1, 2]), make([3], start=START + HOUR)])
    with pytest.raises(SeriesError, match="overlaps") as caught:
        lines_of(twice)
    assert (caught.value.row, caught.value.meter_index) == (2, 0)
    one = make([1, 2])
    with pytest.raises(SeriesError, match="empty") as caught:
        lines_of(evolve(one, end=np.array([one.start[0], one.end[1]])))
    assert caught.value.row == 0


@laws
@given(
    pairs=st.lists(st.tuples(st.integers(-(2**61), 2**61), st.integers(-(2**61), 2**61)), min_size=1, max_size=5),
    share=st.fractions(Fraction(1, 10**4), 10**4, max_denominator=10**4),
)
def test_comparisons_are_exact_whatever_the_size(pairs: list[tuple[int, int]], share: Fraction) -> None:
    one, other = np.array(pairs).T
    assert exceeds(one, share, other).tolist() == [a > share * b for a, b in pairs]
