"""Consumption of fleets as matrices of counts: the least that a year of a fleet can be said with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import numpy as np
import numpy.typing as npt

from attrs import evolve, frozen

from divako.consumption._bins import bins_of
from divako.consumption._edges import Edges, Ints
from divako.consumption._reckon import (
    Reckoning,
    StitchedBlock,
    registers_of_lines,
    stitched_blocks,
    union_of,
    wanted_of,
)
from divako.consumption._register_at import register_at
from divako.errors import SeriesError
from divako.model import Consumption, Quality, Readings, Register, values_of_counts
from divako.series._stitch import Stitched


@frozen(kw_only=True, eq=False)
class CountGrid:
    """Interval consumption of ``m`` lines of a fleet on ``t`` common intervals.

    Parameters
    ----------
    meter, register : ndarray of int32, shape (m,)
        Row numbers into `meter_ids` and `registers`.
    start, end : ndarray of datetime64[ms], shape (t,)
        The intervals ``[start, end)``, in UTC.
    count : ndarray of int64, shape (m, t)
        What passed in the known part of each, exactly; 0 where nothing is known.
    quality : ndarray of uint8, shape (m, t)
        `Quality` of each.
    steps : ndarray of uint16, shape (m, t)
        Union of the `Step` bits of the steps that touch each.
    short : ndarray of int64, shape (k,)
        Flat positions of the intervals that are not wholly known, ascending.
    covered : ndarray of int64, shape (k,)
        How much of those is. [ms]
    meter_ids : tuple of str
        Meter identifiers, each once.
    registers : tuple of Register
        Registers, each once.
    """

    meter: npt.NDArray[np.int32]
    register: npt.NDArray[np.int32]
    start: npt.NDArray[np.datetime64]
    end: npt.NDArray[np.datetime64]
    count: npt.NDArray[np.int64]
    quality: npt.NDArray[np.uint8]
    steps: npt.NDArray[np.uint16]
    short: npt.NDArray[np.int64]
    covered: npt.NDArray[np.int64]
    meter_ids: tuple[str, ...]
    registers: tuple[Register, ...]

    def value(self) -> npt.NDArray[np.float64]:
        """Give a matrix of values; NaN where nothing is known. [canonical unit of each register]"""
        out = np.empty(self.count.shape)
        for code in np.unique(self.register).tolist():
            mine = self.register == code
            out[mine] = values_of_counts(self.count[mine].reshape(-1), self.registers[code]).reshape(
                -1, len(self.start)
            )
        out[self.quality == Quality.MISSING] = np.nan
        return out

    def coverage(self) -> npt.NDArray[np.float64]:
        """Give a matrix of the known share of each interval, 0 to 1."""
        out = np.ones(self.count.size)
        length = (self.end - self.start).astype("int64")
        out[self.short] = self.covered / length[self.short % max(len(length), 1)]
        return out.reshape(self.count.shape)

    def table(self) -> Consumption:
        """Give one row per line and interval, as `interval_consumption` does."""
        lines, bins = len(self.meter), len(self.start)
        known = self.quality.reshape(-1) != Quality.MISSING
        return Consumption(
            meter=np.repeat(self.meter, bins),
            register=np.repeat(self.register, bins),
            start=np.tile(self.start, lines),
            end=np.tile(self.end, lines),
            value=self.value().reshape(-1),
            count=self.count.reshape(-1),
            count_known=known,
            coverage=self.coverage().reshape(-1),
            quality=self.quality.reshape(-1),
            steps=self.steps.reshape(-1),
            meter_ids=self.meter_ids,
            registers=self.registers,
        )


def count_grids(readings: Readings, freqs: Sequence[str], **how: Unpack[Reckoning]) -> dict[str, CountGrid]:
    """Reckon several calendars of a fleet at once, as matrices of counts.

    The same numbers as `consumption_by_calendar`, in less than half the time and a fifth of the memory.

    Parameters
    ----------
    readings : Readings
        As for `interval_consumption`.
    freqs : sequence of str
        Which bins, such as ``("hour", "day")``.
    **how : Unpack
        Other arguments of `interval_consumption` but boundaries.

    Returns
    -------
    dict of str to CountGrid
        One for each frequency.

    Raises
    ------
    SeriesError
        As `consumption_by_calendar` does.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from divako.units import Dimension
    >>> litres = Register("volume", Dimension.VOLUME, Fraction(1, 1000))
    >>> readings = Readings.of_counts("m", litres, ["2026-01-10T00:00", "2026-01-10T02:30"], [0, 1000])
    >>> hours = count_grids(readings, ("hour",), tz="UTC")["hour"]
    >>> hours.count, hours.coverage()
    (array([[400, 400, 200]]), array([[1. , 1. , 0.5]]))
    """
    wanted = evolve(wanted_of(how, exactly=False), freqs=tuple(dict.fromkeys(freqs)))
    if wanted.boundaries is not None or not freqs:
        msg = "calendars have frequencies, at least one, and no other boundaries"
        raise SeriesError(msg)
    registers: dict[Register, int] = {}
    out = [_Growing() for _ in wanted.freqs]
    for block in stitched_blocks(readings, wanted):
        assert isinstance(block.edges, list)  # noqa: S101 - no boundaries of meters were given
        register = registers_of_lines(block.stitched, registers)
        _add(block, block.edges, register, None if wanted.max_gap_s is None else wanted.max_gap_s * 1000, out)
    return {freq: one.grid(readings.meter_ids, tuple(registers)) for freq, one in zip(wanted.freqs, out, strict=True)}


class _Growing:
    """The rows of a grid, in memory that is asked for once; where the first guess falls short, it grows."""

    def __init__(self) -> None:
        self._rows = 0
        self._edges: Ints = np.zeros(1, dtype="int64")
        self._count = np.zeros((0, 0), dtype="int64")
        self._quality = np.zeros((0, 0), dtype="uint8")
        self._steps = np.zeros((0, 0), dtype="uint16")
        self._short: list[Ints] = []
        self._covered: list[Ints] = []
        self._meter: list[npt.NDArray[np.int32]] = []
        self._register: list[npt.NDArray[np.int32]] = []

    def room(
        self, edges: Ints, meter: npt.NDArray[np.int32], register: npt.NDArray[np.int32], share: float
    ) -> tuple[Ints, npt.NDArray[np.uint8], npt.NDArray[np.uint16]]:
        """Make room for lines: counts, qualities and steps to be filled in; the latter two are zero."""
        total = self._rows + len(meter)
        if total > len(self._count):
            lines = total if share == 1 else int(total / share * 1.05) + 1
            shape = lines, len(edges) - 1
            kept = self._count[: self._rows], self._quality[: self._rows], self._steps[: self._rows]
            # Zeros are pages that take no memory before something is written into them.
            self._count = np.empty(shape, dtype="int64")
            self._quality, self._steps = np.zeros(shape, dtype="uint8"), np.zeros(shape, dtype="uint16")
            if self._rows:
                self._count[: self._rows], self._quality[: self._rows], self._steps[: self._rows] = kept
        here = slice(self._rows, total)
        self._rows, self._edges = total, edges
        self._meter.append(meter)
        self._register.append(register)
        return self._count[here], self._quality[here], self._steps[here]

    def mark(self, short: Ints, covered: Ints, many: int) -> None:
        """Note which bins of the newest lines are not wholly known."""
        bins = len(self._edges) - 1
        self._short.append(short + (self._rows - many) * bins)
        self._covered.append(covered)

    def grid(self, meter_ids: tuple[str, ...], registers: tuple[Register, ...]) -> CountGrid:
        none = np.zeros(0, dtype="int64")
        edges = self._edges.view("datetime64[ms]")
        return CountGrid(
            meter=np.concatenate([none.astype("int32"), *self._meter]),
            register=np.concatenate([none.astype("int32"), *self._register]),
            start=edges[:-1],
            end=edges[1:],
            count=self._count[: self._rows],
            quality=self._quality[: self._rows],
            steps=self._steps[: self._rows],
            short=np.concatenate([none, *self._short]),
            covered=np.concatenate([none, *self._covered]),
            meter_ids=meter_ids,
            registers=registers,
        )


def _add(
    block: StitchedBlock,
    calendars: list[Ints],
    register: npt.NDArray[np.int32],
    max_gap_ms: int | None,
    out: Sequence[_Growing],
) -> None:
    """Add the lines of a block to the grids of all calendars."""
    stitched, many = block.stitched, len(register)
    union = calendars[0] if len(calendars) == 1 else union_of(calendars)
    is_plain = stitched.unknown is None and stitched.flags is None and not _has_gaps(stitched, max_gap_ms)
    at = register_at(stitched, Edges.shared(union, many), covers=not is_plain)
    floor = at.floor.reshape(many, -1)
    if is_plain and block.multiple is not None:
        floor -= floor % block.multiple[:, None]
    for edges, grid in zip(calendars, out, strict=True):
        count, quality, steps = grid.room(edges, stitched.lines.meter, register, block.share)
        low, high = np.searchsorted(union, edges[[0, -1]]).tolist()
        # Boundaries that lie together need no copy.
        together = high - low == len(edges) - 1
        chosen = np.arange(low, high + 1) if together else np.searchsorted(union, edges)
        if is_plain:
            stood = floor[:, low : high + 1] if together else floor[:, chosen]
            np.subtract(stood[:, 1:], stood[:, :-1], out=count)
            short, covered = _outside(stitched, edges)
        else:
            part = at if len(edges) == len(union) else at.columns(len(union), chosen)
            shared = Edges.shared(edges, many)
            bins = bins_of(stitched, shared, part, multiple=block.multiple, max_gap_ms=max_gap_ms, exactly=False)
            count[:], steps[:] = bins.count.reshape(count.shape), bins.flags.reshape(count.shape)
            quality[:] = bins.quality.reshape(count.shape)
            short = np.flatnonzero(bins.covered < bins.length)
            covered = bins.covered[short]
        place = np.unravel_index(short, count.shape)
        quality[place] = np.where(covered > 0, np.uint8(Quality.PARTIAL), np.uint8(Quality.MISSING))
        grid.mark(short, covered, many)


def _has_gaps(stitched: Stitched, max_gap_ms: int | None) -> bool:
    if max_gap_ms is None:
        return False
    longer = stitched.time[1:] - stitched.time[:-1] > max_gap_ms
    longer[stitched.first[1:-1] - 1] = False
    return bool(longer.any())


def _outside(stitched: Stitched, edges: Ints) -> tuple[Ints, Ints]:
    """Find the bins that reach beyond the readings of their lines, and what of them is known. [ms]"""
    bins = len(edges) - 1
    begin, end = stitched.time[stitched.first[:-1]], stitched.time[stitched.last]
    low = np.searchsorted(edges, begin)  # the first bin that begins within the readings
    high = np.searchsorted(edges, end, side="right") - 1  # the first that ends behind them
    lines = np.flatnonzero((low > 0) | (high < bins))
    if not len(lines):
        return lines, lines
    column = np.arange(bins)
    line, at = np.nonzero((column < low[lines, None]) | (column >= high[lines, None]))
    line = lines[line]
    known = np.minimum(edges[at + 1], end[line]) - np.maximum(edges[at], begin[line])
    return line * bins + at, np.maximum(known, 0)
