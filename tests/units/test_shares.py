"""Whole numbers shared by weights."""

from __future__ import annotations

from fractions import Fraction

import pytest

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from divako.units import largest_remainder, whole_weights


laws = settings(max_examples=100, deadline=None)
weights = st.lists(st.integers(0, 10**6), min_size=1, max_size=12)


@laws
@given(amount=st.integers(-(10**12), 10**12) | st.integers(-(10**30), 10**30), whole=weights)
def test_shares_sum_to_the_amount_and_are_less_than_one_off(amount: int, whole: list[int]) -> None:
    assume(any(whole))
    shares = largest_remainder(amount, whole)
    assert sum(shares) == amount
    for share, weight in zip(shares, whole, strict=True):
        assert abs(share - Fraction(amount * weight, sum(whole))) < 1
        assert weight or not share


@laws
@given(amount=st.integers(0, 1000), whole=weights, scale=st.just(1) | st.just(10**18))
def test_the_largest_remainders_are_served_and_the_first_of_equal_ones(
    amount: int, whole: list[int], scale: int
) -> None:
    assume(any(whole))
    parts = [Fraction(amount * weight, sum(whole)) for weight in whole]
    order = sorted(range(len(whole)), key=lambda i: (-(parts[i] % 1), i))
    floors = [int(part) for part in parts]
    for i in order[: amount - sum(floors)]:
        floors[i] += 1
    assert largest_remainder(amount, [weight * scale for weight in whole]) == floors


@given(fractions=st.lists(st.fractions(0, 10, max_denominator=50) | st.integers(0, 9), min_size=1, max_size=6))
@laws
def test_whole_weights_have_the_same_proportions(fractions: list[Fraction | int]) -> None:
    whole = whole_weights(fractions)
    assert all(a * fractions[j] == b * fractions[i] for i, a in enumerate(whole) for j, b in enumerate(whole))
    with pytest.raises(TypeError, match="binary floats"):
        whole_weights([*fractions, 0.5])  # type: ignore[list-item] # the mistake under test
