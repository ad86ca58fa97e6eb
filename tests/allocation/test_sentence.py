"""What residents read."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from divako.allocation import StatementLine
from divako.allocation._sentence import explain, local_number
from divako.errors import AllocationError
from divako.model import Medium


LINE = StatementLine(
    section="H0101",
    cost="water",
    part="consumption",
    amount=62_841,
    pool=4_133_450,
    currency="NOK",
    key="consumption",
    times=None,
    medium="warm_water",
    weight=Fraction(12345, 1000),
    total=Fraction(812),
    difference=None,
    title_no="Varmtvann",
    title_en="Warm water",
    basis_no="vedtektene § 5",
    basis_en="articles § 5",
)


def plain(text: str) -> str:
    """Write the spaces that do not break as spaces, for reading."""
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("changes", "norwegian", "english"),
    [
        (
            {},
            (
                "Varmtvann: Av 41 334,50 kr som fordeles etter forbruk, betaler seksjonen 628,41 kr, "
                "fordi den brukte 12,345 av til sammen 812,000 m³ varmtvann (grunnlag: vedtektene § 5)."
            ),
            (
                "Warm water: Of NOK 41,334.50 shared by consumption, the section pays NOK 628.41, "
                "because it used 12.345 of 812.000 m³ of warm water (basis: articles § 5)."
            ),
        ),
        (
            {
                "key": "equal",
                "medium": None,
                "weight": Fraction(1),
                "total": Fraction(3),
                "part": "fixed",
                "basis_no": None,
            },
            (
                "Varmtvann: Av det faste beløpet på 41 334,50 kr, som fordeles likt, betaler seksjonen 628,41 kr, "
                "som er én av 3 like deler."
            ),
            (
                "Warm water: Of the fixed charge of NOK 41,334.50, which is shared equally, the section pays NOK 628.41, "
                "which is one of 3 equal parts (basis: articles § 5)."
            ),
        ),
        (
            {"part": "difference", "key": "area", "difference": Fraction(12), "weight": Fraction(60), "basis_en": None},
            (
                "Varmtvann: Av 41 334,50 kr for forskjellen mellom hovedmåleren og seksjonenes målere (12 m³), som fordeles "
                "etter areal, betaler seksjonen 628,41 kr, fordi den har 60 av til sammen 812 m² (grunnlag: vedtektene § 5)."
            ),
            (
                "Warm water: Of NOK 41,334.50 for the difference between the main meter and the sections' meters (12 m³), "
                "which is shared by area, the section pays NOK 628.41, because it has 60 of 812 m²."
            ),
        ),
        (
            {"amount": -5, "pool": -1000, "key": "persons", "medium": None, "weight": Fraction(2), "currency": "EUR"},
            (
                "Varmtvann: Av 10,00 EUR som betales tilbake og fordeles etter antall personer, får seksjonen 0,05 EUR, "
                "fordi 2 av til sammen 812 personer bor der (grunnlag: vedtektene § 5)."
            ),
            (
                "Warm water: Of EUR 10.00 paid back and shared by number of persons, the section receives EUR 0.05, "
                "because 2 of 812 persons live there (basis: articles § 5)."
            ),
        ),
    ],
)
def test_the_sentence_says_how_the_amount_came_about(changes: dict[str, Any], norwegian: str, english: str) -> None:
    line = evolve(LINE, **changes)
    assert plain(explain(line, "no")) == norwegian
    assert plain(explain(line, "en")) == english


@pytest.mark.parametrize(
    ("changes", "norwegian", "english"),
    [
        ({"difference": Fraction(1, 3)}, "0,333 m³ mer enn", "0.333 m³ more than"),
        ({"difference": Fraction(-2)}, "2 m³ mindre enn", "2 m³ less than"),
        ({"weight": Fraction(2500, 9)}, "omtrent 277,778 av til sammen 812,000", "about 277.778 of 812.000"),
        ({"times": "k"}, "forbruk ganget med «k» gir 12,345", "consumption times “k” gives 12.345"),
        ({"key": "fraction", "medium": None}, "eierbrøken er 12,345", "ownership fraction is 12.345"),
        ({"key": "shares", "medium": None}, "«shares» er 12,345", "“shares” is 12.345"),
        ({"key": "equal"}, "ikke er målt noe forbruk", "no consumption was measured"),
        ({"medium": "heat_cost_allocator"}, "812,000 enheter", "812.000 units"),
        ({"medium": "steam"}, "812,000 (damp)", "812.000 (steam)"),
    ],
)
def test_what_is_special_is_said(changes: dict[str, Any], norwegian: str, english: str) -> None:
    line = evolve(LINE, **changes)
    assert norwegian in plain(explain(line, "no"))
    assert english in plain(explain(line, "en"))


@given(
    key=st.sampled_from(["consumption", "equal", "area", "persons", "fraction", "other"]),
    times=st.sampled_from([None, "k"]),
    medium=st.sampled_from([medium.value for medium in Medium]),
    part=st.sampled_from(["fixed", "difference", "consumption"]),
    difference=st.none() | st.fractions(-10, 10),
    weight=st.fractions(0, 10**6, max_denominator=10**4),
    pool=st.integers(-(10**9), 10**9),
    language=st.sampled_from(["no", "en"]),
)
def test_every_line_has_one_sentence_with_its_amount(language: str, **changes: Any) -> None:
    line = evolve(LINE, **changes, amount=changes["pool"] // 7)
    text = explain(line, language)
    cents = local_number(Fraction(abs(line.amount), 100), 2, language)
    assert text.endswith(".")
    assert cents in text
    assert "  " not in text
    assert "None" not in text


def test_numbers_do_not_break_over_lines() -> None:
    assert local_number(Fraction(-1234567, 100), 2, "no") == "\N{MINUS SIGN}12\N{NO-BREAK SPACE}345,67"


def test_another_language_is_refused() -> None:
    with pytest.raises(AllocationError, match="no or in en"):
        explain(LINE, "de")
