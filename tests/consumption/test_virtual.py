"""Virtual meters obey the rules of real ones."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from hypothesis import given, settings
from hypothesis import strategies as st

from divako.consumption import VirtualMeter, VirtualPart, interval_consumption, virtual_consumption
from divako.errors import SeriesError
from divako.model import Quality, Readings, Register, Step
from divako.units import Dimension


LITRES = Register("volume", Dimension.VOLUME, Fraction(1, 1000))
TENS = Register("volume", Dimension.VOLUME, Fraction(1, 100))
REVERSE = Register("volume_reverse", Dimension.VOLUME, Fraction(1, 1000))
BEGIN = np.datetime64("2026-03-28T20:00", "ms")
HOW: Any = {"tz": "Europe/Oslo", "start": BEGIN, "end": BEGIN + np.timedelta64(12, "h")}


def minute(n: int) -> np.datetime64:
    return BEGIN + np.timedelta64(n, "m")


def read(meter_id: str, points: dict[int, int], register: Register = LITRES) -> Readings:
    return Readings.of_counts(meter_id, register, [minute(t) for t in points], list(points.values()))


def virtual(**weights: int | Fraction) -> VirtualMeter:
    return VirtualMeter(id="v", parts=[VirtualPart(meter_id=m, weight=Fraction(w)) for m, w in weights.items()])


lives = st.dictionaries(st.integers(-100, 900), st.integers(0, 5_000), min_size=1, max_size=8).map(
    lambda d: dict(sorted(d.items()))
)
weights = st.fractions(-5, 5, max_denominator=6).filter(bool)


@given(lives, st.none() | st.integers(1, 40), st.none() | st.just(7200))
@settings(max_examples=60)
def test_one_part_of_weight_one_is_the_meter_itself(life: dict[int, int], quantum: int | None, gap: int | None) -> None:
    how = {**HOW, "max_gap_s": gap, "quantum": None if quantum is None else Fraction(quantum, 1000)}
    readings = read("a", life)
    real, made = interval_consumption(readings, **how), virtual_consumption(readings, [virtual(a=1)], **how)
    for name in ("start", "end", "count", "count_known", "coverage", "quality", "steps"):
        assert getattr(made, name).tolist() == getattr(real, name).tolist(), name


@given(st.tuples(lives, lives, lives), st.tuples(weights, weights, weights), st.sampled_from(["hour", "day"]))
@settings(max_examples=60)
def test_a_sum_is_that_of_its_parts_where_all_are_known_and_covers_just_that(
    drawn: tuple[dict[int, int], ...], by: tuple[Fraction, ...], freq: str
) -> None:
    tables = [read(m, one, r) for m, one, r in zip("abc", drawn, (LITRES, TENS, LITRES), strict=True)]
    readings = Readings.concatenate(tables)
    made = virtual_consumption(readings, [virtual(**dict(zip("abc", by, strict=True)))], freq=freq, **HOW)
    minutes = np.array([minute(n) for n in range(-3000, 3000)])
    fine = [interval_consumption(table, boundaries=minutes) for table in tables]
    known = np.logical_and.reduce([one.coverage == 1 for one in fine])
    starts = minutes[:-1]
    for row in range(len(made)):
        inside = (starts >= made.start[row]) & (starts < made.end[row])
        length = int((made.end[row] - made.start[row]) / np.timedelta64(1, "m"))
        assert made.coverage[row] == (inside & known).sum() / length
        total = sum(
            (
                int(one.count[inside & known].sum()) * one.registers[0].factor * weight
                for one, weight in zip(fine, by, strict=True)
            ),
            start=Fraction(0),
        )
        assert int(made.count[row]) * made.registers[0].factor == total


def test_forward_less_reverse_is_one_register() -> None:
    readings = Readings.concatenate([read("a", {0: 0, 120: 900}), read("a", {0: 0, 120: 300}, REVERSE)])
    net = VirtualMeter.forward_less_reverse("a", forward="volume", reverse="volume_reverse")
    table = virtual_consumption(readings, [net], tz="UTC")
    assert (table.meter_ids, table.count.tolist(), table.registers) == (("a",), [300, 300], (LITRES,))
    with pytest.raises(SeriesError, match="name of a register"):
        virtual_consumption(readings, [virtual(a=1)], tz="UTC")


def test_what_happened_to_a_part_happened_to_the_sum() -> None:
    readings = Readings.concatenate([read("a", {0: 0, 60: 100, 120: 50, 180: 80}), read("b", {0: 0, 180: 300})])
    table = virtual_consumption(readings, [virtual(a=1, b=1), virtual(b=2)], max_gap_s=3600, tz="UTC")
    assert table.count_known.tolist() == [True, False, True, True, True, True]
    assert table.steps.tolist() == [0, int(Step.UNEXPLAINED_DROP), 0, 0, 0, 0]
    assert table.quality.tolist() == [Quality.ESTIMATED, Quality.MISSING] + [Quality.ESTIMATED] * 4
    assert table.count.tolist() == [200, 0, 130, 200, 200, 200]


def test_a_part_that_was_never_read_leaves_nothing_known() -> None:
    readings = read("a", {0: 0, 60: 100})
    table = virtual_consumption(readings, [virtual(a=1, never=-1), virtual(never=1)], tz="UTC")
    assert (table.count_known.tolist(), table.meter.tolist()) == ([False], [0])
    assert len(virtual_consumption(readings, [], tz="UTC")) == 0
    assert len(virtual_consumption(read("a", {}), [virtual(a=1)], tz="UTC")) == 0


def test_what_cannot_be_added_is_refused() -> None:
    energy = Register("energy", Dimension.ENERGY)
    both = Readings.concatenate([read("a", {0: 0, 60: 1}), read("b", {0: 0, 60: 1}, energy)])
    with pytest.raises(SeriesError, match="different things"):
        virtual_consumption(both, [virtual(a=1, b=1)])
    large = read("a", {0: 0, 60: 1 << 60})
    with pytest.raises(SeriesError, match="int64"):
        virtual_consumption(large, [virtual(a=7)], tz="UTC")
    with pytest.raises(SeriesError, match="all meters share"):
        virtual_consumption(large, [virtual(a=1)], boundaries={})
    with pytest.raises(SeriesError, match="weight"):
        virtual(a=0)
    with pytest.raises(SeriesError, match="part at least"):
        VirtualMeter(id="v", parts=())
    twice = Readings.concatenate([read("other", {0: 0}), read("a", {0: 1}), read("a", {0: 2})])
    with pytest.raises(SeriesError, match="two counts") as caught:
        virtual_consumption(twice, [virtual(a=1)])
    assert (caught.value.row, caught.value.meter_index) == (2, 1)
