"""Dates and times of meters."""

from __future__ import annotations

import datetime as dt

import pytest

from hypothesis import given
from hypothesis import strategies as st

from divako.codec import read_date, read_date_time, read_date_time_seconds, read_time


def pack_date(date: dt.date) -> bytes:
    year = date.year % 100
    return bytes((date.day | (year & 7) << 5, date.month | (year >> 3) << 4))


# Two digits of a year mean 1981 to 2080 (EN 13757-3, annex A).
dates = st.dates(dt.date(1981, 1, 1), dt.date(2080, 12, 31))
times = st.times().map(lambda t: t.replace(microsecond=0))


@given(dates)
def test_type_g_reads_back_every_date_of_a_hundred_years(date: dt.date) -> None:
    assert read_date(pack_date(date)) == date


@given(dates, times, st.booleans())
def test_type_f_reads_back_to_the_minute(date: dt.date, time: dt.time, summer: bool) -> None:
    data = bytes((time.minute, time.hour | summer << 7)) + pack_date(date)
    assert read_date_time(data) == dt.datetime.combine(date, time.replace(second=0))


@given(st.dates(dt.date(2000, 1, 1), dt.date(2299, 12, 31)), times)
def test_type_f_uses_its_hundred_year_field(date: dt.date, time: dt.time) -> None:
    hundreds = (date.year - 1900) // 100
    data = bytes((time.minute, time.hour | hundreds << 5)) + pack_date(date)
    assert read_date_time(data) == dt.datetime.combine(date, time.replace(second=0))


@given(dates, times)
def test_type_i_reads_back_to_the_second(date: dt.date, time: dt.time) -> None:
    data = bytes((time.second, time.minute, time.hour)) + pack_date(date) + b"\0"
    assert read_date_time_seconds(data) == dt.datetime.combine(date, time)


@given(times)
def test_type_j_reads_back_a_time_of_day(time: dt.time) -> None:
    assert read_time(bytes((time.second, time.minute, time.hour))) == time


@given(st.binary(min_size=6, max_size=6))
def test_arbitrary_bytes_are_a_date_or_none(data: bytes) -> None:
    for reader, size in ((read_date, 2), (read_time, 3), (read_date_time, 4), (read_date_time_seconds, 6)):
        got = reader(data[:size])
        assert got is None or isinstance(got, dt.date | dt.time)


@pytest.mark.parametrize(
    "data",
    ["800d4a3c", "3f0d4a3c", "1e1f4a3c", "1e0d403c", "1e0d4a3f", "1e0dfeff", "1e0d5f32"],
    ids=["invalid bit", "every minute", "every hour", "every day", "every month", "every year", "31 February"],
)
def test_what_is_invalid_or_periodic_is_no_date(data: str) -> None:
    assert read_date_time(bytes.fromhex(data)) is None
