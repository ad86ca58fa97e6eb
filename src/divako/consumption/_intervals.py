"""Consumption of the bins of a calendar, for fleets of meters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Unpack

import numpy as np

from attrs import evolve

from divako.consumption._columns import Gathered, columns_of, table_of
from divako.consumption._empty import with_missing
from divako.consumption._reckon import Boundaries, Reckoning, Wanted, reckon, wanted_of
from divako.errors import SeriesError
from divako.model import Consumption, Meter, Readings, Register
from divako.series import Exchange, Reset
from divako.series._stitch import Rules


def interval_consumption(
    readings: Readings,
    *,
    freq: str = "hour",
    tz: str = "Europe/Oslo",
    start: np.datetime64 | None = None,
    end: np.datetime64 | None = None,
    boundaries: Boundaries | None = None,
    register: str | None = None,
    meters: Sequence[Meter] = (),
    exchanges: Sequence[Exchange] = (),
    resets: Sequence[Reset] = (),
    reverse_tolerance: Fraction = Fraction(0),
    on_conflict: str = "error",
    max_gap_s: int | None = None,
    quantum: Fraction | None = None,
    on_empty: str = "omit",
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
    boundaries : ndarray of datetime64[ms], shape (b,), or mapping of str to such, optional
        Explicit boundaries instead of a calendar, ascending, in UTC: the same for all meters, or billing
        periods of each by its identifier. A meter that the mapping lacks has no rows.
    register : str, optional
        Name of the only register wanted, such as ``"volume"``, which leaves tariffs and
        subunits out, or ``"energy_tariff_1"``.
    meters, exchanges, resets, reverse_tolerance, on_conflict
        See `divako.series.steps_of`.
    max_gap_s : int, optional
        A bin that a longer step touches is estimated rather than measured. [s]
    quantum : Fraction, optional
        What the register is rounded down to at each boundary, counted from the first reading; without
        it to one count. [canonical unit]
    on_empty : {"omit", "missing", "error"}
        What to do with a meter of the table that has no usable reading: leave it out, give it
        missing rows behind those of the others, or refuse.

    Returns
    -------
    Consumption
        One row per meter, register and bin; the register of a tariff or subunit has it in
        its name, as in ``energy_tariff_1``. Nothing is extrapolated: a bin that
        readings cover only in part has what passed in that part, and its coverage; one that they do not
        cover at all, also of a meter with a single reading, is missing.
        Counts are differences of the register floored at each boundary, so those of the
        bins of any span add up to that of the span.

    Raises
    ------
    SeriesError
        Boundaries do not ascend, the span is empty, or the readings contradict
        themselves; with the row and the meter where there is one.

    Notes
    -----
    Readings are taken in blocks of whole meters, so that beyond the readings and the result a call needs
    little memory; where a fleet does not fit into memory at all, hand it over in such blocks.

    Examples
    --------
    >>> from divako.model import Register
    >>> from divako.units import Dimension
    >>> litres = Register("volume", Dimension.VOLUME, Fraction(1, 1000))
    >>> readings = Readings.of_counts("m", litres, ["2026-01-10T00:20", "2026-01-10T01:50"], [1000, 1900])
    >>> interval_consumption(readings, tz="UTC").value
    array([0.4, 0.5])
    """
    wanted = Wanted(
        freqs=(freq,),
        tz=tz,
        start=start,
        end=end,
        boundaries=boundaries,
        register=register,
        meters=meters,
        rules=Rules(exchanges=exchanges, resets=resets, reverse_tolerance=reverse_tolerance, on_conflict=on_conflict),
        max_gap_s=max_gap_s,
        quantum=quantum,
        on_empty=on_empty,
        exactly=False,
    )
    registers: dict[Register, int] = {}
    gathered = Gathered()
    for block in reckon(readings, wanted, registers):
        gathered.add(columns_of(block, block.bins[0], registers), block.share)
    table = table_of(gathered.columns(), readings.meter_ids, registers)
    return with_missing(table, readings, wanted) if on_empty == "missing" else table


def consumption_by_calendar(
    readings: Readings, freqs: Sequence[str], *, on_empty: str = "omit", **how: Unpack[Reckoning]
) -> dict[str, Consumption]:
    """Reckon several calendars at once, with one look at the readings.

    Parameters
    ----------
    readings : Readings
        As for `interval_consumption`.
    freqs : sequence of str
        Which bins, such as ``("hour", "day", "month")``.
    on_empty : {"omit", "missing", "error"}
        As for `interval_consumption`.
    **how : Unpack
        Other arguments of `interval_consumption` but boundaries.

    Returns
    -------
    dict of str to Consumption
        For each frequency what `interval_consumption` gives.

    Raises
    ------
    SeriesError
        As there; or there are boundaries, or no frequencies.

    Examples
    --------
    >>> from divako.units import Dimension
    >>> litres = Register("volume", Dimension.VOLUME, Fraction(1, 1000))
    >>> readings = Readings.of_counts("m", litres, ["2026-01-10T00:00", "2026-01-11T06:00"], [0, 600])
    >>> tables = consumption_by_calendar(readings, ("hour", "day"), tz="UTC")
    >>> len(tables["hour"]), tables["day"].count
    (30, array([480, 120]))
    """
    wanted = evolve(wanted_of(how, exactly=False), freqs=tuple(dict.fromkeys(freqs)), on_empty=on_empty)
    if wanted.boundaries is not None or not freqs:
        msg = "calendars have frequencies, at least one, and no other boundaries"
        raise SeriesError(msg)
    registers: dict[Register, int] = {}
    gathered = {freq: Gathered() for freq in wanted.freqs}
    for block in reckon(readings, wanted, registers):
        for one, bins in zip(gathered.values(), block.bins, strict=True):
            one.add(columns_of(block, bins, registers), block.share)
    tables = {freq: table_of(one.columns(), readings.meter_ids, registers) for freq, one in gathered.items()}
    if wanted.on_empty != "missing":
        return tables
    return {freq: with_missing(table, readings, evolve(wanted, freqs=(freq,))) for freq, table in tables.items()}


def consumption_blocks(readings: Readings | Iterable[Readings], **how: Unpack[Reckoning]) -> Iterator[Consumption]:
    """Reckon fleets that do not fit into memory: the consumption of one block of meters after another.

    Parameters
    ----------
    readings : Readings or iterable of Readings
        One table, or one after the other, each with all readings of its meters.
    **how : Unpack
        Arguments of `interval_consumption`; boundaries, or start and end, must be among them.

    Yields
    ------
    Consumption
        What `interval_consumption` gives for the meters of a block. Only what the caller keeps stays in memory.

    Raises
    ------
    SeriesError
        As there; or there is no common span, or a meter stands in two tables, with its index.

    Examples
    --------
    >>> from divako.units import Dimension
    >>> litres = Register("volume", Dimension.VOLUME, Fraction(1, 1000))
    >>> hours = np.array(["2026-01-10T00:00", "2026-01-10T01:00"], dtype="datetime64[ms]")
    >>> fleet = (Readings.of_counts(f"m{i}", litres, hours, [0, 100 + i]) for i in range(3))
    >>> [int(block.count.sum()) for block in consumption_blocks(fleet, start=hours[0], end=hours[1])]
    [100, 101, 102]
    """
    wanted = wanted_of(how, exactly=False)
    if wanted.boundaries is None and (wanted.start is None or wanted.end is None):
        msg = "blocks need boundaries, or a start and an end"
        raise SeriesError(msg)
    seen: set[str] = set()
    for table in (readings,) if isinstance(readings, Readings) else readings:
        mine: set[str] = set()
        registers: dict[Register, int] = {}
        for block in reckon(table, wanted, registers):
            for meter in dict.fromkeys(block.stitched.lines.meter.tolist()):
                if table.meter_ids[meter] in seen:
                    msg = "a meter stands in two tables"
                    raise SeriesError(msg, meter_index=meter)
                mine.add(table.meter_ids[meter])
            yield table_of(columns_of(block, block.bins[0], registers), table.meter_ids, registers)
        seen |= mine
