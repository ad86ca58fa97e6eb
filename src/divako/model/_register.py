"""What a meter counts."""

from __future__ import annotations

import enum
import functools

from decimal import Decimal
from fractions import Fraction

from attrs import Attribute, field, frozen
from attrs.validators import instance_of, matches_re

from divako.errors import UnitError
from divako.units import Dimension, canonical_unit


class Medium(enum.Enum):
    """What flows through a meter, or what a sensor feels."""

    COLD_WATER = "cold_water"
    WARM_WATER = "warm_water"
    WATER = "water"
    WASTE_WATER = "waste_water"
    HEAT = "heat"
    COOLING = "cooling"
    HEAT_AND_COOLING = "heat_and_cooling"
    HEAT_COST_ALLOCATOR = "heat_cost_allocator"
    ELECTRICITY = "electricity"
    GAS = "gas"
    STEAM = "steam"
    OIL = "oil"
    AIR = "air"
    PRESSURE = "pressure"
    ROOM = "room"
    SMOKE = "smoke"
    BUS = "bus"
    OTHER = "other"
    UNKNOWN = "unknown"


class Kind(enum.Enum):
    """How a register moves; decides whether differences or sums of it mean anything."""

    COUNTER = "counter"  # only rises, until it rolls over, is reset or exchanged
    DELTA = "delta"  # what passed since the value before
    INSTANT = "instant"  # a state at a time: flow, temperature
    NET = "net"  # may rise and fall: forward less reverse


class Function(enum.IntEnum):
    """Which of the values of its time a record is (EN 13757-3, 6.3.5)."""

    INSTANTANEOUS = 0
    MAXIMUM = 1
    MINIMUM = 2
    ERROR = 3


def _exact(factor: Fraction | Decimal | int | str) -> Fraction:
    if isinstance(factor, float):  # 0.001 is not a thousandth
        msg = "the factor of a register is exact: a fraction, a whole number, a decimal or a text, and no float"
        raise UnitError(msg)
    return Fraction(factor)


def _positive(_instance: Register, _attribute: Attribute[Fraction], value: Fraction) -> None:
    if value <= 0:
        msg = "the factor of a register must be positive"
        raise UnitError(msg)


@frozen
class Register:
    """One quantity of a meter, what one count of it is worth, and how it moves.

    Parameters
    ----------
    name : str
        The quantity in snake case, such as ``"volume"`` or ``"flow_temperature"``.
    dimension : Dimension
        Decides the canonical unit of every value of this register.
    factor : Fraction, Decimal, int or str, default 1
        What one count is in the canonical unit, exactly. Billing multiplies
        counts by it; `value` columns hold the float64 nearest to that product.
    kind : Kind, default Kind.COUNTER
        How the register moves.

    Raises
    ------
    UnitError
        The factor is zero or negative, or a float, which is hardly ever exact.

    Examples
    --------
    >>> litres = Register("volume", Dimension.VOLUME, Fraction(1, 1000))
    >>> litres.unit, litres.value_of(12345)
    ('m3', 12.345)
    """

    name: str = field(validator=matches_re(r"[a-z][a-z0-9_]*"))
    dimension: Dimension = field(validator=instance_of(Dimension))
    factor: Fraction = field(default=Fraction(1), converter=_exact, validator=_positive)
    kind: Kind = field(default=Kind.COUNTER, validator=instance_of(Kind))

    @property
    def unit(self) -> str:
        """Canonical unit of the values."""
        return canonical_unit(self.dimension)

    @property
    def column(self) -> str:
        """Name with its unit, for columns and keys: ``volume_m3``."""
        unit = self.unit.replace("/", "_").replace("*", "_").replace("%", "percent").lower()
        return self.name if unit == "1" else f"{self.name}_{unit}"

    @property
    def quantum(self) -> str:
        """What one count is, in words that read back exactly: ``1/1000 m3``."""
        return f"{self.factor} {self.unit}"

    def value_of(self, count: int) -> float:
        """Give the float64 nearest to `count` times the factor. [canonical unit]"""
        up, down = _ratio(self.factor)
        # Python divides two integers with one correct rounding, whatever their size.
        return count * up / down


@functools.lru_cache(maxsize=4096)
def _ratio(factor: Fraction) -> tuple[int, int]:
    return factor.numerator, factor.denominator
