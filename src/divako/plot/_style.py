"""What all pictures share: paper, colours, axes of days and of numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from divako.errors import MissingExtraError
from divako.plot._format import Language, date_text, number_text


if TYPE_CHECKING:  # matplotlib is an extra
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's palette [1]_, darkened or lightened so that the lightness alone tells
# neighbours apart on a grey printer.
#
# .. [1] M. Okabe and K. Ito, "Color universal design", 2008.
INK, MUTED, RULE = "#1c2a33", "#4d5b66", "#d5dce1"
BLUE, ORANGE, SHADE = "#2f7fb0", "#b34700", "#fbdcc0"
COSTS = ("#0b4a6f", "#e69f00", "#cbe3f0", "#a23b1f", "#8f989e", "#00694d", "#e3b3cc")

WIDE_IN, NARROW_IN = 9.2, 4.7
_WIDE_PT, _NARROW_PT = 9.5, 11.0


def new_axes(height_in: float, *, narrow: bool, margins_in: tuple[float, float, float, float]) -> tuple[Figure, Axes]:
    """Make a figure with one pair of axes, margins in inches: left, right, bottom, top."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError(package="matplotlib", extra="report") from error
    width = NARROW_IN if narrow else WIDE_IN
    left, right, bottom, top = margins_in
    figure = Figure(figsize=(width, height_in), facecolor="white")
    axes = figure.add_axes(
        (left / width, bottom / height_in, (width - left - right) / width, (height_in - bottom - top) / height_in)
    )
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(MUTED)
    axes.tick_params(labelsize=font_pt(narrow=narrow), colors=MUTED, labelcolor=INK, length=3)
    axes.tick_params(axis="y", length=0)
    axes.set_axisbelow(True)
    return figure, axes


def font_pt(*, narrow: bool) -> float:
    """Give the size of letters. [pt]"""
    return _NARROW_PT if narrow else _WIDE_PT


def plain(text: str) -> str:
    """Keep matplotlib from reading a name as a formula."""
    return text.replace("$", r"\$")


def caption(axes: Axes, text: str, *, narrow: bool, above_pt: float = 0.0) -> None:
    """Write what the axis counts, with its unit, so far above the axes."""
    axes.set_title(plain(text), loc="left", fontsize=font_pt(narrow=narrow), color=INK, pad=8 + above_pt, y=1.0)


def legend(axes: Axes, *, narrow: bool, **place: Any) -> None:
    """Say what the colours and lines are, in a frame that does not show."""
    style: dict[str, Any] = {"frameon": False, "handlelength": 1.3, "columnspacing": 1.2, "labelspacing": 0.25}
    axes.legend(fontsize=font_pt(narrow=narrow), labelcolor=INK, **(style | place))


def number_axis(axes: Axes, top: float, *, language: Language) -> None:
    """Let the vertical axis run from nought to beyond `top`, in numbers of the language."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axes.set_ylim(0.0, top * 1.08 if top > 0 else 1.0)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10]))
    step = float(np.diff(axes.get_yticks())[0])
    decimals = next((d for d in range(4) if abs(step * 10**d - round(step * 10**d)) < 1e-6), 3)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number_text(value, decimals, language=language)))
    axes.grid(axis="y", color=RULE, linewidth=0.8)


def day_axis(axes: Axes, days: npt.NDArray[np.datetime64], *, language: Language, narrow: bool) -> None:
    """Let the horizontal axis run over days, numbered from the first, with dates at few of them."""
    n = max(len(days), 1)
    axes.set_xlim(-0.6, n - 0.4)
    at = _dates_to_name(days, narrow=narrow)
    axes.set_xticks(at)
    axes.set_xticklabels([date_text(days[i], language=language, year=False) for i in at])


def _dates_to_name(days: npt.NDArray[np.datetime64], *, narrow: bool) -> list[int]:
    most = 5 if narrow else 10
    if len(days) <= most:
        return list(range(len(days)))
    ordinal = days.astype("datetime64[D]").astype("int64")
    of_month = (days.astype("datetime64[D]") - days.astype("datetime64[M]")).astype("int64") + 1
    months = days.astype("datetime64[M]").astype("int64")
    monday = ordinal % 7 == 4  # 1 January 1970 was a Thursday
    choices = [
        ordinal % 2 == ordinal[0] % 2,
        monday,
        (of_month == 1) | (of_month == 15),
        of_month == 1,
        *((of_month == 1) & (months % step == 0) for step in (2, 3, 6, 12)),
    ]
    for chosen in choices:
        if 1 < chosen.sum() <= most:
            return [int(i) for i in np.flatnonzero(chosen)]
    return [int(i) for i in np.linspace(0, len(days) - 1, 3)]
