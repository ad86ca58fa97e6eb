"""DES, as NIST SP 800-17 publishes it, and never shown."""

from __future__ import annotations

import pickle

import pytest

from hypothesis import given
from hypothesis import strategies as st

from divako.codec import DesKey
from divako.errors import InputError


# NIST SP 800-17, tables A.1 (variable plain text) and A.2 (variable key).
@pytest.mark.parametrize(
    ("key", "plain", "sealed"),
    [
        ("0101010101010101", "8000000000000000", "95f8a5e5dd31d900"),
        ("0101010101010101", "4000000000000000", "dd7f121ca5015619"),
        ("4001010101010101", "0000000000000000", "0eec1487dd8c26d5"),
    ],
)
def test_published_blocks(key: str, plain: str, sealed: str) -> None:
    des = DesKey(bytes.fromhex(key))
    assert des.encrypt_cbc(bytes.fromhex(plain), bytes(8)).hex() == sealed
    assert des.decrypt_cbc(bytes.fromhex(sealed), bytes(8)).hex() == plain


@given(
    st.binary(min_size=8, max_size=8), st.binary(max_size=10).map(lambda b: b * 8), st.binary(min_size=8, max_size=8)
)
def test_deciphering_is_the_inverse(key: bytes, plain: bytes, iv: bytes) -> None:
    des = DesKey(key)
    sealed = des.encrypt_cbc(plain, iv)
    assert des.decrypt_cbc(sealed, iv) == plain
    if len(plain) >= 16:  # each block is mixed with the one before
        assert sealed[8:16] == des.encrypt_cbc(plain[8:16], sealed[:8])


def test_a_key_shows_nothing_and_has_one_length() -> None:
    key = bytes.fromhex("a1b2c3d4e5f60718")
    assert key.hex() not in repr(DesKey(key))
    with pytest.raises(TypeError):
        pickle.dumps(DesKey(key))
    for size in (7, 9, 16):
        with pytest.raises(InputError):
            DesKey(bytes(size))
