"""Of whom what was measured, day by day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from divako.plot._format import Language
from divako.plot._labels import LABELS
from divako.plot._style import MUTED, caption, day_axis, font_pt, legend, new_axes, plain


if TYPE_CHECKING:  # matplotlib is an extra
    from matplotlib.figure import Figure

# The less is known, the darker: gaps stand out, in colour and in grey.
_CLASSES = (
    ("coverage_all", "#dcebf3"),
    ("coverage_most", "#a3cbe0"),
    ("coverage_half", "#5c9bc0"),
    ("coverage_little", "#a8460a"),
    ("coverage_none", "#3b1f0b"),
)
_HALF, _MOST = 0.5, 0.9
_ALL = 1 - 1e-9  # shares are sums of floats
_ROW_IN, _TALLEST_IN = 0.2, 7.5
_LINED = 60  # rows; more are too thin for lines between them


def coverage_classes(coverage: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Sort coverages into five classes, from all (0) to nothing (4); unknown is nothing.

    Parameters
    ----------
    coverage : ndarray of float64
        Known shares, 0 to 1.
    """
    share = np.nan_to_num(coverage)
    conditions = [share >= _ALL, share >= _MOST, share >= _HALF, share > 0]
    return np.asarray(np.select(conditions, [0, 1, 2, 3], default=4), dtype="int64")


def coverage_map(
    days: npt.NDArray[np.datetime64],
    subjects: Sequence[str],
    coverage: npt.NDArray[np.float64],
    *,
    language: Language = "no",
    narrow: bool = False,
) -> Figure:
    """Draw the known share of each day of each subject as a map.

    Parameters
    ----------
    days : ndarray of datetime64[D], shape (n,)
        Local days, one after the other.
    subjects : sequence of str
        ``m`` sections, zones or meters, from top to bottom.
    coverage : ndarray of float64, shape (m, n)
        Known shares, 0 to 1.
    language : {"no", "en"}
        Language of the labels.
    narrow : bool, default False
        Draw for the width of a telephone.

    Returns
    -------
    matplotlib.figure.Figure
        One image of the classes of coverage, 0 (all) to 4 (nothing).

    Raises
    ------
    MissingExtraError
        matplotlib is not installed.

    Examples
    --------
    >>> days = np.arange("2026-01-01", "2026-01-03", dtype="datetime64[D]")
    >>> figure = coverage_map(days, ["H0101"], np.array([[1.0, 0.4]]), language="en")
    >>> figure.axes[0].images[0].get_array().tolist()
    [[0, 3]]
    """
    letters = font_pt(narrow=narrow) / 72
    longest = max((len(subject) for subject in subjects), default=0)
    left = min(0.2 + 0.62 * letters * longest, 1.6 if narrow else 2.4)
    body = min(_ROW_IN * max(len(subjects), 2), _TALLEST_IN)
    bottom = 1.1 if narrow else 0.7
    figure, axes = new_axes(body + bottom + 0.4, narrow=narrow, margins_in=(left, 0.12, bottom, 0.4))

    from matplotlib.colors import ListedColormap
    from matplotlib.patches import Patch

    colors = ListedColormap([color for _, color in _CLASSES])
    if subjects and len(days):
        classes = coverage_classes(coverage).reshape(len(subjects), len(days))
        axes.imshow(classes, cmap=colors, vmin=-0.5, vmax=len(_CLASSES) - 0.5, aspect="auto", interpolation="none")
    if len(subjects) <= _LINED:
        axes.hlines(np.arange(1, len(subjects)) - 0.5, -0.5, len(days) - 0.5, color="white", linewidth=1.2)
    every = max(1, -(-len(subjects) * 1.3 * letters // body)) if subjects else 1
    at = np.arange(0, len(subjects), int(every))
    axes.set_yticks(at)
    axes.set_yticklabels([plain(subjects[i]) for i in at.tolist()])
    axes.set_ylim(max(len(subjects), 1) - 0.5, -0.5)
    day_axis(axes, days, language=language, narrow=narrow)
    axes.set_xlim(-0.5, max(len(days), 1) - 0.5)
    caption(axes, LABELS["coverage"].said(language), narrow=narrow)
    swatches = [
        Patch(facecolor=color, edgecolor=MUTED, linewidth=0.5, label=LABELS[name].said(language))
        for name, color in _CLASSES
    ]
    ncols = 2 if narrow else 5
    legend(
        axes, narrow=narrow, handles=swatches, loc="upper left", bbox_to_anchor=(0, 0), ncols=ncols, borderaxespad=2.2
    )
    return figure
