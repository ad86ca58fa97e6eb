"""What the simulator builds, a decoder of others reads the same way."""

from __future__ import annotations

import datetime as dt
import importlib.util

from fractions import Fraction
from typing import Any, get_args

import pytest

from hypothesis import given, settings
from hypothesis import strategies as st

from divako.codec import AesKey
from divako.model import Function, Mvt, Telegram
from divako.simulate import Address, FrameFormat, encode_record, long_frame, wireless_frame
from divako.telegrams import KeyStore, decode
from divako.units import exact_factor


pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("pymbusparser") is None,
    reason="pymbusparser, of the dependency group `test`, is not installed",
)

KEY = bytes(range(16))
SENDER = Address("12345678", Mvt(manufacturer="DVK", version=1, device_type=7))
# Quantities that both know; the peer scales no floats, and takes codes of "invalid" for numbers.
VIFS = [
    "03",
    "06",
    "0e",
    "13",
    "16",
    "1b",
    "22",
    "25",
    "2b",
    "31",
    "3b",
    "43",
    "4b",
    "53",
    "5b",
    "5f",
    "61",
    "65",
    "69",
    "6e",
    "70",
    "fd48",
    "fd59",
    "fb01",
    "fb09",
    "fb1a",
    "933c",
    "9375",
]
FUNCTIONS = {
    Function.INSTANTANEOUS: "Instantaneous value",
    Function.MAXIMUM: "Maximum value",
    Function.MINIMUM: "Minimum value",
    Function.ERROR: "Value during error state",
}
UNITS = {
    "W.h": "Wh",
    "J.h-1": "J/h",
    "m3.h-1": "m3/h",
    "m3.min-1": "m3/min",
    "m3.s-1": "m3/s",
    "kg.h-1": "kg/h",
    "Cel": "degC",
}

integers = st.tuples(
    st.sampled_from(["04", "44", "8404", "c401", "8410", "8440", "14", "24"]), st.integers(1 - (1 << 31), (1 << 31) - 1)
)
decimals = st.tuples(st.sampled_from(["0c", "4c", "8c04", "1c"]), st.integers(-9_999_999, 99_999_999))
counts = st.builds(
    lambda pair, vif: encode_record(bytes.fromhex(pair[0] + vif), pair[1]), integers | decimals, st.sampled_from(VIFS)
)
# Day 31 of type F is "every day" to the peer.
dates = st.dates(dt.date(2000, 1, 1), dt.date(2080, 12, 31)).map(lambda d: encode_record(bytes.fromhex("426c"), d))
pools = st.lists(counts | dates, min_size=1, max_size=12).map(b"".join)


def assert_same(got: Telegram, theirs: dict[str, Any]) -> None:
    assert theirs["decode_state"] == "complete"
    assert theirs["meter"]["identity"]["id"] == got.meter_id
    assert len(theirs["records"]) == len(got.records)
    for ours, other in zip(got.records, theirs["records"], strict=True):
        place = other["storage_number"], other["tariff"], other["subunit"], other["function"]
        assert place == (ours.storage, ours.tariff, ours.subunit, FUNCTIONS[ours.function])
        if ours.register is None:
            assert isinstance(ours.content, dt.date)
            assert other["value"]["value"] == ours.content.isoformat()
            continue
        unit = other.get("unit")
        factor = Fraction(1) if unit is None else exact_factor(UNITS.get(unit, unit))[1]
        assert ours.count is not None
        assert Fraction(other["value"]["value"]) * factor == ours.count * ours.register.factor


@settings(max_examples=60, deadline=None)
@given(pool=pools, address=st.integers(1, 250))
def test_plain_wired_telegrams(pool: bytes, address: int) -> None:
    import pymbusparser

    frame = long_frame(SENDER, pool, address=address)
    assert_same(decode(frame), pymbusparser.parse(frame))


@settings(max_examples=60, deadline=None)
@given(
    pool=pools, frame_format=st.sampled_from(get_args(FrameFormat)), access=st.integers(0, 255), sealed=st.booleans()
)
@pytest.mark.parametrize("header", ["short", "long"])
def test_plain_and_enciphered_wireless_telegrams(
    header: Any, pool: bytes, frame_format: FrameFormat, access: int, sealed: bool
) -> None:
    import pymbusparser

    key = AesKey(KEY) if sealed else None
    frame = wireless_frame(SENDER, pool, frame_format=frame_format, header=header, access_number=access, key=key)
    assert_same(
        decode(frame, keys=KeyStore.single(KEY), frame_format=frame_format),
        pymbusparser.parse(frame, key=KEY if sealed else None),
    )
