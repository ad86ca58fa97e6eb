"""Pseudonyms agree within a domain and never across."""

from __future__ import annotations

import base64
import copy
import pickle
import re
import traceback
import unicodedata

from typing import Any

import numpy as np
import pytest

from hypothesis import given, settings
from hypothesis import strategies as st

from divako.errors import PrivacyError
from divako.privacy import PseudonymDomain, Secret
from divako.privacy._pseudonym import _base32


SECRET = bytes(range(32))
HEX = SECRET.hex()
FORM = re.compile(r"dvk1\.k01\.[a-z2-7]{26}")

# Neither surrogates, controls (NUL among them) nor spaces, which are tested one by one below.
names = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), min_size=1, max_size=12)
identifiers = st.lists(names, min_size=1, max_size=20)
laws = settings(max_examples=60, deadline=None)


def make(secret: bytes = SECRET, **changes: str) -> PseudonymDomain:
    return PseudonymDomain(secret, **{"purpose": "leaks", "recipient": "university", **changes})


@laws
@given(values=identifiers)
def test_the_same_inputs_always_agree(values: list[str]) -> None:
    assert make().tokens(values, field="meter") == make(bytes(SECRET)).tokens(values, field="meter")
    assert make().tokens(values * 2, field="meter")[len(values) :] == make().tokens(values, field="meter")


@laws
@given(values=identifiers)
def test_different_identifiers_get_different_tokens_of_one_form(values: list[str]) -> None:
    tokens = make().tokens(values, field="meter")
    assert len(set(tokens)) == len({unicodedata.normalize("NFC", value) for value in values})
    assert all(FORM.fullmatch(token) for token in tokens)


@laws
@given(values=identifiers, purpose=names, recipient=names, field=names, key=st.binary(min_size=32, max_size=32))
def test_tokens_of_two_domains_never_agree(
    values: list[str], purpose: str, recipient: str, field: str, key: bytes
) -> None:
    def same(name: str, other: str) -> bool:
        return unicodedata.normalize("NFC", name) == other

    here = set(make().tokens(values, field="meter"))
    if not same(purpose, "leaks"):
        assert here.isdisjoint(make(purpose=purpose).tokens(values, field="meter"))
    if not same(recipient, "university"):
        assert here.isdisjoint(make(recipient=recipient).tokens(values, field="meter"))
    if not same(field, "meter"):
        assert here.isdisjoint(make().tokens(values, field=field))
    if key != SECRET:
        assert here.isdisjoint(make(key).tokens(values, field="meter"))
    # The text after the key id differs as well, so this is not the key id's doing.
    bodies = {token.split(".")[2] for token in here}
    assert bodies.isdisjoint(token.split(".")[2] for token in make(key_id="k02").tokens(values, field="meter"))


def test_a_letter_that_moves_between_the_names_changes_the_tokens() -> None:
    one, other = make(purpose="leaks", recipient="ab"), make(purpose="leaksa", recipient="b")
    assert one.tokens(["1"], field="meter") != other.tokens(["1"], field="meter")


@laws
@given(values=st.lists(st.text("0123456789", min_size=8, max_size=8), min_size=1, max_size=9))
def test_no_identifier_is_in_the_output(values: list[str]) -> None:
    text = " ".join(make().tokens(values, field="meter"))
    assert not any(value in text for value in values)


def test_two_spellings_of_a_letter_are_one() -> None:
    composed, decomposed = make().tokens(["Ås", "A\N{COMBINING RING ABOVE}s"], field="name")
    assert composed == decomposed


@given(digests=st.lists(st.binary(min_size=16, max_size=16), max_size=9))
def test_base32_is_that_of_the_standard_library(digests: list[bytes]) -> None:
    assert _base32(digests, prefix="") == [base64.b32encode(d).decode().rstrip("=").lower() for d in digests]


def test_words_of_numpy_are_texts() -> None:
    assert make().tokens(np.array(["a", "b"]).tolist(), field="meter") == make().tokens(["a", "b"], field="meter")


def test_nothing_gives_nothing() -> None:
    assert make().tokens([], field="meter") == ()


def test_a_secret_and_its_bytes_make_the_same_domain() -> None:
    wrapped = PseudonymDomain(Secret(SECRET), purpose="leaks", recipient="university")
    assert wrapped.tokens(["1"], field="meter") == make().tokens(["1"], field="meter")


def test_a_domain_shows_its_names_and_no_secret() -> None:
    assert repr(make()) == str(make()) == "PseudonymDomain(purpose='leaks', recipient='university', key_id='k01')"


@pytest.mark.parametrize("spread", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_domain_is_neither_pickled_nor_copied(spread: Any) -> None:
    with pytest.raises(PrivacyError, match="cannot be pickled"):
        spread(make())


@pytest.mark.parametrize("wrong", [None, 5, "", "a\0b", "\ud800", b"12345678"])
def test_an_identifier_that_is_none_is_refused_by_its_place(wrong: Any) -> None:
    with pytest.raises(PrivacyError, match="identifier 1") as caught:
        make().tokens(["4711-4711", wrong], field="meter")
    assert "12345678" not in str(caught.value)
    assert HEX not in "".join(traceback.format_exception(caught.value))
    assert caught.value.__context__ is None


@pytest.mark.parametrize("values", ["12345678", b"12345678"])
def test_one_text_is_not_a_list_of_identifiers(values: Any) -> None:
    with pytest.raises(PrivacyError, match="list"):
        make().tokens(values, field="meter")


@pytest.mark.parametrize("wrong", ["", "  ", "a\0", "\ud800", "x" * 256, None, 5])
def test_purpose_recipient_and_field_are_mandatory(wrong: Any) -> None:
    with pytest.raises(PrivacyError, match="purpose"):
        make(purpose=wrong)
    with pytest.raises(PrivacyError, match="recipient"):
        make(recipient=wrong)
    with pytest.raises(PrivacyError, match="field"):
        make().tokens(["1"], field=wrong)


@pytest.mark.parametrize("wrong", ["", "K01", "k.1", "k" * 17, None])
def test_a_key_id_that_would_break_the_token_is_refused(wrong: Any) -> None:
    with pytest.raises(PrivacyError, match="key_id"):
        make(key_id=wrong)


@pytest.mark.parametrize("wrong", [b"short", HEX, None])
def test_a_weak_secret_is_refused_without_being_quoted(wrong: Any) -> None:
    with pytest.raises(PrivacyError) as caught:
        make(wrong)
    assert HEX not in str(caught.value)
    assert "short" not in str(caught.value)
