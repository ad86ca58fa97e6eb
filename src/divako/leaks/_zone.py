"""Night flow of a zone against its own past."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from attrs import field, frozen

from divako.leaks._fields import as_window, at_least_one, at_least_zero, confidence_of, night_window
from divako.leaks._hourly import hourly_flow
from divako.leaks._night import minimum_night_flow
from divako.model import Consumption, Finding, FindingCode, Findings


# Makes the median absolute deviation of a normal distribution its standard deviation.
_MAD = 1.4826
# A night counts if half of its window is known: the lowest of fewer hours lies too high too often.
_MIN_COVERAGE = 0.5
_OPEN = np.datetime64("NaT", "ms")


@frozen(kw_only=True, eq=False)
class Rises:
    """Rises of night flow, ``k`` of them, in the order in which they ended; open ones last.

    Parameters
    ----------
    row : ndarray of int64, shape (k,)
        Row of the array they were found in.
    first, last : ndarray of int64, shape (k,)
        Columns of the first and the last night of the rise.
    rise : ndarray of float64, shape (k,)
        Median of these nights less the baseline. [m³/h]
    margin : ndarray of float64, shape (k,)
        What a night had to exceed the baseline by. [m³/h]
    lasts : ndarray of bool, shape (k,)
        True where no night has ended it.
    """

    row: npt.NDArray[np.int64]
    first: npt.NDArray[np.int64]
    last: npt.NDArray[np.int64]
    rise: npt.NDArray[np.float64]
    margin: npt.NDArray[np.float64]
    lasts: npt.NDArray[np.bool_]


def night_flow_rises(
    lowest_m3_h: npt.NDArray[np.float64],
    *,
    nights: int = 3,
    baseline_nights: int = 28,
    learning_nights: int = 5,
    rise_m3_h: float = 0.5,
    rise_share: float = 0.2,
    spread_factor: float = 3.0,
) -> Rises:
    """Find where the night flow rises above its own baseline, and stays there.

    Parameters
    ----------
    lowest_m3_h : ndarray of float64, shape (m, n)
        Minimum night flow of ``m`` zones on ``n`` successive dates; NaN where
        unknown. [m³/h]
    nights : int, default 3
        Successive known nights above the margin that make a rise.
    baseline_nights : int, default 28
        Latest ordinary nights that the baseline is made of.
    learning_nights : int, default 5
        Ordinary nights before which nothing is judged.
    rise_m3_h, rise_share, spread_factor : float
        The margin is the largest of: an absolute rise [m³/h], a share of the baseline, and
        a multiple of the spread of its nights.

    Returns
    -------
    Rises

    Notes
    -----
    The baseline is the median of the latest ordinary nights, its spread their median
    absolute deviation times 1.4826 [1]_. From the first night above the margin both are
    frozen. When `nights` of them have come the rise is there; it ends on the first night at or
    below half the margin, so that it does not flicker. Its nights never become ordinary;
    those of a run too short do.

    References
    ----------
    .. [1] Rousseeuw, P. J. and Croux, C. (1993), "Alternatives to the median absolute deviation",
       J. Am. Stat. Assoc. 88(424).

    Examples
    --------
    >>> nights = np.array([[4.0, 4.1, 3.9, 4.0, 4.1, 4.0, 6.2, 6.1, 6.3, 6.2]])
    >>> rises = night_flow_rises(nights)
    >>> rises.first, rises.rise.round(2)
    (array([6]), array([2.2]))
    """
    zones, count = lowest_m3_h.shape
    ordinary = np.zeros((zones, count), dtype="bool")
    baseline, margin = np.full((2, zones), np.nan)
    first, last, above_for = np.zeros((3, zones), dtype="int64")
    found: list[tuple[int, int, int, float, float, bool]] = []

    def note(zone: int, *, lasts: bool) -> None:
        span = lowest_m3_h[zone, first[zone] : last[zone] + 1]
        rise = float(np.nanmedian(span) - baseline[zone])
        found.append((zone, int(first[zone]), int(last[zone]), rise, float(margin[zone]), lasts))

    for night in range(count):
        value = lowest_m3_h[:, night]
        known = ~np.isnan(value)
        calm = np.flatnonzero(known & (above_for == 0))
        baseline[calm], spread = _baselines(
            lowest_m3_h[calm, :night], ordinary[calm, :night], latest=baseline_nights, least=learning_nights
        )
        margin[calm] = np.maximum(np.maximum(rise_m3_h, rise_share * baseline[calm]), spread_factor * spread)
        raised = above_for >= nights
        # A comparison with the NaN of a zone that is still learning is false.
        above = known & (value > baseline + margin * np.where(raised, 0.5, 1.0))
        for zone in np.flatnonzero(known & ~above & (above_for > 0)):
            if raised[zone]:
                note(int(zone), lasts=False)
            else:
                ordinary[zone, first[zone] : night] = ~np.isnan(lowest_m3_h[zone, first[zone] : night])
        ordinary[known & ~above, night] = True
        first[above & (above_for == 0)] = night
        last[above] = night
        above_for[above] += 1
        above_for[known & ~above] = 0
    for zone in np.flatnonzero(above_for >= nights):
        note(int(zone), lasts=True)
    columns = list(zip(*found, strict=True)) or [()] * 6
    row, begin, end = (np.array(column, dtype="int64") for column in columns[:3])
    rise, edge = (np.array(column, dtype="float64") for column in columns[3:5])
    return Rises(row=row, first=begin, last=end, rise=rise, margin=edge, lasts=np.array(columns[5], dtype="bool"))


def _baselines(
    lowest: npt.NDArray[np.float64], ordinary: npt.NDArray[np.bool_], *, latest: int, least: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Give median and spread of the latest ordinary nights; NaN where there are too few."""
    center, spread = np.full((2, len(lowest)), np.nan)
    from_end = np.cumsum(ordinary[:, ::-1], axis=1)[:, ::-1]
    enough = np.flatnonzero(ordinary.sum(axis=1) >= least)
    if enough.size:
        history = np.where(ordinary & (from_end <= latest), lowest, np.nan)[enough]
        center[enough] = np.nanmedian(history, axis=1)
        spread[enough] = _MAD * np.nanmedian(np.abs(history - center[enough, None]), axis=1)
    return center, spread


@frozen(kw_only=True)
class ZoneNightFlow:
    """The night flow of a zone has risen above its own baseline.

    Parameters
    ----------
    window : tuple of int, default (2, 5)
        Local hours of day ``[from, to)``. [h]
    baseline_nights : int, default 28
        Latest ordinary nights that the baseline is made of.
    learning_nights : int, default 5
        Ordinary nights before which nothing is judged.
    rise_m3_h : float, default 0.5
        Least rise, whatever the zone. [m³/h]
    rise_share : float, default 0.2
        Least rise, as a share of the baseline.
    spread_factor : float, default 3
        Least rise, in standard deviations of the ordinary nights.
    nights : int, default 3
        Successive nights that make a finding; a weekend is two.
    tz : str, default "Europe/Oslo"
        Name of the time zone.

    Raises
    ------
    SeriesError
        A field is out of range.

    Notes
    -----
    It fails: what leaks from the first night on is the baseline; a leak that grows by less than the
    margin over the nights of the baseline becomes part of it; tapping against frost, filling of
    tanks, watering and higher pressure raise the night flow as well; the start may
    lie a day before the first night of the rise. A level that has changed for good stays a
    finding until `find` is given a later beginning.

    A service connection bursts with 1.6 m³/h at 50 m [1]_; the default of 0.5 m³/h finds
    that at a third of it.

    References
    ----------
    .. [1] Lambert, A. et al. (1999), "A review of performance indicators for real losses from water
       supply systems", Aqua 48(6).

    Examples
    --------
    >>> ZoneNightFlow(rise_m3_h=2.0).window
    (2, 5)
    """

    window: tuple[int, int] = field(default=(2, 5), converter=as_window, validator=night_window)
    baseline_nights: int = field(default=28, validator=at_least_one)
    learning_nights: int = field(default=5, validator=at_least_one)
    rise_m3_h: float = field(default=0.5, validator=at_least_zero)
    rise_share: float = field(default=0.2, validator=at_least_zero)
    spread_factor: float = field(default=3.0, validator=at_least_zero)
    nights: int = field(default=3, validator=at_least_one)
    tz: str = "Europe/Oslo"

    def find(self, hourly: Consumption) -> Findings:
        """Find zones whose night flow has risen.

        Parameters
        ----------
        hourly : Consumption
            Inflow of zones, one hour a row.

        Returns
        -------
        Findings
            Code ``zone_night_flow``: from the first night's window to the end of the last
            one's; open while no ordinary night has followed. The size is the median rise above the
            baseline. [m³/h] The confidence is ``1 - 2**(-rise / margin)``.

        Raises
        ------
        SeriesError
            The rows are not hours, one stands twice, or there is no such time zone.
        """
        flow = hourly_flow(hourly)
        night = minimum_night_flow(flow.flow_m3_h, flow.start, window=self.window, tz=self.tz)
        rises = night_flow_rises(
            np.where(night.coverage >= _MIN_COVERAGE, night.lowest_m3_h, np.nan),
            nights=self.nights,
            baseline_nights=self.baseline_nights,
            learning_nights=self.learning_nights,
            rise_m3_h=self.rise_m3_h,
            rise_share=self.rise_share,
            spread_factor=self.spread_factor,
        )
        return Findings.of(
            [
                Finding(
                    subject=flow.subjects[rises.row[i]],
                    code=FindingCode.ZONE_NIGHT_FLOW,
                    start=night.start[rises.first[i]],
                    end=_OPEN if rises.lasts[i] else night.end[rises.last[i]],
                    size=float(rises.rise[i]),
                    unit="m3/h",
                    confidence=confidence_of(float(rises.rise[i]), float(rises.margin[i])),
                )
                for i in range(len(rises.row))
            ]
        )
