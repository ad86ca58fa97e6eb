"""Learned intervals and liveness."""

from __future__ import annotations

import statistics

import numpy as np
import pytest

from hypothesis import given
from hypothesis import strategies as st

from divako.alerts import Liveness, learn_intervals, liveness
from divako.errors import SeriesError


BEGIN = np.datetime64("2026-01-10T00:00", "ms")
arrivals = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 50)), max_size=40)


@given(pairs=arrivals)
def test_the_interval_is_the_lower_median_of_the_positive_gaps(pairs: list[tuple[int, int]]) -> None:
    sensor = np.array([s for s, _ in pairs], dtype="int32")
    time = BEGIN + np.array([t for _, t in pairs], dtype="timedelta64[s]")
    learned = learn_intervals(sensor, time.astype("datetime64[ms]"), sensors=5)
    for one in range(5):
        gaps = np.diff(sorted({t for s, t in pairs if s == one})).tolist()
        expected = statistics.median_low(gaps) if len(gaps) >= 3 else np.nan
        np.testing.assert_equal(learned[one], expected)


def test_factors_are_strict() -> None:
    age = np.array([7200.0, 7201.0, 21_600.0, 21_601.0, np.nan, 5.0])
    interval = np.array([3600.0] * 5 + [np.nan])
    states = liveness(age, interval, late_factor=2, silent_factor=6)
    assert [Liveness(s) for s in states] == [
        Liveness.OK,
        Liveness.LATE,
        Liveness.LATE,
        Liveness.SILENT,
        Liveness.NEVER_SEEN,
        Liveness.UNKNOWN,
    ]


def test_what_cannot_be_judged_is_refused_at_its_row() -> None:
    time = np.array([BEGIN, "NaT"], dtype="datetime64[ms]")
    with pytest.raises(SeriesError, match="time of an arrival") as caught:
        learn_intervals(np.zeros(2, dtype="int64"), time, sensors=1)
    assert caught.value.row == 1
    with pytest.raises(SeriesError, match="no such sensor") as caught:
        learn_intervals(np.array([0, 2]), time, sensors=2)
    assert caught.value.row == 1
    with pytest.raises(SeriesError, match="one length"):
        learn_intervals(np.zeros(1, dtype="int64"), time, sensors=1)
    with pytest.raises(SeriesError, match="one length"):
        liveness(np.ones(2), np.ones(3))
