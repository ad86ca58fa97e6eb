"""Extended link layer."""

from __future__ import annotations

import pytest

from hypothesis import given
from hypothesis import strategies as st

from divako.codec import AesKey, crc16_en13757
from divako.errors import (
    AuthenticationError,
    ChecksumError,
    DecryptionError,
    MissingKeyError,
    TruncatedError,
    UnsupportedError,
)
from divako.mbus import read_address
from divako.model import Mvt, Verdict
from divako.wmbus import Layers, read_layers


SENDER = read_address(b"\x2d\x2c", bytes.fromhex("78563412"), 1, 7)
OTHER = bytes.fromhex("9315 44332211 02 04")


class OneKey:
    def key_of(self, meter_id: str, mvt: Mvt | None) -> AesKey | None:
        return AesKey(bytes(16))


def test_without_such_a_layer_nothing_changes() -> None:
    assert read_layers(0x7A, b"abc", SENDER) == Layers(0x7A, b"abc", SENDER)


def test_layer_one_is_stepped_over() -> None:
    assert read_layers(0x8C, b"\x20\x01\x7arest", SENDER) == Layers(0x7A, b"rest", SENDER)


def test_layer_three_names_the_meter_behind_a_radio_adapter() -> None:
    got = read_layers(0x8E, b"\x20\x01" + OTHER + b"\x78rest", SENDER)
    assert (got.ci, got.data, got.sender.meter_id, got.sender.mvt.manufacturer) == (0x78, b"rest", "11223344", "ELS")


def layer_two(session: int, payload: bytes) -> bytes:
    return b"\x20\x01" + session.to_bytes(4, "little") + crc16_en13757(payload).to_bytes(2, "little") + payload


def test_layer_two_is_checked_by_its_crc() -> None:
    got = read_layers(0x8D, layer_two(0, b"\x78rest"), SENDER)
    assert (got.ci, got.data) == (0x78, b"rest")
    damaged = bytearray(layer_two(0, b"\x78rest"))
    damaged[-1] ^= 1
    with pytest.raises(ChecksumError):
        read_layers(0x8D, bytes(damaged), SENDER)


def enciphered(payload: bytes, session: int = 1 << 29) -> bytes:
    plain = crc16_en13757(payload).to_bytes(2, "little") + payload
    counter = SENDER.raw + b"\x20" + session.to_bytes(4, "little") + bytes(3)
    return b"\x20\x01" + session.to_bytes(4, "little") + AesKey(bytes(16)).crypt_ctr(plain, counter)


def test_an_enciphered_layer_needs_its_key() -> None:
    with pytest.raises(MissingKeyError):
        read_layers(0x8D, enciphered(b"\x78rest"), SENDER)


@given(st.binary(max_size=60), st.integers(0, (1 << 29) - 1))
def test_an_enciphered_layer_opens_with_its_key_and_no_changed_byte_passes(rest: bytes, counter: int) -> None:
    sealed = enciphered(b"\x78" + rest, 1 << 29 | counter)
    got = read_layers(0x8D, sealed, SENDER, OneKey())
    assert (got.ci, got.data, got.security, got.verdict) == (0x78, rest, "ell-ctr", Verdict.CHECKED)
    damaged = bytearray(sealed)
    damaged[-1] ^= 1
    with pytest.raises(DecryptionError):
        read_layers(0x8D, bytes(damaged), SENDER, OneKey())


def test_a_layer_deciphered_by_others_reads_without_a_key_and_is_refused_with_one() -> None:
    plain = layer_two(1 << 29, b"\x78rest")
    assert read_layers(0x8D, plain, SENDER).data == b"rest"
    with pytest.raises(AuthenticationError):
        read_layers(0x8D, plain, SENDER, OneKey())


@pytest.mark.parametrize("ci", [0x8C, 0x8D, 0x8E, 0x8F, 0x90])
def test_a_cut_layer_is_truncated(ci: int) -> None:
    with pytest.raises(TruncatedError):
        read_layers(ci, b"\x20", SENDER)


@pytest.mark.parametrize("ci", [0x81, 0x86])
def test_layers_that_are_not_known_are_named(ci: int) -> None:
    with pytest.raises(UnsupportedError, match=f"{ci:02X}"):
        read_layers(ci, b"", SENDER)


def test_a_fragment_is_named() -> None:
    with pytest.raises(UnsupportedError, match="fragment"):
        read_layers(0x90, bytes.fromhex("02 0140 7a"), SENDER)


def test_an_authentication_layer_hands_on_what_it_covers() -> None:
    got = read_layers(0x90, bytes.fromhex("0f 002c 25 01000000 1122334455667788 7a aabb"), SENDER)
    assert (got.ci, got.data) == (0x7A, b"\xaa\xbb")
    assert got.fragment is not None
    assert got.fragment.mac.hex() == "1122334455667788"
    assert got.fragment.covered.hex() == "2501000000"
    assert got.fragment.message.hex() == "7aaabb"
