"""Canonical units, exact factors, and the door for pint."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pint
import pytest

from divako.errors import UnitError
from divako.units import Dimension, canonical_unit, exact_factor, magnitude, quantity


UREG = pint.get_application_registry()


@pytest.mark.parametrize("dimension", Dimension)
def test_every_dimension_has_a_unit_whose_factor_is_one(dimension: Dimension) -> None:
    unit = canonical_unit(dimension)
    if unit != "1":
        assert exact_factor(unit) == (dimension, Fraction(1))


@pytest.mark.parametrize(
    ("unit", "factor"),
    [
        ("GJ", Fraction(2500, 9)),
        ("MJ", Fraction(5, 18)),
        ("l/h", Fraction(1, 1000)),
        ("m3/s", Fraction(3600)),
        ("Gcal", Fraction(41868, 36)),
        ("year", Fraction(12)),
    ],
)
def test_factors_are_exact(unit: str, factor: Fraction) -> None:
    assert exact_factor(unit)[1] == factor


@pytest.mark.parametrize("unit", ["m3", "l", "m3/min", "kWh", "MJ", "GJ/h", "W", "bar", "kPa", "h", "kg", "t", "Hz"])
def test_factors_agree_with_pint(unit: str) -> None:
    dimension, factor = exact_factor(unit)
    spelled = unit.replace("m3", "m**3")
    if unit == "t":
        spelled = "tonne"
    got = magnitude(UREG.Quantity(1.0, spelled), canonical_unit(dimension))
    np.testing.assert_allclose(got, float(factor), rtol=1e-12)


def test_an_unknown_unit_is_refused() -> None:
    with pytest.raises(UnitError, match="furlong"):
        exact_factor("furlong")


@pytest.mark.parametrize(
    ("value", "given", "unit", "expected"),
    [(1500, "liter", "m3", 1.5), (1, "l/s", "m3/h", 3.6), (3.6, "MJ", "kWh", 1.0), (300.15, "kelvin", "degC", 27.0)],
)
def test_quantities_arrive_in_the_unit_asked_for(value: float, given: str, unit: str, expected: float) -> None:
    assert magnitude(UREG.Quantity(value, given), unit) == pytest.approx(expected)


def test_plain_numbers_are_taken_as_they_are() -> None:
    assert magnitude([1, 2], "m3").tolist() == [1.0, 2.0]


def test_another_dimension_is_refused() -> None:
    with pytest.raises(UnitError):
        magnitude(UREG.Quantity(1, "liter"), "kWh")


def test_an_unknown_unit_is_refused_at_the_door() -> None:
    with pytest.raises(UnitError):
        magnitude(UREG.Quantity(1, "liter"), "furlongs_of_nowhere")
    with pytest.raises(UnitError):
        quantity([1.0], "furlongs_of_nowhere")


def test_quantities_go_out_and_come_back() -> None:
    assert magnitude(quantity([1.0, 2.0], "m3"), "m3").tolist() == [1.0, 2.0]
