"""No readings for a wrong key, code, tag or CRC; distinct errors; nothing secret is ever shown."""

from __future__ import annotations

import pickle

import pytest

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from divako.codec import AesKey, DesKey
from divako.errors import (
    AuthenticationError,
    ChecksumError,
    DecodeError,
    DecryptionError,
    MissingKeyError,
    TruncatedError,
    UnsupportedError,
)
from divako.model import Mvt, Verdict
from divako.simulate import MODES, Address, ExtendedLink, Mode, Protection, long_frame, wireless_frame
from divako.telegrams import KeyStore, decode


KEY, DES = bytes.fromhex("a1b2c3d4e5f60718293a4b5c6d7e8f90"), bytes.fromhex("a1b2c3d4e5f60718")
SENDER = Address("12345678", Mvt(manufacturer="DVK", version=1, device_type=0x16))
RECORDS = bytes.fromhex("0413 39300000 02 5b 1500 42 6c 4a3c")
ENCIPHERED: list[Mode] = [mode for mode in MODES if mode]


def key_of(mode: Mode) -> bytes:
    return DES if mode == 2 else KEY


def store(key: bytes) -> KeyStore:
    return KeyStore.from_mapping({SENDER.meter_id: key})


def frame_of(mode: Mode, *, code_size: int | None = None, counter: int = 5, ell: bool = False) -> bytes:
    if ell:
        link = ExtendedLink(session=99, key=AesKey(KEY))
        return wireless_frame(SENDER, RECORDS, extended=link, frame_format="stripped")
    raw = key_of(mode)
    key = DesKey(raw) if len(raw) == 8 else AesKey(raw)
    protection = Protection(mode=mode, key=key, counter=counter, code_size=code_size)
    return wireless_frame(SENDER, RECORDS, protection=protection, frame_format="stripped")


@pytest.mark.parametrize("mode", ENCIPHERED)
def test_a_missing_key_is_an_error_of_its_own_that_names_the_mode(mode: Mode) -> None:
    for keys in (None, KeyStore.from_mapping({})):
        with pytest.raises(MissingKeyError, match=f"mode {mode}"):
            decode(frame_of(mode), keys=keys)


@settings(max_examples=40, deadline=None)
@given(st.data(), st.sampled_from(ENCIPHERED))
def test_a_wrong_key_never_gives_readings(data: st.DataObject, mode: Mode) -> None:
    right = key_of(mode)
    wrong = data.draw(st.binary(min_size=len(right), max_size=len(right)))
    # DES ignores the lowest bit of each byte.
    assume([b & 0xFE for b in wrong] != [b & 0xFE for b in right])
    expected = AuthenticationError if mode == 10 else DecryptionError
    with pytest.raises(expected):
        decode(frame_of(mode), keys=store(wrong))


@pytest.mark.parametrize("mode", ENCIPHERED)
def test_a_key_of_the_wrong_length_is_refused(mode: Mode) -> None:
    with pytest.raises(DecryptionError, match="needs a key of"):
        decode(frame_of(mode), keys=store(KEY if mode == 2 else DES))
    with pytest.raises(DecryptionError, match="needs a key of 16"):
        decode(frame_of(5, ell=True), keys=store(DES))


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([0, 5, 7, 10]), st.data())
def test_every_changed_bit_behind_the_code_is_seen(mode: Mode, data: st.DataObject) -> None:
    good = frame_of(mode, code_size=8)
    start = 11  # the authentication layer and all behind it
    at = data.draw(st.integers(start, len(good) - 1))
    bad = bytearray(good)
    bad[at] ^= 1 << data.draw(st.integers(0, 7))
    assert decode(good, keys=store(KEY)).verdict is Verdict.AUTHENTICATED
    try:
        got = decode(bytes(bad), keys=store(KEY))
    except DecodeError:
        return
    # Bits of the flags that say the code is there, or how long it is, can take it off; the verdict then says so.
    assert got.verdict is not Verdict.AUTHENTICATED or got.records == decode(good, keys=store(KEY)).records


def test_a_code_is_checked_in_every_mode_and_one_that_differs_is_an_authentication_error() -> None:
    for mode in (0, 5, 7):
        bad = bytearray(frame_of(mode, code_size=8))
        bad[24] ^= 1  # a byte of the code
        with pytest.raises(AuthenticationError, match="code differs"):
            decode(bytes(bad), keys=store(KEY))


def test_a_code_needs_its_counter() -> None:
    frame = bytearray(wireless_frame(SENDER, RECORDS, frame_format="stripped"))
    frame[10:10] = bytes.fromhex("90 0b 0024 25 1122334455667788")
    frame[0] = len(frame) - 1
    with pytest.raises(DecryptionError, match="no message counter"):
        decode(bytes(frame), keys=store(KEY))
    assert decode(bytes(frame)).verdict is Verdict.UNVERIFIED  # nobody could check it


@pytest.mark.parametrize("mode", [2, 5, 7])
def test_removed_protection_is_an_authentication_error_where_a_key_is_known(mode: Mode) -> None:
    frame = bytearray(frame_of(mode))
    at = 15 + (5 if mode == 7 else 0)
    body = b"\x2f\x2f" + RECORDS
    frame[at : at + len(body)] = body
    with pytest.raises(AuthenticationError, match="in the clear"):
        decode(bytes(frame), keys=store(key_of(mode)))
    got = decode(bytes(frame))
    assert (got.verdict, got.security, got.records[0].count) == (Verdict.UNVERIFIED, f"tpl-mode{mode}", 12345)


def test_records_that_do_not_fill_a_deciphered_body_are_not_believed() -> None:
    for records in (RECORDS + b"\x2f" * 15 + b"\x04", RECORDS + b"\x3f" + bytes(10)):
        frame = wireless_frame(SENDER, records, key=AesKey(KEY))
        for partial in (False, True):
            with pytest.raises(DecryptionError, match="do not fill"):
                decode(frame, keys=store(KEY), partial=partial)


def test_a_deciphered_body_whose_tag_holds_may_be_read_in_part() -> None:
    frame = wireless_frame(SENDER, RECORDS + b"\x04", protection=Protection(mode=10, key=AesKey(KEY)))
    got = decode(frame, keys=store(KEY), partial=True)
    assert [record.count for record in got.records] == [12345, 21, None]
    assert got.damage is not None


@pytest.mark.parametrize(
    ("mode", "name"), [(1, "manufacturer"), (3, "DES"), (8, "CTR"), (9, "GCM"), (13, "TLS"), (15, "special")]
)
def test_modes_that_are_not_read_are_named(mode: int, name: str) -> None:
    frame = bytearray(wireless_frame(SENDER, RECORDS, frame_format="stripped"))
    frame[14] = mode
    with pytest.raises(UnsupportedError, match=f"mode {mode} .*{name}"):
        decode(bytes(frame), keys=store(KEY))


def test_an_old_wired_meter_may_put_any_signature_where_the_mode_stands() -> None:
    for signature in (b"\xff\xff", b"\xb6\x27", b"\x00\x08", b"\xf0\x05", b"\xf8\x02", b"\x27\x2a", b"\x08\x18"):
        frame = bytearray(long_frame(SENDER, RECORDS))
        frame[17:19] = signature
        frame[-2] = sum(frame[4:-2]) & 0xFF
        assert decode(bytes(frame)).records[0].count == 12345


def test_fewer_bytes_than_are_enciphered_are_truncated() -> None:
    for mode in (2, 5):
        frame = bytearray(frame_of(mode)[:-8])
        frame[0] = len(frame) - 1
        with pytest.raises(TruncatedError, match="fewer bytes"):
            decode(bytes(frame), keys=store(key_of(mode)))


@pytest.mark.parametrize("mode", [7, 10])
def test_a_configuration_that_is_cut_is_truncated(mode: Mode) -> None:
    good = frame_of(mode)
    for size in range(15, 20):
        with pytest.raises(TruncatedError):
            decode(bytes((size - 1,)) + good[1:size], keys=store(KEY))


def test_a_key_that_is_derived_in_another_way_and_a_part_in_the_clear_are_named() -> None:
    for mode, at, value, match in ((7, 15, 0x20, "CMAC"), (10, 15, 0x20, "CMAC"), (10, 13, 0x10, "in the clear")):
        frame = bytearray(frame_of(mode))  # type: ignore[arg-type] # one of the modes
        frame[at] = value
        with pytest.raises(UnsupportedError, match=match):
            decode(bytes(frame), keys=store(KEY))
    frame = bytearray(frame_of(7, code_size=8))
    frame[15 + 17] = 0x20
    with pytest.raises((UnsupportedError, AuthenticationError)):
        decode(bytes(frame), keys=store(KEY))


def test_an_extended_link_layer_in_an_unknown_cipher_or_with_a_wrong_crc_is_refused() -> None:
    plain = bytearray(wireless_frame(SENDER, RECORDS, extended=ExtendedLink(session=1), frame_format="stripped"))
    plain[-1] ^= 1
    with pytest.raises(ChecksumError):
        decode(bytes(plain))
    plain[16] |= 0x40
    with pytest.raises(UnsupportedError, match="cipher"):
        decode(bytes(plain))


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from([*ENCIPHERED, None]), st.sampled_from(["right", "wrong", "short"]), st.booleans())
def test_a_key_is_never_shown(data: st.DataObject, mode: Mode | None, which: str, coded: bool) -> None:
    right = KEY if mode is None else key_of(mode)
    wrong = bytes(reversed(right))
    key = {"right": right, "wrong": wrong, "short": DES if len(right) == 16 else KEY}[which]
    keys = store(key)
    frame = frame_of(mode or 5, code_size=8 if coded and mode in {5, 7} else None, ell=mode is None)
    cut = data.draw(st.integers(0, len(frame)))
    shown = [repr(keys), str(keys), repr(keys.key_of(SENDER.meter_id)), str(keys.key_of(SENDER.meter_id))]
    for some in (frame, frame[:cut]):
        try:
            got = decode(some, keys=keys)
            shown += [repr(got), str(got)]
            kept = pickle.dumps(got)
        except DecodeError as error:
            shown += [repr(error), str(error), repr(error.__cause__), repr(error.__context__), str(error.args)]
            kept = pickle.dumps(error)
        assert key not in kept
        assert key.hex().encode() not in kept
    text = "".join(shown).lower()
    assert key.hex() not in text
    assert repr(key)[2:-1].lower() not in text
    assert SENDER.meter_id not in "".join(s for s in shown if "Error" in s)
    for secret in (keys, keys.key_of(SENDER.meter_id)):
        with pytest.raises(TypeError):
            pickle.dumps(secret)
