"""Silent meters."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import pytest

from hypothesis import given, settings
from hypothesis import strategies as st

from divako.alerts import Liveness, Silence
from divako.errors import SeriesError
from divako.model import Finding, FindingCode, Installation, Readings


BEGIN = np.datetime64("2026-01-10T00:00", "ms")
HOUR = np.timedelta64(3_600_000, "ms")
OPEN = np.datetime64("NaT", "ms")


def spans(rows: list[Finding]) -> list[tuple[str, float, float | None]]:
    """Give subject, start and end in hours after the beginning."""
    return [
        (r.subject, float((r.start - BEGIN) / HOUR), None if np.isnat(r.end) else float((r.end - BEGIN) / HOUR))
        for r in rows
    ]


@given(lost=st.sets(st.integers(5, 400), max_size=80))
def test_ordinary_loss_is_no_silence(sent: Any, lost: set[int]) -> None:
    hours = [h for h in range(400) if h not in lost]
    longest = max(b - a for a, b in zip(hours, [*hours[1:], 400], strict=True))
    found = Silence().find(sent("a", hours), now=BEGIN + 400 * HOUR)
    assert bool(len(found)) == (longest > 24)


def test_ten_telegrams_lost_in_a_row_are_ordinary(sent: Any) -> None:
    table = sent("a", [*range(20), *range(30, 60)])
    assert len(Silence().find(table, now=BEGIN + 69 * HOUR)) == 0


@settings(max_examples=50)
@given(seed=st.integers(0, 99), gap=st.integers(1, 60))
def test_the_order_of_the_rows_does_not_matter(sent: Any, seed: int, gap: int) -> None:
    table = Readings.concatenate([sent("a", [*range(9), *range(9 + gap, 90)]), sent("b", range(gap))])
    shuffled = table.select(np.random.default_rng(seed).permutation(len(table)))
    now = BEGIN + 90 * HOUR
    assert repr(Silence().find(shuffled, now=now).rows()) == repr(Silence().find(table, now=now).rows())


def test_a_past_gap_is_closed_and_a_lasting_one_open(sent: Any) -> None:
    table = Readings.concatenate([sent("a", [*range(10), *range(40, 100)]), sent("b", range(50))])
    rows = Silence().find(table, now=BEGIN + 100 * HOUR).rows()
    assert spans(rows) == [("a", 9, 40), ("b", 49, None)]
    assert [(r.code, r.size, r.unit) for r in rows] == [(FindingCode.SILENT, 31, "h"), (FindingCode.SILENT, 51, "h")]


def test_a_listed_meter_without_readings_was_silent_from_the_beginning(sent: Any) -> None:
    table = sent("a", range(1, 31))
    rows = Silence().find(table, now=BEGIN + 30 * HOUR, meter_ids=["a", "lost"]).rows()
    assert spans(rows) == [("lost", 1, None)]
    assert spans(Silence().find(table, now=BEGIN + 6 * HOUR, meter_ids=["lost"]).rows()) == []


def test_a_meter_not_listed_is_not_expected(sent: Any) -> None:
    table = Readings.concatenate([sent("a", range(10)), sent("b", range(100))])
    assert len(Silence().find(table, now=BEGIN + 100 * HOUR, meter_ids=["b"])) == 0
    assert len(Silence().find(table, now=BEGIN + 100 * HOUR, meter_ids=[])) == 0


def test_a_meter_taken_down_is_not_silent(sent: Any) -> None:
    table = Readings.concatenate([sent("old", range(50)), sent("new", range(50, 200)), sent("gone", range(20))])
    fitted = [
        Installation(meter_id="old", place="x", start=BEGIN, end=BEGIN + 50 * HOUR),
        Installation(meter_id="new", place="x", start=BEGIN + 50 * HOUR),
        Installation(meter_id="gone", place="y", start=BEGIN, end=BEGIN + 100 * HOUR),
        Installation(meter_id="later", place="z", start=BEGIN + 300 * HOUR),
        Installation(meter_id="mute", place="w", start=BEGIN + 150 * HOUR),
    ]
    ids = ["old", "new", "gone", "later", "mute"]
    now = BEGIN + 200 * HOUR
    rows = Silence().find(table, now=now, meter_ids=ids, installations=fitted).rows()
    assert spans(rows) == [("gone", 19, 100), ("mute", 150, None)]
    assert Silence().states(table, now=now, meter_ids=ids, installations=fitted) == {
        "old": Liveness.OK,
        "new": Liveness.OK,
        "gone": Liveness.SILENT,
        "mute": Liveness.NEVER_SEEN,
    }


def test_what_was_sent_before_a_meter_was_fitted_does_not_count(sent: Any) -> None:
    table = sent("a", [0, 1, 2, 3, *range(100, 150)])
    fitted = [Installation(meter_id="a", place="x", start=BEGIN + 99 * HOUR)]
    now = BEGIN + 150 * HOUR
    assert spans(Silence().find(table, now=now).rows()) == [("a", 3, 100)]
    assert len(Silence().find(table, now=now, installations=fitted)) == 0
    assert len(Silence().find(table, now=now, installations=[attrs.evolve(fitted[0], start=OPEN)])) == 1


def test_repeated_telegrams_do_not_shorten_the_interval(sent: Any) -> None:
    table = sent("a", np.repeat(np.arange(10), 5))
    assert Silence().states(table, now=BEGIN + 11 * HOUR) == {"a": Liveness.OK}
    assert len(Silence().find(table, now=BEGIN + 33 * HOUR)) == 0
    assert len(Silence().find(table, now=BEGIN + 34 * HOUR)) == 1


def test_stored_values_and_later_readings_are_no_arrivals(sent: Any) -> None:
    table = sent("a", range(100))
    stored = attrs.evolve(table, storage=(np.arange(100) >= 20).astype("int64"))
    assert spans(Silence().find(stored, now=BEGIN + 90 * HOUR).rows()) == [("a", 19, None)]
    assert len(Silence().find(table, now=BEGIN + 19 * HOUR)) == 0


def test_a_meter_heard_too_seldom_has_no_interval_unless_given(sent: Any) -> None:
    table = sent("a", [0, 1, 2])
    now = BEGIN + 400 * HOUR
    assert Silence().states(table, now=now) == {"a": Liveness.UNKNOWN}
    assert len(Silence().find(table, now=now)) == 0
    assert spans(Silence(interval_s=3600).find(table, now=now).rows()) == [("a", 2, None)]


def test_a_meter_that_sends_each_minute_is_given_some_hours(sent: Any) -> None:
    table = sent("a", np.arange(60) / 60)
    assert len(Silence().find(table, now=BEGIN + 6 * HOUR)) == 0
    assert len(Silence().find(table, now=BEGIN + 8 * HOUR)) == 1
    assert len(Silence(min_silence_s=60).find(table, now=BEGIN + 2 * HOUR)) == 1


def test_no_readings_and_nobody_expected(sent: Any) -> None:
    assert len(Silence().find(sent("a", []), now=BEGIN)) == 0
    assert Silence().states(sent("a", []), now=BEGIN) == {"a": Liveness.NEVER_SEEN}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("late_factor", 0.0),
        ("late_factor", 25.0),
        ("silent_factor", float("nan")),
        ("min_gaps", 0),
        ("interval_s", -1.0),
        ("min_silence_s", 0.0),
    ],
)
def test_a_field_out_of_range_is_refused_by_name(field: str, value: Any) -> None:
    with pytest.raises(SeriesError, match=field):
        Silence(**{field: value})
