"""Products of 126 bits in int64."""

from __future__ import annotations

import numpy as np

from hypothesis import given
from hypothesis import strategies as st

from divako.series._wide import LARGEST_DIVISOR, multiply_divide, product_exceeds, product_limbs


BIG = (1 << 63) - 1
whole = st.integers(0, BIG)


def column(*values: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array(values, dtype="int64")


@given(whole, whole)
def test_limbs_are_the_product(a: int, b: int) -> None:
    high, low = product_limbs(column(a), column(b))
    assert (int(high[0]) << 64) + int(low[0]) == a * b


@given(whole, whole, whole, whole)
def test_products_are_compared_exactly(a: int, b: int, c: int, d: int) -> None:
    assert product_exceeds(column(a), column(b), column(c), column(d))[0] == (a * b > c * d)
    assert not product_exceeds(column(a), column(b), column(b), column(a))[0]


@given(st.integers(1 - (1 << 62), (1 << 62) - 1), st.integers(1, LARGEST_DIVISOR), st.data())
def test_quotients_are_exact(a: int, divisor: int, draw: st.DataObject) -> None:
    b = draw.draw(st.one_of(st.integers(0, divisor), st.integers(max(divisor - 3, 0), divisor)))
    quotient, remainder = multiply_divide(column(a), column(b), column(divisor))
    assert (int(quotient[0]), int(remainder[0])) == divmod(a * b, divisor)
