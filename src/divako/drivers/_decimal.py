"""Dates in packed decimal bytes, as several makers send them in orders of their own."""

from __future__ import annotations

import datetime as dt

from divako.codec import read_bcd


def decimal_date(year: int, month: int, day: int) -> dt.date | None:
    """Give the date of three packed decimal bytes; None where they are no date.

    Parameters
    ----------
    year, month, day : int
        The bytes; the year counts from 2000.
    """
    numbers = _numbers(year, month, day)
    try:
        return None if numbers is None else dt.date(2000 + numbers[0], numbers[1], numbers[2])
    except ValueError:
        return None


def decimal_time(hour: int, minute: int, second: int) -> dt.time | None:
    """Give the time of day of three packed decimal bytes; None where they are none."""
    numbers = _numbers(hour, minute, second)
    try:
        return None if numbers is None else dt.time(numbers[0], numbers[1], numbers[2])
    except ValueError:
        return None


def _numbers(*sent: int) -> list[int] | None:
    numbers = [read_bcd(bytes((byte,))) for byte in sent]
    known = [number for number in numbers if number is not None]
    return known if len(known) == len(sent) else None
