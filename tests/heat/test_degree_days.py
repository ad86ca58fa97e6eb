"""Degree days and correction for the weather."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pint
import pytest

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from divako.convert import from_document, to_document
from divako.errors import SeriesError
from divako.heat import HeatingSeason, degree_days, weather_normalised_kwh
from divako.units import magnitude


tenths = st.integers(-250, 300).map(lambda n: Fraction(n, 10))
years = st.lists(tenths, min_size=1, max_size=40)
bases = st.integers(100, 200).map(lambda n: Fraction(n, 10))
seasons = st.builds(HeatingSeason, start_below_degc=tenths, stop_above_degc=tenths, on_at_start=st.booleans())
amounts = st.fractions(0, 10**6, max_denominator=1000)
days = st.fractions(Fraction(1, 10), 5000, max_denominator=10)
shares = st.fractions(0, 1, max_denominator=100)
laws = settings(max_examples=80, deadline=None)


@laws
@given(first=years, second=years, base=bases)
def test_degree_days_of_two_periods_add_up(first: list[Fraction], second: list[Fraction], base: Fraction) -> None:
    parts = [degree_days(part, base_degc=base).total.item() for part in (first, second)]
    assert sum(parts) == degree_days(first + second, base_degc=base).total.item()


@laws
@given(means=years, base=bases, season=seasons, cut=st.integers(0, 40))
def test_a_season_goes_on_where_it_was_left(
    means: list[Fraction], base: Fraction, season: HeatingSeason, cut: int
) -> None:
    whole = degree_days(means, base_degc=base, season=season)
    on = season.on_at_start
    expected: list[Fraction] = []
    for mean in means:
        on = mean <= season.stop_above_degc if on else mean < season.start_below_degc
        expected.append(max(base - mean, Fraction(0)) if on else Fraction(0))
    assert whole.per_day.tolist() == expected
    assert whole.total.item() == sum(expected)
    assert whole.heating_days == sum(one > 0 for one in expected)


@laws
@given(means=years, base=bases, season=st.none() | seasons)
def test_floats_and_fractions_agree(means: list[Fraction], base: Fraction, season: HeatingSeason | None) -> None:
    exact = degree_days(means, base_degc=base, season=season)
    floats = degree_days([float(mean) for mean in means], base_degc=float(base), season=season)
    np.testing.assert_allclose(floats.per_day, exact.per_day.astype("float64"), atol=1e-12)
    assert floats.per_day.dtype == np.float64
    assert floats.heating_days == exact.heating_days


@laws
@given(places=st.lists(st.lists(st.floats(-20, 25), min_size=5, max_size=5), min_size=1, max_size=4), season=seasons)
def test_many_places_are_each_as_if_alone(places: list[list[float]], season: HeatingSeason) -> None:
    together = degree_days(places, season=season)
    assert together.total.shape == (len(places),)
    for row, place in enumerate(places):
        assert degree_days(place, season=season).per_day.tolist() == together.per_day[row].tolist()


@pytest.mark.parametrize("unknown", [None, np.nan])
def test_an_unknown_day_is_counted_as_such_and_changes_nothing(unknown: float | None) -> None:
    got = degree_days([Fraction(8), unknown, Fraction(10)], season=HeatingSeason(stop_above_degc=10))
    assert got.total.item() == 16
    assert isinstance(got.total.item(), Fraction)
    assert got.per_day.tolist() == [9, None, 7]
    assert [int(got.heating_days), int(got.unknown_days)] == [2, 1]
    floats = degree_days([8.0, np.nan, 10.0])
    assert np.isnan(floats.per_day[1])
    assert floats.total == 16.0


def test_the_limits_themselves_change_nothing() -> None:
    season = HeatingSeason(start_below_degc=11, stop_above_degc=Decimal(9))
    assert degree_days([11, 11], season=season).total == 0
    assert degree_days([10.9, 9, 9, 9.1, 10.9], season=season).per_day.round(9).tolist() == [6.1, 8, 8, 0, 6.1]


@pytest.mark.parametrize("means", [5.0, [np.inf, 1.0], [1.0, -np.inf], [Decimal("Infinity")]])
def test_what_are_no_daily_means_is_refused(means: Any) -> None:
    with pytest.raises(SeriesError):
        degree_days(means)


def test_a_season_is_exact_and_has_a_document() -> None:
    season = HeatingSeason(start_below_degc=Fraction("10.5"), on_at_start=True)
    document = to_document(season)
    assert document["start_below_degc"] == "10.5"
    assert from_document(HeatingSeason, document) == season
    with pytest.raises(TypeError):
        HeatingSeason(start_below_degc=10.5)  # type: ignore[arg-type] # the mistake under test


@laws
@given(energy=amounts, actual=days, normal=days, share=shares)
def test_only_the_part_that_follows_the_weather_is_corrected(
    energy: Fraction, actual: Fraction, normal: Fraction, share: Fraction
) -> None:
    def corrected(to: Fraction, fixed: Fraction) -> Fraction:
        got = weather_normalised_kwh(energy, degree_days=actual, normal_degree_days=to, fixed_share=fixed).item()
        assert isinstance(got, Fraction)
        return got

    assert corrected(actual, share) == energy  # usual weather changes nothing
    assert corrected(normal, Fraction(1)) == energy  # nor does weather change what is fixed
    assert corrected(normal, Fraction(0)) == energy * normal / actual
    assert corrected(normal, share) - energy * share == (corrected(normal, Fraction(0))) * (1 - share)


@laws
@given(energy=amounts, a=days, b=days, share=shares)
def test_a_correction_is_undone_by_its_opposite(energy: Fraction, a: Fraction, b: Fraction, share: Fraction) -> None:
    assume(energy)
    there = weather_normalised_kwh(energy, degree_days=a, normal_degree_days=b, fixed_share=share).item()
    fixed = energy * share / there
    back = weather_normalised_kwh(there, degree_days=b, normal_degree_days=a, fixed_share=fixed)
    assert back.item() == energy


def test_columns_and_quantities_are_corrected_alike() -> None:
    energy = np.array([1000.0, np.nan, 500.0])
    got = weather_normalised_kwh(energy, degree_days=[100.0, 100.0, 200.0], normal_degree_days=150.0)
    assert got[[0, 2]].tolist() == [1500.0, 375.0]
    assert np.isnan(got[1])
    joule = pint.get_application_registry().Quantity(3.6, "GJ")
    corrected = weather_normalised_kwh(joule, degree_days=100.0, normal_degree_days=150.0)
    assert magnitude(corrected, "kWh") == pytest.approx(1500.0)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"degree_days": [1.0, 0.0]}, "without degree days"),
        ({"degree_days": [1.0, -2.0]}, "without degree days"),
        ({"normal_degree_days": [1.0, -1.0]}, "not negative"),
        ({"fixed_share": [0.0, 1.5]}, "share"),
        ({"fixed_share": [0.0, -0.5]}, "share"),
        ({"normal_degree_days": [1.0, np.inf]}, "infinite"),
    ],
)
def test_what_cannot_be_corrected_is_refused_by_its_row(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(SeriesError, match=message) as caught:
        weather_normalised_kwh([10.0, 10.0], **{"degree_days": 5.0, "normal_degree_days": 5.0, **wrong})
    assert caught.value.row == 1
