"""Steps to calendars: nothing is lost, nothing is invented."""

from __future__ import annotations

import functools

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from divako.consumption import (
    exact_consumption,
    exact_intervals,
    grid,
    interval_consumption,
    net_inflow,
    of_places,
)
from divako.consumption._blocks import blocks_of
from divako.errors import SeriesError
from divako.model import Consumption, Installation, Medium, Meter, Quality, Readings, Register, Step
from divako.series import fit_installations, steps_of
from divako.units import Dimension


LITRES = Register("volume", Dimension.VOLUME, Fraction(1, 1000))
TENS = Register("volume", Dimension.VOLUME, Fraction(1, 100))
OSLO = "Europe/Oslo"
BEGIN = np.datetime64("2026-03-27T23:00", "ms")  # spans the change to summer time


def minutes(n: int) -> np.datetime64:
    return BEGIN + np.timedelta64(n, "m")


def at_ms(*times: int) -> np.ndarray[Any, Any]:
    return BEGIN + np.array(times, dtype="timedelta64[ms]")


@st.composite
def meters(draw: st.DrawFn, *, name: str = "m", most: int = 10**7) -> Readings:
    times = sorted(draw(st.sets(st.integers(0, 6 * 1440), min_size=2, max_size=20)))
    steps = draw(st.lists(st.integers(0, most), min_size=len(times), max_size=len(times)))
    register = draw(st.sampled_from([LITRES, TENS]))
    return Readings.of_counts(name, register, [minutes(t) for t in times], np.cumsum(steps))


def total(table: Consumption) -> Fraction:
    return table.total()


@given(meters(), st.sampled_from(["hour", "day", "week", "month", "quarter", "year"]))
def test_every_calendar_conserves_the_register_to_the_last_count(readings: Readings, freq: str) -> None:
    table = interval_consumption(readings, freq=freq, tz=OSLO)
    assert total(table) == int(readings.count[-1] - readings.count[0]) * readings.registers[0].factor


@given(meters(), st.lists(st.integers(-1000, 7 * 1440), min_size=2, max_size=12, unique=True).map(sorted))
def test_any_boundaries_telescope(readings: Readings, edges: list[int]) -> None:
    boundaries = np.array([minutes(e) for e in edges])
    parts = interval_consumption(readings, boundaries=boundaries)
    whole = interval_consumption(readings, boundaries=boundaries[[0, -1]])
    assert int(parts.count.sum()) == int(whole.count.sum())


@given(meters(), st.lists(st.integers(-1000, 7 * 1440), min_size=2, max_size=12, unique=True).map(sorted))
def test_counts_are_floors_of_the_exact_register(readings: Readings, edges: list[int]) -> None:
    boundaries = np.array([minutes(e) for e in edges])
    table = interval_consumption(readings, boundaries=boundaries)
    (exact,) = exact_intervals(steps_of(readings)[0], boundaries)
    running = exact_intervals(steps_of(readings)[0], np.array([minutes(-10_000), boundaries[0]]))[0][0][0]
    floors = [running // readings.registers[0].factor]
    for value, _ in exact:
        running += value
        floors.append(running // readings.registers[0].factor)
    assert table.count.tolist() == np.diff(floors).tolist()
    assert table.coverage.tolist() == [float(c) for _, c in exact]


@given(st.lists(meters(), min_size=1, max_size=4), st.sampled_from(["hour", "day"]))
@settings(max_examples=30)
def test_meters_are_reckoned_alone_or_together_alike(drawn: list[Readings], freq: str) -> None:
    named = [evolve(one, meter_ids=(f"m{i}",)) for i, one in enumerate(drawn)]
    span: dict[str, Any] = {"start": BEGIN, "end": minutes(6 * 1440)}
    together = interval_consumption(Readings.concatenate(named), freq=freq, tz=OSLO, **span)
    for i, one in enumerate(named):
        alone = interval_consumption(one, freq=freq, tz=OSLO, **span)
        mine = together.select(together.meter == i)
        for name in ("start", "count", "coverage", "quality", "steps"):
            assert getattr(mine, name).tolist() == getattr(alone, name).tolist()
        np.testing.assert_array_equal(mine.value, alone.value)


@given(meters(), st.integers(1, 1000))
def test_a_finer_count_scales_the_exact_result(readings: Readings, times: int) -> None:
    finer = Register("volume", Dimension.VOLUME, readings.registers[0].factor / times)
    other = Readings.of_counts("m", finer, readings.time, readings.count * times)
    edges = np.array([minutes(e) for e in (0, 333, 1441, 5000)])
    assert exact_intervals(steps_of(other)[0], edges) == exact_intervals(steps_of(readings)[0], edges)


@given(
    st.integers(-(1 << 61), 1 << 61),
    st.integers(1, 1 << 40),
    st.lists(st.integers(0, 1 << 40), min_size=1, max_size=5, unique=True).map(sorted),
)
def test_the_kernel_is_exact_for_any_size(count: int, length: int, inside: list[int]) -> None:
    readings = Readings.of_counts("m", LITRES, at_ms(0, length), [0, count])
    edges = [-1, *inside]
    exact = exact_consumption(readings, boundaries=at_ms(*edges), reverse_tolerance=Fraction(1 << 62))
    floors = interval_consumption(readings, boundaries=at_ms(*edges), reverse_tolerance=Fraction(1 << 62))
    stood = [count * Fraction(min(max(edge, 0), length), length) for edge in edges]
    for row in range(len(inside)):
        if exact.table.count_known[row]:
            assert exact.value(row) == (stood[row + 1] - stood[row]) * LITRES.factor
            assert floors.count[row] == stood[row + 1] // 1 - stood[row] // 1


def test_nothing_is_extrapolated() -> None:
    readings = Readings.of_counts("m", LITRES, [minutes(30), minutes(90)], [0, 600])
    table = interval_consumption(readings, tz=OSLO, start=minutes(-60), end=minutes(180))
    assert table.coverage.tolist() == [0, 0.5, 0.5, 0]
    assert [Quality(q).name for q in table.quality] == ["MISSING", "PARTIAL", "PARTIAL", "MISSING"]
    np.testing.assert_array_equal(table.value, [np.nan, 0.3, 0.3, np.nan])


def test_a_long_step_makes_estimates() -> None:
    readings = Readings.of_counts("m", LITRES, [minutes(m) for m in (0, 60, 240, 300)], [0, 500, 3500, 4000])
    table = interval_consumption(readings, tz=OSLO, max_gap_s=3600)
    assert [Quality(q).name for q in table.quality] == ["MEASURED", "ESTIMATED", "ESTIMATED", "ESTIMATED", "MEASURED"]


@given(meters(), st.integers(60, 86_400))
@settings(max_examples=30)
def test_an_interval_is_an_estimate_just_when_a_long_step_touches_it(readings: Readings, gap: int) -> None:
    table = interval_consumption(readings, freq="hour", tz=OSLO, max_gap_s=gap)
    steps, _ = steps_of(readings)
    is_long = (steps.end - steps.start) > np.timedelta64(gap, "s")
    for start, end, quality in zip(table.start, table.end, table.quality, strict=True):
        touches = (steps.start < end) & (steps.end > start) & is_long
        if quality in {Quality.MEASURED, Quality.ESTIMATED}:
            assert (quality == Quality.ESTIMATED) == touches.any()


def test_what_passed_in_all_must_fit_int64() -> None:
    large = (1 << 62) + 5
    readings = Readings.of_counts("m", LITRES, [minutes(60 * i) for i in range(4)], [0, large, 0, large])
    with pytest.raises(SeriesError, match="int64"):
        interval_consumption(readings, tz=OSLO)


@given(st.lists(st.integers(-(1 << 61), 1 << 61), min_size=1, max_size=6))
@settings(max_examples=30)
def test_a_total_may_be_larger_than_any_count(counts: list[int]) -> None:
    one = interval_consumption(Readings.of_counts("m", LITRES, [minutes(0), minutes(60)], [0, 1]), tz=OSLO)
    tables = [evolve(one, count=np.array([count])) for count in counts]
    assert Consumption.concatenate(tables).total() == sum(counts) * LITRES.factor


def test_an_unexplained_drop_leaves_a_hole_and_a_rollover_is_marked() -> None:
    readings = Readings.of_counts("m", LITRES, [minutes(60 * i) for i in range(4)], [9_800, 9_900, 100, 50])
    meter = Meter(id="m", medium=Medium.WATER, int_digits=1, max_rate_per_h=Fraction(1))
    table = interval_consumption(readings, tz=OSLO, meters=[meter])
    assert table.count_known.tolist() == [True, True, False]
    assert table.count.tolist() == [100, 200, 0]
    assert table.steps.tolist() == [0, int(Step.ROLLOVER), int(Step.UNEXPLAINED_DROP)]


@pytest.mark.parametrize("edges", [[0], [60, 0], [0, 0]])
def test_boundaries_must_ascend(edges: list[int]) -> None:
    readings = Readings.of_counts("m", LITRES, [minutes(0), minutes(60)], [0, 1])
    with pytest.raises(SeriesError, match="ascend"):
        interval_consumption(readings, boundaries=np.array([minutes(e) for e in edges]))


@given(st.lists(meters(), min_size=1, max_size=5), st.integers(1, 30), st.booleans())
@settings(max_examples=40)
def test_blocks_of_meters_change_nothing(drawn: list[Readings], rows: int, in_span: bool) -> None:
    named = [evolve(one, meter_ids=(f"m{i}",)) for i, one in enumerate(drawn)]
    readings = Readings.concatenate(named)
    blocks = [np.arange(len(readings))[block] for block in blocks_of(readings, rows=rows)]
    assert np.concatenate(blocks).tolist() == list(range(len(readings)))
    span: dict[str, Any] = {"start": BEGIN, "end": minutes(1440)} if in_span else {}
    whole = interval_consumption(readings, freq="day", tz=OSLO, **span)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("divako.consumption._reckon.blocks_of", functools.partial(blocks_of, rows=rows))
        cut = interval_consumption(readings, freq="day", tz=OSLO, **span)
    for name in ("meter", "register", "start", "end", "count", "count_known", "coverage", "quality", "steps"):
        assert getattr(cut, name).tolist() == getattr(whole, name).tolist()
    assert (cut.meter_ids, cut.registers) == (whole.meter_ids, whole.registers)


def test_an_error_in_a_block_has_the_row_of_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("divako.consumption._reckon.blocks_of", functools.partial(blocks_of, rows=1))
    good = Readings.of_counts("a", LITRES, [minutes(0), minutes(60)], [0, 1])
    bad = Readings.of_counts("b", LITRES, [minutes(0), minutes(60), minutes(60)], [0, 1, 2])
    with pytest.raises(SeriesError, match="two counts") as caught:
        interval_consumption(Readings.concatenate([good, bad]))
    assert (caught.value.row, caught.value.meter_index) == (4, 1)


def test_the_name_of_a_register_means_that_register_alone() -> None:
    total = Readings.of_counts("m", LITRES, [minutes(0), minutes(60)], [0, 100])
    part = Readings.of_counts("m", LITRES, [minutes(0), minutes(60)], [0, 60])
    one = np.ones(2, dtype="int32")
    readings = Readings.concatenate([total, evolve(part, tariff=one), evolve(part, tariff=one, subunit=2 * one)])
    names = ["volume", "volume_tariff_1", "volume_tariff_1_subunit_2"]
    table = interval_consumption(readings, tz=OSLO)
    assert [table.registers[code].name for code in table.register] == names
    for name, count in zip(names, [100, 60, 60], strict=True):
        table = interval_consumption(readings, tz=OSLO, register=name)
        assert table.count.tolist() == [count]
        assert table.registers[table.register[0]].name == name
    assert len(interval_consumption(readings, tz=OSLO, register="energy")) == 0


def test_no_readings_make_no_rows() -> None:
    edges = np.array([minutes(0), minutes(60)])
    assert len(interval_consumption(Readings.of_counts("m", LITRES, [], []), boundaries=edges, max_gap_s=60)) == 0
    empty = Readings.of_counts("m", LITRES, [], [])
    assert len(interval_consumption(empty)) == 0
    assert len(interval_consumption(empty, start=minutes(0), end=minutes(60))) == 0


def exchanged(finals: tuple[str, str] = ("1.2", "0.05")) -> tuple[Consumption, list[Installation]]:
    old = Readings.of_counts("old", LITRES, [minutes(0), minutes(60)], [1_000, 1_100])
    new = Readings.of_counts("new", TENS, [minutes(120), minutes(180)], [7, 12])
    places = [
        Installation(meter_id="old", place="s", start=minutes(0), end=minutes(90), end_register=Fraction(finals[0])),
        Installation(meter_id="new", place="s", start=minutes(90), start_register=Fraction(finals[1])),
    ]
    fitted = fit_installations(Readings.concatenate([old, new]), places)
    return interval_consumption(fitted, tz=OSLO), places


def test_an_exchange_within_an_hour_is_covered_by_both_meters() -> None:
    hourly, places = exchanged()
    table = of_places(hourly, places)
    assert table.meter_ids == ("s",)
    assert table.count.tolist() == [100, 120, 50]
    assert table.coverage.tolist() == [1, 1, 1]
    assert [Quality(q).name for q in table.quality] == ["MEASURED"] * 3
    assert table.registers[0].factor == Fraction(1, 1000)


def test_places_have_the_sum_of_their_meters_and_only_of_their_role() -> None:
    tables = [
        Readings.of_counts(name, register, [minutes(0), minutes(120)], [0, count])
        for name, register, count in (("a", LITRES, 100), ("b", TENS, 20), ("main", LITRES, 900))
    ]
    places = [
        Installation(meter_id="a", place="s", start=minutes(0)),
        Installation(meter_id="b", place="s", start=minutes(0)),
        Installation(meter_id="main", place="", role="main", start=minutes(0)),
    ]
    hourly = interval_consumption(Readings.concatenate(tables), tz=OSLO)
    assert of_places(hourly, places).value.tolist() == [0.15, 0.15]
    assert of_places(hourly, places, role="main").value.tolist() == [0.45, 0.45]
    assert len(of_places(hourly, [])) == 0


def test_a_silent_meter_makes_its_place_partial() -> None:
    tables = [
        Readings.of_counts("a", LITRES, [minutes(0), minutes(120)], [0, 100]),
        Readings.of_counts("b", LITRES, [minutes(0), minutes(60)], [0, 100]),
    ]
    places = [Installation(meter_id=name, place="s", start=minutes(0)) for name in "ab"]
    table = of_places(interval_consumption(Readings.concatenate(tables), tz=OSLO), places)
    assert table.coverage.tolist() == [1, 0.5]
    assert [Quality(q).name for q in table.quality] == ["MEASURED", "PARTIAL"]


def test_inflow_is_inlets_less_outlets() -> None:
    tables = [
        Readings.of_counts("in", TENS, [minutes(0), minutes(60)], [0, 500]),
        Readings.of_counts("out", LITRES, [minutes(0), minutes(60)], [0, 1500]),
    ]
    places = [
        Installation(meter_id="in", place="z", role="inlet", start=minutes(0)),
        Installation(meter_id="out", place="z", role="outlet", start=minutes(0)),
    ]
    table = net_inflow(interval_consumption(Readings.concatenate(tables), tz=OSLO), places)
    assert (table.meter_ids, table.value.tolist()) == (("z",), [3.5])


def test_a_grid_has_a_place_for_every_interval() -> None:
    tables = [
        Readings.of_counts("a", LITRES, [minutes(0), minutes(120)], [0, 100]),
        Readings.of_counts("b", LITRES, [minutes(60), minutes(150)], [0, 90]),
    ]
    hourly = interval_consumption(Readings.concatenate(tables), tz=OSLO)
    got = grid(hourly)
    assert got.subjects == ("a", "b")
    np.testing.assert_array_equal(got.value, [[0.05, 0.05, np.nan], [np.nan, 0.06, np.nan]])
    np.testing.assert_array_equal(grid(hourly, allow_partial=True).value[1], [np.nan, 0.06, 0.03])


def test_a_grid_needs_one_register_and_intervals_that_do_not_overlap() -> None:
    energy = Register("energy", Dimension.ENERGY)
    tables: list[Any] = [
        interval_consumption(Readings.of_counts("a", register, [minutes(0), minutes(60)], [0, 1]), tz=OSLO)
        for register in (LITRES, energy)
    ]
    both = Consumption.concatenate(tables)
    with pytest.raises(SeriesError, match="several registers"):
        grid(both)
    assert grid(both, register="energy").value.tolist() == [[1.0]]
    with pytest.raises(SeriesError, match="twice"):
        grid(Consumption.concatenate([tables[0], tables[0]]))
    shifted = interval_consumption(
        Readings.of_counts("b", LITRES, [minutes(0), minutes(60)], [0, 1]),
        boundaries=np.array([minutes(0), minutes(30)]),
    )
    with pytest.raises(SeriesError, match="overlap"):
        grid(Consumption.concatenate([tables[0], shifted]))
