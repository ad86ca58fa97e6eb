"""From readings to bins, block by block: what every public call of this room stands on."""

from __future__ import annotations

import re

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, TypedDict

import numpy as np
import numpy.typing as npt

from attrs import evolve, frozen

from divako.consumption._bins import Bins, bins_of
from divako.consumption._blocks import Rows, blocks_of
from divako.consumption._edges import Edges, Ints, checked
from divako.consumption._register_at import RegisterAt, register_at
from divako.errors import SeriesError
from divako.model import Meter, Readings, Register
from divako.series import Exchange, Reset, calendar_boundaries, common_factor, usable
from divako.series._limits import Plans
from divako.series._noted import line_name
from divako.series._stitch import Rules, Stitched, stitch


# How the register of a tariff or subunit is called; any register name matches, most without either.
_OF_TARIFF = re.compile(r"(?P<name>.+?)(_tariff_(?P<tariff>\d+))?(_subunit_(?P<subunit>\d+))?", re.DOTALL)
_LIMIT = 1 << 62

Boundaries = npt.NDArray[np.datetime64] | Mapping[str, npt.NDArray[np.datetime64]]


class Reckoning(TypedDict, total=False):
    """Arguments of `divako.consumption.interval_consumption`, where each is explained."""

    freq: str
    tz: str
    start: np.datetime64 | None
    end: np.datetime64 | None
    boundaries: Boundaries | None
    register: str | None
    meters: Sequence[Meter]
    exchanges: Sequence[Exchange]
    resets: Sequence[Reset]
    reverse_tolerance: Fraction
    on_conflict: str
    max_gap_s: int | None
    quantum: Fraction | None


@frozen(kw_only=True, eq=False)
class Wanted:
    """What is asked of a table of readings; see `divako.consumption.interval_consumption`."""

    freqs: tuple[str, ...]
    tz: str
    start: np.datetime64 | None
    end: np.datetime64 | None
    boundaries: Boundaries | None
    register: str | None
    meters: Sequence[Meter]
    rules: Rules
    max_gap_s: int | None
    quantum: Fraction | None
    on_empty: str
    exactly: bool


def wanted_of(how: Mapping[str, Any], *, exactly: bool) -> Wanted:
    """Sort the arguments of a public call, and fill in what they leave out.

    Raises
    ------
    TypeError
        One is none of `Reckoning`.
    """
    unknown = how.keys() - Reckoning.__annotations__.keys()
    if unknown:
        msg = f"unexpected arguments: {', '.join(sorted(unknown))}"
        raise TypeError(msg)
    rules = {name: how[name] for name in ("exchanges", "resets", "reverse_tolerance", "on_conflict") if name in how}
    given: dict[str, Any] = {
        "freqs": (how.get("freq", "hour"),),
        "tz": "Europe/Oslo",
        "start": None,
        "end": None,
        "boundaries": None,
        "register": None,
        "meters": (),
        "max_gap_s": None,
        "quantum": None,
        "on_empty": "omit",
        **{name: value for name, value in how.items() if name not in {*rules, "freq"}},
    }
    return Wanted(**given, rules=Rules(**rules), exactly=exactly)


@frozen(eq=False)
class Block:
    """Bins of the lines of some meters.

    Parameters
    ----------
    stitched : Stitched
        The ``m`` lines.
    bins : tuple of Bins
        Their bins in each calendar wanted.
    register : ndarray of int32, shape (m,)
        Register of each line, a row number into the registers of the whole call.
    share : float
        How much of the readings was looked at so far.
    """

    stitched: Stitched
    bins: tuple[Bins, ...]
    register: npt.NDArray[np.int32]
    share: float


def reckon(readings: Readings, wanted: Wanted, registers: dict[Register, int]) -> Iterator[Block]:
    """Reckon block by block.

    Parameters
    ----------
    readings : Readings
        Of any number of meters.
    wanted : Wanted
        What is asked.
    registers : dict of Register to int
        Is filled with the registers of the lines.

    Yields
    ------
    Block
        In the order of the meters; none for blocks without lines.

    Raises
    ------
    SeriesError
        As the public calls say, with rows of the table given.
    """
    for lines in stitched_blocks(readings, wanted):
        gap = None if wanted.max_gap_s is None else wanted.max_gap_s * 1000
        bins = tuple(
            bins_of(lines.stitched, of_lines, at, multiple=lines.multiple, max_gap_ms=gap, exactly=wanted.exactly)
            for of_lines, at in _at_edges(lines.stitched, lines.edges, exactly=wanted.exactly)
        )
        yield Block(lines.stitched, bins, registers_of_lines(lines.stitched, registers), lines.share)


@frozen(eq=False)
class StitchedBlock:
    """Stitched registers of some meters, and where to cut them.

    Parameters
    ----------
    stitched : Stitched
        The lines.
    multiple : ndarray of int64 or None
        The quantum of each in its counts, where one is wanted.
    edges : list or mapping of int to ndarray of int64
        Boundaries of each calendar, or of each meter.
    share : float
        How much of the readings was looked at so far.
    """

    stitched: Stitched
    multiple: Ints | None
    edges: list[Ints] | dict[int, Ints]
    share: float


def stitched_blocks(readings: Readings, wanted: Wanted) -> Iterator[StitchedBlock]:
    """Stitch the registers of a table block by block; see `reckon`."""
    if wanted.on_empty not in {"omit", "missing", "error"}:
        msg = "on_empty is 'omit', 'missing' or 'error'"
        raise SeriesError(msg)
    name, numbers = read_name(wanted.register)
    rules = evolve(wanted.rules, register=name)
    plans = Plans.of(wanted.meters, readings.meter_ids)
    index = {meter_id: i for i, meter_id in enumerate(readings.meter_ids)}
    edges = _boundaries(readings, wanted, rules, index)
    if edges is None:
        if wanted.on_empty == "error" and readings.meter_ids:
            refuse_empty(readings, 0)
        return
    done, read = 0, np.zeros(len(readings.meter_ids), dtype="bool")
    for rows in blocks_of(readings):
        done += rows.stop - rows.start if isinstance(rows, slice) else len(rows)
        part, rows_of_part = part_of(readings, rows, numbers)
        try:
            stitched = stitch(part, plans, index, rules)
            if not len(stitched.time):
                continue
            stitched, multiple = (stitched, None) if wanted.quantum is None else on_quantum(stitched, wanted.quantum)
        except SeriesError as error:
            error.row = None if error.row is None else _row(rows_of_part, error.row)
            raise
        read[stitched.lines.meter] = True
        yield StitchedBlock(stitched, multiple, edges, done / len(readings))
    if wanted.on_empty == "error" and not read.all():
        refuse_empty(readings, int(np.flatnonzero(~read)[0]))


def refuse_empty(readings: Readings, meter: int) -> None:
    """Refuse a meter without any usable reading, with its first row where it has one."""
    rows = np.flatnonzero(readings.meter == meter)
    msg = "a meter has no usable reading"
    raise SeriesError(msg, row=int(rows[0]) if len(rows) else None, meter_index=meter)


def boundaries_of(readings: Readings, wanted: Wanted) -> list[Ints] | dict[int, Ints] | None:
    """Give the boundaries of each calendar, or of each meter; None where there is nothing to cut."""
    index = {meter_id: i for i, meter_id in enumerate(readings.meter_ids)}
    rules = evolve(wanted.rules, register=read_name(wanted.register)[0])
    return _boundaries(readings, wanted, rules, index)


def _at_edges(
    stitched: Stitched, edges: list[Ints] | Mapping[int, Ints], *, exactly: bool
) -> Iterator[tuple[Edges, RegisterAt]]:
    """Evaluate the registers once at all boundaries, and deal them out to the calendars."""
    if isinstance(edges, Mapping):
        none = np.zeros(0, dtype="int64")
        own = Edges.ragged([edges.get(meter, none) for meter in stitched.lines.meter.tolist()])
        yield own, register_at(stitched, own, exactly=exactly)
        return
    many = len(stitched.lines.meter)
    union = union_of(edges)
    at = register_at(stitched, Edges.shared(union, many), exactly=exactly)
    for one in edges:
        chosen = at if len(one) == len(union) else at.columns(len(union), np.searchsorted(union, one))
        yield Edges.shared(one, many), chosen


def union_of(edges: Sequence[Ints]) -> Ints:
    """Put boundaries together; days mostly begin with an hour, and months with a day."""
    union = max(edges, key=len)
    for one in edges:
        if one is not union:
            at = np.searchsorted(union, one)
            new = union[np.minimum(at, len(union) - 1)] != one
            union = np.insert(union, at[new], one[new])
    return union


def read_name(register: str | None) -> tuple[str | None, tuple[int, int] | None]:
    """Split the name of a register into that without, and the numbers of its tariff and subunit."""
    found = None if register is None else _OF_TARIFF.fullmatch(register)
    if found is None:
        return None, None
    return found["name"], (int(found["tariff"] or 0), int(found["subunit"] or 0))


def part_of(readings: Readings, rows: Rows, numbers: tuple[int, int] | None) -> tuple[Readings, Rows]:
    """Take the rows of a block, and of these the tariff and subunit wanted."""
    part = readings._span(rows) if isinstance(rows, slice) else readings.select(rows)  # noqa: SLF001 - of the house
    if numbers is None or (numbers == (0, 0) and not part.tariff.any() and not part.subunit.any()):
        return part, rows
    mine = np.flatnonzero((part.tariff == numbers[0]) & (part.subunit == numbers[1]))
    return part.select(mine), mine + rows.start if isinstance(rows, slice) else rows[mine]


def _row(rows: Rows, row: int) -> int:
    return row + int(rows.start) if isinstance(rows, slice) else int(rows[row])


def _boundaries(
    readings: Readings, wanted: Wanted, rules: Rules, index: Mapping[str, int]
) -> list[Ints] | dict[int, Ints] | None:
    """Give the boundaries of each calendar, or of each meter; None where there is nothing to cut."""
    given = wanted.boundaries
    if isinstance(given, Mapping):
        return {index[one]: checked(cuts, meter_index=index[one]) for one, cuts in given.items() if one in index}
    if given is not None:
        return [checked(given)]
    start, end = wanted.start, wanted.end
    if start is None or end is None:
        span = _span(readings, rules, index)
        if span is None:
            return None
        start, end = (span[0] if start is None else start), (span[1] if end is None else end)
    return [calendar_boundaries(start, end, freq=freq, tz=wanted.tz).astype("int64") for freq in wanted.freqs]


def _span(readings: Readings, rules: Rules, index: Mapping[str, int]) -> tuple[np.datetime64, np.datetime64] | None:
    """Give the span of all usable readings, and of the exchanges of their meters."""
    times: list[np.datetime64] = []
    for rows in blocks_of(readings):
        part = readings.select(rows)
        time = part.time[usable(part, register=rules.register)]
        if len(time):
            times += [time.min(), time.max()]
    if not times:
        return None
    times += [e.time.astype("datetime64[ms]") for e in rules.exchanges if e.meter_id in index and not np.isnat(e.time)]
    first, last = min(times), max(times)
    return first, max(last, first + np.timedelta64(1, "ms"))


def on_quantum(stitched: Stitched, quantum: Fraction, zero: Ints | None = None) -> tuple[Stitched, Ints]:
    """Make the counts of each line fine enough for the quantum to be a whole number of them.

    Parameters
    ----------
    stitched : Stitched
        Of ``m`` lines.
    quantum : Fraction
        What the register is rounded down to. [canonical unit]
    zero : ndarray of int64, shape (m,), optional
        From which the register of each line counts; without it what it was at its first point.

    Returns
    -------
    tuple of Stitched and ndarray of int64, shape (m,)
        The same registers counted from zero, and the quantum of each line in their counts.

    Raises
    ------
    SeriesError
        The quantum is not above 0, or too fine.
    """
    if quantum <= 0:
        msg = "a quantum is larger than 0"
        raise SeriesError(msg)
    lines, sizes = stitched.lines, np.diff(stitched.first)
    fine = [evolve(r, factor=common_factor([r.factor, quantum])) for r in lines.registers]
    times = [int(r.factor / f.factor) for r, f in zip(lines.registers, fine, strict=True)]
    multiple = [int(quantum / f.factor) for f in fine]
    if max(*times, *multiple, 1) >= _LIMIT:
        msg = "a quantum is too fine for the counts of a register"
        raise SeriesError(msg)
    of_line = np.array(times, dtype="int64")[lines.register]
    since = stitched.stood - np.repeat(stitched.stood[stitched.first[:-1]] if zero is None else zero, sizes)
    most = np.maximum.reduceat(np.abs(since.astype("float64")), stitched.first[:-1])
    large = np.flatnonzero(most * of_line >= _LIMIT // 2)
    if len(large):
        msg = "counts of a quantum so fine leave int64"
        raise SeriesError(msg, meter_index=int(lines.meter[large[0]]))
    factor = np.repeat(of_line, sizes)
    finer = evolve(
        stitched,
        lines=evolve(lines, registers=tuple(fine)),
        passed=stitched.passed * factor,
        stood=since * factor,
    )
    return finer, np.array(multiple, dtype="int64")[lines.register]


def registers_of_lines(stitched: Stitched, registers: dict[Register, int]) -> npt.NDArray[np.int32]:
    """Give each line its register, under a name of its own where it is that of a tariff or subunit.

    The register of a tariff is a part of the one without; under one name they would be added up.
    """
    lines = stitched.lines
    key = np.stack([lines.register, lines.tariff, lines.subunit])
    kinds, inverse = (key[:, :1], np.zeros(key.shape[1], dtype="int64"))
    if (key != kinds).any():
        kinds, inverse = np.unique(key, axis=1, return_inverse=True)
    codes = []
    for code, tariff, subunit in kinds.T.tolist():
        one = lines.registers[code]
        named = evolve(one, name=line_name(one.name, tariff, subunit)) if tariff or subunit else one
        codes.append(registers.setdefault(named, len(registers)))
    return np.array(codes, dtype="int32")[inverse.reshape(-1)]
