"""When the elements of a profile were taken: a base time and so many spacings.

References
----------
.. [1] EN 13757-3:2018, annex F: spacing control byte and spacing value.
"""

from __future__ import annotations

import calendar
import datetime as dt


_SECONDS = (1, 60, 3600, 86400)  # of the units 00 to 11
_MONTHS = {3: 1, 2: 3, 1: 6}  # of spacing value 254, by the unit
_LARGEST, _HALF_MONTH, _WHOLE_MONTHS = 250, 253, 254
_DAYS = 3


def clock_after(base: dt.date, steps: int, unit: int, value: int) -> dt.date | None:
    """Give what the meter's clock showed so many spacings after the base time.

    Parameters
    ----------
    base : date or datetime
        Of the base value.
    steps : int
        How many spacings; negative ones go back.
    unit : int
        Spacing unit of the control byte, 0 to 3.
    value : int
        Spacing value.

    Returns
    -------
    date, datetime or None
        None where the elements are no row in time, or leave the calendar. The last day of
        a month stays the last day of other months, for that is what due dates mean.

    Examples
    --------
    >>> clock_after(dt.date(2026, 1, 31), 1, 3, 254), clock_after(dt.date(2026, 1, 31), -1, 2, 254)
    (datetime.date(2026, 2, 28), datetime.date(2025, 10, 31))
    """
    try:
        if value == _WHOLE_MONTHS and unit in _MONTHS:
            return _after_months(base, steps * _MONTHS[unit])
        if value == _HALF_MONTH and unit == _DAYS:
            return _after_half_months(base, steps)
        if not 0 < value <= _LARGEST:
            return None
        span = dt.timedelta(seconds=_SECONDS[unit] * value * steps)
        if unit != _DAYS and not isinstance(base, dt.datetime):
            base = dt.datetime.combine(base, dt.time())
        return base + span
    except (ValueError, OverflowError):
        return None


def _after_months(base: dt.date, months: int) -> dt.date:
    year, month = divmod(base.year * 12 + base.month - 1 + months, 12)
    last = _last(year, month + 1)
    return base.replace(year=year, month=month + 1, day=last if _is_last(base) else min(base.day, last))


def _after_half_months(base: dt.date, halves: int) -> dt.date:
    """Step from the first half of a month to the same place of the second one, and on."""
    second = base.day > 15
    place = 15 if _is_last(base) else min(base.day - 15 if second else base.day, 15)
    months, second_half = divmod((base.year * 12 + base.month - 1) * 2 + second + halves, 2)
    year, month = divmod(months, 12)
    last = _last(year, month + 1)
    in_second = last if place == 15 else min(15 + place, last)
    return base.replace(year=year, month=month + 1, day=in_second if second_half else place)


def _is_last(day: dt.date) -> bool:
    return day.day == _last(day.year, day.month)


def _last(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]
