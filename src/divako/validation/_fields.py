"""What the fields of a check may hold."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from attrs import Attribute

from divako.errors import SeriesError


def positive(_instance: Any, attribute: Attribute[Any], value: Fraction) -> None:
    """Refuse what is not above 0."""
    if value <= 0:
        msg = f"{attribute.name} must be above 0"
        raise SeriesError(msg)


def not_negative(_instance: Any, attribute: Attribute[Any], value: Fraction) -> None:
    """Refuse what is below 0."""
    if value < 0:
        msg = f"{attribute.name} must be from 0"
        raise SeriesError(msg)


def at_least_one(_instance: Any, attribute: Attribute[Any], value: int) -> None:
    """Refuse what is not a whole number from 1."""
    if type(value) is not int or value < 1:
        msg = f"{attribute.name} must be a whole number from 1"
        raise SeriesError(msg)
