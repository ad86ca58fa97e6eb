"""Project files: what is right is read exactly, and every mistake is named by its path in the file."""

from __future__ import annotations

import datetime as dt
import pickle

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from divako.errors import ProjectError
from divako.pipeline import load_project


Document = dict[str, Any]
Writer = Callable[..., Path]
Wanted = list[tuple[str, str]]


def mistakes(path: Path) -> Wanted:
    """Load what is wrong, and give the path and the message of every mistake."""
    with pytest.raises(ProjectError) as caught:
        load_project(path)
    return [(one.path, str(one.args[0])) for one in (caught.value, *caught.value.others)]


def changed(document: Document, where: str, value: Any) -> Document:
    """Set, or with None remove, the entry at a path such as ``sections.0.id``."""
    *steps, last = [int(step) if step.isdigit() else step for step in where.split(".")]
    at: Any = document
    for step in steps:
        at = at[step]
    if value is None:
        del at[last]
    else:
        at[last] = value
    return document


def test_a_project_is_read_as_it_is_written(house: Document, write_house: Writer) -> None:
    house["timezone"] = "Europe/Oslo"
    house["period"] = {"start": dt.date(2026, 3, 1), "end": dt.datetime(2026, 4, 1, 12, 30)}
    house["meters"][0] |= {"int_digits": 5, "max_rate_per_h": "2.5", "interval_s": 3600}
    house["installations"][0] |= {"start_register": "12.345", "to": dt.datetime(2026, 3, 10, 8, tzinfo=dt.UTC)}
    project = load_project(write_house(house))

    assert (project.name, project.timezone, project.currency) == ("Prøvehuset", "Europe/Oslo", "NOK")
    assert project.period == (np.datetime64("2026-02-28T23:00", "ms"), np.datetime64("2026-04-01T10:30", "ms"))
    meter = project.site.meters[0]
    assert (meter.int_digits, meter.max_rate_per_h, meter.interval_s) == (5, Fraction(5, 2), 3600)
    assert project.site.sections[0].attribute("area") == Fraction(123, 2)
    first = project.site.installations[0]
    assert (first.start_register, first.end) == (Fraction(12_345, 1000), np.datetime64("2026-03-10T08:00", "ms"))
    assert first.start == np.datetime64("2024-12-31T23:00", "ms")
    assert np.isnat(project.site.installations[1].end)
    (cost,) = project.costs
    assert cost.amount == 100_001
    assert [path.name for path in project.files] == ["telegrams.jsonl"]


def test_a_sparse_project_is_enough(house: Document, write_house: Writer) -> None:
    for name in ("sections", "tenancies", "costs"):
        del house[name]
    for installation in house["installations"]:
        del installation["section"]
    project = load_project(write_house(house))
    assert (project.costs, project.analysis, project.site.sections) == ((), None, ())
    assert {one.place for one in project.site.installations} == {""}


def test_meters_are_told_apart_whatever_the_case_of_their_letters(house: Document, write_house: Writer) -> None:
    house["meters"] += [{"id": "00AABBCCDDEEFF00", "medium": "cold_water"}, {"id": "0a0b0c0d", "medium": "room"}]
    house["installations"] += [
        {"meter": "00aabbccddeeff00", "role": "main", "from": dt.date(2025, 1, 1)},
        {"meter": "0A0b0C0d", "role": "sensor", "from": dt.date(2025, 1, 1)},
    ]
    project = load_project(write_house(house))
    assert [meter.id for meter in project.site.meters[2:]] == ["00aabbccddeeff00", "0A0B0C0D"]
    assert [one.meter_id for one in project.site.installations[2:]] == ["00aabbccddeeff00", "0A0B0C0D"]


OVERLAP = {"section": "H0101", "party": "p-2", "from": dt.date(2025, 6, 1)}
ELSEWHERE = {"meter": "20260101", "section": "H0102", "from": dt.date(2025, 6, 1)}


@pytest.mark.parametrize(
    ("where", "value", "path", "said"),
    [
        ("unheard_of", 1, "unheard_of", "unknown entry"),
        ("meter", [], "meter", "unknown entry; did you mean meters?"),
        ("sections.1.addresses", "x", "sections[1].addresses", "unknown entry; did you mean address?"),
        ("costs.0.parts.1.mediun", "x", "costs[0].parts[1].mediun", "unknown entry; did you mean medium?"),
        ("rules", {"customer_leek": {}}, "rules.customer_leek", "unknown entry; did you mean customer_leak?"),
        ("rules", {"frost": {"below": 1}}, "rules.frost.below", "unknown entry; did you mean below_c?"),
        ("schema_version", None, "schema_version", "must be 1"),
        ("schema_version", 2, "schema_version", "must be 1"),
        ("schema_version", True, "schema_version", "must be 1"),
        ("name", None, "name", "is missing"),
        ("meters.1.id", None, "meters[1].id", "is missing"),
        ("meters", None, "meters", "is missing"),
        ("installations.0.from", None, "installations[0].from", "is missing"),
        ("name", 7, "name", "must be a text"),
        ("sections.0.id", 101, "sections[0].id", "must be a text"),
        ("meters", "20260101", "meters", "must be a list"),
        ("meters.0", "20260101", "meters[0]", "must be a table"),
        ("period", "2026", "period", "must be a table"),
        ("sections.0.attributes", [1], "sections[0].attributes", "must be a table"),
        ("sections.0.attributes.area", "big", "sections[0].attributes.area", "must be a number"),
        ("sections.0.attributes.area", True, "sections[0].attributes.area", "must be a number"),
        ("meters.0.int_digits", 5.0, "meters[0].int_digits", "must be a whole number"),
        ("meters.0.int_digits", 0, "meters[0]", "int_digits must be a whole number from 1"),
        ("meters.0.max_rate_per_h", "1/0", "meters[0].max_rate_per_h", "must be a number"),
        ("meters.0.medium", "cold_beer", "meters[0].medium", "must be one of cold_water, "),
        ("meters.0.driver", "nobody", "meters[0].driver", "no installed driver is named so; there are axioma_w1"),
        ("installations.0.from", "2025-01-01", "installations[0].from", "must be a date or a date and time"),
        ("telegrams.0.files", "*.jsonl", "telegrams[0].files", "must be a list"),
        ("telegrams.0.files", [], "telegrams[0].files", "names no file"),
        ("telegrams.0.files", ["*.jsonl", "*.hex"], "telegrams[0].files[1]", "no file has such a name"),
        ("telegrams.0.files", ["/etc/*"], "telegrams[0].files[0]", "is no pattern of files below this folder"),
        ("telegrams.0.files", [""], "telegrams[0].files[0]", "is no pattern of files below this folder"),
        ("timezone", "Europe/Utopia", "timezone", "no time zone"),
        ("period.end", dt.date(2025, 1, 1), "period.end", "is not after the start"),
        ("keys", "keys.toml", "keys", "cannot be read: No such file or directory"),
        ("sections.2", {"id": "H0101"}, "sections[2].id", "this id stands twice"),
        ("meters.2", {"id": "20260101", "medium": "heat"}, "meters[2].id", "this id stands twice"),
        ("zones", [{"id": "H0101"}], "zones[0].id", "a section has this id"),
        ("sections.0.zone", "north", "sections[0].zone", "no zone has this id"),
        ("installations.0.meter", "20269999", "installations[0].meter", "no meter has this id"),
        ("installations.0.section", "H9999", "installations[0].section", "no section has this id"),
        ("installations.0.zone", "north", "installations[0].zone", "serves a section or a zone, not both"),
        ("installations.0.role", "subb", "installations[0].role", "must be one of sub, main"),
        ("installations.0.role", "inlet", "installations[0].zone", "an inlet or outlet is one of a zone"),
        ("installations.0.to", dt.date(2024, 1, 1), "installations[0].to", "is not after the start"),
        ("installations.2", ELSEWHERE, "installations[2].from", "overlaps with another"),
        ("tenancies.0.section", "H9999", "tenancies[0].section", "no section has this id"),
        ("tenancies.0.to", dt.date(2025, 1, 1), "tenancies[0].to", "is not after the start"),
        ("tenancies.1", OVERLAP, "tenancies[1].from", "overlaps with another"),
        ("rules", {"night_use": {"limit_m3_h": 1, "window": [2, 5], "nights": 0}}, "rules.night_use", "nights"),
        ("rules", {"night_use": {"limit_m3_h": 0.1, "tz": "Europe/Utopia"}}, "rules.night_use.tz", "no time zone"),
        ("analysis", {"purpose": " ", "recipient": "x"}, "analysis.purpose", "must not be empty"),
        ("analysis", {"purpose": "x", "recipient": "x", "resolution": "week"}, "analysis.resolution", "hour, day"),
    ],
)
def test_a_mistake_is_named_by_its_path(
    where: str, value: Any, path: str, said: str, house: Document, write_house: Writer
) -> None:
    if not where.startswith("costs"):
        del house["costs"]  # which would rightly miss what is wrong
    *steps, last = where.split(".")
    if last.isdigit() and len(house[steps[0]]) == int(last):
        house[steps[0]].append(value)
    else:
        changed(house, where, value)
    ((at, message),) = mistakes(write_house(house))
    assert at == path
    assert said in message


def test_every_mistake_of_form_is_told_at_once(house: Document, write_house: Writer) -> None:
    house["post"] = "x"
    del house["name"]
    house["sections"][1]["id"] = 102
    house["meters"][0]["medium"] = "cold_beer"
    assert {path for path, _ in mistakes(write_house(house))} == {
        "post",
        "name",
        "sections[1].id",
        "meters[0].medium",
    }


def test_every_contradiction_is_told_at_once(house: Document, write_house: Writer) -> None:
    house["timezone"] = "Europe/Utopia"
    house["period"]["end"] = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
    house["rules"] = {"zone_night_flow": {"nights": 3}, "night_use": {"limit_m3_h": 0.1, "tz": "Mars/Olympus"}}
    house["keys"] = "none.toml"
    house["meters"][1]["id"] = "20269999"
    house["tenancies"] += [OVERLAP, OVERLAP | {"from": dt.date(2025, 7, 1)}]
    house["installations"].append(ELSEWHERE)
    house["costs"][0]["parts"][0]["by"] = "aria"
    assert {path for path, _ in mistakes(write_house(house))} == {
        "timezone",
        "period.end",
        "rules.night_use.tz",
        "keys",
        "installations[1].meter",
        "installations[2].from",
        "tenancies[1].from",
        "tenancies[2].from",
        "costs[0].parts[0].by",
    }


def test_entries_that_nobody_knows_hide_no_contradiction(house: Document, write_house: Writer) -> None:
    house["sections"][0]["colour"] = "red"
    house["costs"][0]["parts"][1]["factor"] = 2
    house["tenancies"].append(OVERLAP)
    house["keys"] = "none.toml"
    assert {path for path, _ in mistakes(write_house(house))} == {
        "sections[0].colour",
        "costs[0].parts[1].factor",
        "tenancies[1].from",
        "keys",
    }


def test_mistakes_survive_a_process_boundary(house: Document, write_house: Writer) -> None:
    house["keys"], house["sections"][0]["zone"] = "none.toml", "north"
    with pytest.raises(ProjectError) as caught:
        load_project(write_house(house))
    back = pickle.loads(pickle.dumps(caught.value))
    assert (str(back), list(map(str, back.others))) == (str(caught.value), list(map(str, caught.value.others)))
    assert len(back.others) == 1


@pytest.mark.parametrize(
    ("when", "said"),
    [
        (dt.datetime(2026, 3, 29, 2, 30), "wall clock"),
        (dt.datetime(2026, 10, 25, 2, 30), "summer time shows twice; write it with its offset"),
        (dt.datetime(1, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=14))), "lies outside the calendar"),
    ],
)
def test_an_instant_that_is_none_or_two_is_refused(
    when: dt.datetime, said: str, house: Document, write_house: Writer
) -> None:
    house["timezone"] = "Europe/Oslo"
    house["installations"][0]["from"] = when
    ((path, message),) = mistakes(write_house(house))
    assert path == "installations[0].from"
    assert said in message


def test_an_hour_that_comes_twice_can_be_written_with_its_offset(house: Document, write_house: Writer) -> None:
    house["timezone"] = "Europe/Oslo"
    house["installations"][0]["from"] = dt.datetime(2025, 10, 26, 2, 30, tzinfo=dt.timezone(dt.timedelta(hours=1)))
    project = load_project(write_house(house))
    assert project.site.installations[0].start == np.datetime64("2025-10-26T01:30", "ms")


def test_a_wrong_key_in_the_keys_file_is_told_without_it(house: Document, write_house: Writer) -> None:
    house["keys"] = "keys.toml"
    ((path, message),) = mistakes(write_house(house, keys__toml='20260101 = "C0FFEE"'))
    assert path == "keys"
    assert "entry 1 of the keys" in message
    assert "C0FFEE" not in message
    assert "20260101" not in message


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"name = ", "is not TOML at the end"),
        (b'name = "Testine"\nname = "Testine"', "is not TOML at the end"),
        (b"\xff\xfe", "is not a text in UTF-8"),
        (b"x = " + b"[" * 5000, "is not TOML"),
    ],
)
def test_what_is_no_toml_is_told_by_its_place_and_not_quoted(content: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "project.toml"
    path.write_bytes(content)
    ((at, message),) = mistakes(path)
    assert at == ""
    assert said in message
    assert "Testine" not in message


def test_a_file_that_is_not_there_is_told_by_name(tmp_path: Path) -> None:
    ((_, message),) = mistakes(tmp_path / "none.toml")
    assert message == f"{tmp_path / 'none.toml'} cannot be read: No such file or directory"


def test_a_byte_order_mark_does_no_harm(house: Document, write_house: Writer) -> None:
    path = write_house(house)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert load_project(path).name == "Prøvehuset"
