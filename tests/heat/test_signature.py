"""The energy signature."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pint
import pytest

from hypothesis import given, settings
from hypothesis import strategies as st

from divako.errors import SeriesError
from divako.heat import EnergySignature, energy_signature
from divako.heat._signature import _fit


rationals = st.fractions(-20, 25, max_denominator=10)
laws = settings(max_examples=50, deadline=None)


@laws
@given(
    temperatures=st.lists(rationals, min_size=2, max_size=15, unique=True),
    base=st.fractions(0, 100, max_denominator=10),
    slope=st.fractions(0, 20, max_denominator=10),
)
def test_points_on_a_curve_give_it_back(temperatures: list[Fraction], base: Fraction, slope: Fraction) -> None:
    balance = max(temperatures)
    energy = [base + slope * max(balance - t, Fraction(0)) for t in temperatures]
    got = energy_signature(energy, temperatures, balance_degc=balance)
    assert (got.base_kwh, got.slope_kwh_k, got.residual_kwh2) == (base, slope, 0)
    assert got.predict(temperatures).tolist() == energy


@laws
@given(
    cold=st.lists(st.fractions(-20, 10, max_denominator=5), min_size=2, max_size=10, unique=True),
    hot=st.lists(st.fractions(16, 30, max_denominator=5), min_size=1, max_size=10),
    balance=st.fractions(11, 15, max_denominator=10),
    slope=st.fractions(Fraction(1, 10), 20, max_denominator=10),
)
def test_the_balance_temperature_is_found_between_the_points(
    cold: list[Fraction], hot: list[Fraction], balance: Fraction, slope: Fraction
) -> None:
    temperatures = [*hot, *cold]
    energy = [7 + slope * max(balance - t, Fraction(0)) for t in temperatures]
    got = energy_signature(energy, temperatures)
    # With two cold points the knee is seen only where the line through them says.
    assert got == EnergySignature(
        base_kwh=Fraction(7), slope_kwh_k=slope, balance_degc=balance, residual_kwh2=Fraction(0)
    )


@laws
@given(seed=st.integers(0, 10**6))
def test_no_balance_temperature_fits_better(seed: int) -> None:
    rng = np.random.default_rng(seed)
    temperature = rng.uniform(-15, 25, 60)
    energy = 50 + 12 * np.maximum(0, 14 - temperature) + rng.normal(0, 20, 60)
    best = energy_signature(energy, temperature)
    for balance in rng.uniform(temperature.min(), temperature.max(), 200):
        other = _fit(energy, temperature, balance)
        assert other is None or other.residual_kwh2 >= best.residual_kwh2 - 1e-6
    order = rng.permutation(60)
    again = energy_signature(energy[order], temperature[order])
    assert again.balance_degc == pytest.approx(best.balance_degc)


def test_quantities_are_fitted_alike() -> None:
    ureg = pint.get_application_registry()
    got = energy_signature(
        ureg.Quantity([0.05, 0.134, 0.254], "MWh"), ureg.Quantity([17.0, 10.0, 0.0], "degC"), balance_degc=17
    )
    assert got.slope_kwh_k == pytest.approx(12.0)


def test_unknown_periods_take_no_part() -> None:
    got = energy_signature([50.0, np.nan, 110.0, 999.0], [17.0, 10.0, 12.0, np.nan], balance_degc=17.0)
    assert (got.base_kwh, got.slope_kwh_k) == (50.0, 12.0)
    exact = energy_signature([50, None, 110, 99], [17, 10, 12, None], balance_degc=Fraction(17))
    assert (exact.base_kwh, exact.slope_kwh_k) == (Fraction(50), Fraction(12))
    assert np.isnan(got.predict([np.nan])).all()
    assert got.predict([16.0, 18.0]).tolist() == [62.0, 50.0]


@pytest.mark.parametrize(
    ("energy", "temperature", "balance"),
    [
        ([1.0, 2.0], [20.0, 21.0], 17.0),  # all above
        ([1.0, 2.0], [5.0, 5.0], 17.0),  # one temperature
        ([1.0], [5.0], 17.0),
        ([], [], 17.0),
        ([], [], None),
        ([np.nan], [1.0], None),
        ([1.0, 2.0, 3.0], [1.0, 2.0, 3.0], None),  # use that rises with the temperature
        ([30.0, 20.0, 10.0], [1.0, 2.0, 3.0], None),  # no period without heating
    ],
)
def test_periods_that_determine_no_curve_are_refused(energy: Any, temperature: Any, balance: float | None) -> None:
    with pytest.raises(SeriesError):
        energy_signature(energy, temperature, balance_degc=balance)


@pytest.mark.parametrize(("energy", "temperature"), [([1.0, 2.0], [1.0]), (1.0, 1.0), ([np.inf, 1.0], [1.0, 2.0])])
def test_columns_that_are_none_are_refused(energy: Any, temperature: Any) -> None:
    with pytest.raises(SeriesError):
        energy_signature(energy, temperature, balance_degc=17)
