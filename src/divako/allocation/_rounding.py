"""Splitting an amount so that the shares sum to it: the largest remainder.

References
----------
.. [1] M. L. Balinski and H. P. Young, "Fair Representation", 2nd ed., Brookings,
   2001, chapter 3: the method of Hamilton.
"""

from __future__ import annotations

import operator

from collections.abc import Sequence
from fractions import Fraction

from divako.errors import AllocationError
from divako.units import largest_remainder, whole_weights


def split(amount: int, weights: Sequence[Fraction | int], *, fallback: str | None = None) -> list[int]:
    """Share an amount by weights, so that the shares sum to it exactly.

    Everyone first gets the whole minor units of the exact share; what is left goes,
    one minor unit each, to the largest remainders, ties in the order given [1]_. A
    negative amount mirrors the positive one, and a weight of zero never gets anything.

    Parameters
    ----------
    amount : int
        What is shared. [minor unit]
    weights : sequence of Fraction or int, length n
        By what; none is negative.
    fallback : {"equal"}, optional
        What to do when all weights are zero: share equally. Without it, that is an
        error.

    Returns
    -------
    list of int, length n
        The shares, in the order of the weights. [minor unit]

    Raises
    ------
    AllocationError
        A weight is negative (`section_index` is its place), or there is money to
        share and nothing to share it by.

    References
    ----------
    .. [1] M. L. Balinski and H. P. Young, "Fair Representation", 2nd ed., Brookings,
       2001, chapter 3: the method of Hamilton.

    Examples
    --------
    >>> split(500, [Fraction(1), Fraction(2), Fraction(3)])
    [83, 167, 250]
    """
    money = operator.index(amount)
    if fallback not in {None, "equal"}:
        msg = "the fallback of a split is equal, or none"
        raise AllocationError(msg)
    whole = _whole_weights(weights)
    if not any(whole):
        if money == 0:
            return [0] * len(whole)
        if fallback is None or not whole:
            msg = "there is no basis to share by: all weights are zero"
            raise AllocationError(msg)
        whole = [1] * len(whole)
    return largest_remainder(money, whole)


def _whole_weights(weights: Sequence[Fraction | int]) -> list[int]:
    """Bring the weights to a common denominator, and refuse negative ones."""
    whole = whole_weights(weights)
    if whole and min(whole) < 0:
        msg = "a weight is negative"
        raise AllocationError(msg, section_index=next(i for i, weight in enumerate(whole) if weight < 0))
    return whole
