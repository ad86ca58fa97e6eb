"""What the page says a wrong project file is refused with is what it is refused with."""

from __future__ import annotations

import re
import shutil

from pathlib import Path

import pytest

from divako.errors import ProjectError
from divako.pipeline import load_project


DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = DOCS / "reference" / "project-file.md"
HOUSE = DOCS / "howto" / "small-house"
MORE = """
[[zones]]
id = "Z"
[[tenancies]]
section = "H0102"
party = "p"
from = 2025-01-01
to = 2025-06-01
[rules.night_use]
limit_m3_h = 0.005
[rules.zone_night_flow]
nights = 3
[rules.frost]
below_c = 3
[analysis]
purpose = "leaks"
recipient = "Example University"
"""
AREA = 'fixed = { by = "area" }'
METERED = 'metered = { by = "consumption", medium = "cold_water", difference = "pro_rata" }'
EQUAL = '{ share = 0.5, by = "equal" }'
METER = 'id = "20260201"\nmedium = "cold_water"'
PLACE = 'meter = "20260201"\nsection = "H0101"'
MAIN = 'role = "main"'
DAY = 'id = "H0101"'
COST = "amount = 450.00"
FROM = "from = 2025-01-01\nto = 2025-06-01"
NIGHT = "limit_m3_h = 0.005"
ZONE = "nights = 3"
LEAK = "[rules.customer_leak]"
SILENT = "[rules.silent]"

NO_MAIN = "there is no main meter of this medium to have a difference"

# What stands in the file, what is put in its place, and the path and the message that follow.
CASES = [
    ("schema_version = 1", "schema_version = 2", "schema_version", "must be 1"),
    ('name = "Lillegården"', "name = 7", "name", "must be a text"),
    ("interval_s = 3600", 'interval_s = "3600"', "meters[0].interval_s", "must be a whole number"),
    ("below_c = 3", 'below_c = "3"', "rules.frost.below_c", "must be a number"),
    ("price = 41.33", 'price = "a"', "tariffs[0].price", 'must be a number, such as 61.5 or "61.5"'),
    ("start = 2026-01-01", 'start = "2026"', "period.start", "must be a date or a date and time, without quotes"),
    (METER, METER.replace("cold", "bold"), "meters[0].medium", "must be one of cold_water, …"),
    (AREA, "fixed = 3", "costs[0].fixed", "must be a table"),
    ('files = ["telegrams/*.jsonl"]', 'files = "telegrams/*.jsonl"', "telegrams[0].files", "must be a list"),
    ("interval_s = 3600", "interval = 3600", "meters[0].interval", "unknown entry"),
    ('party = "p"', "", "tenancies[1].party", "is missing"),
    ("Europe/Oslo", "Europe/Osla", "timezone", "no time zone is called …"),
    (NIGHT, 'tz = "Osla"', "rules.night_use.tz", "no time zone is called …"),
    ('"NOK"', '"NOKK"', "currency", "the currency is not one that is known"),
    ("keys.toml", "no.toml", "keys", "…"),
    ("end = 2026-01-03", "end = 2026-01-01", "period.end", "is not after the start"),
    ('["telegrams/*.jsonl"]', "[]", "telegrams[0].files", "names no file"),
    ("telegrams/*.jsonl", "*.hex", "telegrams[0].files[0]", "no file has such a name"),
    ("telegrams/*.jsonl", "/t.hex", "telegrams[0].files[0]", "is no pattern of files below this folder"),
    ('id = "H0102"', DAY, "sections[1].id", "this id stands twice"),
    (DAY, 'id = ""', "sections[0]", "id must be a text that is not empty"),
    (DAY, f'{DAY}\nzone = "Y"', "sections[0].zone", "no zone has this id"),
    ('id = "Z"', DAY, "zones[0].id", "a section has this id"),
    (METER, f'{METER}\ndriver = "x"', "meters[0].driver", "no installed driver is named so; there are …"),
    (METER, f"{METER}\nint_digits = 0", "meters[0]", "int_digits must be a whole number from 1"),
    ("max_rate_per_h = 2.5", "max_rate_per_h = -1", "meters[0]", "max_rate_per_h must be a fraction from 0"),
    ("interval_s = 3600", "interval_s = 0", "meters[0]", "interval_s must be a whole number from 1"),
    (PLACE, PLACE.replace("0201", "0204"), "installations[0].meter", "no meter has this id"),
    (PLACE, PLACE.replace("H0101", "H01"), "installations[0].section", "no section has this id"),
    (MAIN, f'{MAIN}\nzone = "Y"', "installations[2].zone", "no zone has this id"),
    (PLACE, f'{PLACE}\nzone = "Z"', "installations[0].zone", "an installation serves a section or a zone, not both"),
    (MAIN, 'role = "inlet"', "installations[2].zone", "an inlet or outlet is one of a zone"),
    (MAIN, 'role = "mine"', "installations[2].role", "must be one of sub, main, inlet, outlet, sensor"),
    (PLACE, f"{PLACE}\nto = 2025-06-01", "installations[0].to", "is not after the start"),
    (
        "[[tariffs]]",
        f"[[installations]]\n{PLACE}\nfrom = 2025-12-01\n[[tariffs]]",
        "installations[3].from",
        "overlaps with another of the same subject",
    ),
    ('section = "H0102"\nparty', 'section = "H0"\nparty', "tenancies[1].section", "no section has this id"),
    (FROM, "from = 2025-01-01\nto = 2025-01-01", "tenancies[1].to", "is not after the start"),
    (
        'section = "H0102"\nparty',
        'section = "H0101"\nparty',
        "tenancies[1].from",
        "overlaps with another of the same subject",
    ),
    ("fixed = 120.00", "fixed = 120.001", "tariffs[0]", "an amount is finer than the minor unit of its currency"),
    (COST, "amount = 450.001", "costs[1].amount", "an amount is finer than the minor unit of its currency"),
    (COST, f'{COST}\ntariff = "water-2026"', "costs[1]", "a cost has an amount or a tariff, and not both"),
    (EQUAL, EQUAL.replace("0.5", "0.6"), "costs[1]", "the shares of the parts of a cost must sum to 1"),
    (', en = "Cleaning of stairs"', "", "costs[1]", "title must be given in both languages, no and en"),
    ('tariff = "water-2026"', 'tariff = "w"', "costs[0].tariff", "no tariff has this id"),
    (MAIN, 'role = "sensor"', "costs[0].tariff", "there is no main meter of the medium of this tariff"),
    (METERED, "", "costs[0]", "a cost with a tariff must say how what was metered is shared"),
    (AREA, "", "costs[0]", "a tariff with a fixed sum needs a rule to share it by"),
    (COST, f"{COST}\n{AREA}", "costs[1]", "only a cost with a tariff has a fixed and a metered part"),
    ('id = "stairs"', 'id = "water"', "costs[1].id", "this id stands twice"),
    (AREA, AREA.replace("area", "rooms"), "costs[0].fixed.by", "sections[0] has no attribute of this name"),
    (
        "area = 61.5",
        "area = -1",
        "sections[0].attributes.area",
        "costs are shared by it, so it must not be negative",
    ),
    (
        METERED,
        METERED.replace("cold", "warm").replace(', difference = "pro_rata"', ""),
        "costs[0].metered.medium",
        "sections[0] has no meter of this medium",
    ),
    (
        EQUAL,
        EQUAL.replace("equal", "consumption"),
        "costs[1].parts[0]",
        "a part by consumption must say of which medium",
    ),
    (
        AREA,
        'fixed = { by = "area", medium = "cold_water" }',
        "costs[0].fixed",
        "only a part by consumption has a medium",
    ),
    (EQUAL, EQUAL.replace("0.5", "0"), "costs[1].parts[0]", "the share of a part must be above zero"),
    (
        EQUAL,
        '{ share = 0.5, by = "equal", only = ["H0101"], exclude = ["H0102"] }',
        "costs[1].parts[0]",
        "a part names the sections that take part, or those that do not",
    ),
    (
        METERED,
        METERED.replace(" }", ', negative = "x" }'),
        "costs[0].metered",
        "a negative difference is an error, or is scaled",
    ),
    (EQUAL, '{ share = 0.5, by = "equal", only = ["H0"] }', "costs[1].parts[0].only[0]", "no section has this id"),
    (LEAK, f"{LEAK}\nrun_hours = 0", "rules.customer_leak", "run_hours must be a whole number from 1"),
    (LEAK, f"{LEAK}\nmin_rate_m3_h = -1", "rules.customer_leak", "min_rate_m3_h must be a number from 0"),
    (LEAK, f"{LEAK}\nmax_unknown_hours = -1", "rules.customer_leak", "max_unknown_hours must be a whole number from 0"),
    (NIGHT, "window = [5, 2]", "rules.night_use", "window must be two hours of one day, in order"),
    (NIGHT, "nights = 0", "rules.night_use", "nights must be a whole number from 1"),
    (NIGHT, "limit_m3_h = -1", "rules.night_use", "limit_m3_h must be a number from 0"),
    (ZONE, "baseline_nights = 0", "rules.zone_night_flow", "baseline_nights must be a whole number from 1"),
    (ZONE, "rise_m3_h = -1", "rules.zone_night_flow", "rise_m3_h must be a number from 0"),
    ("below_c = 3", "clear_c = 1", "rules.frost", "clear_at must not lie on the side of the breach"),
    ("below_c = 3", "for_s = -1", "rules.frost", "for_s must be a number from 0"),
    (SILENT, f"{SILENT}\nsilent_factor = 0", "rules.silent", "silent_factor must be a number above 0"),
    (SILENT, f"{SILENT}\nlate_factor = 25", "rules.silent", "late_factor must not be above silent_factor"),
    (SILENT, f"{SILENT}\nmin_gaps = 0", "rules.silent", "min_gaps must be a whole number from 1"),
    ('purpose = "leaks"', 'purpose = ""', "analysis.purpose", "must not be empty"),
    ('purpose = "leaks"', 'purpose = "leaks"\nresolution = "week"', "analysis.resolution", "must be one of hour, day"),
]

pytestmark = pytest.mark.skipif(not PAGE.is_file(), reason="an installed package has no docs beside it")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shutil.copytree(HOUSE, tmp_path_factory.mktemp("docs") / "house")


def load(house: Path, text: str) -> None:
    file = house / "wrong.toml"
    file.write_text(text, encoding="utf-8")
    load_project(file)


def whole() -> str:
    return (HOUSE / "project.toml").read_text(encoding="utf-8") + MORE


def test_the_file_is_right_before_it_is_made_wrong(house: Path) -> None:
    load(house, whole())


@pytest.mark.parametrize(("old", "new", "path", "message"), CASES, ids=[f"{case[2]}: {case[3]}" for case in CASES])
def test_a_wrong_entry_is_refused_as_the_page_says(house: Path, old: str, new: str, path: str, message: str) -> None:
    assert old in whole()
    with pytest.raises(ProjectError) as caught:
        load(house, whole().replace(old, new, 1))
    told = [str(error) for error in (caught.value, *caught.value.others)]
    assert [one for one in told if one.startswith(f"{path}: {message.removesuffix('…')}")], told


def test_a_difference_without_a_main_meter_is_refused_as_the_page_says(house: Path) -> None:
    by_use = EQUAL.replace("equal", "consumption").replace(" }", ', medium = "cold_water", difference = "equal" }')
    with pytest.raises(ProjectError) as caught:
        load(house, whole().replace(MAIN, 'role = "sensor"').replace(EQUAL, by_use))
    told = [str(error) for error in (caught.value, *caught.value.others)]
    assert f"costs[1].parts[0].difference: {NO_MAIN}" in told


def test_every_message_of_the_page_has_a_case() -> None:
    text = PAGE.read_text(encoding="utf-8")
    paragraphs = re.findall(r"^Refused:.*?(?=\n\n|\Z)", text, re.DOTALL | re.MULTILINE)
    quoted = {one for paragraph in paragraphs for one in re.findall(r"`([^`\n]*)`", paragraph) if " " in one}
    known = {NO_MAIN, *(message for _, _, _, message in CASES)}
    bare = {re.sub(r"^[a-z_.]+: ", "", one) for one in quoted}
    assert len(bare) > 40
    assert bare - known == set()
