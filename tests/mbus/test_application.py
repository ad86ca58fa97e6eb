"""What follows a CI field: read, or named and refused."""

from __future__ import annotations

import pytest

from hypothesis import given
from hypothesis import strategies as st

from divako.codec import crc16_en13757
from divako.errors import (
    ApplicationError,
    ChecksumError,
    DecodeError,
    MalformedError,
    TruncatedError,
    UnknownFormatError,
    UnsupportedError,
)
from divako.mbus import Formats, name_of, read_address, read_application
from divako.model import Telegram, Verdict


SENDER = read_address(b"\x2d\x2c", bytes.fromhex("78563412"), 1, 7)
HEADERS = bytes.fromhex("0413 025b")
SHORT = bytes.fromhex("05 00 0000")
LONG = bytes.fromhex("78563412 2d2c 01 07") + SHORT
HEADER = {"none": b"", "short": SHORT, "long": LONG}
READ = {0x72, 0x73, 0x78, 0x79, 0x7A, 0x7B, 0x69, 0x6A, 0x6B, 0x6E, 0x6F, 0x70}


def read(ci: int, data: bytes, **more: object) -> Telegram:
    return read_application(ci, data, link="wmbus", sender=SENDER, **more)  # type: ignore[arg-type] # as given


@given(st.integers(0, 255), st.binary(max_size=60))
def test_any_ci_field_and_data_give_a_telegram_or_a_decode_error(ci: int, data: bytes) -> None:
    for link in ("mbus", "wmbus"):
        try:
            read_application(ci, data, link=link, sender=SENDER if link == "wmbus" else None)
        except DecodeError as error:
            assert error.layer.startswith("mbus.")


@pytest.mark.parametrize("ci", sorted(set(range(0x50, 0xC6)) - READ))
def test_what_is_not_read_is_named(ci: int) -> None:
    with pytest.raises(UnsupportedError) as caught:
        read(ci, LONG + bytes(20))
    assert f"{ci:02X}" in str(caught.value)
    assert name_of(ci) in str(caught.value)


@pytest.mark.parametrize(("ci", "header"), [(0x6E, "short"), (0x6F, "long"), (0x70, "none")])
@pytest.mark.parametrize(
    ("code", "said"), [(b"\x08", "busy"), (b"\x04", "premature"), (b"\xaa", "unknown"), (b"", "unspec")]
)
def test_an_application_error_says_what_the_meter_reports(ci: int, header: str, code: bytes, said: str) -> None:
    with pytest.raises(ApplicationError, match=said):
        read(ci, HEADER[header] + code)


def format_frame(headers: bytes, signature: int | None = None) -> bytes:
    signed = crc16_en13757(headers) if signature is None else signature
    return bytes((len(headers) + 2,)) + signed.to_bytes(2, "little") + headers


@pytest.mark.parametrize(
    ("teaches", "compact", "header"), [(0x69, 0x79, "none"), (0x6A, 0x7B, "short"), (0x6B, 0x73, "long")]
)
def test_a_format_frame_teaches_what_a_compact_frame_needs(teaches: int, compact: int, header: str) -> None:
    data = bytes.fromhex("e8030000 1500")
    full = bytes.fromhex("0413 e8030000 025b 1500")
    short = crc16_en13757(HEADERS).to_bytes(2, "little") + crc16_en13757(full).to_bytes(2, "little") + data
    with pytest.raises(UnknownFormatError):
        read(compact, HEADER[header] + short)

    taught = read(teaches, HEADER[header] + format_frame(HEADERS))
    assert (taught.records, taught.headers) == ((), HEADERS)
    got = read(compact, HEADER[header] + short, formats=Formats().learn(taught))
    assert [record.count for record in got.records] == [1000, 21]


def test_a_format_frame_is_checked() -> None:
    with pytest.raises(ChecksumError):
        read(0x69, format_frame(HEADERS, 1))
    with pytest.raises(TruncatedError):
        read(0x69, format_frame(HEADERS)[:-1])
    with pytest.raises(TruncatedError):
        read(0x69, b"")
    with pytest.raises(MalformedError):
        read(0x69, format_frame(b"\x04"))


def test_a_wired_meter_may_answer_with_a_short_header() -> None:
    got = read_application(0x7A, SHORT + bytes.fromhex("0413 e8030000"), link="mbus", sender=None)
    assert (got.meter_id, got.mvt, got.access_number, got.records[0].count) == ("", None, 5, 1000)


def test_a_part_is_given_only_where_it_is_asked_for_and_is_marked() -> None:
    data = SHORT + bytes.fromhex("0413 e8030000 025b 15")
    with pytest.raises(TruncatedError):
        read(0x7A, data)
    got = read(0x7A, data, partial=True)
    assert [record.count for record in got.records] == [1000]
    assert isinstance(got.damage, TruncatedError)
    assert got.damage.offset == 9
    assert read(0x7A, data[:-3], partial=True).damage is None


def test_a_damaged_profile_is_left_out_of_a_part() -> None:
    got = read(0x78, bytes.fromhex("0413 e8030000 8d04931e 03 020101 025b 1500"), partial=True)
    assert [record.count for record in got.records] == [1000, 21]
    assert isinstance(got.damage, TruncatedError)


def test_a_telegram_says_that_more_follow() -> None:
    got = read(0x78, bytes.fromhex("0413 e8030000 1f aabb"))
    assert (got.more_follows, got.maker_data) == (True, b"\xaa\xbb")
    assert got.verdict is Verdict.UNVERIFIED
