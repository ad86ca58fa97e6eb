"""Dates and times as meters send them: wall clocks in no zone.

What a meter marks as invalid, or as "every" day, month or year, is no date: the
readers give None for it.

References
----------
.. [1] EN 13757-3:2018, annex A, data types F, G, I and J.
"""

from __future__ import annotations

import datetime as dt


def _date(low: int, high: int, hundreds: int = 0) -> dt.date | None:
    """Read the two bytes that day, month and year share."""
    day, month = low & 0x1F, high & 0x0F
    year = (low & 0xE0) >> 5 | (high & 0xF0) >> 1
    if year > 99:
        return None
    if hundreds:
        year += 1900 + 100 * hundreds
    else:
        year += 2000 if year <= 80 else 1900
    try:
        return dt.date(year, month, day)
    except ValueError:  # day 0 and month 15 mean "every"; others are no dates at all
        return None


def read_date(data: bytes) -> dt.date | None:
    """Read type G, a date in two bytes.

    Examples
    --------
    >>> read_date(bytes.fromhex("4a3c"))
    datetime.date(2026, 12, 10)
    """
    return _date(data[0], data[1])


def read_date_time(data: bytes) -> dt.datetime | None:
    """Read type F, a date and minute in four bytes.

    Examples
    --------
    >>> read_date_time(bytes.fromhex("1e0d4a3c"))
    datetime.datetime(2026, 12, 10, 13, 30)
    """
    minute, hour = data[0] & 0x3F, data[1] & 0x1F
    date = _date(data[2], data[3], (data[1] & 0x60) >> 5)
    if data[0] & 0x80 or minute > 59 or hour > 23 or date is None:
        return None
    return dt.datetime.combine(date, dt.time(hour, minute))


def read_date_time_seconds(data: bytes) -> dt.datetime | None:
    """Read type I, a date and second in six bytes, the last with the week.

    Examples
    --------
    >>> read_date_time_seconds(bytes.fromhex("051e0d4a3c00"))
    datetime.datetime(2026, 12, 10, 13, 30, 5)
    """
    second, minute, hour = data[0] & 0x3F, data[1] & 0x3F, data[2] & 0x1F
    date = _date(data[3], data[4])
    if data[1] & 0x80 or second > 59 or minute > 59 or hour > 23 or date is None:
        return None
    return dt.datetime.combine(date, dt.time(hour, minute, second))


def is_summer_time(data: bytes) -> bool:
    """Tell whether a date of type F or I says that its clock is on summer time.

    Examples
    --------
    >>> is_summer_time(bytes.fromhex("1e8d4a36")), is_summer_time(bytes.fromhex("1e0d4a3c"))
    (True, False)
    """
    return bool({4: data[1] & 0x80, 6: data[0] & 0x40}.get(len(data))) if len(data) > 1 else False


def read_time(data: bytes) -> dt.time | None:
    """Read type J, a time of day in three bytes.

    Examples
    --------
    >>> read_time(bytes.fromhex("051e0d"))
    datetime.time(13, 30, 5)
    """
    second, minute, hour = data[0] & 0x3F, data[1] & 0x3F, data[2] & 0x1F
    if second > 59 or minute > 59 or hour > 23:
        return None
    return dt.time(hour, minute, second)
