"""Diehl's ciphers open what they should, and nothing comes of what they do not open."""

from __future__ import annotations

import pytest

from hypothesis import given
from hypothesis import strategies as st

from divako.codec import AesKey
from divako.drivers import Cipher
from divako.drivers._diehl import PUBLIC_KEY, PUBLIC_KEYS, encipher, key_stream, printed_address
from divako.errors import DecodeError, DecryptionError, DriverError, MalformedError, MissingKeyError
from divako.mbus import read_address
from divako.model import Medium, Mvt, Status, Telegram, Verdict
from divako.telegrams import KeyStore, decode


HYDROMETER = bytes.fromhex("2423 2004 78563412")
DIEHL = bytes.fromhex("a511 7807 78563412")
RECORDS = bytes.fromhex("0c06 45230100  0413 39300000")
CLEAR = bytes.fromhex("01 14 00 13")

keys = st.sampled_from(PUBLIC_KEYS)
litres = st.integers(0, 10**8 - 1)


def framed(sender: bytes, ci: int, body: bytes) -> bytes:
    frame = b"\x44" + sender + bytes((ci,)) + body
    return bytes((len(frame),)) + frame


def prios(key: int, plain: bytes, clear: bytes = CLEAR, sender: bytes = DIEHL) -> bytes:
    return framed(sender, 0xA1, clear + encipher(plain, key, sender, b"\xa1" + clear))


def plain_prios(now: int, due: int, date: str = "3f3c") -> bytes:
    return b"\x4b" + now.to_bytes(4, "little") + due.to_bytes(4, "little") + bytes.fromhex(date)


def real_data(key: int, plain: bytes, *, check: int | None = None) -> bytes:
    header = b"\x2a\x00\x00" + bytes(((sum(plain) if check is None else check) & 0xEF | 0x10,))
    return framed(HYDROMETER, 0x7A, header + encipher(plain, key, HYDROMETER, b"\x7a" + header))


def mode_5(key: bytes, *, maker: str = "a511") -> bytes:
    sender = bytes.fromhex(maker) + bytes.fromhex("78563412 7007")
    plain = (b"\x2f\x2f" + RECORDS).ljust(16, b"\x2f")
    return framed(sender, 0x7A, b"\x2a\x00\x10\x05" + AesKey(key).encrypt_cbc(plain, sender + b"\x2a" * 8))


def volumes(telegram: Telegram) -> list[int | None]:
    return [r.count for r in telegram.records if r.register is not None and r.register.name == "volume"]


@given(st.integers(0, 2**32 - 1))
def test_the_key_stream_is_that_of_the_register_bit_by_bit(seed: int) -> None:
    register, stream = seed, key_stream(seed)
    for _ in range(12):
        for _ in range(8):
            bit = (register >> 1 ^ register >> 2 ^ register >> 11 ^ register >> 31) & 1
            register = (register << 1 | bit) & 0xFFFFFFFF
        assert next(stream) == register & 0xFF


@given(keys, litres, litres)
def test_readings_come_back_under_either_public_key(key: int, now: int, due: int) -> None:
    telegram = decode(prios(key, plain_prios(now, due)))
    assert volumes(telegram) == [now, due]
    assert telegram.security == "maker"


@pytest.mark.parametrize("vif", range(0x10, 0x18))
def test_the_unit_stands_in_the_clear(vif: int) -> None:
    telegram = decode(prios(PUBLIC_KEYS[0], plain_prios(12_345, 0), clear=CLEAR[:3] + bytes((vif,))))
    read = next(r for r in telegram.records if r.quantity == "volume")
    assert read.value == pytest.approx(12_345 * 10.0 ** (vif - 0x16), rel=1e-15)


def test_another_key_is_a_wrong_key() -> None:
    with pytest.raises(DecryptionError):
        decode(prios(0x12345678, plain_prios(1000, 900)))


@given(st.integers(0, 0xFFFFFFFF), litres)
def test_a_key_that_passes_the_check_byte_by_chance_gives_no_numbers(key: int, now: int) -> None:
    if key in PUBLIC_KEYS:
        return
    with pytest.raises((DecryptionError, MalformedError)):
        decode(prios(key, plain_prios(now, now // 2)))


@pytest.mark.parametrize(
    "plain",
    [
        plain_prios(10**8, 0),
        plain_prios(0, 10**8),
        plain_prios(1000, 900, date="2002"),
        plain_prios(1000, 900, date="3f3d"),
    ],
    ids=["now", "due", "day", "month"],
)
def test_what_no_meter_shows_is_refused(plain: bytes) -> None:
    with pytest.raises(MalformedError):
        decode(prios(PUBLIC_KEYS[1], plain))


@pytest.mark.parametrize(
    ("clear", "status"),
    [
        ("81 14 00 13", Status.ABNORMAL),
        ("01 94 00 13", Status.LEAK),
        ("01 14 80 13", Status.BACKFLOW),
        ("01 14 02 13", Status.TAMPER),
        ("01 54 05 13", Status.OK),  # alarms that are over
    ],
)
def test_alarms_of_now_are_flags_of_every_reading(clear: str, status: Status) -> None:
    telegram = decode(prios(PUBLIC_KEYS[1], plain_prios(1000, 900), clear=bytes.fromhex(clear)))
    assert {r.status for r in telegram.records if r.register is not None} == {status}


@given(keys)
def test_records_of_real_data_come_back(key: int) -> None:
    telegram = decode(real_data(key, RECORDS))
    assert [(r.quantity, r.value) for r in telegram.records] == [("energy", 12_345.0), ("volume", 12.345)]


def test_real_data_that_somebody_deciphered_before_are_read() -> None:
    sealed = real_data(PUBLIC_KEYS[0], RECORDS)
    opened = sealed[: -len(RECORDS)] + RECORDS
    assert decode(opened).records == decode(sealed).records


@given(st.integers(0, 255))
def test_real_data_with_another_sum_are_refused(check: int) -> None:
    frame = real_data(PUBLIC_KEYS[0], RECORDS, check=check)
    if check & 0xEF == sum(RECORDS) & 0xEF:
        assert decode(frame).records
        return
    with pytest.raises(DecodeError):
        decode(frame)


def test_meters_are_named_as_they_are_labelled() -> None:
    telegram = decode(real_data(PUBLIC_KEYS[0], RECORDS))
    assert (telegram.meter_id, telegram.medium) == ("12345678", Medium.HEAT)
    assert telegram.mvt == Mvt(manufacturer="HYD", version=0x20, device_type=0x04)
    assert decode(prios(PUBLIC_KEYS[0], plain_prios(1, 1))).meter_id == "12345678"


def test_sappel_counts_the_version_to_its_number() -> None:
    address = printed_address(read_address(bytes.fromhex("304c"), bytes.fromhex("a7814021"), 0x54, 0x01))
    assert (address.meter_id, address.mvt.device_type) == ("214081A7", 0x07)


@pytest.mark.parametrize("modes", [(), 5, range(15, 18)])
def test_ciphers_are_for_modes_that_the_standard_leaves_to_makers(modes: object) -> None:
    with pytest.raises(DriverError):
        Cipher(lambda data, _body: data, modes)  # type: ignore[arg-type]  # what a vendor may write


def test_the_public_key_of_mode_5_is_tried_where_there_is_no_other() -> None:
    telegram = decode(mode_5(PUBLIC_KEY))
    assert volumes(telegram) == [12_345]
    assert (telegram.security, telegram.verdict) == ("tpl-mode5", Verdict.CHECKED)
    assert (telegram.meter_id, telegram.medium) == ("12345678", Medium.WATER)


def test_a_meter_with_a_key_of_its_own_needs_it() -> None:
    own = bytes(range(16))
    with pytest.raises(MissingKeyError):
        decode(mode_5(own))
    assert volumes(decode(mode_5(own), keys=KeyStore.single(own))) == [12_345]
    with pytest.raises(DecryptionError):
        decode(mode_5(PUBLIC_KEY), keys=KeyStore.single(own))


def test_the_public_key_of_one_maker_opens_nothing_of_another() -> None:
    with pytest.raises(MissingKeyError):
        decode(mode_5(PUBLIC_KEY, maker="6850"))
