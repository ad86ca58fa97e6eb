"""The lowest flow of each night, with what was found in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from attrs import frozen

from divako.plot._format import Language
from divako.plot._labels import LABELS
from divako.plot._style import (
    BLUE,
    MUTED,
    NARROW_IN,
    ORANGE,
    SHADE,
    WIDE_IN,
    caption,
    day_axis,
    font_pt,
    legend,
    new_axes,
    number_axis,
    plain,
)


if TYPE_CHECKING:  # matplotlib is an extra
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LITRES = 1000  # in a cubic metre
_SMALL_M3_H = 1.0  # flows below are written in litres


@frozen
class Span:
    """A stretch of time to mark.

    Parameters
    ----------
    start, end : datetime64
        From when to when, as local wall clock; NaT is the end of the picture.
    label : str
        What it is.
    """

    start: np.datetime64
    end: np.datetime64
    label: str


def night_flow(
    nights: npt.NDArray[np.datetime64],
    flow_m3_h: npt.NDArray[np.float64],
    *,
    language: Language = "no",
    spans: Sequence[Span] = (),
    baseline_m3_h: npt.NDArray[np.float64] | None = None,
    narrow: bool = False,
) -> Figure:
    """Draw the lowest flow of each night, and shade what was found.

    Parameters
    ----------
    nights : ndarray of datetime64[D], shape (n,)
        Local days in the morning of which the nights end.
    flow_m3_h : ndarray of float64, shape (n,)
        Lowest flow; NaN where it is not known. Small flows are drawn in litres
        per hour. [m³/h]
    language : {"no", "en"}
        Language of the labels.
    spans : sequence of Span, optional
        What was found.
    baseline_m3_h : ndarray of float64, shape (n,), optional
        What is usual. [m³/h]
    narrow : bool, default False
        Draw for the width of a telephone.

    Returns
    -------
    matplotlib.figure.Figure
        Night ``i`` stands at ``i`` on the horizontal axis.

    Raises
    ------
    MissingExtraError
        matplotlib is not installed.

    Examples
    --------
    >>> nights = np.arange("2026-01-01", "2026-01-04", dtype="datetime64[D]")
    >>> figure = night_flow(nights, np.array([0.0, 0.012, 0.014]), language="en")
    >>> figure.axes[0].get_title(loc="left")
    'Lowest use at night, L/h'
    """
    figure, axes = new_axes(2.6, narrow=narrow, margins_in=(0.62, 0.12, 0.36, 0.42))
    curves = [flow_m3_h] if baseline_m3_h is None else [flow_m3_h, baseline_m3_h]
    highest = max(float(np.nan_to_num(curve).max(initial=0.0)) for curve in curves)
    scale, unit = (_LITRES, "L/h") if highest < _SMALL_M3_H else (1, "m³/h")
    at = np.arange(len(nights))
    # Room above the curve for the labels of the spans.
    number_axis(axes, highest * scale * (1.18 if spans else 1.0), language=language)
    for span in spans:
        _shade(axes, span, nights, narrow=narrow)
    if baseline_m3_h is not None:
        label = LABELS["baseline"].said(language)
        axes.plot(at, baseline_m3_h * scale, color=MUTED, linewidth=1.2, linestyle=(0, (5, 3)), label=label)
        legend(axes, narrow=narrow, loc="lower right", bbox_to_anchor=(1.0, 1.0))
    axes.plot(at, flow_m3_h * scale, color=BLUE, linewidth=1.6, marker="o", markersize=3.2)
    day_axis(axes, nights, language=language, narrow=narrow)
    caption(axes, LABELS["lowest_hour"].said(language).format(unit=unit), narrow=narrow)
    return figure


def _shade(axes: Axes, span: Span, nights: npt.NDArray[np.datetime64], *, narrow: bool) -> None:
    n = len(nights)
    if n == 0:
        return
    start = _position(span.start, nights)
    end = n - 0.5 if np.isnat(span.end) else _position(span.end, nights)
    start, end = float(np.clip(start, -0.5, n - 0.5)), float(np.clip(end, -0.5, n - 0.5))
    axes.axvspan(start, max(end, start + 0.15), facecolor=SHADE, linewidth=0, zorder=0.5)
    for edge in (start,) if np.isnat(span.end) else (start, end):
        axes.axvline(edge, color=ORANGE, linewidth=0.9, zorder=0.6)
    # The label stands in the shade where it fits, else behind it, else before it, else over all.
    letters_in = 0.62 * font_pt(narrow=narrow) / 72
    axes_in = axes.get_position().width * (NARROW_IN if narrow else WIDE_IN)
    width = len(span.label) * letters_in / axes_in * n
    if end - start >= width:
        at, align = start, "left"
    elif end + width <= n - 0.5:
        at, align = end, "left"
    else:
        at, align = (start if start >= width else n - 0.5), "right"
    axes.annotate(
        plain(span.label),
        (at, 0.985),
        xycoords=axes.get_xaxis_transform(),
        xytext=(4 if align == "left" else -4, 0),
        textcoords="offset points",
        ha=align,
        va="top",
        color=ORANGE,
        fontsize=font_pt(narrow=narrow),
        fontweight="bold",
        bbox={"facecolor": "white", "linewidth": 0, "pad": 1.0} if at == n - 0.5 else None,
    )


def _position(instant: np.datetime64, nights: npt.NDArray[np.datetime64]) -> float:
    # A night is drawn where its early morning is.
    day = np.timedelta64(1, "D") / np.timedelta64(1, "ms")
    ago = (instant.astype("datetime64[ms]") - nights[0].astype("datetime64[ms]")).astype("int64")
    return float(ago / day - 3.5 / 24)
