"""Readings to steps."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from divako.errors import SeriesError
from divako.model import Function, Installation, Kind, Medium, Meter, Readings, Register, Status, Step
from divako.series import Exchange, Reset, common_factor, fit_installations, pulse_steps, steps_of
from divako.units import Dimension


LITRES = Register("volume", Dimension.VOLUME, Fraction(1, 1000))
TENS = Register("volume", Dimension.VOLUME, Fraction(1, 100))
FLOW = Register("volume_flow", Dimension.FLOW, Fraction(1, 1000), Kind.INSTANT)
METER = Meter(id="m", medium=Medium.WATER, int_digits=1, max_rate_per_h=Fraction(1))  # rolls over at 10 m³


def hour(n: float) -> np.datetime64:
    return np.datetime64("2026-01-10", "ms") + np.timedelta64(int(n * 3_600_000), "ms")


def at_hours(counts: list[int], register: Register = LITRES, meter_id: str = "m") -> Readings:
    return Readings.of_counts(meter_id, register, [hour(i) for i in range(len(counts))], counts)


counts = st.lists(st.integers(0, 10**9), min_size=1, max_size=12).map(sorted)


@given(counts, st.randoms(use_true_random=False))
def test_order_of_arrival_does_not_matter(drawn: list[int], random: Any) -> None:
    readings = at_hours(drawn)
    order = list(range(len(readings)))
    random.shuffle(order)
    one, other = steps_of(readings)[0], steps_of(readings.select(np.array(order, dtype="int64")))[0]
    assert one.count.tolist() == other.count.tolist() == np.diff(drawn).tolist()
    assert one.start.tolist() == other.start.tolist()


@given(counts, st.data())
def test_repeated_readings_change_nothing_and_are_listed(drawn: list[int], draw: st.DataObject) -> None:
    readings = at_hours(drawn)
    again = draw.draw(st.lists(st.integers(0, len(drawn) - 1), max_size=5))
    more = Readings.concatenate([readings, readings.select(np.array(again, dtype="int64"))])
    steps, dropped = steps_of(more)
    assert steps.count.tolist() == np.diff(drawn).tolist()
    assert sorted(dropped.row.tolist()) == list(range(len(drawn), len(drawn) + len(again)))
    assert {dropped.reasons[r] for r in dropped.reason} <= {"duplicate"}


@given(st.lists(counts, min_size=1, max_size=4))
def test_meters_do_not_see_each_other(drawn: list[list[int]]) -> None:
    tables = [at_hours(one, meter_id=f"m{i}") for i, one in enumerate(drawn)]
    together = steps_of(Readings.concatenate(tables))[0]
    for i, table in enumerate(tables):
        mine = together.meter == i
        assert together.count[mine].tolist() == steps_of(table)[0].count.tolist()


def test_registers_of_two_factors_meet_on_the_finer_one() -> None:
    both = Readings.concatenate([at_hours([1000, 1250]), Readings.of_counts("m", TENS, [hour(2)], [130])])
    steps, _ = steps_of(both)
    assert steps.count.tolist() == [250, 50]
    assert steps.registers[steps.register[0]].factor == Fraction(1, 1000)


@given(st.lists(st.fractions(min_value=Fraction(1, 1000), max_value=1000), min_size=1, max_size=4))
def test_the_common_factor_divides_all(factors: list[Fraction]) -> None:
    common = common_factor(factors)
    assert all((factor / common).denominator == 1 for factor in factors)


def test_what_is_no_present_counter_takes_no_part() -> None:
    readings = Readings.concatenate([at_hours([1, 2, 3, 4, 5]), at_hours([7, 8, 9], FLOW)])
    n = len(readings)
    function = np.full(n, int(Function.INSTANTANEOUS), dtype="uint8")
    function[1] = int(Function.MAXIMUM)
    status = np.zeros(n, dtype="uint32")
    status[2] = int(Status.INVALID_VALUE)
    known = np.ones(n, dtype="bool")
    known[3] = False
    steps, _ = steps_of(evolve(readings, function=function, status=status, count_known=known))
    assert steps.count.tolist() == [4]


def test_tariffs_are_lines_of_their_own() -> None:
    readings = Readings.concatenate([at_hours([1, 5]), at_hours([100, 101])])
    steps, _ = steps_of(evolve(readings, tariff=np.array([0, 0, 1, 1], dtype="int32")))
    assert steps.count.tolist() == [4, 1]
    assert steps.tariff.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("drawn", "count", "flag", "known"),
    [
        ([9_900, 200], 300, Step.ROLLOVER, True),
        ([5_000, 200], 0, Step.UNEXPLAINED_DROP, False),
        ([5_000, 4_995], -5, Step.REVERSE, True),
        ([5_000, 7_000], 2_000, Step.IMPLAUSIBLE, True),
        ([5_000, 6_000], 1_000, Step.PLAIN, True),
    ],
)
def test_falls_and_jumps_are_told_apart(drawn: list[int], count: int, flag: Step, known: bool) -> None:
    steps, _ = steps_of(at_hours(drawn), meters=[METER], reverse_tolerance=Fraction(1, 100))
    assert (steps.count.tolist(), steps.count_known.tolist(), steps.flags.tolist()) == ([count], [known], [int(flag)])


def test_without_a_highest_rate_nothing_is_a_rollover() -> None:
    steps, _ = steps_of(at_hours([9_999, 0]), meters=[evolve(METER, max_rate_per_h=None)])
    assert steps.count_known.tolist() == [False]


def test_a_drop_is_unknown_and_the_line_goes_on_from_there() -> None:
    steps, _ = steps_of(at_hours([845_250, 12_000, 12_500]))
    assert steps.count_known.tolist() == [False, True]
    assert steps.count.tolist() == [0, 500]


def test_an_exchange_cuts_its_step_in_two() -> None:
    exchange = Exchange(meter_id="m", time=hour(0.5), old_final=Fraction("1.2"), new_start=Fraction("0.05"))
    steps, _ = steps_of(at_hours([1_000, 100]), exchanges=[exchange])
    assert steps.count.tolist() == [200, 50]
    assert steps.flags.tolist() == [int(Step.EXCHANGE), 0]
    assert steps.end[0] == steps.start[1] == hour(0.5)


def test_a_reset_counts_from_what_it_was_set_to() -> None:
    reset = Reset(meter_id="m", time=hour(1), start=Fraction("0.1"))
    steps, _ = steps_of(at_hours([512_000, 400, 900]), resets=[reset])
    assert steps.count.tolist() == [300, 500]
    assert steps.flags.tolist() == [int(Step.RESET), 0]


def test_one_instant_with_two_counts_is_refused_with_row_and_meter() -> None:
    readings = Readings.concatenate([at_hours([1, 2], meter_id="a"), at_hours([1, 2]), at_hours([1])])
    wrong = Readings.concatenate([readings, Readings.of_counts("m", LITRES, [hour(1)], [3])])
    with pytest.raises(SeriesError, match="two counts") as caught:
        steps_of(wrong)
    assert (caught.value.row, caught.value.meter_index) == (5, 1)
    steps, dropped = steps_of(wrong, on_conflict="last")
    assert steps.count.tolist() == [1, 2]
    assert [(r, dropped.reasons[w]) for r, w in zip(dropped.row.tolist(), dropped.reason.tolist(), strict=True)] == [
        (4, "duplicate"),
        (3, "superseded"),
    ]


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=12))
def test_the_last_arrival_wins_and_each_instant_stands_once(arrivals: list[tuple[int, int]]) -> None:
    readings = Readings.of_counts("m", LITRES, [hour(t) for t, _ in arrivals], [c for _, c in arrivals])
    steps, dropped = steps_of(readings, on_conflict="last", reverse_tolerance=Fraction(1))
    last = dict(arrivals)
    assert steps.count.tolist() == np.diff([last[t] for t in sorted(last)]).tolist()
    # One arrival after the other meets what stands for its instant.
    stands: dict[int, int] = {}
    gone: dict[int, str] = {}
    for row, (time, count) in enumerate(arrivals):
        if time in stands and arrivals[stands[time]][1] == count:
            gone[row] = "duplicate"
        else:
            if time in stands:
                gone[stands[time]] = "superseded"
            stands[time] = row
    assert gone == {r: dropped.reasons[w] for r, w in zip(dropped.row.tolist(), dropped.reason.tolist(), strict=True)}
    for row, instead in zip(dropped.row.tolist(), dropped.stands.tolist(), strict=True):
        assert stands[arrivals[row][0]] == instead


def test_counters_that_are_left_out_are_listed_with_the_reason() -> None:
    readings = Readings.concatenate([at_hours([1, 2, 3, 4, 5]), at_hours([7], FLOW)])
    time = readings.time.copy()
    time[0] = np.datetime64("NaT")
    _, dropped = steps_of(
        evolve(
            readings,
            time=time,
            meter=np.array([0, 0, 0, 0, -1, 0], dtype="int32"),
            function=np.array([0, int(Function.MINIMUM), 0, 0, 0, 0], dtype="uint8"),
            status=np.array([0, 0, int(Status.RECORD_ERROR), 0, 0, 0], dtype="uint32"),
            count_known=np.array([1, 1, 1, 0, 1, 0], dtype="bool"),
        )
    )
    assert [(r, dropped.reasons[w]) for r, w in zip(dropped.row.tolist(), dropped.reason.tolist(), strict=True)] == [
        (0, "without_time"),
        (1, "not_instantaneous"),
        (2, "invalid"),
        (3, "without_count"),
        (4, "without_meter"),
    ]


def test_what_is_no_whole_count_is_refused() -> None:
    odd = Exchange(meter_id="m", time=hour(0.5), old_final=Fraction("1.0005"), new_start=Fraction(0))
    with pytest.raises(SeriesError, match="whole number of counts"):
        steps_of(at_hours([1_000, 100]), exchanges=[odd])
    with pytest.raises(SeriesError, match="on_conflict"):
        steps_of(at_hours([1]), on_conflict="first")


def test_counts_too_far_apart_are_refused() -> None:
    with pytest.raises(SeriesError, match="int64"):
        steps_of(at_hours([-(1 << 62) - 2, 1 << 62]))


def test_readings_are_kept_to_their_installation() -> None:
    place = Installation(
        meter_id="m",
        place="s",
        start=hour(1),
        end=hour(2.5),
        start_register=Fraction("1.1"),
        end_register=Fraction("2.6"),
    )
    readings = Readings.concatenate([at_hours([1_000, 1_100, 2_000, 3_000]), at_hours([5, 6], meter_id="other")])
    fitted = fit_installations(readings, [place])
    assert sorted(fitted.count.tolist()) == [1_100, 1_100, 2_000, 2_600]
    assert steps_of(fitted)[0].count.tolist() == [900, 600]


def test_a_fitters_reading_must_be_of_a_known_register() -> None:
    place = Installation(meter_id="m", place="s", start=hour(0), start_register=Fraction("0.0005"))
    with pytest.raises(SeriesError, match="whole number"):
        fit_installations(at_hours([1, 2]), [place])
    energy = Register("energy", Dimension.ENERGY)
    both = Readings.concatenate([at_hours([1, 2]), at_hours([1, 2], energy)])
    with pytest.raises(SeriesError, match="name of the register"):
        fit_installations(both, [place])


@given(st.lists(st.integers(0, 65535), min_size=1, max_size=8))
def test_pulses_are_never_negative_and_lead_to_the_same_reading(drawn: list[int]) -> None:
    steps = pulse_steps(drawn, bits=16)
    assert (steps >= 0).all()
    assert (drawn[0] + int(steps.sum())) % 65536 == drawn[-1]


@given(st.integers(1, 64), st.lists(st.integers(0, 1 << 40), max_size=6), st.integers(0, (1 << 64) - 1))
def test_pulses_of_any_width_turn_over(bits: int, passed: list[int], start: int) -> None:
    passed = [one % (1 << bits) for one in passed]
    counts = [start % (1 << bits)]
    for one in passed:
        counts.append((counts[-1] + one) % (1 << bits))
    assert pulse_steps(counts, bits=bits).tolist() == passed


@pytest.mark.parametrize(
    ("counts", "bits"),
    [([1, 70000], 16), ([1, -1], 16), (np.array([1, -1], dtype=object), 64), ([1, 0], 64), ([0, 1 << 63], 64)],
)
def test_pulses_that_do_not_fit_are_refused(counts: Any, bits: int) -> None:
    with pytest.raises(SeriesError) as caught:
        pulse_steps(counts, bits=bits)
    assert caught.value.row == 1
    with pytest.raises(SeriesError, match="bits"):
        pulse_steps([1], bits=65)
    assert pulse_steps([], bits=8).tolist() == []
