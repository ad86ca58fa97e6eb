"""An amount of a period shared by its local calendar days."""

from __future__ import annotations

import datetime as dt

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from divako.errors import SeriesError
from divako.series import calendar_boundaries
from divako.units import as_fraction, largest_remainder


def prorate_days(
    value: Fraction | Decimal | int,
    cuts: Sequence[dt.date] | Sequence[np.datetime64],
    *,
    tz: str = "Europe/Oslo",
    quantum: Fraction | None = None,
) -> tuple[list[Fraction], list[int]]:
    """Share what passed in a period by the calendar days of its parts, where nobody has read in between.

    Parameters
    ----------
    value : Fraction, Decimal or int
        What passed from the first cut to the last. [any]
    cuts : sequence of date or of datetime64[ms], length n + 1
        First days of the parts, and the day after the last part, ascending; or the instants at
        which those begin, in UTC.
    tz : str, default "Europe/Oslo"
        Zone whose midnights the instants are. A day of 23 or 25 hours is one day.
    quantum : Fraction, optional
        Smallest step of the parts: they are whole multiples of it, by largest remainder.

    Returns
    -------
    tuple of list of Fraction, length n, and list of int, length n
        The parts, which sum to the value exactly, and their days.

    Raises
    ------
    SeriesError
        There are fewer than two cuts, they do not ascend, an instant is no local
        midnight, or the value is no multiple of the quantum.

    Examples
    --------
    >>> prorate_days(59, [dt.date(2026, 1, 1), dt.date(2026, 2, 1), dt.date(2026, 3, 1)])
    ([Fraction(31, 1), Fraction(28, 1)], [31, 28])
    """
    whole = as_fraction(value)
    days = _days_between(cuts, tz)
    if quantum is None:
        return [whole * n / sum(days) for n in days], days
    many = whole / quantum
    if many.denominator != 1:
        msg = "the value is no multiple of the quantum"
        raise SeriesError(msg)
    return [share * quantum for share in largest_remainder(int(many), days)], days


def _days_between(cuts: Sequence[dt.date] | Sequence[np.datetime64], tz: str) -> list[int]:
    if all(isinstance(cut, dt.date) and not isinstance(cut, dt.datetime) for cut in cuts):
        place = np.array([cut.toordinal() for cut in cuts], dtype="int64")  # type: ignore[union-attr] # all are dates
        _refuse_unless_ascending(place)
        return [int(n) for n in np.diff(place)]
    if not all(isinstance(cut, np.datetime64) for cut in cuts):
        msg = "cuts are all dates, or all datetime64 in UTC"
        raise TypeError(msg)
    instants = np.array(cuts, dtype="datetime64[ms]")
    _refuse_unless_ascending(instants.astype("int64"))
    # Counted on the calendar, because local days have no fixed length.
    midnights = calendar_boundaries(instants[0], instants[-1], freq="day", tz=tz)
    place = np.searchsorted(midnights, instants)
    apart = midnights[np.minimum(place, len(midnights) - 1)] != instants
    if apart.any():
        msg = "a cut is no local midnight"
        raise SeriesError(msg, row=int(np.argmax(apart)))
    return [int(n) for n in np.diff(place)]


def _refuse_unless_ascending(place: npt.NDArray[np.int64]) -> None:
    if len(place) < 2 or (np.diff(place) < 1).any():
        msg = "cuts ascend, and there are at least two"
        raise SeriesError(msg, row=int(np.argmax(np.diff(place) < 1)) + 1 if len(place) > 1 else None)
