"""Canonical units, exact factors, and the door for pint."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pint
import pytest

from divako.errors import UnitError
from divako.units import Dimension, accepts_quantities, canonical_unit, exact_factor, magnitude, quantity
from divako.units._boundary import SUFFIXES, unit_of_name


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


def test_decimals_arrive_correctly_rounded() -> None:
    litres = np.arange(1, 20_000, dtype="float64")
    assert (magnitude(UREG.Quantity(litres, "liter"), "m3") == litres / 1000).all()


def test_the_calorie_of_pint_is_not_that_of_meters() -> None:
    assert magnitude(UREG.Quantity(1.0, "kcal"), "kJ") == 4.184
    assert magnitude(UREG.Quantity(41868.0, "kJ"), "kcal") == 10_000
    assert magnitude(quantity(1.0, "Gcal"), "MJ") == 4186.8


def test_fahrenheit_and_odd_factors_arrive_too() -> None:
    assert magnitude(UREG.Quantity(212.0, "degF"), "degC") == pytest.approx(100)
    assert magnitude(UREG.Quantity(1.0, "psi"), "bar") == pytest.approx(0.0689475729)


@accepts_quantities("kWh")
def heat_kwh(volume_m3: Any, flow_degc: Any, *, return_degc: Any, meter: str = "return") -> Any:
    assert not hasattr(volume_m3, "dimensionality")
    return volume_m3 * (flow_degc - return_degc)


def test_a_function_of_numbers_takes_quantities_and_gives_one_back() -> None:
    got = heat_kwh(UREG.Quantity([1500.0, 3000.0], "liter"), UREG.Quantity(70.0, "degC"), return_degc=40.0)
    assert magnitude(got, "kWh").tolist() == [45.0, 90.0]
    assert str(got.units) == "kilowatt_hour"
    by_name = heat_kwh(1.5, 70.0, return_degc=UREG.Quantity(313.15, "kelvin"))
    assert magnitude(by_name, "kWh") == pytest.approx(45.0)


def test_plain_numbers_stay_plain() -> None:
    assert heat_kwh(1.5, 70.0, return_degc=40.0) == 45.0


def test_a_result_is_of_the_registry_that_was_given() -> None:
    own: Any = pint.UnitRegistry()
    got = heat_kwh(own.Quantity(1.0, "m**3"), own.Quantity(70.0, "degC"), return_degc=own.Quantity(40.0, "degC"))
    assert (got + own.Quantity(1.0, "kWh")).magnitude == pytest.approx(31.0)


def test_quantities_of_another_dimension_or_place_are_refused() -> None:
    with pytest.raises(UnitError):
        heat_kwh(UREG.Quantity(1.0, "kWh"), 70.0, return_degc=40.0)
    with pytest.raises(UnitError, match="meter"):
        heat_kwh(1.0, 70.0, return_degc=40.0, meter=UREG.Quantity(1.0, "m"))
    with pytest.raises(TypeError):
        heat_kwh(1.0, 70.0, 40.0, UREG.Quantity(1.0, "kWh"))


def test_a_function_without_units_in_its_names_has_no_door() -> None:
    with pytest.raises(TypeError, match="no argument"):
        accepts_quantities("kWh")(lambda volume: volume)


def test_the_longest_ending_of_a_name_is_its_unit() -> None:
    assert unit_of_name("coefficient_kwh_m3_k") == "kWh/m3/K"
    assert unit_of_name("density_kg_m3") == "kg/m3"
    assert unit_of_name("m3") is None
    for unit in SUFFIXES.values():
        assert magnitude(quantity(1.0, unit), unit) == 1.0
