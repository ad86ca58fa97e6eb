"""Reports to render: a small co-operative, a small municipality, and nothing at all."""

from __future__ import annotations

import html.parser

from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pytest

from divako.allocation import Cost, MainMeter, Part, allocate
from divako.model import (
    Consumption,
    Finding,
    FindingCode,
    Findings,
    Installation,
    Medium,
    Meter,
    Register,
    Section,
    Site,
    Tenancy,
    Zone,
)
from divako.report import Comparison, MediumConsumption, Refusal, Report, render
from divako.units import Dimension


HOUR = np.timedelta64(3_600_000, "ms")
DAYS = 20
START = np.datetime64("2026-01-31T23:00", "ms")  # midnight in Oslo
NEVER = np.datetime64("NaT", "ms")
LITRES = Register("volume", Dimension.VOLUME, Fraction(1, 1000))
WATT_HOURS = Register("energy", Dimension.ENERGY, Fraction(1, 1000))
VOID = {"meta", "input", "br", "link", "img", "hr"}


def at(text: str) -> np.datetime64:
    return np.datetime64(text, "ms")


def table(places: Sequence[str], flow: npt.ArrayLike, *, hours: int, register: Register = LITRES) -> Consumption:
    """Lay whole counts of each place and interval out as rows; negative counts are not known."""
    count = np.atleast_2d(np.asarray(flow, dtype="int64"))
    m, t = count.shape
    start = np.tile(START + hours * HOUR * np.arange(t), m)
    known = count.ravel() >= 0
    return Consumption(
        meter=np.repeat(np.arange(m, dtype="int32"), t),
        register=np.zeros(m * t, dtype="int32"),
        start=start,
        end=start + hours * HOUR,
        value=np.where(known, count.ravel() / 1000, np.nan),
        count=np.where(known, count.ravel(), 0),
        count_known=known,
        coverage=known.astype("float64"),
        quality=np.where(known, 0, 3).astype("uint8"),
        steps=np.zeros(m * t, dtype="uint16"),
        meter_ids=tuple(places),
        registers=(register,),
    )


def water(places: Sequence[str], hourly: npt.NDArray[np.int64]) -> MediumConsumption:
    by_day = hourly.reshape(len(places), DAYS, 24)
    daily = np.where((by_day < 0).any(axis=2), -1, by_day.sum(axis=2))
    return MediumConsumption(
        medium=Medium.COLD_WATER, daily=table(places, daily, hours=24), hourly=table(places, hourly, hours=1)
    )


def found(code: FindingCode, subject: str, start: str, end: str, size: float, unit: str) -> Finding:
    return Finding(subject=subject, code=code, start=at(start), end=at(end), size=size, unit=unit, confidence=0.9)


def cooperative_report() -> Report:
    places = ["H0101", "H0102", "H0201", ""]
    hourly = np.tile(np.arange(24) % 7, (4, DAYS)).astype("int64")
    hourly[1, 200:] += 14
    hourly[2, 100:130] = -1
    hourly[3] = np.clip(hourly[:3], 0, None).sum(axis=0) + 1
    sections = [
        Section(id=place, attributes={"area": Fraction(60 + 5 * i)}, address="Hemmeligveien 1")
        for i, place in enumerate(places[:3])
    ]
    findings = [
        found(FindingCode.CUSTOMER_LEAK, "H0102", "2026-02-09T07:00", "NaT", 0.014, "m3/h"),
        found(FindingCode.NIGHT_USE, "H0102", "2026-02-09T01:00", "2026-02-12T01:00", 0.015, "m3/h"),
        found(FindingCode.EXCHANGE, "H0201", "2026-02-05T09:30", "2026-02-05T09:30", 0.0, "h"),
        found(FindingCode.FROST, "900001", "2026-02-04T22:00", "2026-02-05T04:00", -2.31, "degC"),
        found(FindingCode.SILENT, "900002", "2026-02-18T14:12", "NaT", 56.8, "h"),
    ]
    costs = [
        Cost(
            id="heat",
            title={"no": "Fjernvarme", "en": "District heating"},
            amount=1_000_001,
            parts=[Part(by="area", share="0.3"), Part(by="consumption", medium="heat", share="0.7")],
            basis={"no": "Vedtektene § 6", "en": "Articles § 6"},
        ),
        Cost(
            id="water",
            title={"no": "Vann og avløp", "en": "Water and sewage"},
            amount=23_456,
            parts=[Part(by="consumption", medium="cold_water", main=MainMeter("pro_rata"))],
        ),
    ]
    use = {(place, "heat"): Fraction(100 + i) for i, place in enumerate(places[:3])}
    use |= {(place, "cold_water"): Fraction(10 + i) for i, place in enumerate(places[:3])}
    return Report(
        title="Solbakken borettslag",
        timezone="Europe/Oslo",
        period_start=START,
        period_end=START + DAYS * 24 * HOUR,
        generated_at=at("2026-02-21T07:15"),
        site=Site(
            meters=[Meter(id="900001", medium=Medium.ROOM), Meter(id="900002", medium=Medium.COLD_WATER)],
            sections=sections,
            installations=[
                Installation(meter_id="900001", place="", role="sensor", start=START),
                Installation(meter_id="900002", place="H0101", start=START),
            ],
            tenancies=[Tenancy(section="H0101", party="p-1", start=START, name="Hemmelig Navnesen")],
        ),
        consumption=[
            water(places, hourly),
            MediumConsumption(
                medium=Medium.HEAT,
                daily=table(places[:3], np.full((3, DAYS), 30_000), hours=24, register=WATT_HOURS),
            ),
        ],
        findings=Findings.of(findings),
        statements=allocate(costs, sections, consumption=use, main={"cold_water": Fraction(36)}),
        refused=[
            Refusal(file="telegrams/heat.jsonl", line=77, code="decode.missing_key", count=1200),
            Refusal(file="telegrams/odd.bin", line=None, code="decode.never_heard_of"),
        ],
        telegrams=109_873,
        truth=Comparison(found=findings[:1], missed=findings[2:3], false_findings=findings[1:2]),
    )


def municipality_report() -> Report:
    places = ["K-001", "K-002", "Nordbyen", "Sentrum"]
    hourly = np.tile(np.arange(24) % 7, (4, DAYS)).astype("int64")
    hourly[2:] += 1500
    hourly[2, 250:] += 2200
    return Report(
        title="Eksempelby kommune",
        place="Vann og avløp",
        timezone="Europe/Oslo",
        period_start=START,
        period_end=START + DAYS * 24 * HOUR,
        generated_at=at("2026-02-21T07:15"),
        site=Site(meters=(), sections=[Section(id=p) for p in places[:2]], zones=[Zone(id=p) for p in places[2:]]),
        consumption=[water(places, hourly)],
        findings=Findings.of([found(FindingCode.ZONE_NIGHT_FLOW, "Nordbyen", "2026-02-12T01:00", "NaT", 2.18, "m3/h")]),
    )


def empty_report() -> Report:
    return Report(
        title="Tomt sameie",
        timezone="Europe/Oslo",
        period_start=START,
        period_end=START + DAYS * 24 * HOUR,
        generated_at=at("2026-02-21T07:15"),
    )


REPORTS = {"cooperative": cooperative_report, "municipality": municipality_report, "empty": empty_report}


class Parsed(html.parser.HTMLParser):
    """What a page is made of: its tags, its texts in each language with plain spaces, and what is still open."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: dict[str, str] = {"nb": "", "en": ""}
        self.open: list[str] = []
        self._languages: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        self.tags.append((tag, known))
        if tag not in VOID:
            self.open.append(tag)
            self._languages.append(known.get("lang") or (self._languages[-1] if self._languages else ""))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        self._languages.pop()

    def handle_data(self, data: str) -> None:
        if self._languages and self.open[-1] not in {"style", "script"}:
            self.texts[self._languages[-1]] += " ".join(data.split()) + " "


@pytest.fixture(scope="session")
def parse() -> Callable[[str], Parsed]:
    return Parsed


@pytest.fixture(scope="session")
def reports() -> dict[str, Report]:
    return {name: make() for name, make in REPORTS.items()}


@pytest.fixture(scope="session")
def pages(reports: dict[str, Report]) -> dict[str, str]:
    return {name: render(report) for name, report in reports.items()}


@pytest.fixture(params=list(REPORTS))
def page(request: pytest.FixtureRequest, pages: dict[str, str]) -> str:
    return pages[request.param]
