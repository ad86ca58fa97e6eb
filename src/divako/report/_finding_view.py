"""Findings in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from attrs import frozen

from divako.model import Finding, FindingCode
from divako.plot import Language, date_text
from divako.report._model import Report
from divako.report._series import local_times
from divako.report._texts import say
from divako.report._texts_codes import FINDING_TEXTS
from divako.report._words import Places, duration_text, quantity_text, share_text, size_text, time_text


# What a board or an engineer should do something about comes first.
_ORDER = (
    FindingCode.ZONE_NIGHT_FLOW,
    FindingCode.CUSTOMER_LEAK,
    FindingCode.FROST,
    FindingCode.SILENT,
    FindingCode.NIGHT_USE,
    FindingCode.SUM_CHECK,
    FindingCode.NEGATIVE_USE,
    FindingCode.HISTORICAL_MAXIMUM,
    FindingCode.SPIKE,
    FindingCode.HIGH_USE,
    FindingCode.LOW_USE,
    FindingCode.ZERO_USE,
    FindingCode.GAP,
    FindingCode.EXCHANGE,
)
_ACT_WHILE_IT_LASTS = {FindingCode.ZONE_NIGHT_FLOW, FindingCode.CUSTOMER_LEAK, FindingCode.FROST, FindingCode.SILENT}
_SIZE_IS_DURATION = {FindingCode.SILENT, FindingCode.EXCHANGE, FindingCode.ZERO_USE, FindingCode.GAP}
_LEVELS = ("act", "follow", "info")
_FLOWS = {FindingCode.ZONE_NIGHT_FLOW, FindingCode.CUSTOMER_LEAK}
_HOUR = np.timedelta64(3_600_000, "ms")
_SURE = 0.95  # confidence that goes without saying
_SHORT_H = 0.05  # what would be written as no time at all
_NAMED = 4  # subjects that the summary names


def level_of(finding: Finding) -> str:
    """Tell how urgent a finding is: act, follow or info."""
    if finding.code is FindingCode.EXCHANGE:
        return "info"
    if finding.code is FindingCode.SILENT and not np.isnat(finding.end):
        return "info"
    return "act" if finding.code in _ACT_WHILE_IT_LASTS and np.isnat(finding.end) else "follow"


def by_urgency(findings: Iterable[Finding]) -> list[Finding]:
    """Sort findings: urgent ones first, then by code, then the largest first."""
    return sorted(
        findings,
        key=lambda f: (
            _LEVELS.index(level_of(f)),
            _ORDER.index(f.code),
            -abs(f.size),
            f.subject,
            f.start.astype("int64"),
        ),
    )


@frozen(kw_only=True)
class FindingView:
    """One finding as the table shows it; all fields are texts.

    Parameters
    ----------
    level : {"act", "follow", "info"}
        How urgent it is.
    level_text, title, where, detail, when, duration, size, meaning, advice, confidence : str
        What stands in the cells; ``""`` where there is nothing to say.
    """

    level: str
    level_text: str
    title: str
    where: str
    detail: str
    when: str
    duration: str
    size: str
    meaning: str
    advice: str
    confidence: str


class FindingWords:
    """Puts findings of a report into words of one language.

    Parameters
    ----------
    report : Report
        Gives the period, the time zone and the site.
    language : {"no", "en"}
        Which language.
    """

    def __init__(self, report: Report, language: Language) -> None:
        self._report = report
        self._language = language
        self._places = Places(report.site)

    def view(self, finding: Finding) -> FindingView:
        """Put one finding into words."""
        language = self._language
        text = FINDING_TEXTS[finding.code]
        level = level_of(finding)
        where, detail = self._places.located(finding.subject, language=language)
        size = size_text(finding.size, finding.unit, language=language)
        hours = self._hours(finding)
        volume = quantity_text(finding.size * hours, "m³", language=language)
        # The size of silence or a gap is its duration, and an exchange is an instant.
        once = finding.code in _SIZE_IS_DURATION
        sure = finding.confidence >= _SURE or bool(np.isnan(finding.confidence))
        meaning = text.meaning.said(language).format(volume=volume, size=size)
        if finding.code is FindingCode.EXCHANGE and finding.size < _SHORT_H:
            size, meaning = say("no_gap", language), say("exchanged_at_once", language)
        share = share_text(finding.confidence, language=language, decimals=0)
        return FindingView(
            level=level,
            level_text=say(f"level_{level}", language),
            title=text.title.said(language),
            where=where,
            detail=detail,
            when=self._when(finding),
            duration="" if once else duration_text(hours, language=language),
            size=size,
            meaning=meaning,
            advice=text.advice.said(language),
            confidence="" if sure else say("confidence", language, share=share),
        )

    def headlines(self, findings: Sequence[Finding]) -> list[tuple[str, str, str]]:
        """Sum findings up: for each code its urgency, how many there are, and which."""
        out = []
        for code in _ORDER:
            mine = [finding for finding in by_urgency(findings) if finding.code is code]
            if mine:
                out.append((level_of(mine[0]), self._count(mine), self._which(mine)))
        return sorted(out, key=lambda item: _LEVELS.index(item[0]))

    def _count(self, findings: Sequence[Finding]) -> str:
        text = FINDING_TEXTS[findings[0].code]
        n = len(findings)
        count = text.one.said(self._language) if n == 1 else text.many.said(self._language).format(n=n)
        lasting = sum(bool(np.isnat(finding.end)) for finding in findings)
        if not lasting or n == 1 or findings[0].code is FindingCode.SILENT:
            return count
        how_many = "ongoing_one" if lasting == 1 else "ongoing_many"
        return f"{count}, {say(how_many, self._language, n=lasting)}"

    def _which(self, findings: Sequence[Finding]) -> str:
        parts = []
        for finding in findings[:_NAMED]:
            where, detail = self._places.located(finding.subject, language=self._language)
            known = [] if finding.subject == where else [detail.split(", ", maxsplit=1)[0]]
            known += [self._briefly(finding)]
            parts.append(f"{where} ({', '.join(filter(None, known))})")
        rest = len(findings) - _NAMED
        if rest > 0:
            parts.append(say("and_more", self._language, n=rest))
        return "; ".join(parts)

    def _briefly(self, finding: Finding) -> str:
        day = date_text(self._local(finding.start), language=self._language)
        if finding.code is FindingCode.EXCHANGE:
            return day
        since = say("since", self._language, time=day) if np.isnat(finding.end) else day
        if finding.code is FindingCode.SILENT:
            return since
        return f"{size_text(finding.size, finding.unit, language=self._language)}, {since}"

    def _hours(self, finding: Finding) -> float:
        end = self._report.period_end if np.isnat(finding.end) else finding.end
        return max(float((end - finding.start) / _HOUR), 0.0)

    def _local(self, instant: np.datetime64) -> np.datetime64:
        local: np.datetime64 = local_times(np.array([instant], dtype="datetime64[ms]"), timezone=self._report.timezone)[
            0
        ]
        return local

    def _when(self, finding: Finding) -> str:
        zone, language = self._report.timezone, self._language
        start = time_text(finding.start, timezone=zone, language=language)
        if np.isnat(finding.end):
            return f"{capital_since(start, language)}; {say('goes_on', language)}"
        if finding.end == finding.start:
            return start
        return say("from_to", language, start=start, end=time_text(finding.end, timezone=zone, language=language))


def capital_since(start: str, language: Language) -> str:
    """Say since when, at the start of a cell."""
    text = say("since", language, time=start)
    return text[:1].upper() + text[1:]
