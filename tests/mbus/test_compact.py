"""Compact frames, the fixed structure and compact profiles."""

from __future__ import annotations

import pickle

import pytest

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from divako.codec import crc16_en13757
from divako.errors import ChecksumError, DecodeError, InputError, MalformedError, TruncatedError, UnsupportedError
from divako.mbus import Formats, decode_wired, format_signature, read_application, read_records
from divako.model import Medium, Status, Telegram


FULL = bytes.fromhex("0413 e8030000 426c 4a3c 0d78 03 433241 025b 1500")
HEADERS = bytes.fromhex("0413 426c 0d78 025b")
DATA = bytes.fromhex("e8030000 4a3c 03 433241 1500")


def plain(ci: int, data: bytes, formats: Formats | None = None) -> Telegram:
    return read_application(ci, data, link="wmbus", sender=None, formats=formats)


def compact(full: bytes = FULL, headers: bytes = HEADERS, data: bytes = DATA) -> bytes:
    signature = crc16_en13757(headers).to_bytes(2, "little")
    return signature + crc16_en13757(full).to_bytes(2, "little") + data


def test_a_compact_frame_reads_as_the_full_frame_that_taught_it() -> None:
    full = plain(0x78, FULL)
    assert full.headers == HEADERS
    assert plain(0x79, compact(), Formats().learn(full)).records == full.records


def test_a_store_can_be_kept_merged_and_preloaded() -> None:
    formats = Formats.of([HEADERS, b"\x02\x5b"])
    assert Formats.from_document(formats.to_document()) == formats
    assert Formats.of([HEADERS]).merge(Formats.of([b"\x02\x5b"])) == formats
    assert formats.find(format_signature(HEADERS)) == HEADERS
    assert Formats().learn(evolve(plain(0x78, FULL), headers=b"")) == Formats()
    assert formats.learn(plain(0x78, FULL)) is formats
    assert hash(Formats.from_document(formats.to_document())) == hash(formats)
    assert pickle.loads(pickle.dumps(formats)).find(format_signature(HEADERS)) == HEADERS


@pytest.mark.parametrize("formats", [None, Formats(), Formats.of([b"\x02\x5b"])])
def test_an_unknown_signature_is_an_error_of_its_own(formats: Formats | None) -> None:
    with pytest.raises(UnsupportedError, match="signature") as caught:
        plain(0x79, compact(), formats)
    assert (caught.value.layer, caught.value.offset) == ("mbus.compact", 0)


@given(st.integers(2, len(DATA) + 3), st.integers(1, 255))
def test_every_changed_byte_of_a_compact_frame_is_seen(at: int, other: int) -> None:
    damaged = bytearray(compact())
    damaged[at] ^= other
    with pytest.raises(DecodeError):
        plain(0x79, bytes(damaged), Formats.of([HEADERS]))


@given(st.integers(0, len(DATA) + 3))
def test_a_cut_compact_frame_never_reads(end: int) -> None:
    with pytest.raises(DecodeError):
        plain(0x79, compact()[:end], Formats.of([HEADERS]))


def test_a_wrong_crc_is_a_checksum_error() -> None:
    with pytest.raises(ChecksumError):
        plain(0x79, compact(full=FULL + b"x"), Formats.of([HEADERS]))


@pytest.mark.parametrize("headers", [b"\x84", b"\x04", b"\x3f\x13"])
def test_what_is_no_header_is_not_signed(headers: bytes) -> None:
    with pytest.raises(InputError):
        format_signature(headers)


def test_a_store_must_be_written_in_hexadecimal_digits() -> None:
    with pytest.raises(InputError, match="hexadecimal"):
        Formats.from_document({"706E": "zz"})


# Fixed structure: number 12345678, access 10, status, units, two counters; made here.
def fixed(text: str) -> Telegram:
    body = bytes.fromhex("08 01 73" + text)
    return decode_wired(bytes((0x68, len(body), len(body), 0x68)) + body + bytes((sum(body) & 0xFF, 0x16)))


def test_the_fixed_structure_gives_two_counters() -> None:
    telegram = fixed("78563412 0a 00 ec 7e 21430000 10320000")
    now, due = telegram.records
    assert (telegram.meter_id, telegram.medium, telegram.mvt) == ("12345678", Medium.WATER, None)
    assert (now.value, now.storage, due.value, due.storage) == (4321.0, 0, 3210.0, 1)


def test_binary_counters_and_bad_digits_of_the_fixed_structure() -> None:
    assert fixed("78563412 0a 01 ec 7e 21430000 10320000").records[0].count == 0x4321
    wrong = fixed("78563412 0a 00 ec 7f 2a430000 10320000")
    assert wrong.records[0].value is None
    assert Status.INVALID_VALUE in wrong.records[0].status
    assert fixed("78563412 0a 00 fd 7f 21430000 10320000").records[0].quantity == "unknown"


def test_a_cut_fixed_structure_is_truncated() -> None:
    with pytest.raises(TruncatedError):
        fixed("78563412 0a 00 ec 7e 214300")


# Profiles made here from the rules of EN 13757-3:2018, annex F.
@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("8404 13 e8030000 8d04 93 1f 05 61 01 01 02 03", [1001, 1003, 1006]),
        ("8404 13 e8030000 8d04 93 13 05 61 01 01 02 03", [999, 997, 994]),
        ("8404 13 e8030000 8d04 93 1f 05 a1 01 01 02 03", [999, 997, 994]),
        ("8404 13 e8030000 8d04 93 1f 05 e1 01 01 fe 03", [1001, 999, 1002]),
        ("8d04 93 1f 05 21 01 01 02 03", [1, 2, 3]),
        ("8404 13 e8030000 8d04 93 1f 06 62 01 0100 ffff", [1001, None]),
        ("8d04 93 1f 05 61 01 01 02 03", [None, None, None]),
    ],
    ids=["increments", "inverse", "decrements", "signed", "absolute", "invalid element", "no base"],
)
def test_profiles_are_spread_to_history(text: str, counts: list[int | None]) -> None:
    records = [r for r in read_records(bytes.fromhex(text)).records if r.storage > 8]
    assert [r.count for r in records] == counts
    assert [r.storage for r in records] == list(range(9, 9 + len(counts)))
    assert all(r.time is None for r in records)
    assert all((Status.INVALID_VALUE in r.status) == (r.count is None) for r in records)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("8d04 93 1f 01 61", TruncatedError),
        ("8d04 93 1f 05 62 01 01 02 03", TruncatedError),
        ("8d04 93 1f 05 6d 01 01 02 03", MalformedError),
        ("8d04 93 1f 05 60 01 01 02 03", MalformedError),
    ],
)
def test_a_broken_profile_is_named(text: str, error: type[DecodeError]) -> None:
    with pytest.raises(error, match="profile"):
        read_records(bytes.fromhex(text))
