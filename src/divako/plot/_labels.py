"""The words on pictures, in both languages side by side."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from attrs import frozen

from divako.plot._format import Language


@frozen
class Label:
    """One text in both languages.

    Parameters
    ----------
    no, en : str
        Norwegian bokmål, and English.
    """

    no: str
    en: str

    def said(self, language: Language) -> str:
        """Give the text in one of the languages."""
        return self.no if language == "no" else self.en


LABELS: Mapping[str, Label] = MappingProxyType(
    {
        "per_day": Label("{unit} per døgn", "{unit} per day"),
        "incomplete": Label("Ufullstendig måling", "Incompletely measured"),
        "consumption": Label("Forbruk", "Consumption"),
        "lowest_hour": Label("Laveste forbruk om natten, {unit}", "Lowest use at night, {unit}"),
        "baseline": Label("Vanlig nivå", "Usual level"),
        "amount": Label("Beløp per seksjon, {currency}", "Amount per section, {currency}"),
        "coverage": Label("Andel av døgnet som er målt", "Share of the day that was measured"),
        "coverage_all": Label("alt", "all"),
        "coverage_most": Label("over 90\N{NO-BREAK SPACE}%", "over 90%"),
        "coverage_half": Label("50\N{EN DASH}90\N{NO-BREAK SPACE}%", "50\N{EN DASH}90%"),
        "coverage_little": Label("under 50\N{NO-BREAK SPACE}%", "under 50%"),
        "coverage_none": Label("ingenting", "nothing"),
        "building": Label("Hele bygget", "Whole building"),
    }
)
