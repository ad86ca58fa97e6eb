"""What passed each day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from divako.plot._format import Language
from divako.plot._labels import LABELS
from divako.plot._style import BLUE, INK, caption, day_axis, legend, new_axes, number_axis, plain


if TYPE_CHECKING:  # matplotlib is an extra
    from matplotlib.figure import Figure

COMPLETE = 0.95  # a day of which less is known is drawn hatched


def daily_consumption(
    days: npt.NDArray[np.datetime64],
    value: npt.NDArray[np.float64],
    *,
    unit: str,
    language: Language = "no",
    label: str = "",
    coverage: npt.NDArray[np.float64] | None = None,
    reference: npt.NDArray[np.float64] | None = None,
    reference_label: str = "",
    narrow: bool = False,
) -> Figure:
    """Draw consumption day by day as bars.

    Parameters
    ----------
    days : ndarray of datetime64[D], shape (n,)
        Local days, one after the other.
    value : ndarray of float64, shape (n,)
        What passed; NaN where nothing is known. [`unit`]
    unit : str
        Unit as it is written on the axis.
    language : {"no", "en"}
        Language of the labels.
    label : str, optional
        What the bars are.
    coverage : ndarray of float64, shape (n,), optional
        Known share of each day, 0 to 1; days below 0.95 are hatched.
    reference : ndarray of float64, shape (n,), optional
        Something to compare with, such as a main meter, drawn as a line. [`unit`]
    reference_label : str, optional
        What the line is.
    narrow : bool, default False
        Draw for the width of a telephone.

    Returns
    -------
    matplotlib.figure.Figure
        Day ``i`` stands at ``i`` on the horizontal axis.

    Raises
    ------
    MissingExtraError
        matplotlib is not installed.

    Examples
    --------
    >>> days = np.arange("2026-01-01", "2026-01-04", dtype="datetime64[D]")
    >>> figure = daily_consumption(days, np.array([1.0, 2.0, 1.5]), unit="m³", language="en")
    >>> [float(bar.get_height()) for bar in figure.axes[0].patches]
    [1.0, 2.0, 1.5]
    """
    known = np.full(len(days), 1.0) if coverage is None else coverage
    complete = known >= COMPLETE
    explained = reference is not None or not complete.all()
    below = narrow and explained  # there is no room for a legend above
    margins_in = (0.62, 0.12, 0.84 if below else 0.36, 0.42)
    figure, axes = new_axes(3.1 if below else 2.8, narrow=narrow, margins_in=margins_in)
    at = np.arange(len(days))
    name = label or LABELS["consumption"].said(language)
    height = np.nan_to_num(value)
    axes.bar(at[complete], height[complete], width=0.82, color=BLUE, label=plain(name))
    if not complete.all():
        axes.bar(
            at[~complete],
            height[~complete],
            width=0.82,
            color="white",
            edgecolor=BLUE,
            linewidth=0.8,
            hatch="////",
            label=LABELS["incomplete"].said(language),
        )
    top = float(height.max(initial=0.0))
    if reference is not None:
        edges = np.arange(len(days) + 1) - 0.5
        axes.stairs(reference, edges, baseline=None, color=INK, linewidth=1.6, label=plain(reference_label))
        top = max(top, float(np.nan_to_num(reference).max(initial=0.0)))
    number_axis(axes, top, language=language)
    day_axis(axes, days, language=language, narrow=narrow)
    caption(axes, LABELS["per_day"].said(language).format(unit=unit), narrow=narrow)
    if below:
        legend(axes, narrow=True, loc="upper left", bbox_to_anchor=(-0.02, -0.12), ncols=2)
    elif explained:
        legend(axes, narrow=False, loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=3, borderaxespad=0.3)
    return figure
