"""What passed between successive boundaries, and how well that is known.

References
----------
.. [1] Differences of a register at boundaries that two bins share telescope: the bins of a
   span add up to the difference over the span, whatever each boundary was rounded to.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from attrs import frozen

from divako.consumption._edges import Edges, Ints
from divako.consumption._register_at import RegisterAt
from divako.model import Quality, Step
from divako.series._stitch import Stitched


@frozen(eq=False)
class Bins:
    """Bins of all lines, line by line.

    Parameters
    ----------
    many : ndarray of int64, shape (m,)
        How many bins each line has.
    start, end : ndarray of int64, shape (n,)
        The bins. [ms since 1970, UTC]
    length : ndarray of int64, shape (n,)
        How long they are. [ms]
    count : ndarray of int64, shape (n,)
        What passed in the known part, in whole counts; 0 where nothing is known.
    covered : ndarray of int64, shape (n,)
        How much of the bin is known. [ms]
    quality : ndarray of uint8, shape (n,)
        `Quality` of each.
    flags : ndarray of uint16, shape (n,)
        Union of the `Step` bits of the steps that touch the bin.
    at : RegisterAt
        Where the registers stood at the boundaries.
    left : ndarray of int64, shape (n,)
        Boundary at which each bin begins; it ends at the one after that.
    """

    many: Ints
    start: Ints
    end: Ints
    length: Ints
    count: Ints
    covered: Ints
    quality: npt.NDArray[np.uint8]
    flags: npt.NDArray[np.uint16]
    at: RegisterAt
    left: Ints


def bins_of(
    stitched: Stitched, edges: Edges, at: RegisterAt, *, multiple: Ints | None, max_gap_ms: int | None, exactly: bool
) -> Bins:
    """Cut stitched registers at boundaries.

    Parameters
    ----------
    stitched : Stitched
        Of ``m`` lines.
    edges : Edges
        Their boundaries.
    at : RegisterAt
        Where the registers stood there.
    multiple : ndarray of int64, shape (m,), or None
        Quantum of each line, to which the register is rounded down at boundaries; None for one count. [count]
    max_gap_ms : int or None
        A bin that a longer step touches is an estimate. [ms]
    exactly : bool
        Whether the remainders at boundaries are wanted.

    Returns
    -------
    Bins
        All of them.
    """
    floor = at.floor if multiple is None else at.floor - at.floor % multiple[edges.lines()]
    lines = len(edges.first) - 1
    if edges.common is not None:
        width = len(edges.common)
        count, covered = (_differences(column, width) for column in (floor, at.covered))
        left = np.zeros(0, dtype="int64")
        many = np.full(lines, width - 1)
        start, end = np.tile(edges.common[:-1], lines), np.tile(edges.common[1:], lines)
        if exactly or stitched.flags is not None or max_gap_ms is not None:
            left = np.delete(np.arange(len(edges)).reshape(-1, width), width - 1, axis=1).reshape(-1)
    else:
        begins = np.ones(len(edges), dtype="bool")
        begins[edges.first[1:][np.diff(edges.first) > 0] - 1] = False
        left = np.flatnonzero(begins)
        count, covered = floor[left + 1] - floor[left], at.covered[left + 1] - at.covered[left]
        many = np.maximum(np.diff(edges.first) - 1, 0)
        start, end = edges.own[left], edges.own[left + 1]
    length = end - start
    quality = np.zeros(len(count), dtype="uint8")  # measured
    if max_gap_ms is not None:
        span = np.zeros(len(stitched.time), dtype="int64")
        np.subtract(stitched.time[1:], stitched.time[:-1], out=span[:-1])
        span[stitched.last] = 0
        quality[_touched(stitched, edges, np.flatnonzero(span > max_gap_ms))[left]] = Quality.ESTIMATED
    short = covered < length
    if short.any():
        quality[short] = Quality.PARTIAL
        missing = covered <= 0
        quality[missing] = Quality.MISSING
        count[missing] = 0
    return Bins(many, start, end, length, count, covered, quality, _flags(stitched, edges, left, len(count)), at, left)


def _differences(column: Ints, width: int) -> Ints:
    table = column.reshape(-1, width)
    return (table[:, 1:] - table[:, :-1]).reshape(-1)


def _flags(stitched: Stitched, edges: Edges, left: Ints, many: int) -> npt.NDArray[np.uint16]:
    flags = np.zeros(many, dtype="uint16")
    if stitched.flags is not None:
        for bit in Step:
            marked = np.flatnonzero(stitched.flags & np.uint16(bit))
            if len(marked):
                flags[_touched(stitched, edges, marked)[left]] |= np.uint16(bit)
    return flags


def _touched(stitched: Stitched, edges: Edges, steps: Ints) -> npt.NDArray[np.bool_]:
    """Tell of the bin that begins at each boundary whether one of these steps reaches into it."""
    line = np.searchsorted(stitched.first, steps, side="right") - 1
    begin, end = stitched.time[steps], stitched.time[steps + 1]
    # One up where a step begins to touch, one down behind where it ends: the sum is how many do.
    low = np.maximum(edges.first_at(line, begin, after=True) - 1, edges.first[line])
    high = np.maximum(edges.first_at(line, end, after=False), low)
    change = np.zeros(len(edges) + 1, dtype="int64")
    np.add.at(change, low, 1)
    np.add.at(change, high, -1)
    return np.cumsum(change)[:-1] > 0
