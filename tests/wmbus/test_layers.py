"""Extended link layer."""

from __future__ import annotations

import pytest

from divako.codec import AesKey, crc16_en13757
from divako.errors import AuthenticationError, ChecksumError, TruncatedError, UnsupportedError
from divako.mbus import Address, read_address
from divako.model import Mvt
from divako.wmbus import read_layers


SENDER = read_address(b"\x2d\x2c", bytes.fromhex("78563412"), 1, 7)
OTHER = bytes.fromhex("9315 44332211 02 04")


class OneKey:
    def key_of(self, meter_id: str, mvt: Mvt | None) -> AesKey | None:
        return AesKey(bytes(16))


def test_without_such_a_layer_nothing_changes() -> None:
    assert read_layers(0x7A, b"abc", SENDER) == (0x7A, b"abc", SENDER)


def test_layer_one_is_stepped_over() -> None:
    assert read_layers(0x8C, b"\x20\x01\x7arest", SENDER) == (0x7A, b"rest", SENDER)


def test_layer_three_names_the_meter_behind_a_radio_adapter() -> None:
    ci, rest, sender = read_layers(0x8E, b"\x20\x01" + OTHER + b"\x78rest", SENDER)
    assert (ci, rest, sender.meter_id, sender.mvt.manufacturer) == (0x78, b"rest", "11223344", "ELS")


def layer_two(session: int, payload: bytes) -> bytes:
    return b"\x20\x01" + session.to_bytes(4, "little") + crc16_en13757(payload).to_bytes(2, "little") + payload


def test_layer_two_is_checked_by_its_crc() -> None:
    ci, rest, _ = read_layers(0x8D, layer_two(0, b"\x78rest"), SENDER)
    assert (ci, rest) == (0x78, b"rest")
    damaged = bytearray(layer_two(0, b"\x78rest"))
    damaged[-1] ^= 1
    with pytest.raises(ChecksumError):
        read_layers(0x8D, bytes(damaged), SENDER)


def test_an_enciphered_layer_is_named() -> None:
    damaged = bytearray(layer_two(1 << 29, b"\x78rest"))
    damaged[-1] ^= 1
    with pytest.raises(UnsupportedError, match="enciphered"):
        read_layers(0x8D, bytes(damaged), SENDER)


def test_a_layer_deciphered_by_others_reads_without_a_key_and_is_refused_with_one() -> None:
    plain = layer_two(1 << 29, b"\x78rest")
    assert read_layers(0x8D, plain, SENDER)[1] == b"rest"
    with pytest.raises(AuthenticationError):
        read_layers(0x8D, plain, SENDER, OneKey())


@pytest.mark.parametrize("ci", [0x8C, 0x8D, 0x8E, 0x8F])
def test_a_cut_layer_is_truncated(ci: int) -> None:
    with pytest.raises(TruncatedError):
        read_layers(ci, b"\x20", SENDER)


@pytest.mark.parametrize("ci", [0x81, 0x86, 0x90])
def test_layers_that_are_not_known_are_named(ci: int) -> None:
    with pytest.raises(UnsupportedError, match=f"{ci:02X}"):
        read_layers(ci, b"", SENDER)
    assert isinstance(SENDER, Address)
