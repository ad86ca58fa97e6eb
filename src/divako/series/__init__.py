"""Readings on a time line: local calendars, steps, and what is no consumption."""

from divako.series._calendar import FREQUENCIES, calendar_boundaries, instant_of
from divako.series._events import Exchange, Reset
from divako.series._factors import common_factor, multiplied
from divako.series._installations import fit_installations
from divako.series._lines import Dropped, Lines, arrange, usable
from divako.series._pulses import pulse_steps
from divako.series._steps import Steps, steps_of


__all__ = [
    "FREQUENCIES",
    "Dropped",
    "Exchange",
    "Lines",
    "Reset",
    "Steps",
    "arrange",
    "calendar_boundaries",
    "common_factor",
    "fit_installations",
    "instant_of",
    "multiplied",
    "pulse_steps",
    "steps_of",
    "usable",
]
