"""What passed during intervals."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import numpy.typing as npt

from attrs import frozen

from divako.model._register import Register
from divako.model._table import Table, column, words


@frozen(kw_only=True, eq=False)
class Consumption(Table):
    """Interval consumption of many meters, one row per meter, register and interval.

    Parameters
    ----------
    meter : ndarray of int32, shape (n,)
        Row numbers into `meter_ids`.
    register : ndarray of int32, shape (n,)
        Row numbers into `registers`; the factor of `count` is theirs.
    start, end : ndarray of datetime64[ms], shape (n,)
        The half-open interval ``[start, end)``, in UTC.
    value : ndarray of float64, shape (n,)
        What passed during the covered part; NaN where nothing is
        known. [canonical unit of the register]
    count : ndarray of int64, shape (n,)
        The same in whole counts, exactly; sums of it telescope to differences
        of the register.
    count_known : ndarray of bool, shape (n,)
        False where nothing is known.
    coverage : ndarray of float64, shape (n,)
        Known share of the interval, 0 to 1.
    quality : ndarray of uint8, shape (n,)
        `Quality` of the row.
    steps : ndarray of uint16, shape (n,)
        Union of the `Step` bits of the steps that touch the interval.
    meter_ids : tuple of str
        Meter identifiers, each once.
    registers : tuple of Register
        Registers, each once.

    Raises
    ------
    SeriesError
        A column has another dtype or another length, or a code points nowhere.
    """

    meter: npt.NDArray[np.int32] = column("int32", words="meter_ids")
    register: npt.NDArray[np.int32] = column("int32", words="registers")
    start: npt.NDArray[np.datetime64] = column("datetime64[ms]")
    end: npt.NDArray[np.datetime64] = column("datetime64[ms]")
    value: npt.NDArray[np.float64] = column("float64")
    count: npt.NDArray[np.int64] = column("int64", known="count_known")
    count_known: npt.NDArray[np.bool_] = column("bool", mask=True)
    coverage: npt.NDArray[np.float64] = column("float64")
    quality: npt.NDArray[np.uint8] = column("uint8")
    steps: npt.NDArray[np.uint16] = column("uint16")
    meter_ids: tuple[str, ...] = words()
    registers: tuple[Register, ...] = words()

    def total(self) -> Fraction:
        """Sum the known rows exactly. [canonical unit of the registers]

        Rows of registers that count different things must not be mixed.
        """
        known = self.count_known
        code, count = self.register[known], self.count[known]
        # Halves of 32 bits, for a sum of many counts may leave int64 where none of them does.
        high, low = (np.zeros(len(self.registers), dtype="int64") for _ in range(2))
        np.add.at(high, code, count >> 32)
        np.add.at(low, code, count & 0xFFFF_FFFF)
        sums = [(h << 32) + part for h, part in zip(high.tolist(), low.tolist(), strict=True)]
        return sum((s * r.factor for s, r in zip(sums, self.registers, strict=True)), start=Fraction(0))
