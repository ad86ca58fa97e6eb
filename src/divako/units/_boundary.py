"""The only door through which pint quantities come in and go out."""

from __future__ import annotations

import functools
import inspect
import re

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ParamSpec, Protocol, TypeVar, overload

import numpy as np
import numpy.typing as npt

from divako.errors import UnitError


if TYPE_CHECKING:
    from pint.facets.plain import PlainQuantity  # `pint.Quantity` is partly untyped

P = ParamSpec("P")
R_co = TypeVar("R_co", covariant=True)

# How names of arguments end, and the unit that says.
SUFFIXES = {
    "m3": "m3",
    "m3_h": "m3/h",
    "kwh": "kWh",
    "kw": "kW",
    "degc": "degC",
    "mpa": "MPa",
    "kg_m3": "kg/m3",
    "kj_kg": "kJ/kg",
    "kwh_m3_k": "kWh/m3/K",
}

# Units that pint spells, or means, in another way; its calorie is the thermochemical one.
_FOR_PINT = {
    "%": "percent",
    "gal": "gallon",
    "gal_us": "gallon",
    "gal_uk": "imperial_gallon",
    "VAh": "VA*hour",
    "kVAh": "kVA*hour",
    "MVAh": "MVA*hour",
    "m3*degC": "m3*delta_degC",
}
_CALORIE = re.compile(r"([kMG]?cal)(?!\w)")


@functools.cache
def _registry() -> Any:
    import pint  # slower to import than all of divako

    return pint.get_application_registry()


def _spelled_for_pint(unit: str) -> str:
    """Write ``m3`` as ``m**3``: pint takes the first for the name of a unit."""
    of, slash, by = unit.partition("/")
    powers = re.sub(r"(?<=[a-z])(?=\d)", "**", _FOR_PINT.get(of, of) + slash + by)
    return _CALORIE.sub(r"\1_it", powers)


def _is_quantity(value: object) -> bool:
    return hasattr(type(value), "dimensionality")


@functools.lru_cache(maxsize=1024)
def _unit_in(quantities: Callable[[float, str], Any], unit: str) -> Any:
    """Give a unit of the registry that a class of quantities belongs to."""
    return quantities(1.0, _spelled_for_pint(unit)).units


@functools.lru_cache(maxsize=1024)
def _ratio(quantities: Callable[[float, Any], Any], given: Any, unit: str) -> tuple[float, float] | None:
    """Give the factor from one unit to another, as two floats that are whole numbers where that is exact.

    None where a zero lies elsewhere, so that no factor will do. pint looks the factor up anew each time, which
    costs more than all else at the door.
    """
    wanted = _unit_in(quantities, unit)
    if given == wanted:
        return 1.0, 1.0
    if quantities(0.0, given).to(wanted).magnitude:
        return None
    factor = float(quantities(1.0, given).to(wanted).magnitude)
    near = Fraction(factor).limit_denominator(10**9)
    # A float within a few roundings of 1/1000 is meant to be that: dividing by 1000 rounds once, multiplying twice.
    is_exact = near and abs(near / Fraction(factor) - 1) < Fraction(1, 1 << 50)
    return (float(near.numerator), float(near.denominator)) if is_exact else (factor, 1.0)


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
    if not _is_quantity(value):
        return np.asarray(value, dtype="float64")
    import pint

    given: Any = value
    of: Any = type(value)
    try:
        ratio = _ratio(of, given.units, unit)
        if ratio is None:
            return np.asarray(given.to(_unit_in(of, unit)).magnitude, dtype="float64")
    except (pint.DimensionalityError, pint.UndefinedUnitError) as error:
        raise UnitError(str(error)) from error
    up, down = ratio
    plain = np.asarray(given.magnitude, dtype="float64")
    return plain if up == down else np.asarray(plain * up / down)


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

    quantities = _registry().Quantity
    try:
        return quantities(np.asarray(value), _unit_in(quantities, unit))
    except pint.UndefinedUnitError as error:
        raise UnitError(str(error)) from error


class TakesQuantities(Protocol[P, R_co]):
    """A function of plain numbers that takes quantities as well, and then gives one back."""

    @overload
    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R_co: ...
    @overload
    def __call__(self, *args: Any, **kwargs: Any) -> Any: ...


def accepts_quantities(returns: str | None = None) -> Callable[[Callable[P, R_co]], TakesQuantities[P, R_co]]:
    """Let a function of plain numbers take pint quantities and give one back.

    Parameters
    ----------
    returns : str, optional
        Unit of what the function returns; none where that is no number, but an object whose
        fields have units in their names.

    Returns
    -------
    callable
        Decorator. Arguments that are quantities are converted to the unit that the name of
        the argument ends in, such as ``volume_m3``; if any is one, so is the result, of the
        same registry. Calls with plain numbers go straight to the function.

    Raises
    ------
    TypeError
        No argument of the function has a unit in its name.

    Examples
    --------
    >>> @accepts_quantities("m3")
    ... def doubled(volume_m3):
    ...     return 2 * volume_m3
    >>> doubled(1.5)
    3.0
    >>> print(doubled(quantity([1500.0], "l")))
    [3.0] meter ** 3
    """

    def decorate(function: Callable[P, R_co]) -> TakesQuantities[P, R_co]:
        parameters = inspect.signature(function).parameters
        units = {name: unit for name in parameters if (unit := unit_of_name(name)) is not None}
        places = [name for name, parameter in parameters.items() if parameter.kind is parameter.POSITIONAL_OR_KEYWORD]
        if not units:
            msg = f"no argument of {function.__name__} has a unit in its name"
            raise TypeError(msg)

        @functools.wraps(function)
        def doored(*args: Any, **kwargs: Any) -> Any:
            of: Any = next((type(a) for a in (*args, *kwargs.values()) if _is_quantity(a)), None)
            call: Callable[..., Any] = function
            if of is None:
                return call(*args, **kwargs)
            # Arguments beyond the places are the function's to refuse.
            plain = [_plain(value, name, units) for name, value in zip(places, args, strict=False)]
            plain += args[len(places) :]
            more = {name: _plain(value, name, units) for name, value in kwargs.items()}
            result = call(*plain, **more)
            return result if returns is None else of(result, _unit_in(of, returns))

        return doored

    return decorate


def unit_of_name(name: str) -> str | None:
    """Read the unit that the name of an argument ends in; None where it has none."""
    parts = name.split("_")
    endings = ("_".join(parts[i:]) for i in range(1, len(parts)))
    return next((SUFFIXES[ending] for ending in endings if ending in SUFFIXES), None)


def _plain(value: object, name: str, units: dict[str, str]) -> object:
    if not _is_quantity(value):
        return value
    if name not in units:
        msg = f"{name} takes no quantity"
        raise UnitError(msg)
    return magnitude(value, units[name])
