"""Gaps and wrong values of interval tables, estimated so that the register stays right."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from divako.errors import SeriesError
from divako.estimation._edits import Edits, replace_counts
from divako.estimation._gap import usable_weights
from divako.estimation._methods import Linear, Method
from divako.model import Consumption
from divako.units import largest_remainder
from divako.validation import IntervalLines, lines_of, register_spans


def estimate(
    consumption: Consumption,
    rows: npt.ArrayLike,
    *,
    method: Method,
    reason: str,
    registers: Consumption | None = None,
) -> tuple[Consumption, Edits]:
    """Estimate rows, so that each gap sums to what the register says.

    Parameters
    ----------
    consumption : Consumption
        Of any number of meters; it is left as it is.
    rows : array_like of bool, shape (n,)
        Which rows, as the ``rows`` of a check of `divako.validation` marks them.
    method : Linear, SimilarDays or Profile
        How the intervals of a gap are weighed against one another.
    reason : str
        Why, such as ``"gap"``; it stands in the log.
    registers : Consumption, optional
        What the registers say of longer spans, such as days or months. Then a gap is all marked
        rows of such a span, whether anything of them is known or not, and they sum to the register
        less the rows that are not marked.

    Returns
    -------
    tuple of Consumption and Edits
        The edited table, and what was edited. Without `registers` a gap is a run of successive
        marked rows that are known as a whole, such as those inside one long step between two
        readings, and its sum does not change. Marked rows that no register closes are left as they
        are: nothing is invented. Where a method has nothing to go by for a row of a
        gap, the whole gap is linear, and the log says so.

    Raises
    ------
    SeriesError
        The mask has another length, two intervals overlap, or a register says less than
        the rows that are not marked, or no whole number of their counts; with the
        first row of the gap.

    Notes
    -----
    Shares are whole counts by largest remainder, so sums are exact.

    References
    ----------
    .. [1] California Public Utilities Commission, direct access standards for validating, estimating and
       editing of meter data.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from divako.consumption import interval_consumption
    >>> from divako.model import Readings, Register
    >>> from divako.units import Dimension
    >>> from divako.validation import GapCheck
    >>> litres = Register("volume", Dimension.VOLUME, Fraction(1, 1000))
    >>> readings = Readings.of_counts("m", litres, ["2026-01-10T00:00", "2026-01-10T04:00"], [0, 903])
    >>> hourly = interval_consumption(readings, tz="UTC", max_gap_s=3600)
    >>> edited, log = estimate(hourly, GapCheck().rows(hourly), method=Linear(), reason="gap")
    >>> edited.count, log.methods
    (array([226, 226, 226, 225]), ('linear',))
    """
    mask = np.asarray(rows, dtype="bool")
    if mask.shape != (len(consumption),):
        msg = "the mask of rows is as long as the table"
        raise SeriesError(msg)
    lines = lines_of(consumption)
    wanted = mask[lines.row]
    if registers is None:
        group, amounts = _runs(lines, wanted & lines.is_full)
    else:
        group, amounts = _spans(lines, wanted, registers, consumption)
    # Rows that no gap closes are still no days to go by.
    weights, sure = method.weights(lines, wanted)
    even, _ = Linear().weights(lines, wanted)
    gap = group[wanted]
    counts = np.zeros(len(gap), dtype="int64")
    made = np.full(len(gap), method.name, dtype=object)
    order = np.argsort(gap, kind="stable")
    firsts = np.flatnonzero(np.diff(gap[order], prepend=-1))
    for number, members in zip(gap[order][firsts].tolist(), np.split(order, firsts)[1:], strict=True):
        mine = members.tolist()
        by_method = bool(sure[members].all())
        shares = usable_weights([(weights if by_method else even)[i] for i in mine])
        counts[members] = largest_remainder(amounts[number], shares)
        if not by_method:
            made[members] = Linear.name
    done = gap >= 0
    return replace_counts(consumption, lines.row[wanted][done], counts[done], reason=reason, method=made[done].tolist())


def _runs(lines: IntervalLines, wanted: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.int64], list[int]]:
    """Number the runs of successive rows, -1 for rows of none, and give what passed in each."""
    goes_on = lines.follows
    goes_on[1:] &= wanted[:-1]
    begins = wanted & ~goes_on
    group = np.where(wanted, np.cumsum(begins) - 1, -1)
    amounts = np.zeros(int(begins.sum()), dtype="int64")
    np.add.at(amounts, group[wanted], lines.count[wanted])
    return group, [int(amount) for amount in amounts]


def _spans(
    lines: IntervalLines, wanted: npt.NDArray[np.bool_], registers: Consumption, consumption: Consumption
) -> tuple[npt.NDArray[np.int64], list[int]]:
    """Number the spans of registers that all rows of a gap lie in, -1 for rows of none, and give what is left for it."""
    group = np.full(len(lines.row), -1, dtype="int64")
    amounts: list[int] = []
    spans = register_spans(lines, registers)
    columns = spans.line.tolist(), spans.low.tolist(), spans.high.tolist(), spans.passed
    for line, low, high, passed in zip(*columns, strict=True):
        here = slice(low, high)
        marked = wanted[here]
        if not marked.any() or not (lines.is_full[here] | marked).all():
            continue
        left = passed / lines.factor(line) - int(lines.count[here][~marked].sum())
        row = int(lines.row[here][np.argmax(marked)])
        meter = int(consumption.meter[row])
        if left < 0:
            msg = "a register says less than the intervals that are not estimated"
            raise SeriesError(msg, row=row, meter_index=meter)
        if left.denominator != 1:
            msg = "what a register says is no whole number of counts of the intervals"
            raise SeriesError(msg, row=row, meter_index=meter)
        group[here][marked] = len(amounts)
        amounts.append(int(left))
    return group, amounts
