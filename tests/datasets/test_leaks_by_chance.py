"""Who has no leak does not look as if: over many seeds, only the leaks run day and night."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt
import pytest

from divako.datasets._cooperative import LEAK_ENDED, LEAK_LASTS, PERIOD, _draw_world, _times
from divako.datasets._cooperative_project import invent_dwellings
from divako.leaks import continuous_flow_runs
from divako.simulate import counts_at, hours_of, household_water, send_times


HOUR = np.timedelta64(3_600_000, "ms")
LEAKS = [LEAK_ENDED, LEAK_LASTS]
Litres = npt.NDArray[np.float64]


def as_measured(
    litres: npt.NDArray[np.int64],
    hours: npt.NDArray[np.datetime64],
    times: npt.NDArray[np.datetime64],
    span: tuple[np.datetime64, np.datetime64],
) -> Litres:
    """Give hourly use as it can be reckoned from telegrams: NaN where one was lost."""
    boundaries = np.append(hours_of(*span), span[1])
    seconds, at = (t.astype("int64") / 1000 for t in (times, boundaries))
    use = np.diff(np.interp(at, seconds, counts_at(litres, hours, times)))
    long = np.diff(seconds) > 1.5 * 3600
    step = np.searchsorted(seconds, at, side="right") - 1
    lost = np.array([long[first : last + 1].any() for first, last in itertools.pairwise(step)])
    return np.where(lost, np.nan, use)


def test_no_dwelling_without_a_leak_runs_through_a_day_and_no_leak_pauses() -> None:
    found = []
    for seed in range(1, 21):
        rng = np.random.default_rng(seed)
        world = _draw_world(rng, invent_dwellings(rng))
        use = np.stack([as_measured(litres, world.hours, _times(rng), PERIOD) for litres in world.water])
        # The parameters of the project file, in litres.
        runs = continuous_flow_runs(use, above_m3_h=2.5, steps=24, max_unknown=6)
        found.append(runs.row.tolist())

    assert found == [LEAKS] * 20


@pytest.mark.parametrize("persons", [1, 2, 3, 4, 5])
def test_a_household_of_any_size_rests_once_a_day(persons: int) -> None:
    span = np.datetime64("2026-01-31T23:00", "ms"), np.datetime64("2026-04-01T22:00", "ms")
    wide = span[0] - 2 * HOUR, span[1] + 2 * HOUR
    hours = hours_of(*wide)
    rng = np.random.default_rng(persons)
    water = household_water(hours, [persons] * 100, rng=rng)
    use = np.stack([as_measured(one, hours, send_times(hours, rng=rng), span) for one in water])

    assert not continuous_flow_runs(use, above_m3_h=2.5, steps=24, max_unknown=6).row.size
