"""AES with a kept context."""

from __future__ import annotations

import pickle

import pytest

from hypothesis import given
from hypothesis import strategies as st

from divako.codec import AesKey
from divako.errors import InputError


KEY = bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c")


def test_vector_of_sp_800_38a() -> None:
    # NIST SP 800-38A, F.2.1 and F.2.2, the first two blocks.
    iv = bytes(range(16))
    plain = bytes.fromhex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51")
    cipher = bytes.fromhex("7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2")
    assert AesKey(KEY).encrypt_cbc(plain, iv) == cipher
    assert AesKey(KEY).decrypt_cbc(cipher, iv) == plain


@given(st.binary(min_size=16, max_size=16), st.binary(min_size=16, max_size=16), st.integers(0, 8), st.data())
def test_deciphering_undoes_enciphering(key: bytes, iv: bytes, blocks: int, draw: st.DataObject) -> None:
    plain = draw.draw(st.binary(min_size=16 * blocks, max_size=16 * blocks))
    kept = AesKey(key)
    assert kept.decrypt_cbc(kept.encrypt_cbc(plain, iv), iv) == plain


@pytest.mark.parametrize("size", [0, 8, 15, 17, 32])
def test_a_key_of_another_length_is_refused(size: int) -> None:
    with pytest.raises(InputError, match="16 bytes"):
        AesKey(bytes(size))


def test_a_key_shows_in_no_text_and_no_pickle() -> None:
    key = AesKey(KEY)
    assert KEY.hex() not in repr(key) + str(key)
    with pytest.raises(TypeError):
        pickle.dumps(key)
