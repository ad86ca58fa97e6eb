"""Heat from volume and temperatures, as the calculator of a heat meter reckons it.

A flow sensor counts volume, but heat goes with mass. So it matters in which pipe the sensor
sits: the same water takes more room in the warm flow than in the cooled return, and the heat
coefficient of EN 1434-1 has the density of the pipe that is measured.

References
----------
.. [1] EN 1434-1:2022, annex A: heat coefficient, from the density where the volume is measured and the
   enthalpies of flow and return.
.. [2] IAPWS R7-97(2012), region 1.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from divako.errors import SeriesError
from divako.heat._water import Floats, capacity, checked, density, enthalpy, in_blocks
from divako.units import Numbers, accepts_quantities, exact_or_float


_KJ_PER_KWH = 3600.0
# Closer than this the difference of two enthalpies has fewer sure digits than their derivative has. [K]
_CLOSE_K = 0.01

Pipe = Literal["flow", "return"]


@accepts_quantities("kg/m3")
def density_kg_m3(temperature_degc: npt.ArrayLike, pressure_mpa: npt.ArrayLike = 1.6) -> Floats:
    """Give the density of water.

    Parameters
    ----------
    temperature_degc : array_like of float
        0 to 350 °C; NaN where unknown. [°C]
    pressure_mpa : array_like of float, default 1.6
        From that at which the water boils to 100 MPa, absolute. [MPa]

    Returns
    -------
    ndarray of float64
        Of the broadcast shape; NaN where something is unknown. [kg/m³]

    Raises
    ------
    SeriesError
        A row is out of range; `row` is its place.

    References
    ----------
    .. [1] IAPWS R7-97(2012), equation 7.

    Examples
    --------
    >>> round(float(density_kg_m3(60.0)), 2)
    983.86
    """
    return in_blocks(density, *checked(temperature_degc, pressure_mpa))


@accepts_quantities("kJ/kg")
def enthalpy_kj_kg(temperature_degc: npt.ArrayLike, pressure_mpa: npt.ArrayLike = 1.6) -> Floats:
    """Give the specific enthalpy of water, from 0 at its triple point.

    Parameters
    ----------
    temperature_degc, pressure_mpa
        See `density_kg_m3`.

    Returns
    -------
    ndarray of float64
        Of the broadcast shape; NaN where something is unknown. [kJ/kg]

    Raises
    ------
    SeriesError
        A row is out of range; `row` is its place.

    References
    ----------
    .. [1] IAPWS R7-97(2012), equation 7.

    Examples
    --------
    >>> round(float(enthalpy_kj_kg(70.0)), 3)
    294.301
    """
    return in_blocks(enthalpy, *checked(temperature_degc, pressure_mpa))


@accepts_quantities("kWh/m3/K")
def heat_coefficient_kwh_m3_k(
    flow_degc: npt.ArrayLike, return_degc: npt.ArrayLike, pressure_mpa: npt.ArrayLike = 1.6, *, metered: Pipe
) -> Floats:
    """Give the heat coefficient of EN 1434-1: heat per volume and kelvin.

    Parameters
    ----------
    flow_degc, return_degc : array_like of float
        Temperatures of the two pipes, 0 to 350 °C; NaN where unknown. [°C]
    pressure_mpa : array_like of float, default 1.6
        Absolute. [MPa]
    metered : {"flow", "return"}
        The pipe that the flow sensor sits in.

    Returns
    -------
    ndarray of float64
        Of the broadcast shape. Where both pipes are equally warm, what it tends to:
        density times heat capacity. NaN where something is unknown. [kWh/(m³ K)]

    Raises
    ------
    SeriesError
        A row is out of range (`row` is its place), or there is no such pipe.

    References
    ----------
    .. [1] EN 1434-1:2022, annex A.

    Examples
    --------
    >>> round(float(heat_coefficient_kwh_m3_k(70.0, 40.0, metered="return")), 6)
    1.152371
    """
    flow, pressure = checked(flow_degc, pressure_mpa)
    back, _ = checked(return_degc, pressure)

    def of_rows(warm: Floats, cold: Floats, mpa: Floats) -> Floats:
        apart = warm - cold
        close = np.abs(apart) < _CLOSE_K
        gained = enthalpy(warm, mpa) - enthalpy(cold, mpa)
        per_kelvin = np.where(close, capacity((warm + cold) / 2, mpa), gained / np.where(close, 1.0, apart))
        return np.asarray(density(_metered(warm, cold, metered), mpa) * per_kelvin / _KJ_PER_KWH)

    return in_blocks(of_rows, flow, back, pressure)


@accepts_quantities("kWh")
def heat_kwh(
    volume_m3: npt.ArrayLike,
    flow_degc: npt.ArrayLike,
    return_degc: npt.ArrayLike,
    pressure_mpa: npt.ArrayLike = 1.6,
    *,
    metered: Pipe,
) -> Floats:
    """Reckon heat from volume and the temperatures of flow and return.

    Parameters
    ----------
    volume_m3 : array_like of float
        What passed the flow sensor while the temperatures were these. [m³]
    flow_degc, return_degc : array_like of float
        Temperatures of the two pipes, 0 to 350 °C; NaN where unknown. [°C]
    pressure_mpa : array_like of float, default 1.6
        Absolute; EN 1434-1 reckons with 1.6 MPa unless the maker states another. [MPa]
    metered : {"flow", "return"}
        The pipe that the flow sensor sits in; the wrong one is 1.5 % off at 70 and 40 °C.

    Returns
    -------
    ndarray of float64
        Of the broadcast shape; negative where the return is the warmer one, as in
        cooling; NaN where something is unknown. [kWh]

    Raises
    ------
    SeriesError
        A row is out of range (`row` is its place), or there is no such pipe.

    Notes
    -----
    Heat is no linear function of temperature, so a mean over an hour in which both volume and
    temperature change is not what the meter counted. Where the meter sends its own energy, bill that.

    References
    ----------
    .. [1] EN 1434-1:2022, annex A.
    .. [2] IAPWS R7-97(2012), region 1.

    Examples
    --------
    >>> heat_kwh([10.0, 1.0], [70.0, 55.0], [40.0, 50.0], metered="return").round(3)
    array([345.711,   5.735])
    """
    volume = _finite(volume_m3)
    flow, pressure = checked(flow_degc, pressure_mpa)
    back, _ = checked(return_degc, pressure)

    def of_rows(cubic: Floats, warm: Floats, cold: Floats, mpa: Floats) -> Floats:
        mass = cubic * density(_metered(warm, cold, metered), mpa)
        return np.asarray(mass * (enthalpy(warm, mpa) - enthalpy(cold, mpa)) / _KJ_PER_KWH)

    return in_blocks(of_rows, volume, flow, back, pressure)


@accepts_quantities("kWh")
def heat_by_coefficient_kwh(
    volume_m3: Numbers,
    flow_degc: Numbers,
    return_degc: Numbers,
    *,
    coefficient_kwh_m3_k: Numbers = Fraction("1.163"),
) -> npt.NDArray[Any]:
    """Reckon heat with a heat coefficient that is given.

    Parameters
    ----------
    volume_m3 : array_like of float, Fraction or Decimal
        What passed. [m³]
    flow_degc, return_degc : array_like of float, Fraction or Decimal
        Temperatures of the two pipes; NaN where unknown. [°C]
    coefficient_kwh_m3_k : array_like, default 1.163
        Heat per volume and kelvin; the default is that of water of 1 kg/L and 1 kcal/(kg K),
        which older regulations and allocation rules use. [kWh/(m³ K)]

    Returns
    -------
    ndarray
        Of the broadcast shape: exact Fractions where nothing is a float, else float64. [kWh]

    Raises
    ------
    SeriesError
        A value is infinite.

    Examples
    --------
    >>> heat_by_coefficient_kwh(Fraction(10), Fraction(70), Fraction(40)).item()
    Fraction(3489, 10)
    """
    volume, flow, back, coefficient = exact_or_float(volume_m3, flow_degc, return_degc, coefficient_kwh_m3_k)
    return np.asarray(coefficient * volume * (flow - back))


@accepts_quantities("m3")
def volume_at_reference_m3(
    volume_m3: npt.ArrayLike,
    temperature_degc: npt.ArrayLike,
    pressure_mpa: npt.ArrayLike = 1.6,
    *,
    reference_degc: npt.ArrayLike,
) -> Floats:
    """Bring a volume of water to the room that its mass takes at another temperature.

    Parameters
    ----------
    volume_m3 : array_like of float
        Measured. [m³]
    temperature_degc : array_like of float
        At which it was measured, 0 to 350 °C. [°C]
    pressure_mpa : array_like of float, default 1.6
        Absolute, of both. [MPa]
    reference_degc : array_like of float
        Of the volume wanted, 0 to 350 °C. [°C]

    Returns
    -------
    ndarray of float64
        Of the broadcast shape; NaN where something is unknown. [m³]

    Raises
    ------
    SeriesError
        A row is out of range; `row` is its place.

    References
    ----------
    .. [1] IAPWS R7-97(2012), region 1.

    Examples
    --------
    >>> round(float(volume_at_reference_m3(100.0, 60.0, 0.4, reference_degc=10.0)), 3)
    98.349
    """
    volume = _finite(volume_m3)
    measured, pressure = checked(temperature_degc, pressure_mpa)
    wanted, _ = checked(reference_degc, pressure)

    def of_rows(cubic: Floats, was: Floats, becomes: Floats, mpa: Floats) -> Floats:
        return np.asarray(cubic * density(was, mpa) / density(becomes, mpa))

    return in_blocks(of_rows, volume, measured, wanted, pressure)


def _finite(volume_m3: npt.ArrayLike) -> Floats:
    volume = np.asarray(volume_m3, dtype="float64")
    infinite = np.isinf(volume)
    if infinite.any():
        msg = "a volume is infinite"
        raise SeriesError(msg, row=int(np.argmax(infinite)))
    return volume


def _metered(flow: Floats, back: Floats, metered: str) -> Floats:
    if metered not in {"flow", "return"}:
        msg = "a flow sensor sits in flow or return"
        raise SeriesError(msg)
    return flow if metered == "flow" else back
