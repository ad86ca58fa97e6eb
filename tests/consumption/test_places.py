"""Meters to places: every litre once, and no silence that looks like thrift."""

from __future__ import annotations

import random

from fractions import Fraction

import numpy as np
import pytest

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from divako.consumption import grid, interval_consumption, net_inflow, of_places
from divako.errors import SeriesError
from divako.model import Consumption, Installation, Quality, Readings, Register
from divako.series import fit_installations
from divako.units import Dimension


LITRES = Register("volume", Dimension.VOLUME, Fraction(1, 1000))
TENS = Register("volume", Dimension.VOLUME, Fraction(1, 100))
OPEN = np.datetime64("NaT", "ms")


def hour(n: float) -> np.datetime64:
    return np.datetime64("2026-01-10", "ms") + np.timedelta64(int(n * 3_600_000), "ms")


def hourly_of(*tables: Readings) -> Consumption:
    return interval_consumption(Readings.concatenate(tables), tz="UTC")


def reading(meter_id: str, counts: list[int], register: Register = LITRES) -> Readings:
    return Readings.of_counts(meter_id, register, [hour(i) for i in range(len(counts))], counts)


def qualities(table: Consumption) -> list[str]:
    return [Quality(q).name for q in table.quality]


@st.composite
def moves(draw: st.DrawFn) -> tuple[list[int], list[int], list[str]]:
    counts = np.cumsum(draw(st.lists(st.integers(0, 10**6), min_size=3, max_size=12))).tolist()
    cuts = sorted(draw(st.sets(st.integers(1, len(counts) - 2), max_size=3)))
    places = draw(st.lists(st.sampled_from("ABC"), min_size=len(cuts) + 1, max_size=len(cuts) + 1))
    return counts, cuts, places


@given(moves())
@settings(max_examples=60)
def test_a_meter_that_is_moved_on_the_hour_is_counted_once(drawn: tuple[list[int], list[int], list[str]]) -> None:
    counts, cuts, names = drawn
    edges = [hour(0), *(hour(c) for c in cuts), OPEN]
    places = [
        Installation(meter_id="m", place=name, start=start, end=end)
        for name, start, end in zip(names, edges[:-1], edges[1:], strict=True)
    ]
    table = of_places(interval_consumption(fit_installations(reading("m", counts), places), tz="UTC"), places)
    hours = [0, *cuts, len(counts) - 1]
    wanted = dict.fromkeys(names, 0)
    for name, low, high in zip(names, hours[:-1], hours[1:], strict=True):
        wanted[name] += counts[high] - counts[low]
    got = {place: int(table.count[table.meter == code].sum()) for code, place in enumerate(table.meter_ids)}
    assert got == wanted


@given(st.integers(1, 59))
def test_a_meter_that_is_moved_within_the_hour_covers_it_in_neither_place(minute: int) -> None:
    when = hour(1) + np.timedelta64(minute, "m")
    places = [
        Installation(meter_id="m", place="A", start=hour(0), end=when),
        Installation(meter_id="m", place="B", start=when),
    ]
    table = of_places(hourly_of(reading("m", [0, 100, 300, 600])), places)
    assert table.count.tolist() == [100, 0, 0, 0, 0, 300]
    assert qualities(table) == ["MEASURED", "MISSING", "MISSING", "MISSING", "MISSING", "MEASURED"]


def test_what_passed_while_a_meter_was_away_belongs_to_no_place() -> None:
    places = [
        Installation(meter_id="m", place="A", start=hour(0), end=hour(1)),
        Installation(meter_id="m", place="A", start=hour(3)),
    ]
    readings = fit_installations(reading("m", [0, 100, 200, 1200, 2200]), places)
    table = of_places(interval_consumption(readings, tz="UTC"), places)
    assert table.count.tolist() == [100, 0, 0, 1000]
    assert table.count_known.tolist() == [True, False, False, True]


def test_the_total_of_a_meter_is_not_added_to_its_tariffs() -> None:
    total = reading("m", [0, 100, 200])
    part = evolve(reading("m", [0, 60, 120]), tariff=np.ones(3, dtype="int32"))
    table = of_places(hourly_of(total, part), [Installation(meter_id="m", place="A", start=hour(0))])
    names = [table.registers[code].name for code in table.register]
    assert list(zip(names, table.count.tolist(), strict=True)) == [
        ("volume", 100),
        ("volume", 100),
        ("volume_tariff_1", 60),
        ("volume_tariff_1", 60),
    ]


@pytest.mark.parametrize("roles", [("sub", "sub"), ("inlet", "inlet"), ("inlet", "outlet")])
def test_a_meter_that_never_sent_covers_nothing(roles: tuple[str, str]) -> None:
    places = [
        Installation(meter_id=meter_id, place="A", role=role, start=hour(0))
        for meter_id, role in zip("ab", roles, strict=True)
    ]
    hourly = hourly_of(reading("a", [0, 100, 200]))
    table = of_places(hourly, places) if roles[0] == "sub" else net_inflow(hourly, places)
    assert table.coverage.tolist() == [0.5, 0.5]
    assert qualities(table) == ["PARTIAL", "PARTIAL"]
    assert np.isnan(grid(table).value).all()


def test_a_meter_without_the_register_has_no_part_in_it() -> None:
    energy = Register("energy", Dimension.ENERGY)
    hourly = hourly_of(reading("a", [0, 100]), reading("b", [0, 5], energy))
    table = of_places(hourly, [Installation(meter_id=m, place="A", start=hour(0)) for m in "ab"])
    assert table.coverage.tolist() == [1, 1]
    assert table.count.tolist() == [100, 5]


def test_an_open_start_holds_from_ever() -> None:
    places = [Installation(meter_id="m", place="A", start=OPEN)]
    readings = fit_installations(reading("m", [0, 100, 200]), places)
    assert len(readings) == 3
    assert of_places(interval_consumption(readings, tz="UTC"), places).coverage.tolist() == [1, 1]


def test_one_meter_may_count_in_two_factors() -> None:
    hourly = hourly_of(reading("m", [0, 100]))
    coarse = hourly_of(Readings.of_counts("m", TENS, [hour(1), hour(2)], [10, 12]))
    both = Consumption.concatenate([hourly, coarse])
    table = of_places(both, [Installation(meter_id="m", place="A", start=hour(0))])
    assert table.count.tolist() == [100, 20]
    assert table.registers[table.register[0]].factor == Fraction(1, 1000)


def test_what_cannot_be_added_is_refused() -> None:
    places = [Installation(meter_id=m, place="A", start=hour(0)) for m in "ab"]
    one = hourly_of(reading("a", [0, 100, 200]))
    with pytest.raises(SeriesError, match="stands twice") as caught:
        of_places(Consumption.concatenate([one, one]), places)
    assert caught.value.meter_index == 0
    other = interval_consumption(reading("b", [0, 100, 200]), boundaries=np.array([hour(0), hour(2)]))
    with pytest.raises(SeriesError, match="overlap"):
        of_places(Consumption.concatenate([one, other]), places)
    large = hourly_of(reading("a", [0, 1 << 61]), reading("b", [0, 1 << 61]))
    with pytest.raises(SeriesError, match="int64"):
        of_places(large, places)


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(1, 4)), min_size=1, max_size=4), st.randoms(use_true_random=False)
)
@settings(max_examples=40)
def test_a_grid_has_every_row_in_its_place(spans: list[tuple[int, int]], shuffler: random.Random) -> None:
    tables = [
        interval_consumption(
            Readings.of_counts(f"m{i}", LITRES, [hour(low), hour(low + many)], [0, 840 * (i + 1)]), tz="UTC"
        )
        for i, (low, many) in enumerate(spans)
    ]
    table = Consumption.concatenate(tables)
    order = list(range(len(table)))
    shuffler.shuffle(order)
    table = table.select(np.array(order))
    got = grid(table)
    assert np.count_nonzero(~np.isnan(got.value)) == len(table)
    assert (np.diff(got.start) > np.timedelta64(0)).all()
    at = {int(time.astype("int64")): i for i, time in enumerate(got.start)}
    for row in range(len(table)):
        subject = got.subjects.index(table.meter_ids[table.meter[row]])
        assert got.value[subject, at[int(table.start[row].astype("int64"))]] == table.value[row]
    with pytest.raises(SeriesError, match="stands twice"):
        grid(Consumption.concatenate([table, table]))


def test_an_empty_grid_has_no_subjects() -> None:
    assert grid(hourly_of(reading("m", []))).value.shape == (0, 0)
