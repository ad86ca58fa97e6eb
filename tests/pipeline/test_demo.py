"""Both samples from end to end: all that was hidden in them is found, nothing else, and the bill adds up."""

from __future__ import annotations

import json
import re
import tomllib

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from divako.model import FindingCode
from divako.pipeline import STAGES, TABLE_FORMATS, DemoResult
from divako.stores import write_table


@pytest.fixture(scope="module")
def project(house_demo: DemoResult) -> dict[str, Any]:
    return tomllib.loads(house_demo.project.read_text("utf-8"))


def test_the_house_gives_all_its_secrets_and_no_false_alarm(house_demo: DemoResult) -> None:
    score = house_demo.score
    assert [str(event.code) for event in score.missed] == []
    assert score.false_findings == ()
    assert sorted(str(event.code) for event in score.hits) == [
        "customer_leak",
        "customer_leak",
        "exchange",
        "frost",
        "silent",
    ]


def test_the_town_gives_all_its_secrets_and_no_false_alarm(town_demo: DemoResult) -> None:
    score = town_demo.score
    assert (score.missed, score.false_findings) == ((), ())
    assert FindingCode.ZONE_NIGHT_FLOW in {event.code for event in score.hits}
    assert len(score.hits) == 4


@pytest.mark.parametrize("demo", ["house_demo", "town_demo"])
def test_a_leak_is_found_with_the_size_that_it_has(demo: str, request: pytest.FixtureRequest) -> None:
    done: DemoResult = request.getfixturevalue(demo)
    found = {one.subject: one for one in done.results.findings.rows() if one.code == FindingCode.CUSTOMER_LEAK}
    true = {one.subject: one for one in done.score.hits if one.code == FindingCode.CUSTOMER_LEAK}
    assert true
    assert found.keys() == true.keys()
    for subject, event in true.items():
        assert found[subject].size == pytest.approx(event.size, rel=0.25)
        assert abs(found[subject].start - event.start) <= np.timedelta64(12, "h")


def test_every_telegram_of_the_samples_is_read(house_demo: DemoResult, town_demo: DemoResult) -> None:
    for demo in (house_demo, town_demo):
        assert (demo.results.refused, demo.results.problems) == ((), ())
        assert demo.results.telegrams > 100_000


def test_what_is_reckoned_is_what_was_used(house_demo: DemoResult) -> None:
    truth = json.loads((house_demo.project.parent / "truth.json").read_text("utf-8"))
    used = {(one["place"], one["medium"]): float(one["value"]) for one in truth["consumption"]}
    reckoned = {
        (place, tables.medium.value): float(total)
        for tables in house_demo.results.media
        for place, total in [*tables.total.items(), ("", tables.main_total)]
        if total is not None
    }
    assert reckoned.keys() == used.keys()
    for place, value in used.items():
        assert reckoned[place] == pytest.approx(value, rel=2e-3, abs=0.02)


def test_the_statements_sum_to_the_bill_to_the_smallest_coin(house_demo: DemoResult, project: dict[str, Any]) -> None:
    statements = house_demo.results.statements
    assert statements is not None
    totals = statements.totals()
    by_cost = statements.totals_of_costs()
    (water,) = (tables for tables in house_demo.results.media if tables.medium.value == "cold_water")
    assert water.main_total is not None
    assert by_cost["heat"] == 18_643_250
    assert by_cost["caretaker"] == 3_600_000
    assert abs(by_cost["water"] - (1_881_600 + water.main_total * 4133)) <= 0.5
    assert sum(totals.values()) == sum(by_cost.values())
    assert totals.keys() == {section["id"] for section in project["sections"]}


def test_each_line_of_a_bill_is_explained_in_both_languages(house_demo: DemoResult) -> None:
    statements = house_demo.results.statements
    assert statements is not None
    said = {
        language: [statements.explain(row, language) for row in range(len(statements))] for language in ("no", "en")
    }
    assert all(map(len, said["no"] + said["en"]))
    assert set(said["no"]).isdisjoint(said["en"])


def secret_words(project: dict[str, Any]) -> set[str]:
    words = {entry["id"] for name in ("meters", "sections") for entry in project[name]}
    tenancies = project.get("tenancies", [])
    words |= {tenancy["party"] for tenancy in tenancies}
    words |= {part for tenancy in tenancies for part in tenancy["name"].split()}
    return words | {section["address"].split()[0] for section in project["sections"]} | set(project["name"].split()[:1])


@pytest.mark.parametrize("demo", ["house_demo", "town_demo"])
@pytest.mark.parametrize("form", TABLE_FORMATS)
def test_no_byte_of_an_export_says_whose_consumption_it_is(
    demo: str, form: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    done: DemoResult = request.getfixturevalue(demo)
    words = {word.lower() for word in secret_words(tomllib.loads(done.project.read_text("utf-8")))}
    assert len(words) > 100
    assert done.results.analysis is not None
    path = tmp_path / f"analysis.{form}"
    write_table(done.results.analysis, path)
    content = path.read_bytes().lower()
    assert len(content) > 50_000
    if form != "parquet":
        content = b"\n".join(set(re.split(rb'[\s",:{}]+', content)))  # each word once is searched sooner
    disguises = [disguise for word in words for disguise in (word.encode(), word.encode("utf-16-le"))]
    assert [one for one in disguises if one in content] == []


def test_a_parquet_export_unfolded_says_no_more(house_demo: DemoResult, project: dict[str, Any]) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="Parquet needs pyarrow")
    (path,) = (one for one in house_demo.files if one.name == "analysis.parquet")
    file = parquet.ParquetFile(path)
    table = file.read()
    texts = [str(file.metadata), str(file.schema_arrow), str(file.schema_arrow.metadata)]
    texts += [
        str(value) for name in ("meter", "section", "medium", "register") for value in table[name].unique().to_pylist()
    ]
    text = "\n".join(texts).lower()
    assert "cold_water" in text
    assert [word for word in secret_words(project) if word.lower() in text] == []


def test_the_files_are_where_they_are_said_to_be(house_demo: DemoResult, town_demo: DemoResult) -> None:
    for demo in (house_demo, town_demo):
        assert demo.files[0].name == "report.html"
        assert all(path.is_file() and path.stat().st_size for path in demo.files)
        assert {path.name for path in demo.files} == {path.name for path in demo.files[0].parent.iterdir()}


def test_the_report_needs_no_network(house_demo: DemoResult) -> None:
    page = house_demo.files[0].read_text("utf-8")
    assert [word for word in ('src="http', 'href="http', "url(http", "@import", "<link") if word in page] == []


def test_progress_goes_through_every_stage(house_demo: DemoResult, told: list[tuple[str, int, int]]) -> None:
    assert tuple(dict.fromkeys(stage for stage, *_ in told)) == ("sample", *STAGES, "write")
    decoded = [done for stage, done, _ in told if stage == "decode"]
    assert decoded == sorted(decoded)
    assert decoded[-1] == house_demo.results.telegrams
    assert all(0 <= done <= total for _, done, total in told)
