"""Checks of intervals against something else: the register, or what was usual before."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import numpy.typing as npt

from attrs import field, frozen

from divako.model import Consumption, FindingCode, Findings
from divako.series import calendar_boundaries
from divako.units import as_fraction
from divako.validation._fields import not_negative, positive
from divako.validation._lines import IntervalLines, Mask, Spans, exceeds, findings_table, lines_of, spans_of, values
from divako.validation._registers import RegisterSpans, register_spans


@frozen(kw_only=True)
class SumCheck:
    """Intervals that do not add up to what the register says.

    Parameters
    ----------
    tolerance : Fraction, default 0
        How far apart they may be. [canonical unit of the register]

    Notes
    -----
    It fails: where not all intervals of a span are known nothing is judged; that is for the
    gap check. Two errors that cancel are not seen.

    References
    ----------
    .. [1] California Public Utilities Commission, direct access standards for validating, estimating and
       editing of meter data: sum check.

    Examples
    --------
    >>> SumCheck(tolerance=Fraction(1, 100)).tolerance
    Fraction(1, 100)
    """

    tolerance: Fraction = field(default=Fraction(0), converter=as_fraction, validator=not_negative)

    def rows(self, intervals: Consumption, *, registers: Consumption) -> Mask:
        """Mark the intervals of spans that do not add up.

        Parameters
        ----------
        intervals : Consumption
            Of any number of meters.
        registers : Consumption
            What the registers of the same names say of longer spans, such as months.

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
        spans, apart = self._judged(lines, registers)
        # One up where an objection begins, one down behind it: what is above zero lies inside one.
        change = np.zeros(len(lines.row) + 1, dtype="int64")
        wrong = apart != 0
        np.add.at(change, spans.low[wrong], 1)
        np.add.at(change, spans.high[wrong], -1)
        return lines.in_table(np.cumsum(change)[:-1] > 0)

    def find(self, intervals: Consumption, *, registers: Consumption) -> Findings:
        """Find spans that do not add up.

        Parameters
        ----------
        intervals : Consumption
            Of any number of meters.
        registers : Consumption
            What the registers of the same names say of longer spans, such as months; spans that
            are not known as a whole, or not covered by whole intervals, are passed over.

        Returns
        -------
        Findings
            Code ``sum_check``, by subject and time, one for each span. The size is the sum of
            the intervals less the register. [canonical unit of the register]

        Raises
        ------
        SeriesError
            Two intervals of one register overlap.
        """
        lines = lines_of(intervals)
        spans, apart = self._judged(lines, registers)
        wrong = apart != 0
        found = Spans(line=spans.line[wrong], start=spans.start[wrong], end=spans.end[wrong], size=apart[wrong])
        return findings_table(found.findings(lines, FindingCode.SUM_CHECK))

    def _judged(self, lines: IntervalLines, registers: Consumption) -> tuple[RegisterSpans, npt.NDArray[np.float64]]:
        """Give each span, and how far its intervals are off where that is more than tolerated, else 0."""
        spans = register_spans(lines, registers)
        counted = np.concatenate([[0], np.cumsum(lines.count)])
        sums = (counted[spans.high] - counted[spans.low]).tolist()
        apart = [
            total * lines.factor(line) - passed
            for total, line, passed in zip(sums, spans.line.tolist(), spans.passed, strict=True)
        ]
        size = np.array([float(one) if abs(one) > self.tolerance else 0.0 for one in apart], dtype="float64")
        return spans, np.where(spans.is_known, size, 0.0)


@frozen(kw_only=True)
class HistoricalMaximumCheck:
    """An interval above anything that its register has shown before.

    Parameters
    ----------
    share : Fraction, default 1
        Of the highest mean power of the history; what is equal passes.

    Notes
    -----
    It fails: a register without history is not judged, and a history with an undetected spike
    lets everything pass.

    References
    ----------
    .. [1] Itron Enterprise Edition, validation rules: historical maximum.

    Examples
    --------
    >>> HistoricalMaximumCheck(share=Fraction(3, 2)).share
    Fraction(3, 2)
    """

    share: Fraction = field(default=Fraction(1), converter=as_fraction, validator=positive)

    def rows(self, intervals: Consumption, *, history: Consumption) -> Mask:
        """Mark the intervals above the maximum.

        Parameters
        ----------
        intervals : Consumption
            Of any number of meters.
        history : Consumption
            Earlier intervals of the same registers.

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
        return lines.in_table(self._judged(lines, history)[0])

    def find(self, intervals: Consumption, *, history: Consumption) -> Findings:
        """Find intervals above the maximum.

        Parameters
        ----------
        intervals : Consumption
            Of any number of meters; those not known as a whole take no part.
        history : Consumption
            Earlier intervals of the same registers; of those, too, only whole ones.

        Returns
        -------
        Findings
            Code ``historical_maximum``, by subject and time. The size is how much more passed than
            at the highest power of the history. [canonical unit of the register]

        Raises
        ------
        SeriesError
            Two intervals of one register overlap.
        """
        lines = lines_of(intervals)
        wrong, above = self._judged(lines, history)
        return findings_table(
            spans_of(lines, wrong, above).joined(add=False).findings(lines, FindingCode.HISTORICAL_MAXIMUM)
        )

    def _judged(self, lines: IntervalLines, history: Consumption) -> tuple[Mask, npt.NDArray[np.float64]]:
        before = lines_of(history)
        full = np.flatnonzero(before.is_full)
        power = before.count[full] / before.length[full]
        order = full[np.lexsort((-power, before.line[full]))]
        best = order[np.diff(before.line[order], prepend=-1) != 0]
        highest = {before.keys[line]: row for line, row in zip(before.line[best].tolist(), best.tolist(), strict=True)}
        at = np.array([highest.get(key, -1) for key in lines.keys], dtype="int64")[lines.line]
        wrong, above = np.zeros(len(at), dtype="bool"), np.zeros(len(at))
        rows = np.flatnonzero((at >= 0) & lines.is_full)
        count, length = before.count[at[rows]], before.length[at[rows]]
        # Powers are compared crosswise, so that nothing is rounded.
        equal = lines.length[rows] == length
        one = np.where(equal, lines.count[rows], lines.count[rows] * length)
        other = np.where(equal, count, count * lines.length[rows])
        wrong[rows] = exceeds(one, self.share, other)
        above[rows] = lines.count[rows] - count * (lines.length[rows] / length)
        factors = np.array([float(register.factor) for _, register in lines.keys])
        return wrong, above * factors[lines.line]


@frozen(kw_only=True)
class HighLowCheck:
    """A day with far more or far less use than usual.

    Parameters
    ----------
    high : Fraction, default 4
        A day above this share of a usual day is high.
    low : Fraction, default 1/4
        A day below this share of it is low; a day of zero or less is left to other checks.
    tz : str, default "Europe/Oslo"
        Zone of the days.

    Raises
    ------
    SeriesError
        A field is out of range.

    Notes
    -----
    The usual day is the lower median of the days of the history, so a few odd days there do not matter.

    It fails: holidays, guests and a change of season look the same; a register without a history of
    whole days, or with none that was used, is not judged.

    References
    ----------
    .. [1] California Public Utilities Commission, direct access standards for validating, estimating and
       editing of meter data: high and low usage check.

    Examples
    --------
    >>> HighLowCheck(high=3).low
    Fraction(1, 4)
    """

    high: Fraction = field(default=Fraction(4), converter=as_fraction, validator=positive)
    low: Fraction = field(default=Fraction(1, 4), converter=as_fraction, validator=not_negative)
    tz: str = "Europe/Oslo"

    def rows(self, intervals: Consumption, *, history: Consumption) -> Mask:
        """Mark the intervals of days with unusual use.

        Parameters
        ----------
        intervals : Consumption
            Of any number of meters, none longer than a day.
        history : Consumption
            Earlier intervals of the same registers.

        Returns
        -------
        ndarray of bool, shape (n,)
            True where the check objects.

        Raises
        ------
        SeriesError
            Two intervals of one register overlap, or there is no such zone.
        """
        lines = lines_of(intervals)
        day, total, whole = _days(lines, self.tz)
        high, low = self._judged(lines, day, total, whole, history)
        return lines.in_table((high | low)[day] if len(day) else high)

    def find(self, intervals: Consumption, *, history: Consumption) -> Findings:
        """Find days with unusual use.

        Parameters
        ----------
        intervals : Consumption
            Of any number of meters, none longer than a day; days of which a part is unknown
            are not judged.
        history : Consumption
            Earlier intervals of the same registers.

        Returns
        -------
        Findings
            Codes ``high_use`` and ``low_use``, by subject and time; successive days are one. The size
            is the use. [canonical unit of the register]

        Raises
        ------
        SeriesError
            Two intervals of one register overlap, or there is no such zone.
        """
        lines = lines_of(intervals)
        day, total, whole = _days(lines, self.tz)
        high, low = self._judged(lines, day, total, whole, history)
        size = values(lines, lines.count)
        return findings_table(
            [
                *spans_of(lines, high[day], size).joined(add=True).findings(lines, FindingCode.HIGH_USE),
                *spans_of(lines, low[day], size).joined(add=True).findings(lines, FindingCode.LOW_USE),
            ]
        )

    def _judged(
        self,
        lines: IntervalLines,
        day: npt.NDArray[np.int64],
        total: npt.NDArray[np.int64],
        whole: Mask,
        history: Consumption,
    ) -> tuple[Mask, Mask]:
        before = lines_of(history)
        day_before, total_before, whole_before = _days(before, self.tz)
        line_before = np.zeros(len(total_before), dtype="int64")
        line_before[day_before] = before.line
        # Lower median of the whole days of each line.
        days = np.flatnonzero(whole_before)
        days = days[np.lexsort((total_before[days], line_before[days]))]
        first = np.flatnonzero(np.diff(line_before[days], prepend=-1))
        middle = days[first + (np.diff(np.append(first, len(days))) - 1) // 2]
        usual = {before.keys[line_before[at]]: int(total_before[at]) for at in middle.tolist()}
        line = np.zeros(len(total), dtype="int64")
        line[day] = lines.line
        typical = np.array([usual.get(key, 0) for key in lines.keys], dtype="int64")[line]
        judged = whole & (typical > 0)
        # Less than a share is the opposite of at least it, crosswise.
        is_low = exceeds(-total, self.low, -typical) & (total > 0)
        return judged & exceeds(total, self.high, typical), judged & is_low


def _days(lines: IntervalLines, tz: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Mask]:
    """Give the day of each row, numbered over all lines, and of each day its count and whether all of it is known."""
    if not len(lines.row):
        nothing = np.zeros(0, dtype="int64")
        return nothing, nothing, np.zeros(0, dtype="bool")
    start = lines.start.astype("datetime64[ms]")
    edges = calendar_boundaries(start.min(), start.max() + np.timedelta64(1, "ms"), freq="day", tz=tz)
    date = np.searchsorted(edges, start, side="right") - 1
    first = np.diff(lines.line * len(edges) + date, prepend=-1) != 0
    day = np.cumsum(first) - 1
    total = np.zeros(day[-1] + 1, dtype="int64")
    known = np.zeros(day[-1] + 1, dtype="int64")
    np.add.at(total, day, lines.count)
    np.add.at(known, day, np.where(lines.is_full, lines.length, 0))
    length = np.diff(edges.astype("int64"))[date[first]]
    return day, total, np.asarray(known == length)
