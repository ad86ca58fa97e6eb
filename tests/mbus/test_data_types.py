"""Every data type of EN 13757-3:2018, annex A: what it holds, and when it holds nothing."""

from __future__ import annotations

import datetime as dt

from fractions import Fraction

import pytest

from divako.mbus import read_records
from divako.model import Status


# Data field or LVAR, data, count.
@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("01 13 fe", -2),
        ("02 13 fffe", -257),
        ("03 13 ffffff", -1),
        ("04 13 ffffffff", -1),
        ("06 13 ffffffffff7f", 0x7FFFFFFFFFFF),
        ("07 13 0100000000000080", 1 - (1 << 63)),
        ("07 13 ffffffffffffff7f", (1 << 63) - 1),
        ("09 13 42", 42),
        ("0a 13 34f2", -234),
        ("0b 13 563412", 123456),
        ("0c 13 785634f2", -2345678),
        ("0e 13 563412907856", 567890123456),
        ("0d 13 c3 563412", 123456),
        ("0d 13 d3 563412", -123456),
        ("0d 13 c9 998877665544332211", 112233445566778899),
        ("0d 13 e1 fe", -2),
        ("0d 13 e9 010000000000000001", (1 << 64) + 1),
        ("0d 13 f0" + "00" * 15 + "01", 1 << 120),
        ("0d 13 f5" + "00" * 47 + "01", 1 << 376),
        ("0d 13 f6" + "00" * 63 + "01", 1 << 504),
        ("04 93 fc 11 feffffff", 0xFFFFFFFE),
        ("04 93 fc 12 ffffffff", 0xFFFFFFFF),
    ],
)
def test_integers_of_every_size_are_exact(text: str, count: int) -> None:
    (record,) = read_records(bytes.fromhex(text)).records
    assert record.register is not None
    assert record.count == count
    assert record.value == float(Fraction(count) * record.register.factor)


@pytest.mark.parametrize(
    "text",
    [
        "01 13 80",
        "02 13 0080",
        "07 13 0000000000000080",
        "02 fd 60 ffff",
        "04 93 fc 11 ffffffff",
        "09 13 a2",
        "0c 13 ffffffff",
        "0c 13 785634b2",
        "0d 13 c2 f1f1",
        "0d 13 e2 0080",
        "0d 13 c0",
        "05 13 0000807f",
        "00 13",
        "0c 78 ffffffff",
        "04 78 ffffffff",
        "02 6c ffff",
        "02 6c 0000",
        "04 6d 9e0d4a3c",
        "04 6d 1e1f4a3c",
        "04 6d 3f0d4a3c",
        "06 6d 059e0d4a3c00",
        "03 6d 3f0000",
        "0c 6c 12345678",
    ],
)
def test_codes_of_invalid_give_no_value(text: str) -> None:
    (record,) = read_records(bytes.fromhex(text)).records
    assert (record.value, record.count, record.content) == (None, None, None)
    assert Status.INVALID_VALUE in record.status


@pytest.mark.parametrize(
    ("text", "content", "summer"),
    [
        ("04 6d 1e 8d 4a 36", dt.datetime(2026, 6, 10, 13, 30), True),
        ("04 6d 1e 0d 4a 3c", dt.datetime(2026, 12, 10, 13, 30), False),
        ("04 6d 1e 2d 4a 3c", dt.datetime(2026, 12, 10, 13, 30), False),  # hundred-year field 1: 2000 and 26
        ("06 6d 45 1e 0d 4a 36 00", dt.datetime(2026, 6, 10, 13, 30, 5), True),
        ("06 6d 85 1e 0d 4a 36 00", dt.datetime(2026, 6, 10, 13, 30, 5), False),
    ],
)
def test_a_clock_says_whether_it_is_on_summer_time(text: str, content: dt.datetime, summer: bool) -> None:
    (record,) = read_records(bytes.fromhex(text)).records
    assert (Status.SUMMER_TIME in record.status) == summer
    assert record.content == content


@pytest.mark.parametrize(
    ("hundreds", "sent", "year"),
    [
        (0, 0, 2000),
        (0, 80, 2080),
        (0, 81, 1981),
        (0, 99, 1999),
        (1, 26, 2026),
        (1, 99, 2099),
        (2, 0, 2100),
        (3, 99, 2299),
    ],
)
def test_the_century_follows_the_hundred_year_field(hundreds: int, sent: int, year: int) -> None:
    date = bytes((1 | (sent & 7) << 5, 1 | sent >> 3 << 4))
    (record,) = read_records(bytes((0x04, 0x6D, 30, 13 | hundreds << 5)) + date).records
    assert record.content == dt.datetime(year, 1, 1, 13, 30)


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("0d 6d 09 112233445566778899", "datetime"),
        ("04 fd 72 01020304", "daylight_saving"),
        ("04 fd 73 01020304", "listening_window"),
        ("0d fd 3b 03 010203", "wireless_container"),
        ("0d fd 76 03 010203", "maker_container"),
        ("04 93 3f 01020304", "volume_obis"),
    ],
)
def test_what_is_not_taken_apart_is_kept_as_it_was_sent(text: str, quantity: str) -> None:
    (record,) = read_records(bytes.fromhex(text)).records
    assert record.quantity == quantity
    assert record.content == record.raw
    assert record.raw


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("07 79 78563412 9344 35 07", "0735449312345678"),  # type, version, manufacturer, digits
        ("0c 79 78563412", "12345678"),
        ("04 79 15cd5b07", "123456789"),
        ("0d 79 04 34333231", "1234"),
    ],
)
def test_identifications_read_as_they_are_written(text: str, content: str) -> None:
    (record,) = read_records(bytes.fromhex(text)).records
    assert (record.quantity, record.content) == ("identification", content)
