"""Hourly consumption tables as flow over time: one row per subject, one column per hour."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from attrs import frozen

from divako.consumption import grid
from divako.errors import SeriesError
from divako.model import Consumption, Quality
from divako.units import Dimension


HOUR: np.timedelta64 = np.timedelta64(3_600_000, "ms")


@frozen(kw_only=True, eq=False)
class HourlyFlow:
    """Measured flow of many subjects on one axis without holes.

    Parameters
    ----------
    subjects : tuple of str
        ``m`` sections, zones or meters, one per row; one with volume
        registers of two names has two rows.
    start : ndarray of datetime64[ms], shape (t,)
        Successive hours by their starts, in UTC.
    flow_m3_h : ndarray of float64, shape (m, t)
        NaN where the hour was not measured as a whole. [m³/h]
    """

    subjects: tuple[str, ...]
    start: npt.NDArray[np.datetime64]
    flow_m3_h: npt.NDArray[np.float64]


def hourly_flow(hourly: Consumption) -> HourlyFlow:
    """Lay the volume rows of an hourly table out as flow over time.

    Parameters
    ----------
    hourly : Consumption
        Rows of one hour each, in any order; registers that are no volume are left out.

    Returns
    -------
    HourlyFlow
        Only hours of quality ``measured`` are known: a share of a long step says how
        much passed in all, not that it passed in every hour.

    Raises
    ------
    SeriesError
        A row is not one hour long, starts at another minute than the first, or
        stands twice.
    """
    volumes = [register.dimension is Dimension.VOLUME for register in hourly.registers]
    rows = np.flatnonzero(np.array([*volumes, False], dtype="bool")[hourly.register])
    start = hourly.start[rows]
    if not rows.size:
        return HourlyFlow(subjects=(), start=start, flow_m3_h=np.empty((0, 0)))
    _refuse(hourly.end[rows] - start != HOUR, rows, "leaks are sought in intervals of one hour")
    _refuse((start - start[0]) % HOUR != np.timedelta64(0, "ms"), rows, "hours start at different minutes")
    volume = hourly.select(rows)
    names = dict.fromkeys(hourly.registers[code].name for code in np.unique(volume.register))
    grids = [grid(volume, register=name) for name in names]
    axis = np.arange(start.min(), start.max() + HOUR, HOUR)
    flow = np.full((sum(len(one.subjects) for one in grids), len(axis)), np.nan)
    first = 0
    for one in grids:
        column = ((one.start - axis[0]) // HOUR).astype("int64")
        measured = np.where(one.quality == Quality.MEASURED, one.value, np.nan)
        flow[first : first + len(one.subjects), column] = measured
        first += len(one.subjects)
    subjects = tuple(subject for one in grids for subject in one.subjects)
    return HourlyFlow(subjects=subjects, start=axis, flow_m3_h=flow)


def _refuse(wrong: npt.NDArray[np.bool_], rows: npt.NDArray[np.int64], message: str) -> None:
    if wrong.any():
        raise SeriesError(message, row=int(rows[np.argmax(wrong)]))
