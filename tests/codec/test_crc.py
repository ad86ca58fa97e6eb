"""The CRC of EN 13757."""

from __future__ import annotations

import numpy as np

from hypothesis import given
from hypothesis import strategies as st

from divako.codec import crc16_en13757, crc_columns, crc_shares


def test_check_value_of_the_standard() -> None:
    # The check value that catalogues list for CRC-16/EN-13757.
    assert crc16_en13757(b"123456789") == 0xC2B7


@given(st.binary(min_size=1, max_size=40), st.data())
def test_every_single_bit_error_is_seen(data: bytes, draw: st.DataObject) -> None:
    bit = draw.draw(st.integers(0, 8 * len(data) - 1))
    damaged = bytearray(data)
    damaged[bit // 8] ^= 1 << bit % 8
    assert crc16_en13757(bytes(damaged)) != crc16_en13757(data)


@given(st.lists(st.binary(max_size=64), min_size=1, max_size=4))
def test_columns_give_the_crc_of_each_block(blocks: list[bytes]) -> None:
    rows = np.frombuffer(b"".join(block.rjust(64, b"\0") for block in blocks), dtype="uint8").reshape(-1, 64)
    assert crc_columns(rows).tolist() == [crc16_en13757(block) for block in blocks]


@given(st.binary(min_size=1, max_size=256), st.data())
def test_what_bytes_contribute_adds_up(block: bytes, draw: st.DataObject) -> None:
    of_first = draw.draw(st.lists(st.booleans(), min_size=len(block), max_size=len(block)))
    sides = [[i for i in range(len(block)) if of_first[i] == side] for side in (True, False)]
    row = np.frombuffer(block, dtype="uint8")[None]
    shares = [int(crc_shares(row[:, side], [len(block) - 1 - i for i in side])[0]) for side in sides]
    assert shares[0] ^ shares[1] ^ 0xFFFF == crc16_en13757(block)
