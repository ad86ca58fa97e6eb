"""The energy signature: what a building uses at a temperature outside (ET curve).

Above the balance temperature use is flat; below it, it rises evenly with every degree. With the
balance temperature given this is ordinary least squares in one variable. Without it, it is a
regression of two lines that meet where the data say, which is solved exactly: between two
neighbouring temperatures the lines may be fitted apart, and if they then meet there, that is the
best for this place; otherwise the best is at one of the temperatures themselves.

References
----------
.. [1] D. J. Hudson (1966), "Fitting segmented curves whose join points have to be estimated", Journal of
   the American Statistical Association 61, 1097-1129.
.. [2] ASHRAE Guideline 14: three-parameter change-point model for heating.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from attrs import frozen

from divako.errors import SeriesError
from divako.units import Numbers, accepts_quantities, exact_or_float, unknown_among


@frozen(kw_only=True)
class EnergySignature:
    """A fitted ET curve: ``base + slope * max(0, balance - T)``.

    Parameters
    ----------
    base_kwh : float or Fraction
        Use per period that does not depend on the weather. [kWh]
    slope_kwh_k : float or Fraction
        What a period uses more per degree below the balance temperature. [kWh/K]
    balance_degc : float or Fraction
        Temperature from which downwards the building is heated. [°C]
    residual_kwh2 : float or Fraction
        Sum of squares of what the curve does not explain. [kWh²]
    """

    base_kwh: float | Fraction
    slope_kwh_k: float | Fraction
    balance_degc: float | Fraction
    residual_kwh2: float | Fraction

    def predict(self, temperature_degc: Numbers) -> npt.NDArray[Any]:
        """Give the use that the curve expects.

        Parameters
        ----------
        temperature_degc : array_like of float or Fraction
            Mean temperature outside; NaN where unknown. [°C]

        Returns
        -------
        ndarray
            Of the same shape, per period: Fractions where curve and temperatures are exact, else
            float64. [kWh]
        """
        temperature, base, slope, balance = exact_or_float(
            temperature_degc, self.base_kwh, self.slope_kwh_k, self.balance_degc
        )
        cold = np.where(np.asarray(temperature < balance, dtype="bool"), balance - temperature, temperature * 0)
        return np.asarray(base + slope * (cold + temperature * 0))


@accepts_quantities()
def energy_signature(
    energy_kwh: Numbers,
    temperature_degc: Numbers,
    *,
    balance_degc: Fraction | int | float | None = None,  # noqa: PYI041 - exactness depends on which it is
) -> EnergySignature:
    """Fit an ET curve by least squares.

    Parameters
    ----------
    energy_kwh : array_like of float or Fraction, shape (n,)
        Used in equally long periods, days or weeks; NaN or None where unknown. [kWh]
    temperature_degc : array_like of float or Fraction, shape (n,)
        Mean temperature outside of the same periods; NaN or None where unknown. [°C]
    balance_degc : Fraction, int or float, optional
        Balance temperature; without one, the one that fits best is found. [°C]

    Returns
    -------
    EnergySignature
        Fractions where all given is exact, else floats. Periods of which one number is unknown
        take no part.

    Raises
    ------
    SeriesError
        Shapes differ, a number is infinite, or the periods do not determine the
        curve: all have the same part below the balance temperature, or none shows a
        balance temperature with use that rises below it.

    References
    ----------
    .. [1] D. J. Hudson (1966), Journal of the American Statistical Association 61, 1097-1129.

    Examples
    --------
    >>> curve = energy_signature([50.0, 134.0, 254.0, 314.0], [17.0, 10.0, 0.0, -5.0], balance_degc=17)
    >>> curve.slope_kwh_k, curve.base_kwh, curve.predict([-10.0, 20.0])
    (12.0, 50.0, array([374.,  50.]))
    """
    shape = np.shape(np.asarray(energy_kwh))
    if len(shape) != 1 or shape != np.shape(np.asarray(temperature_degc)):
        msg = "energy and temperature are two columns of one length"
        raise SeriesError(msg)
    known = ~(unknown_among(energy_kwh) | unknown_among(temperature_degc))
    columns = np.asarray(energy_kwh)[known], np.asarray(temperature_degc)[known]
    energy, temperature, *more = exact_or_float(*columns, *(() if balance_degc is None else (balance_degc,)))
    candidates = [more[0].item()] if more else list(_balances(energy, temperature))
    fits = [fit for balance in candidates if (fit := _fit(energy, temperature, balance)) is not None]
    if balance_degc is None:
        fits = [fit for fit in fits if fit.slope_kwh_k > 0]
    if not fits:
        msg = "the periods do not determine an energy signature"
        raise SeriesError(msg)
    best = min(fits, key=lambda fit: (fit.residual_kwh2, fit.balance_degc))
    if balance_degc is None and not (temperature > best.balance_degc).any():
        msg = "no period is warm enough to show a balance temperature"
        raise SeriesError(msg)
    return best


def _fit(energy: npt.NDArray[Any], temperature: npt.NDArray[Any], balance: Any) -> EnergySignature | None:
    """Fit base and slope below a balance temperature; None where nothing tells them apart."""
    if not len(energy):
        return None
    cold = np.where(np.asarray(temperature < balance, dtype="bool"), balance - temperature, temperature * 0)
    line = _line(energy, cold)
    if line is None:
        return None
    base, slope = line
    left = energy - base - slope * cold
    return EnergySignature(
        base_kwh=base, slope_kwh_k=slope, balance_degc=balance, residual_kwh2=_number((left * left).sum())
    )


def _line(y: npt.NDArray[Any], x: npt.NDArray[Any]) -> tuple[Any, Any] | None:
    """Give intercept and slope of the least squares line; None where all `x` are equal."""
    n = len(x)
    if n < 2 or (x == x[0]).all():
        return None
    # About the means, so that floats do not cancel.
    mean_x, mean_y = x.sum() / n, y.sum() / n
    dx = x - mean_x
    slope = (dx * (y - mean_y)).sum() / (dx * dx).sum()
    return _number(mean_y - slope * mean_x), _number(slope)


def _number(value: Any) -> Any:
    return value if isinstance(value, Fraction) else float(value)


def _balances(energy: npt.NDArray[Any], temperature: npt.NDArray[Any]) -> Iterator[Any]:
    """Give every balance temperature that may be the best one."""
    order = np.argsort(temperature, kind="stable")
    energy, temperature = energy[order], temperature[order]
    for i in range(1, len(temperature)):
        low, high = temperature[i - 1], temperature[i]
        if low == high:
            continue
        yield _number(high)
        line = _line(energy[:i], temperature[:i])
        if line is not None and line[1] < 0:
            meet = _number((energy[i:].sum() / (len(energy) - i) - line[0]) / line[1])
            if low < meet < high:
                yield meet
