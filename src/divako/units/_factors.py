"""Exact factors from the units that people write to the canonical ones.

Temperatures have no factor: degrees Celsius and Fahrenheit differ by an offset,
and no meter that divako reads counts them in anything but powers of ten of °C.

References
----------
.. [1] BIPM, "The International System of Units", 9th edition, 2019, tables 6 and 8.
.. [2] EN 13757-3:2018, table 12: the calorie of meters is the international one, 4.1868 J.
"""

from __future__ import annotations

from fractions import Fraction

from divako.errors import UnitError
from divako.units._canonical import Dimension


_KILO = Fraction(1000)
_JOULE = Fraction(1, 3_600_000)  # in kWh
_CALORIE = Fraction(41868, 10000) * _JOULE

_TABLE: dict[str, tuple[Dimension, Fraction]] = {
    "m3": (Dimension.VOLUME, Fraction(1)),
    "l": (Dimension.VOLUME, Fraction(1, 1000)),
    "L": (Dimension.VOLUME, Fraction(1, 1000)),
    "ml": (Dimension.VOLUME, Fraction(1, 1_000_000)),
    "m3/h": (Dimension.FLOW, Fraction(1)),
    "l/h": (Dimension.FLOW, Fraction(1, 1000)),
    "L/h": (Dimension.FLOW, Fraction(1, 1000)),
    "m3/min": (Dimension.FLOW, Fraction(60)),
    "m3/s": (Dimension.FLOW, Fraction(3600)),
    "l/min": (Dimension.FLOW, Fraction(60, 1000)),
    "l/s": (Dimension.FLOW, Fraction(3600, 1000)),
    "kg": (Dimension.MASS, Fraction(1)),
    "t": (Dimension.MASS, _KILO),
    "kg/h": (Dimension.MASS_FLOW, Fraction(1)),
    "Wh": (Dimension.ENERGY, 1 / _KILO),
    "kWh": (Dimension.ENERGY, Fraction(1)),
    "MWh": (Dimension.ENERGY, _KILO),
    "GWh": (Dimension.ENERGY, _KILO**2),
    "J": (Dimension.ENERGY, _JOULE),
    "kJ": (Dimension.ENERGY, _JOULE * _KILO),
    "MJ": (Dimension.ENERGY, _JOULE * _KILO**2),
    "GJ": (Dimension.ENERGY, _JOULE * _KILO**3),
    "cal": (Dimension.ENERGY, _CALORIE),
    "Mcal": (Dimension.ENERGY, _CALORIE * _KILO**2),
    "Gcal": (Dimension.ENERGY, _CALORIE * _KILO**3),
    "W": (Dimension.POWER, 1 / _KILO),
    "kW": (Dimension.POWER, Fraction(1)),
    "MW": (Dimension.POWER, _KILO),
    "J/h": (Dimension.POWER, _JOULE),
    "GJ/h": (Dimension.POWER, _JOULE * _KILO**3),
    "varh": (Dimension.REACTIVE_ENERGY, 1 / _KILO),
    "kvarh": (Dimension.REACTIVE_ENERGY, Fraction(1)),
    "var": (Dimension.REACTIVE_POWER, 1 / _KILO),
    "kvar": (Dimension.REACTIVE_POWER, Fraction(1)),
    "VAh": (Dimension.APPARENT_ENERGY, 1 / _KILO),
    "kVAh": (Dimension.APPARENT_ENERGY, Fraction(1)),
    "VA": (Dimension.APPARENT_POWER, 1 / _KILO),
    "kVA": (Dimension.APPARENT_POWER, Fraction(1)),
    "degC": (Dimension.TEMPERATURE, Fraction(1)),
    "K": (Dimension.TEMPERATURE_DIFFERENCE, Fraction(1)),
    "bar": (Dimension.PRESSURE, Fraction(1)),
    "Pa": (Dimension.PRESSURE, Fraction(1, 100_000)),
    "kPa": (Dimension.PRESSURE, Fraction(1, 100)),
    "s": (Dimension.DURATION, Fraction(1)),
    "min": (Dimension.DURATION, Fraction(60)),
    "h": (Dimension.DURATION, Fraction(3600)),
    "d": (Dimension.DURATION, Fraction(86400)),
    "month": (Dimension.CALENDAR_DURATION, Fraction(1)),
    "year": (Dimension.CALENDAR_DURATION, Fraction(12)),
    "V": (Dimension.VOLTAGE, Fraction(1)),
    "A": (Dimension.CURRENT, Fraction(1)),
    "Hz": (Dimension.FREQUENCY, Fraction(1)),
    "deg": (Dimension.ANGLE, Fraction(1)),
    "dBm": (Dimension.SIGNAL_LEVEL, Fraction(1)),
    "%": (Dimension.RELATIVE_HUMIDITY, Fraction(1)),
    "ft3": (Dimension.VOLUME, Fraction(28_316_846_592, 10**12)),
}


def exact_factor(unit: str) -> tuple[Dimension, Fraction]:
    """Give the dimension of a unit and the exact factor to its canonical unit.

    Parameters
    ----------
    unit : str
        A unit as documents spell it, such as ``"l/h"`` or ``"GJ"``.

    Returns
    -------
    tuple of Dimension and Fraction
        What the unit measures, and what one of it is in the canonical unit.

    Raises
    ------
    UnitError
        The unit is unknown.

    Examples
    --------
    >>> exact_factor("GJ")
    (<Dimension.ENERGY: 'energy'>, Fraction(2500, 9))
    """
    try:
        return _TABLE[unit]
    except KeyError:
        msg = f"unknown unit {unit!r}"
        raise UnitError(msg) from None
