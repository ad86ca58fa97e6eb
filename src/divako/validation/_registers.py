"""What registers say of spans, beside the intervals that lie in them."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import numpy.typing as npt

from attrs import frozen

from divako.model import Consumption, Register
from divako.validation._lines import IntervalLines, Mask, lines_of


Integers = npt.NDArray[np.int64]


@frozen(kw_only=True, eq=False)
class RegisterSpans:
    """Spans of which a register says what passed, and the intervals that make each up.

    Only spans that the register knows as a whole, and whose intervals are there without a hole.

    Parameters
    ----------
    line : ndarray of int64, shape (s,)
        Line of the intervals.
    low, high : ndarray of int64, shape (s,)
        First row of the intervals, and the row behind the last.
    start, end : ndarray of int64, shape (s,)
        The span. [ms since 1970, UTC]
    is_known : ndarray of bool, shape (s,)
        Whether all intervals are known as a whole.
    passed : tuple of Fraction
        What the register says. [canonical unit of the register]
    """

    line: Integers
    low: Integers
    high: Integers
    start: Integers
    end: Integers
    is_known: Mask
    passed: tuple[Fraction, ...]


def register_spans(lines: IntervalLines, registers: Consumption) -> RegisterSpans:
    """Lay what registers say beside intervals.

    Parameters
    ----------
    lines : IntervalLines
        The intervals.
    registers : Consumption
        Longer spans of the same meters and quantities; the worth of a count may differ.

    Returns
    -------
    RegisterSpans
        By the line of the register and time.

    Raises
    ------
    SeriesError
        Two spans of one register overlap.
    """
    said = lines_of(registers)
    mine = {(meter, _quantity(register)): line for line, (meter, register) in enumerate(lines.keys)}
    line_of = np.array([mine.get((meter, _quantity(register)), -1) for meter, register in said.keys], dtype="int64")
    here = np.flatnonzero(said.is_full & (line_of[said.line] >= 0))
    line, start, end = line_of[said.line[here]], said.start[here], said.end[here]
    low, high = _places(lines, line, start, end)
    there = np.concatenate([[0], np.cumsum(lines.length)])
    known = np.concatenate([[0], np.cumsum(np.where(lines.is_full, lines.length, 0))])
    tiled = there[high] - there[low] == end - start
    kept = here[tiled]
    low, high = low[tiled], high[tiled]
    counted = zip(said.count[kept].tolist(), said.line[kept].tolist(), strict=True)
    return RegisterSpans(
        line=line[tiled],
        low=low,
        high=high,
        start=start[tiled],
        end=end[tiled],
        is_known=known[high] - known[low] == there[high] - there[low],
        passed=tuple(count * said.factor(one) for count, one in counted),
    )


def _quantity(register: Register) -> tuple[str, str]:
    """Tell which quantity a register is, whatever its counts are worth."""
    return register.name, register.dimension.value


def _places(lines: IntervalLines, line: Integers, start: Integers, end: Integers) -> tuple[Integers, Integers]:
    """Give the first row of a line that begins at or after a start, and the row behind the last that ends by an end."""
    if not len(lines.row):
        return np.zeros_like(line), np.zeros_like(line)
    begin, finish = lines.start.min(), lines.end.max()

    def key(of_line: Integers, time: Integers) -> Integers:
        # One number that ascends over all lines and times.
        return np.asarray(of_line * (finish - begin + 1) + np.clip(time, begin, finish) - begin)

    low = np.searchsorted(key(lines.line, lines.start), key(line, start), side="left")
    high = np.searchsorted(key(lines.line, lines.end), key(line, end), side="right")
    return low, np.maximum(low, high)
