"""Frame formats of the wireless link layer."""

from __future__ import annotations

import pytest

from hypothesis import given
from hypothesis import strategies as st

from divako.codec import crc16_en13757
from divako.errors import ChecksumError, DecodeError, MalformedError, TruncatedError, UnsupportedError
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


bodies = st.binary(min_size=10, max_size=240).map(lambda b: b"\x44" + b)
WRITERS = {"A": format_a, "B": format_b, "stripped": stripped}


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
