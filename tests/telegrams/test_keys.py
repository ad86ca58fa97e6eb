"""Keys are found, checked and never shown."""

from __future__ import annotations

import pickle

from typing import Any

import pytest

from hypothesis import given
from hypothesis import strategies as st

from divako.codec import AesKey
from divako.errors import DecryptionError, InputError
from divako.model import Mvt
from divako.simulate import Address, encode_record, long_frame, wireless_frame
from divako.telegrams import KeyStore, decode, decode_batch, parse_key


HEX = "000102030405060708090A0B0C0D0E0F"


@given(st.dictionaries(st.from_regex(r"[0-9A-F]{8}", fullmatch=True), st.binary(min_size=16, max_size=16), max_size=5))
def test_every_meter_finds_its_own_key(keys: dict[str, bytes]) -> None:
    store = KeyStore.from_mapping(keys)
    assert len(store) == len(keys)
    for meter_id, raw in keys.items():
        key = store.key_of(meter_id)
        assert key is not None
        assert key.encrypt_cbc(bytes(16), bytes(16)) == AesKey(raw).encrypt_cbc(bytes(16), bytes(16))


def test_a_meter_without_a_key_has_none() -> None:
    assert KeyStore.from_mapping({}).key_of("12345678") is None


@pytest.mark.parametrize("number", ["12345678", "ELS-12345678", "els.12345678", " 12345678 "])
def test_numbers_are_read_as_people_write_them(number: str) -> None:
    assert KeyStore.from_mapping({number: HEX}).key_of("12345678") is not None


@pytest.mark.parametrize("number", ["", "1234567", "123456789", "ELS12345678x"])
def test_a_wrong_number_is_refused_by_its_place(number: str) -> None:
    with pytest.raises(InputError, match="entry 2 of the keys") as caught:
        KeyStore.from_mapping({"12345678": HEX, number: HEX})
    assert HEX not in str(caught.value)


def test_a_number_that_is_no_text_is_refused() -> None:
    numbers: Any = {12345678: HEX}
    with pytest.raises(InputError, match="entry 1 of the keys: a meter number is a text, not int"):
        KeyStore.from_mapping(numbers)


def test_a_meter_that_stands_twice_is_refused() -> None:
    with pytest.raises(InputError, match="entry 2 of the keys: this meter stands twice") as caught:
        KeyStore.from_mapping({"KAM-12345678": HEX, "12345678": HEX[::-1]})
    assert "12345678" not in str(caught.value)


@pytest.mark.parametrize("keys", [{"12345678": HEX}, HEX, lambda _meter_id, _mvt: HEX])
def test_what_knows_no_keys_is_refused_before_a_telegram_asks(keys: Any) -> None:
    frame = long_frame(SENDER, encode_record(b"\x04\x13", 1))
    for call in (decode, lambda frame, **more: decode_batch([frame], **more)):
        with pytest.raises(TypeError, match="KeyStore"):
            call(frame, keys=keys)


@pytest.mark.parametrize("key", ["", HEX[:-2], HEX + "00", "not hexadecimal digits at all", b"short"])
def test_a_wrong_key_is_refused_and_not_shown(key: str | bytes) -> None:
    with pytest.raises(InputError, match="entry 1 of the keys") as caught:
        KeyStore.from_mapping({"12345678": key})
    assert not key or str(key) not in str(caught.value)
    with pytest.raises(InputError, match="the key"):
        parse_key(key, what="the key")


def test_a_store_shows_no_key_and_is_not_pickled() -> None:
    store = KeyStore.from_mapping({"12345678": HEX})
    store.key_of("12345678")
    assert HEX.lower() not in repr(store).lower()
    assert "12345678" not in repr(store)
    with pytest.raises(TypeError):
        pickle.dumps(store)


SENDER = Address("12345678", Mvt(manufacturer="DVK", version=1, device_type=7))
OLD, NEW, FALSE = (bytes([n]) * 16 for n in (1, 2, 3))


def sealed(key: bytes, count: int) -> bytes:
    return wireless_frame(SENDER, bytes.fromhex("0413") + count.to_bytes(4, "little"), key=AesKey(key))


@pytest.mark.parametrize("min_rows", [1, 1000])
def test_keys_are_tried_in_turn(min_rows: int) -> None:
    store = KeyStore.from_mapping({"12345678": [FALSE, NEW.hex(), OLD]})
    frames = [sealed(key, i) for i, key in enumerate([OLD, NEW, OLD, NEW, NEW])]
    assert [decode(frame, keys=store).records[0].count for frame in frames] == list(range(5))
    batch = decode_batch(frames, keys=store, _min_rows=min_rows)
    assert batch.readings.count.tolist() == list(range(5))
    with pytest.raises(DecryptionError):
        decode(sealed(bytes(16), 1), keys=store)
    with pytest.raises(DecryptionError):
        decode_batch([sealed(bytes(16), 1)] * 3, keys=store, _min_rows=min_rows)


def test_a_store_may_ask_for_keys() -> None:
    asked: list[tuple[str, Mvt | None]] = []

    def ask(meter_id: str, mvt: Mvt | None) -> list[bytes] | None:
        asked.append((meter_id, mvt))
        return [OLD] if meter_id == "12345678" else None

    store = KeyStore.from_callable(ask)
    assert repr(store) == "KeyStore(asks)"
    assert store.key_of("00000000") is None
    batch = decode_batch([sealed(OLD, i) for i in range(40)], keys=store)
    assert batch.readings.count.tolist() == list(range(40))
    assert asked == [("00000000", None), ("12345678", SENDER.mvt)]


def test_no_key_at_all_is_no_list_of_keys() -> None:
    with pytest.raises(InputError, match="entry 1"):
        KeyStore.from_mapping({"12345678": []})
    with pytest.raises(InputError, match="asked for"):
        KeyStore.from_callable(lambda _meter_id, _mvt: b"short").key_of("1")
