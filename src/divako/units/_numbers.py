"""Numbers as arrays: exact rationals where they are given as such, floats where not."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from divako.errors import SeriesError, UnitError


Numbers = npt.ArrayLike | Fraction | Decimal | Sequence[Fraction | Decimal | float | None]
"""Numbers that a formula takes exactly where they are exact: of fractions, decimals or floats."""


_EXACT: tuple[type, ...] = (Fraction, Decimal, int)


def as_fraction(value: Fraction | Decimal | int) -> Fraction:
    """Take a number that is exact.

    Parameters
    ----------
    value : Fraction, Decimal or int
        The number.

    Returns
    -------
    Fraction
        The same.

    Raises
    ------
    TypeError
        It is of another type: a binary float is never quite what was written.
    UnitError
        It is a Decimal that is infinite or no number.

    Examples
    --------
    >>> as_fraction(Decimal("0.1"))
    Fraction(1, 10)
    """
    if not isinstance(value, _EXACT):
        msg = "an exact number is Fraction, Decimal or int, for binary floats are not exact"
        raise TypeError(msg)
    try:
        return Fraction(value)
    except (ValueError, OverflowError):
        msg = "a decimal that is no number"
        raise UnitError(msg) from None


def exact_or_float(*values: object) -> tuple[npt.NDArray[Any], ...]:
    """Read numbers as arrays of one kind, so that one formula serves both.

    Parameters
    ----------
    *values : array_like of Fraction, Decimal, int, float or None
        Each of any shape; None is unknown.

    Returns
    -------
    tuple of ndarray
        Of object dtype, all Fractions, where no value is a float or unknown and at least one is a
        Fraction or Decimal; of float64 otherwise, unknown ones as NaN.

    Raises
    ------
    SeriesError
        A value is infinite; `row` is its place.

    Examples
    --------
    >>> exact_or_float([Fraction(1, 3), 2], 3)[0]
    array([Fraction(1, 3), Fraction(2, 1)], dtype=object)
    >>> exact_or_float([Fraction(1, 4), None])[0]
    array([0.25,  nan])
    """
    arrays = [np.asarray(value) for value in values]
    kinds = {type(one) for array in arrays if array.dtype == object for one in array.flat}
    is_exact = bool(kinds) and kinds <= {Fraction, Decimal, int} and all(a.dtype.kind in "Oiu" for a in arrays)
    if is_exact:
        return tuple(_fractions(array) for array in arrays)
    floats = tuple(np.asarray(array, dtype="float64") for array in arrays)
    for array in floats:
        if np.isinf(array).any():
            raise SeriesError(_INFINITE, row=int(np.argmax(np.isinf(array))))
    return floats


def unknown_among(values: object) -> npt.NDArray[np.bool_]:
    """Tell where numbers are None or NaN.

    Parameters
    ----------
    values : array_like of Fraction, Decimal, int, float or None
        Of any shape.

    Returns
    -------
    ndarray of bool
        Of the same shape.

    Examples
    --------
    >>> unknown_among([Fraction(1, 3), None])
    array([False,  True])
    """
    array = np.asarray(values)
    if array.dtype != object:
        return np.asarray(np.isnan(array))
    # NaN differs from itself.
    out = np.array([one is None or one != one for one in array.flat], dtype="bool")  # noqa: PLR0124
    return out.reshape(array.shape)


_INFINITE = "a number is infinite"


def _fractions(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    out = np.empty(array.shape, dtype=object)
    for place, one in enumerate(array.flat):
        if isinstance(one, Decimal) and not one.is_finite():
            raise SeriesError(_INFINITE if one.is_infinite() else "a number is NaN", row=place)
        out.flat[place] = Fraction(one if isinstance(one, (Fraction, Decimal)) else int(one))
    return out
