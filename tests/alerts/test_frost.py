"""Frost."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import pytest

from hypothesis import given
from hypothesis import strategies as st

from divako.alerts import Frost
from divako.errors import SeriesError
from divako.model import FindingCode, Function, Readings


BEGIN = np.datetime64("2026-01-10T00:00", "ms")
HOUR = np.timedelta64(3_600_000, "ms")

counts = st.lists(st.integers(-500, 1500), min_size=1, max_size=20)


@given(celsius=counts, seed=st.integers(0, 99))
def test_the_order_of_the_rows_does_not_matter(sent: Any, celsius: list[int], seed: int) -> None:
    table = Readings.concatenate(
        [sent(name, range(len(celsius)), celsius, register="temperature") for name in ("a", "b")]
    )
    shuffled = table.select(np.random.default_rng(seed).permutation(len(table)))
    assert repr(Frost().find(shuffled).rows()) == repr(Frost().find(table).rows())


@given(celsius=counts)
def test_a_place_is_found_cold_exactly_if_it_was(sent: Any, celsius: list[int]) -> None:
    found = Frost().find(sent("a", range(len(celsius)), celsius, register="temperature")).rows()
    assert bool(found) == (min(celsius) < 300)
    assert min([f.size for f in found], default=3.0) == min(*celsius, 300) / 100
    for finding in found[:-1]:
        assert finding.start < finding.end


def test_a_night_of_frost_is_one_finding(sent: Any) -> None:
    night = sent("a", range(7), [800, 250, 350, -120, 390, 400, 900], register="temperature")
    (found,) = Frost().find(night).rows()
    assert (found.subject, found.code, found.size, found.unit) == ("a", FindingCode.FROST, -1.2, "degC")
    assert (found.start, found.end) == (BEGIN + HOUR, BEGIN + 5 * HOUR)


def test_frost_that_lasts_is_open(sent: Any) -> None:
    (found,) = Frost(below_c=4, clear_c=4).find(sent("a", range(3), [500, 399, 100], register="temperature")).rows()
    assert np.isnat(found.end)
    assert found.size == 1.0


def test_a_short_dip_is_let_pass_if_so_wished(sent: Any) -> None:
    dip = sent("a", range(3), [500, 100, 500], register="temperature")
    assert len(Frost(for_s=3600).find(dip)) == 0
    assert len(Frost(for_s=3600).find(sent("a", range(3), [100, 100, 500], register="temperature"))) == 1


def test_temperatures_of_other_things_are_left_out(sent: Any) -> None:
    cold = sent("a", range(3), [0, 0, 0], register="flow_temperature")
    assert len(Frost().find(cold)) == 0
    assert len(Frost(registers=("flow_temperature",)).find(cold)) == 1
    assert len(Frost(registers=("volume",)).find(sent("a", range(3), [0, 0, 0]))) == 0


@pytest.mark.parametrize(
    "change",
    [
        {"function": np.full(3, int(Function.MINIMUM), dtype="uint8")},
        {"storage": np.ones(3, dtype="int64")},
        {"time": np.full(3, np.datetime64("NaT", "ms"))},
        {"value": np.full(3, np.nan)},
        {"register": np.full(3, -1, dtype="int32")},
    ],
)
def test_rows_that_say_nothing_of_now_are_left_out(sent: Any, change: dict[str, Any]) -> None:
    cold = sent("a", range(3), [0, 0, 0], register="temperature")
    assert len(Frost().find(cold)) == 1
    assert len(Frost().find(attrs.evolve(cold, **change))) == 0


def test_a_clear_level_in_the_frost_is_refused() -> None:
    with pytest.raises(SeriesError, match="clear_at"):
        Frost(below_c=3, clear_c=2)
