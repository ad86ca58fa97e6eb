"""The pictures of the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from attrs import frozen

from divako.model import Finding, FindingCode, Medium
from divako.plot import Language, Span, allocation_bars, coverage_map, daily_consumption, date_text, night_flow
from divako.report._bills import Bill
from divako.report._model import MediumConsumption, Report
from divako.report._series import ALL, Days, Floats, Times, local_times, lowest_at_night, unit_of
from divako.report._svg import svg_of
from divako.report._texts import say
from divako.report._texts_codes import FINDING_TEXTS
from divako.report._words import Places, capital, medium_text, quantity_text, share_text, size_text


if TYPE_CHECKING:  # matplotlib is an extra
    from matplotlib.figure import Figure

NIGHTS_DRAWN = 12  # places; more would bury the reader
_ROWS_DRAWN = 60  # places in one map of coverage
_BARS_DRAWN = 40  # sections in one picture, so that it fits a page
_WATER = {Medium.COLD_WATER, Medium.WARM_WATER, Medium.WATER}  # what leaks
_MARKED = {FindingCode.CUSTOMER_LEAK, FindingCode.NIGHT_USE, FindingCode.ZONE_NIGHT_FLOW}


@frozen(kw_only=True)
class Picture:
    """A picture in two widths, and the line below it.

    Parameters
    ----------
    wide, narrow : str
        SVG for paper and large screens, and for telephones.
    caption : str
        What it shows.
    """

    wide: str
    narrow: str
    caption: str


class Painter:
    """Draws the pictures of a report in one language.

    Parameters
    ----------
    report : Report
        Gives the findings, the time zone and the site.
    language : {"no", "en"}
        Language of the labels.
    """

    def __init__(self, report: Report, language: Language) -> None:
        self._report = report
        self._language = language
        self._places = Places(report.site)
        self._drawn = 0

    def _picture(self, draw: Callable[..., Figure], *arguments: Any, caption: str, alt: str, **options: Any) -> Picture:
        self._drawn += 1
        widths = []
        for narrow in (False, True):
            figure = draw(*arguments, language=self._language, narrow=narrow, **options)
            prefix = f"{self._language}{self._drawn}{'n' if narrow else 'w'}-"
            widths.append(svg_of(figure, prefix=prefix, description=alt))
        return Picture(wide=widths[0], narrow=widths[1], caption=caption)

    def daily(self, of: MediumConsumption, days: Days) -> list[Picture]:
        """Draw each zone by itself, and the sections together beside the main meter."""
        zones = [place for place in days.places if self._places.is_zone(place)]
        sections = [place for place in days.places if place and place not in zones]
        pictures = [self._daily(of, days.of([zone]), zone) for zone in zones]
        if sections:
            main = days.of([""]) if days.knows("") else None
            pictures.append(self._daily(of, days.of(sections), say("all_sections", self._language), main))
        elif "" in days.places:
            pictures.append(self._daily(of, days.of([""]), say("building", self._language)))
        return pictures

    def _daily(self, of: MediumConsumption, days: Days, place: str, main: Days | None = None) -> Picture:
        language, unit = self._language, unit_of(of.medium)
        medium, value = medium_text(of.medium, language=language), days.sum()
        alt = say("daily_alt_empty", language, medium=medium, place=place)
        if not np.isnan(value).all():
            top = int(np.nanargmax(value))
            alt = say(
                "daily_alt",
                language,
                medium=medium,
                place=place,
                total=quantity_text(float(np.nansum(value)), unit, language=language),
                top=quantity_text(float(value[top]), unit, language=language),
                day=date_text(days.days[top], language=language),
            )
        return self._picture(
            daily_consumption,
            days.days,
            value,
            unit=unit,
            label=say("sum_of_sections", language) if main else "",
            coverage=days.mean_coverage(),
            reference=main.sum() if main else None,
            reference_label=say("main_meter", language),
            caption=capital(say("daily_of", language, medium=medium, place=place)),
            alt=alt,
        )

    def nights(self, of: MediumConsumption, days: Times) -> tuple[list[Picture], int]:
        """Draw the nights of zones and of places with findings; also say how many are left out."""
        hourly, report = of.hourly, self._report
        if hourly is None or of.medium not in _WATER:
            return [], 0
        marked = [f for f in report.findings.rows() if f.code in _MARKED]
        zones = [place for place in sorted(hourly.meter_ids) if self._places.is_zone(place)]
        found = dict.fromkeys(f.subject for f in sorted(marked, key=lambda f: -f.size) if f.subject in hourly.meter_ids)
        places = list(dict.fromkeys([*(z for z in found if z in zones), *zones, *found]))
        pictures = []
        for place in places[:NIGHTS_DRAWN]:
            flow = lowest_at_night(hourly, place, medium=of.medium, days=days, timezone=report.timezone)
            if not np.isnan(flow).all():
                pictures.append(self._night(of, place, days, flow, [f for f in marked if f.subject == place]))
        return pictures, max(len(places) - NIGHTS_DRAWN, 0)

    def _night(self, of: MediumConsumption, place: str, days: Times, flow: Floats, findings: list[Finding]) -> Picture:
        language = self._language
        # A leak is night use as well; one shade says it.
        leaks = [f for f in findings if f.code is not FindingCode.NIGHT_USE] or findings
        spans = [self._span(finding) for finding in leaks]
        low, high = (size_text(float(end(flow)), "m3/h", language=language) for end in (np.nanmin, np.nanmax))
        marks = ", ".join(span.label for span in spans) or say("no_marks", language)
        named, medium = self._places.named(place, language=language), medium_text(of.medium, language=language)
        return self._picture(
            night_flow,
            days,
            flow,
            spans=spans,
            caption=capital(say("night_of", language, place=named, medium=medium)),
            alt=say("night_alt", language, place=named, medium=medium, low=low, high=high, marks=marks),
        )

    def _span(self, finding: Finding) -> Span:
        ends = local_times(np.array([finding.start, finding.end]), timezone=self._report.timezone)
        size = size_text(finding.size, finding.unit, language=self._language)
        return Span(ends[0], ends[1], f"{FINDING_TEXTS[finding.code].title.said(self._language)}, {size}")

    def bars(self, bill: Bill) -> list[Picture]:
        """Draw what the sections pay, so many to a picture."""
        sums, pictures = bill.amount.sum(axis=0), []
        low, high = (bill.money(int(end), language=self._language) for end in (sums.min(), sums.max()))
        for first in range(0, len(bill.sections), _BARS_DRAWN):
            some = slice(first, first + _BARS_DRAWN)
            names = bill.sections[some]
            pictures.append(
                self._picture(
                    allocation_bars,
                    names,
                    bill.titles,
                    bill.amount[:, some],
                    currency=bill.currency,
                    caption="" if len(bill.sections) <= _BARS_DRAWN else f"{names[0]}\N{EN DASH}{names[-1]}",
                    alt=say("allocation_alt", self._language, low=low, high=high),
                )
            )
        return pictures

    def coverage(self, of: MediumConsumption, days: Days) -> Picture:
        """Draw what is known of each place; of many places, of those with gaps."""
        language = self._language
        medium = medium_text(of.medium, language=language)
        gaps = int((days.coverage < ALL).sum())
        share = share_text(float(days.coverage.mean()), language=language)
        drawn = days.of(places_to_draw(days))
        return self._picture(
            coverage_map,
            drawn.days,
            [self._places.named(place, language=language) for place in drawn.places],
            drawn.coverage,
            caption=capital(medium),
            alt=say("coverage_alt", language, medium=medium, share=share, gaps=gaps),
        )


def places_to_draw(days: Days) -> list[str]:
    """Choose the places whose coverage is drawn: all, or of many those with gaps."""
    if len(days.places) <= _ROWS_DRAWN:
        return list(days.places)
    return [place for place, row in zip(days.places, days.coverage, strict=True) if (row < ALL).any()]
