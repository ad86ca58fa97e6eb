"""The fleet beside a plain model: one meter at a time, one reading after the other, in fractions."""

from __future__ import annotations

import functools
import itertools

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from divako.consumption import (
    consumption_blocks,
    consumption_by_calendar,
    exact_consumption,
    interval_consumption,
)
from divako.consumption._blocks import blocks_of
from divako.errors import SeriesError
from divako.model import Consumption, Medium, Meter, Quality, Readings, Register, Step
from divako.series import FREQUENCIES, Exchange, Reset
from divako.units import Dimension


LITRES = Register("volume", Dimension.VOLUME, Fraction(1, 1000))
BEGIN = np.datetime64("2026-03-28T20:00", "ms")
HOUR_MS = 3_600_000
OSLO = "Europe/Oslo"


def at(ms: int) -> np.datetime64:
    return BEGIN + np.timedelta64(ms, "ms")


@frozen(kw_only=True)
class Life:
    """All that happens to one meter; times in ms, counts in litres."""

    readings: tuple[tuple[int, int], ...]
    rate: Fraction | None
    digits: int | None
    tolerance: int
    exchange: tuple[int, int, int] | None
    reset: int | None


@frozen(kw_only=True)
class Span:
    start: int
    end: int
    passed: int | None
    flags: Step


times = st.integers(0, 400).map(lambda n: n * 6 * 60_000 + n % 7)


@st.composite
def lives(draw: st.DrawFn, *, tolerance: int) -> Life:
    at_ms = draw(st.lists(times, min_size=1, max_size=10, unique=True))
    counts = draw(st.lists(st.integers(0, 9_999), min_size=len(at_ms), max_size=len(at_ms)))
    moment = draw(st.none() | times.map(lambda t: t + 3))  # never at a reading
    counter = st.integers(0, 9_999)
    return Life(
        readings=tuple(zip(at_ms, counts, strict=True)),
        rate=draw(st.none() | st.fractions(Fraction(1, 7), 9, max_denominator=7)),
        digits=draw(st.none() | st.just(1)),
        tolerance=tolerance,
        exchange=None if moment is None else (moment, draw(counter), draw(counter)),
        reset=draw(st.none() | times.map(lambda t: t + 5)),
    )


def spans_of(life: Life) -> list[Span]:
    """Apply the rules one by one."""
    points = [(t, c, c, False) for t, c in sorted(life.readings)]
    if life.exchange is not None:
        points = sorted([*points, (*life.exchange, True)])
    out: list[Span] = []
    for (start, _, before, _), (end, after, _, is_exchange) in itertools.pairwise(points):
        flags = Step.EXCHANGE if is_exchange else Step.PLAIN
        limit = None if life.rate is None else life.rate * 1000 * (end - start) / HOUR_MS
        passed: int | None = after - before
        if life.reset is not None and start < life.reset <= end:
            passed, flags = after, flags | Step.RESET
        elif after < before:
            turned = after - before + 10_000
            if life.digits and limit is not None and turned <= limit:
                passed, flags = turned, flags | Step.ROLLOVER
            elif before - after <= life.tolerance:
                flags |= Step.REVERSE
            else:
                passed, flags = None, flags | Step.UNEXPLAINED_DROP
        elif limit is not None and after - before > limit:
            flags |= Step.IMPLAUSIBLE
        out.append(Span(start=start, end=end, passed=passed, flags=flags))
    return out


def bin_of(
    spans: list[Span], start: int, end: int, gap_ms: int, quantum: int | None
) -> tuple[Fraction | None, Fraction, Quality, Step]:
    def stood(edge: int) -> Fraction:
        parts = (
            Fraction(s.passed * (min(max(edge, s.start), s.end) - s.start), s.end - s.start)
            for s in spans
            if s.passed is not None
        )
        register = sum(parts, start=Fraction(0))
        return register if quantum is None else register // quantum * Fraction(quantum)

    known = sum(max(min(end, s.end) - max(start, s.start), 0) for s in spans if s.passed is not None)
    touching = [s for s in spans if s.start < end and s.end > start]
    flags = Step.PLAIN
    for span in touching:
        flags |= span.flags
    if known == 0:
        return None, Fraction(0), Quality.MISSING, flags
    if known < end - start:
        quality = Quality.PARTIAL
    else:
        quality = Quality.ESTIMATED if any(s.end - s.start > gap_ms for s in touching) else Quality.MEASURED
    return stood(end) - stood(start), Fraction(known, end - start), quality, flags


def arguments(drawn: list[Life]) -> tuple[Readings, dict[str, Any]]:
    tables = [
        Readings.of_counts(f"m{i}", LITRES, [at(t) for t, _ in one.readings], [c for _, c in one.readings])
        for i, one in enumerate(drawn)
    ]
    exchanges = [
        Exchange(
            meter_id=f"m{i}",
            time=at(one.exchange[0]),
            old_final=Fraction(one.exchange[1], 1000),
            new_start=Fraction(one.exchange[2], 1000),
        )
        for i, one in enumerate(drawn)
        if one.exchange is not None
    ]
    return Readings.concatenate(tables), {
        "meters": [
            Meter(id=f"m{i}", medium=Medium.WATER, int_digits=one.digits, max_rate_per_h=one.rate)
            for i, one in enumerate(drawn)
        ],
        "exchanges": exchanges,
        "resets": [Reset(meter_id=f"m{i}", time=at(o.reset)) for i, o in enumerate(drawn) if o.reset is not None],
        "reverse_tolerance": Fraction(drawn[0].tolerance, 1000),
    }


edges = st.lists(times, min_size=2, max_size=8, unique=True).map(sorted)
fleets = st.integers(0, 3_000).flatmap(lambda t: st.lists(lives(tolerance=t), min_size=1, max_size=4))


@given(fleets, st.data())
@settings(max_examples=80)
def test_every_bin_of_a_fleet_is_that_of_the_plain_model(drawn: list[Life], draw: st.DataObject) -> None:
    readings, more = arguments(drawn)
    gap_s = draw.draw(st.sampled_from([0, 3_600, 7_200, 10**6]))
    quantum = draw.draw(st.none() | st.integers(1, 500))
    own = draw.draw(st.booleans())
    cuts = [draw.draw(edges) for _ in drawn] if own else [draw.draw(edges)] * len(drawn)
    at_cuts = [np.array([at(t) for t in one]) for one in cuts]
    table = exact_consumption(
        readings,
        boundaries={f"m{i}": one for i, one in enumerate(at_cuts)} if own else at_cuts[0],
        max_gap_s=gap_s,
        quantum=None if quantum is None else Fraction(quantum, 1000),
        **more,
    )
    row = 0
    for i, life in enumerate(drawn):
        spans = spans_of(life)
        for start, end in itertools.pairwise(cuts[i]):
            value, coverage, quality, flags = bin_of(spans, start, end, gap_s * 1000, quantum)
            assert table.table.meter[row] == i
            assert table.value(row) == (None if value is None else value / 1000)
            assert table.coverage(row) == coverage
            assert (table.table.quality[row], table.table.steps[row]) == (quality, flags)
            row += 1
    assert row == len(table.table)


def same(one: Consumption, other: Consumption) -> None:
    for name in ("meter", "register", "start", "end", "count", "count_known", "coverage", "quality", "steps"):
        assert getattr(one, name).tolist() == getattr(other, name).tolist()
    np.testing.assert_array_equal(one.value, other.value)


@given(fleets, st.randoms(use_true_random=False), st.integers(1, 12))
@settings(max_examples=60)
def test_neither_order_nor_blocks_change_a_bit(drawn: list[Life], random: Any, rows: int) -> None:
    readings, more = arguments(drawn)
    span: dict[str, Any] = {"start": at(0), "end": at(50 * HOUR_MS), "freq": "hour", "tz": "Europe/Oslo"}
    whole = interval_consumption(readings, **span, **more)
    order = list(range(len(readings)))
    random.shuffle(order)
    mixed = readings.select(np.array(order, dtype="int64"))
    same(interval_consumption(mixed, **span, **more), whole)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("divako.consumption._reckon.blocks_of", functools.partial(blocks_of, rows=rows))
        same(interval_consumption(mixed, **span, **more), whole)
    tables = [readings.select(readings.meter == i) for i in range(len(drawn))]
    same(Consumption.concatenate(list(consumption_blocks(tables, **span, **more))), whole)


@given(fleets, st.sampled_from(["hour", "day", "week", "month", "quarter", "year"]))
@settings(max_examples=60)
def test_every_calendar_has_the_sum_of_the_known_steps(drawn: list[Life], freq: str) -> None:
    readings, more = arguments(drawn)
    span: dict[str, Any] = {"start": at(-HOUR_MS), "end": at(60 * HOUR_MS), "tz": "Europe/Oslo"}
    table = interval_consumption(readings, freq=freq, **span, **more)
    for i, life in enumerate(drawn):
        known = sum(span.passed for span in spans_of(life) if span.passed is not None)
        assert int(table.count[table.meter == i].sum()) == known


@given(fleets, st.lists(st.sampled_from(FREQUENCIES), min_size=1, max_size=4), st.sampled_from([OSLO, "Asia/Kolkata"]))
@settings(max_examples=30)
def test_calendars_together_are_each_of_them(drawn: list[Life], freqs: list[str], tz: str) -> None:
    readings, more = arguments(drawn)
    how: dict[str, Any] = {"start": at(-HOUR_MS), "end": at(60 * HOUR_MS), "tz": tz, "max_gap_s": 7200, **more}
    together = consumption_by_calendar(readings, freqs, **how)
    assert list(together) == list(dict.fromkeys(freqs))
    for freq, table in together.items():
        same(table, interval_consumption(readings, freq=freq, **how))
    with pytest.raises(SeriesError, match="calendars"):
        consumption_by_calendar(readings, freqs, boundaries=np.array([at(0), at(1)]))


@given(fleets, st.sampled_from([Fraction(1, 10), Fraction(7), Fraction(2500, 9), Fraction(1, 3)]))
@settings(max_examples=40)
def test_another_unit_scales_the_result_and_nothing_else(drawn: list[Life], times_: Fraction) -> None:
    readings, more = arguments(drawn)
    scaled = Register("volume", Dimension.VOLUME, LITRES.factor * times_)
    other = Readings.concatenate(
        [
            Readings.of_counts(f"m{i}", scaled, [at(t) for t, _ in one.readings], [c for _, c in one.readings])
            for i, one in enumerate(drawn)
        ]
    )
    plain = {**more, "meters": (), "exchanges": (), "reverse_tolerance": Fraction(0)}
    span: dict[str, Any] = {"start": at(0), "end": at(50 * HOUR_MS), "tz": "UTC"}
    one, two = exact_consumption(readings, **span, **plain), exact_consumption(other, **span, **plain)
    for row in range(len(one.table)):
        value = one.value(row)
        assert two.value(row) == (None if value is None else value * times_)
