"""A project: everything that a run needs to know."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from attrs import field, frozen

from divako.allocation import Cost
from divako.model import Site
from divako.pipeline._project_file import AnalysisTable, Rules
from divako.telegrams import KeyStore


@frozen(kw_only=True)
class Project:
    """A site, a period, its costs and rules, and where its telegrams are.

    Parameters
    ----------
    name : str
        Whom it is about.
    folder : Path
        What names of files are relative to.
    timezone : str
        IANA zone of its calendar.
    currency : str
        Of its costs.
    period : tuple of datetime64[ms]
        Half-open span, in UTC.
    site : Site
        Meters, sections, zones, and who has which.
    zone_of_section : tuple of (str, str)
        Which zone a section lies in, where the file says so.
    files : tuple of Path
        Files of telegrams.
    keys : KeyStore
        Keys of meters.
    costs : tuple of Cost
        What is shared.
    rules : Rules
        What to look for.
    analysis : AnalysisTable or None
        The export for analysis.
    """

    name: str
    folder: Path
    timezone: str
    currency: str
    period: tuple[np.datetime64, np.datetime64]
    site: Site = field(repr=False)
    zone_of_section: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    files: tuple[Path, ...] = field(repr=False)
    keys: KeyStore = field(eq=False)
    costs: tuple[Cost, ...] = field(default=(), repr=False)
    rules: Rules = field(factory=Rules)
    analysis: AnalysisTable | None = None
