"""The primitives, against the standard library."""

from __future__ import annotations

import hmac

from hypothesis import given
from hypothesis import strategies as st

from divako.privacy._derive import encode_parts, hkdf_sha256, hmac_sha256


@given(key=st.binary(max_size=200), message=st.binary(max_size=200))
def test_the_tag_is_that_of_the_standard_library(key: bytes, message: bytes) -> None:
    assert hmac_sha256(key, message) == hmac.digest(key, message, "sha256")


@given(secret=st.binary(max_size=80), salt=st.binary(max_size=80), info=st.binary(max_size=80))
def test_a_key_is_derived_as_rfc_5869_says(secret: bytes, salt: bytes, info: bytes) -> None:
    extracted = hmac.digest(salt or bytes(32), secret, "sha256")
    first = hmac.digest(extracted, info + b"\x01", "sha256")
    second = hmac.digest(extracted, first + info + b"\x02", "sha256")
    assert hkdf_sha256(secret, info=info, length=40, salt=salt) == (first + second)[:40]


@given(one=st.lists(st.text(max_size=5), max_size=5), other=st.lists(st.text(max_size=5), max_size=5))
def test_different_lists_of_parts_never_encode_alike(one: list[str], other: list[str]) -> None:
    assert (encode_parts(*one) == encode_parts(*other)) == (one == other)


def test_the_boundary_between_parts_counts() -> None:
    assert encode_parts("leak", "sintern") != encode_parts("leaks", "intern")
