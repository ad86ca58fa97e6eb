"""Words: everything is said in both languages, and sizes read as people write them."""

from __future__ import annotations

import re
import string

from pathlib import Path

import numpy as np
import pytest

import divako.errors
import divako.report

from divako.model import FindingCode, Installation, Medium, Meter, Section, Site, Zone
from divako.plot import Label, Language
from divako.report._texts import PAGE
from divako.report._texts_codes import ERROR_TEXTS, FINDING_TEXTS
from divako.report._words import Places, duration_text, money_text, quantity_text, share_text, size_text, time_text


SOURCE = Path(divako.report.__file__).parent
LABELS: dict[str, Label] = {
    **PAGE,
    **{f"error {code}": label for code, label in ERROR_TEXTS.items()},
    **{
        f"{code} {part}": getattr(text, part)
        for code, text in FINDING_TEXTS.items()
        for part in ("title", "one", "many", "meaning", "advice")
    },
}


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("key", list(LABELS))
def test_every_text_is_there_in_both_languages_with_the_same_blanks(key: str) -> None:
    label = LABELS[key]
    assert label.no.strip()
    assert label.en.strip()
    assert blanks(label.no) == blanks(label.en)


def test_no_english_is_left_in_norwegian() -> None:
    words = re.compile(r"\b(the|and|of|was|were|which|with)\b", flags=re.IGNORECASE)
    assert [key for key, label in LABELS.items() if words.search(label.no)] == []


def test_every_code_of_a_finding_has_words() -> None:
    assert set(FINDING_TEXTS) == set(FindingCode)


def test_every_code_of_an_error_has_words() -> None:
    classes = [getattr(divako.errors, name) for name in divako.errors.__all__]
    assert {one.code for one in classes} == set(ERROR_TEXTS)


def test_every_medium_has_a_name() -> None:
    assert {medium.value for medium in Medium} <= set(PAGE)


def test_every_text_is_used_and_every_used_text_exists() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in [*SOURCE.glob("*.py"), *SOURCE.glob("templates/*")])
    code = code.replace((SOURCE / "_texts.py").read_text(encoding="utf-8"), "")
    named = {key for key in PAGE if re.search(rf"""["']{key}["']""", code)}
    made = {f"truth_{name}" for name in ("found", "missed", "false")} | {
        f"level_{n}" for n in ("act", "follow", "info")
    }
    assert set(PAGE) - named - made - {medium.value for medium in Medium} == set()
    assert set(re.findall(r"""\bsay\(["']([a-z_]+)["'][,)]""", code)) <= set(PAGE)


@pytest.mark.parametrize(
    ("size", "unit", "norwegian", "english"),
    [
        (0.023, "m3/h", "23 L/h", "23 L/h"),
        (0.0034, "m3/h", "3,4 L/h", "3.4 L/h"),
        (2.18, "m3/h", "2,2 m³/h", "2.2 m³/h"),
        (-2.31, "degC", "\N{MINUS SIGN}2,3 °C", "\N{MINUS SIGN}2.3 °C"),
        (0.0, "h", "0 timer", "0 hours"),
        (1.0, "h", "1 time", "1 hour"),
        (5.5, "h", "5,5 timer", "5.5 hours"),
        (107.5, "h", "4,5 døgn", "4.5 days"),
        (559.8, "h", "23 døgn", "23 days"),
    ],
)
def test_sizes_can_be_pictured(size: float, unit: str, norwegian: str, english: str) -> None:
    assert plain(size_text(size, unit, language="no")) == norwegian
    assert plain(size_text(size, unit, language="en")) == english


def test_up_to_two_days_are_told_in_hours() -> None:
    assert plain(duration_text(24, language="en")) == "24 hours"
    assert plain(duration_text(48, language="en")) == "2 days"


@pytest.mark.parametrize(
    ("share", "text"), [(1.0, "100 %"), (0.0, "0 %"), (0.99999, "99,9 %"), (0.9861, "98,6 %"), (0.5, "50,0 %")]
)
def test_only_all_is_a_hundred_per_cent(share: float, text: str) -> None:
    assert plain(share_text(share, language="no")) == text


@pytest.mark.parametrize(
    ("amount", "currency", "language", "text"),
    [
        (18_643_250, "NOK", "no", "186 432,50 kr"),
        (-5, "NOK", "en", "NOK \N{MINUS SIGN}0.05"),
        (1500, "JPY", "no", "1 500 JPY"),
    ],
)
def test_money(amount: int, currency: str, language: Language, text: str) -> None:
    assert plain(money_text(amount, currency=currency, language=language)) == text


def test_an_amount_beyond_floats_is_exact() -> None:
    assert plain(money_text(9_007_199_254_740_993, currency="NOK", language="no")) == "90 071 992 547 409,93 kr"


def test_quantities_lose_decimals_as_they_grow() -> None:
    written = [plain(quantity_text(value, "m³", language="en")) for value in (0.123, 12.34, 1234.5)]
    assert written == ["0.12 m³", "12.3 m³", "1,235 m³"]


@pytest.mark.parametrize(
    ("utc", "text"), [("2026-01-01T00:00", "1. jan. 2026 kl. 01.00"), ("2026-07-01T00:00", "1. juli 2026 kl. 02.00")]
)
def test_times_are_local_with_summer_time(utc: str, text: str) -> None:
    instant = np.datetime64(utc, "ms")
    assert plain(time_text(instant, timezone="Europe/Oslo", language="no")) == text


def test_a_subject_is_named_by_what_it_is() -> None:
    start = np.datetime64("2026-01-01", "ms")
    site = Site(
        meters=[Meter(id="1", medium=Medium.HEAT), Meter(id="2", medium=Medium.ROOM), Meter(id="3", medium=Medium.GAS)],
        sections=[Section(id="H0101")],
        zones=[Zone(id="Nord")],
        installations=[
            Installation(meter_id="1", place="H0101", start=start),
            Installation(meter_id="2", place="", role="sensor", start=start),
        ],
    )
    named = {one: Places(site).located(one, language="en") for one in ("H0101", "Nord", "1", "2", "3", "9", "")}
    assert named == {
        "H0101": ("H0101", "section"),
        "Nord": ("Nord", "zone"),
        "1": ("Meter 1", "H0101, heat"),
        "2": ("Sensor 2", "common plant, room climate"),
        "3": ("Meter 3", "gas"),
        "9": ("9", ""),
        "": ("Whole building", ""),
    }
