"""The wired link layer."""

from __future__ import annotations

import pytest

from hypothesis import given
from hypothesis import strategies as st

from divako.errors import ChecksumError, DecodeError, MalformedError, TruncatedError
from divako.mbus import looks_wired, read_frame


def long_frame(control: int, address: int, ci: int, data: bytes) -> bytes:
    body = bytes((control, address, ci)) + data
    return bytes((0x68, len(body), len(body), 0x68)) + body + bytes((sum(body) & 0xFF, 0x16))


frames = st.builds(
    long_frame, st.integers(0, 255), st.integers(0, 255), st.integers(0, 255), st.binary(min_size=1, max_size=252)
)


@given(st.integers(0, 255), st.integers(0, 255), st.integers(0, 255), st.binary(max_size=252))
def test_a_frame_reads_back(control: int, address: int, ci: int, data: bytes) -> None:
    got = read_frame(long_frame(control, address, ci, data))
    assert (got.control, got.address, got.ci, got.data) == (control, address, ci, data)
    assert got.kind == ("long" if data else "control")


@given(frames, st.data())
def test_every_changed_byte_is_seen(frame: bytes, draw: st.DataObject) -> None:
    at = draw.draw(st.integers(0, len(frame) - 1))
    other = draw.draw(st.integers(1, 255))
    damaged = bytearray(frame)
    damaged[at] ^= other
    with pytest.raises(DecodeError):
        read_frame(bytes(damaged))


@given(frames, st.data())
def test_a_cut_frame_is_truncated_where_it_ends(frame: bytes, draw: st.DataObject) -> None:
    end = draw.draw(st.integers(0, len(frame) - 1))
    with pytest.raises(TruncatedError) as caught:
        read_frame(frame[:end])
    assert caught.value.offset == end


@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_a_frame_or_a_decode_error(data: bytes) -> None:
    looks_wired(data)
    try:
        read_frame(data)
    except DecodeError as error:
        assert error.layer == "mbus.link"


@pytest.mark.parametrize(
    ("frame", "error", "offset"),
    [
        ("68 03 04 68 08 01 72 7b 16", MalformedError, 2),
        ("68 03 03 67 08 01 72 7b 16", MalformedError, 3),
        ("68 02 02 68 08 01 09 16", MalformedError, 1),
        ("68 03 03 68 08 01 72 7c 16", ChecksumError, 7),
        ("68 03 03 68 08 01 72 7b 17", MalformedError, 8),
        ("68 03 03 68 08 01 72 7b 16 00", MalformedError, 9),
        ("10 5b 01 5d 16", ChecksumError, 3),
        ("44", MalformedError, 0),
    ],
)
def test_what_is_wrong_is_named_with_its_place(frame: str, error: type[DecodeError], offset: int) -> None:
    with pytest.raises(error) as caught:
        read_frame(bytes.fromhex(frame))
    assert caught.value.offset == offset


def test_ack_and_short_frame() -> None:
    assert read_frame(b"\xe5").kind == "ack"
    assert read_frame(bytes.fromhex("105b015c16")).kind == "short"
