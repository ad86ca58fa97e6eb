"""Numbers, dates and labels as people of a language write them."""

from __future__ import annotations

import math

from fractions import Fraction

import numpy as np
import pytest

from hypothesis import given
from hypothesis import strategies as st

from divako.plot import LABELS, Language, date_text, number_text


@given(value=st.integers(-(10**12), 10**12), decimals=st.integers(0, 3))
def test_both_languages_write_the_same_digits(value: int, decimals: int) -> None:
    exact = Fraction(value, 10**decimals)
    norwegian, english = (number_text(exact, decimals, language=language) for language in ("no", "en"))
    assert norwegian.replace("\N{NO-BREAK SPACE}", "").replace(",", ".") == english.replace(",", "")
    assert Fraction(english.replace(",", "").replace("\N{MINUS SIGN}", "-")) == exact


@pytest.mark.parametrize(
    ("value", "decimals", "norwegian", "english"),
    [
        (1234.5, 1, "1\N{NO-BREAK SPACE}234,5", "1,234.5"),
        (-0.25, 1, "\N{MINUS SIGN}0,3", "\N{MINUS SIGN}0.3"),
        (-0.01, 1, "0,0", "0.0"),
        (0.5, 0, "1", "1"),
        (math.nan, 1, "\N{EN DASH}", "\N{EN DASH}"),
        (math.inf, 1, "\N{EN DASH}", "\N{EN DASH}"),
    ],
)
def test_numbers(value: float, decimals: int, norwegian: str, english: str) -> None:
    assert number_text(value, decimals, language="no") == norwegian
    assert number_text(value, decimals, language="en") == english


@pytest.mark.parametrize(
    ("language", "year", "text"),
    [("no", True, "4. feb. 2026"), ("no", False, "4. feb."), ("en", True, "4 Feb 2026"), ("en", False, "4 Feb")],
)
def test_dates(language: Language, year: bool, text: str) -> None:
    day = np.datetime64("2026-02-04T23:59", "ms")
    assert date_text(day, language=language, year=year).replace("\N{NO-BREAK SPACE}", " ") == text


def test_a_date_that_is_not_known_is_a_dash() -> None:
    assert date_text(np.datetime64("NaT", "ms")) == "\N{EN DASH}"


def test_every_label_is_there_in_both_languages_with_the_same_blanks() -> None:
    for name, label in LABELS.items():
        assert label.no, name
        assert label.en, name
        assert label.no.count("{") == label.en.count("{"), name
