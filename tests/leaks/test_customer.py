"""Customer leaks and night use."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import pytest

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from divako.errors import SeriesError
from divako.leaks import CustomerLeak, NightUse
from divako.model import Consumption, FindingCode, Findings, Quality, Register
from divako.units import Dimension


NAN = np.nan
HOUR = np.timedelta64(3_600_000, "ms")
BEGIN = np.datetime64("2026-01-31T23:00", "ms")

# Whole litres, as counters send them, and the one above the default rate.
RATE = 0.006
litres = st.integers(0, 60).map(lambda n: n / 1000)
days = hnp.arrays("float64", (2, 72), elements=litres)


def rows(findings: Findings) -> list[tuple[Any, ...]]:
    return sorted((r.subject, r.code, str(r.start), str(r.end), r.size, r.unit, r.confidence) for r in findings.rows())


@given(use=days)
def test_a_leak_added_to_any_use_is_found(hourly: Any, use: np.ndarray) -> None:
    found = CustomerLeak().find(hourly(use + RATE)).rows()
    assert [f.subject for f in found] == ["H0000", "H0001"]
    for finding, row in zip(found, use, strict=True):
        assert finding.code is FindingCode.CUSTOMER_LEAK
        assert finding.start == BEGIN
        assert np.isnat(finding.end)
        assert finding.size == max((row[i : i + 24] + RATE).min() for i in range(49))
        assert finding.unit == "m3/h"
        assert finding.confidence == 1 - 2.0**-3  # three times the hours that suffice


@given(use=days, every=st.integers(1, 23), data=st.data())
def test_a_zero_hour_a_day_is_no_leak(hourly: Any, use: np.ndarray, every: int, data: st.DataObject) -> None:
    use = use + RATE
    use[:, data.draw(st.integers(0, every - 1)) :: every] = 0.0
    assert len(CustomerLeak().find(hourly(use))) == 0


@given(use=days, zero=st.integers(24, 71))
def test_the_first_zero_hour_clears(hourly: Any, use: np.ndarray, zero: int) -> None:
    use = use + RATE
    use[:, zero] = 0.0
    first = CustomerLeak().find(hourly(use)).rows()[0]
    assert first.end == BEGIN + zero * HOUR


@settings(max_examples=50)
@given(use=days, data=st.data())
def test_unknown_hours_never_raise(hourly: Any, use: np.ndarray, data: st.DataObject) -> None:
    unknown = data.draw(hnp.arrays("bool", use.shape))
    for rule in (CustomerLeak(run_hours=5), NightUse(nights=1)):
        more = {f.subject for f in rule.find(hourly(use)).rows()}
        fewer = {f.subject for f in rule.find(hourly(np.where(unknown & (use > 0.005), NAN, use))).rows()}
        assert fewer <= more


@settings(max_examples=50)
@given(use=days, seed=st.integers(0, 99))
def test_the_order_of_the_rows_does_not_matter(hourly: Any, use: np.ndarray, seed: int) -> None:
    table = hourly(use)
    shuffled = table.select(np.random.default_rng(seed).permutation(len(table)))
    for rule in (CustomerLeak(run_hours=4), NightUse(nights=2)):
        assert rows(rule.find(shuffled)) == rows(rule.find(table))


@pytest.mark.parametrize("quality", [Quality.ESTIMATED, Quality.PARTIAL])
def test_hours_not_measured_neither_raise_nor_clear(hourly: Any, quality: Quality) -> None:
    flow = np.full(60, 0.02)
    flow[30:40] = 0.0
    table = hourly(flow)
    marked = table.quality.copy()
    marked[30:40] = quality
    found = CustomerLeak().find(attrs.evolve(table, quality=marked)).rows()
    assert [(f.start, str(f.end)) for f in found] == [(BEGIN, "NaT")]

    marked[:] = quality
    assert len(CustomerLeak().find(attrs.evolve(table, quality=marked))) == 0


def test_a_run_that_a_long_silence_interrupts_is_no_leak_yet(hourly: Any) -> None:
    # Awake from 7 to 23, and nobody measures the nights.
    flow = np.tile(np.r_[np.full(7, NAN), np.full(17, 0.05)], 10)
    assert len(CustomerLeak().find(hourly(flow))) == 0
    assert len(CustomerLeak(max_unknown_hours=7).find(hourly(flow))) == 1


def test_hours_without_a_row_are_unknown(hourly: Any) -> None:
    table = hourly(np.full(30, 0.02))
    kept = np.delete(np.arange(30), [4, 5])
    assert [f.confidence for f in CustomerLeak().find(table.select(kept)).rows()] == [1 - 2.0 ** (-28 / 24)]
    assert len(CustomerLeak(max_unknown_hours=1).find(table.select(np.delete(kept, [22, 24])))) == 0


def test_registers_that_are_no_volume_are_left_out(hourly: Any) -> None:
    energy = hourly(np.full(30, 0.02), register=Register("energy", Dimension.ENERGY))
    assert len(CustomerLeak().find(energy)) == 0
    both = Consumption.concatenate([energy, hourly(np.full(30, 0.02))])
    assert len(CustomerLeak().find(both)) == 1


def test_an_empty_table_has_no_findings(hourly: Any) -> None:
    empty = hourly(np.empty((0, 0)))
    assert len(CustomerLeak().find(empty)) == len(NightUse().find(empty)) == 0


def test_night_use_from_the_first_night_to_the_last(hourly: Any) -> None:
    flow = np.zeros(24 * 6)  # from local midnight of 1 February
    for night in range(1, 4):
        flow[24 * night + 2 : 24 * night + 5] = [0.02, 0.006 + night / 1000, 0.03]
    (found,) = NightUse(nights=3).find(hourly(flow)).rows()
    assert found.code is FindingCode.NIGHT_USE
    assert (found.start, found.end) == (np.datetime64("2026-02-02T01:00"), np.datetime64("2026-02-04T04:00"))
    assert (found.size, found.unit, found.confidence) == (0.007, "m3/h", 0.5)
    assert len(NightUse(nights=4).find(hourly(flow))) == 0


def test_a_night_half_known_counts_neither_way(hourly: Any) -> None:
    flow = np.full(24 * 5, 0.02)
    flow[24 * 2 + 3] = NAN
    assert len(NightUse(nights=3).find(hourly(flow))) == 0
    assert [str(f.end) for f in NightUse(nights=2).find(hourly(flow)).rows()] == ["NaT"]
    flow[24 * 2 + 4] = 0.0  # but one quiet hour is enough to clear
    assert [str(f.end) for f in NightUse(nights=2).find(hourly(flow)).rows()] == ["2026-02-02T04:00:00.000", "NaT"]


@pytest.mark.parametrize(
    ("change", "message", "row"),
    [
        (lambda t: attrs.evolve(t, end=t.end + np.array([0, 1, 0], dtype="timedelta64[m]")), "one hour", 1),
        (
            lambda t: attrs.evolve(
                t,
                start=t.start + np.array([0, 0, 30], dtype="timedelta64[m]"),
                end=t.end + np.array([0, 0, 30], dtype="timedelta64[m]"),
            ),
            "different minutes",
            2,
        ),
        (lambda t: t.select(np.array([0, 1, 2, 1])), "stands twice", None),
    ],
)
def test_what_is_not_hourly_is_refused_at_its_row(hourly: Any, change: Any, message: str, row: int | None) -> None:
    with pytest.raises(SeriesError, match=message) as caught:
        CustomerLeak().find(change(hourly(np.ones(3))))
    assert caught.value.row == row


@pytest.mark.parametrize(
    ("rule", "field", "value"),
    [
        (CustomerLeak, "run_hours", 0),
        (CustomerLeak, "run_hours", 2.0),
        (CustomerLeak, "min_rate_m3_h", -0.1),
        (CustomerLeak, "min_rate_m3_h", NAN),
        (CustomerLeak, "max_unknown_hours", -1),
        (NightUse, "limit_m3_h", -1.0),
        (NightUse, "nights", 0),
        (NightUse, "window", (5, 2)),
        (NightUse, "window", (2,)),
        (NightUse, "window", (2, 25)),
        (NightUse, "window", (2.5, 4)),
    ],
)
def test_a_field_out_of_range_is_refused_by_name(rule: type, field: str, value: object) -> None:
    with pytest.raises(SeriesError, match=field):
        rule(**{field: value})


def test_an_unknown_time_zone_is_refused(hourly: Any) -> None:
    with pytest.raises(SeriesError, match="time zone"):
        NightUse(tz="Nowhere/Else").find(hourly(np.ones(24)))


def test_rules_are_plain_values() -> None:
    assert NightUse(window=[1, 4]) == NightUse(window=(1, 4))  # as TOML has it
    assert len({CustomerLeak(), CustomerLeak(), CustomerLeak(run_hours=48)}) == 2


def ordinary_households(seed: int, *, phase_h: float) -> np.ndarray:
    """Draw 40 households of a month, as hourly consumption from readings beside the full hour."""
    rng = np.random.default_rng(seed)
    persons = rng.integers(1, 5, size=40)
    clock = np.arange(24 * 30) % 24
    awake = (clock >= 6) & (clock < 23)
    events = rng.poisson(np.where(awake, 1.3, 0.03) * persons[:, None])
    use = rng.gamma(events.clip(1) * 0.7, 13.0) * (events > 0)
    register = np.floor(np.c_[np.zeros(40), np.cumsum(use, axis=1)]) / 1000  # whole litres
    at = np.arange(register.shape[1]) + phase_h
    return np.diff(np.array([np.interp(np.arange(1, 24 * 30), at, row) for row in register]), axis=1)


# Half an hour beside the clock, a pause of an hour is no longer one in the table.
@pytest.mark.parametrize(("phase_h", "run_hours"), [(0.0, 24), (0.03, 24), (0.5, 48)])
def test_ordinary_households_have_no_findings(hourly: Any, phase_h: float, run_hours: int) -> None:
    for seed in range(8):
        table = hourly(ordinary_households(seed, phase_h=phase_h))
        assert len(CustomerLeak(run_hours=run_hours).find(table)) == 0
        assert len(NightUse().find(table)) == 0
