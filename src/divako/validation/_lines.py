"""Interval tables as lines: the intervals of one register of one meter, in order of time."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import numpy.typing as npt

from attrs import frozen

from divako.errors import SeriesError
from divako.model import Consumption, Finding, FindingCode, Findings, Register


HOUR_MS = 3_600_000
_SAFE = 1 << 62  # products below it fit int64

Mask = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int64]


@frozen(kw_only=True, eq=False)
class IntervalLines:
    """The rows of a consumption table by line and time.

    Parameters
    ----------
    row : ndarray of int64, shape (n,)
        Where in the table each of these rows stands.
    line : ndarray of int64, shape (n,)
        Line of each row, ascending, ``0`` to ``k - 1``.
    start, end : ndarray of int64, shape (n,)
        The intervals. [ms since 1970, UTC]
    count : ndarray of int64, shape (n,)
        What passed, in counts of the register; 0 where nothing is known.
    is_full : ndarray of bool, shape (n,)
        Whether all of the interval is known.
    first : ndarray of int64, shape (k,)
        First row of each line.
    keys : tuple of (str, Register)
        Meter and register of each line.
    size : int
        Rows of the table.
    """

    row: npt.NDArray[np.int64]
    line: npt.NDArray[np.int64]
    start: npt.NDArray[np.int64]
    end: npt.NDArray[np.int64]
    count: Counts
    is_full: Mask
    first: npt.NDArray[np.int64]
    keys: tuple[tuple[str, Register], ...]
    size: int

    @property
    def length(self) -> npt.NDArray[np.int64]:
        """Length of each interval. [ms]"""
        return np.asarray(self.end - self.start)

    @property
    def follows(self) -> Mask:
        """Whether each row begins where the one before it, of the same line, ends; shape ``(n,)``."""
        out = np.zeros(len(self.row), dtype="bool")
        out[1:] = (self.line[1:] == self.line[:-1]) & (self.start[1:] == self.end[:-1])
        return out

    def in_table(self, mask: Mask) -> Mask:
        """Bring a mask of these rows into the order of the table."""
        out = np.zeros(self.size, dtype="bool")
        out[self.row[mask]] = True
        return out

    def factor(self, line: int) -> Fraction:
        """Give what one count of a line is worth. [canonical unit of its register]"""
        return self.keys[line][1].factor


def lines_of(consumption: Consumption) -> IntervalLines:
    """Sort a table into lines.

    Parameters
    ----------
    consumption : Consumption
        Rows in any order; those without a meter or register are left out.

    Returns
    -------
    IntervalLines
        Every other row.

    Raises
    ------
    SeriesError
        Two intervals of one line overlap, or one is empty; with the row of the later one.
    """
    rows = np.flatnonzero((consumption.meter >= 0) & (consumption.register >= 0))
    code = consumption.meter[rows].astype("int64") * max(len(consumption.registers), 1) + consumption.register[rows]
    order = np.lexsort((consumption.start[rows], code))
    rows, code = rows[order], code[order]
    start, end = consumption.start[rows].astype("int64"), consumption.end[rows].astype("int64")
    is_new = np.diff(code, prepend=-1) != 0
    overlaps = end <= start
    overlaps[1:] |= ~is_new[1:] & (start[1:] < end[:-1])
    if overlaps.any():
        at = int(rows[np.argmax(overlaps)])
        msg = "an interval is empty or overlaps the one before it"
        raise SeriesError(msg, row=at, meter_index=int(consumption.meter[at]))
    first = np.flatnonzero(is_new)
    known = consumption.count_known[rows]
    return IntervalLines(
        row=rows,
        line=np.cumsum(is_new) - 1,
        start=start,
        end=end,
        count=np.where(known, consumption.count[rows], 0),
        is_full=known & (consumption.coverage[rows] >= 1),
        first=first,
        keys=tuple(
            (consumption.meter_ids[consumption.meter[row]], consumption.registers[consumption.register[row]])
            for row in rows[first].tolist()
        ),
        size=len(consumption),
    )


def exceeds(one: Counts, share: Fraction, other: Counts) -> Mask:
    """Tell where a whole number is more than a share of another, exactly."""
    up, down = share.numerator, share.denominator
    largest = max((int(np.abs(part).max(initial=0)) for part in (one, other)), default=0)
    if largest * max(abs(up), down) < _SAFE:
        return np.asarray(one * down > other * up)
    pairs = zip(one.tolist(), np.broadcast_to(other, one.shape).tolist(), strict=True)
    return np.array([a * down > b * up for a, b in pairs], dtype="bool")


@frozen(kw_only=True, eq=False)
class Spans:
    """Stretches of lines that a check objects to.

    Parameters
    ----------
    line : ndarray of int64, shape (s,)
        Line of each.
    start, end : ndarray of int64, shape (s,)
        From when to when. [ms since 1970, UTC]
    size : ndarray of float64, shape (s,)
        How large. [unit of the check]
    """

    line: npt.NDArray[np.int64]
    start: npt.NDArray[np.int64]
    end: npt.NDArray[np.int64]
    size: npt.NDArray[np.float64]

    def joined(self, *, add: bool) -> Spans:
        """Make one of those that touch: sizes add up, or the one furthest from zero stands."""
        if not len(self.line):
            return self
        order = np.lexsort((self.start, self.line))
        line, start, end = (column[order] for column in (self.line, self.start, self.end))
        size = self.size[order]
        is_new = np.ones(len(line), dtype="bool")
        is_new[1:] = (line[1:] != line[:-1]) | (start[1:] != end[:-1])
        first = np.flatnonzero(is_new)
        if add:
            joined = np.add.reduceat(size, first)
        else:
            high, low = np.maximum.reduceat(size, first), np.minimum.reduceat(size, first)
            joined = np.where(high >= -low, high, low)
        return Spans(line=line[first], start=start[first], end=end[np.append(first[1:], len(line)) - 1], size=joined)

    def findings(self, lines: IntervalLines, code: FindingCode, unit: str | None = None) -> list[Finding]:
        """Give them as findings, in the unit named or that of the register."""
        rows = zip(self.line.tolist(), self.start.tolist(), self.end.tolist(), self.size.tolist(), strict=True)
        return [
            Finding(
                subject=lines.keys[line][0],
                code=code,
                start=np.datetime64(start, "ms"),
                end=np.datetime64(end, "ms"),
                size=size,
                unit=unit or lines.keys[line][1].unit,
            )
            for line, start, end, size in rows
        ]


def spans_of(lines: IntervalLines, wrong: Mask, size: npt.NDArray[np.float64]) -> Spans:
    """Take the rows that are wrong for spans of their own."""
    return Spans(line=lines.line[wrong], start=lines.start[wrong], end=lines.end[wrong], size=size[wrong])


def values(lines: IntervalLines, count: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Bring a count of each row into the canonical unit of its register."""
    factors = np.array([[key[1].factor.numerator, key[1].factor.denominator] for key in lines.keys], dtype="float64")
    up, down = factors.reshape(-1, 2)[lines.line].T
    return np.asarray(count * up / down)


def findings_table(findings: list[Finding]) -> Findings:
    """Put findings into a table, by subject and time."""
    return Findings.of(sorted(findings, key=lambda f: (f.subject, f.start.astype("int64"), f.code, f.unit)))
