"""How the intervals of a gap are weighed against one another.

References
----------
.. [1] California Public Utilities Commission, direct access standards for validating, estimating and
   editing of meter data: linear interpolation for short gaps, the mean of similar days for long
   ones, scaled to the register.
"""

from __future__ import annotations

import datetime as dt

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar, Protocol

import numpy as np
import numpy.typing as npt

from attrs import Attribute, field, frozen

from divako.errors import SeriesError
from divako.series._calendar import zone_of
from divako.units import as_fraction, whole_weights
from divako.validation import IntervalLines


_DAY_MS = 86_400_000
_HOUR_MS = 3_600_000
_MOST_DAYS = 12
_COMMON = 27_720  # least common multiple of 1 to 12

Mask = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]


class Method(Protocol):
    """What decides how much of a gap each of its intervals gets.

    Attributes
    ----------
    name : str
        As it stands in the log of edits.
    """

    name: ClassVar[str]

    def weights(self, lines: IntervalLines, wanted: Mask) -> tuple[list[int], Mask]:
        """Weigh intervals.

        Parameters
        ----------
        lines : IntervalLines
            All intervals there are, ``n`` rows.
        wanted : ndarray of bool, shape (n,)
            Those that are estimated, ``w`` of them; they tell nothing about one another.

        Returns
        -------
        tuple of list of int, length w, and ndarray of bool, shape (w,)
            Weights from 0, and whether the method had anything to go by.
        """
        ...


@frozen
class Linear:
    """Use goes on evenly: intervals are weighed by their length.

    Notes
    -----
    It fails: a gap of more than a few hours has a morning and a night, and this has not.

    Examples
    --------
    >>> Linear().name
    'linear'
    """

    name: ClassVar[str] = "linear"

    def weights(self, lines: IntervalLines, wanted: Mask) -> tuple[list[int], Mask]:
        """Weigh by length; see `Method.weights`."""
        length = lines.length[wanted]
        return length.tolist(), np.ones(len(length), dtype="bool")


def _few_days(_instance: object, attribute: Attribute[int], value: int) -> None:
    if type(value) is not int or not 1 <= value <= _MOST_DAYS:
        msg = f"{attribute.name} must be a whole number from 1 to {_MOST_DAYS}"
        raise SeriesError(msg)


@frozen(kw_only=True)
class SimilarDays:
    """Use is as at the same local time of the same weekday of other weeks.

    Parameters
    ----------
    days : int, default 4
        Of how many days the mean is taken at most, 1 to 12: the nearest ones, earlier before later.
    within_weeks : int, default 6
        How many weeks before and after are looked at, 1 to 12.
    tz : str, default "Europe/Oslo"
        Zone of the clock.

    Raises
    ------
    SeriesError
        A field is out of range.

    Notes
    -----
    Only intervals that are known as a whole and are not themselves estimated here count; of the hour
    that the clock shows twice, the first. It fails: public holidays are taken for the weekdays they are.

    References
    ----------
    .. [1] California Public Utilities Commission, direct access standards for validating, estimating and
       editing of meter data: mean of similar days.

    Examples
    --------
    >>> SimilarDays(days=3).within_weeks
    6
    """

    name: ClassVar[str] = "similar_days"

    days: int = field(default=4, validator=_few_days)
    within_weeks: int = field(default=6, validator=_few_days)
    tz: str = "Europe/Oslo"

    def weights(self, lines: IntervalLines, wanted: Mask) -> tuple[list[int], Mask]:
        """Weigh by the mean of similar days; see `Method.weights`."""
        wall = _wall_clock(lines.start, self.tz)
        # One number that ascends over all lines and times, so far apart that no week leads into another line.
        span = int(np.ptp(wall)) if len(wall) else 0
        key = lines.line * (span + 7 * _DAY_MS * (_MOST_DAYS + 1)) + wall
        usable = np.flatnonzero(lines.is_full & ~wanted)
        # Stable, so that of an hour that the clock shows twice the first is found.
        usable = usable[np.argsort(key[usable], kind="stable")]
        known, counts = key[usable], np.maximum(lines.count[usable], 0)
        lengths = lines.length[usable]
        asked, length = key[wanted], lines.length[wanted]
        total, many = np.zeros((2, len(asked)), dtype="int64")
        for week in range(1, self.within_weeks + 1):
            for shift in (-week, week) if len(known) else ():
                other = asked + shift * 7 * _DAY_MS
                at = np.minimum(np.searchsorted(known, other), len(known) - 1)
                found = (known[at] == other) & (lengths[at] == length) & (many < self.days)
                total += np.where(found, counts[at], 0)
                many += found
        # The mean of each, times what every number of days divides.
        means = [sums * (_COMMON // n) for sums, n in zip(total.tolist(), np.maximum(many, 1).tolist(), strict=True)]
        return means, many > 0


def _as_fractions(values: Iterable[Fraction | Decimal | int]) -> tuple[Fraction, ...]:
    return tuple(as_fraction(value) for value in values)


def _day_or_week(_instance: object, attribute: Attribute[tuple[Fraction, ...]], value: tuple[Fraction, ...]) -> None:
    if len(value) not in {24, 168} or min(value) < 0:
        msg = f"{attribute.name} must be 24 hours of a day or 168 of a week, none below 0"
        raise SeriesError(msg)


@frozen(kw_only=True)
class Profile:
    """Use follows a profile of the day or the week, scaled to the register.

    Parameters
    ----------
    weights_of_hours : tuple of Fraction, length 24 or 168
        Weight of each local hour of the day, or of the week from Monday. What they add up to does not matter.
    tz : str, default "Europe/Oslo"
        Zone of the clock.

    Raises
    ------
    SeriesError
        There are neither 24 nor 168 weights, or one is negative.

    Notes
    -----
    An interval weighs as the hour in which it begins, times its length.

    Examples
    --------
    >>> Profile(weights_of_hours=[1] * 7 + [3] * 17).weights_of_hours[7]
    Fraction(3, 1)
    """

    name: ClassVar[str] = "profile"

    weights_of_hours: tuple[Fraction, ...] = field(converter=_as_fractions, validator=_day_or_week)
    tz: str = "Europe/Oslo"

    def weights(self, lines: IntervalLines, wanted: Mask) -> tuple[list[int], Mask]:
        """Weigh by the profile; see `Method.weights`."""
        # 1970 began on a Thursday.
        hour = (_wall_clock(lines.start[wanted], self.tz) // _HOUR_MS + 3 * 24) % len(self.weights_of_hours)
        whole = whole_weights(self.weights_of_hours)
        length = lines.length[wanted]
        return [whole[h] * ms for h, ms in zip(hour.tolist(), length.tolist(), strict=True)], length > 0


def _wall_clock(instants: Integers, tz: str) -> Integers:
    """Give what the clock on the wall shows at instants, as if it were UTC. [ms since 1970]"""
    zone = zone_of(tz)
    # Meters share their intervals, so there are far fewer instants than rows.
    distinct, at = np.unique(instants, return_inverse=True)
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    offsets = [
        (epoch + dt.timedelta(milliseconds=ms)).astimezone(zone).utcoffset() or dt.timedelta()
        for ms in distinct.tolist()
    ]
    wall = distinct + np.array([offset // dt.timedelta(milliseconds=1) for offset in offsets], dtype="int64")
    return np.asarray(wall[at], dtype="int64")
