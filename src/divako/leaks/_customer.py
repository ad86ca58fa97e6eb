"""Water that never rests behind a customer's meter."""

from __future__ import annotations

import numpy as np

from attrs import field, frozen

from divako.leaks._fields import as_window, at_least_one, at_least_zero, confidence_of, night_window, whole_from_zero
from divako.leaks._hourly import HOUR, hourly_flow
from divako.leaks._night import minimum_night_flow
from divako.leaks._runs import continuous_flow_runs
from divako.model import Consumption, Finding, FindingCode, Findings


_OPEN = np.datetime64("NaT", "ms")


@frozen(kw_only=True)
class CustomerLeak:
    """Water has run in every hour of a day.

    Parameters
    ----------
    run_hours : int, default 24
        Known hours with flow that make a leak. [h]
    min_rate_m3_h : float, default 0.005
        An hour at or below it is a pause. [m³/h]
    max_unknown_hours : int, default 6
        Unknown hours that may lie between those. [h]

    Raises
    ------
    SeriesError
        A field is out of range.

    Notes
    -----
    Hours that are not measured as a whole neither raise nor clear a finding. After it is
    raised it lasts until the next pause, however long the meter is silent before that.

    Give `divako.consumption.interval_consumption` a ``max_gap_s``: without one, the even
    share of a gap between two telegrams passes for measured hours and looks like a leak.

    It fails: leaks below the rate or the starting flow of the meter (1 to 10 L/h) and
    those with pauses, such as a float valve that shuts, are not seen; a house with
    many dwellings behind one meter, a cooling unit or a night watering system has no
    pauses. With 24 hours of which 6 may be missing, people who are awake all day need a night that
    nobody measured to look like a leak.

    The default rate is that of a thin stream, 5 L/h or 44 m³ a year [3]_, and lies between the two smallest
    order codes of [1]_ for a Q3 of 2.5 m³/h (2.5 and 6.25 L/h). A meter that sends at half past the hour smears
    each pause over two hours: with 2.5 L/h about one family of four in 20 had a finding in a simulated
    quarter, with 5 L/h none of 300. Where it still happens, 48 hours cure it.

    References
    ----------
    .. [1] Kamstrup, MULTICAL 21 and flowIQ 2200 technical descriptions, info code LEAK: never a
       continuous hour without flow in 24 h; 0.1 to 2 % of Q3.
    .. [2] Badger Meter, AquaCUE: estimated reads neither raise nor clear; the rate is that of the lowest
       hour of 24.
    .. [3] Water loss tables of Drammen, Malvik, Lillestrøm and Dovre municipalities.

    Examples
    --------
    >>> CustomerLeak(run_hours=48).min_rate_m3_h
    0.005
    """

    run_hours: int = field(default=24, validator=at_least_one)
    min_rate_m3_h: float = field(default=0.005, validator=at_least_zero)
    max_unknown_hours: int = field(default=6, validator=whole_from_zero)

    def find(self, hourly: Consumption) -> Findings:
        """Find leaks.

        Parameters
        ----------
        hourly : Consumption
            Of sections or meters, one hour a row.

        Returns
        -------
        Findings
            Code ``customer_leak``, by subject and time: from the first hour of the run to the end of
            its last; open while no pause has been seen. The size is the lowest of `run_hours` successive
            known hours, where that is highest: hours of ordinary use before and after the leak do not
            lower it. [m³/h] The confidence is ``1 - 2**(-known hours / run_hours)``.

        Raises
        ------
        SeriesError
            The rows are not hours, or one stands twice.
        """
        flow = hourly_flow(hourly)
        runs = continuous_flow_runs(
            flow.flow_m3_h, above_m3_h=self.min_rate_m3_h, steps=self.run_hours, max_unknown=self.max_unknown_hours
        )
        return Findings.of(
            [
                Finding(
                    subject=flow.subjects[row],
                    code=FindingCode.CUSTOMER_LEAK,
                    start=flow.start[first],
                    end=_OPEN if lasts else flow.start[last] + HOUR,
                    size=size,
                    unit="m3/h",
                    confidence=confidence_of(known, self.run_hours),
                )
                for row, first, last, known, size, lasts in runs.rows()
            ]
        )


@frozen(kw_only=True)
class NightUse:
    """Water has run all night, several nights in a row.

    Parameters
    ----------
    limit_m3_h : float, default 0.005
        A night whose lowest hour is at or below it is quiet. [m³/h]
    window : tuple of int, default (2, 5)
        Local hours of day ``[from, to)``. [h]
    nights : int, default 3
        Successive nights that make a finding.
    tz : str, default "Europe/Oslo"
        Name of the time zone.

    Raises
    ------
    SeriesError
        A field is out of range.

    Notes
    -----
    One quiet hour makes a quiet night. A night of which an hour is unknown, and the others are
    not quiet, counts neither way.

    It fails: night workers, ice makers, softeners that regenerate at night and taps
    left running against frost look the same; leaks with pauses are not seen.

    The default limit is the thin end of a thin stream, 5 L/h or 44 m³ a year [1]_; a person
    uses 0.6 L/h at night [2]_.

    References
    ----------
    .. [1] Water loss tables of Drammen, Malvik, Lillestrøm and Dovre municipalities.
    .. [2] McKenzie, R. (1999), "SANFLOW user guide", Water Research Commission, TT 109/99.

    Examples
    --------
    >>> NightUse(limit_m3_h=0.003, window=[1, 4]).window
    (1, 4)
    """

    limit_m3_h: float = field(default=0.005, validator=at_least_zero)
    window: tuple[int, int] = field(default=(2, 5), converter=as_window, validator=night_window)
    nights: int = field(default=3, validator=at_least_one)
    tz: str = "Europe/Oslo"

    def find(self, hourly: Consumption) -> Findings:
        """Find subjects with water running at night.

        Parameters
        ----------
        hourly : Consumption
            Of sections or meters, one hour a row.

        Returns
        -------
        Findings
            Code ``night_use``, by subject and time: from the first night's window to the end of the
            last one's; open while no quiet night has been seen. The size is the lowest hour of
            `nights` successive nights, where that is highest. [m³/h] The confidence is ``1 - 2**(-known nights / nights)``.

        Raises
        ------
        SeriesError
            The rows are not hours, one stands twice, or there is no such time zone.
        """
        flow = hourly_flow(hourly)
        night = minimum_night_flow(flow.flow_m3_h, flow.start, window=self.window, tz=self.tz)
        lowest = night.lowest_m3_h
        sure = (night.coverage == 1) | (lowest <= self.limit_m3_h)
        runs = continuous_flow_runs(np.where(sure, lowest, np.nan), above_m3_h=self.limit_m3_h, steps=self.nights)
        return Findings.of(
            [
                Finding(
                    subject=flow.subjects[row],
                    code=FindingCode.NIGHT_USE,
                    start=night.start[first],
                    end=_OPEN if lasts else night.end[last],
                    size=size,
                    unit="m3/h",
                    confidence=confidence_of(known, self.nights),
                )
                for row, first, last, known, size, lasts in runs.rows()
            ]
        )
