"""Readings in order: one line of exact counts per meter and register."""

from __future__ import annotations

import functools

from typing import Any

import numpy as np
import numpy.typing as npt

from attrs import evolve, frozen

from divako.errors import SeriesError
from divako.model import Function, Kind, Readings, Register, Status
from divako.model._table import Table, column, words
from divako.series._factors import on_common_factors


REASONS = (
    "duplicate",
    "superseded",
    "without_time",
    "not_instantaneous",
    "invalid",
    "without_count",
    "without_meter",
    "settled",
)
_NAT = np.iinfo("int64").min  # the number behind an unknown time
_NO_VALUE = np.uint32(Status.INVALID_VALUE | Status.RECORD_ERROR | Status.UNKNOWN_QUANTITY)


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
        value of an error) or ``invalid`` by the meter's own account; where consumption is kept up to
        date, what changes the ``settled`` past.
    stands : ndarray of int64, shape (n,)
        Row of the reading that stands for the same instant instead; -1 where there is none.
    reasons : tuple of str
        Words, each once.
    """

    row: npt.NDArray[np.int64] = column("int64")
    reason: npt.NDArray[np.int32] = column("int32", words="reasons")
    stands: npt.NDArray[np.int64] = column("int64")
    reasons: tuple[str, ...] = words()


@frozen(kw_only=True, eq=False)
class Lines:
    """Readings of counters, sorted, without duplicates: what steps are made of.

    Parameters
    ----------
    first : ndarray of int64, shape (m + 1,)
        Where each of ``m`` lines begins; the last entry is their end.
    time : ndarray of int64, shape (n,)
        Ascending within a line. [ms since 1970, UTC]
    count : ndarray of int64, shape (n,)
        In the factor of the register of the line.
    row : ndarray of int64, shape (n,), or None
        Row of the readings handed in; None where all of them stand as they were.
    meter, tariff, subunit : ndarray of int32, shape (m,)
        Of each line; the meter is an index into the meters of the readings.
    register : ndarray of int32, shape (m,)
        Row numbers into `registers`.
    registers : tuple of Register
        With the common factors.
    dropped : Dropped
        What was left out, and why.
    """

    first: npt.NDArray[np.int64]
    time: npt.NDArray[np.int64]
    count: npt.NDArray[np.int64]
    row: npt.NDArray[np.int64] | None
    meter: npt.NDArray[np.int32]
    register: npt.NDArray[np.int32]
    tariff: npt.NDArray[np.int32]
    subunit: npt.NDArray[np.int32]
    registers: tuple[Register, ...]
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
        & ((readings.status & _NO_VALUE) == 0)
    )
    return rows


def _all_usable(readings: Readings, register: str | None) -> bool:
    """Tell whether all rows can stand on a time line; in most tables they can, and extremes are found faster."""
    return bool(
        all(r.kind is Kind.COUNTER and register in {None, r.name} for r in readings.registers)
        and readings.register.min(initial=0) >= 0
        and readings.meter.min(initial=0) >= 0
        and readings.count_known.all()
        and readings.time.view("int64").min(initial=0) > _NAT
        and not (readings.function != int(Function.INSTANTANEOUS)).any()
        and not np.bitwise_or.reduce(readings.status) & _NO_VALUE
    )


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
        One instant has two counts, the registers of one name have two dimensions, or
        counts leave int64; with the row and the meter.
    """
    if on_conflict not in {"error", "last"}:
        msg = "on_conflict is 'error' or 'last'"
        raise SeriesError(msg)
    row: npt.NDArray[np.int64] | None = None
    dropped = nothing_dropped()
    used = readings
    if not _all_usable(readings, register):
        can_stand = usable(readings, register=register)
        row = np.flatnonzero(can_stand)
        dropped = _left_out(readings, register, can_stand)
        used = readings.select(row)
    key = _keys(used)
    time = used.time.view("int64")
    if not _in_order(key, time):
        order = np.lexsort((time, key))  # stable: of one instant the later arrival comes later
        row = order if row is None else row[order]
        key, time, used = key[order], time[order], used.select(order)
    starts = np.flatnonzero(key[1:] != key[:-1]) + 1
    first = np.concatenate([[0], starts, [len(key)]]) if len(key) else np.zeros(1, dtype="int64")
    head = first[:-1]
    count, register_of_line, registers = _counts(readings, used, row, first)
    # Only the registers that some line has, in the order of the lines.
    codes, at = np.unique(register_of_line, return_index=True)
    codes = codes[np.argsort(at)]
    place = np.zeros(len(registers), dtype="int32")
    place[codes] = np.arange(len(codes))
    lines = Lines(
        first=first,
        time=time,
        count=count,
        row=row,
        meter=used.meter[head],
        register=place[register_of_line],
        tariff=used.tariff[head].astype("int32"),
        subunit=used.subunit[head].astype("int32"),
        registers=tuple(registers[code] for code in codes.tolist()),
        dropped=dropped,
    )
    return _without_duplicates(lines, on_conflict)


def _keys(used: Readings) -> npt.NDArray[np.integer[Any]]:
    """Number the lines: equal for readings of one line, and ascending by meter, name, tariff and subunit."""
    parts: list[npt.NDArray[np.integer[Any]]] = [used.meter]
    names: dict[str, int] = {}
    name_of = np.array([names.setdefault(r.name, len(names)) for r in used.registers] or [0], dtype="int64")
    if len(names) > 1:
        parts.append(name_of[used.register])
    parts += [part for part in (used.tariff, used.subunit) if part.any()]
    if len(parts) == 1:
        return used.meter
    key = np.zeros(len(used), dtype="int64")
    for part in parts:
        codes = part
        if part.size and (part.min() < 0 or part.max() >= 1 << 20):
            codes = np.unique(part, return_inverse=True)[1].reshape(-1)
        # Wide codes of all columns could leave int64 together.
        if part.size and int(key.max()) >= 1 << 40:
            key = np.unique(key, return_inverse=True)[1].reshape(-1).astype("int64")
        key = key * (int(codes.max(initial=0)) + 1) + codes
    return key


def _in_order(key: npt.NDArray[np.integer[Any]], time: npt.NDArray[np.int64]) -> bool:
    if (key[1:] < key[:-1]).any():
        return False
    earlier = np.flatnonzero(time[1:] < time[:-1])
    return bool((key[earlier + 1] != key[earlier]).all())


def _counts(
    readings: Readings, used: Readings, row: npt.NDArray[np.int64] | None, first: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32], tuple[Register, ...]]:
    codes = {r.name for r in used.registers}
    if len(codes) == len(used.registers):  # each name has one factor
        return used.count, used.register[first[:-1]], used.registers
    many = len(first) - 1
    try:
        return on_common_factors(
            np.repeat(np.arange(many), np.diff(first)), used.register, used.count, many, used.registers
        )
    except SeriesError as error:
        at = error.row
        if at is not None:
            error.row = at if row is None else int(row[at])
            error.meter_index = int(readings.meter[error.row])
        raise


def _without_duplicates(lines: Lines, on_conflict: str) -> Lines:
    """Keep one reading an instant, as if each arrival met the one that stood before it."""
    time, count = lines.time, lines.count
    same = time[1:] == time[:-1]  # as the arrival before
    same[lines.first[1:-1] - 1] = False
    if not same.any():
        return lines
    rows = np.arange(len(time)) if lines.row is None else lines.row
    differs = same & (count[1:] != count[:-1])
    line = np.repeat(np.arange(len(lines.first) - 1), np.diff(lines.first))
    if on_conflict == "error" and differs.any():
        at = int(np.flatnonzero(differs)[0]) + 1
        msg = "one instant has two counts"
        raise SeriesError(msg, row=int(rows[at]), meter_index=int(lines.meter[line[at]]))
    duplicate = np.concatenate([[False], same & ~differs])
    group = np.concatenate([[0], np.cumsum(~same)])
    fresh = np.flatnonzero(~duplicate)
    keep = np.zeros(len(time), dtype="bool")
    # The last of an instant that is no repetition of the one before it.
    keep[fresh[np.concatenate([group[fresh][1:] != group[fresh][:-1], [True]])]] = True
    gone = np.flatnonzero(~keep)
    reason = np.where(duplicate[gone], REASONS.index("duplicate"), REASONS.index("superseded")).astype("int32")
    dropped = Dropped(row=rows[gone], reason=reason, stands=rows[keep][group[gone]], reasons=REASONS)
    kept_before = np.concatenate([[0], np.cumsum(keep)])
    return evolve(
        lines,
        first=kept_before[lines.first],
        time=time[keep],
        count=count[keep],
        row=rows[keep],
        dropped=Dropped.concatenate([dropped, lines.dropped]),
    )


@functools.cache
def nothing_dropped() -> Dropped:
    """Make the table of no dropped readings."""
    none = np.zeros(0, dtype="int64")
    return Dropped(row=none, reason=none.astype("int32"), stands=none, reasons=REASONS)


def _left_out(readings: Readings, register: str | None, can_stand: npt.NDArray[np.bool_]) -> Dropped:
    """Find the rows of counters that cannot stand on a time line, each with the first reason that holds."""
    rows = np.flatnonzero(_is_counter(readings, register) & ~can_stand)
    reason = np.select(
        [
            readings.meter[rows] < 0,
            np.isnat(readings.time[rows]),
            readings.function[rows] != int(Function.INSTANTANEOUS),
            (readings.status[rows] & _NO_VALUE) != 0,
        ],
        [REASONS.index(why) for why in ("without_meter", "without_time", "not_instantaneous", "invalid")],
        REASONS.index("without_count"),
    )
    return Dropped(row=rows, reason=reason.astype("int32"), stands=np.full(len(rows), -1), reasons=REASONS)


def _is_counter(readings: Readings, register: str | None) -> npt.NDArray[np.bool_]:
    # One more place at the end, for the code -1 of quantities that only the maker knows.
    wanted = [r.kind is Kind.COUNTER and register in {None, r.name} for r in readings.registers]
    return np.array([*wanted, False], dtype="bool")[readings.register]
