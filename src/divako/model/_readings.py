"""Readings of many meters as columns."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from attrs import frozen

from divako.model._register import Function, Register
from divako.model._status import Status
from divako.model._table import Table, column, words


@frozen(kw_only=True, eq=False)
class Readings(Table):
    """Register readings of many meters, one row each, as columns of one length.

    Parameters
    ----------
    meter : ndarray of int32, shape (n,)
        Row numbers into `meter_ids`.
    register : ndarray of int32, shape (n,)
        Row numbers into `registers`; -1 where only the maker knows the quantity.
    time : ndarray of datetime64[ms], shape (n,)
        When the register stood so, in UTC; NaT where nobody has said.
    value : ndarray of float64, shape (n,)
        Count times the register's factor, correctly rounded; NaN where
        unknown. [canonical unit of the register]
    count : ndarray of int64, shape (n,)
        What the meter sent, exactly; meaningless where `count_known` is False.
    count_known : ndarray of bool, shape (n,)
        False where the meter sent a float or nothing readable.
    storage : ndarray of int64 or a narrower integer, shape (n,)
        Storage number: 0 now, 1 the due date, 2 and up history.
    tariff, subunit : ndarray of int32 or a narrower integer, shape (n,)
        Further indices of the record.
    function : ndarray of uint8, shape (n,)
        `Function` of the record.
    status : ndarray of uint32, shape (n,)
        Union of `Status` bits.
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
    time: npt.NDArray[np.datetime64] = column("datetime64[ms]")
    value: npt.NDArray[np.float64] = column("float64")
    count: npt.NDArray[np.int64] = column("int64", known="count_known")
    count_known: npt.NDArray[np.bool_] = column("bool", mask=True)
    storage: npt.NDArray[np.int64] = column("int64", narrow=True)
    tariff: npt.NDArray[np.int32] = column("int32", narrow=True)
    subunit: npt.NDArray[np.int32] = column("int32", narrow=True)
    function: npt.NDArray[np.uint8] = column("uint8")
    status: npt.NDArray[np.uint32] = column("uint32")
    meter_ids: tuple[str, ...] = words()
    registers: tuple[Register, ...] = words()

    @classmethod
    def of_counts(
        cls,
        meter_id: str,
        register: Register,
        time: npt.ArrayLike,
        count: npt.ArrayLike,
        *,
        status: Status = Status.OK,
    ) -> Readings:
        """Make the readings of one register of one meter.

        Parameters
        ----------
        meter_id : str
            The meter.
        register : Register
            The register, with the worth of one count.
        time : array_like of datetime64, shape (n,)
            When, in UTC.
        count : array_like of int, shape (n,)
            What the register showed.
        status : Status, default Status.OK
            Of every row.

        Returns
        -------
        Readings
            ``n`` rows.

        Examples
        --------
        >>> from divako.units import Dimension
        >>> from fractions import Fraction
        >>> litres = Register("volume", Dimension.VOLUME, Fraction(1, 1000))
        >>> Readings.of_counts("m", litres, ["2026-01-01T00:00", "2026-01-01T01:00"], [1000, 1250]).value
        array([1.  , 1.25])
        """
        counts = np.asarray(count, dtype="int64")
        n = len(counts)
        return cls(
            meter=np.zeros(n, dtype="int32"),
            register=np.zeros(n, dtype="int32"),
            time=np.asarray(time, dtype="datetime64[ms]"),
            value=values_of_counts(counts, register),
            count=counts,
            count_known=np.ones(n, dtype="bool"),
            storage=np.zeros(n, dtype="int64"),
            tariff=np.zeros(n, dtype="int32"),
            subunit=np.zeros(n, dtype="int32"),
            function=np.full(n, int(Function.INSTANTANEOUS), dtype="uint8"),
            status=np.full(n, int(status), dtype="uint32"),
            meter_ids=(meter_id,),
            registers=(register,),
        )


def values_of_counts(count: npt.NDArray[np.int64], register: Register) -> npt.NDArray[np.float64]:
    """Scale counts to values, each the float64 nearest to the exact product.

    Parameters
    ----------
    count : ndarray of int64, shape (n,)
        Counts of `register`.
    register : Register
        Gives the factor.

    Returns
    -------
    ndarray of float64, shape (n,)
        [canonical unit of the register]

    Notes
    -----
    A product below 2**53 and the denominator are exact as float64, and one
    division rounds once. What is larger takes Python's integers.
    """
    up, down = register.factor.numerator, register.factor.denominator
    limit = (1 << 53) // max(up, 1)
    if not count.size or (down < 1 << 53 and -limit < int(count.min()) and int(count.max()) < limit):
        return np.asarray((count if up == 1 else count * np.int64(up)) / float(down))
    return np.array([register.value_of(int(c)) for c in count], dtype="float64")
