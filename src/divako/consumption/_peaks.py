"""The highest power of meters, and the mean of their highest days.

References
----------
.. [1] Price sheets of Norwegian grid companies since July 2022: the capacity step of a household follows from the
   mean of the three highest hours of a month, each of a day of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from attrs import frozen

from divako.consumption._of_steps import exact_intervals
from divako.errors import SeriesError
from divako.model import Consumption
from divako.series import Steps, calendar_boundaries


_HOUR_MS = 3_600_000


@frozen(kw_only=True)
class Peak:
    """The highest mean power of one register of one meter.

    Parameters
    ----------
    meter_id, register : str
        Whose, and the name of the register.
    power : Fraction, optional
        The highest mean power of a fully covered interval; None where none is covered.
        [canonical unit of the register / h: kW of energy, m³/h of volume]
    start : datetime64[ms]
        Of the first interval that has it, in UTC; NaT where there is none.
    mean_of_top_days : Fraction, optional
        Mean of the highest daily peaks; None where there is none. [as the power]
    days : int
        How many daily peaks that mean is of; fewer than asked for where there are no more.
    """

    meter_id: str
    register: str
    power: Fraction | None
    start: np.datetime64
    mean_of_top_days: Fraction | None
    days: int


def peak_power(consumption: Consumption, *, top_days: int = 3, tz: str = "Europe/Oslo") -> list[Peak]:
    """Find the highest power of each meter.

    Parameters
    ----------
    consumption : Consumption
        Of any number of meters, in intervals of any length; hours for a Norwegian grid tariff.
    top_days : int, default 3
        Of how many days the highest peaks are averaged.
    tz : str, default "Europe/Oslo"
        Zone of the days; an interval belongs to the day in which it begins.

    Returns
    -------
    list of Peak
        One for each meter and register, in the order of their codes. Intervals that are not
        fully covered take no part; of equal ones the first counts. Exact for what `count` holds.

    Raises
    ------
    SeriesError
        `top_days` is below 1, or there is no such zone.

    References
    ----------
    .. [1] Price sheets of Norwegian grid companies since July 2022: capacity steps.

    Examples
    --------
    >>> from divako.consumption import interval_consumption
    >>> from divako.model import Readings, Register
    >>> from divako.units import Dimension
    >>> energy = Register("energy", Dimension.ENERGY, Fraction(1, 10))
    >>> hours = ["2026-01-05T00:00", "2026-01-05T01:00", "2026-01-05T02:00", "2026-01-05T03:00"]
    >>> hourly = interval_consumption(Readings.of_counts("m", energy, hours, [1000, 1020, 1070, 1100]))
    >>> peak_power(hourly)[0].power
    Fraction(5, 1)
    """
    _check(top_days)
    full = np.flatnonzero(consumption.count_known & (consumption.coverage >= 1) & (consumption.meter >= 0))
    length = (consumption.end[full] - consumption.start[full]).astype("int64")
    line = consumption.meter[full].astype("int64") * len(consumption.registers) + consumption.register[full]
    # The rounding of a quotient keeps order, and what is equal it keeps equal.
    power = consumption.count[full] / length
    start = consumption.start[full]
    day = _days(start, tz)
    # First by meter and day, and there the highest first, and of those the earliest.
    order = np.lexsort((start, -power, day, line))
    same = (line[order][1:] == line[order][:-1]) & (day[order][1:] == day[order][:-1])
    daily = order[np.concatenate([[True], ~same])] if len(order) else order
    daily = daily[np.lexsort((start[daily], -power[daily], line[daily]))]
    best = {int(line[rows[0]]): rows for rows in np.split(daily, np.flatnonzero(np.diff(line[daily])) + 1) if len(rows)}
    out: list[Peak] = []
    there = consumption.meter.astype("int64") * len(consumption.registers) + consumption.register
    for code in np.unique(there[consumption.meter >= 0]).tolist():
        meter, register = divmod(code, len(consumption.registers))
        rows = best.get(code, daily[:0])[:top_days]
        factor = consumption.registers[register].factor
        powers = [
            Fraction(count * _HOUR_MS, span) * factor
            for count, span in zip(consumption.count[full][rows].tolist(), length[rows].tolist(), strict=True)
        ]
        name = consumption.registers[register].name
        out.append(_peak(consumption.meter_ids[meter], name, powers, start[rows]))
    return out


def exact_peak_power(
    steps: Steps, boundaries: npt.NDArray[np.datetime64], *, top_days: int = 3, tz: str = "Europe/Oslo"
) -> list[Peak]:
    """Find the highest power of each line of steps, without rounding the register at the boundaries.

    Parameters
    ----------
    steps : Steps
        Of any number of lines.
    boundaries : ndarray of datetime64[ms], shape (b,)
        Of the intervals, ascending, in UTC.
    top_days, tz
        See `peak_power`.

    Returns
    -------
    list of Peak
        One for each line. What `peak_power` gives where every boundary falls on a reading.

    Raises
    ------
    SeriesError
        `top_days` is below 1, or there is no such zone.
    """
    _check(top_days)
    edges = np.asarray(boundaries, dtype="datetime64[ms]")
    hours = [Fraction(int(span), _HOUR_MS) for span in np.diff(edges.astype("int64"))]
    day = _days(edges[:-1], tz)
    firsts = np.flatnonzero(np.diff(steps.line, prepend=-1))
    out: list[Peak] = []
    for first, line in zip(firsts.tolist(), exact_intervals(steps, edges), strict=True):
        known = [(value / hours[i], i) for i, (value, coverage) in enumerate(line) if coverage == 1]
        by_day: dict[int, tuple[Fraction, int]] = {}
        for power, i in known:
            if day[i] not in by_day or power > by_day[day[i]][0]:
                by_day[int(day[i])] = power, i
        top = sorted(by_day.values(), key=lambda one: (-one[0], one[1]))[:top_days]
        name = steps.registers[steps.register[first]].name
        powers, rows = [power for power, _ in top], [i for _, i in top]
        out.append(_peak(steps.meter_ids[steps.meter[first]], name, powers, edges[rows]))
    return out


def _peak(meter_id: str, register: str, powers: Sequence[Fraction], starts: npt.NDArray[np.datetime64]) -> Peak:
    return Peak(
        meter_id=meter_id,
        register=register,
        power=powers[0] if powers else None,
        start=starts[0] if powers else np.datetime64("NaT", "ms"),
        mean_of_top_days=sum(powers, start=Fraction(0)) / len(powers) if powers else None,
        days=len(powers),
    )


def _check(top_days: int) -> None:
    if top_days < 1:
        msg = "the highest days are at least one"
        raise SeriesError(msg)


def _days(start: npt.NDArray[np.datetime64], tz: str) -> npt.NDArray[np.int64]:
    """Number the local days in which intervals begin."""
    if not len(start):
        return np.zeros(0, dtype="int64")
    midnights = calendar_boundaries(start.min(), start.max() + np.timedelta64(1, "ms"), freq="day", tz=tz)
    return np.asarray(np.searchsorted(midnights, start, side="right"), dtype="int64")
