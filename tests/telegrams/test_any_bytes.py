"""Arbitrary bytes give a telegram or a decode error, in time that grows with their number."""

from __future__ import annotations

import sys

from collections.abc import Iterator
from types import FrameType
from typing import Any

import pytest

from hypothesis import given, settings
from hypothesis import strategies as st

from divako.codec import AesKey
from divako.errors import DecodeError
from divako.model import Mvt, Telegram
from divako.simulate import Address, Protection, wireless_frame
from divako.telegrams import Formats, KeyStore, decode
from divako.wmbus import Assembler, Fragments


SENDER = Address("12345678", Mvt(manufacturer="DVK", version=1, device_type=7))
KEYS = KeyStore.single(bytes(16))
FORMATS = Formats.of([bytes.fromhex("0413 426c 0d78 8d04931f")])
control_fields = st.sampled_from(bytes.fromhex("44 08 18 46 53 73"))


@st.composite
def likely(draw: st.DrawFn) -> bytes:
    """Draw a frame whose checks hold, around anything: so that deeper layers are reached."""
    ci = draw(st.sampled_from(bytes.fromhex("72 73 78 79 7a 7b 8c 8d 8e 8f 90 69 6a 6b 6f 70 a2 81 86")))
    body = bytes((ci,)) + draw(st.binary(max_size=100))
    if draw(st.booleans()):
        inner = bytes((draw(control_fields), draw(st.integers(0, 255)))) + body
        return bytes((0x68, len(inner), len(inner), 0x68)) + inner + bytes((sum(inner) & 0xFF, 0x16))
    inner = bytes((draw(control_fields),)) + SENDER.link + body
    return bytes((len(inner),)) + inner


def assert_telegram_or_decode_error(frame: bytes, **more: Any) -> None:
    try:
        got = decode(frame, keys=KEYS, formats=FORMATS, **more)
    except DecodeError as error:
        assert error.layer
        assert error.offset is None or 0 <= error.offset <= len(frame)
    else:
        assert isinstance(got, Telegram)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300) | likely(), st.sampled_from([None, "A", "B", "stripped", "stripped-B"]), st.booleans())
def test_any_bytes_are_a_telegram_or_a_decode_error(frame: bytes, form: str | None, partial: bool) -> None:
    assert_telegram_or_decode_error(frame, frame_format=form, partial=partial)


@settings(max_examples=100, deadline=None)
@given(st.lists(likely() | st.binary(max_size=60), max_size=6))
def test_collectors_take_any_bytes(frames: list[bytes]) -> None:
    fragments = Fragments(keys=KEYS)
    assembler = Assembler()
    for frame in frames:
        try:
            fragments.receive(frame)
        except DecodeError:
            continue
        finally:
            assembler.receive(frame)
    assembler.flush()


def steps_of(frame: bytes) -> int:
    """Count the lines of Python that run to decode a frame, warm."""
    decode(frame, keys=KEYS)
    decode(frame, keys=KEYS)
    count = 0

    def trace(_frame: FrameType, event: str, _arg: object) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        decode(frame, keys=KEYS)
    finally:
        sys.settrace(before)
    return count


def growing(unit: bytes, **more: Any) -> Iterator[bytes]:
    for many in (8, 16, 32):
        yield wireless_frame(SENDER, unit * many, frame_format="A", **more)


@pytest.mark.parametrize(
    ("name", "frames"),
    [
        ("records", growing(bytes.fromhex("01 13 05"))),
        ("fillers", growing(b"\x2f")),
        ("extensions", growing(bytes.fromhex("81 80 80 00 93 fc 01"))),
        (
            "profile",
            (wireless_frame(SENDER, bytes((0x0D, 0x93, 0x1F, n + 2, 0x41, 1)) + bytes(n)) for n in (40, 80, 160)),
        ),
        (
            "enciphered",
            growing(bytes.fromhex("01 13 05"), protection=Protection(mode=7, key=AesKey(bytes(16)), code_size=8)),
        ),
    ],
)
def test_work_grows_no_faster_than_the_bytes(name: str, frames: Iterator[bytes]) -> None:
    small, middle, large = map(steps_of, frames)
    # Twice the bytes, at most twice the lines and what a telegram costs in any case.
    assert middle <= 2.2 * small, name
    assert large <= 2.2 * middle, name
