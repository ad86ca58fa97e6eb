"""Value added tax, and what is left to pay."""

from __future__ import annotations

from fractions import Fraction

import pytest

from hypothesis import given
from hypothesis import strategies as st

from divako.allocation import settle, vat, vat_included
from divako.errors import AllocationError


amounts = st.integers(-(10**9), 10**9)
rates = st.sampled_from([Fraction(0), Fraction(15), Fraction(25), Fraction(111, 10)])


@given(gross=amounts, rate=rates)
def test_the_gross_is_kept(gross: int, rate: Fraction) -> None:
    net, tax = vat_included(gross, rate)
    assert net + tax == gross
    assert abs(net * (100 + rate) / 100 - gross) <= (100 + rate) / 200


@given(lines=st.lists(st.tuples(amounts, rates), max_size=8))
def test_a_credit_note_mirrors_the_bill(lines: list[tuple[int, Fraction]]) -> None:
    bill, credit = vat(lines), vat([(-net, rate) for net, rate in lines])
    assert (credit.net, credit.tax_total, credit.gross) == (-bill.net, -bill.tax_total, -bill.gross)


@given(lines=st.lists(st.tuples(amounts, rates), max_size=8))
def test_each_rate_is_rounded_once(lines: list[tuple[int, Fraction]]) -> None:
    bill = vat(lines)
    taxable = dict(bill.taxable)
    assert all(abs(tax - taxable[rate] * rate / 100) <= Fraction(1, 2) for rate, tax in bill.tax)
    assert bill.net == sum(net for net, _ in lines)


def test_a_negative_rate_is_refused() -> None:
    with pytest.raises(AllocationError, match="rate"):
        vat([(1, Fraction(-1))])
    with pytest.raises(AllocationError, match="rate"):
        vat_included(1, Fraction(-1))


def test_payments_on_account_are_set_against_the_statement() -> None:
    assert settle({"A": 500, "B": 300}, {"A": [200, 400]}) == {"A": -100, "B": 300}


def test_a_payment_of_nobody_is_refused() -> None:
    with pytest.raises(AllocationError, match="payment"):
        settle({"A": 500}, {"B": [1]})
