"""Matrices of counts say what the tables say."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from hypothesis import given, settings
from hypothesis import strategies as st

from divako.consumption import consumption_by_calendar, count_grids
from divako.errors import SeriesError
from divako.model import Medium, Meter, Readings, Register
from divako.series import FREQUENCIES
from divako.units import Dimension


LITRES = Register("volume", Dimension.VOLUME, Fraction(1, 1000))
ENERGY = Register("energy", Dimension.ENERGY, Fraction(1, 10))
BEGIN = np.datetime64("2026-03-28T20:00", "ms")
meters = st.lists(
    st.tuples(
        st.sampled_from([LITRES, ENERGY]), st.dictionaries(st.integers(0, 3000), st.integers(0, 9_999), min_size=1)
    ),
    min_size=1,
    max_size=4,
)


@given(
    meters,
    st.lists(st.sampled_from(FREQUENCIES), min_size=1, max_size=3),
    st.none() | st.integers(1, 90),
    st.none() | st.integers(0, 90_000),
    st.booleans(),
)
@settings(max_examples=80)
def test_a_grid_is_the_table_laid_out(
    drawn: list[tuple[Register, dict[int, int]]], freqs: list[str], quantum: int | None, gap: int | None, falls: bool
) -> None:
    tables = [
        Readings.of_counts(
            f"m{i}",
            register,
            [BEGIN + np.timedelta64(t, "m") for t in sorted(one)],
            list(one.values()) if falls else sorted(one.values()),
        )
        for i, (register, one) in enumerate(drawn)
    ]
    how: dict[str, Any] = {
        "tz": "Europe/Oslo",
        "start": BEGIN + np.timedelta64(500, "m"),
        "end": BEGIN + np.timedelta64(2500, "m"),
        "quantum": None if quantum is None else Fraction(quantum, 1000),
        "max_gap_s": gap,
        "meters": [Meter(id="m0", medium=Medium.WATER, int_digits=1, max_rate_per_h=Fraction(4))],
    }
    readings = Readings.concatenate(tables)
    grids = count_grids(readings, freqs, **how)
    tables_of = consumption_by_calendar(readings, freqs, **how)
    assert list(grids) == list(tables_of)
    for freq, table in tables_of.items():
        got = grids[freq].table()
        for name in ("meter", "start", "end", "count", "count_known", "coverage", "quality", "steps"):
            assert getattr(got, name).tolist() == getattr(table, name).tolist(), name
        assert [got.registers[r] for r in got.register] == [table.registers[r] for r in table.register]
        np.testing.assert_array_equal(got.value, table.value)


def test_grids_grow_where_the_first_block_says_too_little(monkeypatch: pytest.MonkeyPatch) -> None:
    hours = BEGIN + np.arange(40) * np.timedelta64(1, "h")
    many = Readings.of_counts("many", LITRES, hours, np.arange(40))
    tables = [many, *(Readings.of_counts(f"few{i}", LITRES, hours[[0, -1]], [0, i]) for i in range(30))]
    readings = Readings.concatenate(tables)
    how: Any = {"start": hours[0], "end": hours[-1], "tz": "UTC"}
    whole = count_grids(readings, ("hour", "day"), **how)
    table = consumption_by_calendar(readings, ("hour",), **how)["hour"]
    from divako.consumption import _blocks, _reckon

    monkeypatch.setattr(_reckon, "blocks_of", lambda r: _blocks.blocks_of(r, rows=3))
    for freq, grid in count_grids(readings, ("hour", "day"), **how).items():
        assert grid.count.tolist() == whole[freq].count.tolist()
        assert grid.short.tolist() == whole[freq].short.tolist()
    assert consumption_by_calendar(readings, ("hour",), **how)["hour"].count.tolist() == table.count.tolist()


def test_no_readings_make_an_empty_grid_and_no_calendar_is_refused() -> None:
    grid = count_grids(Readings.of_counts("m", LITRES, [], []), ("hour",))["hour"]
    assert (len(grid.table()), grid.value().shape, grid.coverage().shape) == (0, (0, 0), (0, 0))
    with pytest.raises(SeriesError, match="calendars"):
        count_grids(Readings.of_counts("m", LITRES, [], []), ())
