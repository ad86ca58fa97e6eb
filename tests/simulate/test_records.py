"""Records: what is encoded reads back, and what cannot be encoded is refused."""

from __future__ import annotations

import datetime as dt
import math
import struct

import pytest

from hypothesis import given
from hypothesis import strategies as st

from divako.codec import read_bcd, read_date, read_date_time, read_date_time_seconds, read_time
from divako.errors import InputError
from divako.mbus import read_records
from divako.model import Record, Status
from divako.simulate import Value, encode_bcd, encode_profile, encode_record


INTEGERS = {0x1: 1, 0x2: 2, 0x3: 3, 0x4: 4, 0x6: 6, 0x7: 8}
BCD_DIGITS = {0x9: 2, 0xA: 4, 0xB: 6, 0xC: 8, 0xE: 12}


def read_one(record: bytes) -> Record:
    (got,) = read_records(record).records
    return got


def integers(field: int) -> st.SearchStrategy[tuple[int, int]]:
    limit = (1 << 8 * INTEGERS[field] - 1) - 1
    return st.tuples(st.just(field), st.integers(-limit, limit))


def decimals(field: int) -> st.SearchStrategy[tuple[int, int]]:
    digits = BCD_DIGITS[field]
    return st.tuples(st.just(field), st.integers(1 - 10 ** (digits - 1), 10**digits - 1))


counts = st.one_of(*map(integers, INTEGERS), *map(decimals, BCD_DIGITS))
minutes = st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2080, 12, 31)).map(
    lambda t: t.replace(second=0, microsecond=0)
)


@given(case=counts, storage=st.integers(0, 1), vif=st.sampled_from([0x06, 0x13, 0x2B, 0x65]))
def test_a_count_reads_back(case: tuple[int, int], storage: int, vif: int) -> None:
    field, count = case

    got = read_one(encode_record(bytes([storage << 6 | field, vif]), count))

    assert (got.count, got.storage) == (count, storage)


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_a_real_reads_back(value: float) -> None:
    record = encode_record(b"\x05\x2e", value)

    assert struct.unpack("<f", record[2:])[0] == value
    assert read_one(record).count is None


@given(minutes)
def test_dates_and_times_read_back(moment: dt.datetime) -> None:
    assert read_date_time(encode_record(b"\x04\x6d", moment)[2:]) == moment
    assert read_date_time_seconds(encode_record(b"\x06\x6d", moment)[2:]) == moment
    assert read_date(encode_record(b"\x02\x6c", moment.date())[2:]) == moment.date()
    assert read_time(encode_record(b"\x03\x6d", moment.time())[2:]) == moment.time()


@given(st.text(st.characters(codec="latin-1"), max_size=0xBF))
def test_a_text_is_sent_last_character_first(text: str) -> None:
    record = encode_record(b"\x0d\xfd\x10", text)

    assert record[3] == len(text)
    assert record[4:][::-1].decode("latin-1") == text


@given(st.integers(-999, 9999))
def test_packed_decimals_read_back(count: int) -> None:
    assert read_bcd(encode_bcd(count, size=2)) == count


@pytest.mark.parametrize("field", [*INTEGERS, *BCD_DIGITS, 0x5])
def test_no_value_is_the_meters_own_code_for_that(field: int) -> None:
    got = read_one(encode_record(bytes([field, 0x13]), None))

    assert (got.count, got.value) == (None, None)
    assert Status.INVALID_VALUE in got.status


def test_a_date_that_the_meter_has_not_got_reads_as_none() -> None:
    got = read_one(encode_record(b"\x42\x6c", None, unsigned=True))

    assert (got.content, got.storage) == (None, 1)


def test_a_unit_in_words_belongs_to_the_header() -> None:
    header = bytes.fromhex("02fc03485225 74")  # %RH, with a factor behind it

    assert encode_record(header, 4210) == header + b"\x72\x10"
    assert encode_record(header[:1] + b"\x7c" + header[2:6], 1)[-2:] == b"\x01\x00"


def test_an_unsigned_field_uses_its_highest_bit() -> None:
    assert encode_record(b"\x01\xfd\x08", 200, unsigned=True) == b"\x01\xfd\x08\xc8"


@pytest.mark.parametrize(
    ("header", "value", "reason"),
    [
        (b"", 1, "extension bits"),
        (b"\x04", 1, "extension bits"),
        (b"\x84\x13", 1, "extension bits"),
        (b"\x04\x93", 1, "extension bits"),
        (b"\x04\xfc\x03ab", 1, "extension bits"),
        (b"\x04\x13\x00", 1, "behind its VIFE"),
        (b"\x04\x7c\x02a", 1, "behind its VIFE"),
        (b"\x04" + b"\x93" * 12 + b"\x00", 1, "extension bits"),
        (b"\x0f\x13", 1, "special DIF"),
        (b"\x01\x13", 128, "1 bytes"),
        (b"\x01\x13", -128, "1 bytes"),
        (b"\x0a\x13", 10_000, "4 digits"),
        (b"\x0a\x13", -1000, "4 digits"),
        (b"\x05\x13", 1e39, "single-precision"),
        (b"\x05\x13", math.inf, "single-precision"),
        (b"\x05\x13", math.nan, "single-precision"),
        (b"\x0d\x13", "€", "ISO 8859-1"),
        (b"\x0d\x13", "x" * 192, "191 characters"),
        (b"\x0d\x13", 1.5, "holds no float"),
        (b"\x0d\x13", 1 << 511, "64 bytes"),
        (b"\x0d\x13", bytes(192), "191 bytes"),
        (b"\x00\x13", 1, "holds no int"),
        (b"\x08\x13", None, "holds no NoneType"),
        (b"\x04\x13", "1", "holds no str"),
        (b"\x04\x13", 1.5, "holds no float"),
        (b"\x0c\x13", 1.5, "holds no float"),
        (b"\x05\x13", "1", "holds no str"),
        (b"\x02\x6c", dt.datetime(2026, 1, 1), "hold no datetime"),
        (b"\x04\x6d", dt.date(2026, 1, 1), "hold no date"),
        (b"\x02\x6c", dt.date(1980, 1, 1), "1981 to 2080"),
    ],
)
def test_what_does_not_go_into_a_record_is_refused(header: bytes, value: Value, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        encode_record(header, value)


def test_a_record_without_data_is_its_header() -> None:
    assert encode_record(b"\x00\x13", None) == b"\x00\x13"


@given(st.integers(-(10**18) + 1, 10**18 - 1), st.integers(0, 9))
def test_a_count_of_variable_length_reads_back_from_the_form_that_was_asked_for(count: int, size: int) -> None:
    digits = len(str(abs(count)))
    lvar = (0xD0 if count < 0 else 0xC0) | max(size, -(-digits // 2))
    (record,) = read_records(encode_record(b"\x0d\x13", count, lvar=lvar)).records
    assert record.count == count


@pytest.mark.parametrize("lvar", [0xE9, 0xEF, 0xF0, 0xF4, 0xF5, 0xF6])
def test_a_binary_count_fills_the_length_that_was_asked_for(lvar: int) -> None:
    for count in (0, -1, 1 << 60):
        (record,) = read_records(encode_record(b"\x0d\x13", count, lvar=lvar)).records
        assert record.count == count


@pytest.mark.parametrize(("count", "lvar"), [(-1, 0xC1), (1, 0xD1), (100, 0xC1), (1, 0x05), (1, 0xFF), (1 << 15, 0xE2)])
def test_a_count_that_does_not_go_into_the_length_asked_for_is_refused(count: int, lvar: int) -> None:
    with pytest.raises(InputError):
        encode_record(b"\x0d\x13", count, lvar=lvar)


def test_a_container_reads_back_as_it_was_put_in() -> None:
    (record,) = read_records(encode_record(bytes.fromhex("0dfd3b"), b"\x01\x02\x03")).records
    assert record.content == b"\x01\x02\x03"


@given(st.datetimes(dt.datetime(1981, 1, 1), dt.datetime(2299, 12, 31)), st.booleans())
def test_a_clock_reads_back_with_its_century_and_summer_time(moment: dt.datetime, summer: bool) -> None:
    moment = moment.replace(second=0, microsecond=0)
    (record,) = read_records(encode_record(bytes.fromhex("046d"), moment, summer_time=summer)).records
    assert record.content == moment
    assert (Status.SUMMER_TIME in record.status) == summer


profile_elements = st.lists(st.none() | st.integers(0, 200), max_size=20)


@given(
    profile_elements,
    st.sampled_from(["increments", "decrements", "differences", "absolute"]),
    st.sampled_from(["1e", "1f", "13"]),
    st.sampled_from(["month", "quarter", "half year", "half month", "d", "h", "none"]),
    st.sampled_from([2, 3, 4, 6, 8]),
)
def test_a_profile_reads_back(elements: list[int | None], step: str, vife: str, spacing: str, size: int) -> None:
    base = encode_record(bytes.fromhex("84046e"), 5000)
    record = encode_profile(bytes.fromhex("8d04ee" + vife), elements, step=step, spacing=spacing, size=size)
    got = read_records(base + record).records[1:]
    sign = (-1 if step == "decrements" else 1) * (-1 if vife == "13" else 1)
    expected: list[int | None] = []
    running: int | None = 5000
    for element in elements:
        if step == "absolute":
            expected.append(element)
            continue
        running = None if running is None or element is None else running + sign * element
        expected.append(running)
    assert [one.count for one in got] == expected
    assert [one.storage for one in got] == list(range(9, 9 + len(elements)))


@pytest.mark.parametrize(
    "wrong",
    [
        {"step": "other"},
        {"spacing": "week"},
        {"size": 5},
        {"every": 0},
        {"every": 251},
        {"elements": [-1]},
        {"elements": [0xFFFF]},
        {"elements": [1] * 100},
    ],
)
def test_a_profile_of_another_form_is_refused(wrong: dict[str, object]) -> None:
    good: dict[str, object] = {"elements": [1], "step": "increments", "spacing": "month"}
    with pytest.raises(InputError):
        encode_profile(bytes.fromhex("8d04ee1f"), **(good | wrong))  # type: ignore[arg-type] # wrong on purpose
