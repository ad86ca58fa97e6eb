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

from divako.consumption._exact import ExactConsumption
from divako.errors import SeriesError
from divako.model import Consumption
from divako.series import calendar_boundaries


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


def peak_power(
    consumption: Consumption | ExactConsumption, *, top_days: int = 3, tz: str = "Europe/Oslo"
) -> list[Peak]:
    """Find the highest power of each meter.

    Parameters
    ----------
    consumption : Consumption or ExactConsumption
        Of any number of meters, in intervals of any length; hours for a Norwegian grid tariff.
    top_days : int, default 3
        Of how many days the highest peaks are averaged.
    tz : str, default "Europe/Oslo"
        Zone of the days; an interval belongs to the day in which it begins.

    Returns
    -------
    list of Peak
        One for each meter and register, in the order of their codes. Intervals that are not
        fully covered take no part; of equal ones the first counts. Of a `Consumption` the powers are
        those of its counts, which were floored where a boundary fell between two readings; of an
        `ExactConsumption` nothing was.

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
    if top_days < 1:
        msg = "the highest days are at least one"
        raise SeriesError(msg)
    exact = consumption if isinstance(consumption, ExactConsumption) else None
    table = consumption.table if isinstance(consumption, ExactConsumption) else consumption
    rows = np.flatnonzero(table.count_known & (table.coverage >= 1) & (table.meter >= 0))
    length = (table.end[rows] - table.start[rows]).astype("int64")
    factors = [register.factor for register in table.registers]

    def power_of(at: int) -> Fraction:
        row = int(rows[at])
        passed = int(table.count[row]) * factors[table.register[row]] if exact is None else exact.value(row)
        return Fraction(0) if passed is None else passed * _HOUR_MS / int(length[at])

    line = _lines(table)
    start, day, of = table.start[rows], _days(table.start[rows], tz), line[rows]
    if exact is None:
        # The rounding of a quotient keeps order, and what is equal it keeps equal.
        rank = table.count[rows] / length
    else:
        powers = [power_of(at) for at in range(len(rows))]
        ranks = {power: i for i, power in enumerate(sorted(set(powers)))}
        rank = np.array([ranks[power] for power in powers], dtype="float64")
    # First by meter and day, and there the highest first, and of those the earliest.
    order = np.lexsort((start, -rank, day, of))
    same = (of[order][1:] == of[order][:-1]) & (day[order][1:] == day[order][:-1])
    daily = order[np.concatenate([[True], ~same])] if len(order) else order
    daily = daily[np.lexsort((start[daily], -rank[daily], of[daily]))]
    best = {int(of[one[0]]): one for one in np.split(daily, np.flatnonzero(np.diff(of[daily])) + 1) if len(one)}
    out: list[Peak] = []
    for code in np.unique(line[table.meter >= 0]).tolist():
        meter, register = divmod(code, len(table.registers))
        top = best.get(code, daily[:0])[:top_days]
        name = table.registers[register].name
        out.append(_peak(table.meter_ids[meter], name, [power_of(at) for at in top.tolist()], start[top]))
    return out


def _lines(table: Consumption) -> npt.NDArray[np.int64]:
    return np.asarray(table.meter.astype("int64") * max(len(table.registers), 1) + table.register)


def _peak(meter_id: str, register: str, powers: Sequence[Fraction], starts: npt.NDArray[np.datetime64]) -> Peak:
    return Peak(
        meter_id=meter_id,
        register=register,
        power=powers[0] if powers else None,
        start=starts[0] if powers else np.datetime64("NaT", "ms"),
        mean_of_top_days=sum(powers, start=Fraction(0)) / len(powers) if powers else None,
        days=len(powers),
    )


def _days(start: npt.NDArray[np.datetime64], tz: str) -> npt.NDArray[np.int64]:
    """Number the local days in which intervals begin."""
    if not len(start):
        return np.zeros(0, dtype="int64")
    midnights = calendar_boundaries(start.min(), start.max() + np.timedelta64(1, "ms"), freq="day", tz=tz)
    return np.asarray(np.searchsorted(midnights, start, side="right"), dtype="int64")
