"""BCD and integers."""

from __future__ import annotations

import pytest

from hypothesis import given
from hypothesis import strategies as st

from divako.codec import read_bcd, read_signed


@given(st.integers(1, 8), st.data())
def test_bcd_reads_back_what_was_written(size: int, draw: st.DataObject) -> None:
    number = draw.draw(st.integers(-(10 ** (2 * size - 1)) + 1, 10 ** (2 * size) - 1))
    digits = f"{number:0{2 * size}d}" if number >= 0 else "f" + f"{-number:0{2 * size - 1}d}"
    assert read_bcd(bytes.fromhex(digits)[::-1]) == number


@given(st.binary(min_size=1, max_size=6))
def test_bcd_gives_no_number_for_digits_above_nine(data: bytes) -> None:
    digits = data[::-1].hex()
    wrong = any(d in "abcdef" for d in digits[1:]) or digits[0] in "abcde"
    assert (read_bcd(data) is None) == wrong


@given(st.integers(1, 8), st.data())
def test_integers_read_back_and_the_lowest_is_invalid(size: int, draw: st.DataObject) -> None:
    lowest = -(1 << 8 * size - 1)
    number = draw.draw(st.integers(lowest, -lowest - 1) | st.just(lowest))
    got = read_signed(number.to_bytes(size, "little", signed=True))
    assert got == (None if number == lowest else number)


@pytest.mark.parametrize("size", range(1, 9))
def test_the_invalid_code_is_no_number(size: int) -> None:
    assert read_signed(bytes(size - 1) + b"\x80") is None
