"""From one reading of a register to the next: what passed, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from attrs import frozen

from divako.model import Meter, Readings, Register
from divako.model._table import Table, column, words
from divako.series._events import Exchange, Reset
from divako.series._limits import Plans
from divako.series._lines import Dropped
from divako.series._stitch import Rules, Stitched, stitch


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
    start_row, end_row : ndarray of int64, shape (n,)
        Rows of the readings that the step lies between, among those handed in; -1 where a
        fitter's note of an exchange stands instead of a reading.
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
    start_row: npt.NDArray[np.int64] = column("int64")
    end_row: npt.NDArray[np.int64] = column("int64")
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
        taken for a rollover, but for unsigned counters of pulses.
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
        Steps by line and time, each with the rows of its readings, and the readings of
        counters that were left out, each with the reason.

    Raises
    ------
    SeriesError
        One instant has two counts; an exchange contradicts a reading at its instant; an exchange, reset or
        width is no whole number of counts; counts leave int64. With the row and the meter where there is one.

    Notes
    -----
    A drop is a rollover if the width of the register makes it a rise that the highest rate
    allows; else a reverse flow within the tolerance; else unknown, never guessed, and the
    line goes on from the lower count. A rise above the highest rate keeps its value and is marked. A
    declared reset goes before all that.

    Examples
    --------
    >>> from divako.units import Dimension
    >>> litres = Register("volume", Dimension.VOLUME, Fraction(1, 1000))
    >>> hours = ["2026-01-10T00:00", "2026-01-10T01:00", "2026-01-10T02:00"]
    >>> steps, _ = steps_of(Readings.of_counts("m", litres, hours, [1000, 1250, 1900]))
    >>> steps.count
    array([250, 650])
    """
    rules = Rules(
        exchanges=exchanges,
        resets=resets,
        register=register,
        reverse_tolerance=reverse_tolerance,
        on_conflict=on_conflict,
    )
    index = {meter_id: i for i, meter_id in enumerate(readings.meter_ids)}
    stitched = stitch(readings, Plans.of(meters, readings.meter_ids), index, rules)
    return steps_of_stitched(stitched, readings.meter_ids), stitched.lines.dropped


def steps_of_stitched(stitched: Stitched, meter_ids: tuple[str, ...]) -> Steps:
    """Lay a stitched register out as one row per step."""
    lines = stitched.lines
    n = len(stitched.time)
    begins = np.ones(n, dtype="bool")
    begins[stitched.last] = False
    at = np.flatnonzero(begins)
    line = np.repeat(np.arange(len(lines.meter)), np.diff(stitched.first) - 1)
    row = np.arange(n) if stitched.row is None else stitched.row
    unknown = np.zeros(len(at), dtype="bool") if stitched.unknown is None else stitched.unknown[at]
    return Steps(
        line=line,
        meter=lines.meter[line],
        register=lines.register[line],
        tariff=lines.tariff[line],
        subunit=lines.subunit[line],
        start=stitched.time[at].astype("datetime64[ms]"),
        end=stitched.time[at + 1].astype("datetime64[ms]"),
        count=stitched.passed[at],
        count_known=~unknown,
        flags=np.zeros(len(at), dtype="uint16") if stitched.flags is None else stitched.flags[at],
        start_row=row[at],
        end_row=row[at + 1],
        meter_ids=meter_ids,
        registers=lines.registers,
    )
