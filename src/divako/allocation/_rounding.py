"""Splitting an amount so that the shares sum to it: the largest remainder.

References
----------
.. [1] M. L. Balinski and H. P. Young, "Fair Representation", 2nd ed., Brookings,
   2001, chapter 3: the method of Hamilton.
"""

from __future__ import annotations

import math
import operator

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from divako.errors import AllocationError


_LIMIT = 2**63  # of int64


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
    total = sum(whole)
    if total == 0:
        if money == 0:
            return [0] * len(whole)
        if fallback is None or not whole:
            msg = "there is no basis to share by: all weights are zero"
            raise AllocationError(msg)
        whole, total = [1] * len(whole), len(whole)
    size = abs(money)
    shares = (
        _split_int64(size, np.array(whole, dtype="int64"), total)
        if size * max(whole) < _LIMIT and total < _LIMIT
        else _split_exact(size, whole, total)
    )
    return shares if money >= 0 else [-share for share in shares]


def _whole_weights(weights: Sequence[Fraction | int]) -> list[int]:
    """Bring the weights to a common denominator, and give the numerators."""
    try:
        below = {weight.denominator for weight in weights}
    except AttributeError:
        msg = "weights are Fraction or int, for binary floats are not exact"
        raise TypeError(msg) from None
    common = math.lcm(*below)
    # Plain integers, because numpy's own would overflow silently where ours grow.
    whole = (
        [int(weight.numerator) for weight in weights]
        if common == 1
        else [int(weight.numerator) * (common // int(weight.denominator)) for weight in weights]
    )
    if whole and min(whole) < 0:
        msg = "a weight is negative"
        raise AllocationError(msg, section_index=next(i for i, weight in enumerate(whole) if weight < 0))
    return whole


def _split_int64(amount: int, weights: npt.NDArray[np.int64], total: int) -> list[int]:
    shares, remainders = np.divmod(amount * weights, total)
    left = amount - int(shares.sum())
    shares[np.argsort(-remainders, kind="stable")[:left]] += 1
    return [int(share) for share in shares.tolist()]


def _split_exact(amount: int, weights: list[int], total: int) -> list[int]:
    pairs = [divmod(amount * weight, total) for weight in weights]
    shares = [share for share, _ in pairs]
    left = amount - sum(shares)
    for i in sorted(range(len(pairs)), key=lambda i: -pairs[i][1])[:left]:  # sorting is stable
        shares[i] += 1
    return shares
