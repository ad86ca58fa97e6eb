"""Techem's bodies: what is counted in which unit, and dates without a year."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from hypothesis import given
from hypothesis import strategies as st

from divako.drivers import wireless_frame
from divako.drivers._techem import day_of_sending, due_date
from divako.errors import DecodeError, MalformedError
from divako.telegrams import decode


DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31))


def due(day: dt.date) -> bytes:
    return (day.day | day.month << 5 | (day.year - 2000) << 9).to_bytes(2, "little")


def sent(day: dt.date) -> bytes:
    return (day.day << 4 | day.month << 9).to_bytes(2, "little")


@given(DAYS)
def test_due_dates_read_back(day: dt.date) -> None:
    assert due_date(due(day)) == day


@given(DAYS, st.integers(1, 365))
def test_the_day_of_sending_follows_the_due_date_within_a_year(day: dt.date, later: int) -> None:
    today = day + dt.timedelta(later)
    assert day_of_sending(due(day) + bytes(2) + sent(today)) == today


@given(st.integers(0, 2**16 - 1), st.integers(0, 2**16 - 1))
def test_water_is_the_reading_of_the_due_date_and_the_use_since(then: int, since: int) -> None:
    body = "06 9f33" + then.to_bytes(2, "little").hex() + "5014" + since.to_bytes(2, "little").hex() + "00" * 28
    records = decode(wireless_frame("TCH", 0x74, 0x72, 0xA2, body)).records
    counts = {(r.quantity, r.storage): r.count for r in records if r.register is not None}
    assert counts == {("volume", 0): then + since, ("volume", 1): then, ("volume_since_due_date", 0): since}


@pytest.mark.parametrize(
    ("version", "device_type", "kilowatt_hours"),
    [(0x45, 0x43, 1000), (0x39, 0x43, 1000), (0x27, 0x43, 1000), (0x27, 0xC3, 1000 / 3.6), (0x27, 0x04, 1000 / 3.6)],
)
def test_heat_meters_count_in_the_unit_of_their_type(version: int, device_type: int, kilowatt_hours: float) -> None:
    body = "00 9f33" + (1000).to_bytes(3, "little").hex() + "60 000000 0000" + "00" * 32
    records = decode(wireless_frame("TCH", version, device_type, 0xA2, body)).records
    assert [r.value for r in records if r.quantity == "energy"] == pytest.approx([kilowatt_hours] * 2, rel=1e-15)


@pytest.mark.parametrize(
    ("version", "device_type", "ci", "size"),
    [(0x74, 0x62, 0xA2, 37), (0x45, 0x43, 0xA1, 44), (0x69, 0x80, 0xA0, 42), (0x50, 0x72, 0xA2, 44)],
)
def test_a_body_without_a_date_where_one_must_be_is_refused(version: int, device_type: int, ci: int, size: int) -> None:
    with pytest.raises(MalformedError):
        decode(wireless_frame("TCH", version, device_type, ci, "ff" * size))


@pytest.mark.parametrize(("version", "device_type"), [(0x77, 0x43), (0x39, 0xC3), (0x45, 0x04)])
def test_a_model_whose_unit_nobody_knows_is_refused(version: int, device_type: int) -> None:
    body = "00 9f33 e80300 60 000000 0000" + "00" * 32
    with pytest.raises(DecodeError):
        decode(wireless_frame("TCH", version, device_type, 0xA2, body))


def test_a_half_of_a_month_that_does_not_fit_one_byte_is_refused() -> None:
    body = "0c00 7235 d20400 00" + "100001" + "101000" * 11
    with pytest.raises(MalformedError):
        decode(wireless_frame("TCH", 0x50, 0x72, 0xA2, body))


@pytest.mark.parametrize(("state", "smoke", "status"), [(0x00, 0, 0), (0x01, 1, 0), (0x80, 0, 2), (0x81, 1, 2)])
def test_smoke_detectors_say_smoke_and_defects_apart(state: int, smoke: int, status: int) -> None:
    records = decode(wireless_frame("TCH", 0x76, 0xF0, 0xA0, f"{state:02x} 9f33 6f35" + "00" * 26)).records
    assert [(r.count, r.status) for r in records if r.quantity == "smoke"] == [(smoke, status)]


@pytest.mark.parametrize("state", [0x02, 0x41, 0x71, 0xFF])
def test_a_state_that_nobody_knows_says_nothing_of_smoke(state: int) -> None:
    with pytest.raises(MalformedError):
        decode(wireless_frame("TCH", 0x76, 0xF0, 0xA0, f"{state:02x} 9f33 6f35" + "00" * 26))


@pytest.mark.parametrize(
    "start",
    ["26 9f33 d204 5019", "06 9f33 d204 f01f", "06 9f03 d204 5019", "06 9ff3 d204 5019"],
    ids=["form", "day of sending", "before there were such meters", "long after"],
)
def test_a_body_that_looks_like_no_meter_in_the_clear_is_refused(start: str) -> None:
    with pytest.raises(MalformedError):
        decode(wireless_frame("TCH", 0x74, 0x62, 0xA2, start + "7b00" + "00" * 28))


@pytest.mark.parametrize(("version", "device_type"), [(0x74, 0x62), (0x45, 0x43), (0x94, 0x80), (0x27, 0xC3)])
def test_few_bodies_of_random_bytes_are_read(version: int, device_type: int) -> None:
    draw = random.Random(1)
    read = 0
    for _ in range(1000):
        try:
            decode(wireless_frame("TCH", version, device_type, 0xA2, draw.randbytes(44).hex()))
        except DecodeError:
            continue
        read += 1
    assert read < 60  # of 1000
