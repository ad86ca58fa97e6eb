"""AES with a kept context."""

from __future__ import annotations

import pickle

import pytest

from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.cmac import CMAC
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


def test_cmac_vectors_of_rfc_4493() -> None:
    key = AesKey(KEY)
    assert key.cmac(b"").hex() == "bb1d6929e95937287fa37d129b756746"
    assert key.cmac(bytes.fromhex("6bc1bee22e409f96e93d7e117393172a")).hex() == "070a16b46b4d4144f79bdd9dd04a287c"


@given(st.binary(min_size=16, max_size=16), st.binary(min_size=16, max_size=16))
def test_a_code_of_one_block_is_what_others_compute(key: bytes, block: bytes) -> None:
    code = CMAC(algorithms.AES(key))
    code.update(block)
    kept = AesKey(key)
    assert kept.cmac(block) == kept.cmac(block) == code.finalize()
    assert kept.cmac_blocks(block + key + block) == kept.cmac(block) + kept.cmac(key) + kept.cmac(block)


def test_counter_mode_vector_of_sp_800_38a() -> None:
    # NIST SP 800-38A, F.5.1, the first block and a part of the second.
    first = bytes.fromhex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff")
    plain = bytes.fromhex("6bc1bee22e409f96e93d7e117393172aae2d8a571e")
    cipher = AesKey(KEY).crypt_ctr(plain, first)
    assert cipher.hex() == "874d6191b620e3261bef6864990db6ce9806f66b79"
    assert AesKey(KEY).crypt_ctr(cipher, first) == plain


@given(st.binary(min_size=13, max_size=13), st.binary(max_size=60), st.binary(max_size=20), st.data())
def test_ccm_opens_what_it_sealed_and_nothing_else(
    nonce: bytes, plain: bytes, associated: bytes, draw: st.DataObject
) -> None:
    key = AesKey(KEY)
    sealed = key.encrypt_ccm(plain, nonce, associated, tag_size=8)
    assert key.decrypt_ccm(sealed, nonce, associated, tag_size=8) == plain
    damaged = bytearray(sealed)
    damaged[draw.draw(st.integers(0, len(sealed) - 1))] ^= 1
    assert key.decrypt_ccm(bytes(damaged), nonce, associated, tag_size=8) is None
    assert key.decrypt_ccm(sealed, nonce, associated + b"x", tag_size=8) is None
