"""Estimates sum to the register, whatever the method, and say how they were made."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from hypothesis import given, settings
from hypothesis import strategies as st

from divako.consumption import interval_consumption
from divako.convert import from_document, to_document
from divako.errors import SeriesError
from divako.estimation import Linear, Profile, SimilarDays, estimate, fill_gap
from divako.model import Consumption, Quality, Readings, Register
from divako.units import Dimension
from divako.validation import GapCheck, SpikeCheck, SumCheck


HOUR = np.timedelta64(3_600_000, "ms")
START = np.datetime64("2026-03-01T23:00", "ms")  # a Monday in Oslo
LITRES = Register("volume", Dimension.VOLUME, Fraction(1, 1000))
EVENING = tuple(Fraction(1 + 9 * (17 <= hour < 22)) for hour in range(24))
METHODS: list[Any] = [Linear(), SimilarDays(), SimilarDays(days=1, within_weeks=1), Profile(weights_of_hours=EVENING)]
laws = settings(max_examples=40, deadline=None)

uses = st.lists(st.integers(0, 50), min_size=1, max_size=60)


@laws
@given(data=st.data(), use=uses, method=st.sampled_from(METHODS))
def test_runs_keep_their_sum(make: Any, data: st.DataObject, use: list[int], method: Any) -> None:
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=2 * len(use), max_size=2 * len(use))))
    intervals = make([use, use[::-1]])
    edited, log = estimate(intervals, mask, method=method, reason="test")
    for line in (slice(0, len(use)), slice(len(use), None)):
        inside = np.flatnonzero(mask[line]) + line.start
        for run in np.split(inside, np.flatnonzero(np.diff(inside) > 1) + 1):
            assert edited.count[run].sum() == intervals.count[run].sum()
    assert (edited.count >= 0).all()
    assert edited.count[~mask].tolist() == intervals.count[~mask].tolist()
    assert (edited.quality[mask] == Quality.ESTIMATED).all()
    assert len(log) == mask.sum()
    assert set(log.reasons) == {"test"}


@laws
@given(data=st.data(), use=uses, method=st.sampled_from(METHODS))
def test_spans_sum_to_their_register(make: Any, data: st.DataObject, use: list[int], method: Any) -> None:
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=len(use), max_size=len(use))))
    cut = data.draw(st.integers(0, len(use)))
    state = np.where(mask, data.draw(st.sampled_from([int(Quality.MISSING), int(Quality.PARTIAL)])), 0)
    registers = spans(use, [0, cut, len(use)])
    edited, log = estimate(make(use, quality=state), mask, method=method, reason="gap", registers=registers)
    assert len(log) == mask.sum()
    assert not SumCheck().rows(edited, registers=registers).any()
    assert edited.count[~mask].tolist() == np.array(use)[~mask].tolist()
    assert not GapCheck(pass_estimated=True).rows(edited).any()


def spans(use: Sequence[int], cuts: Sequence[int], factor: Fraction = LITRES.factor) -> Consumption:
    """Read the register at some of the hours."""
    stood = np.concatenate([[0], np.cumsum(use)])
    at = np.unique(cuts)
    register = Register("volume", Dimension.VOLUME, factor)
    counts = [int(c * LITRES.factor / factor) for c in stood[at].tolist()]
    readings = Readings.of_counts("M0", register, START + at * HOUR, counts)
    return interval_consumption(readings, boundaries=START + at * HOUR)


def test_a_long_step_gets_the_shape_of_similar_days(make: Any) -> None:
    week = np.tile([0] * 6 + [5] + [1] * 10 + [9] * 4 + [0] * 3, 7)
    counts = np.tile(week, 3)
    stood = np.concatenate([[0], np.cumsum(counts)])
    silent = slice(8 * 24 + 2, 9 * 24 + 5)  # a day and three hours of the second week
    kept = np.delete(np.arange(len(stood)), np.arange(silent.start + 1, silent.stop))
    readings = Readings.of_counts("M0", LITRES, START + kept * HOUR, stood[kept])
    hourly = interval_consumption(readings, max_gap_s=3600)
    gap = GapCheck().rows(hourly)
    assert np.flatnonzero(gap).tolist() == list(range(silent.start, silent.stop))
    assert hourly.count[gap].tolist() != counts[silent].tolist()
    edited, log = estimate(hourly, gap, method=SimilarDays(), reason="gap")
    assert edited.count.tolist() == counts.tolist()
    assert log.methods == ("similar_days",)
    assert edited.total() == hourly.total()


@pytest.mark.parametrize("month", ["2026-03-09T23:00", "2026-10-12T22:00"])
def test_similar_days_go_by_the_clock_on_the_wall(make: Any, month: str) -> None:
    # Four weeks with the change of the clock in the middle; use is by the local hour.
    start = np.datetime64(month, "ms")
    hours = start + np.arange(28 * 24) * HOUR
    change = np.datetime64("2026-03-29T01:00" if "-03-" in month else "2026-10-25T01:00", "ms")
    after = hours >= change
    shift = (1 if "-03-" in month else 2) + np.where(after, 1 if "-03-" in month else -1, 0)
    local = hours + shift * HOUR
    hour = ((local - local.astype("datetime64[D]")) // HOUR).astype("int64")
    counts = 1 + 3 * hour
    mask = np.zeros(len(hours), dtype="bool")
    first = int(np.argmax(after)) + 30  # the day after the change
    mask[first : first + 20] = True
    edited, log = estimate(make(counts, start=start), mask, method=SimilarDays(days=2), reason="test")
    assert edited.count.tolist() == counts.tolist()
    assert log.methods == ("similar_days",)


def test_the_nearest_similar_days_count_and_the_earlier_first(make: Any) -> None:
    weeks = np.zeros((5, 168), dtype="int64")
    weeks[:, 10], weeks[:, 11] = [10, 20, 3, 40, 50], 10
    weeks[2, 11] = 3
    mask = np.zeros(weeks.size, dtype="bool")
    mask[2 * 168 + 10 : 2 * 168 + 12] = True
    for days, weight in ((1, 20), (2, 30), (3, Fraction(70, 3)), (4, 30)):
        edited, _ = estimate(make(weeks.ravel()), mask, method=SimilarDays(days=days, tz="UTC"), reason="test")
        assert edited.count[mask].tolist() == [
            int(share) for share in fill_gap(0, 6, [Fraction(weight), Fraction(10)], quantum=Fraction(1))
        ]


@pytest.mark.parametrize("weeks", [1, 2, 12])
def test_similar_days_are_sought_within_so_many_weeks(make: Any, weeks: int) -> None:
    counts = np.full(168 * (weeks + 1), 4)
    counts[-2:] = 1, 7
    quality = np.full(len(counts), int(Quality.MISSING))
    quality[:168] = quality[-2:] = 0
    mask = np.arange(len(counts)) >= len(counts) - 2
    intervals = make(counts, quality=quality)
    for within in (weeks, weeks - 1):
        if within:
            edited, log = estimate(intervals, mask, method=SimilarDays(within_weeks=within, tz="UTC"), reason="x")
            assert log.methods == (("similar_days",) if within == weeks else ("linear",))
            assert edited.count[mask].tolist() == [4, 4]


def test_where_a_method_has_nothing_to_go_by_the_gap_is_linear(make: Any) -> None:
    mask = np.zeros(48, dtype="bool")
    mask[20:24] = True
    edited, log = estimate(make([8] * 20 + [0, 0, 0, 10] + [8] * 24), mask, method=SimilarDays(), reason="gap")
    assert edited.count[mask].tolist() == [3, 3, 2, 2]
    assert log.methods == ("linear",)


def test_a_profile_is_scaled_to_the_register(make: Any) -> None:
    edited, log = estimate(
        make([4] * 24), np.ones(24, dtype="bool"), method=Profile(weights_of_hours=EVENING), reason="x"
    )
    exact = [96 * weight / sum(EVENING) for weight in EVENING]
    assert all(abs(count - one) < 1 for count, one in zip(edited.count.tolist(), exact, strict=True))
    assert log.methods == ("profile",)
    weekly = Profile(weights_of_hours=[0] * 24 + [1] * 144)
    edited, _ = estimate(make([1] * 48), np.ones(48, dtype="bool"), method=weekly, reason="x")
    assert edited.count.tolist() == [0] * 24 + [2] * 24  # Monday rests


def test_quarters_weigh_as_the_hour_they_are_in(make: Any) -> None:
    quarters = make([2] * 8, every=HOUR // 4)
    profile = Profile(weights_of_hours=[1, 3, *[0] * 22])
    edited, _ = estimate(quarters, np.ones(8, dtype="bool"), method=profile, reason="x")
    assert edited.count.tolist() == [1] * 4 + [3] * 4


def test_rows_that_no_register_closes_stay_unknown(make: Any) -> None:
    state = [0, int(Quality.MISSING), 0, int(Quality.PARTIAL), 0]
    intervals = make([5, 0, 5, 2, 5], quality=state)
    mask = GapCheck().rows(intervals)
    edited, log = estimate(intervals, mask, method=Linear(), reason="gap")
    assert len(log) == 0
    assert edited.count_known.tolist() == intervals.count_known.tolist()
    # Nor do those of a span of which an unmarked row is unknown, or of which rows are absent.
    registers = spans([5, 4, 5, 4, 5], [0, 5])
    only_one = np.array([False, True, False, False, False])
    _, log = estimate(intervals, only_one, method=Linear(), reason="gap", registers=registers)
    assert len(log) == 0
    absent = intervals.select(np.array([0, 1, 3, 4]))
    _, log = estimate(absent, mask[[0, 1, 3, 4]], method=Linear(), reason="gap", registers=registers)
    assert len(log) == 0


def test_a_spike_that_the_register_does_not_show_is_taken_out(make: Any) -> None:
    use = [3] * 48
    wrong = make([*use[:20], 500, *use[21:]])
    registers = spans(use, [0, 48])
    assert SumCheck().rows(wrong, registers=registers).all()
    edited, log = estimate(wrong, SpikeCheck().rows(wrong), method=Linear(), reason="spike", registers=registers)
    assert edited.count.tolist() == use
    assert (log.old_count.tolist(), log.new_count.tolist()) == ([500], [3])


def test_a_register_in_coarser_counts_closes_a_gap_too(make: Any) -> None:
    intervals = make([5, 0, 5], quality=[0, int(Quality.MISSING), 0])
    registers = spans([5, 10, 5], [0, 3], Fraction(1, 100))
    edited, _ = estimate(intervals, ~intervals.count_known, method=Linear(), reason="gap", registers=registers)
    assert edited.count.tolist() == [5, 10, 5]


@pytest.mark.parametrize(
    ("said", "factor", "message"), [(9, Fraction(1, 1000), "says less"), (10_500, Fraction(1, 10**6), "whole number")]
)
def test_a_register_that_contradicts_is_refused_by_its_row(
    make: Any, said: int, factor: Fraction, message: str
) -> None:
    intervals = make([5, 0, 5], quality=[0, int(Quality.MISSING), 0])
    register = Register("volume", Dimension.VOLUME, factor)
    times = START + np.array([0, 3]) * HOUR
    registers = interval_consumption(Readings.of_counts("M0", register, times, [0, said]), boundaries=times)
    with pytest.raises(SeriesError, match=message) as caught:
        estimate(intervals, ~intervals.count_known, method=Linear(), reason="gap", registers=registers)
    assert (caught.value.row, caught.value.meter_index) == (1, 0)


def test_the_order_of_rows_does_not_matter(make: Any) -> None:
    rng = np.random.default_rng(8)
    intervals = make(rng.integers(0, 30, (2, 24 * 21)))
    mask = rng.random(len(intervals)) < 0.2
    order = rng.permutation(len(intervals))
    for method in METHODS:
        edited, _ = estimate(intervals, mask, method=method, reason="x")
        shuffled, _ = estimate(intervals.select(order), mask[order], method=method, reason="x")
        assert shuffled.count.tolist() == edited.count[order].tolist()


@pytest.mark.parametrize("weeks", [1, 3])
def test_meters_are_estimated_each_by_itself(make: Any, weeks: int) -> None:
    rng = np.random.default_rng(9)
    counts = rng.integers(0, 30, (3, 168 * weeks))
    mask = rng.random(counts.shape) < 0.2
    for method in METHODS:
        together, _ = estimate(make(counts), mask.ravel(), method=method, reason="x")
        for i, row in enumerate(together.count.reshape(counts.shape)):
            alone, _ = estimate(make(counts[i], ids=[f"M{i}"]), mask[i], method=method, reason="x")
            assert alone.count.tolist() == row.tolist()


def test_a_mask_of_another_length_is_refused(make: Any) -> None:
    with pytest.raises(SeriesError, match="as long as"):
        estimate(make([1, 2]), [True], method=Linear(), reason="x")


@pytest.mark.parametrize("method", METHODS, ids=lambda method: repr(method)[:30])
def test_a_method_has_a_document(method: Any) -> None:
    assert from_document(type(method), to_document(method)) == method


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: SimilarDays(days=0),
        lambda: SimilarDays(days=13),
        lambda: SimilarDays(within_weeks=0),
        lambda: Profile(weights_of_hours=[1] * 23),
        lambda: Profile(weights_of_hours=[-1, *[1] * 23]),
    ],
)
def test_a_method_out_of_range_is_refused(wrong: Any) -> None:
    with pytest.raises(SeriesError):
        wrong()


def test_an_empty_table_needs_no_estimates(make: Any) -> None:
    nothing = make([1]).select(slice(0, 0))
    for method in METHODS:
        for registers in (None, make([1])):
            edited, log = estimate(nothing, np.zeros(0, dtype="bool"), method=method, reason="x", registers=registers)
            assert len(edited) == len(log) == 0


registers_of = st.fractions(0, 10**4, max_denominator=1000)
weight_lists = st.lists(st.integers(0, 20) | st.fractions(0, 5, max_denominator=9), min_size=1, max_size=12)


@laws
@given(before=registers_of, passed=registers_of, weights=weight_lists)
def test_a_filled_gap_sums_to_the_register(before: Fraction, passed: Fraction, weights: list[Any]) -> None:
    shares = fill_gap(before, before + passed, weights)
    assert sum(shares) == passed
    total = sum(weights)
    assert shares == [passed * w / total if total else passed / len(weights) for w in weights]


@laws
@given(before=st.integers(0, 10**6), passed=st.integers(0, 10**6), weights=weight_lists)
def test_a_filled_gap_of_whole_counts_sums_to_the_register(before: int, passed: int, weights: list[Any]) -> None:
    quantum = Fraction(1, 1000)
    shares = fill_gap(before * quantum, (before + passed) * quantum, weights, quantum=quantum)
    exact = fill_gap(before * quantum, (before + passed) * quantum, weights)
    assert sum(shares) == passed * quantum
    assert all((share / quantum).denominator == 1 for share in shares)
    assert all(abs(share - one) < quantum for share, one in zip(shares, exact, strict=True))


def test_what_is_no_closed_gap_is_refused() -> None:
    with pytest.raises(SeriesError, match="fell"):
        fill_gap(2, 1, [1])
    with pytest.raises(SeriesError, match="negative") as caught:
        fill_gap(1, 2, [1, -1])
    assert caught.value.row == 1
    with pytest.raises(SeriesError, match="at least one"):
        fill_gap(1, 2, [])
    with pytest.raises(SeriesError, match="multiple"):
        fill_gap(1, Fraction(3, 2), [1], quantum=Fraction(1))
    for before, after in ((None, 1), (1, None)):
        with pytest.raises(SeriesError, match="open"):
            fill_gap(before, after, [1])
    with pytest.raises(TypeError, match="binary floats"):
        fill_gap(0, 0.5, [1])  # type: ignore[arg-type] # the mistake under test
    with pytest.raises(TypeError, match="binary floats"):
        fill_gap(0, 1, [0.5])  # type: ignore[list-item] # the mistake under test
    with pytest.raises(TypeError, match="binary floats"):
        Profile(weights_of_hours=[0.5] * 24)  # type: ignore[list-item] # the mistake under test
