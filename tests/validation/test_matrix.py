"""Each check fires on its fault, put into a clean series, and on no other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hypothesis import given, settings
from hypothesis import strategies as st

from divako.model import Consumption, FindingCode, Findings, Quality
from divako.validation import (
    GapCheck,
    HighLowCheck,
    HistoricalMaximumCheck,
    NegativeCheck,
    SpikeCheck,
    SumCheck,
    ZeroCheck,
)


START = np.datetime64("2026-02-28T23:00", "ms")
HOUR = np.timedelta64(3_600_000, "ms")
Counts = Any
Case = tuple[Consumption, Consumption]
Put = Callable[..., Case]


def sum_off(counts: Counts, clean: Any, make: Any, at: int) -> Case:
    registers = clean.registers(counts)
    counts[at] += 1
    return make(counts), registers


def in_register(change: Callable[[Counts, int], None]) -> Put:
    """Put a fault into the meter itself, so that intervals and register agree on it."""

    def put(counts: Counts, clean: Any, make: Any, at: int) -> Case:
        change(counts, at)
        return make(counts), clean.registers(counts)

    return put


def hours(many: int, value: int) -> Put:
    """Let so many hours have a value."""

    def change(counts: Counts, at: int) -> None:
        counts[at : at + many] = value

    return in_register(change)


def day_of(change: Callable[[Counts], Counts]) -> Put:
    """Change all hours of a local day."""

    def one_day(counts: Counts, at: int) -> None:
        day = slice(at // 24 * 24, at // 24 * 24 + 24)
        counts[day] = change(counts[day])

    return in_register(one_day)


def hole(state: Quality) -> Put:
    def put(counts: Counts, clean: Any, make: Any, at: int) -> Case:
        quality = np.full(len(counts), int(Quality.MEASURED))
        quality[at : at + 3] = int(state)
        return make(counts, quality=quality), clean.registers(counts)

    return put


def absent(counts: Counts, clean: Any, make: Any, at: int) -> Case:
    rows = np.delete(np.arange(len(counts)), np.arange(at, at + 3))
    return make(counts).select(rows), clean.registers(counts)


FAULTS: dict[str, tuple[FindingCode | None, Put]] = {
    "none": (None, in_register(lambda counts, at: None)),
    "sum": (FindingCode.SUM_CHECK, sum_off),
    "spike": (FindingCode.SPIKE, hours(1, 29)),
    "two spikes": (FindingCode.SPIKE, hours(2, 29)),
    "high day": (FindingCode.HIGH_USE, day_of(lambda day: day * 5)),
    "low day": (FindingCode.LOW_USE, day_of(lambda day: day * 0 + 1)),
    "zero day": (FindingCode.ZERO_USE, day_of(lambda day: day * 0)),
    "missing": (FindingCode.GAP, hole(Quality.MISSING)),
    "partial": (FindingCode.GAP, hole(Quality.PARTIAL)),
    "inside a long step": (FindingCode.GAP, hole(Quality.ESTIMATED)),
    "absent": (FindingCode.GAP, absent),
    "negative": (FindingCode.NEGATIVE_USE, hours(1, -3)),
    "above the maximum": (FindingCode.HISTORICAL_MAXIMUM, hours(3, 61)),
}
AT = 10 * 24 + 7

# Any hour of a week that the register was read at both ends of, from which three lie within its day.
places = st.builds(lambda day, hour: day * 24 + hour, st.integers(1, 26), st.integers(0, 20))
laws = settings(max_examples=12, deadline=None)


def checked(intervals: Consumption, registers: Consumption, history: Consumption) -> dict[str, Findings]:
    return {
        "sum": SumCheck().find(intervals, registers=registers),
        "spike": SpikeCheck().find(intervals),
        "high or low": HighLowCheck().find(intervals, history=history),
        "zero": ZeroCheck().find(intervals),
        "gap": GapCheck().find(intervals),
        "negative": NegativeCheck().find(intervals),
        "maximum": HistoricalMaximumCheck().find(intervals, history=history),
    }


@pytest.mark.parametrize("fault", FAULTS)
@laws
@given(at=places)
def test_a_fault_is_found_by_its_own_check_alone(fault: str, clean: Any, make: Any, at: int) -> None:
    code, put = FAULTS[fault]
    intervals, registers = put(clean.counts.copy(), clean, make, at)
    found = [row for table in checked(intervals, registers, clean.history).values() for row in table.rows()]
    assert [row.code for row in found] == ([] if code is None else [code])
    if code is not None:
        (one,) = found
        assert one.subject == "M0"
        assert START <= one.start <= START + at * HOUR < one.end


@pytest.mark.parametrize("fault", FAULTS)
def test_the_rows_are_those_that_findings_lie_in(fault: str, clean: Any, make: Any) -> None:
    _, put = FAULTS[fault]
    intervals, registers = put(clean.counts.copy(), clean, make, AT)
    order = np.random.default_rng(1).permutation(len(intervals))
    intervals = intervals.select(order)
    by_check = checked(intervals, registers, clean.history)
    rows = {
        "sum": SumCheck().rows(intervals, registers=registers),
        "spike": SpikeCheck().rows(intervals),
        "high or low": HighLowCheck().rows(intervals, history=clean.history),
        "zero": ZeroCheck().rows(intervals),
        "gap": GapCheck().rows(intervals),
        "negative": NegativeCheck().rows(intervals),
        "maximum": HistoricalMaximumCheck().rows(intervals, history=clean.history),
    }
    for name, findings in by_check.items():
        inside = np.zeros(len(intervals), dtype="bool")
        for finding in findings.rows():
            inside |= (intervals.start >= finding.start) & (intervals.end <= finding.end)
        assert rows[name].tolist() == inside.tolist(), name


def test_sizes_say_how_large(clean: Any, make: Any) -> None:
    expected = {
        "sum": (0.001, "m3"),
        "two spikes": (0.019, "m3"),
        "zero day": (24.0, "h"),
        "absent": (3.0, "h"),
        "missing": (3.0, "h"),
        "negative": (-0.003, "m3"),
        "above the maximum": (0.001, "m3"),
        "low day": (0.024, "m3"),
    }
    for fault, (size, unit) in expected.items():
        intervals, registers = FAULTS[fault][1](clean.counts.copy(), clean, make, AT)
        (found,) = [row for t in checked(intervals, registers, clean.history).values() for row in t.rows()]
        assert found.size == pytest.approx(size), fault
        assert found.unit == unit, fault


def test_meters_are_judged_each_by_itself(clean: Any, make: Any) -> None:
    counts = np.stack([clean.counts, clean.counts, clean.counts])
    counts[1, AT] = 29
    counts[2, 240:264] = 0
    fleet = make(counts)
    registers = type(fleet).concatenate([clean.registers(row) for row in counts])
    registers = make(
        registers.count.reshape(3, -1), edges=np.append(registers.start[: len(registers) // 3], registers.end[-1])
    )
    history = make(np.stack([clean.history.count] * 3), start=clean.history.start[0])
    found = [row for t in checked(fleet, registers, history).values() for row in t.rows()]
    assert sorted((row.subject, row.code.value) for row in found) == [("M1", "spike"), ("M2", "zero_use")]
