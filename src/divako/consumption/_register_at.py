"""Where a register stood at any instant, exactly.

The register is taken to be linear within a step. It is stitched over the steps of a
line, counted from 0 at the first reading; steps that nobody can explain add nothing and
count as uncovered. At an instant inside a step the register is a fraction of whole numbers, kept as
floor, remainder and divisor, so nothing is rounded before the caller wants it to be.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from attrs import frozen


_LIMIT = 1 << 62


@frozen(eq=False)
class RegisterAt:
    """A stitched register at instants: ``floor + remainder / divisor`` counts.

    Parameters
    ----------
    floor : ndarray of int64, shape (b,)
        Whole counts.
    remainder, divisor : ndarray of int64, shape (b,)
        The rest; the divisor is the length of the step. [count · ms], [ms]
    covered : ndarray of int64, shape (b,)
        Known time from the first reading to the instant. [ms]
    """

    floor: npt.NDArray[np.int64]
    remainder: npt.NDArray[np.int64]
    divisor: npt.NDArray[np.int64]
    covered: npt.NDArray[np.int64]


def register_at(
    start: npt.NDArray[np.int64],
    end: npt.NDArray[np.int64],
    count: npt.NDArray[np.int64],
    known: npt.NDArray[np.bool_],
    instants: npt.NDArray[np.int64],
) -> RegisterAt:
    """Evaluate the stitched register of one line.

    Parameters
    ----------
    start, end : ndarray of int64, shape (n,)
        Spans of at least one step, ascending, each beginning where or after the one
        before ends. [ms since 1970, UTC]
    count : ndarray of int64, shape (n,)
        What passed in each.
    known : ndarray of bool, shape (n,)
        Whether that is known.
    instants : ndarray of int64, shape (b,)
        In any order. [ms since 1970, UTC]

    Returns
    -------
    RegisterAt
        Before the first step 0, after the last the whole.
    """
    length = end - start
    passed = np.where(known, count, 0)
    before = np.concatenate([[0], np.cumsum(passed)])
    covered_before = np.concatenate([[0], np.cumsum(np.where(known, length, 0))])
    step = np.clip(np.searchsorted(start, instants, side="right") - 1, 0, None)
    inside = np.clip(instants - start[step], 0, length[step])
    divisor = length[step]
    floor, remainder = _shares(passed[step], inside, divisor)
    return RegisterAt(
        before[step] + floor,
        remainder,
        divisor,
        covered_before[step] + np.where(known[step], inside, 0),
    )


def _shares(
    count: npt.NDArray[np.int64], inside: npt.NDArray[np.int64], length: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Divide the product of count and inside by length, in whole numbers."""
    if not count.size:
        return count, count
    # Of the count's own quotient and remainder by the length, only the remainder needs a product.
    whole, rest = np.divmod(count, length)
    if int(length.max()) < 1 << 31:
        # rest and inside are both at most the length, so their product fits.
        more, remainder = np.divmod(rest * inside, length)
        if int(np.abs(whole).max()) * int(inside.max()) < _LIMIT:
            return whole * inside + more, remainder
    exact = [divmod(int(c) * int(i), int(n)) for c, i, n in zip(count, inside, length, strict=True)]
    return np.array([q for q, _ in exact], dtype="int64"), np.array([r for _, r in exact], dtype="int64")
