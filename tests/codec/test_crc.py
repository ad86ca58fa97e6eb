"""The CRC of EN 13757."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from divako.codec import crc16_en13757


def test_check_value_of_the_standard() -> None:
    # The check value that catalogues list for CRC-16/EN-13757.
    assert crc16_en13757(b"123456789") == 0xC2B7


@given(st.binary(min_size=1, max_size=40), st.data())
def test_every_single_bit_error_is_seen(data: bytes, draw: st.DataObject) -> None:
    bit = draw.draw(st.integers(0, 8 * len(data) - 1))
    damaged = bytearray(data)
    damaged[bit // 8] ^= 1 << bit % 8
    assert crc16_en13757(bytes(damaged)) != crc16_en13757(data)
