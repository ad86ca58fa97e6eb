"""Worlds: the same for the same seed, and like what they stand for."""

from __future__ import annotations

import numpy as np
import pytest

from hypothesis import given, settings
from hypothesis import strategies as st

from divako.simulate import (
    away_hours,
    counts_at,
    heat_use,
    hours_of,
    household_water,
    local_clock,
    outdoor_temperature,
    room_temperature,
    send_times,
    with_leak,
    zone_inflow,
)


HOURS = hours_of(np.datetime64("2025-12-31T23:00"), np.datetime64("2026-03-31T22:00"))
PERSONS = np.array([1, 2, 3, 4] * 6)
NOBODY_AWAY = np.zeros((len(PERSONS), len(HOURS)), dtype="bool")
seeds = st.integers(0, 2**32)


def longest_run(above: np.ndarray[tuple[int, int], np.dtype[np.bool_]]) -> int:
    run = best = np.zeros(len(above), dtype="int64")
    for column in above.T:
        run = np.where(column, run + 1, 0)
        best = np.maximum(best, run)
    return int(best.max())


@pytest.mark.parametrize("seed", range(20))
def test_no_household_uses_water_in_every_hour_of_a_day(seed: int) -> None:
    litres = household_water(HOURS, PERSONS, rng=seed)
    # Telegrams come minutes off the hour, so an hour is only surely seen as dry beside another.
    either = (litres[:, :-1] >= 2) | (litres[:, 1:] >= 2)

    assert longest_run(litres > 0) < 24
    assert longest_run(litres >= 2) < 24
    assert longest_run(either) < 48
    night = np.isin(local_clock(HOURS, tz="Europe/Oslo")[0], (2, 3, 4))
    assert 0.85 < (litres[:, night] == 0).mean() < 0.99


def test_a_person_at_home_uses_110_to_140_litres_a_day() -> None:
    litres = household_water(HOURS, np.full(200, 2), rng=1, away=np.zeros((200, len(HOURS)), dtype="bool"))

    assert 110 < litres.sum() / 400 / (len(HOURS) / 24) < 140


def test_nobody_uses_water_who_is_away() -> None:
    away = away_hours(HOURS, households=len(PERSONS), rng=1)

    assert 0.02 < away.mean() < 0.25
    assert not household_water(HOURS, PERSONS, rng=1, away=away)[away].any()


@settings(max_examples=10, deadline=None)
@given(seed=seeds)
def test_the_same_seed_draws_the_same_world(seed: int) -> None:
    hours = HOURS[:72]

    def draw() -> list[np.ndarray[tuple[int, ...], np.dtype[np.generic]]]:
        outdoor = outdoor_temperature(hours, rng=seed)
        water = household_water(hours, PERSONS, rng=seed)
        return [
            outdoor,
            water,
            room_temperature(outdoor, hours, rng=seed),
            heat_use(hours, outdoor, [60.0], rng=seed),
            zone_inflow(hours, water, background_l_h=500.0, rng=seed),
            send_times(hours, rng=seed, loss=0.1),
        ]

    for one, other in zip(draw(), draw(), strict=True):
        np.testing.assert_array_equal(one, other)


@settings(max_examples=20, deadline=None)
@given(seed=seeds, loss=st.floats(0, 1), spacing=st.integers(2, 24))
def test_losses_keep_their_distance_and_times_rise(seed: int, loss: float, spacing: int) -> None:
    times = send_times(HOURS[:500], rng=seed, loss=loss, loss_spacing=spacing)

    gaps = np.diff(times) / np.timedelta64(1, "h")
    assert (gaps > 0.95).all()
    assert (gaps < 2.05).all()
    assert (np.diff(np.flatnonzero(gaps > 1.5)) >= spacing - 1).all()


@settings(max_examples=20, deadline=None)
@given(
    seed=seeds,
    start=st.integers(0, 10**7),
    minutes=st.lists(st.integers(0, 20 * 60), min_size=1, max_size=30).map(sorted),
)
def test_a_register_never_falls_and_is_whole_on_the_hour(seed: int, start: int, minutes: list[int]) -> None:
    hours = HOURS[:20]
    litres = np.random.default_rng(seed).integers(0, 200, size=20)
    times = hours[0] + np.array(minutes, dtype="timedelta64[m]")

    counts = counts_at(litres, hours, times, start=start)
    on_the_hour = counts_at(litres, hours, hours, start=start)

    assert (np.diff(counts) >= 0).all()
    np.testing.assert_array_equal(on_the_hour, start + np.cumsum(litres) - litres)
    np.testing.assert_array_equal(counts_at(litres, hours, times, start=start, rollover=1000), counts % 1000)


def test_a_leak_runs_from_its_start_to_its_end() -> None:
    dry = np.zeros(len(HOURS), dtype="int64")
    leaking = with_leak(dry, HOURS, start=HOURS[10], end=HOURS[50], rate_l_h=20.0, rng=1)

    assert not leaking[:10].any()
    assert (leaking[10:50] > 10).all()
    assert not leaking[50:].any()
    assert abs(leaking[10:50].mean() - 20) < 2


def test_heat_follows_the_cold() -> None:
    cold, mild = (heat_use(HOURS[:168], np.full(168, t), [60.0, 90.0], rng=1).sum() for t in (-10.0, 8.0))

    assert cold > 2 * mild > 0
    assert not heat_use(HOURS[:24], np.full(24, 30.0), [60.0], rng=1).any()


@pytest.mark.parametrize("seed", range(5))
def test_a_room_freezes_in_its_night_of_frost_and_in_no_other(seed: int) -> None:
    outdoor = outdoor_temperature(HOURS, rng=seed)
    room = room_temperature(outdoor, HOURS, frost_start=HOURS[900], rng=seed)
    window = slice(900, 909)

    others = np.delete(room, range(900, 909))
    assert others.min() >= 8
    assert others.max() <= 15
    assert (room[window] < 0).sum() >= 4
    assert room[window].min() == pytest.approx(-3)


def test_zone_inflow_is_customers_and_leakage_and_night_users() -> None:
    customers = household_water(HOURS, PERSONS, rng=1)
    inflow = zone_inflow(HOURS, customers, background_l_h=1500.0, night_users=2, rng=1)
    night = np.isin(local_clock(HOURS, tz="Europe/Oslo")[0], (2, 3, 4))

    rest = inflow - customers.sum(axis=0)
    assert rest.min() > 1300
    assert 1500 < inflow[night].mean() < 2200
    nights = inflow[night][: 80 * 3].reshape(-1, 3).mean(axis=1)
    assert nights.std() > 10  # nights differ
    assert nights.std() < 150
