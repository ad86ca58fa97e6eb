"""Energy as it would have been in weather as usual.

References
----------
.. [1] Statistics Norway, energy use in buildings: only the part that depends on the temperature is
   corrected, by the degree days of the municipality against those of a normal period.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from divako.errors import SeriesError
from divako.units import Numbers, accepts_quantities, exact_or_float


@accepts_quantities("kWh")
def weather_normalised_kwh(
    energy_kwh: Numbers,
    *,
    degree_days: Numbers,
    normal_degree_days: Numbers,
    fixed_share: Numbers = Fraction(0),
) -> npt.NDArray[Any]:
    """Correct energy to the weather of a normal period.

    Parameters
    ----------
    energy_kwh : array_like of float or Fraction
        Used in each period; NaN where unknown. [kWh]
    degree_days : array_like
        Of the same periods, above 0. [K d]
    normal_degree_days : array_like
        Of those periods in a normal year, from 0. [K d]
    fixed_share : array_like, default 0
        Share of the energy that does not depend on the weather, such as warm water; 0 to 1.

    Returns
    -------
    ndarray
        Of the broadcast shape: the fixed part as it is, the rest times normal by actual
        degree days. Exact Fractions where nothing is a float, else float64. [kWh]

    Raises
    ------
    SeriesError
        A period has no degree days, the normal ones are negative, a share is
        outside 0 to 1, or a number is infinite; `row` is its place.

    References
    ----------
    .. [1] Statistics Norway, energy use in buildings.

    Examples
    --------
    >>> weather_normalised_kwh(1000.0, degree_days=2500.0, normal_degree_days=3000.0, fixed_share=0.5)
    array(1100.)
    """
    energy, actual, normal, share = exact_or_float(energy_kwh, degree_days, normal_degree_days, fixed_share)
    _refuse(actual <= 0, "a period without degree days cannot be corrected")
    _refuse(normal < 0, "degree days are not negative")
    _refuse((share < 0) | (share > 1), "a share is 0 to 1")
    fixed = energy * share
    return np.asarray(fixed + (energy - fixed) * normal / actual)


def _refuse(wrong: npt.NDArray[np.bool_], message: str) -> None:
    if np.any(wrong):
        raise SeriesError(message, row=int(np.argmax(wrong)))
