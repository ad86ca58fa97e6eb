"""Consumption kept up to date as readings come in, late ones and corrections among them.

A register is final up to the last reading that nothing can come before any more. Bins that
end by then are final too; all later ones are reckoned anew from the readings that are
remembered, by the same kernel as a whole fleet, and so to the same bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from attrs import evolve, frozen

from divako.consumption._bins import bins_of
from divako.consumption._columns import columns_of, table_of
from divako.consumption._edges import Edges, Ints
from divako.consumption._reckon import Block, on_quantum, part_of, read_name, registers_of_lines
from divako.consumption._register_at import register_at
from divako.consumption._state import ConsumptionState, remembered
from divako.errors import SeriesError
from divako.model import Consumption, Meter, Readings, Register
from divako.series import Dropped, Exchange, Reset, calendar_boundaries
from divako.series._limits import Plans
from divako.series._lines import REASONS, Lines, nothing_dropped
from divako.series._noted import Finder, milliseconds
from divako.series._stitch import Rules, Stitched, stitch


_NEVER = np.iinfo("int64").min


def update_consumption(
    state: ConsumptionState,
    readings: Readings,
    *,
    meters: Sequence[Meter] = (),
    exchanges: Sequence[Exchange] = (),
    resets: Sequence[Reset] = (),
    on_late: str = "error",
) -> tuple[ConsumptionState, Consumption, Dropped]:
    """Reckon what new readings change.

    Parameters
    ----------
    state : ConsumptionState
        What the last call gave back, or a new one.
    readings : Readings
        What has arrived since, in the order of arrival.
    meters, exchanges, resets
        See `divako.series.steps_of`; all of them each time, also those of long ago.
    on_late : {"error", "drop"}
        What to do with a reading that would change what is settled: refuse, or leave it out and say so.

    Returns
    -------
    tuple of ConsumptionState, Consumption and Dropped
        What to remember; all intervals of the meters that sent something which may differ from
        those given before, over the span of their readings, to be put into place with `replace_intervals`; and the
        readings that were left out, by their rows.

    Raises
    ------
    SeriesError
        A reading or event changes what is settled, a register counts finer than before, or anything that
        `interval_consumption` refuses.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from divako.units import Dimension
    >>> litres = Register("volume", Dimension.VOLUME, Fraction(1, 1000))
    >>> hours = np.datetime64("2026-01-10", "ms") + np.arange(4) * np.timedelta64(1, "h")
    >>> state = ConsumptionState(freq="hour", tz="UTC", late_s=7200)
    >>> state, table, _ = update_consumption(state, Readings.of_counts("m", litres, hours[[0, 1, 3]], [0, 10, 50]))
    >>> table.count
    array([10, 20, 20])
    >>> state, changed, _ = update_consumption(state, Readings.of_counts("m", litres, hours[[2]], [45]))
    >>> replace_intervals(table, changed).count
    array([10, 35,  5])
    """
    if on_late not in {"error", "drop"}:
        msg = "on_late is 'error' or 'drop'"
        raise SeriesError(msg)
    old = remembered(state)
    name, numbers = read_name(state.register)
    new, rows = part_of(readings, slice(0, len(readings)), numbers)
    rules = Rules(
        exchanges=exchanges,
        resets=resets,
        register=name,
        reverse_tolerance=state.reverse_tolerance,
        on_conflict=state.on_conflict,
    )
    both = Readings.concatenate([old, new])
    place = np.arange(len(readings))[rows]
    known = _Known(state, meters, both)
    ids = both.meter_ids
    try:
        stitched = known.stitch(both, rules)
        late = known.late_rows(stitched, len(old))
        if len(late):
            _refuse_late(late, both, on_late)
            keep = np.setdiff1d(np.arange(len(both)), late)
            both = both.select(keep)
            stitched = known.stitch(both, rules)
        origin = np.delete(np.arange(len(old) + len(new)), late)
        dropped = _dropped(stitched, origin, late, len(old), place)
        if not len(stitched.time):
            return state, table_of(None, ids, {}), dropped
        heard = np.unique(both.meter[origin >= len(old)])
        after, table = _finish(state, stitched, known, both, heard, rules)
    except SeriesError as error:
        # A row or meter that is only remembered is none of the caller's.
        error.row = None if error.row is None or error.row < len(old) else int(place[error.row - len(old)])
        name = None if error.meter_index is None else ids[error.meter_index]
        error.meter_index = readings.meter_ids.index(name) if name in readings.meter_ids else None
        raise
    return after, table, dropped


def _refuse_late(late: Ints, both: Readings, on_late: str) -> None:
    if on_late == "error":
        msg = "a reading changes what is settled"
        raise SeriesError(msg, row=int(late[0]), meter_index=int(both.meter[late[0]]))


def _dropped(stitched: Stitched, origin: Ints, late: Ints, old: int, place: Ints) -> Dropped:
    """Give the rows that were left out as rows of the readings handed in."""
    given = stitched.lines.dropped
    row, stands = origin[given.row], np.where(given.stands < 0, -1, origin[given.stands])
    mine = row >= old
    lost = Dropped(
        row=place[late - old],
        reason=np.full(len(late), REASONS.index("settled"), dtype="int32"),
        stands=np.full(len(late), -1),
        reasons=REASONS,
    )
    rows = Dropped(
        row=place[row[mine] - old],
        reason=given.reason[mine],
        stands=np.array([place[s - old] if s >= old else -1 for s in stands[mine].tolist()], dtype="int64"),
        reasons=REASONS,
    )
    return Dropped.concatenate([nothing_dropped(), rows, lost])


@frozen(eq=False, init=False)
class _Known:
    """What a state knows of the lines that are reckoned again."""

    state: ConsumptionState
    plans: Plans
    index: dict[str, int]
    by_key: dict[tuple[str, str, int, int], int]

    def __init__(self, state: ConsumptionState, meters: Sequence[Meter], both: Readings) -> None:
        by_key = {
            (state.meter_ids[m], state.registers[c].name, t, s): i
            for i, (m, c, t, s) in enumerate(zip(state.meter, state.code, state.tariff, state.subunit, strict=True))
        }
        index = {meter_id: i for i, meter_id in enumerate(both.meter_ids)}
        self.__attrs_init__(state, Plans.of(meters, both.meter_ids), index, by_key)

    def stitch(self, both: Readings, rules: Rules) -> Stitched:
        return stitch(both, self.plans, self.index, rules)

    def lines_of(self, stitched: Stitched, meter_ids: Sequence[str]) -> Ints:
        """Find each line in the state; -1 for new ones."""
        lines = stitched.lines
        keys = (
            (meter_ids[m], lines.registers[r].name, t, s)
            for m, r, t, s in zip(
                lines.meter.tolist(),
                lines.register.tolist(),
                lines.tariff.tolist(),
                lines.subunit.tolist(),
                strict=True,
            )
        )
        return np.array([self.by_key.get(key, -1) for key in keys], dtype="int64")

    def settled(self, of_line: Ints) -> Ints:
        """Give until when each line is settled; before all time where it is not."""
        until = [_NEVER if one is None else one for one in self.state.settled] or [_NEVER]
        return np.where(of_line < 0, _NEVER, np.array(until, dtype="int64")[of_line])

    def late_rows(self, stitched: Stitched, old: int) -> Ints:
        """Find the rows of new readings that stand within what is settled."""
        until = self.settled(self.lines_of(stitched, tuple(self.index)))
        row = np.arange(len(stitched.time)) if stitched.row is None else stitched.row
        late = (row >= old) & (stitched.time <= np.repeat(until, np.diff(stitched.first)))
        return np.sort(row[late])


def _finish(
    state: ConsumptionState,
    stitched: Stitched,
    known: _Known,
    both: Readings,
    heard: npt.NDArray[np.int32],
    rules: Rules,
) -> tuple[ConsumptionState, Consumption]:
    """Reckon the bins that are open, and forget what is no longer needed."""
    lines, first, last = stitched.lines, stitched.first, stitched.last
    of_line = known.lines_of(stitched, both.meter_ids)
    before = known.settled(of_line)
    events = _events(stitched, rules, known)
    _refuse_events(state, lines, of_line, before, events)
    _refuse_finer(state, stitched, of_line)
    begins = _first_remembered(state, stitched, of_line)
    zero = stitched.stood[begins] - np.array([*state.base, 0], dtype="int64")[of_line]
    start, end = stitched.time[first[:-1]], stitched.time[last]
    calendar = calendar_boundaries(
        np.datetime64(int(start.min()), "ms"),
        np.datetime64(max(int(end.max()), int(start.min()) + 1), "ms"),
        freq=state.freq,
        tz=state.tz,
    ).astype("int64")
    # What ended by the settled time was given before; a line that is new gives all.
    opens = np.searchsorted(calendar, np.maximum(before, start), side="right") - 1
    closes = np.maximum(np.searchsorted(calendar, end, side="left"), opens)
    told = np.array([any(t > s for t in times) for times, s in zip(events, before.tolist(), strict=True)], dtype="bool")
    closes = np.where(np.isin(lines.meter, heard) | told, closes, opens)
    cuts = [
        calendar[low : high + 1] if high > low else calendar[:0]
        for low, high in zip(opens.tolist(), closes.tolist(), strict=True)
    ]
    exact, multiple = (stitched, None) if state.quantum is None else on_quantum(stitched, state.quantum, zero)
    edges = Edges.ragged(cuts)
    gap = None if state.max_gap_s is None else state.max_gap_s * 1000
    bins = bins_of(exact, edges, register_at(exact, edges), multiple=multiple, max_gap_ms=gap, exactly=False)
    registers: dict[Register, int] = {}
    columns = columns_of(Block(exact, (bins,), registers_of_lines(exact, registers), 1.0), bins, registers)
    table = table_of(columns, both.meter_ids, registers)
    return _next(state, stitched, both, before, zero, calendar, events), table


def _first_remembered(state: ConsumptionState, stitched: Stitched, of_line: Ints) -> Ints:
    """Find the point of each line at which its base was taken: the first reading remembered, or the first of all."""
    begins = stitched.first[:-1].copy()
    for i in np.flatnonzero(of_line >= 0).tolist():
        one = int(of_line[i])
        if state.settled[one] is None:  # all is remembered, and a late reading may have become the first
            continue
        low, high = stitched.first[i : i + 2].tolist()
        begins[i] = low + int(np.searchsorted(stitched.time[low:high], state.time[state.first[one]]))
    return begins


def _events(stitched: Stitched, rules: Rules, known: _Known) -> list[list[int]]:
    """Give the times of the events of each line."""
    finder = Finder(stitched.lines, known.index)
    out: list[list[int]] = [[] for _ in range(len(stitched.lines.meter))]
    events: list[Exchange | Reset] = [*rules.exchanges, *rules.resets]
    for event in events:
        line = finder.line_of(event)
        if line is not None:
            out[line].append(milliseconds(event.time))
    return out


def _refuse_events(
    state: ConsumptionState, lines: Lines, of_line: Ints, before: Ints, events: Sequence[Sequence[int]]
) -> None:
    for line, times in enumerate(events):
        one = int(of_line[line])
        if one >= 0 and sum(time <= before[line] for time in times) != state.events[one]:
            msg = "an exchange or reset changes what is settled"
            raise SeriesError(msg, meter_index=int(lines.meter[line]))


def _refuse_finer(state: ConsumptionState, stitched: Stitched, of_line: Ints) -> None:
    lines = stitched.lines
    for line in np.flatnonzero(of_line >= 0).tolist():
        one = int(of_line[line])
        if state.settled[one] is None:
            continue
        if lines.registers[lines.register[line]].factor != state.registers[state.code[one]].factor:
            msg = "a register counts finer than what is settled; reckon it anew"
            raise SeriesError(msg, meter_index=int(lines.meter[line]))


def _next(
    state: ConsumptionState,
    stitched: Stitched,
    both: Readings,
    before: Ints,
    zero: Ints,
    calendar: Ints,
    events: Sequence[Sequence[int]],
) -> ConsumptionState:
    """Settle what nothing can come before any more, and keep the readings that open bins need."""
    lines, first = stitched.lines, stitched.first
    line = np.repeat(np.arange(len(lines.meter)), np.diff(first))
    row = np.arange(len(line)) if stitched.row is None else stitched.row
    newest = np.full(len(lines.meter), _NEVER)
    np.maximum.at(newest, line[row >= 0], stitched.time[row >= 0])
    final = (stitched.time <= newest[line] - state.late_s * 1000) & (row >= 0)
    latest = np.full(len(lines.meter), _NEVER)
    np.maximum.at(latest, line[final], stitched.time[final])
    settled = np.maximum(before, latest)
    # The bin that holds the settled time is open; its register begins at the last reading before it.
    opens = calendar[np.maximum(np.searchsorted(calendar, settled, side="right") - 1, 0)]
    early = (row >= 0) & (stitched.time <= np.where(settled == _NEVER, _NEVER, opens)[line])
    keep_from = first[:-1].copy()
    np.maximum.at(keep_from, line[early], np.flatnonzero(early))
    # A line may begin with what a fitter noted, which is not remembered but told again.
    real = np.flatnonzero(row >= 0)
    keep_from = real[np.searchsorted(real, keep_from)]
    keep = (np.arange(len(line)) >= keep_from[line]) & (row >= 0)
    used: Any = both.count[row[keep]]
    factor = _factors(stitched, both, row[keep], line[keep])
    return evolve(
        state,
        meter_ids=both.meter_ids,
        registers=lines.registers,
        meter=tuple(lines.meter.tolist()),
        code=tuple(lines.register.tolist()),
        tariff=tuple(lines.tariff.tolist()),
        subunit=tuple(lines.subunit.tolist()),
        settled=tuple(None if one == _NEVER else one for one in settled.tolist()),
        base=tuple(np.where(settled == _NEVER, 0, stitched.stood[keep_from] - zero).tolist()),
        events=tuple(sum(t <= s for t in times) for times, s in zip(events, settled.tolist(), strict=True)),
        first=tuple(np.concatenate([[0], np.cumsum(np.bincount(line[keep], minlength=len(lines.meter)))]).tolist()),
        time=tuple(stitched.time[keep].tolist()),
        count=tuple((used * factor).tolist()),
    )


def _factors(stitched: Stitched, both: Readings, row: Ints, line: Ints) -> Ints:
    """Give how many counts of its line one count of each reading is."""
    lines = stitched.lines
    pair = both.register[row].astype("int64") * max(len(lines.registers), 1) + lines.register[line]
    kinds, inverse = np.unique(pair, return_inverse=True)
    times = [
        int(both.registers[k // len(lines.registers)].factor / lines.registers[k % len(lines.registers)].factor)
        for k in kinds.tolist()
    ]
    return np.array(times, dtype="int64")[inverse.reshape(-1)]


def replace_intervals(table: Consumption, newer: Consumption) -> Consumption:
    """Put intervals that were reckoned anew into the place of those before.

    Parameters
    ----------
    table : Consumption
        All intervals so far.
    newer : Consumption
        From `update_consumption`: for some meters and registers all intervals from some instant on.

    Returns
    -------
    Consumption
        By meter, register and start. Intervals of `table` that `newer` has none of stay.
    """
    both = Consumption.concatenate([table, newer])
    names = {register.name: i for i, register in enumerate(both.registers)}
    name = np.array([*(names[register.name] for register in both.registers), -1], dtype="int64")
    key = both.meter.astype("int64") * (len(both.registers) + 1) + name[both.register]
    keys, line = np.unique(key, return_inverse=True)
    line = line.reshape(-1)
    start = both.start.astype("int64")
    is_new = np.arange(len(both)) >= len(table)
    since = np.full(len(keys), np.iinfo("int64").max)
    np.minimum.at(since, line[is_new], start[is_new])
    keep = np.flatnonzero(is_new | (start < since[line]))
    return both.select(keep[np.lexsort((start[keep], line[keep]))])
