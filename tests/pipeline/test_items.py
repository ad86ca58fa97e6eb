"""Lines to items: hexadecimal digits, JSON lines and envelopes, and a reason where a line is none."""

from __future__ import annotations

import json

from typing import Any

import numpy as np
import pytest

from hypothesis import given
from hypothesis import strategies as st

from divako.errors import InputError
from divako.pipeline import Item, read_items
from divako.stores import Line


ENVELOPE = {"end_device_ids": {"dev_eui": "0011223344556677"}, "uplink_message": {"frm_payload": "AA=="}}


def items(*texts: str | None) -> list[Item]:
    lines = [Line("in.jsonl", i, text, None if text else InputError("no text")) for i, text in enumerate(texts, 1)]
    return list(read_items(lines))


def item(text: str | dict[str, Any]) -> Item:
    (one,) = items(text if isinstance(text, str) else json.dumps(text))
    return one


@given(frame=st.binary(min_size=1), separator=st.sampled_from(["", " ", ":", "-", "\t"]), upper=st.booleans())
def test_a_telegram_is_read_however_its_digits_are_set_apart(frame: bytes, separator: str, upper: bool) -> None:
    text = separator.join(f"{byte:02x}" for byte in frame)
    got = item(f"  {text.upper() if upper else text}\r\n")
    assert (got.frame, got.error, got.id, got.file, got.line) == (frame, None, None, "in.jsonl", 1)


def test_blank_lines_and_comments_are_passed_over_but_counted() -> None:
    assert [(one.line, one.frame) for one in items("# from the roof", "00", "   ", "01")] == [(2, b"\0"), (4, b"\1")]


def test_every_field_of_a_line_reaches_its_item() -> None:
    got = item(
        {
            "id": "a",
            "hex": "01 02",
            "key": "00" * 16,
            "keys": {"encryption_key": "11" * 16},
            "link": "wmbus",
            "fport": 6,
            "device": "axioma_w1",
            "meter": "0011223344556677",
            "received_at": "2026-01-01T12:00:00.250+01:00",
            "context": ["0304"],
            "format": "0506",
            "frame_format": "B",
            "unheard_of": {},
        }
    )
    assert got.error is None
    assert (got.id, got.frame, got.key, got.link) == ("a", b"\1\2", "00" * 16, "wmbus")
    assert got.keys == (("encryption_key", "11" * 16),)
    assert (got.f_port, got.device, got.meter_id) == (6, "axioma_w1", "0011223344556677")
    assert got.received_at == np.datetime64("2026-01-01T11:00:00.250", "ms")
    assert (got.context, got.format, got.frame_format) == ((b"\3\4",), (b"\5\6",), "B")


def test_null_is_the_same_as_nothing() -> None:
    names = (
        "id",
        "key",
        "keys",
        "link",
        "fport",
        "device",
        "meter",
        "received_at",
        "context",
        "format",
        "frame_format",
    )
    assert item({"hex": "01", **dict.fromkeys(names)}) == item({"hex": "01"})


@pytest.mark.parametrize("name", ["long", "short", ""])
def test_a_form_that_others_name_is_no_hint_and_no_harm(name: str) -> None:
    got = item({"hex": "01", "frame_format": name, "link": name})
    assert (got.error, got.frame_format, got.link) == (None, None, None)


def test_facts_of_a_device_that_are_no_telegrams_are_left_alone() -> None:
    assert item({"hex": "01", "context": {"facts": 1}}).context is None
    assert item({"hex": "01", "context": [{"facts": 1}, "02"]}).context == (b"\2",)


def test_an_envelope_is_an_item_as_it_is_or_under_document() -> None:
    bare, under = item(ENVELOPE), item({"id": 7, "document": ENVELOPE, "device": "axioma_w1"})
    assert bare.document == under.document == ENVELOPE
    assert (bare.id, under.id) == (None, 7)
    assert (bare.device, under.device) == (None, "axioma_w1")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("not hex", "the line is not an even number of hexadecimal digits"),
        ("012", "the line is not an even number"),
        ('{"hex": "01"', "begins like a JSON object and is none"),
        ("{" * 9000, "begins like a JSON object and is none"),
        ('{"hex": "0g"}', "hex is not an even number"),
        ('{"hex": 1}', "hex is a text"),
        ('{"hex": "01", "key": 1}', "key is a text"),
        ('{"hex": "01", "keys": ["00"]}', "keys is an object of names and keys"),
        ('{"hex": "01", "keys": {"a": 1}}', "keys is an object of names and keys"),
        ('{"hex": "01", "fport": "6"}', "fport is a whole number"),
        ('{"hex": "01", "fport": true}', "fport is a whole number"),
        ('{"hex": "01", "received_at": "yesterday"}', "received_at is an RFC 3339 time with its offset"),
        ('{"hex": "01", "received_at": "2026-01-01T12:00:00"}', "received_at is an RFC 3339 time with its offset"),
        ('{"hex": "01", "received_at": "0001-01-01T00:00:00+10:00"}', "received_at is an RFC 3339 time"),
        ('{"hex": "01", "context": ["0"]}', "context is not an even number"),
        ('{"hex": "01", "format": "0"}', "format is not an even number"),
        ('{"id": [1], "hex": "01"}', "id is a text or a whole number"),
        ('{"id": true, "hex": "01"}', "id is a text or a whole number"),
        ('{"document": []}', "document is an object"),
    ],
)
def test_a_line_that_is_no_item_says_why(text: str, said: str) -> None:
    got = item(text)
    assert got.error is not None
    assert said in str(got.error)
    assert (got.frame, got.document, got.line) == (None, None, 1)


def test_a_refused_line_keeps_what_it_calls_itself() -> None:
    assert item('{"id": "a", "hex": "0g"}').id == "a"
    assert item('{"id": 1.5, "hex": "0g"}').id is None


@given(text=st.text() | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps))
def test_any_line_is_an_item_or_none_at_all(text: str) -> None:
    assert len(items(text)) <= 1


def test_what_is_no_text_says_so_in_its_place() -> None:
    first, second = items(None, "00")
    assert isinstance(first.error, InputError)
    assert (first.line, second.frame) == (1, b"\0")


def test_an_item_shows_neither_telegram_nor_key() -> None:
    assert "abcdef" not in repr(
        item({"hex": "abcdef", "key": "abcdef", "keys": {"k": "abcdef"}, "context": ["abcdef"]})
    )
