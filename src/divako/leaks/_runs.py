"""Runs of steps in which a flow never falls to a limit."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from attrs import frozen

from divako.errors import SeriesError


@frozen(kw_only=True, eq=False)
class Runs:
    """Runs of steps, ``k`` of them, by row and then by time.

    Parameters
    ----------
    row : ndarray of int64, shape (k,)
        Row of the array they were found in.
    first, last : ndarray of int64, shape (k,)
        Columns of the first and the last step above the limit.
    known : ndarray of int64, shape (k,)
        How many steps from first to last are known, and so above it.
    sustained_m3_h : ndarray of float64, shape (k,)
        The most that as many successive known steps as make a run never fell
        below. [m³/h] Steps of ordinary use at both ends of a leak do not lower it.
    lasts : ndarray of bool, shape (k,)
        True where no later step of the row is known: nobody has seen it end.
    """

    row: npt.NDArray[np.int64]
    first: npt.NDArray[np.int64]
    last: npt.NDArray[np.int64]
    known: npt.NDArray[np.int64]
    sustained_m3_h: npt.NDArray[np.float64]
    lasts: npt.NDArray[np.bool_]

    def rows(self) -> list[tuple[int, int, int, int, float, bool]]:
        """Give the runs one by one: row, first, last, known, sustained, lasts."""
        columns = (self.row, self.first, self.last, self.known, self.sustained_m3_h, self.lasts)
        return list(zip(*(column.tolist() for column in columns), strict=True))


def continuous_flow_runs(
    flow_m3_h: npt.NDArray[np.float64], *, above_m3_h: float, steps: int = 24, max_unknown: int = 0
) -> Runs:
    """Find where water ran without a pause.

    Parameters
    ----------
    flow_m3_h : ndarray of float64, shape (m, t)
        Flow of ``m`` subjects over ``t`` equal steps, hours or nights; NaN
        where unknown. [m³/h]
    above_m3_h : float
        A step at or below it is a pause. [m³/h]
    steps : int, default 24
        Known steps above the limit that make a run.
    max_unknown : int, default 0
        Unknown steps that may lie between those. [steps]

    Returns
    -------
    Runs
        From the first of the first `steps` steps that qualify to the last step before the
        next pause. Unknown steps neither make a run nor end one.

    Raises
    ------
    SeriesError
        The flow has no two dimensions, `steps` is below 1 or `max_unknown` below 0.

    References
    ----------
    .. [1] Kamstrup, MULTICAL 21 and flowIQ 2200 technical descriptions, info code LEAK:
       no continuous hour without flow in the last 24 h; cleared by one such hour.
    .. [2] Badger Meter, AquaCUE: an estimated read neither raises nor clears a leak; its
       rate is that of the lowest hour of 24.

    Examples
    --------
    >>> flow = np.array([[0.0, 0.02, 0.01, np.nan, 0.3, 0.0]])
    >>> runs = continuous_flow_runs(flow, above_m3_h=0.005, steps=3, max_unknown=1)
    >>> runs.first, runs.last, runs.sustained_m3_h
    (array([1]), array([4]), array([0.01]))
    """
    if flow_m3_h.ndim != 2:
        msg = "flow must have one row per subject and one column per step"
        raise SeriesError(msg)
    if steps < 1 or max_unknown < 0:
        msg = "a run takes at least one step, and not fewer than no unknown ones"
        raise SeriesError(msg)
    # Only known steps count, so they are pulled together, row after row.
    row, column = np.nonzero(~np.isnan(flow_m3_h))
    value = flow_m3_h[row, column]
    above = value > above_m3_h
    joined = np.zeros(len(row), dtype="bool")  # to the known step before
    joined[1:] = above[1:] & above[:-1] & (row[1:] == row[:-1])
    stretch = np.cumsum(~joined)
    # A run begins where a step and the one `steps - 1` known steps on share a stretch and lie close enough.
    here = np.arange(max(len(row) - steps + 1, 0))
    there = here + steps - 1
    whole = here[above[here] & (stretch[here] == stretch[there])]
    close = column[whole + steps - 1] - column[whole] < steps + max_unknown
    makes = whole[close]
    first = makes[np.unique(stretch[makes], return_index=True)[1]]
    last = np.searchsorted(stretch, stretch[first], side="right") - 1
    sustained = np.zeros(len(first))
    if first.size:
        of = np.searchsorted(first, whole, side="right") - 1  # the run that each window lies in, or before
        inside = (of >= 0) & (stretch[whole] == stretch[first[of]])
        windows = np.lib.stride_tricks.sliding_window_view(value, steps)[whole[inside]]
        sustained = np.full(len(first), -np.inf)
        np.maximum.at(sustained, of[inside], windows.min(axis=1))
    followed = np.append(row, -1)[last + 1] == row[last]
    return Runs(
        row=row[first],
        first=column[first],
        last=column[last],
        known=last - first + 1,
        sustained_m3_h=sustained,
        lasts=~followed,
    )
