"""Splitting an amount by the largest remainder."""

from __future__ import annotations

from fractions import Fraction

import pytest

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from divako.allocation import split
from divako.errors import AllocationError
from divako.units._shares import _in_any, _in_int64


weights = st.lists(
    st.one_of(st.integers(0, 50).map(Fraction), st.fractions(0, 10, max_denominator=1000)), min_size=1, max_size=12
)
amounts = st.integers(-(10**13), 10**13)
laws = settings(max_examples=100, deadline=None)


@laws
@given(amount=amounts, weights=weights)
def test_shares_sum_to_the_amount(amount: int, weights: list[Fraction]) -> None:
    assume(any(weights))
    assert sum(split(amount, weights)) == amount


@laws
@given(amount=amounts, weights=weights)
def test_no_share_is_a_whole_minor_unit_from_its_exact_value(amount: int, weights: list[Fraction]) -> None:
    assume(any(weights))
    total = sum(weights)
    exact = [amount * weight / total for weight in weights]
    assert all(abs(share - one) < 1 for share, one in zip(split(amount, weights), exact, strict=True))


@laws
@given(amount=amounts, weights=weights)
def test_a_weight_of_zero_gets_nothing(amount: int, weights: list[Fraction]) -> None:
    assume(any(weights))
    assert all(share == 0 for share, weight in zip(split(amount, weights), weights, strict=True) if weight == 0)


@laws
@given(amount=amounts, weights=weights)
def test_a_credit_mirrors_the_charge(amount: int, weights: list[Fraction]) -> None:
    assume(any(weights))
    assert split(-amount, weights) == [-share for share in split(amount, weights)]


@laws
@given(amount=amounts, weights=weights, scale=st.fractions(Fraction(1, 1000), 1000))
def test_the_unit_of_the_weights_does_not_matter(amount: int, weights: list[Fraction], scale: Fraction) -> None:
    assume(any(weights))
    assert split(amount, [weight * scale for weight in weights]) == split(amount, weights)


@laws
@given(amount=amounts, weights=weights)
def test_more_weight_never_gets_less(amount: int, weights: list[Fraction]) -> None:
    assume(any(weights))
    pairs = sorted(zip(weights, split(abs(amount), weights), strict=True))
    shares = [max(s for w, s in pairs if w == weight) for weight in sorted(set(weights))]
    assert shares == sorted(shares)


@laws
@given(amount=st.integers(0, 10**9), whole=st.lists(st.integers(0, 10**6), min_size=1, max_size=20))
def test_the_fast_path_agrees_with_the_exact_one(amount: int, whole: list[int]) -> None:
    import numpy as np

    assume(any(whole))
    assert _in_int64(amount, np.array(whole), sum(whole)) == _in_any(amount, whole, sum(whole))


def test_amounts_beyond_64_bits_stay_exact() -> None:
    assert split(10**30 + 1, [1, 1]) == [(10**30) // 2 + 1, 10**30 // 2]


def test_products_at_the_edge_of_64_bits_stay_exact() -> None:
    # 2^62 times 2 is the first product that int64 cannot hold.
    assert split(2**62, [2, 1]) == [3074457345618258603, 1537228672809129301]


def test_ties_go_to_those_who_come_first() -> None:
    assert split(2, [1, 1, 1, 1]) == [1, 1, 0, 0]


def test_a_negative_weight_is_refused_by_its_place() -> None:
    with pytest.raises(AllocationError, match="negative") as caught:
        split(100, [Fraction(1), Fraction(-1, 3)])
    assert caught.value.section_index == 1


@pytest.mark.parametrize("weights", [[], [0, 0]])
def test_money_without_a_basis_is_refused(weights: list[int]) -> None:
    with pytest.raises(AllocationError, match="no basis"):
        split(1, weights)


def test_nothing_is_shared_without_a_basis() -> None:
    assert split(0, [0, 0]) == [0, 0]
    assert split(0, []) == []


def test_the_fallback_shares_equally_only_where_all_weights_are_zero() -> None:
    assert split(3, [0, 0], fallback="equal") == [2, 1]
    assert split(3, [0, 1], fallback="equal") == [0, 3]


def test_an_unknown_fallback_is_refused() -> None:
    with pytest.raises(AllocationError, match="fallback"):
        split(3, [1], fallback="area")


def test_binary_floats_are_refused() -> None:
    with pytest.raises(TypeError, match="not exact"):
        split(3, [0.5])  # type: ignore[list-item]  # what a careless caller does
