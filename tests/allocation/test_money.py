"""Money at the door."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from hypothesis import given
from hypothesis import strategies as st

from divako.allocation import amount_text, decimals_of, minor_price, minor_units
from divako.allocation._money import decimals_needed, exact_number, half_up, number_text
from divako.errors import AllocationError


@given(amount=st.integers(-(10**15), 10**15), currency=st.sampled_from(["NOK", "JPY", "KWD"]))
def test_amounts_read_back_as_they_were_written(amount: int, currency: str) -> None:
    assert minor_units(amount_text(amount, currency=currency), currency=currency) == amount


@given(number=st.fractions(max_denominator=10**6))
def test_numbers_read_back_as_they_were_written(number: Fraction) -> None:
    assert Fraction(number_text(number)) == number


@given(number=st.fractions(max_denominator=10**4))
def test_a_number_is_written_as_a_decimal_exactly_where_it_is_one(number: Fraction) -> None:
    decimals = decimals_needed(number)
    assert ("/" in number_text(number)) == (decimals is None)
    if decimals is not None:
        assert (number * 10**decimals).denominator == 1


@given(number=st.fractions(max_denominator=1000))
def test_rounding_moves_a_number_by_a_half_at_most_and_is_symmetric(number: Fraction) -> None:
    assert abs(half_up(number) - number) <= Fraction(1, 2)
    assert half_up(-number) == -half_up(number)


def test_amounts_are_read_from_texts_and_decimals() -> None:
    assert minor_units("18816") == 1881600
    assert minor_units("-0.5") == -50
    assert minor_units("10.500") == 1050
    assert minor_units(Decimal("186432.50")) == 18643250


@pytest.mark.parametrize("text", ["", "1,50", "1 000", "1e3", "+1", ".5", "1.", "٣", "NaN", "1/3"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(AllocationError, match="digits"):
        minor_units(text)


def test_a_decimal_that_is_no_number_is_refused() -> None:
    with pytest.raises(AllocationError, match="digits"):
        minor_units(Decimal("NaN"))


def test_an_amount_finer_than_the_minor_unit_is_refused() -> None:
    with pytest.raises(AllocationError, match="finer than the minor unit"):
        minor_units("0.5", currency="JPY")


def test_a_price_may_be_finer_than_the_minor_unit() -> None:
    assert minor_price("0.12345") == Fraction(2469, 200)


def test_a_misspelt_currency_is_refused() -> None:
    with pytest.raises(AllocationError, match="currency"):
        decimals_of("NKO")


def test_floats_are_not_money() -> None:
    with pytest.raises(TypeError, match="not exact"):
        minor_units(1.1)  # type: ignore[arg-type]  # what a careless caller does
    with pytest.raises(TypeError, match="not exact"):
        exact_number(0.3)  # type: ignore[arg-type]  # what a careless caller does
    with pytest.raises(TypeError, match="not exact"):
        exact_number(True)


@pytest.mark.parametrize("text", ["1/0", "a", "0.3 ", "1/-3", ""])
def test_what_is_no_exact_number_is_refused(text: str) -> None:
    with pytest.raises(AllocationError, match="number"):
        exact_number(text)
