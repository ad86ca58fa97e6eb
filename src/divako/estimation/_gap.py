"""One closed gap, shared by weights."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from divako.errors import SeriesError
from divako.units import as_fraction, largest_remainder, whole_weights


def fill_gap(
    before: Fraction | Decimal | int | None,
    after: Fraction | Decimal | int | None,
    weights: Sequence[Fraction | int],
    *,
    quantum: Fraction | None = None,
) -> list[Fraction]:
    """Share what passed between two readings over the intervals between them.

    Parameters
    ----------
    before, after : Fraction, Decimal or int
        What the register showed at the two ends of the gap; None where nobody knows. [any]
    weights : sequence of Fraction or int, length n
        A usual profile of the intervals, none below zero. Where all are zero, every interval gets
        the same.
    quantum : Fraction, optional
        Smallest step of the register: what passed and every share are whole multiples of
        it, by largest remainder.

    Returns
    -------
    list of Fraction, length n
        Shares that sum to the difference of the register exactly. All are estimated. [as the register]

    Raises
    ------
    SeriesError
        The gap is open at an end, there are no intervals, a weight is negative (`row` is its
        place), the register fell, or what passed is no multiple of the quantum.

    Examples
    --------
    >>> fill_gap(100, 107, [1, 2, 1, 3])
    [Fraction(1, 1), Fraction(2, 1), Fraction(1, 1), Fraction(3, 1)]
    >>> fill_gap(0, 3, [0, 0], quantum=Fraction(1))
    [Fraction(2, 1), Fraction(1, 1)]
    """
    if before is None or after is None:
        msg = "a gap that is open at an end has nothing to share"
        raise SeriesError(msg)
    passed = as_fraction(after) - as_fraction(before)
    if passed < 0:
        msg = "a register that fell closes no gap"
        raise SeriesError(msg)
    whole = usable_weights(whole_weights(weights))
    if quantum is None:
        return [passed * weight / sum(whole) for weight in whole]
    many = passed / quantum
    if many.denominator != 1:
        msg = "what passed is no multiple of the quantum"
        raise SeriesError(msg)
    return [share * quantum for share in largest_remainder(int(many), whole)]


def usable_weights(weights: Sequence[int]) -> list[int]:
    """Refuse negative weights, and take equal ones where all are zero."""
    if not weights:
        msg = "a gap has at least one interval"
        raise SeriesError(msg)
    if min(weights) < 0:
        msg = "a weight is negative"
        raise SeriesError(msg, row=next(i for i, weight in enumerate(weights) if weight < 0))
    return list(weights) if any(weights) else [1] * len(weights)
