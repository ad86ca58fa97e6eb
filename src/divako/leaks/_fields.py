"""What the fields of a rule may hold, and how sure a finding is."""

from __future__ import annotations

import math

from collections.abc import Iterable
from typing import Any

from attrs import Attribute

from divako.errors import SeriesError


def as_window(value: Iterable[int]) -> tuple[int, ...]:
    """Take a list, as project files have it, for a tuple."""
    return tuple(value)


def night_window(_instance: Any, attribute: Attribute[Any], value: tuple[int, ...]) -> None:
    """Refuse what is not two hours of one day, in order."""
    if len(value) != 2 or not all(type(hour) is int for hour in value) or not 0 <= value[0] < value[1] <= 24:
        msg = f"{attribute.name} must be two hours of one day, in order"
        raise SeriesError(msg)


def at_least_one(_instance: Any, attribute: Attribute[Any], value: int) -> None:
    """Refuse what is not a whole number from 1."""
    if type(value) is not int or value < 1:
        msg = f"{attribute.name} must be a whole number from 1"
        raise SeriesError(msg)


def whole_from_zero(_instance: Any, attribute: Attribute[Any], value: int) -> None:
    """Refuse what is not a whole number from 0."""
    if type(value) is not int or value < 0:
        msg = f"{attribute.name} must be a whole number from 0"
        raise SeriesError(msg)


def at_least_zero(_instance: Any, attribute: Attribute[Any], value: float) -> None:
    """Refuse what is not a finite number from 0."""
    if not math.isfinite(value) or value < 0:
        msg = f"{attribute.name} must be a number from 0"
        raise SeriesError(msg)


def confidence_of(evidence: float, needed: float) -> float:
    """Turn evidence into a confidence.

    A half where it just suffices, three quarters where there is twice as much, and so
    on. A convention that ranks findings; not a probability.
    """
    return float(1.0 - 2.0 ** (-evidence / needed)) if needed > 0 else 1.0
