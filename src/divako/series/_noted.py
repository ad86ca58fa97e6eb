"""Put exchanges and resets of works on the lines they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from attrs import frozen

from divako.errors import SeriesError
from divako.series._events import Exchange, Reset
from divako.series._limits import Limits, Plans, whole_counts, width_in_counts
from divako.series._lines import Lines


Ints = npt.NDArray[np.int64]


@frozen(eq=False)
class Points:
    """Instants at which the registers of lines are known.

    Parameters
    ----------
    first : ndarray of int64, shape (m + 1,)
        Where each line begins.
    time : ndarray of int64, shape (n,)
        Ascending within a line. [ms since 1970, UTC]
    ends, begins : ndarray of int64, shape (n,)
        What the works showed that counted until then, and those that count from then on.
    row : ndarray of int64, shape (n,), or None
        Row of the reading; -1 where there is none but what a fitter noted. None as in `Lines`.
    exchanges : ndarray of int64, shape (e,)
        Points at which works were exchanged, ascending.
    moduli : ndarray of int64, shape (e,)
        Where the new works roll over; 0 where that is not known.
    """

    first: Ints
    time: Ints
    ends: Ints
    begins: Ints
    row: Ints | None
    exchanges: Ints
    moduli: Ints


def milliseconds(at: np.datetime64) -> int:
    """Give an instant as a number. [ms since 1970, UTC]

    Raises
    ------
    SeriesError
        The time is unknown.
    """
    if np.isnat(at):
        msg = "an event needs a time"
        raise SeriesError(msg)
    return int(at.astype("datetime64[ms]").astype("int64"))


@frozen(eq=False)
class Finder:
    """Finds the lines that events are about."""

    lines: Lines
    index: dict[str, int]

    def line_of(self, event: Exchange | Reset) -> int | None:
        """Give the line of an event; None where the readings have no such line.

        Raises
        ------
        SeriesError
            It may be of several.
        """
        return self.line_named(event.meter_id, event.register)

    def line_named(self, meter_id: str, register: str | None) -> int | None:
        """Give the line of a meter and a register, or of its only one; None where the readings have none.

        Raises
        ------
        SeriesError
            It may be of several.
        """
        meter = self.index.get(meter_id)
        if meter is None:
            return None
        lines = self.lines
        # Lines ascend by meter.
        low, high = np.searchsorted(lines.meter, [meter, meter + 1]).tolist()
        mine = [one for one in range(low, high) if register in {None, self.name_of(one)}]
        if len(mine) > 1:
            msg = "the name of a register is needed where its meter has several"
            raise SeriesError(msg, meter_index=meter)
        return mine[0] if mine else None

    def name_of(self, line: int) -> str:
        """Name the register of a line, with its tariff and subunit."""
        lines = self.lines
        return line_name(lines.registers[lines.register[line]].name, lines.tariff[line], lines.subunit[line])

    def counts(self, value: Fraction, line: int, what: str) -> int:
        """Give a value of the canonical unit in the counts of a line."""
        lines = self.lines
        return whole_counts(value, lines.registers[lines.register[line]], what, int(lines.meter[line]))


def line_name(name: str, tariff: int, subunit: int) -> str:
    """Name the register of a tariff or subunit, which is a part of the one without."""
    return name + (f"_tariff_{tariff}" if tariff else "") + (f"_subunit_{subunit}" if subunit else "")


def points_of(lines: Lines, finder: Finder, exchanges: Sequence[Exchange], plans: Plans, limits: Limits) -> Points:
    """Cut lines at the exchanges of their works.

    Raises
    ------
    SeriesError
        Two exchanges of one line fall on one instant, or a reading at such an instant shows
        neither the last count of the old works nor the first of the new.
    """
    none = np.zeros(0, dtype="int64")
    noted = [(of, milliseconds(e.time), e) for e in exchanges if (of := finder.line_of(e)) is not None]
    if not noted:
        return Points(lines.first, lines.time, lines.count, lines.count, lines.row, none, none)
    noted.sort(key=lambda one: one[:2])
    line = np.array([one[0] for one in noted], dtype="int64")
    time = np.array([one[1] for one in noted], dtype="int64")
    old = np.array([finder.counts(e.old_final, one, "old_final") for one, _, e in noted], dtype="int64")
    new = np.array([finder.counts(e.new_start, one, "new_start") for one, _, e in noted], dtype="int64")
    moduli: list[int] = []
    for i, (one, _, exchange) in enumerate(noted):
        modulus = moduli[-1] if i and noted[i - 1][0] == one else int(limits.modulus[one])
        if exchange.new_int_digits is not None:
            meter, register = int(lines.meter[one]), lines.registers[lines.register[one]]
            unit = plans.plans[plans.of_meter[meter]][1]
            modulus = width_in_counts(exchange.new_int_digits, unit, register, meter)
        moduli.append(modulus)
    twice = (line[1:] == line[:-1]) & (time[1:] == time[:-1])
    if twice.any():
        msg = "two exchanges at one instant"
        raise SeriesError(msg, meter_index=int(lines.meter[line[np.flatnonzero(twice)[0]]]))
    at = behind(lines.first, lines.time, line, time)
    met = at < lines.first[line + 1]
    met[met] = lines.time[at[met]] == time[met]
    odd = met.copy()
    odd[met] = (lines.count[at[met]] != old[met]) & (lines.count[at[met]] != new[met])
    if odd.any():
        i = int(np.flatnonzero(odd)[0])
        stands = int(at[i]) if lines.row is None else int(lines.row[at[i]])
        msg = "a reading contradicts the register at its exchange"
        raise SeriesError(msg, row=stands, meter_index=int(lines.meter[line[i]]))
    place, fresh = at[~met], ~met
    row = np.arange(len(lines.time)) if lines.row is None else lines.row
    ends, begins = np.insert(lines.count, place, old[fresh]), np.insert(lines.count, place, new[fresh])
    point = at + np.cumsum(fresh) - fresh
    ends[point], begins[point] = old, new
    added = np.concatenate([[0], np.cumsum(np.bincount(line[fresh], minlength=len(lines.meter)))])
    return Points(
        lines.first + added,
        np.insert(lines.time, place, time[fresh]),
        ends,
        begins,
        np.insert(row, place, -1),
        point,
        np.array(moduli, dtype="int64"),
    )


def resets_of(points: Points, finder: Finder, resets: Sequence[Reset]) -> tuple[Ints, Ints]:
    """Find the steps that resets fall into.

    Returns
    -------
    tuple of ndarray of int64, shape (r,)
        Points at which those steps begin, each once, and what passed in them; of
        several resets within one step the last counts.

    Raises
    ------
    SeriesError
        What passed leaves int64.
    """
    passed: dict[int, int] = {}
    for reset in sorted(resets, key=lambda one: milliseconds(one.time)):
        line = finder.line_of(reset)
        if line is None:
            continue
        low, high = points.first[line : line + 2].tolist()
        at = low + int(np.searchsorted(points.time[low:high], milliseconds(reset.time)))
        if low < at < high:
            passed[at - 1] = int(points.ends[at]) - finder.counts(reset.start, line, "the start of a reset")
            if abs(passed[at - 1]) >= 1 << 62:
                msg = "what passed after a reset leaves int64"
                raise SeriesError(msg, meter_index=int(finder.lines.meter[line]))
    return np.array(list(passed), dtype="int64"), np.array(list(passed.values()), dtype="int64")


def behind(first: Ints, time: Ints, line: Ints, instant: Ints) -> Ints:
    """Find the first reading at or after instants of lines; the end of the line where there is none."""
    spans = zip(first[line].tolist(), first[line + 1].tolist(), instant.tolist(), strict=True)
    return np.array([low + int(np.searchsorted(time[low:high], at)) for low, high, at in spans], dtype="int64")
