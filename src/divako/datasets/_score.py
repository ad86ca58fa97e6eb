"""What was put into a sample, and how much of it was found."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from attrs import frozen

from divako.model import Finding, FindingCode, Findings


@frozen(kw_only=True)
class Event:
    """Something that was put into a sample for a rule to find.

    Parameters
    ----------
    subject : str
        Section, zone or meter, as findings name it.
    code : FindingCode
        What a rule should call it.
    start, end : datetime64[ms]
        From when to when, in UTC; `end` is NaT where it outlasts the sample.
    size : float
        How large. [`unit`]
    unit : str
        Unit of the size.
    """

    subject: str
    code: FindingCode
    start: np.datetime64
    end: np.datetime64
    size: float
    unit: str


@frozen(kw_only=True)
class Score:
    """How findings compare with the truth.

    Parameters
    ----------
    hits, missed : tuple of Event
        Events that were found, and those that were not.
    false_findings : tuple of Finding
        Findings that no event explains.
    """

    hits: tuple[Event, ...]
    missed: tuple[Event, ...]
    false_findings: tuple[Finding, ...]


# Findings of another code that an event explains as well: water that runs all day runs at night.
_EXPLAINS = {FindingCode.CUSTOMER_LEAK: {FindingCode.NIGHT_USE}}


def score(findings: Findings, truth: Sequence[Event]) -> Score:
    """Compare findings with what was put into a sample.

    Parameters
    ----------
    findings : Findings
        What the rules found.
    truth : sequence of Event
        What there was to find.

    Returns
    -------
    Score
        An event is a hit if a finding of its code and subject overlaps it in
        time. A finding is false if no event explains it; high night use is explained
        by a leak of the same section, and is not needed to find it.

    Examples
    --------
    >>> at = np.datetime64("2026-02-11T09:30", "ms")
    >>> event = Event(subject="H0302", code=FindingCode.EXCHANGE, start=at, end=at, size=0.0, unit="h")
    >>> len(score(Findings.of([]), [event]).missed)
    1
    """
    rows = findings.rows()
    hits = [event for event in truth if any(_is(finding, event) for finding in rows)]
    return Score(
        hits=tuple(hits),
        missed=tuple(event for event in truth if event not in hits),
        false_findings=tuple(f for f in rows if not any(_is(f, event) or _explained(f, event) for event in truth)),
    )


def _is(finding: Finding, event: Event) -> bool:
    return finding.code == event.code and finding.subject == event.subject and _overlap(finding, event)


def _explained(finding: Finding, event: Event) -> bool:
    related = finding.code in _EXPLAINS.get(event.code, set())
    return related and finding.subject == event.subject and _overlap(finding, event)


def _overlap(finding: Finding, event: Event) -> bool:
    # Both ends count: an exchange is an instant.
    begins = bool(np.isnat(event.end) or finding.start <= event.end)
    return begins and bool(np.isnat(finding.end) or event.start <= finding.end)
