"""The page: complete, self-contained, in both languages, and safe from hostile names."""

from __future__ import annotations

import itertools
import re
import sys

from collections import Counter
from collections.abc import Callable
from typing import Any

import attrs
import numpy as np
import pytest

from divako.errors import MissingExtraError, SeriesError
from divako.model import Consumption, Finding, FindingCode, Findings, Installation, Medium, Meter, Section, Site, Zone
from divako.report import MediumConsumption, Refusal, Report, Unshared, render
from divako.report._render import _template


Parse = Callable[[str], Any]
FETCHING = {"src", "href", "xlink:href", "srcset", "data", "action", "poster", "background"}


def test_every_element_is_closed(page: str, parse: Parse) -> None:
    parsed = parse(page)
    assert parsed.open == []
    assert parsed.tags[0] == ("html", {"lang": "nb"})


def test_nothing_is_fetched_and_nothing_runs(page: str, parse: Parse) -> None:
    for tag, attributes in parse(page).tags:
        assert tag not in {"script", "link", "iframe", "object", "embed", "base", "form"}
        assert not [name for name in attributes if name.startswith("on")]
        for name in FETCHING & attributes.keys():
            assert attributes[name].startswith(("#", "data:image/png;base64,")), (tag, name)
    assert re.findall(r"url\((?!#)", page) == []
    assert "@import" not in page
    assert re.search(r"https?://", page) is None


def test_ids_are_unique_and_references_lead_somewhere(page: str, parse: Parse) -> None:
    tags = parse(page).tags
    ids = Counter(attributes["id"] for _, attributes in tags if "id" in attributes)
    assert [name for name, n in ids.items() if n > 1] == []
    wanted = {attributes["href"][1:] for _, attributes in tags if attributes.get("href", "").startswith("#")}
    wanted |= set(re.findall(r"url\(#([^)]+)\)", page))
    wanted |= {attributes[name] for _, attributes in tags for name in ("for", "aria-labelledby") if name in attributes}
    assert wanted <= set(ids)


def test_headings_go_down_one_level_at_a_time(page: str, parse: Parse) -> None:
    levels = [int(tag[1]) for tag, _ in parse(page).tags if re.fullmatch("h[1-6]", tag)]
    assert levels.count(1) == 2  # one a language, and only one language shows
    assert all(below <= above + 1 for above, below in itertools.pairwise(levels))


def test_every_picture_says_what_it_shows(page: str, parse: Parse) -> None:
    for tag, attributes in parse(page).tags:
        if tag == "svg":
            assert attributes["role"] == "img"
            assert len(attributes["aria-label"]) > 20


def test_there_is_one_article_a_language_and_norwegian_is_chosen(page: str, parse: Parse) -> None:
    tags = parse(page).tags
    assert [attributes["lang"] for tag, attributes in tags if tag == "article"] == ["nb", "en"]
    choices = [attributes for tag, attributes in tags if tag == "input"]
    assert [("checked" in choice, choice["lang"]) for choice in choices] == [(True, "nb"), (False, "en")]


def test_every_finding_is_there_in_both_languages(
    reports: dict[str, Report], pages: dict[str, str], parse: Parse
) -> None:
    texts = parse(pages["cooperative"]).texts
    for words in (
        {
            "nb": ("Mulig lekkasje", "14 L/h", "Siden 9. feb. 2026 kl. 08.00", "3,9 m³"),
            "en": ("Possible leak", "14 L/h", "Since 9 Feb 2026 at 08:00", "3.9 m³"),
        },
        {"nb": ("Høyt nattforbruk", "15 L/h"), "en": ("High use at night", "15 L/h")},
        {"nb": ("Målerbytte", "5. feb. 2026 kl. 10.30"), "en": ("Meter exchange", "5 Feb 2026 at 10:30")},
        {
            "nb": ("Fare for frost", "\N{MINUS SIGN}2,3 °C", "Sensor 900001"),
            "en": ("Danger of frost", "\N{MINUS SIGN}2.3 °C", "Sensor 900001"),
        },
        {"nb": ("Sender ikke", "2,4 døgn", "H0101, kaldtvann"), "en": ("Not sending", "2.4 days", "H0101, cold water")},
    ):
        for language, expected in words.items():
            for word in expected:
                assert word in texts[language], word
    assert len(reports["cooperative"].findings) == 5


def test_the_most_urgent_findings_come_first(pages: dict[str, str], parse: Parse) -> None:
    text = parse(pages["cooperative"]).texts["en"]
    order = [text.index(word) for word in ("1 possible leak", "silent", "frost danger", "1 meter exchange")]
    assert order == sorted(order)


def test_every_statement_line_is_explained_in_both_languages(
    reports: dict[str, Report], pages: dict[str, str], parse: Parse
) -> None:
    statements = reports["cooperative"].statements
    assert statements is not None
    texts = parse(pages["cooperative"]).texts
    for row, line in enumerate(statements.lines()):
        for tag, language, title in (("nb", "no", line.title_no), ("en", "en", line.title_en)):
            sentence = statements.explain(row, language).removeprefix(f"{title}: ")
            assert sentence.replace("\N{NO-BREAK SPACE}", " ")[1:] in texts[tag]
    assert "NOK 10,234.57" in texts["en"]
    assert "10 234,57 kr" in texts["nb"]


def test_refused_input_is_listed_with_its_place_and_reason(pages: dict[str, str], parse: Parse) -> None:
    texts = parse(pages["cooperative"]).texts
    assert "telegrams/heat.jsonl 77 Kryptert, og nøkkelen mangler (decode.missing_key) 1 200" in texts["nb"]
    assert "telegrams/odd.bin decode.never_heard_of 1" in " ".join(texts["en"].split())


def test_costs_that_were_not_shared_are_told_first_and_with_what_is_missing(
    reports: dict[str, Report], parse: Parse
) -> None:
    unshared = [Unshared(title_no="Vann", title_en="Water", section="K-002"), Unshared(title_no="Gass", title_en="Gas")]
    texts = parse(render(attrs.evolve(reports["municipality"], unshared=unshared))).texts
    assert "Følg opp nå Kostnadene er ikke fordelt Vann: mangler for seksjon K-002; Gass" in texts["nb"]
    assert "Act now The costs were not shared Water: missing for section K-002; Gas" in texts["en"]
    assert texts["en"].index("The costs were not shared") < texts["en"].index("1 zone with raised night flow")
    assert "No statements were made" in texts["en"]


def test_that_all_was_measured_is_not_said_in_every_row(pages: dict[str, str], parse: Parse) -> None:
    text = " ".join(parse(pages["cooperative"]).texts["nb"].split())
    assert "Sted Kaldtvann, m³ Målt Varme, kWh Hele bygget" in text  # of the heat, nothing is missing
    assert "Målt" not in parse(pages["municipality"]).texts["nb"]


def test_an_exchange_without_a_gap_is_not_given_a_size_of_nothing(pages: dict[str, str], parse: Parse) -> None:
    texts = parse(pages["cooperative"]).texts
    assert "uten opphold" in texts["nb"]
    assert "0 timer" not in texts["nb"]
    assert "0 hours" not in texts["en"]


def test_a_sample_is_compared_with_its_truth(pages: dict[str, str], parse: Parse) -> None:
    assert "1 funnet, 1 oversett, 1 falske" in parse(pages["cooperative"]).texts["nb"]
    assert "fasit" not in pages["municipality"]


def test_names_and_addresses_of_people_are_not_shown(pages: dict[str, str]) -> None:
    assert "Navnesen" not in pages["cooperative"]
    assert "Hemmelig" not in pages["cooperative"]


def test_a_municipality_has_zones_and_no_bill(pages: dict[str, str], parse: Parse) -> None:
    text = parse(pages["municipality"]).texts["nb"]
    assert "Økt nattforbruk i sone" in text
    assert "Kaldtvann om natten, Nordbyen" in text
    assert "Kaldtvann, Sentrum" in text
    assert "Fordeling av kostnadene" not in text
    assert "kr " not in text


def test_nothing_at_all_still_makes_a_page(pages: dict[str, str], parse: Parse) -> None:
    texts = parse(pages["empty"]).texts
    assert "Det finnes ingen forbruksdata" in texts["nb"]
    assert "There are no consumption data" in texts["en"]
    assert "Ingen lekkasjer" not in texts["nb"]  # nobody looked
    assert "<svg" not in pages["empty"]


def test_no_findings_is_good_news(reports: dict[str, Report], parse: Parse) -> None:
    quiet = attrs.evolve(reports["municipality"], findings=Findings.of([]))
    assert "Ingen lekkasjer eller andre avvik" in parse(render(quiet)).texts["nb"]


def test_consumption_of_which_nothing_is_known_makes_a_page(reports: dict[str, Report]) -> None:
    (known,) = reports["municipality"].consumption
    n = len(known.daily)
    nothing = attrs.evolve(known.daily, value=np.full(n, np.nan), coverage=np.zeros(n))
    blank = attrs.evolve(
        reports["municipality"],
        consumption=[MediumConsumption(medium=Medium.COLD_WATER, daily=nothing, hourly=nothing)],
    )
    assert "uten kjente verdier" in render(blank)
    no_rows = MediumConsumption(medium=Medium.COLD_WATER, daily=nothing.select(slice(0, 0)))
    assert "Det finnes ingen forbruksdata" in render(attrs.evolve(blank, consumption=[no_rows]))


def test_a_meter_that_was_never_heard_is_missing_in_the_report(reports: dict[str, Report], parse: Parse) -> None:
    sample = reports["municipality"]
    installed = Installation(meter_id="7", place="K-003", start=sample.period_start)
    site = Site(
        meters=[Meter(id="7", medium=Medium.COLD_WATER)],
        sections=[Section(id=f"K-00{i}") for i in (1, 2, 3)],
        zones=sample.site.zones,
        installations=[installed],
    )
    text = parse(render(attrs.evolve(sample, site=site))).texts["nb"]
    assert "K-003 \N{EN DASH} 0 %" in text


def test_hostile_names_stay_texts(reports: dict[str, Report], parse: Parse) -> None:
    hostile = '<script>alert(1)</script>"\'&$x$ id="a" url(#b)'
    sample = reports["municipality"]
    (known,) = sample.consumption

    def renamed(table: Consumption) -> Consumption:
        return attrs.evolve(table, meter_ids=(hostile + "1", hostile + "2", hostile, "Sentrum"))

    assert known.hourly is not None
    (finding,) = sample.findings.rows()
    page = render(
        attrs.evolve(
            sample,
            title=hostile,
            place=hostile,
            site=Site(meters=(), sections=[Section(id=hostile + "1")], zones=[Zone(id=hostile)]),
            consumption=[attrs.evolve(known, daily=renamed(known.daily), hourly=renamed(known.hourly))],
            findings=Findings.of([attrs.evolve(finding, subject=hostile)]),
            refused=[Refusal(file=hostile, line=1, code=hostile)],
        )
    )
    parsed = parse(page)
    assert "script" not in {tag for tag, _ in parsed.tags}
    assert parsed.open == []
    assert parsed.texts["nb"].count(hostile) > 5
    assert any(attributes.get("aria-label", "").count(hostile) for tag, attributes in parsed.tags if tag == "svg")


def test_the_same_report_gives_the_same_page(reports: dict[str, Report], pages: dict[str, str]) -> None:
    assert render(reports["municipality"]) == pages["municipality"]


def test_many_sections_stay_a_small_page(reports: dict[str, Report]) -> None:
    (known,) = reports["municipality"].consumption
    places = tuple(f"K-{i:03d}" for i in range(300))
    daily = Consumption.concatenate(
        [attrs.evolve(known.daily, meter_ids=places[i : i + 4]) for i in range(0, len(places), 4)]
    )
    rows = [
        Finding(
            subject=place,
            code=FindingCode.SILENT,
            start=np.datetime64("2026-02-18T14:12", "ms"),
            end=np.datetime64("NaT", "ms"),
            size=56.8,
            unit="h",
        )
        for place in places
    ]
    many = attrs.evolve(
        reports["municipality"],
        consumption=[MediumConsumption(medium=Medium.COLD_WATER, daily=daily)],
        findings=Findings.of(rows),
    )
    page = render(many)
    assert len(page.encode()) < 3_000_000
    assert all(page.count(f">{place}<") >= 2 for place in places)


def test_two_rows_for_one_day_are_refused(reports: dict[str, Report]) -> None:
    (known,) = reports["municipality"].consumption
    twice = Consumption.concatenate([known.daily, known.daily.select(slice(3, 4))])
    doubled = attrs.evolve(
        reports["municipality"], consumption=[MediumConsumption(medium=Medium.COLD_WATER, daily=twice)]
    )
    with pytest.raises(SeriesError, match="same place and day") as caught:
        render(doubled)
    assert caught.value.row == len(known.daily)


@pytest.mark.parametrize(("module", "package"), [("jinja2", "Jinja2"), ("matplotlib.figure", "matplotlib")])
def test_without_a_package_the_extra_is_named(
    module: str, package: str, reports: dict[str, Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    _template.cache_clear()
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError) as caught:
        render(reports["municipality"])
    assert (caught.value.package, caught.value.extra) == (package, "report")
