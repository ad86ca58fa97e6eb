"""How drivers and their devices are named."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import Attribute

from divako.errors import DriverError


_NAME = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")


def snake_name(_instance: object, _attribute: Attribute[str], value: str) -> None:
    """Validate the name of a driver."""
    if not 3 <= len(value) <= 32 or not set(value) <= _NAME or not value[0].isalpha():
        msg = "a driver has a snake-case name of 3 to 32 characters"
        raise DriverError(msg)


def device_pairs(devices: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Convert vendors and models to a tuple."""
    return tuple(devices)
