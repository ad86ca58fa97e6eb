"""Edges of layers that seldom come up, each with its own answer."""

from __future__ import annotations

import datetime as dt
import struct

from fractions import Fraction

import pytest

from divako.codec import crc16_en13757
from divako.errors import DecryptionError, MalformedError, TruncatedError, UnsupportedError
from divako.mbus import Assembler, read_records
from divako.mbus._spacing import clock_after
from divako.model import Mvt, Verdict
from divako.simulate import Address, wireless_frame
from divako.telegrams import KeyStore, decode
from divako.wmbus import read_frame


SENDER = Address("12345678", Mvt(manufacturer="DVK", version=1, device_type=7))
KEYS = KeyStore.single(bytes(range(16)))
VOLUME = bytes.fromhex("0413 39300000")


def crc(data: bytes) -> bytes:
    return data + crc16_en13757(data).to_bytes(2, "big")


def with_configuration(configuration: int, body: bytes) -> bytes:
    frame = bytearray(wireless_frame(SENDER, body, frame_format="stripped"))
    frame[13:15] = configuration.to_bytes(2, "little")
    return bytes(frame)


def test_mode_5_that_enciphers_no_block_is_plain() -> None:
    got = decode(with_configuration(0x0500, VOLUME), keys=KEYS)
    assert (got.security, got.verdict, got.records[0].count) == ("none", Verdict.UNVERIFIED, 12345)


def test_mode_7_without_any_counter_cannot_be_opened() -> None:
    with pytest.raises(DecryptionError, match="no message counter"):
        decode(with_configuration(0x0710, b"\x10" + bytes(16)), keys=KEYS)


def test_a_code_that_is_no_cmac_is_named() -> None:
    frame = bytearray(wireless_frame(SENDER, VOLUME, frame_format="stripped"))
    frame[10:10] = bytes.fromhex("90 0f 0024 28") + bytes(12)
    frame[0] = len(frame) - 1
    with pytest.raises(UnsupportedError, match="CMAC"):
        decode(bytes(frame), keys=KEYS)


def test_frames_that_end_with_their_address_or_with_a_crc_alone() -> None:
    with pytest.raises(TruncatedError, match="CI field"):
        read_frame(crc(b"\x09\x44" + bytes(8)), frame_format="A")
    first = crc(b"\x81\x44" + bytes(124))
    with pytest.raises(MalformedError, match="nothing but its CRC"):
        read_frame(first + crc(b""), frame_format="B")


def test_a_clock_that_leaves_the_calendar_is_unknown() -> None:
    assert clock_after(dt.date(9999, 12, 31), 1, 3, 1) is None
    assert clock_after(dt.date(9999, 12, 31), 1, 3, 254) is None


def test_a_unit_in_words_that_is_a_unit_and_one_that_is_none() -> None:
    known, unknown = read_records(bytes.fromhex("02 7c 03 68 57 6b 0500 02 7c 03 7a 79 78 0500")).records
    assert known.register is not None
    assert (known.register.unit, known.value, unknown.quantity) == ("kWh", 5.0, "in_xyz")
    with pytest.raises(TruncatedError, match="before its VIFE"):
        read_records(bytes.fromhex("02 fc 03 7a 79 78"))


def test_a_float_times_a_large_factor_is_rounded_once() -> None:
    real = struct.unpack("<f", struct.pack("<f", 0.1))[0]
    (record,) = read_records(bytes.fromhex("05 93 fd fd fd fd 7d") + struct.pack("<f", 0.1)).records
    assert record.register is not None
    assert record.value == float(Fraction(real) * record.register.factor)


def test_a_length_too_short_for_a_frame_is_no_start() -> None:
    assembler = Assembler()
    assert assembler.receive(bytes.fromhex("68 01 01 68")) == []
    assert assembler.skipped == 3  # the second start byte may still be one
