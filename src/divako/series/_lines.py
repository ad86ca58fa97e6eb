"""Readings in order: one line of exact counts per meter and register."""

from __future__ import annotations

import math

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from attrs import evolve, frozen

from divako.errors import SeriesError
from divako.model import Function, Kind, Readings, Register, Status
from divako.model._table import Table, column, words


REASONS = ("duplicate", "superseded", "without_time", "not_instantaneous", "invalid", "without_count", "without_meter")
_NO_VALUE = int(Status.INVALID_VALUE | Status.RECORD_ERROR | Status.UNKNOWN_QUANTITY)


@frozen(kw_only=True, eq=False)
class Dropped(Table):
    """Readings that made no step, and why.

    Parameters
    ----------
    row : ndarray of int64, shape (n,)
        Row of the readings handed in.
    reason : ndarray of int32, shape (n,)
        Row numbers into `reasons`: ``duplicate`` says the same as another,
        ``superseded`` was overruled by a later arrival; counters are left out that are
        ``without_meter``, ``without_time``, ``without_count``, ``not_instantaneous`` (a maximum, minimum or
        value of an error) or ``invalid`` by the meter's own account.
    reasons : tuple of str
        Words, each once.
    """

    row: npt.NDArray[np.int64] = column("int64")
    reason: npt.NDArray[np.int32] = column("int32", words="reasons")
    reasons: tuple[str, ...] = words()


@frozen(eq=False)
class Lines:
    """Readings of counters, sorted, without duplicates: what steps are made of.

    Parameters
    ----------
    line : ndarray of int64, shape (n,)
        Which line each reading belongs to, ascending.
    time : ndarray of int64, shape (n,)
        Ascending within a line. [ms since 1970, UTC]
    count : ndarray of int64, shape (n,)
        In the common factor of the line.
    row : ndarray of int64, shape (n,)
        Row of the readings handed in.
    meters : tuple of int
        For each line, its index into the meters of the readings.
    registers : tuple of Register
        For each line, its register with the common factor.
    tariffs, subunits : tuple of int
        For each line.
    dropped : Dropped
        What was left out, and why.
    """

    line: npt.NDArray[np.int64]
    time: npt.NDArray[np.int64]
    count: npt.NDArray[np.int64]
    row: npt.NDArray[np.int64]
    meters: tuple[int, ...]
    registers: tuple[Register, ...]
    tariffs: tuple[int, ...]
    subunits: tuple[int, ...]
    dropped: Dropped


def usable(readings: Readings, *, register: str | None = None) -> npt.NDArray[np.bool_]:
    """Tell which rows can stand on a time line.

    Those of a counter of some meter, with a time and an exact count, whose value the meter does not
    call invalid, and which are no maximum, minimum or error value. What the meter
    stored on a due date can, if its time is known.

    Parameters
    ----------
    readings : Readings
        ``n`` rows.
    register : str, optional
        Name of the only register wanted.

    Returns
    -------
    ndarray of bool, shape (n,)
        Whether each row can be used.
    """
    rows: npt.NDArray[np.bool_] = (
        _is_counter(readings, register)
        & (readings.meter >= 0)
        & readings.count_known
        & ~np.isnat(readings.time)
        & (readings.function == int(Function.INSTANTANEOUS))
        & ((readings.status & np.uint32(_NO_VALUE)) == 0)
    )
    return rows


def arrange(readings: Readings, *, register: str | None = None, on_conflict: str = "error") -> Lines:
    """Sort usable readings into lines and drop duplicates.

    Parameters
    ----------
    readings : Readings
        In any order.
    register : str, optional
        Name of the only register wanted.
    on_conflict : {"error", "last"}
        What to do when one instant has two counts: refuse, or let the later arrival win.

    Returns
    -------
    Lines
        One per meter, register name, tariff and subunit.

    Raises
    ------
    SeriesError
        One instant has two counts, with the row; or counts leave int64.
    """
    if on_conflict not in {"error", "last"}:
        msg = "on_conflict is 'error' or 'last'"
        raise SeriesError(msg)
    can_stand = usable(readings, register=register)
    rows = np.flatnonzero(can_stand)
    names: dict[str, int] = {}
    name_of = np.array([names.setdefault(r.name, len(names)) for r in readings.registers] + [0], dtype="int64")
    unique, line = _distinct(
        readings.meter[rows], name_of[readings.register[rows]], readings.tariff[rows], readings.subunit[rows]
    )
    time = readings.time[rows].astype("int64")
    count, registers = _on_common_factors(readings, rows, line, len(unique[0]))
    if not _sorted(line, time):
        order = np.lexsort((rows, time, line))
        line, time, count, rows = line[order], time[order], count[order], rows[order]
    left, why = _left_out(readings, register, can_stand)
    keep, superseded = _without_duplicates(readings, line, time, count, rows, on_conflict)
    return Lines(
        line[keep],
        time[keep],
        count[keep],
        rows[keep],
        tuple(unique[0].tolist()),
        registers,
        tuple(unique[2].tolist()),
        tuple(unique[3].tolist()),
        Dropped(
            row=np.concatenate([rows[~keep], left]),
            reason=np.concatenate([superseded[~keep].astype("int32"), why]),
            reasons=REASONS,
        ),
    )


def _distinct(*keys: npt.NDArray[np.integer[Any]]) -> tuple[list[npt.NDArray[np.int64]], npt.NDArray[np.int64]]:
    """Number the distinct combinations of keys, in their order: the combinations, and the number of each row."""
    combined = np.zeros(len(keys[0]), dtype="int64")
    widths = [int(key.max()) + 1 if key.size else 1 for key in keys]
    for key, width in zip(keys, widths, strict=True):
        combined = combined * width + key
    changes = combined[1:] != combined[:-1]
    if (combined[1:] >= combined[:-1]).all():  # as head-ends write them: no need to sort
        unique = combined[np.concatenate([[True], changes])] if combined.size else combined
        line = np.concatenate([[0], np.cumsum(changes)]) if combined.size else combined
    else:
        unique, line = np.unique(combined, return_inverse=True)
    parts: list[npt.NDArray[np.int64]] = []
    for width in reversed(widths):
        unique, part = np.divmod(unique, width)
        parts.insert(0, part)
    return parts, line


def _sorted(line: npt.NDArray[np.int64], time: npt.NDArray[np.int64]) -> bool:
    later = (line[1:] > line[:-1]) | ((line[1:] == line[:-1]) & (time[1:] >= time[:-1]))
    return bool(later.all())


def _on_common_factors(
    readings: Readings, rows: npt.NDArray[np.int64], line: npt.NDArray[np.int64], many: int
) -> tuple[npt.NDArray[np.int64], tuple[Register, ...]]:
    """Bring the counts of each line to one factor: the largest that all of its own are multiples of."""
    codes = readings.register[rows]
    of_line: list[list[int]] = [[] for _ in range(many)]
    for one, code in zip(*(part.tolist() for part in _distinct(line, codes)[0]), strict=True):
        of_line[one].append(code)
    count = readings.count[rows].copy()
    registers: list[Register] = []
    for one, used in enumerate(of_line):
        common = readings.registers[used[0]]
        if len(used) > 1:
            factor = common_factor([readings.registers[code].factor for code in used])
            common = evolve(common, factor=factor)
            for code in used:
                times = int(readings.registers[code].factor / factor)
                mine = (line == one) & (codes == code)
                count[mine] = multiplied(count[mine], times)
        registers.append(common)
    return count, tuple(registers)


def common_factor(factors: Sequence[Fraction]) -> Fraction:
    """Give the largest factor of which all others are whole multiples.

    Examples
    --------
    >>> common_factor([Fraction(1, 100), Fraction(1, 1000)])
    Fraction(1, 1000)
    """
    up, down = 0, 1
    for factor in factors:
        down_new = math.lcm(down, factor.denominator)
        up = math.gcd(up * (down_new // down), factor.numerator * (down_new // factor.denominator))
        down = down_new
    return Fraction(up, down)


def multiplied(count: npt.NDArray[np.int64], times: int) -> npt.NDArray[np.int64]:
    """Multiply counts by a whole number, refusing what leaves int64.

    Raises
    ------
    SeriesError
        A product does not fit.
    """
    limit = ((1 << 63) - 1) // max(times, 1)
    if count.size and (int(count.max()) > limit or int(count.min()) < -limit):
        msg = "a count is too large for the common factor of its line"
        raise SeriesError(msg)
    return count * np.int64(times)


def _without_duplicates(
    readings: Readings,
    line: npt.NDArray[np.int64],
    time: npt.NDArray[np.int64],
    count: npt.NDArray[np.int64],
    rows: npt.NDArray[np.int64],
    on_conflict: str,
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Keep one reading an instant, the first of those that say what the last one says: which, and which it overruled."""
    same = (line[1:] == line[:-1]) & (time[1:] == time[:-1])  # with the one before
    keep = np.ones(len(rows), dtype="bool")
    superseded = np.zeros(len(rows), dtype="bool")
    if same.any():
        differs = same & (count[1:] != count[:-1])
        if on_conflict == "error" and differs.any():
            at = int(np.flatnonzero(differs)[0]) + 1
            msg = "one instant has two counts"
            raise SeriesError(msg, row=int(rows[at]), meter_index=int(readings.meter[rows[at]]))
        group = np.concatenate([[0], np.cumsum(~same)])
        last_of_group = np.concatenate([np.flatnonzero(~same), [len(rows) - 1]])
        superseded = count != count[last_of_group][group]
        final = np.flatnonzero(~superseded)
        keep[:] = False
        keep[final[np.concatenate([[True], group[final][1:] != group[final][:-1]])]] = True
    return keep, superseded


def _left_out(
    readings: Readings, register: str | None, can_stand: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]:
    """Find the rows of counters that cannot stand on a time line, each with the first reason that holds."""
    rows = np.flatnonzero(_is_counter(readings, register) & ~can_stand)
    reason = np.select(
        [
            readings.meter[rows] < 0,
            np.isnat(readings.time[rows]),
            readings.function[rows] != int(Function.INSTANTANEOUS),
            (readings.status[rows] & np.uint32(_NO_VALUE)) != 0,
        ],
        [REASONS.index(why) for why in ("without_meter", "without_time", "not_instantaneous", "invalid")],
        REASONS.index("without_count"),
    )
    return rows, reason.astype("int32")


def _is_counter(readings: Readings, register: str | None) -> npt.NDArray[np.bool_]:
    # One more place at the end, for the code -1 of quantities that only the maker knows.
    wanted = [r.kind is Kind.COUNTER and register in {None, r.name} for r in readings.registers]
    return np.array([*wanted, False], dtype="bool")[readings.register]
