"""Exact quantities: converted and added without rounding, or refused.

A temperature is a point on a scale and a difference of temperatures is not: 20 °C are 293.15 K,
but 20 degrees of difference are 20 K. So the two are different dimensions; degrees of difference are
written ``delta_degC``, and only the kelvin is both.

References
----------
.. [1] BIPM, "The International System of Units", 9th edition, 2019, section 2.3.1: 0 °C is 273.15 K
   exactly, and the units of difference are equal.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from attrs import field, frozen

from divako.errors import UnitError
from divako.units._canonical import Dimension
from divako.units._factors import exact_factor
from divako.units._numbers import as_fraction


# Kelvin is what one degree of the scale is, plus what its zero is. [K]
_SCALES = {
    "K": (Fraction(1), Fraction(0)),
    "degC": (Fraction(1), Fraction(27_315, 100)),
    "degF": (Fraction(5, 9), Fraction(45_967, 100) * Fraction(5, 9)),
}
_DIFFERENCE_OF = {"degC": "delta_degC", "degF": "delta_degF"}


def _plain(unit: str) -> str:
    return unit.replace("°", "deg")


def scale_of(unit: str) -> tuple[Fraction, Fraction] | None:
    """Give what one degree and what the zero of a scale of temperature is, both in K; None for other units."""
    return _SCALES.get(_plain(unit))


def convert(value: Fraction | Decimal | int, unit: str, to: str) -> Fraction:
    """Convert a value exactly.

    Parameters
    ----------
    value : Fraction, Decimal or int
        How many. [`unit`]
    unit : str
        Their unit, such as ``"GJ"``, ``"l/min"`` or ``"degC"``.
    to : str
        The unit wanted.

    Returns
    -------
    Fraction
        How many of the wanted unit, without rounding. [`to`]

    Raises
    ------
    UnitError
        A unit is unknown, or the two measure different things: m³ is no kWh, and a
        temperature (``degC``) is no difference of temperatures (``delta_degC``).

    References
    ----------
    .. [1] BIPM, "The International System of Units", 9th edition, 2019.

    Examples
    --------
    >>> convert(1, "GJ", "kWh")
    Fraction(2500, 9)
    >>> convert(Decimal("20"), "degC", "K")
    Fraction(5863, 20)
    """
    exact = as_fraction(value)
    source, target = scale_of(unit), scale_of(to)
    if source is not None and target is not None:
        return (exact * source[0] + source[1] - target[1]) / target[0]
    for one, other in ((unit, to), (to, unit)):
        if scale_of(one) is not None and _plain(one) != "K":
            other_dimension = exact_factor(other)[0]
            raise UnitError(_differ(Dimension.TEMPERATURE, other_dimension))
    (dimension, factor), (wanted, of_wanted) = exact_factor(unit), exact_factor(to)
    if dimension is not wanted:
        raise UnitError(_differ(dimension, wanted))
    return exact * factor / of_wanted


def _differ(one: Dimension, other: Dimension) -> str:
    return f"{one.value} is no {other.value}"


@frozen
class ExactQuantity:
    """A rational number of a unit.

    Parameters
    ----------
    value : Fraction, Decimal or int
        How many; kept as a Fraction. [`unit`]
    unit : str
        Of what.

    Raises
    ------
    UnitError
        The unit is unknown.

    Notes
    -----
    Sums and differences are in the unit of the first. Two temperatures have no sum, but a
    difference; a temperature and a difference have a sum. What is equal in different units is
    equal in `to` the same unit only: ``==`` compares number and unit as they stand.

    Examples
    --------
    >>> ExactQuantity(Decimal("1.5"), "m3") + ExactQuantity(250, "L")
    ExactQuantity(value=Fraction(7, 4), unit='m3')
    >>> ExactQuantity(20, "degC") - ExactQuantity(5, "degC")
    ExactQuantity(value=Fraction(15, 1), unit='delta_degC')
    """

    value: Fraction = field(converter=as_fraction)
    unit: str = field()

    @unit.validator
    def _is_known(self, _attribute: object, value: str) -> None:
        if scale_of(value) is None:
            exact_factor(value)

    def to(self, unit: str) -> ExactQuantity:
        """Convert to another unit; see `convert`."""
        return ExactQuantity(convert(self.value, self.unit, unit), unit)

    def __add__(self, other: object) -> ExactQuantity:
        if not isinstance(other, ExactQuantity):
            return NotImplemented
        mine, theirs = _plain(self.unit), _plain(other.unit)
        if mine in _DIFFERENCE_OF and theirs in _SCALES:
            msg = "two temperatures have no sum; a difference is written delta_degC"
            raise UnitError(msg)
        if theirs in _DIFFERENCE_OF:
            if mine == "K":
                msg = "kelvin may be a temperature or a difference; write delta_degC to add it to a temperature"
                raise UnitError(msg)
            return other + self  # a difference and a temperature are a temperature
        of_difference = _DIFFERENCE_OF.get(mine, self.unit)
        return ExactQuantity(self.value + convert(other.value, other.unit, of_difference), self.unit)

    def __sub__(self, other: object) -> ExactQuantity:
        if not isinstance(other, ExactQuantity):
            return NotImplemented
        mine, theirs = _plain(self.unit), _plain(other.unit)
        if mine in _DIFFERENCE_OF and theirs in _DIFFERENCE_OF:
            difference = self.value - convert(other.value, other.unit, self.unit)
            return ExactQuantity(difference, _DIFFERENCE_OF[mine])
        if theirs in _DIFFERENCE_OF:
            msg = "a temperature cannot be taken from what is none"
            raise UnitError(msg)
        return self + ExactQuantity(-other.value, other.unit)
