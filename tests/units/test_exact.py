"""Exact quantities: conversions that lose nothing, sums that mean something."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pint
import pytest

from hypothesis import given, settings
from hypothesis import strategies as st

from divako.errors import UnitError
from divako.units import Dimension, ExactQuantity, canonical_unit, convert, exact_factor
from divako.units._boundary import _spelled_for_pint
from divako.units._factors import FACTORS


laws = settings(max_examples=80, deadline=None)

UREG = pint.get_application_registry()

rationals = st.fractions(max_denominator=10**6)
RATES = ["l/h", "L/min", "m3/s", "m3/d", "kg/h", "t/h", "GJ/h", "kWh/h", "kcal/s", "gal/min"]
UNITS = [*FACTORS, *RATES, "degF"]
SCALES = ["degC", "degF", "K"]


def same_dimension(draw: st.DrawFn) -> tuple[str, str]:
    one = draw(st.sampled_from(UNITS))
    fellows = (
        SCALES
        if one in SCALES[:2]
        else [u for u in UNITS if u != "degF" and exact_factor(u)[0] is exact_factor(one)[0]]
    )
    return one, draw(st.sampled_from(fellows))


pairs = st.composite(same_dimension)()


@laws
@given(pair=pairs, value=rationals)
def test_what_is_converted_comes_back_the_same(pair: tuple[str, str], value: Fraction) -> None:
    one, other = pair
    assert convert(convert(value, one, other), other, one) == value


@laws
@given(pair=pairs, a=rationals, b=rationals)
def test_a_sum_converted_is_the_sum_of_the_converted(pair: tuple[str, str], a: Fraction, b: Fraction) -> None:
    one, other = pair
    if one in SCALES:
        return
    total = ExactQuantity(a, one) + ExactQuantity(b, one)
    assert total.to(other) == ExactQuantity(a, one).to(other) + ExactQuantity(b, one).to(other)
    assert ExactQuantity(a, one) + ExactQuantity(b, other) - ExactQuantity(b, other) == ExactQuantity(a, one)


@laws
@given(one=st.sampled_from(UNITS), other=st.sampled_from(UNITS), value=rationals)
def test_units_of_two_dimensions_neither_convert_nor_add(one: str, other: str, value: Fraction) -> None:
    dimensions = [Dimension.TEMPERATURE if u == "degF" else exact_factor(u)[0] for u in (one, other)]
    if dimensions[0] is dimensions[1] or {one, other} <= set(SCALES):
        return
    with pytest.raises(UnitError):
        convert(value, one, other)
    if set(dimensions) != {Dimension.TEMPERATURE, Dimension.TEMPERATURE_DIFFERENCE}:
        for act in (ExactQuantity.__add__, ExactQuantity.__sub__):
            with pytest.raises(UnitError):
                act(ExactQuantity(value, one), ExactQuantity(value, other))


# Units that pint lacks, or takes for those of another dimension.
@pytest.mark.parametrize(
    "unit",
    [u for u in [*FACTORS, *RATES] if "var" not in u and u not in {"mH2O", "month", "year", "dBm", "%", "degC"}],
)
def test_factors_agree_with_pint(unit: str) -> None:
    dimension, factor = exact_factor(unit)
    to = _spelled_for_pint(canonical_unit(dimension))
    got = UREG.Quantity(1.0, _spelled_for_pint(unit)).to(to).magnitude
    assert got == pytest.approx(float(factor), rel=1e-12)


@pytest.mark.parametrize(
    ("value", "unit", "to", "expected"),
    [
        (1, "Gcal_th", "MJ", 4184),
        (1, "Gcal_it", "MJ", Fraction(41868, 10)),
        (1, "Gcal", "Gcal_it", 1),  # meters count the international one
        (20, "degC", "K", Fraction("293.15")),
        (0, "K", "degC", Fraction("-273.15")),
        (212, "degF", "degC", 100),
        (-40, "°C", "degF", -40),
        (5, "delta_degC", "K", 5),
        (9, "delta_degF", "delta_degC", 5),
        (3, "K", "delta_degC", 3),
        (Decimal("1.8"), "m³/h", "L/min", 30),
        (1, "MPa", "bar", 10),
        (1, "kWh/h", "kW", 1),
        (1, "gal", "l", Fraction("3.785411784")),
        (1, "gal_uk", "l", Fraction("4.54609")),
        (1, "psi", "Pa", Fraction("4.4482216152605") / Fraction("0.0254") ** 2),
    ],
)
def test_values_that_the_standards_give(value: Decimal | int, unit: str, to: str, expected: Fraction | int) -> None:
    assert convert(value, unit, to) == expected


@pytest.mark.parametrize(
    ("a", "b"), [("degC", "degC"), ("degC", "degF"), ("degC", "K"), ("K", "degC"), ("degF", "degF"), ("m3", "degC")]
)
def test_temperatures_have_no_sum(a: str, b: str) -> None:
    with pytest.raises(UnitError):
        ExactQuantity(20, a) + ExactQuantity(5, b)


def test_a_difference_of_temperatures_is_none_of_them() -> None:
    gone = ExactQuantity(20, "degC") - ExactQuantity(41, "degF")
    assert gone == ExactQuantity(15, "delta_degC")
    assert ExactQuantity(5, "degC") + gone == gone + ExactQuantity(5, "degC") == ExactQuantity(20, "degC")
    assert ExactQuantity(20, "degC") - gone == ExactQuantity(5, "degC")
    assert ExactQuantity(280, "K") - ExactQuantity(270, "K") == ExactQuantity(10, "K")
    for unit, to in (("degC", "delta_degC"), ("delta_degC", "degC"), ("degC", "m3"), ("kWh", "degF")):
        with pytest.raises(UnitError):
            convert(1, unit, to)
    for taken in ("degC", "degF"):
        with pytest.raises(UnitError, match="cannot be taken"):
            ExactQuantity(1, "delta_degC") - ExactQuantity(1, taken)


@pytest.mark.parametrize("unit", ["furlong", "m3/kg", "kWh/m3", "kW/h", "/", "", "m3/h/h", "degF"])
def test_what_has_no_factor_is_refused(unit: str) -> None:
    with pytest.raises(UnitError, match=r"unit|degrees"):
        exact_factor(unit)


def test_values_that_are_not_exact_are_refused() -> None:
    with pytest.raises(TypeError, match="binary floats"):
        convert(0.1, "m3", "l")  # type: ignore[arg-type] # the mistake under test
    for no_number in ("NaN", "Infinity"):
        with pytest.raises(UnitError):
            ExactQuantity(Decimal(no_number), "m3")
    with pytest.raises(UnitError, match="unknown"):
        ExactQuantity(1, "furlong")
    for act in (ExactQuantity.__add__, ExactQuantity.__sub__):
        assert act(ExactQuantity(1, "m3"), 1) is NotImplemented
