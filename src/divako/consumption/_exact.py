"""Consumption without any rounding: counts, and the fractions of a count at the boundaries."""

from __future__ import annotations

from fractions import Fraction
from typing import Unpack

import numpy as np
import numpy.typing as npt

from attrs import frozen

from divako.consumption._bins import Bins
from divako.consumption._columns import Columns, Gathered, columns_of, table_of
from divako.consumption._reckon import Reckoning, reckon, wanted_of
from divako.model import Consumption, Readings, Register


@frozen(kw_only=True, eq=False)
class ExactConsumption:
    """Interval consumption with what its counts leave out.

    Parameters
    ----------
    table : Consumption
        What `interval_consumption` gives, row by row.
    left, left_of : ndarray of int64, shape (n,)
        Remainder of the register at the start of each interval, and the length of the
        step that divides it; 0 and 1 where a quantum was given. [count · ms], [ms]
    right, right_of : ndarray of int64, shape (n,)
        The same at its end.
    covered : ndarray of int64, shape (n,)
        Known part of each interval. [ms]
    """

    table: Consumption
    left: npt.NDArray[np.int64]
    left_of: npt.NDArray[np.int64]
    right: npt.NDArray[np.int64]
    right_of: npt.NDArray[np.int64]
    covered: npt.NDArray[np.int64]

    def value(self, row: int) -> Fraction | None:
        """Give what passed in the known part of an interval; None where nothing is known. [canonical unit]"""
        table = self.table
        if not table.count_known[row]:
            return None
        right = Fraction(int(self.right[row]), int(self.right_of[row]))
        left = Fraction(int(self.left[row]), int(self.left_of[row]))
        factor: Fraction = table.registers[table.register[row]].factor
        return (int(table.count[row]) + right - left) * factor

    def coverage(self, row: int) -> Fraction:
        """Give the known share of an interval."""
        length = self.table.end[row].astype("int64") - self.table.start[row].astype("int64")
        return Fraction(int(self.covered[row]), int(length))

    def total(self) -> Fraction:
        """Sum the known rows. [canonical unit of the registers]

        Rows of registers that count different things must not be mixed.
        """
        values = (self.value(row) for row in range(len(self.table)))
        return sum((value for value in values if value is not None), start=Fraction(0))


def exact_consumption(readings: Readings, **how: Unpack[Reckoning]) -> ExactConsumption:
    """Give what `interval_consumption` floors to counts as exact fractions.

    Parameters
    ----------
    readings : Readings
        Of many meters, as for `interval_consumption`.
    **how : Unpack
        Its other arguments. With a quantum the fractions are those of the floored register.

    Returns
    -------
    ExactConsumption
        The same rows, with what is needed to make fractions of any of them.

    Raises
    ------
    SeriesError
        As there.

    Examples
    --------
    >>> from divako.units import Dimension
    >>> litres = Register("volume", Dimension.VOLUME, Fraction(1, 1000))
    >>> readings = Readings.of_counts("m", litres, ["2026-01-10T00:00", "2026-01-10T03:00"], [0, 1000])
    >>> exact = exact_consumption(readings, tz="UTC")
    >>> [str(exact.value(row)) for row in range(3)]
    ['1/3', '1/3', '1/3']
    """
    registers: dict[Register, int] = {}
    wanted = wanted_of(how, exactly=True)
    floors = wanted.quantum is not None
    gathered, rests = Gathered(), Gathered()
    for block in reckon(readings, wanted, registers):
        (bins,) = block.bins
        gathered.add(columns_of(block, bins, registers), block.share)
        rests.add(_rests(bins, floors), block.share)
    none = np.zeros(0, dtype="int64")
    exactly = rests.columns() or dict.fromkeys(("left", "left_of", "right", "right_of", "covered"), none)
    return ExactConsumption(table=table_of(gathered.columns(), readings.meter_ids, registers), **exactly)


def _rests(bins: Bins, floors: bool) -> Columns:  # noqa: FBT001 - private, and named at the call
    at, left = bins.at, bins.left
    remainder, divisor = at.remainder, at.divisor
    if floors:
        remainder, divisor = np.zeros_like(remainder), np.ones_like(divisor)
    return {
        "left": remainder[left],
        "left_of": divisor[left],
        "right": remainder[left + 1],
        "right_of": divisor[left + 1],
        "covered": bins.covered,
    }
