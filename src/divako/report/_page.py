"""The content of the page in one language, ready for the template."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from attrs import frozen

from divako.model import Finding
from divako.plot import Language, date_text, number_text
from divako.report._bills import Bill, bills_of
from divako.report._finding_view import FindingView, FindingWords, by_urgency, level_of
from divako.report._model import MediumConsumption, Report
from divako.report._pictures import Painter, Picture, places_to_draw
from divako.report._series import Days, local_days, over_days, unit_of
from divako.report._texts import say
from divako.report._texts_codes import ERROR_TEXTS
from divako.report._words import Places, capital, medium_text, quantity_text, share_text, time_text


_TABLE_OPEN = 60  # places; longer tables start folded


@frozen(kw_only=True)
class Card:
    """One key figure: what it is, the figure, and what it is of."""

    name: str
    value: str
    of: str
    level: str = "plain"
    target: str = ""


@frozen(kw_only=True)
class TextTable:
    """A table of texts; the first column names the row."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    total: tuple[str, ...] = ()
    folded: bool = False


@frozen(kw_only=True, eq=False)
class Page:
    """Everything the template shows in one language."""

    language: Language
    tag: str
    say: Callable[..., str]
    title: str
    place: str
    period: str
    cards: tuple[Card, ...]
    headlines: tuple[tuple[str, str, str], ...]
    measured: bool
    findings: tuple[FindingView, ...]
    daily: tuple[Picture, ...]
    consumption: TextTable | None
    nights: tuple[Picture, ...]
    nights_left_out: int
    bars: tuple[Picture, ...]
    bills: tuple[Bill, ...]
    unshared: tuple[str, ...]
    bill_tables: tuple[TextTable, ...]
    coverage: tuple[Picture, ...]
    covered: tuple[str, ...]
    refused: TextTable | None
    truth: tuple[tuple[str, str, FindingView], ...] | None
    truth_counts: dict[str, int]
    about: tuple[str, ...]


def page_of(report: Report, language: Language) -> Page:
    """Put a report into words and pictures of one language."""
    return _Writer(report, language).page()


class _Writer:
    def __init__(self, report: Report, language: Language) -> None:
        self.report, self.language = report, language
        self.places, self.words = Places(report.site), FindingWords(report, language)
        self.painter = Painter(report, language)
        self.days = local_days(report.period_start, report.period_end, timezone=report.timezone)
        spread = [
            (
                of,
                over_days(
                    of.daily,
                    medium=of.medium,
                    days=self.days,
                    timezone=report.timezone,
                    expected=self.places.metered(of.medium, start=report.period_start, end=report.period_end),
                ),
            )
            for of in report.consumption
        ]
        spread = [(of, days.of(sorted(days.places, key=self._order_of_places))) for of, days in spread]
        self.media: list[tuple[MediumConsumption, Days]] = [(of, days) for of, days in spread if days.places]
        self.bills = bills_of(report.statements, language=language)

    def say(self, key: str, **values: Any) -> str:
        return say(key, self.language, **values)

    def page(self) -> Page:
        report, findings = self.report, by_urgency(self.report.findings.rows())
        nights = [self.painter.nights(of, self.days) for of, _ in self.media]
        unshared = tuple(self._unshared())
        headlines = self.words.headlines(findings)
        if unshared:
            headlines.insert(0, ("act", self.say("unshared"), "; ".join(unshared)))
        first, last = (date_text(day, language=self.language) for day in (self.days[0], self.days[-1]))
        return Page(
            language=self.language,
            tag="nb" if self.language == "no" else "en",
            say=self.say,
            title=report.title,
            place=report.place,
            period=f"{first} \N{EN DASH} {last}",
            cards=tuple(self._cards(findings)),
            headlines=tuple(headlines),
            measured=bool(self.media),
            findings=tuple(self.words.view(finding) for finding in findings),
            daily=tuple(picture for of, days in self.media for picture in self.painter.daily(of, days)),
            consumption=self._consumption(),
            nights=tuple(picture for pictures, _ in nights for picture in pictures),
            nights_left_out=sum(left_out for _, left_out in nights),
            bars=tuple(picture for bill in self.bills for picture in self.painter.bars(bill)),
            bills=tuple(self.bills),
            unshared=unshared,
            bill_tables=tuple(self._bill_table(bill) for bill in self.bills),
            coverage=tuple(self.painter.coverage(of, days) for of, days in self.media if not days.complete()),
            covered=tuple(line for of, days in self.media for line in self._covered(of, days)),
            refused=self._refused(),
            truth=self._truth(),
            truth_counts=self._truth_counts(),
            about=tuple(self._about(first, last)),
        )

    def _cards(self, findings: list[Finding]) -> list[Card]:
        acts = sum(level_of(finding) == "act" for finding in findings)
        cards = []
        if findings or self.media:  # that nothing was found is no news where nobody looked
            of, level = self.say("card_of", n=len(findings)), "act" if acts else "good"
            cards.append(Card(name=self.say("card_act"), value=str(acts), of=of, level=level, target="findings"))
        cards += [self._use_card(of, days) for of, days in self.media]
        for bill in self.bills:
            of = self.say("card_bill_of", n=len(bill.sections))
            value = bill.rounded(int(bill.amount.sum()), language=self.language)
            cards.append(Card(name=self.say("card_bill"), value=value, of=of, target="allocation"))
        if self.media:
            share = float(np.concatenate([days.coverage.ravel() for _, days in self.media]).mean())
            value = share_text(share, language=self.language)
            of = self.say("card_coverage_of", n=sum(len(days.places) for _, days in self.media))
            cards.append(Card(name=self.say("card_coverage"), value=value, of=of, target="coverage"))
        if self.report.refused:
            of = (
                ""
                if self.report.telegrams is None
                else self.say("card_refused_of", n=self._count(self.report.telegrams))
            )
            value = self._count(sum(refusal.count for refusal in self.report.refused))
            cards.append(Card(name=self.say("card_refused"), value=value, of=of, level="follow", target="refused"))
        return cards

    def _use_card(self, of: MediumConsumption, days: Days) -> Card:
        zones = [place for place in days.places if self.places.is_zone(place)]
        sections = [place for place in days.places if place and place not in zones]
        if days.knows(""):
            chosen, what = days.of([""]), self.say("use_main")
        elif zones:
            chosen, what = days.of(zones), self.say("use_zones", n=len(zones))
        else:
            chosen, what = days.of(sections), self.say("use_sections", n=len(sections))
        name = self.say("card_use", medium=medium_text(of.medium, language=self.language))
        return Card(name=name, value=self._quantity(chosen.sum(), of), of=what, target="consumption")

    def _quantity(self, values: Any, of: MediumConsumption) -> str:
        known = not np.isnan(values).all()
        total = float(np.nansum(values)) if known else float("nan")
        return quantity_text(total, unit_of(of.medium), language=self.language)

    def _count(self, n: int) -> str:
        return number_text(n, language=self.language)

    def _covered(self, of: MediumConsumption, days: Days) -> list[str]:
        medium = capital(medium_text(of.medium, language=self.language))
        left_out = len(days.places) if days.complete() else len(days.places) - len(places_to_draw(days))
        key = "coverage_complete" if days.complete() else "coverage_rest"
        return [self.say(key, medium=medium, n=left_out)] if left_out else []

    def _consumption(self) -> TextTable | None:
        if not self.media:
            return None
        places = sorted({place for _, days in self.media for place in days.places}, key=self._order_of_places)
        columns = [self.say("column_place")]
        for of, days in self.media:
            unit = unit_of(of.medium)
            named = capital(medium_text(of.medium, language=self.language))
            columns.append(f"{named}, {unit}" if unit else named)
            columns += [] if days.complete() else [self.say("column_measured")]
        rows = []
        for place in places:
            row = [self.places.named(place, language=self.language)]
            for _, days in self.media:
                row += self._measured(days, place)[: 1 if days.complete() else 2]
            rows.append(tuple(row))
        return TextTable(columns=tuple(columns), rows=tuple(rows), folded=len(rows) > _TABLE_OPEN)

    def _order_of_places(self, place: str) -> tuple[int, str]:
        return (0 if not place else 1 if self.places.is_zone(place) else 2), place

    def _measured(self, days: Days, place: str) -> list[str]:
        if place not in days.places:
            return ["", ""]
        mine = days.of([place])
        total = float(mine.totals()[0])
        decimals = 0 if np.isnan(total) or total >= 10_000 else 1
        share = share_text(float(mine.coverage.mean()), language=self.language)
        return [number_text(total, decimals, language=self.language), share]

    def _bill_table(self, bill: Bill) -> TextTable:
        sums = bill.amount.sum(axis=0)

        def row(name: str, amounts: Any, total: int) -> tuple[str, ...]:
            return (name, *(bill.money(int(a), language=self.language) for a in (*amounts, total)))

        return TextTable(
            columns=(self.say("column_section"), *bill.titles, self.say("column_sum")),
            rows=tuple(row(name, bill.amount[:, i], sums[i]) for i, name in enumerate(bill.sections)),
            total=row(self.say("all"), bill.amount.sum(axis=1), int(bill.amount.sum())),
        )

    def _unshared(self) -> list[str]:
        return [
            title if one.section is None else self.say("unshared_at", title=title, section=one.section)
            for one in self.report.unshared
            for title in [one.title_no if self.language == "no" else one.title_en]
        ]

    def _refused(self) -> TextTable | None:
        if not self.report.refused:
            return None
        keys = ("column_file", "column_line", "column_reason", "column_count")
        rows = []
        for refusal in self.report.refused:
            known = ERROR_TEXTS.get(refusal.code)
            reason = f"{known.said(self.language)} ({refusal.code})" if known else refusal.code
            line = "" if refusal.line is None else str(refusal.line)
            rows.append((refusal.file, line, reason, self._count(refusal.count)))
        return TextTable(columns=tuple(self.say(key) for key in keys), rows=tuple(rows))

    def _truth(self) -> tuple[tuple[str, str, FindingView], ...] | None:
        truth = self.report.truth
        if truth is None:
            return None
        groups = (("found", truth.found), ("missed", truth.missed), ("false", truth.false_findings))
        return tuple(
            (outcome, self.say(f"truth_{outcome}"), self.words.view(finding))
            for outcome, findings in groups
            for finding in by_urgency(findings)
        )

    def _truth_counts(self) -> dict[str, int]:
        truth = self.report.truth
        if truth is None:
            return {}
        return {"found": len(truth.found), "missed": len(truth.missed), "false": len(truth.false_findings)}

    def _about(self, first: str, last: str) -> list[str]:
        report = self.report
        lines = [self.say("about_period", start=first, end=last, zone=report.timezone)]
        if report.telegrams is not None:
            refused = self._count(sum(refusal.count for refusal in report.refused))
            lines.append(self.say("about_telegrams", n=self._count(report.telegrams), refused=refused))
        lines += [self.say("about_findings"), self.say("about_privacy")]
        made = time_text(report.generated_at, timezone=report.timezone, language=self.language)
        return [*lines, self.say("about_made", time=made)]
