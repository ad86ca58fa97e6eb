"""How wide the registers of a fleet are, and how fast they can count."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from attrs import frozen

from divako.errors import SeriesError, UnitError
from divako.model import Meter, Register
from divako.series._lines import Lines
from divako.series._wide import product_exceeds
from divako.units import exact_factor


HOUR_MS = 3_600_000
_LARGEST = (1 << 63) - 1

Plan = tuple[int | None, str | None, int | None, Fraction | None]


@frozen(eq=False)
class Plans:
    """What is known of the registers of meters, each distinct plan once.

    Parameters
    ----------
    plans : tuple
        Digits and their unit, bits, and highest rate; the first is that of meters nobody described.
    of_meter : ndarray of int64, shape (m,)
        The plan of each meter of a table.
    """

    plans: tuple[Plan, ...]
    of_meter: npt.NDArray[np.int64]

    @classmethod
    def of(cls, meters: Sequence[Meter], meter_ids: Sequence[str]) -> Plans:
        """Find the plan of each meter of a table; a meter described twice has the last description."""
        plans: dict[Plan, int] = {(None, None, None, None): 0}
        if not meters:
            return cls(tuple(plans), np.zeros(len(meter_ids), dtype="int64"))
        known = {
            m.id: plans.setdefault((m.int_digits, m.digits_unit, m.counter_bits, m.max_rate_per_h), len(plans))
            for m in meters
        }
        return cls(tuple(plans), np.array([known.get(one, 0) for one in meter_ids], dtype="int64"))


@frozen(eq=False)
class Limits:
    """Width and highest rate of each line, in its counts.

    Parameters
    ----------
    modulus : ndarray of int64, shape (m,)
        Where the register rolls over; 0 where that is not known.
    is_binary : ndarray of bool, shape (m,)
        Whether a fall is a turn without asking for the rate: an unsigned counter of pulses.
    rate_up, rate_down : ndarray of int64, shape (m,)
        Highest rate as a quotient; `rate_up` is -1 where none is known. [counts/ms]
    """

    modulus: npt.NDArray[np.int64]
    is_binary: npt.NDArray[np.bool_]
    rate_up: npt.NDArray[np.int64]
    rate_down: npt.NDArray[np.int64]

    def exceeded(
        self, line: npt.NDArray[np.int64], passed: npt.NDArray[np.int64], span_ms: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.bool_]:
        """Tell where more passed than the highest rate allows; nowhere for lines without one."""
        up = self.rate_up[line]
        above = product_exceeds(np.maximum(passed, 0), self.rate_down[line], np.maximum(up, 0), span_ms)
        return np.asarray(above & (up >= 0))


def limits_of(lines: Lines, plans: Plans) -> Limits:
    """Reckon the limits of lines in their own counts.

    Raises
    ------
    SeriesError
        A width is no whole number of counts, or leaves int64; with the meter.
    """
    many = len(lines.meter)
    plan = plans.of_meter[lines.meter]
    modulus, up = np.zeros(many, dtype="int64"), np.full(many, -1, dtype="int64")
    down, is_binary = np.ones(many, dtype="int64"), np.zeros(many, dtype="bool")
    if plan.any():
        pair = plan * max(len(lines.registers), 1) + lines.register
        kinds, first, inverse = np.unique(pair, return_index=True, return_inverse=True)
        kind_of_line = inverse.reshape(-1)
        rows = [
            _limit(plans.plans[plan[at]], lines.registers[lines.register[at]], int(lines.meter[at])) for at in first
        ]
        table = np.array(rows, dtype="int64").reshape(len(kinds), 4)[kind_of_line]
        modulus, up, down, is_binary = table[:, 0], table[:, 1], table[:, 2], table[:, 3] > 0
    return Limits(modulus, is_binary, up, down)


def _limit(plan: Plan, register: Register, meter: int) -> tuple[int, int, int, int]:
    digits, unit, bits, rate = plan
    modulus = 0
    if bits is not None:
        modulus = 1 << bits
    elif digits is not None:
        modulus = width_in_counts(digits, unit, register, meter)
    most = Fraction(-1) if rate is None else rate / register.factor / HOUR_MS
    if max(abs(most.numerator), most.denominator, modulus) > _LARGEST:
        msg = "the width or the highest rate of a meter leaves int64"
        raise SeriesError(msg, meter_index=meter)
    return modulus, most.numerator, most.denominator, int(bits is not None)


def width_in_counts(digits: int, unit: str | None, register: Register, meter: int) -> int:
    """Give the count at which a register of so many digits rolls over; 0 where the digits are not its own.

    Raises
    ------
    SeriesError
        It is no whole number of counts, or nobody knows the unit.
    """
    worth = Fraction(1)
    if unit is not None:
        try:
            dimension, worth = exact_factor(unit)
        except UnitError as error:
            msg = "the digits of a meter are of a unit that nobody knows"
            raise SeriesError(msg, meter_index=meter) from error
        if dimension is not register.dimension:  # the digits of another register of this meter
            return 0
    return whole_counts(10**digits * worth, register, "the width", meter)


def whole_counts(value: Fraction, register: Register, what: str, meter: int) -> int:
    """Give a value of the canonical unit as a number of counts.

    Raises
    ------
    SeriesError
        It is none, or leaves int64.
    """
    count = value / register.factor
    if count.denominator != 1:
        msg = f"{what} is no whole number of counts"
        raise SeriesError(msg, meter_index=meter)
    if abs(count.numerator) > _LARGEST:
        msg = f"{what} leaves int64"
        raise SeriesError(msg, meter_index=meter)
    return count.numerator
