"""Thresholds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hypothesis import given
from hypothesis import strategies as st

from divako.alerts import Threshold, ThresholdState
from divako.errors import SeriesError


MINUTE = np.timedelta64(60_000, "ms")
BEGIN = np.datetime64("2026-01-10T01:00", "ms")

samples = st.lists(st.sampled_from([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, float("nan")]), max_size=30)
thresholds = st.builds(
    Threshold,
    op=st.just("<"),
    raise_at=st.just(3.0),
    clear_at=st.sampled_from([None, 3.0, 5.0]),
    for_s=st.sampled_from([0.0, 120.0]),
    keep_s=st.sampled_from([0.0, 60.0, 180.0]),
)


def at_minutes(count: int) -> np.ndarray:
    return BEGIN + np.arange(count) * MINUTE


@given(threshold=thresholds, values=samples, cut=st.integers(0, 30))
def test_a_stream_may_be_cut_anywhere(threshold: Threshold, values: list[float], cut: int) -> None:
    time, value = at_minutes(len(values)), np.array(values, dtype="float64")
    whole, end = threshold.run(time, value)
    head, state = threshold.run(time[:cut], value[:cut])
    tail, last = threshold.run(time[cut:], value[cut:], state=state)
    assert head + tail == whole
    assert last == end


@given(threshold=thresholds, values=samples)
def test_raised_and_cleared_take_turns(threshold: Threshold, values: list[float]) -> None:
    events, state = threshold.run(at_minutes(len(values)), np.array(values, dtype="float64"))
    assert [e.event for e in events] == ["raised", "cleared"] * (len(events) // 2) + ["raised"] * (len(events) % 2)
    assert (state.phase in {"firing", "recovering"}) == (len(events) % 2 == 1)
    for raised, cleared in zip(events[::2], events[1::2], strict=False):
        assert raised.since == cleared.since <= raised.time < cleared.time


@given(threshold=thresholds, values=samples)
def test_below_mirrors_above(threshold: Threshold, values: list[float]) -> None:
    clear = None if threshold.clear_at is None else -threshold.clear_at
    mirror = Threshold(op=">", raise_at=-3.0, clear_at=clear, for_s=threshold.for_s, keep_s=threshold.keep_s)
    time, value = at_minutes(len(values)), np.array(values, dtype="float64")
    assert mirror.run(time, -value)[0] == threshold.run(time, value)[0]


@given(values=samples)
def test_without_waiting_it_is_raised_at_the_first_breach(values: list[float]) -> None:
    events, _ = Threshold(op="<", raise_at=3.0).run(at_minutes(len(values)), np.array(values, dtype="float64"))
    breaches = [i for i, value in enumerate(values) if value < 3]
    assert bool(events) == bool(breaches)
    if events:
        assert events[0].time == events[0].since == BEGIN + breaches[0] * MINUTE


def test_a_relapse_starts_the_wait_anew() -> None:
    threshold = Threshold(op=">", raise_at=10, clear_at=9, keep_s=120)
    values = np.array([11.0, 9.0, 9.0, 9.5, 9.0, 9.0, 8.0])
    events, state = threshold.run(at_minutes(7), values)
    assert [(e.event, e.time) for e in events] == [("raised", BEGIN), ("cleared", BEGIN + 6 * MINUTE)]
    assert state.phase == "ok"
    assert threshold.run(at_minutes(6), values[:6])[1].phase == "recovering"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"op": "="}, "op"),
        ({"clear_at": 2.9}, "clear_at"),
        ({"clear_at": float("nan")}, "numbers"),
        ({"raise_at": float("inf")}, "numbers"),
        ({"for_s": -1.0}, "for_s"),
        ({"keep_s": float("nan")}, "keep_s"),
    ],
)
def test_a_field_out_of_range_is_refused_by_name(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(SeriesError, match=message):
        Threshold(**{"op": "<", "raise_at": 3.0, **fields})


def test_a_phase_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="phase"):
        ThresholdState(phase="asleep")  # type: ignore[arg-type] # as a document may have it


def test_samples_out_of_order_are_refused_at_their_row() -> None:
    threshold = Threshold(op="<", raise_at=3.0)
    with pytest.raises(SeriesError, match="older") as caught:
        threshold.run(at_minutes(3)[[0, 2, 1]], np.ones(3))
    assert caught.value.row == 2
    with pytest.raises(SeriesError, match="unknown") as caught:
        threshold.run(np.array([BEGIN, "NaT"], dtype="datetime64[ms]"), np.ones(2))
    assert caught.value.row == 1
    with pytest.raises(SeriesError, match="one length"):
        threshold.run(at_minutes(3), np.ones(2))
