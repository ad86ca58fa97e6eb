"""Consumption of steps that were made, and perhaps changed, beforehand."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import numpy.typing as npt

from divako.consumption._bins import bins_of
from divako.consumption._columns import columns_of, table_of
from divako.consumption._edges import Edges, Ints, checked
from divako.consumption._reckon import Block, registers_of_lines
from divako.consumption._register_at import register_at
from divako.errors import SeriesError
from divako.model import Consumption, Register
from divako.series import Steps
from divako.series._lines import Lines, nothing_dropped
from divako.series._stitch import Stitched, refuse_large


def consumption_of_steps(
    steps: Steps, boundaries: npt.NDArray[np.datetime64], *, max_gap_s: int | None = None
) -> Consumption:
    """Cut steps at boundaries.

    Parameters
    ----------
    steps : Steps
        Of any number of lines. Steps may have been left out: what lies between others is not known then.
    boundaries : ndarray of datetime64[ms], shape (b,)
        Ascending, at least two, in UTC.
    max_gap_s : int, optional
        See `interval_consumption`. [s]

    Returns
    -------
    Consumption
        ``b - 1`` rows per line; a tariff or subunit is in the name of its register.

    Raises
    ------
    SeriesError
        Boundaries are too few or do not ascend; or steps of a line overlap, with the row.
    """
    common = checked(boundaries)
    registers: dict[Register, int] = {}
    if not len(steps):
        return table_of(None, steps.meter_ids, registers)
    stitched = _stitched(steps)
    edges = Edges.shared(common, len(stitched.lines.meter))
    gap = None if max_gap_s is None else max_gap_s * 1000
    bins = bins_of(stitched, edges, register_at(stitched, edges), multiple=None, max_gap_ms=gap, exactly=False)
    block = Block(stitched, (bins,), registers_of_lines(stitched, registers), 1.0)
    return table_of(columns_of(block, bins, registers), steps.meter_ids, registers)


def exact_intervals(steps: Steps, boundaries: npt.NDArray[np.datetime64]) -> list[list[tuple[Fraction, Fraction]]]:
    """Give what `consumption_of_steps` floors, as exact fractions.

    Parameters
    ----------
    steps : Steps
        Of any number of lines.
    boundaries : ndarray of datetime64[ms], shape (b,)
        Ascending, in UTC.

    Returns
    -------
    list of list of (Fraction, Fraction)
        For each line and bin, what passed and the coverage. [canonical unit], [1]

    Raises
    ------
    SeriesError
        As `consumption_of_steps` does.
    """
    common = checked(boundaries)
    if not len(steps):
        return []
    stitched = _stitched(steps)
    many = len(stitched.lines.meter)
    at = register_at(stitched, Edges.shared(common, many), exactly=True)
    floor, remainder, divisor, covered = (
        column.reshape(many, -1).tolist() for column in (at.floor, at.remainder, at.divisor, at.covered)
    )
    length = np.diff(common).tolist()
    out: list[list[tuple[Fraction, Fraction]]] = []
    for line in range(many):
        factor = stitched.lines.registers[stitched.lines.register[line]].factor
        stood = [
            whole + Fraction(rest, by)
            for whole, rest, by in zip(floor[line], remainder[line], divisor[line], strict=True)
        ]
        known = covered[line]
        out.append(
            [
                ((stood[i + 1] - stood[i]) * factor, Fraction(known[i + 1] - known[i], length[i]))
                for i in range(len(length))
            ]
        )
    return out


def _stitched(steps: Steps) -> Stitched:
    """Put steps together again: where one does not follow the one before, a step that nobody knows lies between."""
    start, end, line = steps.start.astype("int64"), steps.end.astype("int64"), steps.line
    heads = np.concatenate([[True], line[1:] != line[:-1]])
    ends = np.append(heads[1:], True)
    wrong = end <= start
    wrong[1:] |= ~heads[1:] & (start[1:] < end[:-1])
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        msg = "steps of a line ascend and do not overlap"
        raise SeriesError(msg, row=row, meter_index=int(steps.meter[row]))
    closes = ends.copy()
    closes[:-1] |= start[1:] != end[:-1]  # a point of its own at the end of this step
    size = 1 + closes.astype("int64")
    at = np.cumsum(size) - size
    n = int(size.sum())
    time, passed = np.zeros(n, dtype="int64"), np.zeros(n, dtype="int64")
    unknown, flags = np.ones(n, dtype="bool"), np.zeros(n, dtype="uint16")
    time[at], time[at[closes] + 1] = start, end[closes]
    passed[at] = np.where(steps.count_known, steps.count, 0)
    unknown[at], flags[at] = ~steps.count_known, steps.flags
    head = np.flatnonzero(heads)
    first: Ints = np.append(at[head], n)
    unknown[first[1:] - 1] = False
    none = np.zeros(0, dtype="int64")
    lines = Lines(
        first=first,
        time=none,
        count=none,
        row=None,
        meter=steps.meter[head],
        register=steps.register[head],
        tariff=steps.tariff[head],
        subunit=steps.subunit[head],
        registers=steps.registers,
        dropped=nothing_dropped(),
    )
    refuse_large(first, passed, lines)
    return Stitched(
        lines=lines,
        first=first,
        time=time,
        passed=passed,
        stood=np.cumsum(passed) - passed,
        unknown=unknown if unknown.any() else None,
        flags=flags if flags.any() else None,
        row=None,
    )
