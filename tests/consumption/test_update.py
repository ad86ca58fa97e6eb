"""Readings as they come in: late, corrected, and to the same bit as all at once."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from divako.consumption import (
    ConsumptionState,
    interval_consumption,
    replace_intervals,
    update_consumption,
)
from divako.convert import from_document, to_document
from divako.errors import SeriesError
from divako.model import Consumption, Medium, Meter, Readings, Register
from divako.series import Exchange, Reset
from divako.units import Dimension


LITRES = Register("volume", Dimension.VOLUME, Fraction(1, 1000))
TENS = Register("volume", Dimension.VOLUME, Fraction(1, 100))
BEGIN = np.datetime64("2026-03-28T20:00", "ms")
METERS = [Meter(id=m, medium=Medium.WATER, int_digits=1, max_rate_per_h=Fraction(3)) for m in "ab"]
COLUMNS = ("start", "end", "count", "count_known", "coverage", "quality", "steps")


def minute(n: int) -> np.datetime64:
    return BEGIN + np.timedelta64(n, "m")


def arrivals(rows: list[tuple[str, int, int]], register: Register = LITRES) -> Readings:
    tables = [Readings.of_counts(m, register, [minute(t)], [c]) for m, t, c in rows]
    return Readings.concatenate([Readings.of_counts("a", register, [], []), *tables])


def rows_of(table: Consumption, spans: dict[str, tuple[np.datetime64, np.datetime64]]) -> dict[Any, Any]:
    """Give the rows within the spans of their meters, by meter and start."""
    out = {}
    for i in range(len(table)):
        meter = table.meter_ids[table.meter[i]]
        first, last = spans[meter]
        if table.start[i] < last and table.end[i] > first:
            key = meter, table.registers[table.register[i]].name, table.start[i]
            assert key not in out
            value = table.value[i]
            out[key] = (*(getattr(table, c)[i] for c in COLUMNS), "unknown" if np.isnan(value) else value)
    return out


# Deliveries: each brings readings whose times lie at most two hours before the newest so far.
deliveries = st.lists(
    st.lists(st.tuples(st.sampled_from("ab"), st.integers(-120, 200), st.integers(0, 9_999)), max_size=6),
    min_size=1,
    max_size=7,
)


@given(deliveries, st.sampled_from(["hour", "day"]), st.none() | st.integers(1, 300), st.booleans())
@settings(max_examples=120)
def test_in_deliveries_or_at_once_is_the_same_to_the_bit(
    drawn: list[list[tuple[str, int, int]]], freq: str, quantum: int | None, noted: bool
) -> None:
    events: dict[str, Any] = {"meters": METERS}
    if noted:
        events["exchanges"] = [
            Exchange(meter_id="a", time=minute(70), old_final=Fraction(2), new_start=Fraction(1)),
            Exchange(meter_id="a", time=minute(333), old_final=Fraction(5), new_start=Fraction(0), new_int_digits=2),
        ]
        events["resets"] = [Reset(meter_id="b", time=minute(95))]
    how: dict[str, Any] = {
        "freq": freq,
        "tz": "Europe/Oslo",
        "max_gap_s": 3600,
        "quantum": None if quantum is None else Fraction(quantum, 1000),
        "reverse_tolerance": Fraction(1, 10),
        "on_conflict": "last",
    }
    state = ConsumptionState(late_s=2 * 3600, **how)
    newest = {"a": 0, "b": 0}
    seen: list[tuple[str, int, int]] = []
    table: Consumption | None = None
    for batch in drawn:
        rows = []
        for meter, ahead, count in batch:
            # An exchange of works and readings at its very instant would have to agree.
            time = newest[meter] + ahead + (newest[meter] + ahead in {70, 333})
            rows.append((meter, time, count))
            newest[meter] = max(newest[meter], time)
        # What is settled is settled by what came before this delivery.
        state = from_document(ConsumptionState, to_document(state))
        state, changed, dropped = update_consumption(state, arrivals(rows), on_late="drop", **events)
        late = {
            row
            for row, why in zip(dropped.row.tolist(), dropped.reason.tolist(), strict=True)
            if dropped.reasons[why] == "settled"
        }
        seen += [row for i, row in enumerate(rows) if i not in late]
        table = changed if table is None else replace_intervals(table, changed)
    if not seen or table is None:
        return
    full = interval_consumption(arrivals(seen), **how, **events)
    spans = {
        m: (min(minute(t) for n, t, _ in seen if n == m), max(minute(t) for n, t, _ in seen if n == m))
        for m in {m for m, _, _ in seen}
    }
    assert rows_of(table, spans) == rows_of(full, spans)


def test_little_is_remembered_however_much_was_read() -> None:
    state = ConsumptionState(freq="day", tz="Europe/Oslo", late_s=86_400)
    for day in range(60):
        rows = [("a", day * 1440 + 30 * i, day * 48 + i) for i in range(48)]
        state, _, _ = update_consumption(state, arrivals(rows))
    assert len(state.time) < 4 * 48


def test_what_is_settled_does_not_change() -> None:
    state = ConsumptionState(freq="hour", tz="UTC", late_s=3600)
    state, _, _ = update_consumption(state, arrivals([("b", 0, 0), *(("a", 60 * i, i) for i in range(6))]))
    early = arrivals([("b", 60, 1), ("a", 90, 7)])
    with pytest.raises(SeriesError, match="settled") as caught:
        update_consumption(state, early)
    assert (caught.value.row, caught.value.meter_index) == (1, 0)
    after, changed, dropped = update_consumption(state, early, on_late="drop")
    assert [(r, dropped.reasons[w]) for r, w in zip(dropped.row.tolist(), dropped.reason.tolist(), strict=True)] == [
        (1, "settled")
    ]
    assert {changed.meter_ids[m] for m in changed.meter} == {"b"}
    assert after.settled == (minute(240).astype("int64"), minute(0).astype("int64"))
    # The same reading once more is no news.
    _, _, dropped = update_consumption(state, arrivals([("a", 240, 4)]))
    assert [dropped.reasons[w] for w in dropped.reason] == ["duplicate"]
    noted = [Exchange(meter_id="a", time=minute(100), old_final=Fraction(1), new_start=Fraction(0))]
    with pytest.raises(SeriesError, match="exchange or reset") as caught:
        update_consumption(state, arrivals([("a", 400, 9)]), exchanges=noted)
    assert caught.value.meter_index == 0


def test_an_exchange_that_is_told_later_opens_no_more_than_it_must() -> None:
    state = ConsumptionState(freq="hour", tz="UTC", late_s=3600)
    state, table, _ = update_consumption(state, arrivals([("a", 0, 0), ("a", 60, 100), ("a", 120, 50)]))
    assert table.count_known.tolist() == [True, False]
    noted = [Exchange(meter_id="a", time=minute(90), old_final=Fraction("0.15"), new_start=Fraction(0))]
    state, changed, _ = update_consumption(state, arrivals([]), exchanges=noted)
    assert replace_intervals(table, changed).count.tolist() == [100, 100]


def test_a_finer_register_is_taken_up_only_while_nothing_is_settled() -> None:
    state = ConsumptionState(freq="hour", tz="UTC", late_s=3600)
    first, table, _ = update_consumption(state, arrivals([("a", 0, 0), ("a", 30, 10)], TENS))
    after, changed, _ = update_consumption(first, arrivals([("a", 60, 151)]))
    assert replace_intervals(table, changed).total() == Fraction("0.151")
    assert after.registers == (LITRES,)
    settled, _, _ = update_consumption(first, arrivals([("a", 600, 20)], TENS))
    with pytest.raises(SeriesError, match="finer"):
        update_consumption(settled, arrivals([("a", 660, 251)]))


def test_a_named_register_and_nothing_of_it() -> None:
    state = ConsumptionState(freq="hour", tz="UTC", late_s=0, register="energy_tariff_2")
    state, table, dropped = update_consumption(state, arrivals([("a", 0, 0), ("a", 60, 10)]))
    assert (len(table), len(dropped), state.meter_ids) == (0, 0, ())
    part = arrivals([("a", 0, 0), ("a", 60, 10)])
    energy = evolve(part, registers=(Register("energy", Dimension.ENERGY),), tariff=np.array([2, 2], dtype="int32"))
    both = Readings.concatenate([part, energy, energy.select(slice(0, 1))])
    state, table, dropped = update_consumption(state, both)
    assert [table.registers[r].name for r in table.register] == ["energy_tariff_2"]
    assert (dropped.row.tolist(), dropped.stands.tolist()) == ([4], [2])


@pytest.mark.parametrize(
    "wrong", [{"freq": "minute"}, {"late_s": -1}, {"on_conflict": "first"}, {"meter": (0,)}, {"time": (1,)}]
)
def test_a_state_is_checked(wrong: dict[str, Any]) -> None:
    fields: dict[str, Any] = {"freq": "hour", "late_s": 60, **wrong}
    with pytest.raises(SeriesError):
        ConsumptionState(**fields)
    with pytest.raises(SeriesError, match="on_late"):
        update_consumption(ConsumptionState(freq="hour", late_s=1), arrivals([]), on_late="keep")
