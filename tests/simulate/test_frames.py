"""Frames: they decode to what was put in, whatever their form."""

from __future__ import annotations

import functools

from typing import get_args

import pytest

from hypothesis import given, settings
from hypothesis import strategies as st

from divako.codec import AesKey, crc16_en13757
from divako.errors import DecryptionError, InputError, MissingKeyError
from divako.model import Mvt, Verdict
from divako.simulate import Address, FrameFormat, Header, encode_record, long_frame, wireless_frame
from divako.telegrams import KeyStore, decode


KEY = bytes(range(16))
SENDER = Address("12345678", Mvt(manufacturer="DVK", version=1, device_type=0x16))
VOLUME = encode_record(b"\x04\x13", 12_345)

letters = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=3, max_size=3)
# Letters of the manufacturer code are five bits; every eight digits are a number.
senders = st.builds(
    Address,
    st.integers(0, 99_999_999).map("{:08d}".format),
    st.builds(
        Mvt,
        manufacturer=letters,
        version=st.integers(0, 255),
        device_type=st.sampled_from([0x02, 0x04, 0x07, 0x16, 0x1B]),
    ),
)
counts = st.lists(st.integers(-(10**7), 10**9), min_size=1, max_size=30)
formats = st.sampled_from(get_args(FrameFormat))
headers = st.sampled_from(get_args(Header))


def records_of(values: list[int]) -> bytes:
    return b"".join(encode_record(b"\x04\x13", value) for value in values)


@settings(max_examples=60, deadline=None)
@given(
    sender=senders,
    values=counts,
    frame_format=formats,
    header=st.sampled_from(["short", "long"]),
    access_number=st.integers(0, 255),
    enciphered=st.booleans(),
)
def test_a_wireless_frame_decodes_to_what_was_put_in(
    sender: Address, values: list[int], frame_format: FrameFormat, header: Header, access_number: int, enciphered: bool
) -> None:
    frame = wireless_frame(
        sender,
        records_of(values),
        frame_format=frame_format,
        header=header,
        access_number=access_number,
        key=AesKey(KEY) if enciphered else None,
    )

    got = decode(frame, keys=KeyStore.from_mapping({sender.meter_id: KEY}), frame_format=frame_format)

    assert (got.meter_id, got.mvt, got.access_number) == (sender.meter_id, sender.mvt, access_number)
    assert [record.count for record in got.records] == values
    assert got.verdict is (Verdict.CHECKED if enciphered else Verdict.UNVERIFIED)
    assert got.security == ("tpl-mode5" if enciphered else "none")


@settings(max_examples=30, deadline=None)
@given(sender=senders, values=counts, address=st.integers(0, 250), access_number=st.integers(0, 255))
def test_a_wired_frame_decodes_to_what_was_put_in(
    sender: Address, values: list[int], address: int, access_number: int
) -> None:
    frame = long_frame(sender, records_of(values), address=address, access_number=access_number)

    got = decode(frame)

    assert (got.link, got.meter_id, got.mvt, got.access_number) == ("mbus", sender.meter_id, sender.mvt, access_number)
    assert [record.count for record in got.records] == values
    assert frame[-2] == sum(frame[4:-2]) & 0xFF


@settings(max_examples=40, deadline=None)
@given(values=st.lists(st.integers(0, 10**9), min_size=1, max_size=37), header=headers)
def test_the_formats_differ_only_in_their_crcs(values: list[int], header: Header) -> None:
    build = functools.partial(wireless_frame, SENDER, records_of(values), header=header)
    stripped, a, b = build(frame_format="stripped"), build(frame_format="A"), build(frame_format="B")

    assert stripped[0] == len(stripped) - 1
    assert a[0] == stripped[0]
    assert b[0] == len(b) - 1
    rest = [a[at : at + 18] for at in range(12, len(a), 18)]
    parts = [a[:12], *rest]
    assert b"".join(part[:-2] for part in parts) == stripped
    parts += [b[at : at + 128] for at in range(0, len(b), 128)]
    assert all(crc16_en13757(part[:-2]) == int.from_bytes(part[-2:], "big") for part in parts)
    assert b"".join(part[:-2] for part in parts[1 + len(rest) :])[1:] == stripped[1:]


@given(access_number=st.integers(0, 255))
def test_two_access_numbers_never_give_the_same_ciphertext(access_number: int) -> None:
    one, other = (
        wireless_frame(SENDER, VOLUME, frame_format="stripped", access_number=n, key=AesKey(KEY))
        for n in (access_number, access_number + 1)
    )

    assert one[-16:] != other[-16:]
    assert VOLUME not in one


def test_an_adapter_sends_for_the_meter() -> None:
    adapter = Address("87654321", Mvt(manufacturer="DVK", version=2, device_type=0x37))
    frame = wireless_frame(SENDER, VOLUME, header="long", adapter=adapter, key=AesKey(KEY))

    got = decode(frame, keys=KeyStore.from_mapping({"12345678": KEY}))

    assert frame[2:10] == adapter.link
    assert (got.meter_id, got.records[0].count) == ("12345678", 12_345)


def test_a_telegram_opens_with_no_other_key() -> None:
    frame = wireless_frame(SENDER, VOLUME, key=AesKey(KEY))

    with pytest.raises(DecryptionError):
        decode(frame, keys=KeyStore.from_mapping({"12345678": bytes(16)}))
    with pytest.raises(MissingKeyError):
        decode(frame)


@pytest.mark.parametrize("meter_id", ["", "1234567", "123456789", "1234567A", "1234567\u0668"])
def test_a_number_that_is_not_eight_digits_is_refused(meter_id: str) -> None:
    with pytest.raises(InputError, match="eight digits"):
        Address(meter_id, SENDER.mvt)


@pytest.mark.parametrize("manufacturer", ["", "DV", "DVKK", "dvk", "D1K"])
def test_a_manufacturer_that_is_not_three_letters_is_refused(manufacturer: str) -> None:
    with pytest.raises(InputError, match="three capital letters"):
        Address("12345678", Mvt(manufacturer=manufacturer, version=1, device_type=7))


def test_what_does_not_go_into_a_frame_is_refused() -> None:
    with pytest.raises(InputError, match="a frame holds 255 bytes"):
        long_frame(SENDER, bytes(241))
    with pytest.raises(InputError, match="L field counts 255 bytes, and this has 256"):
        wireless_frame(SENDER, bytes(242))
    with pytest.raises(InputError, match="L field counts 255 bytes, and this has 256"):
        wireless_frame(SENDER, bytes(238), frame_format="B")
    with pytest.raises(InputError, match="counts 1 to 15 blocks, and this has 16"):
        wireless_frame(SENDER, bytes(239), key=AesKey(KEY))
    with pytest.raises(InputError, match="without header"):
        wireless_frame(SENDER, VOLUME, header="none", key=AesKey(KEY))
    with pytest.raises(InputError, match="needs the long header"):
        wireless_frame(SENDER, VOLUME, adapter=SENDER)
