"""From one reading of a register to the next: what passed, and how sure that is.

References
----------
.. [1] Utility data validation practice (VEE): rollover by register width, limits on rates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from attrs import frozen

from divako.errors import SeriesError
from divako.model import Meter, Readings, Register, Step
from divako.model._table import Table, column, words
from divako.series._events import Exchange, Reset
from divako.series._lines import Dropped, Lines, arrange


_HOUR_MS = 3_600_000


@frozen(kw_only=True, eq=False)
class Steps(Table):
    """Steps of registers: one row from each reading to the next of its line.

    Parameters
    ----------
    line : ndarray of int64, shape (n,)
        Which line of readings: meter, register, tariff and subunit; ascending.
    meter : ndarray of int32, shape (n,)
        Row numbers into `meter_ids`.
    register : ndarray of int32, shape (n,)
        Row numbers into `registers`.
    tariff, subunit : ndarray of int32, shape (n,)
        Of the line.
    start, end : ndarray of datetime64[ms], shape (n,)
        The half-open span ``[start, end)``, in UTC; ascending within a line.
    count : ndarray of int64, shape (n,)
        What passed, exactly; meaningless where `count_known` is False.
    count_known : ndarray of bool, shape (n,)
        False where the register fell and nothing explains it.
    flags : ndarray of uint16, shape (n,)
        Union of `Step` bits.
    meter_ids : tuple of str
        Meter identifiers, each once.
    registers : tuple of Register
        Registers, each once.
    """

    line: npt.NDArray[np.int64] = column("int64")
    meter: npt.NDArray[np.int32] = column("int32", words="meter_ids")
    register: npt.NDArray[np.int32] = column("int32", words="registers")
    tariff: npt.NDArray[np.int32] = column("int32")
    subunit: npt.NDArray[np.int32] = column("int32")
    start: npt.NDArray[np.datetime64] = column("datetime64[ms]")
    end: npt.NDArray[np.datetime64] = column("datetime64[ms]")
    count: npt.NDArray[np.int64] = column("int64", known="count_known")
    count_known: npt.NDArray[np.bool_] = column("bool", mask=True)
    flags: npt.NDArray[np.uint16] = column("uint16")
    meter_ids: tuple[str, ...] = words()
    registers: tuple[Register, ...] = words()


def steps_of(
    readings: Readings,
    *,
    meters: Sequence[Meter] = (),
    exchanges: Sequence[Exchange] = (),
    resets: Sequence[Reset] = (),
    register: str | None = None,
    reverse_tolerance: Fraction = Fraction(0),
    on_conflict: str = "error",
) -> tuple[Steps, Dropped]:
    """Turn cumulative readings into steps.

    Parameters
    ----------
    readings : Readings
        In any order. Only counters with a time and an exact count take part.
    meters : sequence of Meter, optional
        Their register widths and highest rates. Without a width and a rate nothing is
        taken for a rollover.
    exchanges : sequence of Exchange, optional
        Works replaced under the same meter number: the step is cut there.
    resets : sequence of Reset, optional
        Counters restarted.
    register : str, optional
        Name of the only register wanted.
    reverse_tolerance : Fraction, default 0
        How far a register may fall and still be believed. [canonical unit]
    on_conflict : {"error", "last"}
        What to do when one instant has two counts.

    Returns
    -------
    tuple of Steps and Dropped
        Steps by line and time, and the readings of counters that were left out.

    Raises
    ------
    SeriesError
        One instant has two counts; an exchange, reset or width is no whole number of
        counts; counts leave int64.

    Examples
    --------
    >>> from divako.units import Dimension
    >>> litres = Register("volume", Dimension.VOLUME, Fraction(1, 1000))
    >>> hours = ["2026-01-10T00:00", "2026-01-10T01:00", "2026-01-10T02:00"]
    >>> steps, _ = steps_of(Readings.of_counts("m", litres, hours, [1000, 1250, 1900]))
    >>> steps.count
    array([250, 650])
    """
    lines = arrange(readings, register=register, on_conflict=on_conflict)
    known = {meter.id: meter for meter in meters}
    line, time, count, segment, final = _with_exchanges(lines, readings.meter_ids, exchanges)
    pair = (line[1:] == line[:-1]) & (segment[1:] == segment[:-1])
    at = np.flatnonzero(pair)
    of_line = line[at]
    difference = _difference(count[at], count[at + 1], lines, of_line)
    flags = np.zeros(len(at), dtype="uint16")
    sure = np.ones(len(at), dtype="bool")
    flags[final[at + 1]] |= np.uint16(Step.EXCHANGE)
    span = time[at + 1] - time[at]
    is_reset = _apply_resets(difference, flags, lines, readings.meter_ids, resets, at, line, time, count)
    widths = _widths(lines, readings.meter_ids, known, exchanges)
    # Floats only choose which steps to look at; what they are is decided exactly.
    highest = _highest_rates(lines, readings.meter_ids, known)[of_line]
    suspects = np.flatnonzero(((difference < 0) | (difference > highest * (span / _HOUR_MS) * (1 - 1e-9))) & ~is_reset)
    for i in suspects.tolist():
        owner = known.get(readings.meter_ids[lines.meters[of_line[i]]])
        factor = lines.registers[of_line[i]].factor
        most = None if owner is None or owner.max_rate_per_h is None else owner.max_rate_per_h / factor
        limit = None if most is None else most * int(span[i]) / _HOUR_MS
        step = int(difference[i])
        if step >= 0:
            if limit is not None and step > limit:
                flags[i] |= np.uint16(Step.IMPLAUSIBLE)
            continue
        width = widths.get((int(of_line[i]), int(segment[at[i]])))
        if limit is not None and width is not None and 0 <= step + width <= limit:
            difference[i] = step + width
            flags[i] |= np.uint16(Step.ROLLOVER)
        elif -step * factor <= reverse_tolerance:
            flags[i] |= np.uint16(Step.REVERSE)
        else:
            sure[i] = False
            flags[i] |= np.uint16(Step.UNEXPLAINED_DROP)
    return _table(readings, lines, of_line, time[at], time[at + 1], difference, sure, flags), lines.dropped


def _difference(
    before: npt.NDArray[np.int64], after: npt.NDArray[np.int64], lines: Lines, of_line: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    out = after - before
    # The sign of an overflowed difference is that of neither operand order it can have.
    wrapped = ((after >= 0) != (before >= 0)) & ((out >= 0) != (after >= 0))
    if wrapped.any():
        at = int(np.flatnonzero(wrapped)[0])
        msg = "two counts are too far apart for int64"
        raise SeriesError(msg, meter_index=lines.meters[of_line[at]])
    return out


def _whole(value: Fraction, register: Register, what: str, meter: int) -> int:
    count = value / register.factor
    if count.denominator != 1:
        msg = f"{what} is no whole number of counts"
        raise SeriesError(msg, meter_index=meter)
    return int(count)


Columns = tuple[
    npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.bool_]
]


def _with_exchanges(lines: Lines, meter_ids: Sequence[str], exchanges: Sequence[Exchange]) -> Columns:
    """Add the last count of the old works and the first of the new, and number the works of each line."""
    line, time, count = lines.line, lines.time, lines.count
    segment = np.zeros(len(line), dtype="int64")
    final = np.zeros(len(line), dtype="bool")
    if not exchanges:
        return line, time, count, segment, final
    added: list[tuple[int, int, int, int, bool]] = []
    ordered = sorted(exchanges, key=lambda exchange: exchange.time)
    for one, meter in enumerate(lines.meters):
        mine = [exchange for exchange in ordered if exchange.meter_id == meter_ids[meter]]
        for number, exchange in enumerate(mine, 1):
            when = int(exchange.time.astype("datetime64[ms]").astype("int64"))
            register = lines.registers[one]
            segment[(line == one) & (time >= when)] = number
            added.append((one, number - 1, when, _whole(exchange.old_final, register, "old_final", meter), True))
            added.append((one, number, when, _whole(exchange.new_start, register, "new_start", meter), False))
    extra = np.array([row[:4] for row in added], dtype="int64").reshape(-1, 4)
    line = np.concatenate([line, extra[:, 0]])
    segment = np.concatenate([segment, extra[:, 1]])
    time = np.concatenate([time, extra[:, 2]])
    count = np.concatenate([count, extra[:, 3]])
    final = np.concatenate([final, [row[4] for row in added]])
    order = np.lexsort((time, segment, line))
    line, time, count, segment, final = line[order], time[order], count[order], segment[order], final[order]
    # A reading at the very instant of the exchange may repeat what the fitter read.
    twin = (line[1:] == line[:-1]) & (segment[1:] == segment[:-1]) & (time[1:] == time[:-1])
    if (twin & (count[1:] != count[:-1])).any():
        msg = "a reading contradicts the register at its exchange"
        raise SeriesError(msg, meter_index=lines.meters[line[np.flatnonzero(twin)[0]]])
    keep = np.concatenate([~twin, [True]])
    return line[keep], time[keep], count[keep], segment[keep], final[keep]


def _apply_resets(
    difference: npt.NDArray[np.int64],
    flags: npt.NDArray[np.uint16],
    lines: Lines,
    meter_ids: Sequence[str],
    resets: Sequence[Reset],
    at: npt.NDArray[np.int64],
    line: npt.NDArray[np.int64],
    time: npt.NDArray[np.int64],
    count: npt.NDArray[np.int64],
) -> npt.NDArray[np.bool_]:
    """Count from what the register was set to, in the step that a reset falls into."""
    hit = np.zeros(len(at), dtype="bool")
    for reset in resets:
        when = int(reset.time.astype("datetime64[ms]").astype("int64"))
        for one, meter in enumerate(lines.meters):
            if meter_ids[meter] != reset.meter_id:
                continue
            inside = (line[at] == one) & (time[at] < when) & (time[at + 1] >= when)
            for i in np.flatnonzero(inside).tolist():
                start = _whole(reset.start, lines.registers[one], "the start of a reset", meter)
                difference[i] = int(count[at[i] + 1]) - start
                flags[i] |= np.uint16(Step.RESET)
                hit[i] = True
    return hit


def _highest_rates(lines: Lines, meter_ids: Sequence[str], known: Mapping[str, Meter]) -> npt.NDArray[np.float64]:
    """Give the highest rate of each line, infinite where none is known. [counts/h]"""
    owners = [known.get(meter_ids[meter]) for meter in lines.meters]
    rates = [
        np.inf if owner is None or owner.max_rate_per_h is None else float(owner.max_rate_per_h / register.factor)
        for owner, register in zip(owners, lines.registers, strict=True)
    ]
    return np.array(rates, dtype="float64")


def _widths(
    lines: Lines, meter_ids: Sequence[str], known: Mapping[str, Meter], exchanges: Sequence[Exchange]
) -> dict[tuple[int, int], int]:
    """Give the counts at which the works of each line roll over, where they are known."""
    out: dict[tuple[int, int], int] = {}
    ordered = sorted(exchanges, key=lambda exchange: exchange.time)
    for one, meter in enumerate(lines.meters):
        owner = known.get(meter_ids[meter])
        digits = None if owner is None else owner.int_digits
        mine = [exchange for exchange in ordered if exchange.meter_id == meter_ids[meter]]
        for number in range(len(mine) + 1):
            if number and mine[number - 1].new_int_digits is not None:
                digits = mine[number - 1].new_int_digits
            if digits is not None:
                out[one, number] = _whole(Fraction(10) ** digits, lines.registers[one], "the width", meter)
    return out


def _table(
    readings: Readings,
    lines: Lines,
    of_line: npt.NDArray[np.int64],
    start: npt.NDArray[np.int64],
    end: npt.NDArray[np.int64],
    difference: npt.NDArray[np.int64],
    sure: npt.NDArray[np.bool_],
    flags: npt.NDArray[np.uint16],
) -> Steps:
    registers: dict[Register, int] = {}
    register_of = np.array([registers.setdefault(r, len(registers)) for r in lines.registers], dtype="int32")
    return Steps(
        line=of_line,
        meter=np.array(lines.meters, dtype="int32")[of_line],
        register=register_of[of_line],
        tariff=np.array(lines.tariffs, dtype="int32")[of_line],
        subunit=np.array(lines.subunits, dtype="int32")[of_line],
        start=start.astype("datetime64[ms]"),
        end=end.astype("datetime64[ms]"),
        count=np.where(sure, difference, 0),
        count_known=sure,
        flags=flags,
        meter_ids=readings.meter_ids,
        registers=tuple(registers),
    )
