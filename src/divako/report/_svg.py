"""Figures as markup that can stand inside a page."""

from __future__ import annotations

import html
import io
import re
import warnings

from typing import TYPE_CHECKING

from divako.errors import MissingExtraError


if TYPE_CHECKING:  # matplotlib is an extra
    from matplotlib.figure import Figure

_TAG = re.compile(r"<[^<>]+>")
_REFERENCE = re.compile(r'(\bid="|\burl\(#|\bhref="#)')
_FONT_FAMILY = re.compile(r"'DejaVu Sans'[^;\"<>]*(?=[;\"])")
_DROPPED = re.compile(r"<metadata>.*?</metadata>|<style\b.*?</style>", flags=re.DOTALL)
_ROOT = re.compile(r"<svg\b[^>]*?viewBox=\"([^\"]*)\"[^>]*>")


def svg_of(figure: Figure, *, prefix: str, description: str) -> str:
    """Write a figure as inline SVG.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        What to write.
    prefix : str
        Put before each id, so that the figures of one page do not share any.
    description : str
        What the picture shows, for those who do not see it.

    Returns
    -------
    str
        One ``svg`` element that fetches nothing. Its texts stay texts, in the font
        of the page.

    Raises
    ------
    MissingExtraError
        matplotlib is not installed.
    """
    try:
        import matplotlib as mpl
    except ImportError as error:
        raise MissingExtraError(package="matplotlib", extra="report") from error
    out = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "divako"}), warnings.catch_warnings():
        # The font of the browser draws the letters; that matplotlib's own lacks some does not matter.
        warnings.filterwarnings("ignore", message="Glyph", category=UserWarning)
        figure.savefig(out, format="svg", metadata={"Date": None})
    text = _DROPPED.sub("", out.getvalue())
    text = text[text.index("<svg") :]
    text = _TAG.sub(lambda tag: _adapted(tag.group(), prefix), text)
    label = html.escape(description)
    return _ROOT.sub(
        lambda root: f'<svg viewBox="{root.group(1)}" role="img" aria-label="{label}">', text, count=1
    ).strip()


def _adapted(tag: str, prefix: str) -> str:
    tag = tag.replace("xlink:href", "href")
    tag = _FONT_FAMILY.sub("inherit" if "font-family" in tag else "sans-serif", tag)
    return " ".join(_REFERENCE.sub(lambda found: found.group(1) + prefix, tag).split())
