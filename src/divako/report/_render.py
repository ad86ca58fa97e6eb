"""A report as one HTML page that needs nothing else."""

from __future__ import annotations

import functools

from typing import Any

from divako.errors import MissingExtraError
from divako.report._model import Report
from divako.report._page import page_of


@functools.cache
def _template() -> Any:
    try:
        import jinja2
    except ImportError as error:
        raise MissingExtraError(package="Jinja2", extra="report") from error
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("divako.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html.jinja")


def render(report: Report) -> str:
    """Write a report as a page in Norwegian and English.

    Parameters
    ----------
    report : Report
        What to show.

    Returns
    -------
    str
        A complete HTML document. It fetches nothing, runs no script, and prints the
        language that is chosen in it. The same report gives the same text.

    Raises
    ------
    MissingExtraError
        Jinja2 or matplotlib is not installed.
    SeriesError
        A table of daily consumption has two rows for one place and day.

    Examples
    --------
    >>> import numpy as np
    >>> at = np.array(["2026-01-01", "2026-02-01"], dtype="datetime64[ms]")
    >>> page = render(
    ...     Report(title="Solbakken", timezone="UTC", period_start=at[0], period_end=at[1], generated_at=at[1])
    ... )
    >>> page.splitlines()[:2]
    ['<!DOCTYPE html>', '<html lang="nb">']
    """
    template = _template()
    pages = [page_of(report, "no"), page_of(report, "en")]
    text: str = template.render(pages=pages, title=report.title)
    return text
