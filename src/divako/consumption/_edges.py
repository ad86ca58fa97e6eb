"""Boundaries of lines, and which reading stands before each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from attrs import frozen

from divako.errors import SeriesError


Ints = npt.NDArray[np.int64]

_LIMIT = 1 << 62
# How many readings a search among them costs: below one boundary in so many, searching beats dealing out.
_READINGS_PER_SEARCH = 8
_CELLS_PER_BOUNDARY = 64
_LONG_LINE = 512


@frozen(eq=False)
class Edges:
    """Boundaries of ``m`` lines, all of one line behind another.

    Parameters
    ----------
    first : ndarray of int64, shape (m + 1,)
        Where those of each line begin; a line may have none.
    own : ndarray of int64, shape (e,)
        Ascending within a line; empty where all lines have the same. [ms since 1970, UTC]
    common : ndarray of int64, shape (b,), or None
        The boundaries of each line, where all have the same.
    """

    first: Ints
    own: Ints
    common: Ints | None

    @classmethod
    def shared(cls, common: Ints, many: int) -> Edges:
        """Give each of many lines the same boundaries."""
        return cls(np.arange(many + 1) * len(common), np.zeros(0, dtype="int64"), common)

    @classmethod
    def ragged(cls, of_lines: Sequence[Ints]) -> Edges:
        """Give each line boundaries of its own."""
        first = np.concatenate([[0], np.cumsum([len(one) for one in of_lines])]).astype("int64")
        return cls(first, np.concatenate([np.zeros(0, dtype="int64"), *of_lines]), None)

    def __len__(self) -> int:
        return int(self.first[-1])

    @property
    def time(self) -> Ints:
        """All boundaries, line behind line. [ms since 1970, UTC]"""
        return self.own if self.common is None else np.tile(self.common, len(self.first) - 1)

    def lines(self) -> Ints:
        """Give the line of each boundary."""
        return np.repeat(np.arange(len(self.first) - 1), np.diff(self.first))

    def first_at(self, line: Ints, time: Ints, *, after: bool) -> Ints:
        """Find the first boundary of a line that is at or, if so wanted, after an instant; else the end of the line."""
        side: Any = "right" if after else "left"
        if self.common is not None:
            return self.first[line] + np.searchsorted(self.common, time, side=side)
        return _search(self.first, self.own, line, time, side)

    def steps_on_rhythm(self, first: Ints, time: Ints) -> Ints | None:
        """Guess the step of each boundary for lines with as many readings as boundaries between the outermost two.

        Parameters
        ----------
        first, time : ndarray of int64
            Points of the lines, as in `divako.series.Stitched`.

        Returns
        -------
        ndarray of int64, shape (m,), or None
            Of each line the step that its first boundary falls into; the others fall into those that follow. To be
            checked; None where some line does not send once a bin, lost something or reaches not beyond
            the boundaries, and where lines are short.
        """
        common, lines = self.common, len(first) - 1
        if common is None or len(time) < _LONG_LINE * lines:
            return None
        begin = _last_not_after(first, time, int(common[0]))
        end = begin + len(common) - 1
        if (begin < first[:-1]).any() or (end + 1 >= first[1:]).any():
            return None
        if (time[end] > common[-1]).any() or (time[end + 1] <= common[-1]).any():
            return None
        return begin

    def steps_at(self, first: Ints, time: Ints) -> Ints:
        """Find the step that each boundary falls into.

        Parameters
        ----------
        first, time : ndarray of int64
            Points of the lines, as in `divako.series.Stitched`; each line has one at least.

        Returns
        -------
        ndarray of int64, shape (e,)
            The point at which the step begins: the last one at or before the boundary,
            but never before the first nor, if there are two, at the last of the line.
        """
        common = self.common
        if common is not None and len(self) * _READINGS_PER_SEARCH > len(time):
            return _dealt(first, time, common)
        line = self.lines()
        behind = _search(first, time, line, self.time, "right") - 1
        lowest = first[:-1]
        return np.minimum(np.maximum(behind, lowest[line]), np.maximum(first[1:] - 2, lowest)[line])


def _search(first: Ints, time: Ints, line: Ints, instant: Ints, side: Any) -> Ints:
    """Find instants among the times of their lines, as `numpy.searchsorted` would."""
    if not len(instant) or not len(time):
        return first[line]
    low, high = int(instant.min()), int(instant.max())
    span = high - low + 3
    if span * len(first) < _LIMIT:
        # One ascending key for all lines: a stretch of numbers each, beyond which times are cut off.
        base = np.arange(len(first) - 1, dtype="int64") * span - (low - 1)
        keys = np.minimum(np.maximum(time, low - 1), high + 1) + np.repeat(base, np.diff(first))
        return np.asarray(np.searchsorted(keys, instant + base[line], side=side))
    spans = zip(first[line].tolist(), first[line + 1].tolist(), instant.tolist(), strict=True)
    return np.array([a + int(np.searchsorted(time[a:b], at, side=side)) for a, b, at in spans], dtype="int64")


def _last_not_after(first: Ints, time: Ints, instant: int) -> Ints:
    """Find the last point of each line that is not after an instant, or the one before the line: all lines at once."""
    low, high = first[:-1].copy(), first[1:].copy()
    for _ in range(int((high - low).max()).bit_length()):
        middle = (low + high) // 2
        here = low < high
        before = here & (time[np.minimum(middle, len(time) - 1)] <= instant)
        low = np.where(before, middle + 1, low)
        high = np.where(here & ~before, middle, high)
    return low - 1


def _dealt(first: Ints, time: Ints, common: Ints) -> Ints:
    """Deal the boundaries of each line out to its steps, in one pass over the readings.

    A step holds the boundaries from its beginning to that of the next; the first step of a line
    has those before as well, the last those behind.
    """
    begins = _first_not_before(time, common)
    begins += np.repeat(np.arange(len(first) - 1, dtype="int64") * len(common), np.diff(first))
    starts = np.arange(len(first), dtype="int64") * len(common)
    # Where no step begins; before the line's first point, for a line may have no other.
    begins[first[1:] - 1] = starts[1:]
    begins[first[:-1]] = starts[:-1]
    # The newest step that has begun at each boundary, as how many have.
    begun = np.bincount(begins, minlength=int(starts[-1]) + 1)[: starts[-1]]
    np.cumsum(begun, out=begun)
    begun -= 1
    return begun


def _first_not_before(time: Ints, edges: Ints) -> Ints:
    """Find the first boundary at or after each time: `numpy.searchsorted`, by division instead of search."""
    gaps = np.diff(edges)
    cell, origin, many = int(gaps.min()), int(edges[0]), len(edges)
    cells = (int(edges[-1]) - origin) // cell
    if not len(time) or int(time.max()) - int(time.min()) >= _LIMIT or cells > _CELLS_PER_BOUNDARY * many:
        return np.searchsorted(edges, time)
    if int(gaps.max()) == cell:
        slot = time - (origin - cell + 1)
        slot //= cell
        np.maximum(slot, 0, out=slot)
        return np.minimum(slot, many, out=slot)
    # In a cell as long as the shortest gap lies at most one boundary.
    at = time - origin
    at //= cell
    np.maximum(at, -1, out=at)
    np.minimum(at, cells + 1, out=at)
    at += 1
    starts = origin + np.arange(-1, cells + 2, dtype="int64") * cell
    slot = np.take(np.searchsorted(edges, starts), at)
    slot += np.take(np.append(edges, np.iinfo("int64").max), slot) < time
    return slot


def checked(boundaries: npt.NDArray[np.datetime64], *, meter_index: int | None = None) -> Ints:
    """Give boundaries as numbers.

    Raises
    ------
    SeriesError
        They are too few, unknown or do not ascend; the row is that of the first at fault.
    """
    wanted: npt.NDArray[np.datetime64] = np.asarray(boundaries, dtype="datetime64[ms]")
    unknown = np.flatnonzero(np.isnat(wanted)) if wanted.ndim == 1 else np.zeros(1, dtype="int64")
    if len(unknown):
        msg = "boundaries are known instants in one row"
        raise SeriesError(msg, row=int(unknown[0]), meter_index=meter_index)
    edges = wanted.astype("int64")
    wrong = np.flatnonzero(edges[1:] <= edges[:-1])
    if len(edges) < 2 or len(wrong):
        msg = "boundaries ascend, and there are at least two"
        raise SeriesError(msg, row=int(wrong[0]) + 1 if len(wrong) else None, meter_index=meter_index)
    return edges
