"""Readings of many meters as columns."""

from __future__ import annotations

import datetime as dt

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from attrs import evolve, frozen

from divako.errors import SeriesError
from divako.model._given import counts_of_values, given_counts, given_times
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
            What the register showed; a float that is no whole number is refused.
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
        counts = given_counts(count)
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

    @classmethod
    def of_columns(
        cls,
        register: Register,
        *,
        meter: npt.ArrayLike,
        time: npt.ArrayLike | Sequence[dt.datetime],
        count: npt.ArrayLike | None = None,
        value: npt.ArrayLike | None = None,
        meter_ids: Sequence[str] | None = None,
    ) -> Readings:
        """Make the readings of one register of many meters from columns of a data frame or database.

        Parameters
        ----------
        register : Register
            What all of them counted, with the worth of one count.
        meter : array_like of str or int, shape (n,)
            Meter of each reading: its identifier, or its row number into `meter_ids`.
        time : array_like of datetime64, or sequence of datetime, shape (n,)
            When: datetime64 are in UTC, datetimes and ISO 8601 texts need a zone. NaT is unknown.
        count : array_like of int, shape (n,), optional
            What the register showed, in counts; this or `value`.
        value : array_like of float, shape (n,), optional
            The same as values, which must be whole numbers of counts. [canonical unit]
        meter_ids : sequence of str, optional
            Meter identifiers, where `meter` has row numbers.

        Returns
        -------
        Readings
            ``n`` rows, in the same order.

        Raises
        ------
        SeriesError
            A value is infinite, unknown or no whole number of counts, a count leaves int64, a time has no
            zone, or columns differ in length; with the row, and its meter where that is known.

        Examples
        --------
        >>> from divako.units import Dimension
        >>> from fractions import Fraction
        >>> litres = Register("volume", Dimension.VOLUME, Fraction(1, 1000))
        >>> times = ["2026-01-01T00:00+01:00", "2026-01-01T01:00+01:00"]
        >>> Readings.of_columns(litres, meter=["a", "b"], time=times, value=[1.25, 0.3]).count
        array([1250,  300])
        """
        if (count is None) == (value is None):
            msg = "either counts or values"
            raise TypeError(msg)
        codes, names = _meters(meter, meter_ids)
        try:
            counts = given_counts(count) if count is not None else counts_of_values(value, register)  # type: ignore[arg-type] # one of them is given
            times = given_times(time)
        except SeriesError as error:
            if error.row is not None and error.row < len(codes):
                error.meter_index = int(codes[error.row])
            raise
        if not len(codes) == len(counts) == len(times):
            msg = "columns differ in length"
            raise SeriesError(msg)
        one = cls.of_counts("", register, times, counts)
        return evolve(one, meter=codes, meter_ids=names)


def _meters(meter: npt.ArrayLike, meter_ids: Sequence[str] | None) -> tuple[npt.NDArray[np.int32], tuple[str, ...]]:
    given = np.asarray(meter)
    if given.ndim != 1:
        msg = "meters are in one row"
        raise SeriesError(msg)
    if meter_ids is not None:
        if given.size and given.dtype.kind not in "iu":
            msg = "with meter_ids, meters are row numbers"
            raise SeriesError(msg, row=0)
        beyond = (given < 0) | (given >= len(meter_ids)) if given.size else np.zeros(0, dtype="bool")
        if beyond.any():
            msg = "a meter is none of meter_ids"
            raise SeriesError(msg, row=int(np.flatnonzero(beyond)[0]))
        return given.astype("int32"), tuple(meter_ids)
    texts = given.astype("str") if given.size else np.zeros(0, dtype="str")
    # Numbered in the order of their first mention.
    names, first, code = np.unique(texts, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty(len(order), dtype="int32")
    rank[order] = np.arange(len(order))
    return rank[code.reshape(-1)], tuple(names[order].tolist())


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
