"""The only door through which pint quantities come in and go out."""

from __future__ import annotations

import functools
import re

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from divako.errors import UnitError


if TYPE_CHECKING:
    from pint.facets.plain import PlainQuantity  # `pint.Quantity` is partly untyped


@functools.cache
def _registry() -> Any:
    import pint  # slower to import than all of divako

    return pint.get_application_registry()


def _spelled_for_pint(unit: str) -> str:
    """Write ``m3`` as ``m**3``: pint takes the first for the name of a unit."""
    return re.sub(r"(?<=[a-z])(?=\d)", "**", "percent" if unit == "%" else unit)


def magnitude(value: object, unit: str) -> npt.NDArray[np.float64]:
    """Read numbers or a quantity as plain numbers in `unit`.

    Parameters
    ----------
    value : pint.Quantity or array_like
        A quantity of a compatible unit, or numbers that are in `unit` already.
    unit : str
        Wanted unit, such as ``"m3"``.

    Returns
    -------
    ndarray of float64
        Of the shape of `value`. [`unit`]

    Raises
    ------
    UnitError
        The dimensions differ, or `unit` is unknown.
    """
    if not hasattr(value, "dimensionality"):
        return np.asarray(value, dtype="float64")
    import pint

    try:
        return np.asarray(value.to(_spelled_for_pint(unit)).magnitude, dtype="float64")  # type: ignore[attr-defined]
    except (pint.DimensionalityError, pint.UndefinedUnitError) as error:
        raise UnitError(str(error)) from error


def quantity(value: npt.ArrayLike, unit: str) -> PlainQuantity[npt.NDArray[np.float64]]:
    """Attach a unit to plain numbers, for display or for another library.

    Parameters
    ----------
    value : array_like
        Numbers. [`unit`]
    unit : str
        Their unit, such as ``"m3"``.

    Returns
    -------
    pint.Quantity
        In the process-wide registry of pint.

    Raises
    ------
    UnitError
        `unit` is unknown.
    """
    import pint

    try:
        return _registry().Quantity(np.asarray(value), _spelled_for_pint(unit))
    except pint.UndefinedUnitError as error:
        raise UnitError(str(error)) from error
