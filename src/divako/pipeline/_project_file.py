"""The tables of a project file, as they stand in it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from attrs import field, frozen

from divako.alerts import Frost, Silence
from divako.leaks import CustomerLeak, NightUse, ZoneNightFlow
from divako.model import Medium
from divako.pipeline._structure import When


Pairs = tuple[tuple[str, Fraction], ...]
Texts = tuple[tuple[str, str], ...]


@frozen(kw_only=True)
class PeriodTable:
    """``period``: local dates, half open."""

    start: When
    end: When


@frozen(kw_only=True)
class TelegramsTable:
    """``[[telegrams]]``: files of telegrams, relative to the project file."""

    files: tuple[str, ...]


@frozen(kw_only=True)
class SectionTable:
    """``[[sections]]``."""

    id: str
    address: str = ""
    attributes: Pairs = ()
    zone: str | None = None


@frozen(kw_only=True)
class ZoneTable:
    """``[[zones]]``."""

    id: str


@frozen(kw_only=True)
class MeterTable:
    """``[[meters]]``."""

    id: str
    medium: Medium
    int_digits: int | None = None
    max_rate_per_h: Fraction | None = None
    driver: str | None = None
    interval_s: int | None = None


@frozen(kw_only=True)
class InstallationTable:
    """``[[installations]]``: a meter in its place."""

    meter: str
    section: str | None = None
    zone: str | None = None
    role: str = "sub"
    from_: When
    to_: When | None = None
    start_register: Fraction | None = None
    end_register: Fraction | None = None


@frozen(kw_only=True)
class TenancyTable:
    """``[[tenancies]]``: who answers for a section."""

    section: str
    party: str
    name: str = ""
    from_: When
    to_: When | None = None


@frozen(kw_only=True)
class TariffTable:
    """``[[tariffs]]``: what the main meter costs."""

    id: str
    medium: Medium
    fixed: Fraction = Fraction(0)
    price: Fraction


@frozen(kw_only=True)
class PartTable:
    """A part of a cost and the key that shares it."""

    by: str
    medium: Medium | None = None
    share: Fraction = Fraction(1)
    times: str | None = None
    only: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    difference: str | None = None
    negative: str = "error"


@frozen(kw_only=True)
class CostTable:
    """``[[costs]]``."""

    id: str
    title: Texts
    basis: Texts = ()
    amount: Fraction | None = None
    tariff: str | None = None
    parts: tuple[PartTable, ...] = ()
    fixed: PartTable | None = None
    metered: PartTable | None = None


@frozen(kw_only=True)
class Rules:
    """``[rules]``: what to look for; a rule that is absent is not run."""

    customer_leak: CustomerLeak | None = None
    night_use: NightUse | None = None
    zone_night_flow: ZoneNightFlow | None = None
    frost: Frost | None = None
    silent: Silence | None = None


@frozen(kw_only=True)
class AnalysisTable:
    """``[analysis]``: the export under pseudonyms."""

    purpose: str
    recipient: str
    resolution: str = "hour"
    secret_file: str | None = None


@frozen(kw_only=True)
class ProjectFile:
    """A whole project file."""

    schema_version: int
    name: str
    timezone: str = "Europe/Oslo"
    currency: str = "NOK"
    keys: str | None = None
    period: PeriodTable
    telegrams: tuple[TelegramsTable, ...]
    sections: tuple[SectionTable, ...] = ()
    zones: tuple[ZoneTable, ...] = ()
    meters: tuple[MeterTable, ...]
    installations: tuple[InstallationTable, ...]
    tenancies: tuple[TenancyTable, ...] = ()
    tariffs: tuple[TariffTable, ...] = ()
    costs: tuple[CostTable, ...] = ()
    rules: Rules = field(factory=Rules)
    analysis: AnalysisTable | None = None


SUPPORTED: Mapping[str, int] = {"schema_version": 1}


def default_zone(document: dict[str, Any]) -> None:
    """Let rules about nights have the time zone of the project, unless they name their own."""
    rules = document.get("rules")
    for name in ("night_use", "zone_night_flow"):
        rule = rules.get(name) if isinstance(rules, dict) else None
        if isinstance(rule, dict) and "timezone" in document:
            rule.setdefault("tz", document["timezone"])
