"""Score: what counts as found, missed and false."""

from __future__ import annotations

import numpy as np
import pytest

from hypothesis import given
from hypothesis import strategies as st

from divako.datasets import Event, score
from divako.model import Finding, FindingCode, Findings


NEVER = np.datetime64("NaT", "ms")


def day(number: int) -> np.datetime64:
    return np.datetime64("2026-01-01", "ms") + np.timedelta64(number, "D")


def event(code: FindingCode, start: int, end: int | None, subject: str = "H0101") -> Event:
    last = NEVER if end is None else day(end)
    return Event(subject=subject, code=code, start=day(start), end=last, size=0.02, unit="m3/h")


def finding(code: FindingCode, start: int, end: int | None, subject: str = "H0101") -> Finding:
    last = NEVER if end is None else day(end)
    return Finding(subject=subject, code=code, start=day(start), end=last, size=0.02, unit="m3/h")


events = st.builds(
    lambda code, start, length, subject: event(code, start, None if length is None else start + length, subject),
    st.sampled_from(list(FindingCode)),
    st.integers(0, 80),
    st.none() | st.integers(0, 30),
    st.sampled_from(["H0101", "H0102"]),
)


@given(st.lists(events, max_size=6))
def test_findings_that_are_the_truth_score_in_full(truth: list[Event]) -> None:
    found = [Finding(subject=e.subject, code=e.code, start=e.start, end=e.end, size=e.size, unit=e.unit) for e in truth]

    got = score(Findings.of(found), truth)

    assert (got.hits, got.missed, got.false_findings) == (tuple(truth), (), ())


@given(st.lists(events, max_size=6))
def test_without_findings_everything_is_missed(truth: list[Event]) -> None:
    got = score(Findings.of([]), truth)

    assert (got.hits, got.missed, got.false_findings) == ((), tuple(truth), ())


@given(st.lists(events, max_size=6), st.lists(events, max_size=6))
def test_every_event_is_a_hit_or_missed(truth: list[Event], other: list[Event]) -> None:
    found = [Finding(subject=e.subject, code=e.code, start=e.start, end=e.end, size=e.size, unit=e.unit) for e in other]

    got = score(Findings.of(found), truth)

    assert len(got.hits) + len(got.missed) == len(truth)


@pytest.mark.parametrize(
    "wrong",
    [
        finding(FindingCode.CUSTOMER_LEAK, 10, 15, "H0102"),
        finding(FindingCode.SILENT, 10, 15),
        finding(FindingCode.CUSTOMER_LEAK, 1, 9),
        finding(FindingCode.CUSTOMER_LEAK, 21, None),
    ],
)
def test_a_finding_elsewhere_of_another_kind_or_at_another_time_is_false(wrong: Finding) -> None:
    truth = [event(FindingCode.CUSTOMER_LEAK, 10, 20)]

    got = score(Findings.of([wrong]), truth)

    assert (got.hits, got.missed) == ((), tuple(truth))
    assert [(f.subject, f.code) for f in got.false_findings] == [(wrong.subject, wrong.code)]


def test_night_use_of_a_leak_is_neither_needed_nor_false() -> None:
    truth = [event(FindingCode.CUSTOMER_LEAK, 10, 20)]

    got = score(Findings.of([finding(FindingCode.NIGHT_USE, 11, 21)]), truth)

    assert (got.missed, got.false_findings) == (tuple(truth), ())


def test_night_use_of_somebody_else_is_false() -> None:
    truth = [event(FindingCode.CUSTOMER_LEAK, 10, 20)]

    assert score(Findings.of([finding(FindingCode.NIGHT_USE, 11, 21, "H0102")]), truth).false_findings


def test_an_instant_is_found_by_an_instant() -> None:
    truth = [event(FindingCode.EXCHANGE, 41, 41)]

    assert score(Findings.of([finding(FindingCode.EXCHANGE, 41, 41)]), truth).hits == tuple(truth)
