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

from divako.errors import SeriesError


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

    Raises
    ------
    SeriesError
        The steps add up to more than an int64 holds with certainty.
    """
    length = end - start
    passed = np.where(known, count, 0)
    if len(passed) and float(np.abs(passed.astype("float64")).sum()) >= _LIMIT:
        msg = "what passed in all leaves int64"
        raise SeriesError(msg)
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
    product = rest * inside
    more, remainder = np.divmod(product, length)
    # Both factors are at most the length of a step, so only steps of months can leave int64.
    if int(rest.max()) * int(inside.max()) >= _LIMIT:
        large = np.flatnonzero(rest.astype("float64") * inside >= _LIMIT)
        exact = [divmod(int(rest[i]) * int(inside[i]), int(length[i])) for i in large.tolist()]
        more[large] = [quotient for quotient, _ in exact]
        remainder[large] = [left for _, left in exact]
    return whole * inside + more, remainder
