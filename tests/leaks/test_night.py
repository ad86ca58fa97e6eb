"""Minimum night flow."""

from __future__ import annotations

import numpy as np
import pytest

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from divako.errors import SeriesError
from divako.leaks import minimum_night_flow


NAN = np.nan
HOUR = np.timedelta64(3_600_000, "ms")


def hours(start: str, count: int) -> np.ndarray:
    return np.datetime64(start, "ms") + np.arange(count) * HOUR


@given(
    flow=hnp.arrays("float64", (2, 72), elements=st.sampled_from([0.0, 0.1, 0.2, 0.3, NAN])),
    first=st.integers(0, 22),
    last=st.integers(1, 24),
)
def test_the_lowest_known_hour_of_the_window(flow: np.ndarray, first: int, last: int) -> None:
    window = (first, max(last, first + 1))
    night = minimum_night_flow(flow, hours("2026-01-09T00:00", 72), window=window, tz="UTC")
    for row in range(2):
        for day in range(3):
            part = flow[row, 24 * day + window[0] : 24 * day + window[1]]
            known = part[~np.isnan(part)]
            assert night.coverage[row, day] == len(known) / len(part)
            np.testing.assert_equal(night.lowest_m3_h[row, day], known.min() if len(known) else NAN)


def test_the_window_is_local() -> None:
    night = minimum_night_flow(np.arange(24.0)[None], hours("2026-07-09T22:00", 24), tz="Europe/Oslo")
    assert night.date.tolist() == [np.datetime64("2026-07-10").item()]
    assert night.start[0] == np.datetime64("2026-07-10T00:00")
    assert night.end[0] == np.datetime64("2026-07-10T03:00")
    assert night.lowest_m3_h.tolist() == [[2.0]]


@pytest.mark.parametrize(
    ("start", "first", "count"),
    [("2026-03-28T23:00", "2026-03-29T01:00", 2), ("2026-10-24T22:00", "2026-10-25T00:00", 4)],
)
def test_hours_of_the_nights_on_which_the_clock_is_changed(start: str, first: str, count: int) -> None:
    night = minimum_night_flow(np.ones((1, 23)), hours(start, 23))
    assert night.start[0] == np.datetime64(first)
    assert night.end[0] - night.start[0] == count * HOUR
    assert night.coverage[0, 0] == 1


def test_a_window_that_the_clock_leaps_over_has_no_night() -> None:
    night = minimum_night_flow(np.ones((1, 47)), hours("2026-03-28T23:00", 47), window=(2, 3))
    np.testing.assert_array_equal(night.lowest_m3_h, [[NAN, 1.0]])
    assert np.isnat(night.start[0])
    assert night.coverage.tolist() == [[0, 1]]


def test_a_window_at_the_edge_of_the_data_is_cut() -> None:
    night = minimum_night_flow(np.ones((1, 2)), hours("2026-01-10T02:00", 2))
    assert night.coverage[0, 0] == pytest.approx(2 / 3)


def test_no_hours_have_no_nights() -> None:
    night = minimum_night_flow(np.empty((3, 0)), hours("2026-01-10", 0))
    assert night.lowest_m3_h.shape == (3, 0)


def test_what_is_no_night_is_refused() -> None:
    flow, start = np.ones((1, 3)), hours("2026-01-10", 3)
    with pytest.raises(SeriesError, match="one column per hour"):
        minimum_night_flow(flow[:, 1:], start)
    with pytest.raises(SeriesError, match="within one day"):
        minimum_night_flow(flow, start, window=(5, 2))
    with pytest.raises(SeriesError, match="time zone"):
        minimum_night_flow(flow, start, tz="Europe/Nowhere")
    with pytest.raises(SeriesError, match="follow one another") as caught:
        minimum_night_flow(flow, start[[0, 1, 1]])
    assert caught.value.row == 2
