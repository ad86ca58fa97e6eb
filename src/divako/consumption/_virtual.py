"""Meters that nobody installed: sums, differences and weighted parts of those there are.

A virtual meter is known where all its parts are. Beside the boundaries asked for, its parts are cut where
one of them becomes known or unknown; between two such instants each part is known wholly or
not at all, so what is known of their sum is exact, and so is its coverage.
"""

from __future__ import annotations

import functools

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any, Unpack

import numpy as np
import numpy.typing as npt

from attrs import evolve, field, frozen

from divako.consumption._bins import Bins, bins_of
from divako.consumption._columns import Columns, table_of
from divako.consumption._edges import Edges, Ints
from divako.consumption._reckon import Reckoning, StitchedBlock, Wanted, stitched_blocks, wanted_of
from divako.consumption._register_at import register_at
from divako.errors import SeriesError
from divako.model import Consumption, Quality, Readings, Register, values_of_counts
from divako.series import common_factor
from divako.series._noted import Finder
from divako.series._stitch import Stitched


_LIMIT = 2.0**62


def _not_zero(_instance: Any, _attribute: Any, value: Fraction) -> None:
    if value == 0:
        msg = "a weight is not 0"
        raise SeriesError(msg)


def _some(_instance: Any, _attribute: Any, value: tuple[object, ...]) -> None:
    if not value:
        msg = "a virtual meter has a part at least"
        raise SeriesError(msg)


@frozen(kw_only=True)
class VirtualPart:
    """A register that a virtual meter counts.

    Parameters
    ----------
    meter_id : str
        Its meter.
    weight : Fraction, default 1
        What it counts for: -1 takes it away.
    register : str, optional
        Its name; needed where the readings are of several registers of the meter.
    """

    meter_id: str
    weight: Fraction = field(default=Fraction(1), converter=Fraction, validator=_not_zero)
    register: str | None = None


def _parts(parts: Iterable[VirtualPart]) -> tuple[VirtualPart, ...]:
    return tuple(parts)


@frozen(kw_only=True)
class VirtualMeter:
    """A weighted sum of registers.

    Parameters
    ----------
    id : str
        Its name.
    parts : sequence of VirtualPart
        At least one, all of one dimension.
    """

    id: str
    parts: tuple[VirtualPart, ...] = field(converter=_parts, validator=_some)

    @classmethod
    def forward_less_reverse(cls, meter_id: str, *, forward: str, reverse: str) -> VirtualMeter:
        """Make the net register of a meter that counts both directions."""
        parts = (
            VirtualPart(meter_id=meter_id, register=forward),
            VirtualPart(meter_id=meter_id, register=reverse, weight=Fraction(-1)),
        )
        return cls(id=meter_id, parts=parts)


def virtual_consumption(
    readings: Readings, virtual_meters: Sequence[VirtualMeter], **how: Unpack[Reckoning]
) -> Consumption:
    """Reckon virtual meters by the rules of real ones.

    Parameters
    ----------
    readings : Readings
        Of the meters they are made of, and any others.
    virtual_meters : sequence of VirtualMeter
        What to reckon.
    **how : Unpack
        Arguments of `interval_consumption`, but no boundaries of single meters.

    Returns
    -------
    Consumption
        One row per virtual meter and bin, under its name and the register of its first part that was read. Each part
        is rounded at boundaries on its own, so that a virtual meter is the weighted sum of what its parts
        are billed. An instant is known where all parts are; a bin is estimated if it is for any part.
        A virtual meter none of whose parts was ever read has no rows.

    Raises
    ------
    SeriesError
        Parts measure different things, may be of several registers, or add up to more than int64
        holds; or anything that `interval_consumption` refuses.

    Examples
    --------
    >>> from divako.units import Dimension
    >>> litres = Register("volume", Dimension.VOLUME, Fraction(1, 1000))
    >>> hours = np.array(["2026-01-10T00:00", "2026-01-10T02:00"], dtype="datetime64[ms]")
    >>> tables = [Readings.of_counts(name, litres, hours, [0, passed]) for name, passed in (("in", 900), ("out", 300))]
    >>> parts = [VirtualPart(meter_id="in"), VirtualPart(meter_id="out", weight=Fraction(-1))]
    >>> net = VirtualMeter(id="net", parts=parts)
    >>> virtual_consumption(Readings.concatenate(tables), [net], tz="UTC").count
    array([300, 300])
    """
    wanted = wanted_of(how, exactly=False)
    if wanted.boundaries is not None and not isinstance(wanted.boundaries, np.ndarray):
        msg = "virtual meters need boundaries that all meters share"
        raise SeriesError(msg)
    used = {part.meter_id for virtual in virtual_meters for part in virtual.parts}
    codes = [i for i, meter_id in enumerate(readings.meter_ids) if meter_id in used]
    mine = np.flatnonzero(np.isin(readings.meter, codes))
    try:
        edges, holes = _holes(readings.select(mine), wanted, virtual_meters)
        own = [_cuts(virtual, edges, holes) for virtual in virtual_meters]
        of_parts = _of_parts(readings.select(mine), wanted, virtual_meters, own, edges)
    except SeriesError as error:
        error.row = None if error.row is None else int(mine[error.row])
        raise
    registers: dict[Register, int] = {}
    columns: list[Columns] = []
    for code, (virtual, cuts) in enumerate(zip(virtual_meters, own, strict=True)):
        seen = [of_parts.get((part.meter_id, part.register)) for part in virtual.parts]
        register = _register(virtual, [one.register for one in seen if one is not None])
        if register is not None:
            one = _reckoned(virtual, seen, cuts, edges, register)
            one["meter"] = np.full(len(edges) - 1, code, dtype="int32")
            one["register"] = np.full(len(edges) - 1, registers.setdefault(register, len(registers)), dtype="int32")
            columns.append(one)
    joined = {name: np.concatenate([one[name] for one in columns]) for name in columns[0]} if columns else None
    return table_of(joined, tuple(virtual.id for virtual in virtual_meters), registers)


Key = tuple[str, str | None]


@frozen(eq=False)
class _Piece:
    """What passed in a part between its cuts."""

    register: Register
    cuts: Ints
    count: Ints
    known: npt.NDArray[np.bool_]
    long: npt.NDArray[np.bool_]
    flags: npt.NDArray[np.uint16]


def _lines(
    readings: Readings, wanted: Wanted, virtual_meters: Sequence[VirtualMeter]
) -> Iterator[tuple[StitchedBlock, dict[Key, int]]]:
    """Find the lines of all parts, block by block."""
    keys = dict.fromkeys((part.meter_id, part.register) for virtual in virtual_meters for part in virtual.parts)
    index = {meter_id: i for i, meter_id in enumerate(readings.meter_ids)}
    for block in stitched_blocks(readings, wanted):
        finder = Finder(block.stitched.lines, index)
        found = {key: finder.line_named(*key) for key in keys}
        yield block, {key: line for key, line in found.items() if line is not None}


def _holes(readings: Readings, wanted: Wanted, virtual_meters: Sequence[VirtualMeter]) -> tuple[Ints, dict[Key, Ints]]:
    """Find the boundaries, and the instants at which parts become known or unknown."""
    edges = np.zeros(1, dtype="int64")
    holes: dict[Key, Ints] = {}
    for block, lines in _lines(readings, wanted, virtual_meters):
        assert isinstance(block.edges, list)  # noqa: S101 - no boundaries of meters were given
        (edges,) = block.edges
        stitched = block.stitched
        for key, line in lines.items():
            low, high = stitched.first[line : line + 2].tolist()
            ends = [stitched.time[[low, high - 1]]]
            if stitched.unknown is not None:
                steps = low + np.flatnonzero(stitched.unknown[low:high])
                ends += [stitched.time[steps], stitched.time[steps + 1]]
            holes[key] = np.concatenate(ends)
    return edges, holes


def _cuts(virtual: VirtualMeter, edges: Ints, holes: dict[Key, Ints]) -> Ints:
    none = np.zeros(0, dtype="int64")
    instants = np.concatenate([holes.get((part.meter_id, part.register), none) for part in virtual.parts])
    inside = instants[(instants > edges[0]) & (instants < edges[-1])]
    return np.unique(np.concatenate([edges, inside]))


def _of_parts(
    readings: Readings,
    wanted: Wanted,
    virtual_meters: Sequence[VirtualMeter],
    own: Sequence[Ints],
    edges: Ints,
) -> dict[Key, _Piece]:
    """Reckon each part between the cuts of all virtual meters that it belongs to."""
    if len(edges) < 2:
        return {}
    wants: dict[Key, list[Ints]] = {}
    for virtual, cuts in zip(virtual_meters, own, strict=True):
        for part in virtual.parts:
            wants.setdefault((part.meter_id, part.register), []).append(cuts)
    cuts_of = {key: functools.reduce(np.union1d, cuts) for key, cuts in wants.items()}
    gap = None if wanted.max_gap_s is None else wanted.max_gap_s * 1000
    out: dict[Key, _Piece] = {}
    for block, lines in _lines(readings, evolve(wanted, boundaries=edges.view("datetime64[ms]")), virtual_meters):
        stitched = block.stitched
        none = np.zeros(0, dtype="int64")
        many = len(stitched.lines.meter)
        # Two names of one line, with and without the register, are cut alike.
        of_line: list[Ints] = [none] * many
        for key, line in lines.items():
            of_line[line] = np.union1d(of_line[line], cuts_of[key])
        of_lines = Edges.ragged(of_line)
        at = register_at(stitched, of_lines)
        bins = bins_of(stitched, of_lines, at, multiple=block.multiple, max_gap_ms=gap, exactly=False)
        last = np.cumsum(bins.many)
        for key, line in lines.items():
            out[key] = _piece(stitched, bins, line, int(last[line] - bins.many[line]), of_line[line])
    return out


def _piece(stitched: Stitched, bins: Bins, line: int, first: int, cuts: Ints) -> _Piece:
    here = slice(first, first + len(cuts) - 1)
    lines = stitched.lines
    return _Piece(
        lines.registers[lines.register[line]],
        cuts,
        bins.count[here],
        bins.covered[here] == bins.length[here],
        bins.quality[here] == Quality.ESTIMATED,
        bins.flags[here],
    )


def _register(virtual: VirtualMeter, registers: Sequence[Register]) -> Register | None:
    """Give the register of a virtual meter, with the factor of which all its parts are multiples."""
    if not registers:
        return None
    if len({register.dimension for register in registers}) > 1:
        msg = "parts of a virtual meter measure different things"
        raise SeriesError(msg)
    weights = {Fraction(1), *(abs(part.weight) for part in virtual.parts)}
    factors = [register.factor * weight for register in registers for weight in weights]
    return evolve(registers[0], factor=common_factor(factors))


def _reckoned(
    virtual: VirtualMeter, seen: Sequence[_Piece | None], cuts: Ints, edges: Ints, register: Register
) -> Columns:
    """Add parts up between the cuts, and put what lies between two boundaries together."""
    many = len(cuts) - 1
    count, size = np.zeros(many, dtype="int64"), np.zeros(many)
    known, long = np.ones(many, dtype="bool"), np.zeros(many, dtype="bool")
    flags = np.zeros(many, dtype="uint16")
    for part, piece in zip(virtual.parts, seen, strict=True):
        if piece is None:
            known[:] = False
            continue
        at = np.searchsorted(piece.cuts, cuts[:-1])
        times = int(part.weight * piece.register.factor / register.factor)
        passed = np.add.reduceat(piece.count, at)
        size += np.abs(passed.astype("float64")) * abs(times)
        if abs(times) >= _LIMIT or size.max() >= _LIMIT:
            msg = "the sum of a virtual meter leaves int64"
            raise SeriesError(msg)
        count += passed * times
        known &= np.logical_and.reduceat(piece.known, at)
        long |= np.logical_or.reduceat(piece.long, at)
        flags |= np.bitwise_or.reduceat(piece.flags, at)
    begin = np.searchsorted(cuts, edges[:-1])
    length = edges[1:] - edges[:-1]
    count = np.add.reduceat(np.where(known, count, 0), begin)
    covered = np.add.reduceat(np.where(known, np.diff(cuts), 0), begin)
    is_long = np.logical_or.reduceat(long, begin)
    quality = np.where(is_long, np.uint8(Quality.ESTIMATED), np.uint8(Quality.MEASURED))
    quality[covered < length] = Quality.PARTIAL
    quality[covered == 0] = Quality.MISSING
    value = values_of_counts(count, register)
    value[covered == 0] = np.nan
    return {
        "start": edges[:-1].view("datetime64[ms]"),
        "end": edges[1:].view("datetime64[ms]"),
        "value": value,
        "count": count,
        "count_known": covered > 0,
        "coverage": covered / length,
        "quality": quality,
        "steps": np.bitwise_or.reduceat(flags, begin),
    }
