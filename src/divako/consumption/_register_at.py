"""Where the registers of a fleet stood at boundaries, exactly.

A register is taken to be linear within a step. It is stitched over the steps of a
line; steps that nobody can explain add nothing and count as uncovered. At an
instant inside a step the register is a fraction of whole numbers, kept as
floor, remainder and divisor, so nothing is rounded before the caller wants it to be.

References
----------
.. [1] T. J. Dekker, "A floating-point technique for extending the available precision", 1971: quotients and products of
   whole numbers below 2**53 are exact in floats, or rounded to a neighbour that the floor does not mistake.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from attrs import frozen

from divako.consumption._edges import Edges, Ints
from divako.errors import SeriesError
from divako.series._stitch import Stitched
from divako.series._wide import LARGEST_DIVISOR, multiply_divide


_EXACT = 1 << 53  # whole numbers up to here are float64


@frozen(eq=False)
class RegisterAt:
    """Stitched registers at boundaries: ``floor + remainder / divisor`` counts.

    Parameters
    ----------
    floor : ndarray of int64, shape (e,)
        Whole counts, from anywhere; only differences within a line mean anything.
    remainder, divisor : ndarray of int64, shape (e,)
        The rest; the divisor is the length of the step. May be empty where they were not asked for. [count · ms], [ms]
    covered : ndarray of int64, shape (e,)
        Known time from the first reading of the line to the boundary; empty where it was not asked for. [ms]
    """

    floor: Ints
    remainder: Ints
    divisor: Ints
    covered: Ints

    def columns(self, width: int, chosen: Ints) -> RegisterAt:
        """Keep some of the boundaries that all lines share.

        Parameters
        ----------
        width : int
            How many there are.
        chosen : ndarray of int64, shape (k,)
            Which of them.
        """
        low, high = int(chosen[0]), int(chosen[-1]) + 1
        pick = slice(low, high) if high - low == len(chosen) else chosen
        kept = (
            column.reshape(-1, width)[:, pick].reshape(-1) if len(column) else column
            for column in (self.floor, self.remainder, self.divisor, self.covered)
        )
        return RegisterAt(*kept)


def register_at(stitched: Stitched, edges: Edges, *, exactly: bool = False, covers: bool = True) -> RegisterAt:
    """Evaluate the stitched registers of all lines at all their boundaries.

    Parameters
    ----------
    stitched : Stitched
        Of ``m`` lines.
    edges : Edges
        Boundaries of the same lines.
    exactly : bool, default False
        Whether remainders are wanted as well.
    covers : bool, default True
        Whether the known time is.

    Returns
    -------
    RegisterAt
        Before the first reading of a line what it showed then, after the last likewise.

    Raises
    ------
    SeriesError
        A step is longer than 35,000 years.
    """
    length = np.empty(len(stitched.time), dtype="int64")
    np.subtract(stitched.time[1:], stitched.time[:-1], out=length[:-1])
    length[stitched.last] = 1  # no step begins there, and nothing passes in it
    longest = int(length.max(initial=1))
    if longest > LARGEST_DIVISOR:
        msg = "two readings are too far apart"
        raise SeriesError(msg)
    take, inside, divisor = _placed(stitched, edges, length)
    passed = stitched.passed
    most = max(int(passed.max(initial=0)), -int(passed.min(initial=0)))
    share = take(passed)
    if (most + 1) * longest < _EXACT and not exactly:
        # All numbers are whole and below 2**53, so floats hold them exactly, and are several times faster.
        share *= inside
        ratio = share / divisor
        quotient, remainder = np.floor(ratio, out=ratio).astype("int64"), share[:0]
    else:
        quotient, remainder = multiply_divide(share, inside, divisor)
    quotient += take(stitched.stood)
    known = _covered(stitched, edges, take, inside, length) if covers else quotient[:0]
    return RegisterAt(quotient, remainder, divisor if exactly else divisor[:0], known)


Take = Callable[[npt.NDArray[Any]], npt.NDArray[Any]]


def _placed(stitched: Stitched, edges: Edges, length: Ints) -> tuple[Take, Ints, Ints]:
    """Find the step of each boundary, how long after its beginning that is, and how long the step is. [ms]

    The first of the three gives of a column of points the values of those steps.
    """
    begins = edges.steps_on_rhythm(stitched.first, stitched.time)
    if begins is not None and edges.common is not None:
        spans = [slice(begin, begin + len(edges.common)) for begin in begins.tolist()]

        def together(column: npt.NDArray[Any]) -> npt.NDArray[Any]:
            return np.concatenate([column[span] for span in spans])

        inside, divisor = _since(together(stitched.time), edges), together(length)
        # A negative number is a very large one without its sign.
        if (inside.view("uint64") < divisor.view("uint64")).all():
            return together, inside, divisor
    step = edges.steps_at(stitched.first, stitched.time)

    def each(column: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return np.take(column, step, mode="clip")

    inside, divisor = _since(each(stitched.time), edges), each(length)
    if edges.common is None or _reach_beyond(stitched, edges.common):
        np.maximum(inside, 0, out=inside)
        np.minimum(inside, divisor, out=inside)
    return each, inside, divisor


def _reach_beyond(stitched: Stitched, common: Ints) -> bool:
    """Tell whether some boundary lies before the first reading or behind the last of its line."""
    begin, end = stitched.time[stitched.first[:-1]], stitched.time[stitched.last]
    return bool(begin.max() > common[0] or end.min() < common[-1])


def _since(begin: Ints, edges: Edges) -> Ints:
    """Give how long after the beginnings of steps the boundaries are. [ms]"""
    if edges.common is None:
        return edges.own - begin
    table = begin.reshape(-1, len(edges.common))
    return np.subtract(edges.common, table, out=table).reshape(-1)


def _covered(stitched: Stitched, edges: Edges, take: Take, inside: Ints, length: Ints) -> Ints:
    """Reckon the known time before each boundary. [ms]"""
    begin, end = stitched.time[stitched.first[:-1]], stitched.time[stitched.last]
    if edges.common is not None:
        table = np.maximum(edges.common, begin[:, None])
        covered: npt.NDArray[np.int64] = np.minimum(table, end[:, None], out=table).reshape(-1)
    else:
        line = edges.lines()
        covered = np.minimum(np.maximum(edges.own, begin[line]), end[line])
    if stitched.unknown is not None:
        lost = np.where(stitched.unknown, length, 0)
        before = np.cumsum(lost) - lost
        covered -= take(before) + np.where(take(stitched.unknown), inside, 0)
    return covered
