"""Local calendars."""

from __future__ import annotations

import datetime as dt

from zoneinfo import ZoneInfo

import numpy as np
import pytest

from hypothesis import given
from hypothesis import strategies as st

from divako.errors import SeriesError
from divako.series import FREQUENCIES, calendar_boundaries, instant_of


ZONES = ["Europe/Oslo", "UTC", "Asia/Kolkata", "America/Sao_Paulo", "Australia/Lord_Howe", "Pacific/Apia"]
instants = st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2037, 12, 31)).map(lambda t: np.datetime64(t, "ms"))
spans = st.integers(1, 800 * 24 * 3600 * 1000).map(lambda ms: np.timedelta64(ms, "ms"))


@given(instants, spans, st.sampled_from(FREQUENCIES[1:]), st.sampled_from(ZONES))
def test_bins_cover_the_span_and_begin_at_local_midnight(
    start: np.datetime64, span: np.timedelta64, freq: str, tz: str
) -> None:
    edges = calendar_boundaries(start, start + span, freq=freq, tz=tz)
    assert edges[0] <= start < edges[1]
    assert edges[-2] < start + span <= edges[-1]
    assert (np.diff(edges) > np.timedelta64(0, "ms")).all()
    if tz in {"Europe/Oslo", "UTC", "Asia/Kolkata"}:  # where summer time never skips a midnight
        for edge in edges[:3]:
            local = edge.astype("datetime64[us]").item().replace(tzinfo=dt.UTC).astimezone(ZoneInfo(tz))
            assert (local.hour, local.minute, local.second) == (0, 0, 0)


@given(instants, st.integers(1, 30 * 24 * 3600 * 1000), st.sampled_from(ZONES[:4]))
def test_hours_are_hours_of_real_time_on_the_local_hour(start: np.datetime64, ms: int, tz: str) -> None:
    edges = calendar_boundaries(start, start + np.timedelta64(ms, "ms"), freq="hour", tz=tz)
    assert (np.diff(edges) == np.timedelta64(1, "h")).all()
    assert edges[0] <= start < edges[1]
    local = edges[0].astype("datetime64[us]").item().replace(tzinfo=dt.UTC).astimezone(ZoneInfo(tz))
    assert (local.minute, local.second) == (0, 0)


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)])
def test_days_of_oslo_have_their_true_length(day: str, hours: int) -> None:
    start = instant_of(dt.datetime.fromisoformat(day), tz="Europe/Oslo")
    edges = calendar_boundaries(start, start + np.timedelta64(1, "h"), freq="day", tz="Europe/Oslo")
    assert edges[1] - edges[0] == np.timedelta64(hours, "h")


def test_weeks_begin_on_monday() -> None:
    at = np.datetime64("2026-11-26T12:00", "ms")
    edges = calendar_boundaries(at, at + np.timedelta64(1, "h"), freq="week", tz="UTC")
    assert edges.astype("datetime64[D]").astype(str).tolist() == ["2026-11-23", "2026-11-30"]


@given(instants, st.sampled_from(ZONES))
def test_a_wall_clock_leads_back_to_its_instant(at: np.datetime64, tz: str) -> None:
    utc = at.astype("datetime64[us]").item().replace(tzinfo=dt.UTC)
    local = utc.astimezone(ZoneInfo(tz))
    assert instant_of(local.replace(tzinfo=None), tz=tz, fold=local.fold) == at


@pytest.mark.parametrize(
    ("local", "match"), [("2026-03-29T02:30", "skips"), ("2026-10-25T02:30", "twice")], ids=["spring", "autumn"]
)
def test_clocks_that_skip_or_repeat_are_refused(local: str, match: str) -> None:
    with pytest.raises(SeriesError, match=match):
        instant_of(dt.datetime.fromisoformat(local), tz="Europe/Oslo")


def test_what_is_no_span_zone_or_frequency_is_refused() -> None:
    at = np.datetime64("2026-01-01", "ms")
    later = at + np.timedelta64(1, "D")
    with pytest.raises(SeriesError, match="end after"):
        calendar_boundaries(at, at, freq="day", tz="UTC")
    with pytest.raises(SeriesError, match="end after"):
        calendar_boundaries(np.datetime64("NaT", "ms"), at, freq="day", tz="UTC")
    with pytest.raises(SeriesError, match="frequency"):
        calendar_boundaries(at, later, freq="fortnight", tz="UTC")
    with pytest.raises(SeriesError, match="time zone"):
        calendar_boundaries(at, later, freq="day", tz="Europe/Atlantis")


def test_a_day_that_a_zone_skips_is_no_interval() -> None:
    # Samoa went from the 29th to the 31st of December 2011 (tz database, Pacific/Apia).
    days = calendar_boundaries(np.datetime64("2011-12-29"), np.datetime64("2012-01-02"), freq="day", tz="Pacific/Apia")
    assert (np.diff(days) == np.timedelta64(1, "D")).all()
