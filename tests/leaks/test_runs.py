"""Runs of steps above a limit."""

from __future__ import annotations

import numpy as np
import pytest

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from divako.errors import SeriesError
from divako.leaks import continuous_flow_runs


NAN = np.nan

flows = hnp.arrays(
    "float64",
    hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=14),
    elements=st.sampled_from([0.0, 0.5, 1.0, 2.0, 3.0, NAN]),
)


def runs_one_by_one(
    row: list[float], limit: float, steps: int, max_unknown: int
) -> list[tuple[int, int, int, float, bool]]:
    """Say the same slowly."""
    found = []
    stretch: list[int] = []
    known = [i for i, value in enumerate(row) if value == value]  # noqa: PLR0124 - NaN differs from itself
    for i in [*known, None]:
        if i is not None and row[i] > limit:
            stretch.append(i)
            continue
        for k in range(len(stretch) - steps + 1):
            if stretch[k + steps - 1] - stretch[k] < steps + max_unknown:
                part = stretch[k:]
                windows = [part[j : j + steps] for j in range(len(part) - steps + 1)]
                sustained = max(min(row[j] for j in window) for window in windows)
                found.append((part[0], part[-1], len(part), sustained, part[-1] == known[-1]))
                break
        stretch = []
    return found


@settings(max_examples=200)
@given(flow=flows, steps=st.integers(1, 5), max_unknown=st.integers(0, 3))
def test_runs_are_those_of_the_definition(flow: np.ndarray, steps: int, max_unknown: int) -> None:
    runs = continuous_flow_runs(flow, above_m3_h=0.75, steps=steps, max_unknown=max_unknown)
    expected = [
        (i, *run) for i, row in enumerate(flow.tolist()) for run in runs_one_by_one(row, 0.75, steps, max_unknown)
    ]
    assert runs.rows() == expected


@given(flow=flows, steps=st.integers(1, 5), data=st.data())
def test_an_unknown_step_never_makes_a_run(flow: np.ndarray, steps: int, data: st.DataObject) -> None:
    column = data.draw(st.integers(0, flow.shape[1] - 1))
    hidden = flow.copy()
    hidden[:, column] = np.where(flow[:, column] > 1, NAN, flow[:, column])
    fewer = continuous_flow_runs(hidden, above_m3_h=1, steps=steps, max_unknown=2).row.tolist()
    more = continuous_flow_runs(flow, above_m3_h=1, steps=steps, max_unknown=2).row.tolist()
    assert set(fewer) <= set(more)


def test_an_unknown_step_does_not_end_a_run_that_was_made() -> None:
    flow = np.array([[1.0, 1.0, 1.0, NAN, NAN, NAN, NAN, 1.0, 0.0]])
    runs = continuous_flow_runs(flow, above_m3_h=0, steps=3)
    assert runs.rows() == [(0, 0, 7, 4, 1.0, False)]


def test_ordinary_steps_at_both_ends_do_not_lower_the_rate() -> None:
    flow = np.array([[0.1, 0.2, 3.0, 4.0, 3.5, 0.3, 0.0]])
    assert continuous_flow_runs(flow, above_m3_h=0, steps=3).rows() == [(0, 0, 5, 6, 3.0, False)]


def test_a_run_lasts_where_only_unknown_steps_follow() -> None:
    runs = continuous_flow_runs(np.array([[0.0, 2.0, 1.0, NAN]]), above_m3_h=0, steps=2)
    assert runs.rows() == [(0, 1, 2, 2, 1.0, True)]


def test_the_limit_itself_is_a_pause() -> None:
    assert len(continuous_flow_runs(np.full((1, 9), 0.005), above_m3_h=0.005, steps=3).row) == 0


@pytest.mark.parametrize("shape", [(0, 0), (3, 0), (2, 3)])
def test_too_few_steps_are_no_run(shape: tuple[int, int]) -> None:
    assert len(continuous_flow_runs(np.ones(shape), above_m3_h=0, steps=4).row) == 0


def test_what_is_no_run_is_refused() -> None:
    with pytest.raises(SeriesError, match="one row per subject"):
        continuous_flow_runs(np.ones(3), above_m3_h=0)
    with pytest.raises(SeriesError, match="at least one step"):
        continuous_flow_runs(np.ones((1, 3)), above_m3_h=0, steps=0)
    with pytest.raises(SeriesError, match="at least one step"):
        continuous_flow_runs(np.ones((1, 3)), above_m3_h=0, max_unknown=-1)
