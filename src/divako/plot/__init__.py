"""Pictures of consumption, night flow, allocation and coverage; needs the extra ``report``."""

from divako.plot._allocation import allocation_bars
from divako.plot._coverage import coverage_map
from divako.plot._daily import daily_consumption
from divako.plot._format import Language, date_text, number_text
from divako.plot._labels import LABELS, Label
from divako.plot._night import Span, night_flow


__all__ = [
    "LABELS",
    "Label",
    "Language",
    "Span",
    "allocation_bars",
    "coverage_map",
    "daily_consumption",
    "date_text",
    "night_flow",
    "number_text",
]
