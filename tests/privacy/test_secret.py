"""A secret that does not show itself."""

from __future__ import annotations

import copy
import pickle
import traceback

from typing import Any

import pytest

from hypothesis import given
from hypothesis import strategies as st

from divako.errors import PrivacyError
from divako.privacy import Secret


HEX = "c0ffee" * 11


@given(content=st.binary(min_size=32, max_size=64))
def test_a_secret_gives_back_its_bytes_only_when_asked(content: bytes) -> None:
    secret = Secret(content)
    assert secret.expose() == content
    assert Secret.from_hex(content.hex()).expose() == content
    assert repr(secret) == str(secret) == f"{secret}" == "Secret(hidden)"


@pytest.mark.parametrize("spread", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_secret_is_neither_pickled_nor_copied(spread: Any) -> None:
    with pytest.raises(PrivacyError, match="cannot be"):
        spread(Secret.generate())


@given(content=st.binary(max_size=31))
def test_a_short_secret_is_refused(content: bytes) -> None:
    with pytest.raises(PrivacyError, match="32 bytes"):
        Secret(content)


def test_two_generated_secrets_differ() -> None:
    assert Secret.generate().expose() != Secret.generate().expose()


@pytest.mark.parametrize("text", [HEX + "x", HEX[:-1], "", HEX + "å"])
def test_what_is_not_hexadecimal_is_refused_without_being_quoted(text: str) -> None:
    with pytest.raises(PrivacyError) as caught:
        Secret.from_hex(text)
    assert "c0ffee" not in "".join(traceback.format_exception(caught.value))
    assert caught.value.__context__ is None


def test_white_space_around_the_digits_does_not_matter() -> None:
    assert Secret.from_hex(f" {HEX}\n").expose() == bytes.fromhex(HEX)


def test_a_text_is_not_a_secret() -> None:
    with pytest.raises(PrivacyError, match="bytes"):
        Secret(HEX)  # type: ignore[arg-type]  # what a careless caller does


def test_a_wiped_secret_is_gone() -> None:
    with Secret.from_hex(HEX) as secret:
        assert secret.expose()
    with pytest.raises(PrivacyError, match="wiped"):
        secret.expose()
