"""What a report is made of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from attrs import Attribute, field, frozen
from attrs.validators import ge, instance_of

from divako.allocation import Statements
from divako.errors import SiteError
from divako.model import Consumption, Finding, Findings, Medium, Site


def _tuple(values: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(values)


@frozen(kw_only=True, eq=False)
class MediumConsumption:
    """Consumption of one medium in all places.

    Parameters
    ----------
    medium : Medium
        What was consumed.
    daily : Consumption
        By local day; `meter_ids` are places: sections, zones, and ``""`` for the main
        meters of the building. One row a place and day in the dimension of the medium;
        rows in other dimensions are left out.
    hourly : Consumption, optional
        The same by hour; without it there are no pictures of the nights.
    """

    medium: Medium = field(validator=instance_of(Medium))
    daily: Consumption = field(validator=instance_of(Consumption))
    hourly: Consumption | None = None


@frozen(kw_only=True)
class Refusal:
    """Input of which nothing could be read.

    Parameters
    ----------
    file : str
        Name of the file, relative to the project.
    line : int or None
        Number of the first such line, from 1; None where the file has no lines.
    code : str
        Stable code of the error, such as ``"decode.checksum"``.
    count : int, default 1
        How many lines of the file were refused for that.
    """

    file: str
    line: int | None
    code: str
    count: int = field(default=1, validator=ge(1))


@frozen(kw_only=True)
class Comparison:
    """How findings compare with what is known to be true, for samples.

    Parameters
    ----------
    found, missed : tuple of Finding
        What there was to find: found, and not found.
    false_findings : tuple of Finding
        What was found and is not there.
    """

    found: tuple[Finding, ...] = field(default=(), converter=_tuple)
    missed: tuple[Finding, ...] = field(default=(), converter=_tuple)
    false_findings: tuple[Finding, ...] = field(default=(), converter=_tuple)


@frozen(kw_only=True)
class Unshared:
    """A cost that could not be shared, so that there are no statements.

    Parameters
    ----------
    title_no, title_en : str
        What residents would have read.
    section : str or None
        The section for which something is missing; None where it is none of them.
    """

    title_no: str
    title_en: str
    section: str | None = None


def _known_zone(_instance: Any, _attribute: Attribute[str], value: str) -> None:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        msg = "the time zone of the report is not known"
        raise SiteError(msg) from error


def _after_start(instance: Any, _attribute: Attribute[np.datetime64], value: np.datetime64) -> None:
    if not value > instance.period_start:
        msg = "the period of the report must end after it starts"
        raise SiteError(msg)


def _no_site() -> Site:
    return Site(meters=())


def _no_findings() -> Findings:
    return Findings.of([])


@frozen(kw_only=True, eq=False)
class Report:
    """Everything that a report shows.

    It holds no names of people: of the site only meters, sections, zones and
    installations are shown, never tenancies or addresses.

    Parameters
    ----------
    title : str
        Whom it is about: the co-operative or the municipality.
    timezone : str
        IANA name of the zone in which all times are written.
    period_start, period_end : datetime64[ms]
        The half-open period, in UTC.
    generated_at : datetime64[ms]
        When the report was made, in UTC.
    place : str, default ""
        Where that is.
    site : Site, optional
        Tells sections from zones, and where a meter of a finding hangs.
    consumption : sequence of MediumConsumption
        Media, most important first.
    findings : Findings, optional
        What was found.
    statements : Statements, optional
        What each section pays; None where there are no costs.
    unshared : sequence of Unshared
        Costs for which there are no statements, though there should be.
    refused : sequence of Refusal
        What could not be read.
    telegrams : int, optional
        How many telegrams were read.
    truth : Comparison, optional
        Score of a sample whose truth is known.

    Raises
    ------
    SiteError
        The time zone is unknown, or the period ends before it starts.
    """

    title: str
    timezone: str = field(validator=_known_zone)
    period_start: np.datetime64
    period_end: np.datetime64 = field(validator=_after_start)
    generated_at: np.datetime64
    place: str = ""
    site: Site = field(factory=_no_site)
    consumption: tuple[MediumConsumption, ...] = field(default=(), converter=_tuple)
    findings: Findings = field(factory=_no_findings)
    statements: Statements | None = None
    unshared: tuple[Unshared, ...] = field(default=(), converter=_tuple)
    refused: tuple[Refusal, ...] = field(default=(), converter=_tuple)
    telegrams: int | None = None
    truth: Comparison | None = None
