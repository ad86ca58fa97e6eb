"""Finding boundaries without searching, and refusing odd ones."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from hypothesis import given
from hypothesis import strategies as st

from divako.consumption import (
    consumption_blocks,
    consumption_by_calendar,
    consumption_of_steps,
    exact_consumption,
    interval_consumption,
)
from divako.consumption._edges import Edges, _first_not_before
from divako.errors import SeriesError
from divako.model import Readings, Register
from divako.series import steps_of
from divako.units import Dimension


LITRES = Register("volume", Dimension.VOLUME, Fraction(1, 1000))
BEGIN = np.datetime64("2026-01-10", "ms")

near = st.integers(-50, 50)
far = st.integers(-(1 << 62), 1 << 62)
boundaries = st.lists(near | far, min_size=2, max_size=12, unique=True).map(sorted)


@given(st.lists(near | far, max_size=30), boundaries | st.integers(2, 9).map(lambda n: list(range(0, 7 * n, 7))))
def test_counting_finds_what_searching_finds(times: list[int], edges: list[int]) -> None:
    time, edge = np.array(times, dtype="int64"), np.array(edges, dtype="int64")
    if len(times) == 0 or edges[-1] - edges[0] < 1 << 61:
        assert _first_not_before(time, edge).tolist() == np.searchsorted(edge, time).tolist()


@given(
    st.lists(st.lists(near | far, min_size=1, max_size=8, unique=True).map(sorted), min_size=1, max_size=4), st.data()
)
def test_each_boundary_finds_its_step(lines: list[list[int]], draw: st.DataObject) -> None:
    first = np.cumsum([0, *(len(line) for line in lines)])
    time = np.concatenate([np.array(line, dtype="int64") for line in lines])
    own = [draw.draw(st.lists(near | far, max_size=6, unique=True).map(sorted)) for _ in lines]
    common = draw.draw(st.lists(near, min_size=2, max_size=6, unique=True).map(sorted))
    for edges, of_lines in (
        (Edges.ragged([np.array(one, dtype="int64") for one in own]), own),
        (Edges.shared(np.array(common, dtype="int64"), len(lines)), [common] * len(lines)),
    ):
        wanted = [
            first[i] + min(max(np.searchsorted(line, edge, side="right") - 1, 0), max(len(line) - 2, 0))
            for i, line in enumerate(lines)
            for edge in of_lines[i]
        ]
        assert edges.steps_at(first, time).tolist() == wanted
        assert len(edges) == len(edges.time) == len(wanted)


@given(st.integers(600, 700), st.integers(1, 4), st.integers(0, 2**32), st.integers(0, 3), st.booleans())
def test_a_rhythm_is_found_where_there_is_one_and_trusted_only_where_it_holds(
    many: int, lines: int, seed: int, lost: int, gathered: bool
) -> None:
    rng = np.random.default_rng(seed)
    tables = []
    for i in range(lines):
        at = np.arange(many) * 3_600_000 + rng.integers(0, 3_600_000 if gathered else 200_000, many)
        at = np.delete(np.sort(at), rng.integers(1, many - 1, lost if i == 0 else 0))
        times = BEGIN + np.unique(at).astype("timedelta64[ms]")
        tables.append(Readings.of_counts(f"m{i}", LITRES, times, np.cumsum(rng.integers(0, 9, len(times)))))
    span: Any = {"start": BEGIN + np.timedelta64(9, "h"), "end": BEGIN + np.timedelta64(560, "h"), "tz": "UTC"}
    together = interval_consumption(Readings.concatenate(tables), **span)
    # Boundaries of a meter's own are found by searching.
    edges = np.append(together.start[together.meter == 0], span["end"])
    own = interval_consumption(Readings.concatenate(tables), boundaries={f"m{i}": edges for i in range(lines)})
    assert together.count.tolist() == own.count.tolist()
    assert together.coverage.tolist() == own.coverage.tolist()


def reading(meter_id: str = "m") -> Readings:
    return Readings.of_counts(meter_id, LITRES, BEGIN + np.arange(3) * np.timedelta64(1, "h"), [0, 10, 30])


@pytest.mark.parametrize(("cuts", "row"), [([0, 60, 60], 2), ([60, 0], 1), ([0, None], 1), ([0], None), ([], None)])
def test_boundaries_that_do_not_ascend_are_named_by_row_and_meter(cuts: list[int | None], row: int | None) -> None:
    edges = np.array([np.datetime64("NaT", "ms") if c is None else BEGIN + np.timedelta64(c, "m") for c in cuts])
    for given_boundaries, meter in ((edges, None), ({"m": edges}, 1)):
        with pytest.raises(SeriesError) as caught:
            interval_consumption(Readings.concatenate([reading("a"), reading()]), boundaries=given_boundaries)
        assert (caught.value.row, caught.value.meter_index) == (row, meter)


def test_a_meter_without_boundaries_of_its_own_has_no_rows() -> None:
    both = Readings.concatenate([reading("a"), reading("b")])
    table = interval_consumption(both, boundaries={"b": BEGIN + np.arange(2) * np.timedelta64(1, "h")})
    assert (table.meter.tolist(), table.count.tolist()) == ([1], [10])
    assert len(interval_consumption(both, boundaries={})) == 0


def test_a_single_reading_covers_nothing() -> None:
    one = reading().select(slice(0, 1))
    assert interval_consumption(one).count_known.tolist() == [False]
    table = interval_consumption(one, start=BEGIN, end=BEGIN + np.timedelta64(2, "h"))
    assert (table.coverage.tolist(), table.count_known.tolist()) == ([0, 0], [False, False])
    assert np.isnan(table.value).all()


def test_blocks_need_a_span_and_whole_meters() -> None:
    with pytest.raises(SeriesError, match="a start and an end"):
        list(consumption_blocks(reading(), start=BEGIN))
    span: Any = {"start": BEGIN, "end": BEGIN + np.timedelta64(2, "h")}
    assert [len(block) for block in consumption_blocks(reading(), **span)] == [2]
    with pytest.raises(SeriesError, match="two tables") as caught:
        list(consumption_blocks([reading(), reading()], **span))
    assert caught.value.meter_index == 0


@pytest.mark.parametrize("quantum", [Fraction(0), Fraction(-1), Fraction(1, 10**25)])
def test_a_quantum_is_positive_and_not_too_fine(quantum: Fraction) -> None:
    with pytest.raises(SeriesError, match="quantum"):
        interval_consumption(reading(), quantum=quantum)


def test_a_quantum_may_be_finer_than_a_count_and_no_part_of_it() -> None:
    edges = BEGIN + np.array([0, 20, 45, 100, 120]) * np.timedelta64(1, "m")
    quantum = Fraction(1, 700)
    table = interval_consumption(reading(), boundaries=edges, quantum=quantum)
    stood = [e.value(0) for e in (exact_consumption(reading(), boundaries=edges[[0, i]]) for i in range(1, 5))]
    floors = [0, *(value // quantum for value in stood if value is not None)]
    factor = table.registers[0].factor
    assert [int(c) * factor / quantum for c in table.count] == np.diff(floors).tolist()
    large = Readings.of_counts("m", LITRES, edges[[0, 4]], [0, 1 << 60])
    with pytest.raises(SeriesError, match="leave int64") as caught:
        interval_consumption(large, boundaries=edges, quantum=Fraction(1, 7))
    assert caught.value.meter_index == 0


def test_steps_that_were_left_out_are_holes() -> None:
    steps, _ = steps_of(reading())
    edges = BEGIN + np.arange(4) * np.timedelta64(30, "m")
    table = consumption_of_steps(steps.select(slice(1, 2)), edges)
    assert (table.count.tolist(), table.count_known.tolist()) == ([0, 0, 10], [False, False, True])
    again = Readings.concatenate([reading(), reading("n")])
    both = steps_of(again)[0]
    halves = consumption_of_steps(both.select(np.array([0, 2, 3])), edges)
    assert halves.count_known.tolist() == [True, True, False, True, True, True]
    with pytest.raises(SeriesError, match="do not overlap") as caught:
        consumption_of_steps(both.select(np.array([1, 0])), edges)
    assert caught.value.row == 1


def test_a_meter_without_usable_readings_is_left_out_marked_or_refused() -> None:
    silent = Readings.of_counts("silent", LITRES, [np.datetime64("NaT")], [5])
    both = Readings.concatenate([reading(), silent, Readings.of_counts("never", LITRES, [], [])])
    span: Any = {"tz": "UTC", "start": BEGIN, "end": BEGIN + np.timedelta64(2, "h")}
    assert interval_consumption(both, **span).meter.tolist() == [0, 0]
    marked = interval_consumption(both, on_empty="missing", **span)
    assert marked.meter.tolist() == [0, 0, 1, 1, 2, 2]
    assert marked.count_known.tolist() == [True, True, False, False, False, False]
    assert marked.start[2:4].tolist() == marked.start[:2].tolist()
    with pytest.raises(SeriesError, match="no usable reading") as caught:
        interval_consumption(both, on_empty="error", **span)
    assert (caught.value.row, caught.value.meter_index) == (3, 1)
    with pytest.raises(SeriesError, match="no usable reading") as caught:
        interval_consumption(silent, on_empty="error")
    assert (caught.value.row, caught.value.meter_index) == (0, 0)
    days = consumption_by_calendar(both, ("hour", "day"), on_empty="missing", **span)
    assert [len(table) for table in days.values()] == [6, 3]
    own = interval_consumption(both, on_empty="missing", boundaries={"silent": marked.start[:2]})
    assert (own.meter.tolist(), own.count_known.tolist()) == ([1], [False])
    assert len(interval_consumption(silent, on_empty="missing")) == 0
    with pytest.raises(TypeError, match="on_empty"):
        exact_consumption(both, **{**span, "on_empty": "missing"})
    with pytest.raises(SeriesError, match="on_empty"):
        interval_consumption(both, on_empty="drop")
    energy = Readings.of_counts("m", Register("energy", Dimension.ENERGY), BEGIN + np.arange(1), [1])
    with pytest.raises(SeriesError, match="name the register"):
        interval_consumption(Readings.concatenate([both, energy]), on_empty="missing", **span)
