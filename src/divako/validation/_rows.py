"""Checks of an interval by itself or by its neighbours: gap, zero, negative and spike."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import numpy.typing as npt

from attrs import field, frozen

from divako.model import Consumption, FindingCode, Findings, Quality
from divako.series import calendar_boundaries
from divako.units import as_fraction
from divako.validation._fields import at_least_one, not_negative, positive
from divako.validation._lines import (
    HOUR_MS,
    IntervalLines,
    Mask,
    Spans,
    exceeds,
    findings_table,
    lines_of,
    spans_of,
    values,
)


@frozen(kw_only=True)
class GapCheck:
    """Intervals that are not known as a whole, or not there at all.

    Parameters
    ----------
    pass_estimated : bool, default False
        Whether intervals inside one long step between two readings pass: what passed in
        all is known, but not when.

    Notes
    -----
    It fails: before the first and after the last row of a line nothing is missing.

    References
    ----------
    .. [1] California Public Utilities Commission, direct access standards for validating, estimating and
       editing of meter data: gap check.

    Examples
    --------
    >>> GapCheck().pass_estimated
    False
    """

    pass_estimated: bool = False

    def rows(self, intervals: Consumption) -> Mask:
        """Mark the rows that are not known as a whole.

        Parameters
        ----------
        intervals : Consumption
            Of any number of meters.

        Returns
        -------
        ndarray of bool, shape (n,)
            True where the check objects.
        """
        wrong = ~(intervals.count_known & (intervals.coverage >= 1))
        return wrong if self.pass_estimated else wrong | (intervals.quality == Quality.ESTIMATED)

    def find(self, intervals: Consumption) -> Findings:
        """Find gaps.

        Parameters
        ----------
        intervals : Consumption
            Of any number of meters; rows may be absent.

        Returns
        -------
        Findings
            Code ``gap``, by subject and time, one for each gap whether its rows are there or
            absent. The size is how long it is. [h]

        Raises
        ------
        SeriesError
            Two intervals of one register overlap.
        """
        lines = lines_of(intervals)
        spans = spans_of(lines, self.rows(intervals)[lines.row], lines.length / HOUR_MS)
        behind = np.flatnonzero(~lines.follows)
        behind = behind[~np.isin(behind, lines.first)]
        absent = lines.start[behind] - lines.end[behind - 1]
        spans = Spans(
            line=np.append(spans.line, lines.line[behind]),
            start=np.append(spans.start, lines.end[behind - 1]),
            end=np.append(spans.end, lines.start[behind]),
            size=np.append(spans.size, absent / HOUR_MS),
        )
        return findings_table(spans.joined(add=True).findings(lines, FindingCode.GAP, "h"))


@frozen(kw_only=True)
class NegativeCheck:
    """Intervals in which a register ran backwards.

    Parameters
    ----------
    tolerance : Fraction, default 0
        How far it may. [canonical unit of the register]

    References
    ----------
    .. [1] California Public Utilities Commission, direct access standards for validating, estimating and
       editing of meter data: negative consumption.

    Examples
    --------
    >>> NegativeCheck(tolerance=Fraction(1, 1000)).tolerance
    Fraction(1, 1000)
    """

    tolerance: Fraction = field(default=Fraction(0), converter=as_fraction, validator=not_negative)

    def rows(self, intervals: Consumption) -> Mask:
        """Mark the rows in which less than minus the tolerance passed.

        Parameters
        ----------
        intervals : Consumption
            Of any number of meters.

        Returns
        -------
        ndarray of bool, shape (n,)
            True where the check objects.

        Raises
        ------
        SeriesError
            Two intervals of one register overlap.
        """
        lines = lines_of(intervals)
        return lines.in_table(self._wrong(lines))

    def find(self, intervals: Consumption) -> Findings:
        """Find negative consumption.

        Parameters
        ----------
        intervals : Consumption
            Of any number of meters.

        Returns
        -------
        Findings
            Code ``negative_use``, by subject and time. The size is the sum, below
            zero. [canonical unit of the register]

        Raises
        ------
        SeriesError
            Two intervals of one register overlap.
        """
        lines = lines_of(intervals)
        spans = spans_of(lines, self._wrong(lines), values(lines, lines.count))
        return findings_table(spans.joined(add=True).findings(lines, FindingCode.NEGATIVE_USE))

    def _wrong(self, lines: IntervalLines) -> Mask:
        # The most that a register may fall, in whole counts of each line.
        most = [int(self.tolerance / register.factor) for _, register in lines.keys]
        return lines.count < -np.array(most, dtype="int64")[lines.line]


@frozen(kw_only=True)
class ZeroCheck:
    """Nothing has passed for a long time.

    Parameters
    ----------
    run_hours : int, default 24
        How long successive intervals of zero are together to be objected to. [h]

    Notes
    -----
    It fails: a meter that stands still and a dwelling that stands empty look the same.

    References
    ----------
    .. [1] California Public Utilities Commission, direct access standards for validating, estimating and
       editing of meter data: zero consumption.

    Examples
    --------
    >>> ZeroCheck(run_hours=168).run_hours
    168
    """

    run_hours: int = field(default=24, validator=at_least_one)

    def rows(self, intervals: Consumption) -> Mask:
        """Mark the rows of long runs of zero.

        Parameters
        ----------
        intervals : Consumption
            Of any number of meters.

        Returns
        -------
        ndarray of bool, shape (n,)
            True where the check objects.

        Raises
        ------
        SeriesError
            Two intervals of one register overlap.
        """
        lines = lines_of(intervals)
        return lines.in_table(self._wrong(lines))

    def find(self, intervals: Consumption) -> Findings:
        """Find long runs of zero.

        Parameters
        ----------
        intervals : Consumption
            Of any number of meters. Only intervals known as a whole make a run, and any
            other ends it.

        Returns
        -------
        Findings
            Code ``zero_use``, by subject and time. The size is how long it lasts. [h]

        Raises
        ------
        SeriesError
            Two intervals of one register overlap.
        """
        lines = lines_of(intervals)
        spans = spans_of(lines, self._wrong(lines), lines.length / HOUR_MS)
        return findings_table(spans.joined(add=True).findings(lines, FindingCode.ZERO_USE, "h"))

    def _wrong(self, lines: IntervalLines) -> Mask:
        zero = lines.is_full & (lines.count == 0)
        goes_on = lines.follows
        goes_on[1:] &= zero[:-1]
        run = np.cumsum(~(zero & goes_on)) - 1
        lasted = np.bincount(run, weights=np.where(zero, lines.length, 0), minlength=1)
        return np.asarray(zero & (lasted[run] >= self.run_hours * HOUR_MS))


@frozen(kw_only=True)
class SpikeCheck:
    """An interval that stands far above the other peaks of its month.

    Parameters
    ----------
    excess : Fraction, default 9/5
        How much of the reference peak an interval may lie above it.
    rank : int, default 3
        Which of the highest intervals of the month is that peak.
    freq : {"day", "week", "month", "quarter", "year"}
        What peaks are ranked within.
    tz : str, default "Europe/Oslo"
        Zone of the calendar.

    Raises
    ------
    SeriesError
        A field is out of range.

    Notes
    -----
    It fails: where the reference peak is zero nothing is judged, as in a dwelling that was used in two hours of
    a month; a spike that a jittered reading smears over as many intervals as the rank is none; intervals of
    different length are compared as they are.

    References
    ----------
    .. [1] California Public Utilities Commission, direct access standards for validating, estimating and
       editing of meter data: spike check, highest less third highest peak above 180 % of the third.

    Examples
    --------
    >>> SpikeCheck(excess=2).rank
    3
    """

    excess: Fraction = field(default=Fraction(9, 5), converter=as_fraction, validator=positive)
    rank: int = field(default=3, validator=at_least_one)
    freq: str = "month"
    tz: str = "Europe/Oslo"

    def rows(self, intervals: Consumption) -> Mask:
        """Mark spikes.

        Parameters
        ----------
        intervals : Consumption
            Of any number of meters, equally long.

        Returns
        -------
        ndarray of bool, shape (n,)
            True where the check objects.

        Raises
        ------
        SeriesError
            Two intervals of one register overlap, or there is no such frequency or zone.
        """
        lines = lines_of(intervals)
        return lines.in_table(self._judged(lines)[0])

    def find(self, intervals: Consumption) -> Findings:
        """Find spikes.

        Parameters
        ----------
        intervals : Consumption
            Of any number of meters, equally long; those not known as a whole take no part.

        Returns
        -------
        Findings
            Code ``spike``, by subject and time. The size is how far it lies above the reference
            peak. [canonical unit of the register]

        Raises
        ------
        SeriesError
            Two intervals of one register overlap, or there is no such frequency or zone.
        """
        lines = lines_of(intervals)
        wrong, above = self._judged(lines)
        spans = spans_of(lines, wrong, values(lines, above))
        return findings_table(spans.joined(add=False).findings(lines, FindingCode.SPIKE))

    def _judged(self, lines: IntervalLines) -> tuple[Mask, npt.NDArray[np.int64]]:
        above = np.zeros(len(lines.row), dtype="int64")
        full = np.flatnonzero(lines.is_full)
        if not len(full):
            return np.zeros(len(lines.row), dtype="bool"), above
        start = lines.start[full].astype("datetime64[ms]")
        edges = calendar_boundaries(start.min(), start.max() + np.timedelta64(1, "ms"), freq=self.freq, tz=self.tz)
        group = lines.line[full] * len(edges) + np.searchsorted(edges, start, side="right")
        order = np.lexsort((-lines.count[full], group))
        first = np.flatnonzero(np.diff(group[order], prepend=-1))
        many = np.diff(np.append(first, len(order)))
        ranked = full[order[np.minimum(first + self.rank, first + many) - 1]]
        peak = np.empty(len(full), dtype="int64")
        peak[order] = np.repeat(np.where(many >= self.rank, lines.count[ranked], 0), many)
        above[full] = lines.count[full] - peak
        wrong = np.zeros(len(lines.row), dtype="bool")
        wrong[full] = (peak > 0) & exceeds(above[full], self.excess, peak)
        return wrong, above
