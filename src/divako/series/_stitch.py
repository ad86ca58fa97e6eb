"""One register per line, stitched over rollovers, exchanges and resets.

References
----------
.. [1] Utility data validation practice (VEE): rollover by register width, limits on rates.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from attrs import frozen

from divako.errors import SeriesError
from divako.model import Readings, Step
from divako.series._events import Exchange, Reset
from divako.series._limits import Limits, Plans, limits_of
from divako.series._lines import Lines, arrange
from divako.series._noted import Finder, Ints, Points, points_of, resets_of


_LIMIT = 1 << 62


@frozen(kw_only=True)
class Rules:
    """How readings become steps; see `divako.series.steps_of`."""

    exchanges: Sequence[Exchange] = ()
    resets: Sequence[Reset] = ()
    register: str | None = None
    reverse_tolerance: Fraction = Fraction(0)
    on_conflict: str = "error"


@frozen(kw_only=True, eq=False)
class Stitched:
    """The stitched registers of lines at the instants where they are known.

    Parameters
    ----------
    lines : Lines
        Meters and registers of the ``m`` lines, and what was dropped.
    first : ndarray of int64, shape (m + 1,)
        Where the points of each line begin.
    time : ndarray of int64, shape (n,)
        Ascending within a line. [ms since 1970, UTC]
    passed : ndarray of int64, shape (n,)
        What passed from each point to the next of its line; 0 at the last point of a line, and where that is not known.
    stood : ndarray of int64, shape (n,)
        The stitched register, counted from anywhere; only differences within a line mean anything.
    unknown : ndarray of bool, shape (n,), or None
        Where the step from a point on is not known; None where all are.
    flags : ndarray of uint16, shape (n,), or None
        `Step` bits of the step from each point on; None where there are none.
    row : ndarray of int64, shape (n,), or None
        Row of the reading at each point, -1 for what a fitter noted; None where all readings stand as they were.
    """

    lines: Lines
    first: Ints
    time: Ints
    passed: Ints
    stood: Ints
    unknown: npt.NDArray[np.bool_] | None
    flags: npt.NDArray[np.uint16] | None
    row: Ints | None

    @property
    def last(self) -> Ints:
        """Last point of each line, where no step begins."""
        return self.first[1:] - 1


def stitch(readings: Readings, plans: Plans, index: dict[str, int], rules: Rules) -> Stitched:
    """Turn cumulative readings into stitched registers.

    Raises
    ------
    SeriesError
        As `divako.series.steps_of` says.
    """
    lines = arrange(readings, register=rules.register, on_conflict=rules.on_conflict)
    limits = limits_of(lines, plans)
    finder = Finder(lines, index)
    points = points_of(lines, finder, rules.exchanges, plans, limits)
    time, first = points.time, points.first
    last = first[1:] - 1
    passed = np.empty(len(time), dtype="int64")
    np.subtract(points.ends[1:], points.begins[:-1], out=passed[:-1])
    passed[last] = 0
    _refuse_overflow(points, passed, lines)
    reset, since = resets_of(points, finder, rules.resets)
    passed[reset] = since
    marks = _Marks(np.zeros(0, dtype="bool"), np.zeros(0, dtype="uint16"))
    suspects = _suspects(points, passed, limits, reset)
    is_plain = not (len(suspects) or len(reset) or len(points.exchanges))
    if not is_plain:
        marks = _Marks(np.zeros(len(time), dtype="bool"), np.zeros(len(time), dtype="uint16"))
        # The step that ends at an exchange; the exchange that a line begins with ends none.
        ended = points.exchanges[~np.isin(points.exchanges, first[:-1])] - 1
        marks.flags[ended] |= np.uint16(Step.EXCHANGE)
        marks.flags[reset] |= np.uint16(Step.RESET)
        _judge(points, passed, marks, suspects, limits, lines, rules.reverse_tolerance)
    stood = points.ends
    if not is_plain:
        stood = np.concatenate([[0], np.cumsum(passed)[:-1]]) if len(passed) else passed
    refuse_large(first, passed, lines)
    return Stitched(
        lines=lines,
        first=first,
        time=time,
        passed=passed,
        stood=stood,
        unknown=marks.unknown if marks.unknown.any() else None,
        flags=marks.flags if marks.flags.any() else None,
        row=points.row,
    )


@frozen(eq=False)
class _Marks:
    unknown: npt.NDArray[np.bool_]
    flags: npt.NDArray[np.uint16]


def _line_of(first: Ints, point: Ints) -> Ints:
    """Find the lines of points; a line has at least one point."""
    return np.searchsorted(first, point, side="right") - 1


def _refuse_overflow(points: Points, passed: Ints, lines: Lines) -> None:
    """Refuse two counts that are further apart than int64 can say."""
    if not passed.size or int(points.ends.max()) - int(points.begins.min()) < 1 << 63:
        return
    before, after, out = points.begins[:-1], points.ends[1:], passed[:-1]
    # The sign of an overflowed difference is that of neither operand order it can have.
    wrapped = ((after >= 0) != (before >= 0)) & ((out >= 0) != (after >= 0))
    wrapped[points.first[1:-1] - 1] = False
    _refuse(wrapped, "two counts are too far apart for int64", points.first, points.row, lines)


def refuse_large(first: Ints, passed: Ints, lines: Lines) -> None:
    """Refuse lines whose stitched register may leave int64."""
    if not passed.size or max(int(passed.max()), -int(passed.min())) < _LIMIT // len(passed):
        return
    sums = np.add.reduceat(np.abs(passed.astype("float64")), first[:-1])
    large = np.flatnonzero(sums >= _LIMIT)
    if len(large):
        msg = "what passed in all leaves int64"
        raise SeriesError(msg, meter_index=int(lines.meter[large[0]]))


def _refuse(where: npt.NDArray[np.bool_], message: str, first: Ints, row: Ints | None, lines: Lines) -> None:
    if where.any():
        at = np.flatnonzero(where)[:1]
        end = int(at[0]) + 1  # the reading that ends the step
        raise SeriesError(
            message,
            row=end if row is None else int(row[end]),
            meter_index=int(lines.meter[_line_of(first, at)[0]]),
        )


def _suspects(points: Points, passed: Ints, limits: Limits, reset: Ints) -> Ints:
    """Find the steps that are falls or faster than the highest rate."""
    odd = passed < 0
    if (limits.rate_up >= 0).any():
        rate = np.where(limits.rate_up < 0, np.inf, limits.rate_up / limits.rate_down) * (1 - 1e-9)
        # Floats only choose which steps to look at; what they are is decided exactly.
        span = np.diff(points.time, append=points.time[-1:])
        span[points.first[1:] - 1] = 0
        odd |= passed > np.repeat(rate, np.diff(points.first)) * np.maximum(span, 1)
    if len(reset):
        odd[reset] = False
    return np.flatnonzero(odd)


def _judge(
    points: Points,
    passed: Ints,
    marks: _Marks,
    at: Ints,
    limits: Limits,
    lines: Lines,
    tolerance: Fraction,
) -> None:
    """Say of each suspect what it is, in place."""
    line = _line_of(points.first, at)
    step, span = passed[at], points.time[at + 1] - points.time[at]
    rises, falls = step >= 0, step < 0
    modulus = _moduli(points, limits, line, at)
    turned = step + modulus
    can_turn = falls & (modulus > 0) & (turned >= 0)
    is_fast = limits.exceeded(line, np.where(rises, step, turned), span)
    asks = (limits.rate_up[line] >= 0) | ~limits.is_binary[line]
    rolls = can_turn & ~(asks & (is_fast | (limits.rate_up[line] < 0)))
    factors = [min(int(tolerance / r.factor), _LIMIT) for r in lines.registers]
    believed = np.array(factors or [0], dtype="int64")[lines.register[line]]
    reverses = falls & ~rolls & (step >= -believed)
    dropped = falls & ~rolls & ~reverses
    flags = marks.flags[at]
    flags[rises & is_fast] |= np.uint16(Step.IMPLAUSIBLE)
    flags[rolls] |= np.uint16(Step.ROLLOVER)
    flags[reverses] |= np.uint16(Step.REVERSE)
    flags[dropped] |= np.uint16(Step.UNEXPLAINED_DROP)
    marks.flags[at] = flags
    marks.unknown[at[dropped]] = True
    passed[at[rolls]] = turned[rolls]
    passed[at[dropped]] = 0


def _moduli(points: Points, limits: Limits, line: Ints, at: Ints) -> Ints:
    """Give where the works roll over that count from points on."""
    modulus = limits.modulus[line]
    if len(points.exchanges):
        newest = np.searchsorted(points.exchanges, at, side="right") - 1
        mine = (newest >= 0) & (points.exchanges[newest] >= points.first[line])
        modulus = np.where(mine, points.moduli[newest], modulus)
    return modulus
