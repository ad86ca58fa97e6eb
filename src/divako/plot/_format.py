"""Numbers and dates as people of a language write them."""

from __future__ import annotations

import datetime as dt
import math

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Literal, TypeAlias

import numpy as np


Language: TypeAlias = Literal["no", "en"]

_SPACE = "\N{NO-BREAK SPACE}"
_MINUS = "\N{MINUS SIGN}"
_DASH = "\N{EN DASH}"

# Abbreviations of the months as Språkrådet lists them, and as the Oxford style does.
_MONTHS = {
    "no": ("jan.", "feb.", "mars", "april", "mai", "juni", "juli", "aug.", "sep.", "okt.", "nov.", "des."),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}


def number_text(value: float | Fraction, decimals: int = 0, *, language: Language = "no") -> str:
    r"""Write a number with its decimals, halves away from zero.

    Parameters
    ----------
    value : float or Fraction
        What to write; a dash stands for what is not a finite number.
    decimals : int, default 0
        Digits after the decimal sign.
    language : {"no", "en"}
        Decides between ``1 234,5`` and ``1,234.5``.

    Examples
    --------
    >>> number_text(1234.56, 1, language="en")
    '1,234.6'
    """
    if isinstance(value, float | np.floating) and not math.isfinite(value):
        return _DASH
    exact = (
        Decimal(value.numerator) / Decimal(value.denominator) if isinstance(value, Fraction) else Decimal(str(value))
    )
    rounded = exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    text = f"{abs(rounded):,f}"
    if language == "no":
        text = text.replace(",", _SPACE).replace(".", ",")
    return (_MINUS if rounded < 0 else "") + text


def date_text(day: np.datetime64, *, language: Language = "no", year: bool = True) -> str:
    r"""Write a date with the month's name shortened.

    Parameters
    ----------
    day : datetime64
        A local day or wall clock time; a dash stands for NaT.
    language : {"no", "en"}
        In which language.
    year : bool, default True
        Whether the year is written too.

    Examples
    --------
    >>> date_text(np.datetime64("2026-02-04"), language="en")
    '4\xa0Feb\xa02026'
    """
    if np.isnat(day):
        return _DASH
    date = day.astype("datetime64[D]").astype(object)
    assert isinstance(date, dt.date)  # noqa: S101 - what numpy makes of a day
    point = "." if language == "no" else ""
    text = f"{date.day}{point}{_SPACE}{_MONTHS[language][date.month - 1]}"
    return f"{text}{_SPACE}{date.year}" if year else text
