"""Exchanges of meters."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import pytest

from hypothesis import given
from hypothesis import strategies as st

from divako.alerts import find_exchanges
from divako.model import FindingCode, Installation, Readings


BEGIN = np.datetime64("2026-01-10T00:00", "ms")
HOUR = np.timedelta64(3_600_000, "ms")
OPEN = np.datetime64("NaT", "ms")


def hung(meter_id: str, start: float | None, end: float | None = None, **changes: Any) -> Installation:
    first, last = (OPEN if h is None else BEGIN + np.timedelta64(int(h * 3_600_000), "ms") for h in (start, end))
    return Installation(meter_id=meter_id, start=first, end=last, **({"place": "H0101"} | changes))


@given(old=st.integers(2, 20), gap=st.integers(0, 9), seed=st.integers(0, 99))
def test_one_meter_follows_another(sent: Any, old: int, gap: int, seed: int) -> None:
    table = Readings.concatenate([sent("a", range(old)), sent("b", range(old + gap, old + gap + 5))])
    shuffled = table.select(np.random.default_rng(seed).permutation(len(table)))
    (found,) = find_exchanges(shuffled, [hung("b", old + gap), hung("a", 0, old)]).rows()
    assert (found.subject, found.code, found.unit) == ("H0101", FindingCode.EXCHANGE, "h")
    assert (found.start, found.end) == (BEGIN + old * HOUR, BEGIN + (old + gap) * HOUR)
    assert found.size == gap + 1


def test_readings_of_the_fitter_leave_no_gap(sent: Any) -> None:
    table = Readings.concatenate([sent("a", [0, 9.5]), sent("b", [9.5, 10])])
    (found,) = find_exchanges(table, [hung("a", 0, 9.5), hung("b", 9.5)]).rows()
    assert (found.start, found.size) == (found.end, 0.0)


def test_what_was_sent_off_the_wall_does_not_count(sent: Any) -> None:
    table = Readings.concatenate([sent("a", [0, 5, 12]), sent("b", [2, 8, 9])])
    (found,) = find_exchanges(table, [hung("a", 0, 6), hung("b", 7)]).rows()
    assert found.size == 3


def test_an_unknown_start_is_the_first_reading(sent: Any) -> None:
    table = Readings.concatenate([sent("a", range(5)), sent("b", [8, 9])])
    (found,) = find_exchanges(table, [hung("a", None, 5), hung("b", None)]).rows()
    assert found.end == BEGIN + 8 * HOUR


@pytest.mark.parametrize(
    "changes",
    [{"place": "H0102"}, {"role": "main"}, {"meter_id": "a"}, {"start": BEGIN + 4 * HOUR}, {"meter_id": "never"}],
)
def test_what_is_no_exchange(sent: Any, changes: dict[str, Any]) -> None:
    table = Readings.concatenate([sent("a", range(10)), sent("b", range(10))])
    assert len(find_exchanges(table, [hung("a", 0, 5), hung("b", 5)])) == 1
    assert len(find_exchanges(table, [hung("a", 0, 5), attrs.evolve(hung("b", 5), **changes)])) == 0
    assert len(find_exchanges(table, [hung("a", 0), hung("b", 5)])) == 0


def test_only_meters_of_the_same_thing_follow_each_other(sent: Any) -> None:
    def heat(name: str, *hours: int) -> list[Readings]:
        return [sent(name, hours, register=register) for register in ("energy", "volume", "flow_temperature")]

    water = [sent("w1", [0, 1]), sent("w2", [5, 6]), sent("w2", [5, 6], register="temperature")]
    table = Readings.concatenate([*heat("h1", 0, 1), *heat("h2", 5, 6), *water])
    fitted = [hung("h2", 4), hung("w2", 4), hung("w1", 0, 3), hung("h1", 0, 2)]
    rows = find_exchanges(table, fitted).rows()
    assert [(r.start, r.end) for r in rows] == [
        (BEGIN + 2 * HOUR, BEGIN + 4 * HOUR),
        (BEGIN + 3 * HOUR, BEGIN + 4 * HOUR),
    ]
    # A water meter taken down is not replaced by a heat meter, though both count volume.
    assert len(find_exchanges(table, [hung("w1", 0, 3), hung("h2", 4)])) == 0


def test_each_of_several_exchanges_is_found(sent: Any) -> None:
    table = Readings.concatenate([sent(name, [h, h + 1]) for name, h in (("a", 0), ("b", 3), ("c", 6))])
    rows = find_exchanges(table, [hung("a", 0, 2), hung("b", 3, 5), hung("c", 6)]).rows()
    assert [(r.start - BEGIN) // HOUR for r in rows] == [2, 5]
