"""What an incremental reckoning remembers between two deliveries of readings."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from attrs import Attribute, field, frozen

from divako.errors import SeriesError
from divako.model import Function, Readings, Register, values_of_counts
from divako.series import FREQUENCIES


def _one_of(*allowed: str) -> Any:
    def check(_instance: Any, attribute: Attribute[Any], value: object) -> None:
        if value not in allowed:
            msg = f"{attribute.name} is one of {', '.join(allowed)}"
            raise SeriesError(msg)

    return check


def _from_zero(_instance: Any, attribute: Attribute[Any], value: int) -> None:
    if value < 0:
        msg = f"{attribute.name} is a number from 0"
        raise SeriesError(msg)


def _as_long_as(name: str, *, more: int = 0) -> Any:
    def check(instance: Any, attribute: Attribute[Any], value: tuple[object, ...]) -> None:
        if len(value) != len(getattr(instance, name)) + more:
            msg = f"{attribute.name} does not fit the length of {name}"
            raise SeriesError(msg)

    return check


@frozen(kw_only=True)
class ConsumptionState:
    """How consumption is reckoned as readings come in, and what must be remembered for that.

    Begin with one that has nothing but the first parameters, and go on with what
    `update_consumption` gives back. `divako.convert.to_document` writes it, `from_document` reads it. It holds the readings
    of about `late_s` before the newest of each meter, whatever came before.

    Parameters
    ----------
    freq : {"hour", "day", "week", "month", "quarter", "year"}
        Bins of the local calendar.
    tz : str, default "Europe/Oslo"
        Zone of the calendar.
    late_s : int
        How late a reading or correction may arrive: what lies so long before the newest
        reading of a register is settled. [s]
    register : str, optional
        Name of the only register wanted.
    reverse_tolerance : Fraction, default 0
        How far a register may fall and still be believed. [canonical unit]
    on_conflict : {"error", "last"}
        Whether a later arrival corrects the reading of an instant.
    max_gap_s : int, optional
        A bin that a longer step touches is estimated. [s]
    quantum : Fraction, optional
        What the register is rounded down to at boundaries. [canonical unit]
    meter_ids : tuple of str
        Meters of the lines.
    registers : tuple of Register
        Registers of the lines.
    meter, code, tariff, subunit : tuple of int
        Of each of ``m`` lines; row numbers into `meter_ids` and `registers`, and indices.
    settled : tuple of int or None
        Of each line, until when nothing can change. [ms since 1970, UTC]
    base : tuple of int
        Of each line, the stitched register at the first reading that is remembered. [count]
    events : tuple of int
        Of each line, how many exchanges and resets happened until it was settled.
    first : tuple of int
        Where the readings of each line begin, and where the last end; ``m + 1`` numbers.
    time, count : tuple of int
        Readings that are remembered. [ms since 1970, UTC], [count]
    """

    freq: str = field(validator=_one_of(*FREQUENCIES))
    tz: str = "Europe/Oslo"
    late_s: int = field(validator=_from_zero)
    register: str | None = None
    reverse_tolerance: Fraction = Fraction(0)
    on_conflict: str = field(default="last", validator=_one_of("error", "last"))
    max_gap_s: int | None = None
    quantum: Fraction | None = None
    meter_ids: tuple[str, ...] = ()
    registers: tuple[Register, ...] = ()
    meter: tuple[int, ...] = ()
    code: tuple[int, ...] = field(default=(), validator=_as_long_as("meter"))
    tariff: tuple[int, ...] = field(default=(), validator=_as_long_as("meter"))
    subunit: tuple[int, ...] = field(default=(), validator=_as_long_as("meter"))
    settled: tuple[int | None, ...] = field(default=(), validator=_as_long_as("meter"))
    base: tuple[int, ...] = field(default=(), validator=_as_long_as("meter"))
    events: tuple[int, ...] = field(default=(), validator=_as_long_as("meter"))
    first: tuple[int, ...] = field(default=(0,), validator=_as_long_as("meter", more=1))
    time: tuple[int, ...] = ()
    count: tuple[int, ...] = field(default=(), validator=_as_long_as("time"))


def remembered(state: ConsumptionState) -> Readings:
    """Give the readings that a state holds as a table."""
    size = np.diff(np.array(state.first, dtype="int64"))
    count = np.array(state.count, dtype="int64")

    def spread(of_line: tuple[int, ...]) -> npt.NDArray[np.int32]:
        return np.repeat(np.array(of_line, dtype="int32"), size)

    code = spread(state.code)
    value = np.zeros(len(count))
    for i, register in enumerate(state.registers):
        value[code == i] = values_of_counts(count[code == i], register)
    return Readings(
        meter=spread(state.meter),
        register=code,
        time=np.array(state.time, dtype="int64").astype("datetime64[ms]"),
        value=value,
        count=count,
        count_known=np.ones(len(count), dtype="bool"),
        storage=np.zeros(len(count), dtype="int64"),
        tariff=spread(state.tariff),
        subunit=spread(state.subunit),
        function=np.full(len(count), int(Function.INSTANTANEOUS), dtype="uint8"),
        status=np.zeros(len(count), dtype="uint32"),
        meter_ids=state.meter_ids,
        registers=state.registers,
    )
