"""Exact factors from the units that people write to the canonical ones.

What a unit measures follows from its parts where it is a rate: volume by time is flow, mass
by time is mass flow, energy by time is power. All else stands in one table of rationals.

References
----------
.. [1] BIPM, "The International System of Units", 9th edition, 2019, tables 5, 7 and 8.
.. [2] EN 13757-3:2018, table 12: the calorie of meters is the international one, 4.1868 J.
.. [3] NIST, Special Publication 811, 2008, appendix B: the thermochemical calorie is 4.184 J; the
   inch is 0.0254 m, the US gallon 231 cubic inches, the imperial one 4.546 09 L and the pound
   0.453 592 37 kg, exactly.
"""

from __future__ import annotations

import functools

from fractions import Fraction
from types import MappingProxyType

from divako.errors import UnitError
from divako.units._canonical import Dimension


_KILO = Fraction(1000)
_JOULE = Fraction(1, 3_600_000)  # in kWh
_PASCAL = Fraction(1, 100_000)  # in bar
_INCH = Fraction(254, 10_000)  # in m
_POUND = Fraction(45_359_237, 10**8)  # in kg
_GRAVITY = Fraction(980_665, 10**5)  # in m/s²

_PREFIXES = {
    "m": Fraction(1, 1000),
    "c": Fraction(1, 100),
    "d": Fraction(1, 10),
    "": Fraction(1),
    "h": Fraction(100),
    "k": _KILO,
    "M": _KILO**2,
    "G": _KILO**3,
    "T": _KILO**4,
}

Factor = tuple[Dimension, Fraction]


def _prefixed(prefixes: str, unit: str, dimension: Dimension, factor: Fraction, suffix: str = "") -> dict[str, Factor]:
    """Give a unit and those of it with each of these prefixes."""
    return {p + unit + suffix: (dimension, factor * _PREFIXES[p]) for p in ("", *prefixes)}


_TABLE: dict[str, Factor] = {
    "m3": (Dimension.VOLUME, Fraction(1)),
    "dm3": (Dimension.VOLUME, 1 / _KILO),
    "cm3": (Dimension.VOLUME, 1 / _KILO**2),
    **_prefixed("mcdh", "l", Dimension.VOLUME, 1 / _KILO),
    **_prefixed("mcdh", "L", Dimension.VOLUME, 1 / _KILO),
    "ft3": (Dimension.VOLUME, (12 * _INCH) ** 3),
    "gal": (Dimension.VOLUME, 231 * _INCH**3),
    "gal_us": (Dimension.VOLUME, 231 * _INCH**3),
    "gal_uk": (Dimension.VOLUME, Fraction(454_609, 10**8)),
    **_prefixed("mk", "g", Dimension.MASS, 1 / _KILO),
    "t": (Dimension.MASS, _KILO),
    "lb": (Dimension.MASS, _POUND),
    **_prefixed("kMGT", "Wh", Dimension.ENERGY, 1 / _KILO),
    **_prefixed("kMGT", "J", Dimension.ENERGY, _JOULE),
    **_prefixed("kMG", "cal", Dimension.ENERGY, Fraction(41_868, 10_000) * _JOULE),
    **_prefixed("kMG", "cal", Dimension.ENERGY, Fraction(41_868, 10_000) * _JOULE, "_it"),
    **_prefixed("kMG", "cal", Dimension.ENERGY, Fraction(4_184, 1_000) * _JOULE, "_th"),
    **_prefixed("mkMG", "W", Dimension.POWER, 1 / _KILO),
    **_prefixed("kM", "varh", Dimension.REACTIVE_ENERGY, 1 / _KILO),
    **_prefixed("kM", "var", Dimension.REACTIVE_POWER, 1 / _KILO),
    **_prefixed("kM", "VAh", Dimension.APPARENT_ENERGY, 1 / _KILO),
    **_prefixed("kM", "VA", Dimension.APPARENT_POWER, 1 / _KILO),
    "degC": (Dimension.TEMPERATURE, Fraction(1)),
    "K": (Dimension.TEMPERATURE_DIFFERENCE, Fraction(1)),
    "delta_degC": (Dimension.TEMPERATURE_DIFFERENCE, Fraction(1)),
    "delta_degF": (Dimension.TEMPERATURE_DIFFERENCE, Fraction(5, 9)),
    **_prefixed("hkM", "Pa", Dimension.PRESSURE, _PASCAL),
    **_prefixed("m", "bar", Dimension.PRESSURE, Fraction(1)),
    "atm": (Dimension.PRESSURE, 101_325 * _PASCAL),
    "psi": (Dimension.PRESSURE, _POUND * _GRAVITY / _INCH**2 * _PASCAL),
    "mH2O": (Dimension.PRESSURE, 1000 * _GRAVITY * _PASCAL),
    **_prefixed("m", "s", Dimension.DURATION, Fraction(1)),
    "min": (Dimension.DURATION, Fraction(60)),
    "h": (Dimension.DURATION, Fraction(3600)),
    "d": (Dimension.DURATION, Fraction(86400)),
    "day": (Dimension.DURATION, Fraction(86400)),
    "week": (Dimension.DURATION, Fraction(604_800)),
    "month": (Dimension.CALENDAR_DURATION, Fraction(1)),
    "year": (Dimension.CALENDAR_DURATION, Fraction(12)),
    **_prefixed("mk", "V", Dimension.VOLTAGE, Fraction(1)),
    **_prefixed("mk", "A", Dimension.CURRENT, Fraction(1)),
    "Hz": (Dimension.FREQUENCY, Fraction(1)),
    "deg": (Dimension.ANGLE, Fraction(1)),
    "dBm": (Dimension.SIGNAL_LEVEL, Fraction(1)),
    "m3*degC": (Dimension.VOLUME_TEMPERATURE, Fraction(1)),
    "%": (Dimension.RELATIVE_HUMIDITY, Fraction(1)),
}

_RATES = {
    Dimension.VOLUME: Dimension.FLOW,
    Dimension.MASS: Dimension.MASS_FLOW,
    Dimension.ENERGY: Dimension.POWER,
}

FACTORS = MappingProxyType(_TABLE)
"""Every unit that is no rate, with its dimension and the factor to the canonical unit."""


@functools.lru_cache(maxsize=1024)
def exact_factor(unit: str) -> tuple[Dimension, Fraction]:
    """Give the dimension of a unit and the exact factor to its canonical unit.

    Parameters
    ----------
    unit : str
        A unit as documents spell it, such as ``"GJ"``, or a rate by time, such as ``"l/min"``.

    Returns
    -------
    tuple of Dimension and Fraction
        What the unit measures, and what one of it is in the canonical unit. The kelvin
        measures differences of temperature here; `convert` takes it for a temperature as well.

    Raises
    ------
    UnitError
        The unit is unknown, or has no factor, because its zero lies elsewhere (``"degF"``).

    Examples
    --------
    >>> exact_factor("GJ")
    (<Dimension.ENERGY: 'energy'>, Fraction(2500, 9))
    >>> exact_factor("l/min")[1]
    Fraction(3, 50)
    """
    spelled = unit.replace("³", "3").replace("°", "deg")
    if spelled in _TABLE:
        return _TABLE[spelled]
    amount, slash, time = spelled.partition("/")
    if slash and amount in _TABLE and time in _TABLE:
        (dimension, factor), (over, duration) = _TABLE[amount], _TABLE[time]
        if dimension in _RATES and over is Dimension.DURATION:
            return _RATES[dimension], factor * 3600 / duration
    msg = "degrees Fahrenheit have no factor: their zero lies elsewhere" if spelled == "degF" else "unknown unit"
    msg = f"{msg}: {unit!r}"
    raise UnitError(msg)
