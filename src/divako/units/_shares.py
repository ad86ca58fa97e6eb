"""Whole numbers shared by weights, so that the shares sum to what was shared: the largest remainder.

References
----------
.. [1] M. L. Balinski and H. P. Young, "Fair Representation", 2nd ed., Brookings,
   2001, chapter 3: the method of Hamilton.
"""

from __future__ import annotations

import math

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt


_LIMIT = 2**63  # of int64


def whole_weights(weights: Sequence[Fraction | int]) -> list[int]:
    """Bring weights to a common denominator.

    Parameters
    ----------
    weights : sequence of Fraction or int, length n
        Any.

    Returns
    -------
    list of int, length n
        The numerators: weights of the same proportions.

    Raises
    ------
    TypeError
        A weight is neither.

    Examples
    --------
    >>> whole_weights([Fraction(1, 2), Fraction(1, 3)])
    [3, 2]
    """
    try:
        below = {weight.denominator for weight in weights}
    except AttributeError:
        msg = "weights are Fraction or int, for binary floats are not exact"
        raise TypeError(msg) from None
    common = math.lcm(*below)
    # Plain integers, because numpy's own would overflow silently where ours grow.
    if common == 1:
        return [int(weight.numerator) for weight in weights]
    return [int(weight.numerator) * (common // int(weight.denominator)) for weight in weights]


def largest_remainder(amount: int, weights: Sequence[int]) -> list[int]:
    """Share a whole number by weights: floors first, then one each to the largest remainders.

    Parameters
    ----------
    amount : int
        What is shared, in whole units; a negative one mirrors the positive.
    weights : sequence of int, length n
        None negative, at least one positive.

    Returns
    -------
    list of int, length n
        Shares that sum to the amount. Equal remainders are served in the order given; a
        weight of zero never gets anything.

    References
    ----------
    .. [1] M. L. Balinski and H. P. Young, "Fair Representation", 2nd ed., Brookings,
       2001, chapter 3: the method of Hamilton.

    Examples
    --------
    >>> largest_remainder(500, [1, 2, 3])
    [83, 167, 250]
    """
    size, total = abs(amount), sum(weights)
    if size * max(weights) < _LIMIT and total < _LIMIT:
        shares = _in_int64(size, np.array(weights, dtype="int64"), total)
    else:
        shares = _in_any(size, weights, total)
    return shares if amount >= 0 else [-share for share in shares]


def _in_int64(amount: int, weights: npt.NDArray[np.int64], total: int) -> list[int]:
    shares, remainders = np.divmod(amount * weights, total)
    left = amount - int(shares.sum())
    shares[np.argsort(-remainders, kind="stable")[:left]] += 1
    return [int(share) for share in shares.tolist()]


def _in_any(amount: int, weights: Sequence[int], total: int) -> list[int]:
    pairs = [divmod(amount * weight, total) for weight in weights]
    shares = [share for share, _ in pairs]
    left = amount - sum(shares)
    for i in sorted(range(len(pairs)), key=lambda i: -pairs[i][1])[:left]:  # sorting is stable
        shares[i] += 1
    return shares
