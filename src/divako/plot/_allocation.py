"""What each section pays, by cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from divako.allocation import decimals_of
from divako.plot._format import Language, number_text
from divako.plot._labels import LABELS
from divako.plot._style import COSTS, INK, RULE, caption, font_pt, legend, new_axes, plain


if TYPE_CHECKING:  # matplotlib is an extra
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_BAR_IN = 0.235


def allocation_bars(
    sections: Sequence[str],
    titles: Sequence[str],
    amount: npt.NDArray[np.int64],
    *,
    currency: str = "NOK",
    language: Language = "no",
    narrow: bool = False,
) -> Figure:
    """Draw what each section pays as stacked bars, one colour per cost.

    Parameters
    ----------
    sections : sequence of str
        ``m`` sections, from top to bottom.
    titles : sequence of str
        ``k`` costs, from left to right.
    amount : ndarray of int64, shape (k, m)
        What each section pays of each cost. [minor unit of `currency`]
    currency : str, default "NOK"
        Code in ISO 4217.
    language : {"no", "en"}
        Language of the labels.
    narrow : bool, default False
        Draw for the width of a telephone.

    Returns
    -------
    matplotlib.figure.Figure
        Section ``i`` stands at ``i`` on the vertical axis.

    Raises
    ------
    AllocationError
        The currency is not known.
    MissingExtraError
        matplotlib is not installed.

    Examples
    --------
    >>> figure = allocation_bars(["H0101", "H0102"], ["Water"], np.array([[10050, 9950]]), language="en")
    >>> [float(bar.get_width()) for bar in figure.axes[0].patches]
    [100.5, 99.5]
    """
    letters = font_pt(narrow=narrow) / 72
    legend_rows = len(titles) if narrow else -(-len(titles) // 4)
    top = 0.4 + 1.5 * letters * legend_rows
    longest = max((len(section) for section in sections), default=0)
    left = min(0.2 + 0.62 * letters * longest, 1.6 if narrow else 2.4)
    height = _BAR_IN * max(len(sections), 1) + top + 0.4
    figure, axes = new_axes(height, narrow=narrow, margins_in=(left, 0.62 if narrow else 0.8, 0.36, top))
    at = np.arange(len(sections))
    major = np.asarray(amount) / 10 ** decimals_of(currency)
    # Paybacks grow to the left of nought, so that they do not hide in what is to be paid.
    up, down = np.zeros(len(sections)), np.zeros(len(sections))
    for i, (title, width) in enumerate(zip(titles, major, strict=True)):
        before = np.where(width >= 0, up, down)
        color = COSTS[i % len(COSTS)]
        axes.barh(
            at, width, left=before, height=0.72, color=color, edgecolor="white", linewidth=0.8, label=plain(title)
        )
        up, down = up + np.clip(width, 0, None), down + np.clip(width, None, 0)
    for i, (end, sum_of_all) in enumerate(zip(up, major.sum(axis=0), strict=True)):
        text = number_text(float(sum_of_all), language=language)
        axes.annotate(
            text,
            (end, i),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=font_pt(narrow=narrow) - 0.5,
            color=INK,
        )
    axes.set_yticks(at)
    axes.set_yticklabels([plain(section) for section in sections])
    axes.set_ylim(len(sections) - 0.4, -0.6)
    _amount_axis(axes, language=language, narrow=narrow)
    rows_pt = 72 * 1.5 * letters * legend_rows
    named = LABELS["amount"].said(language).format(currency="kr" if (language, currency) == ("no", "NOK") else currency)
    caption(axes, named, narrow=narrow, above_pt=rows_pt)
    if titles:
        ncols = 1 if narrow else 4
        legend(axes, narrow=narrow, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=ncols, borderaxespad=0.2)
    return figure


def _amount_axis(axes: Axes, *, language: Language, narrow: bool) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(nbins=4 if narrow else 7, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number_text(value, language=language)))
    axes.grid(axis="x", color=RULE, linewidth=0.8)
