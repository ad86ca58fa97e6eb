"""Density, enthalpy and heat capacity of liquid water by IAPWS-IF97, region 1.

The formulation gives the specific Gibbs energy as a sum of 34 powers of a reduced pressure and a
reduced temperature; every property is a derivative of it. The sums are taken power by
power of the temperature, so with one pressure for all rows, as heat meters have it, what stands
before each power is a single number.

References
----------
.. [1] IAPWS R7-97(2012), "Revised Release on the IAPWS Industrial Formulation 1997 for the Thermodynamic
   Properties of Water and Steam": equation 7 and table 2 (region 1), table 5 (values to check a
   program by), equation 30 and table 34 (saturation pressure).
"""

from __future__ import annotations

import itertools

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from divako.errors import SeriesError
from divako.units import accepts_quantities


_GAS_CONSTANT = 0.461526  # of water [kJ/(kg K)]
_ZERO_CELSIUS = 273.15  # [K]
_PRESSURE = 16.53  # what pressures are reduced by [MPa]
_TEMPERATURE = 1386.0  # what is reduced by temperatures [K]
_TOO_COLD_OR_HOT = "a temperature is outside 0 to 350 °C"
_BLOCK = 1 << 13  # rows whose powers stay in fast memory

# Table 2 of [1]_: exponent of the pressure, exponent of the temperature, coefficient.
_TERMS = (
    (0, -2, 0.14632971213167),
    (0, -1, -0.84548187169114),
    (0, 0, -0.37563603672040e1),
    (0, 1, 0.33855169168385e1),
    (0, 2, -0.95791963387872),
    (0, 3, 0.15772038513228),
    (0, 4, -0.16616417199501e-1),
    (0, 5, 0.81214629983568e-3),
    (1, -9, 0.28319080123804e-3),
    (1, -7, -0.60706301565874e-3),
    (1, -1, -0.18990068218419e-1),
    (1, 0, -0.32529748770505e-1),
    (1, 1, -0.21841717175414e-1),
    (1, 3, -0.52838357969930e-4),
    (2, -3, -0.47184321073267e-3),
    (2, 0, -0.30001780793026e-3),
    (2, 1, 0.47661393906987e-4),
    (2, 3, -0.44141845330846e-5),
    (2, 17, -0.72694996297594e-15),
    (3, -4, -0.31679644845054e-4),
    (3, 0, -0.28270797985312e-5),
    (3, 6, -0.85205128120103e-9),
    (4, -5, -0.22425281908000e-5),
    (4, -2, -0.65171222895601e-6),
    (4, 10, -0.14341729937924e-12),
    (5, -8, -0.40516996860117e-6),
    (8, -11, -0.12734301741641e-8),
    (8, -6, -0.17424871230634e-9),
    (21, -29, -0.68762131295531e-18),
    (23, -31, 0.14478307828521e-19),
    (29, -38, 0.26335781662795e-22),
    (30, -39, -0.11947622640071e-22),
    (31, -40, 0.18228094581404e-23),
    (32, -41, -0.93537087292458e-25),
)

# Table 34 of [1]_, as the three quadratic polynomials that equation 30 solves.
_SATURATION = (
    (1.0, 0.11670521452767e4, -0.72421316703206e6),
    (-0.17073846940092e2, 0.12020824702470e5, -0.32325550322333e7),
    (0.14915108613530e2, -0.48232657361591e4, 0.40511340542057e6),
)
_SATURATION_SHIFT, _SATURATION_POLE = -0.23855557567849, 0.65017534844798e3

Floats = npt.NDArray[np.float64]


def _derivative(by_pressure: int, by_temperature: int) -> dict[int, list[tuple[int, float]]]:
    """Give the terms of a derivative of the Gibbs energy: for each exponent of the temperature, those of the pressure."""
    out: dict[int, list[tuple[int, float]]] = {}
    for i, j, coefficient in _TERMS:
        for down in range(by_pressure):
            coefficient *= -(i - down)  # noqa: PLW2901 - what a derivative does to a term; the base falls with pressure
        for down in range(by_temperature):
            coefficient *= j - down  # noqa: PLW2901 - see above
        if coefficient:
            out.setdefault(j - by_temperature, []).append((i - by_pressure, coefficient))
    return out


_BY_PRESSURE = _derivative(1, 0)
_BY_TEMPERATURE = _derivative(0, 1)
_BY_TEMPERATURE_TWICE = _derivative(0, 2)


class _Powers:
    """Whole powers of an array, each made once from smaller ones."""

    def __init__(self, base: Floats) -> None:
        self._of: dict[int, Floats] = {0: np.ones_like(base), 1: base}

    def __getitem__(self, exponent: int) -> Floats:
        if exponent not in self._of:
            if exponent < 0:
                self._of[exponent] = 1.0 / self[-exponent]
            else:
                half = exponent // 2
                self._of[exponent] = self[half] * self[exponent - half]
        return self._of[exponent]


def _sum(terms: dict[int, list[tuple[int, float]]], pressure: Floats, temperature: Floats) -> Floats:
    of_pressure, of_temperature = _Powers(7.1 - pressure), _Powers(temperature - 1.222)
    total = np.zeros(np.broadcast_shapes(pressure.shape, temperature.shape))
    for exponent, inner in terms.items():
        before = sum(coefficient * of_pressure[i] for i, coefficient in inner)
        total += before * of_temperature[exponent]
    return total


def _volume(kelvin: Floats, mpa: Floats) -> Floats:
    gamma = _sum(_BY_PRESSURE, mpa / _PRESSURE, _TEMPERATURE / kelvin)
    return gamma * (_GAS_CONSTANT * 1e-3 / _PRESSURE) * kelvin


def _enthalpy(kelvin: Floats, mpa: Floats) -> Floats:
    return _GAS_CONSTANT * _TEMPERATURE * _sum(_BY_TEMPERATURE, mpa / _PRESSURE, _TEMPERATURE / kelvin)


def _capacity(kelvin: Floats, mpa: Floats) -> Floats:
    tau = _TEMPERATURE / kelvin
    return -_GAS_CONSTANT * tau**2 * _sum(_BY_TEMPERATURE_TWICE, mpa / _PRESSURE, tau)


@accepts_quantities("MPa")
def saturation_pressure_mpa(temperature_degc: npt.ArrayLike) -> Floats:
    """Give the pressure at which water boils.

    Parameters
    ----------
    temperature_degc : array_like of float
        0 to 350 °C. [°C]

    Returns
    -------
    ndarray of float64
        Of the same shape; NaN where the temperature is unknown. [MPa]

    Raises
    ------
    SeriesError
        A row is out of range; `row` is its place.

    References
    ----------
    .. [1] IAPWS R7-97(2012), equation 30.

    Examples
    --------
    >>> round(float(saturation_pressure_mpa(100.0)), 4)
    0.1014
    """
    temperature = np.asarray(temperature_degc, dtype="float64")
    _refuse((temperature < 0) | (temperature > 350), _TOO_COLD_OR_HOT)
    kelvin = temperature + _ZERO_CELSIUS
    shifted = kelvin + _SATURATION_SHIFT / (kelvin - _SATURATION_POLE)
    a, b, c = (x * shifted**2 + y * shifted + z for x, y, z in _SATURATION)
    return np.asarray((2 * c / (-b + np.sqrt(b * b - 4 * a * c))) ** 4)


def checked(temperature_degc: npt.ArrayLike, pressure_mpa: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Refuse what is not liquid water within the range of the formulation; NaN is unknown and stays so."""
    temperature = np.asarray(temperature_degc, dtype="float64")
    pressure = np.asarray(pressure_mpa, dtype="float64")
    _refuse((temperature < 0) | (temperature > 350), _TOO_COLD_OR_HOT)
    _refuse((pressure <= 0) | (pressure > 100), "a pressure is outside 0 to 100 MPa")
    # Below 100 °C water boils under 0.11 MPa only: no need to reckon that row by row.
    hot = np.fmax.reduce(temperature, axis=None, initial=0.0)
    if pressure.size and not np.fmin.reduce(pressure, axis=None) >= saturation_pressure_mpa(hot):
        _refuse(
            pressure < saturation_pressure_mpa(temperature), "the water would boil at this temperature and pressure"
        )
    return temperature, pressure


def _refuse(wrong: npt.NDArray[np.bool_], message: str) -> None:
    if wrong.any():
        raise SeriesError(message, row=int(np.argmax(wrong)))


def in_blocks(function: Callable[..., Floats], *arrays: Floats) -> Floats:
    """Evaluate a function of rows block by block; what is a single number stays one."""
    shape = np.broadcast_shapes(*(array.shape for array in arrays))
    rows: list[Any] = [a if a.ndim == 0 else np.broadcast_to(a, shape).reshape(-1) for a in arrays]
    many = int(np.prod(shape))
    if many <= _BLOCK:
        return np.asarray(function(*rows)).reshape(shape)
    out = np.empty(many)
    for low, high in itertools.pairwise([*range(0, many, _BLOCK), many]):
        out[low:high] = function(*(a if a.ndim == 0 else a[low:high] for a in rows))
    return out.reshape(shape)


def density(temperature: Floats, pressure: Floats) -> Floats:
    """Give the density of checked rows. [kg/m³]"""
    return np.asarray(1.0 / _volume(temperature + _ZERO_CELSIUS, pressure))


def enthalpy(temperature: Floats, pressure: Floats) -> Floats:
    """Give the specific enthalpy of checked rows. [kJ/kg]"""
    return np.asarray(_enthalpy(temperature + _ZERO_CELSIUS, pressure))


def capacity(temperature: Floats, pressure: Floats) -> Floats:
    """Give the specific heat capacity of checked rows. [kJ/(kg K)]"""
    return np.asarray(_capacity(temperature + _ZERO_CELSIUS, pressure))
