"""One line of decoded output: plain, complete, and as its schema and its page say."""

from __future__ import annotations

import datetime as dt
import json
import re

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from attrs import evolve, frozen
from hypothesis import given
from hypothesis import strategies as st

from divako import errors
from divako.convert import rfc3339, telegram_document, telegram_schema
from divako.mbus import read_records
from divako.model import (
    Function,
    Kind,
    Medium,
    Mvt,
    Reception,
    Record,
    Register,
    Status,
    Telegram,
    Uplink,
    Verdict,
)
from divako.units import Dimension


PAGE = Path(__file__).parents[2] / "docs" / "reference" / "decode-json-lines.md"
NOON = np.datetime64("2026-02-01T12:00:00", "ms")
LITRES = Register("volume", Dimension.VOLUME, Fraction(1, 1000))


def checked(document: object) -> None:
    """Hold a document against the public schema."""
    jsonschema = pytest.importorskip("jsonschema", reason="the schema can be tried only where jsonschema is installed")
    jsonschema.Draft202012Validator(telegram_schema()).validate(document)


@frozen
class Item:
    id: str | int | None
    line: int
    telegram: Telegram | None
    error: errors.DivakoError | None
    uplink: Uplink | None = None


def record(**changes: Any) -> Record:
    plain = Record(
        LITRES, 12345, 12.345, None, 0, 0, 0, Function.INSTANTANEOUS, Status.OK, NOON, b"\x0c\x13", b"", "volume"
    )
    return evolve(plain, **changes)


def telegram(*records: Record, **changes: Any) -> Telegram:
    plain = Telegram(
        link="wmbus",
        meter_id="12345678",
        mvt=Mvt(manufacturer="ABB", version=1, device_type=4),
        medium=Medium.HEAT,
        access_number=5,
        status_byte=4,
        status=Status.LOW_BATTERY,
        security="tpl-mode5",
        verdict=Verdict.CHECKED,
        received_at=NOON,
        records=records,
    )
    return evolve(plain, **changes)


contents = st.one_of(st.none(), st.dates(), st.datetimes(), st.times(), st.text(), st.binary())
records = st.builds(
    Record,
    register=st.none() | st.builds(Register, st.just("volume"), st.sampled_from(Dimension), kind=st.sampled_from(Kind)),
    count=st.none() | st.integers(),
    value=st.none() | st.floats(),
    content=contents,
    storage=st.integers(0, 2**41),
    tariff=st.integers(0, 2**20),
    subunit=st.integers(0, 2**10),
    function=st.sampled_from(Function),
    status=st.sets(st.sampled_from(Status)).map(lambda bits: Status(sum(bits))),
    time=st.none() | st.integers(0, 4_000_000_000_000).map(lambda ms: np.datetime64(ms, "ms")),
    header=st.binary(),
    raw=st.binary(),
    quantity=st.just("volume"),
)


@given(sent=st.lists(records, max_size=4))
def test_every_record_is_one_reading_of_a_line_that_fits_the_schema(sent: list[Record]) -> None:
    document = telegram_document(telegram(*sent), id="a")
    checked(json.loads(json.dumps(document, allow_nan=False)))
    assert len(document["readings"]) == len(sent)


@given(data=st.binary(max_size=40))
def test_what_the_record_reader_gives_fits_the_schema(data: bytes) -> None:
    try:
        sent = read_records(data, received_at=NOON).records
    except errors.DecodeError as error:
        checked(telegram_document(error, id=1))
    else:
        checked(telegram_document(telegram(*sent), id=1))


@given(value=st.floats(allow_nan=False, allow_infinity=False))
def test_a_value_reads_back_as_the_same_float(value: float) -> None:
    document = telegram_document(telegram(record(value=value)), id="a")
    assert json.loads(json.dumps(document))["readings"][0]["value"] == value


@pytest.mark.parametrize("name", errors.__all__)
def test_every_error_fits_the_schema(name: str) -> None:
    kind = getattr(errors, name)
    if issubclass(kind, errors.DecodeError):
        error = kind("too short", layer="mbus.link", offset=3)
    elif kind is errors.MissingExtraError:
        error = kind("rich", "report")
    elif kind is errors.ProjectError:
        error = kind("is missing", path="name")
    else:
        error = kind("is wrong")
    checked(telegram_document(error, id=None))


def test_a_refused_item_has_its_error_and_nothing_else() -> None:
    error = errors.ChecksumError("the checksum differs", layer="mbus.link", offset=23)
    assert telegram_document(Item("x", 7, None, error)) == {
        "id": "x",
        "meter": None,
        "telegram": None,
        "uplink": None,
        "readings": [],
        "error": {
            "code": "decode.checksum",
            "layer": "mbus.link",
            "offset": 23,
            "message": "the checksum differs",
        },
    }


@pytest.mark.parametrize(("given_id", "expected"), [(None, 7), ("x", "x"), (0, 0), ("", "")])
def test_the_line_number_stands_in_for_an_id_that_is_not_there(given_id: str | int | None, expected: object) -> None:
    assert telegram_document(Item(given_id, 7, telegram(), None))["id"] == expected


def test_a_telegram_says_who_sent_it_and_how_sure_that_is() -> None:
    document = telegram_document(telegram(), id="a")
    assert document["meter"] == "12345678"
    assert document["telegram"] == {
        "manufacturer": "ABB",
        "version": 1,
        "medium": "heat",
        "access_number": 5,
        "security": "tpl-mode5",
        "verdict": "checked",
        "status": ["low_battery"],
    }


def test_an_uplink_says_who_heard_it() -> None:
    uplink = Uplink(
        dev_eui="0011223344556677",
        f_port=100,
        frame_counter=9,
        time=NOON + np.timedelta64(5, "ms"),
        payload=b"",
        gateways=(Reception(gateway="g", rssi=-97.0, snr=None),),
    )
    document = telegram_document(telegram(mvt=None, uplink=uplink), id="a")
    checked(document)
    assert document["uplink"] == {
        "dev_eui": "0011223344556677",
        "fport": 100,
        "fcnt": 9,
        "time": "2026-02-01T12:00:00.005Z",
        "gateways": [{"id": "g", "rssi": -97.0, "snr": None}],
    }
    assert document["telegram"]["manufacturer"] is None


@pytest.mark.parametrize(
    ("content", "quantity", "value"),
    [
        (dt.date(2026, 1, 31), "date", "2026-01-31"),
        (dt.datetime(2026, 1, 31, 23, 59), "datetime", "2026-01-31T23:59:00"),
        (dt.time(13, 30, 5), "time", "13:30:05"),
        ("ab", "fabrication_number", "ab"),  # digits of a number that identifies: the header is that of a number
    ],
)
def test_a_record_that_is_no_number_is_a_reading_too(content: Any, quantity: str, value: str) -> None:
    sent = record(register=None, count=None, value=None, content=content, quantity=quantity)
    reading = telegram_document(telegram(sent), id="a")["readings"][0]
    assert (reading["quantity"], reading["value"], reading["unit"], reading["kind"]) == (quantity, value, None, None)


def test_a_text_is_called_a_text_whatever_it_says() -> None:
    maker = read_records(bytes.fromhex("0d78 03 433241")).records[0]
    assert maker.quantity == "fabrication_number"
    reading = telegram_document(telegram(maker), id="a")["readings"][0]
    assert (reading["quantity"], reading["value"]) == ("text", "A2C")


def test_a_value_that_is_not_there_is_null_with_its_reason() -> None:
    sent = record(count=None, value=None, status=Status.INVALID_VALUE)
    reading = telegram_document(telegram(sent), id="a")["readings"][0]
    assert (reading["value"], reading["unit"], reading["status"]) == (None, "m3", ["invalid_value"])


@pytest.mark.parametrize(
    ("time", "text"),
    [
        ("2026-01-01", "2026-01-01T00:00:00Z"),
        ("2026-01-01T00:00:00.120", "2026-01-01T00:00:00.120Z"),
        ("2026-01-01T10:00:00.000", "2026-01-01T10:00:00Z"),
        ("NaT", None),
    ],
)
def test_times_are_utc_with_milliseconds_only_where_there_are_any(time: str, text: str | None) -> None:
    assert rfc3339(np.datetime64(time)) == text


def test_changing_a_document_or_schema_changes_no_other() -> None:
    first = telegram_document(telegram(), id="a")
    first["telegram"]["status"].append("spoiled")
    telegram_schema()["required"].append("spoiled")
    assert telegram_document(telegram(), id="a")["telegram"]["status"] == ["low_battery"]
    assert "spoiled" not in telegram_schema()["required"]


def test_the_page_shows_the_schema_and_examples_that_fit_it() -> None:
    blocks = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)]
    *examples, schema = blocks
    assert schema == telegram_schema()
    assert len(examples) == 2
    for example in examples:
        checked(example)


def test_the_page_explains_every_field() -> None:
    text = PAGE.read_text("utf-8")
    document = telegram_schema()["properties"]
    names = {*document}
    for part in (document["telegram"]["anyOf"][0], document["uplink"]["anyOf"][0], document["readings"]["items"]):
        names.update(part["properties"])
    names.update(document["error"]["anyOf"][0]["properties"])
    assert {name for name in names if f"`{name}`" not in text} == set()
