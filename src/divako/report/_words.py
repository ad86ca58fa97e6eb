"""Times, sizes and places in the words of a language."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from attrs import frozen

from divako.allocation import decimals_of
from divako.model import Medium, Site
from divako.plot import Language, date_text, number_text
from divako.report._series import local_times
from divako.report._texts import say


_SPACE = "\N{NO-BREAK SPACE}"
_SENSORS = {Medium.ROOM, Medium.SMOKE, Medium.AIR, Medium.PRESSURE}
_HOURS_BECOME_DAYS = 48


def time_text(instant: np.datetime64, *, timezone: str, language: Language) -> str:
    """Write an instant as local date and time, to the minute."""
    if np.isnat(instant):
        return date_text(instant, language=language)
    local = local_times(np.array([instant], dtype="datetime64[ms]"), timezone=timezone)[0]
    clock = str(local.astype("datetime64[m]"))[11:]
    if language == "no":
        clock = clock.replace(":", ".")
    return f"{date_text(local, language=language)} {say('clock', language)}{_SPACE}{clock}"


def duration_text(hours: float, *, language: Language) -> str:
    """Write a duration in hours or days, whichever reads better."""
    days = hours >= _HOURS_BECOME_DAYS
    amount = hours / 24 if days else hours
    text = number_text(amount, 0 if amount >= 10 or round(amount, 1) == round(amount) else 1, language=language)
    if days:
        return say("days", language, n=text)
    return say("hour_one", language) if text == "1" else say("hour_many", language, n=text)


def size_text(size: float, unit: str, *, language: Language) -> str:
    """Write a size so that it can be pictured: small flows in litres, hours as a duration."""
    if unit == "h":
        return duration_text(size, language=language)
    if unit == "degC":
        return f"{number_text(size, 1, language=language)}{_SPACE}°C"
    if unit == "m3/h" and abs(size) < 1:
        litres = size * 1000
        return f"{number_text(litres, 0 if abs(litres) >= 10 else 1, language=language)}{_SPACE}L/h"
    return quantity_text(size, unit.replace("m3", "m³"), language=language)


def quantity_text(value: float, unit: str, *, language: Language) -> str:
    """Write a quantity with as many decimals as its size deserves."""
    decimals = 0 if abs(value) >= 100 else 1 if abs(value) >= 1 else 2
    number = number_text(value, decimals, language=language)
    return f"{number}{_SPACE}{unit}" if unit else number


def share_text(share: float, *, language: Language, decimals: int = 1) -> str:
    """Write a share in per cent; all is said only where nothing is missing."""
    percent = share * 100
    if 100 - 10**-decimals / 2 < percent < 100 - 1e-9:
        percent = 100 - 10**-decimals
    number = number_text(percent, 0 if percent in {0, 100} else decimals, language=language)
    return f"{number}{_SPACE}%" if language == "no" else f"{number}%"


def money_text(amount: int, *, currency: str, language: Language, whole: bool = False) -> str:
    """Write an amount of minor units with its currency."""
    decimals = decimals_of(currency)
    number = number_text(Fraction(amount, 10**decimals), 0 if whole else decimals, language=language)
    if language == "en":
        return f"{currency}{_SPACE}{number}"
    return f"{number}{_SPACE}{'kr' if currency == 'NOK' else currency}"


def medium_text(medium: Medium, *, language: Language) -> str:
    """Name a medium."""
    return say(medium.value, language)


def capital(text: str) -> str:
    """Start with a capital letter and leave the rest as it is."""
    return text[:1].upper() + text[1:]


@frozen(eq=False)
class Places:
    """Tells what the subjects of findings and tables are.

    Parameters
    ----------
    site : Site
        What there is.
    """

    site: Site

    def is_zone(self, place: str) -> bool:
        """Tell whether a place is a zone."""
        return any(zone.id == place for zone in self.site.zones)

    def metered(self, medium: Medium, *, start: np.datetime64, end: np.datetime64) -> set[str]:
        """List the places where a medium is metered at some time of a period."""
        meters = {meter.id for meter in self.site.meters if meter.medium is medium}
        return {
            i.place
            for i in self.site.installations
            if i.meter_id in meters and i.role != "sensor" and i.start < end and not i.end <= start
        }

    def named(self, place: str, *, language: Language) -> str:
        """Name a place: a section, a zone, or the whole building."""
        return place or say("building", language)

    def located(self, subject: str, *, language: Language) -> tuple[str, str]:
        """Name the subject of a finding, and say where or what that is."""
        if self.is_zone(subject):
            return subject, say("where_zone", language)
        if any(section.id == subject for section in self.site.sections):
            return subject, say("where_section", language)
        meter = self.site.meter(subject)
        if meter is None:
            return self.named(subject, language=language), ""
        kind = "where_sensor" if meter.medium in _SENSORS else "where_meter"
        places = [i.place for i in self.site.installations if i.meter_id == subject]
        last = (places[-1] or say("in_building", language)) if places else ""
        detail = [last, medium_text(meter.medium, language=language)]
        return say(kind, language, meter=subject), ", ".join(filter(None, detail))
