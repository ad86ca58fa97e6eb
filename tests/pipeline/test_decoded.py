"""Items to telegrams: each with its own key, context, format and device; and an error in place of each that fails."""

from __future__ import annotations

import base64
import json

from collections.abc import Callable
from typing import Any

import pytest

from divako.codec import AesKey, crc16_en13757
from divako.drivers import for_device
from divako.errors import DecryptionError, DivakoError, InputError, MissingKeyError, UnsupportedError
from divako.model import Mvt, Telegram, Verdict
from divako.pipeline import Decoded, Item, decode_item, decode_items, read_items
from divako.simulate import Address, wireless_frame
from divako.stores import Line
from divako.telegrams import Formats, KeyStore


METER = "20260101"
KEY, OTHER = "000102030405060708090A0B0C0D0E0F", "FF0102030405060708090A0B0C0D0E0F"
SENDER = Address(METER, Mvt(manufacturer="DVK", version=1, device_type=0x16))
HEADERS, DATA, FULL = bytes.fromhex("0413426c"), bytes.fromhex("e80300004a3c"), bytes.fromhex("0413e8030000426c4a3c")
PAYLOAD = for_device("axioma_w1").examples[0].payload


def item(**fields: Any) -> Item:
    (one,) = read_items([Line("in.jsonl", 1, json.dumps(fields))])
    return one


def compact() -> str:
    """Make the compact frame of two records: CI 79, the CRC of their headers, that of them all, and the data."""
    body = crc16_en13757(HEADERS).to_bytes(2, "little") + crc16_en13757(FULL).to_bytes(2, "little") + DATA
    plain = wireless_frame(SENDER, body, header="none", frame_format="stripped")
    return plain.replace(b"\x78", b"\x79", 1).hex()


def full(key: str | None = None) -> str:
    """Make the full frame of the same records."""
    secret = None if key is None else AesKey(bytes.fromhex(key))
    return wireless_frame(SENDER, FULL, key=secret).hex()


def volume(telegram: Telegram) -> float | None:
    return next(record.value for record in telegram.records if record.quantity == "volume")


def test_the_key_of_an_item_goes_before_the_keys_of_all() -> None:
    frame = full(KEY)
    keys, wrong = (KeyStore.from_mapping({METER: key}) for key in (KEY, OTHER))
    for telegram in (
        decode_item(item(hex=frame, key=KEY)),
        decode_item(item(hex=frame), keys=keys),
        decode_item(item(hex=frame, key=KEY), keys=wrong),
        decode_item(item(hex=frame, keys={"encryption_key": KEY, "authentication_key": OTHER}), keys=wrong),
        decode_item(item(hex=frame, key=KEY, keys={"encryption_key": OTHER})),
    ):
        assert (volume(telegram), telegram.verdict) == (1.0, Verdict.CHECKED)
    with pytest.raises(DecryptionError):
        decode_item(item(hex=frame, key=OTHER), keys=keys)
    with pytest.raises(MissingKeyError):
        decode_item(item(hex=frame))


@pytest.mark.parametrize("key", ["", "00", "zz" * 16, "00" * 17])
def test_a_key_that_is_none_is_an_error_of_the_input_that_does_not_show_it(key: str) -> None:
    with pytest.raises(InputError) as caught:
        decode_item(item(hex=full(KEY), key=key))
    assert not key or key not in str(caught.value)


@pytest.mark.parametrize("key", [None, KEY])
def test_a_compact_frame_is_read_with_what_the_receiver_saw_before(key: str | None) -> None:
    # What was seen before may be enciphered, or handed on deciphered.
    got = decode_item(item(hex=compact(), context=["00", full(key)], key=KEY))
    assert volume(got) == 1.0
    assert got.records == decode_item(item(hex=full())).records


def test_a_compact_frame_is_read_with_the_headers_that_come_with_it() -> None:
    assert volume(decode_item(item(hex=compact(), format=HEADERS.hex()))) == 1.0
    assert volume(decode_item(item(hex=compact()), formats=Formats.of([HEADERS]))) == 1.0


def test_a_compact_frame_is_read_with_the_full_frames_before_it() -> None:
    items = [item(hex=compact()), item(hex=full()), item(hex=compact())]
    assert [one.error is None for one in decode_items(items)] == [False, True, True]


def test_each_item_with_a_context_or_format_has_a_store_of_its_own() -> None:
    # Neither does it see what stood before it, nor do others see what it brings.
    own = item(hex=compact(), context=[full()])
    items = [own, item(hex=full(), context=[]), item(hex=compact()), item(hex=full()), item(hex=compact(), context=[])]
    assert [one.error is None for one in decode_items(items)] == [True, True, False, True, False]
    with pytest.raises(UnsupportedError):
        decode_item(item(hex=compact(), format="0213"), formats=Formats.of([HEADERS]))


def test_a_payload_is_read_with_its_port_and_device() -> None:
    got = decode_item(item(hex=PAYLOAD.hex(), link="lorawan", fport=100, device="axioma_w1", meter="0011223344556677"))
    assert (got.meter_id, got.link) == ("0011223344556677", "lorawan")
    assert got.records
    with pytest.raises(UnsupportedError, match="name the device") as caught:
        decode_item(item(hex=PAYLOAD.hex(), link="lorawan"))
    assert caught.value.layer == "lorawan.payload"


def test_an_uplink_is_kept_whether_its_payload_can_be_read_or_not() -> None:
    envelope = {
        "end_device_ids": {"dev_eui": "0011223344556677"},
        "received_at": "2026-01-01T12:00:00Z",
        "uplink_message": {"f_port": 100, "f_cnt": 9, "frm_payload": base64.b64encode(PAYLOAD).decode()},
    }
    good, bad, none = decode_items(
        [
            item(document=envelope, device="axioma_w1"),
            item(document=envelope, device="nobody"),
            item(document={"unheard": "of"}),
        ]
    )
    assert good.uplink is not None
    assert (good.telegram is None, good.error, good.uplink.f_port) == (False, None, 100)
    assert (bad.telegram, bad.uplink) == (None, good.uplink)
    assert bad.error is not None
    assert (none.uplink, none.telegram) == (None, None)
    assert good.telegram == decode_item(item(document=envelope, device="axioma_w1"))


def test_what_holds_only_data_of_its_maker_is_not_taken_for_a_reading() -> None:
    with pytest.raises(UnsupportedError, match="manufacturer's own"):
        decode_item(item(hex=wireless_frame(SENDER, b"\x0f\x01\x02").hex()))


def test_nothing_to_decode_is_told() -> None:
    with pytest.raises(InputError, match="nothing to decode"):
        decode_item(Item(file="in", line=1))


def test_every_item_has_its_outcome_in_its_place(frame: Callable[..., str]) -> None:
    lines = ["garbage", frame(METER, 5), frame(METER, 5)[:-4], frame(METER, 6)]
    got = list(decode_items(read_items(Line("in.hex", i, text) for i, text in enumerate(lines, 1))))
    assert [type(one) for one in got] == [Decoded] * 4
    assert [(one.line, one.error is None, one.telegram is None) for one in got] == [
        (1, False, True),
        (2, True, False),
        (3, False, True),
        (4, True, False),
    ]
    assert all(isinstance(one.error, DivakoError) for one in got[::2])
