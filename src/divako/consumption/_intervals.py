"""Consumption of the bins of a calendar.

References
----------
.. [1] Differences of a register at boundaries that two bins share telescope: the bins of a
   span add up to the difference over the span, whatever each boundary was rounded to.
"""

from __future__ import annotations

import functools
import re

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from attrs import evolve, frozen

from divako.consumption._blocks import blocks_of
from divako.consumption._register_at import RegisterAt, register_at
from divako.errors import SeriesError
from divako.model import Consumption, Meter, Quality, Readings, Register, Step, values_of_counts
from divako.series import Exchange, Reset, Steps, calendar_boundaries, steps_of


# How the register of a tariff or subunit is called; any register name matches, most without either.
_OF_TARIFF = re.compile(r"(?P<name>.+?)(_tariff_(?P<tariff>\d+))?(_subunit_(?P<subunit>\d+))?", re.DOTALL)


def interval_consumption(
    readings: Readings,
    *,
    freq: str = "hour",
    tz: str = "Europe/Oslo",
    start: np.datetime64 | None = None,
    end: np.datetime64 | None = None,
    boundaries: npt.NDArray[np.datetime64] | None = None,
    register: str | None = None,
    meters: Sequence[Meter] = (),
    exchanges: Sequence[Exchange] = (),
    resets: Sequence[Reset] = (),
    reverse_tolerance: Fraction = Fraction(0),
    on_conflict: str = "error",
    max_gap_s: int | None = None,
) -> Consumption:
    """Turn the readings of many meters into consumption per hour, day, month or other bins.

    Parameters
    ----------
    readings : Readings
        Of counters, in any order, at any times. Rows without a time or an exact count,
        and those of flows and temperatures, take no part.
    freq : {"hour", "day", "week", "month", "quarter", "year"}
        Bins of the local calendar.
    tz : str, default "Europe/Oslo"
        Zone of the calendar.
    start, end : datetime64[ms], optional
        Span to cut, in UTC; without them that of the readings.
    boundaries : ndarray of datetime64[ms], shape (b,), optional
        Explicit boundaries instead of a calendar, ascending, in UTC.
    register : str, optional
        Name of the only register wanted, such as ``"volume"``, which leaves tariffs and
        subunits out, or ``"energy_tariff_1"``.
    meters, exchanges, resets, reverse_tolerance, on_conflict
        See `divako.series.steps_of`.
    max_gap_s : int, optional
        A bin that a longer step touches is estimated rather than measured. [s]

    Returns
    -------
    Consumption
        One row per meter, register and bin; the register of a tariff or subunit has it in
        its name, as in ``energy_tariff_1``. Nothing is extrapolated: a bin that
        readings cover only in part has what passed in that part, and its coverage.
        Counts are differences of the register floored at each boundary, so those of the
        bins of any span add up to that of the span.

    Raises
    ------
    SeriesError
        Boundaries do not ascend, the span is empty, or the readings contradict
        themselves; with the row and the meter where there is one.

    Examples
    --------
    >>> from divako.model import Register
    >>> from divako.units import Dimension
    >>> litres = Register("volume", Dimension.VOLUME, Fraction(1, 1000))
    >>> readings = Readings.of_counts("m", litres, ["2026-01-10T00:20", "2026-01-10T01:50"], [1000, 1900])
    >>> interval_consumption(readings, tz="UTC").value
    array([0.4, 0.5])
    """
    blocks = blocks_of(readings)
    reckon_steps = functools.partial(
        _steps_in,
        readings,
        register=register,
        meters=meters,
        exchanges=exchanges,
        resets=resets,
        reverse_tolerance=reverse_tolerance,
        on_conflict=on_conflict,
    )
    if boundaries is None and start is not None and end is not None:
        boundaries = calendar_boundaries(start, end, freq=freq, tz=tz)
    steps: Iterable[Steps] = map(reckon_steps, blocks)
    if boundaries is None:
        # Only here are all steps kept: they say what the span is.
        kept = list(steps)
        some = [one for one in kept if len(one)]
        if not some:
            return _nothing(kept[0])
        first = min(one.start.min() for one in some) if start is None else start
        last = max(one.end.max() for one in some) if end is None else end
        boundaries = calendar_boundaries(first, last, freq=freq, tz=tz)
        steps = kept
    parts = [consumption_of_steps(one, boundaries, max_gap_s=max_gap_s) for one in steps]
    return parts[0] if len(parts) == 1 else Consumption.concatenate(parts)


def _steps_in(readings: Readings, block: slice, *, register: str | None, **how: Any) -> Steps:
    """Make the steps of one block of meters; without the whole name of a register, of all of them."""
    part = readings if len(readings) == block.stop - block.start else readings.select(block)
    found = None if register is None else _OF_TARIFF.fullmatch(register)
    try:
        steps, _ = steps_of(part, register=None if found is None else found["name"], **how)
    except SeriesError as error:
        error.row = None if error.row is None else error.row + block.start
        raise
    if found is None:
        return steps
    named = (steps.tariff == int(found["tariff"] or 0)) & (steps.subunit == int(found["subunit"] or 0))
    return steps if named.all() else steps.select(named)


def consumption_of_steps(
    steps: Steps, boundaries: npt.NDArray[np.datetime64], *, max_gap_s: int | None = None
) -> Consumption:
    """Cut steps at boundaries.

    Parameters
    ----------
    steps : Steps
        Of any number of lines.
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
        Boundaries are too few or do not ascend.
    """
    edges = np.asarray(boundaries, dtype="datetime64[ms]").astype("int64")
    if len(edges) < 2 or (np.diff(edges) <= 0).any():
        msg = "boundaries ascend, and there are at least two"
        raise SeriesError(msg)
    if not len(steps):
        return _nothing(steps)
    parts = list(_lines_at(steps, edges))
    bins = len(edges) - 1
    count = np.concatenate([np.diff(part.at.floor) for part in parts])
    covered = np.concatenate([np.diff(part.at.covered) for part in parts])
    length = np.tile(np.diff(edges), len(parts))
    long, flags = _touched(steps, parts, edges, max_gap_s)
    known = covered > 0
    quality = np.where(long, np.uint8(Quality.ESTIMATED), np.uint8(Quality.MEASURED))
    quality[covered < length] = Quality.PARTIAL
    quality[~known] = Quality.MISSING
    row_of_line = np.array([part.first for part in parts], dtype="int64")
    register_of_line, registers = _registers_of_lines(steps, row_of_line)
    register = np.repeat(register_of_line, bins)
    count[~known] = 0
    return Consumption(
        meter=np.repeat(steps.meter[row_of_line], bins),
        register=register,
        start=np.tile(edges[:-1], len(parts)).astype("datetime64[ms]"),
        end=np.tile(edges[1:], len(parts)).astype("datetime64[ms]"),
        value=_values(registers, register, count, known),
        count=count,
        count_known=known,
        coverage=covered / length,
        quality=quality,
        steps=flags,
        meter_ids=steps.meter_ids,
        registers=registers,
    )


@frozen(eq=False)
class _Line:
    first: int  # row of its first step
    last: int  # row behind its last step
    at: RegisterAt


def _lines_at(steps: Steps, edges: npt.NDArray[np.int64]) -> Iterator[_Line]:
    line = steps.line
    firsts = np.flatnonzero(np.concatenate([[True], line[1:] != line[:-1]]))
    start, end = steps.start.astype("int64"), steps.end.astype("int64")
    for first, last in zip(firsts.tolist(), [*firsts[1:].tolist(), len(line)], strict=True):
        here = slice(first, last)
        yield _Line(first, last, register_at(start[here], end[here], steps.count[here], steps.count_known[here], edges))


def _touched(
    steps: Steps, parts: Sequence[_Line], edges: npt.NDArray[np.int64], max_gap_s: int | None
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.uint16]]:
    """Mark the bins that a long step, or one with flags, touches."""
    bins = len(edges) - 1
    start, end = steps.start.astype("int64"), steps.end.astype("int64")
    is_long = np.zeros(len(steps), dtype="bool") if max_gap_s is None else end - start > max_gap_s * 1000
    steps_of_part = np.array([part.last - part.first for part in parts], dtype="int64")
    place = np.repeat(np.arange(len(parts)), steps_of_part)

    def touched(rows: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        # One up where a step begins to touch, one down behind where it ends: the sum is how many do.
        low = np.maximum(np.searchsorted(edges, start[rows], side="right") - 1, 0)
        high = np.maximum(np.minimum(np.searchsorted(edges, end[rows], side="left"), bins), low)
        change = np.zeros((len(parts), bins + 1), dtype="int64")
        np.add.at(change, (place[rows], low), 1)
        np.add.at(change, (place[rows], high), -1)
        return np.asarray(np.cumsum(change, axis=1)[:, :-1].ravel() > 0)

    long = touched(np.flatnonzero(is_long)) if is_long.any() else np.zeros(bins * len(parts), dtype="bool")
    flags = np.zeros(bins * len(parts), dtype="uint16")
    for bit in Step:
        marked = np.flatnonzero(steps.flags & np.uint16(bit))
        if bit and len(marked):
            flags[touched(marked)] |= np.uint16(bit)
    return long, flags


def _registers_of_lines(
    steps: Steps, rows: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int32], tuple[Register, ...]]:
    """Give each line its register, under a name of its own where it is that of a tariff or subunit.

    The register of a tariff is a part of the one without; under one name they would be added up.
    """
    seen = {register: code for code, register in enumerate(steps.registers)}
    codes: list[int] = []
    for code, tariff, subunit in zip(
        steps.register[rows].tolist(), steps.tariff[rows].tolist(), steps.subunit[rows].tolist(), strict=True
    ):
        name = steps.registers[code].name
        name += f"_tariff_{tariff}" if tariff else ""
        name += f"_subunit_{subunit}" if subunit else ""
        codes.append(seen.setdefault(evolve(steps.registers[code], name=name), len(seen)))
    return np.array(codes, dtype="int32"), tuple(seen)


def _values(
    registers: Sequence[Register],
    register: npt.NDArray[np.int32],
    count: npt.NDArray[np.int64],
    known: npt.NDArray[np.bool_],
) -> npt.NDArray[np.float64]:
    value = np.full(len(count), np.nan)
    for code, one in enumerate(registers):
        mine = (register == code) & known
        value[mine] = values_of_counts(count[mine], one)
    return value


def _nothing(steps: Steps) -> Consumption:
    empty = np.zeros(0)
    return Consumption(
        meter=empty.astype("int32"),
        register=empty.astype("int32"),
        start=empty.astype("datetime64[ms]"),
        end=empty.astype("datetime64[ms]"),
        value=empty,
        count=empty.astype("int64"),
        count_known=empty.astype("bool"),
        coverage=empty,
        quality=empty.astype("uint8"),
        steps=empty.astype("uint16"),
        meter_ids=steps.meter_ids,
        registers=steps.registers,
    )


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
    """
    edges = np.asarray(boundaries, dtype="datetime64[ms]").astype("int64")
    out: list[list[tuple[Fraction, Fraction]]] = []
    for part in _lines_at(steps, edges):
        factor = steps.registers[steps.register[part.first]].factor
        at = part.at
        stood = [
            int(whole) + Fraction(int(rest), int(divisor))
            for whole, rest, divisor in zip(at.floor, at.remainder, at.divisor, strict=True)
        ]
        bins = range(len(edges) - 1)
        out.append(
            [
                (
                    (stood[i + 1] - stood[i]) * factor,
                    Fraction(int(at.covered[i + 1] - at.covered[i]), int(edges[i + 1] - edges[i])),
                )
                for i in bins
            ]
        )
    return out
