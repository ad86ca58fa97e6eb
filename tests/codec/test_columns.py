"""Columns of numbers are read as single numbers are."""

from __future__ import annotations

import numpy as np

from hypothesis import given
from hypothesis import strategies as st

from divako.codec import (
    bcd_columns,
    crc16_en13757,
    crc_sound,
    read_bcd,
    read_signed,
    real_columns,
    signed_columns,
    unsigned_columns,
)


digits = st.sampled_from(range(10))
packed = st.tuples(digits, digits).map(lambda pair: pair[0] << 4 | pair[1])
fields = st.one_of(
    st.binary(min_size=1, max_size=7),
    st.lists(packed, min_size=1, max_size=7).map(bytes),
    st.lists(packed, min_size=1, max_size=6).flatmap(lambda low: digits.map(lambda d: bytes([*low, 0xF0 | d]))),
    st.integers(1, 7).map(lambda n: b"\xff" * n),
    st.integers(0, 6).map(lambda n: bytes(n) + b"\x80"),
)


def words_of(data: list[bytes]) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    """Fields at the end of words, with something else before them."""
    raw = b"".join((b"\xa5" * 8 + field)[-8:] for field in data)
    return np.frombuffer(raw, dtype="<u8").copy()


def known(numbers: tuple[np.ndarray, np.ndarray]) -> list[int | float | None]:
    return [n if ok else None for n, ok in zip(numbers[0].tolist(), numbers[1].tolist(), strict=True)]


@given(st.lists(fields, min_size=1, max_size=20))
def test_columns_are_read_as_single_numbers(data: list[bytes]) -> None:
    words, size = words_of(data), [len(field) for field in data]
    assert known(signed_columns(words, size)) == [read_signed(field) for field in data]
    assert known(bcd_columns(words, size)) == [read_bcd(field) for field in data]
    plain = [int.from_bytes(field, "little") for field in data]
    assert known(unsigned_columns(words, size)) == [
        None if n == (1 << 8 * s) - 1 else n for n, s in zip(plain, size, strict=True)
    ]


@given(st.lists(st.binary(min_size=8, max_size=8), min_size=1))
def test_eight_bytes_are_signed_too(data: list[bytes]) -> None:
    assert known(signed_columns(words_of(data), 8)) == [read_signed(field) for field in data]


@given(st.lists(st.binary(min_size=8, max_size=8) | st.just(b"\xff" * 8), min_size=1))
def test_eight_bytes_without_a_sign_wrap_round(data: list[bytes]) -> None:
    number, good = unsigned_columns(words_of(data), 8)
    plain = [int.from_bytes(field, "little") for field in data]
    assert [n % (1 << 64) for n in number.tolist()] == plain
    assert good.tolist() == [n != (1 << 64) - 1 for n in plain]


@given(st.lists(st.floats(width=32), min_size=1))
def test_floats_are_known_where_they_are_finite(values: list[float]) -> None:
    got = known(real_columns(words_of([np.float32(v).tobytes() for v in values])))
    assert got == [v if np.isfinite(v) else None for v in values]


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=10), st.integers(0, 3))
def test_blocks_are_sound_where_their_crc_is(data: list[bytes], change: int) -> None:
    rows = [(block + crc16_en13757(block).to_bytes(2, "big")).rjust(42, b"\0") for block in data]
    rows = [row[:-1] + bytes([row[-1] ^ (change if i % 2 else 0)]) for i, row in enumerate(rows)]
    sound = crc_sound(np.frombuffer(b"".join(rows), dtype="uint8").reshape(-1, 42))
    assert sound.tolist() == [not (change and i % 2) for i in range(len(data))]
