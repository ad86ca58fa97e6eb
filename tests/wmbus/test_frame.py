"""Frame formats of the wireless link layer."""

from __future__ import annotations

import pytest

from hypothesis import given
from hypothesis import strategies as st

from divako.codec import crc16_en13757
from divako.errors import ChecksumError, DecodeError, MalformedError, TruncatedError, UnsupportedError
from divako.mbus import decode_wired
from divako.telegrams import decode
from divako.wmbus import decode_wireless, read_frame


def crc(data: bytes) -> bytes:
    return data + crc16_en13757(data).to_bytes(2, "big")


def stripped(body: bytes) -> bytes:
    return bytes((len(body),)) + body


def format_a(body: bytes) -> bytes:
    plain = stripped(body)
    return crc(plain[:10]) + b"".join(crc(plain[i : i + 16]) for i in range(10, len(plain), 16))


def format_b(body: bytes) -> bytes:
    size = len(body) + 2 + (2 if len(body) + 1 > 126 else 0)
    plain = bytes((size,)) + body
    return crc(plain[:126]) + (crc(plain[126:]) if len(plain) > 126 else b"")


def stripped_b(body: bytes) -> bytes:
    with_crc = format_b(body)
    return with_crc[:-2] if len(with_crc) <= 128 else with_crc[:126] + with_crc[128:-2]


bodies = st.binary(min_size=10, max_size=240).map(lambda b: b"\x44" + b)
WRITERS = {"A": format_a, "B": format_b, "stripped": stripped, "stripped-B": stripped_b}


@given(bodies, st.sampled_from(sorted(WRITERS)))
def test_a_frame_of_each_format_reads_back(body: bytes, frame_format: str) -> None:
    got = read_frame(WRITERS[frame_format](body), frame_format=frame_format)
    assert (bytes((got.control,)), got.ci, got.data) == (body[:1], body[9], body[10:])
    assert got.sender.raw == body[1:9]


@given(bodies, st.sampled_from(["A", "B"]))
def test_a_format_with_crcs_is_found_by_them(body: bytes, frame_format: str) -> None:
    assert read_frame(WRITERS[frame_format](body)).frame_format == frame_format


@given(bodies, st.sampled_from(["A", "B"]), st.data())
def test_every_changed_byte_is_seen_where_the_format_is_known(
    body: bytes, frame_format: str, draw: st.DataObject
) -> None:
    frame = bytearray(WRITERS[frame_format](body))
    frame[draw.draw(st.integers(1, len(frame) - 1))] ^= draw.draw(st.integers(1, 255))
    with pytest.raises(ChecksumError):
        read_frame(bytes(frame), frame_format=frame_format)


@given(bodies, st.sampled_from(sorted(WRITERS)), st.data())
def test_a_cut_frame_never_reads(body: bytes, frame_format: str, draw: st.DataObject) -> None:
    frame = WRITERS[frame_format](body)
    with pytest.raises(DecodeError):
        read_frame(frame[: draw.draw(st.integers(0, len(frame) - 1))], frame_format=frame_format)


@given(st.binary(max_size=300), st.sampled_from([None, *WRITERS]))
def test_arbitrary_bytes_are_a_telegram_or_a_decode_error(data: bytes, frame_format: str | None) -> None:
    try:
        decode_wireless(data, frame_format=frame_format)
    except DecodeError as error:
        assert len(data) < 4 or data.hex() not in str(error)


def test_bytes_after_the_frame_are_refused_with_their_place() -> None:
    frame = stripped(b"\x44" + bytes(12))
    with pytest.raises(MalformedError) as caught:
        read_frame(frame + b"\x9c", frame_format="stripped")
    assert caught.value.offset == len(frame)


def test_a_format_that_does_not_exist_is_refused() -> None:
    with pytest.raises(MalformedError, match="frame_format"):
        read_frame(stripped(b"\x44" + bytes(12)), frame_format="C")


def test_a_frame_to_a_meter_is_named() -> None:
    with pytest.raises(UnsupportedError, match="meter sends"):
        decode_wireless(stripped(bytes.fromhex("53 2d2c 78563412 01 07 78")))


def test_a_crc_error_is_named_with_the_place_of_the_crc() -> None:
    frame = bytearray(format_a(b"\x44" + bytes(30)))
    frame[15] ^= 1
    with pytest.raises(ChecksumError) as caught:
        read_frame(bytes(frame), frame_format="A")
    assert caught.value.offset == 28


def test_an_l_field_without_room_is_truncated() -> None:
    with pytest.raises(TruncatedError):
        read_frame(b"\x0a" + bytes(10), frame_format="B")


@given(bodies)
def test_format_b_without_its_crcs_is_a_cut_frame_to_who_was_not_told(body: bytes) -> None:
    with pytest.raises((TruncatedError, ChecksumError)):
        read_frame(stripped_b(body))
    with pytest.raises(TruncatedError):
        read_frame(stripped_b(body)[:-1], frame_format="stripped-B")
    with pytest.raises(MalformedError):
        read_frame(stripped_b(body) + b"\0", frame_format="stripped-B")


@given(bodies, st.sampled_from(sorted(WRITERS)), st.binary(max_size=3))
def test_what_the_receiver_puts_behind_a_frame_is_told_apart_where_it_is_named(
    body: bytes, frame_format: str, behind: bytes
) -> None:
    frame = WRITERS[frame_format](body)
    got = read_frame(frame + behind, frame_format=frame_format, trailing=len(behind))
    assert (got.data, got.trailing) == (body[10:], behind)
    assert got.data == read_frame(frame, frame_format=frame_format).data


def test_trailing_bytes_of_both_links_are_taken_off() -> None:
    wired = bytes.fromhex("681515680801 72 78563412 2d2c 01 04 05 00 0000 0c13 45230100 7a16")
    wireless = stripped(bytes.fromhex("44 2d2c 78563412 0107 7a 05 00 0000 0c13 45230100"))
    for frame in (wired, wireless):
        with pytest.raises(MalformedError):
            decode(frame + b"\x5a")
        assert decode(frame + b"\x5a", trailing=1) == decode(frame)
        with pytest.raises(ValueError, match="negative"):
            decode(frame, trailing=-1)
    assert decode_wired(wired + b"\x5a", trailing=1) == decode_wired(wired)
    with pytest.raises(TruncatedError):
        decode(wired, trailing=100)


@pytest.mark.parametrize("frame_format", sorted(WRITERS))
def test_an_l_field_without_room_for_an_address_is_truncated(frame_format: str) -> None:
    for length in range(10):
        frame = bytes((length, 0x44)) + bytes(10)
        with pytest.raises(DecodeError):
            read_frame(frame, frame_format=frame_format)


def test_a_form_that_there_is_not_is_named() -> None:
    with pytest.raises(MalformedError, match="stripped-B"):
        read_frame(stripped(bytes(20)), frame_format="C")
