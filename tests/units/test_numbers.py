"""Numbers as arrays: exact where they are given as such."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from divako.errors import SeriesError, UnitError
from divako.units import as_fraction, exact_or_float, unknown_among


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        (([Fraction(1, 3)], 2), object),
        (([1, 2], Decimal("0.5")), object),
        (([1, 2], 3), np.float64),
        (([Fraction(1, 3)], 0.5), np.float64),
        (([Fraction(1, 3), 0.5], 1), np.float64),
        (([Fraction(1, 3), None], 1), np.float64),
        ((np.array([1, 2], dtype="int16"), Fraction(1)), object),
    ],
)
def test_one_inexact_number_makes_all_floats(values: tuple[Any, ...], dtype: type) -> None:
    arrays = exact_or_float(*values)
    assert {array.dtype for array in arrays} == {np.dtype(dtype)}
    if dtype is object:
        assert all(isinstance(one, Fraction) for array in arrays for one in array.flat)


@pytest.mark.parametrize(
    ("values", "row"),
    [([1.0, np.inf], 1), ([-np.inf], 0), ([Fraction(1), Decimal("Infinity")], 1), ([Decimal("NaN"), Decimal(1)], 0)],
)
def test_what_is_no_finite_number_is_refused_by_its_place(values: Any, row: int) -> None:
    with pytest.raises(SeriesError) as caught:
        exact_or_float(values)
    assert caught.value.row == row


def test_none_and_nan_are_unknown() -> None:
    assert unknown_among([Fraction(1), None, float("nan"), 2]).tolist() == [False, True, True, False]
    assert unknown_among([[1.0, np.nan], [0.0, 2.0]]).tolist() == [[False, True], [False, False]]
    assert unknown_among([3, 4]).tolist() == [False, False]


def test_only_exact_numbers_are_fractions() -> None:
    assert [as_fraction(one) for one in (Decimal("0.1"), 2, Fraction(1, 3))] == [Fraction(1, 10), 2, Fraction(1, 3)]
    for wrong in (0.5, None, "1"):
        with pytest.raises(TypeError, match="binary floats"):
            as_fraction(wrong)  # type: ignore[arg-type] # the mistake under test
    with pytest.raises(UnitError, match="no number"):
        as_fraction(Decimal("Infinity"))
