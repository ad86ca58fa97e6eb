"""What a supplier charges."""

from __future__ import annotations

from fractions import Fraction

import pytest

from hypothesis import given
from hypothesis import strategies as st

from divako.allocation import Block, Tariff
from divako.errors import AllocationError
from divako.model import Medium


RISING = Tariff(
    id="water",
    medium=Medium.COLD_WATER,
    steps=[Block(Fraction(20), 300), Block(Fraction(60), 450), Block(None, 700)],
)
litres = st.integers(0, 10**6).map(lambda n: Fraction(n, 1000))


@given(less=litres, more=litres)
def test_more_consumption_never_costs_less(less: Fraction, more: Fraction) -> None:
    low, high = sorted((less, more))
    assert RISING.charge(low) <= RISING.charge(high)


@given(used=litres)
def test_blocks_of_one_price_are_one_block(used: Fraction) -> None:
    cut = Tariff(id="t", medium="heat", steps=[Block(Fraction(7), 333), Block(None, 333)])
    whole = Tariff(id="t", medium="heat", steps=[Block(None, 333)])
    assert cut.charge(used) == whole.charge(used)


def test_the_edge_of_a_block_belongs_to_it() -> None:
    assert RISING.charge(Fraction(20)) == 6_000
    assert RISING.charge(Fraction(21)) == 6_450


def test_the_charge_is_rounded_once_and_halves_up() -> None:
    two = Tariff(id="t", medium="heat", prices={"day": Fraction(1, 4), "night": Fraction(1, 4)})
    assert two.charge(Fraction(2), registers={"day": Fraction(1), "night": Fraction(1)}) == 1


def test_minimum_and_cap_bound_the_charge() -> None:
    bounded = Tariff(id="t", medium="heat", fixed=10, steps=[Block(None, 1)], minimum=20, cap=30)
    assert [bounded.charge(Fraction(used)) for used in (0, 15, 99)] == [20, 25, 30]


def test_a_tariff_reads_a_printed_price_list() -> None:
    tariff = Tariff.from_text(id="water", medium="cold_water", fixed="18816.00", price="41.33")
    assert (tariff.medium, tariff.fixed, tariff.charge(Fraction(2))) == (Medium.COLD_WATER, 1881600, 1889866)


def test_a_priced_register_must_be_known() -> None:
    tariff = Tariff(id="t", medium="electricity", prices={"day": Fraction(120)})
    with pytest.raises(AllocationError, match="register"):
        tariff.charge(Fraction(0))


def test_a_negative_consumption_is_not_charged() -> None:
    with pytest.raises(AllocationError, match="negative"):
        RISING.charge(Fraction(-1))


@pytest.mark.parametrize(
    "ends", [[None, None], [Fraction(5)], [Fraction(5), Fraction(5), None], [Fraction(0), None], [None, Fraction(5)]]
)
def test_blocks_that_do_not_rise_are_refused(ends: list[Fraction | None]) -> None:
    with pytest.raises(AllocationError, match="block"):
        Tariff(id="t", medium="heat", steps=[Block(end, 1) for end in ends])


def test_an_unknown_medium_is_refused() -> None:
    with pytest.raises(AllocationError, match="medium"):
        Tariff(id="t", medium="beer")
