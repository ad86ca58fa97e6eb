"""Bad input of a run: each refused line is listed with file, line and code, and all that is decodable is kept."""

from __future__ import annotations

import base64
import datetime as dt
import json

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from divako.drivers import for_device
from divako.errors import StoreError
from divako.pipeline import Refused, Results, load_project, run


Document = dict[str, Any]
Writer = Callable[..., Path]
Maker = Callable[..., str]
Hourly = Callable[..., list[str]]
FIRST, SECOND = "20260101", "20260102"
KEY, OTHER = "000102030405060708090A0B0C0D0E0F", "FF0102030405060708090A0B0C0D0E0F"
NOON = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)


def run_on(house: Document, write_house: Writer, lines: list[str] | bytes, **files: str) -> Results:
    house.pop("costs", None)
    return run(load_project(write_house(house, lines, **files)))


def codes(results: Results) -> list[tuple[int, str]]:
    assert {one.file for one in results.refused} <= {"telegrams.jsonl"}
    return [(one.line, one.code) for one in results.refused]


@pytest.mark.parametrize(
    ("keys", "code"),
    [(f'{FIRST} = "{KEY}"', None), (f'{FIRST} = "{OTHER}"', "decode.decryption"), ("", "decode.missing_key")],
)
def test_a_key_is_right_wrong_or_missing(
    keys: str, code: str | None, house: Document, write_house: Writer, line: Maker
) -> None:
    house["keys"] = "keys.toml"
    lines = [line(FIRST, NOON, 1000, key=KEY), line(SECOND, NOON, 500)]
    results = run_on(house, write_house, lines, keys__toml=keys)
    assert codes(results) == ([] if code is None else [(1, code)])
    assert results.telegrams == len(lines) - len(results.refused)
    assert SECOND in {results.readings.meter_ids[i] for i in results.readings.meter}


def test_a_short_key_in_a_line_is_refused_as_that_line(house: Document, write_house: Writer, frame: Maker) -> None:
    lines = [json.dumps({"hex": frame(FIRST, 5, key=KEY), "key": key}) for key in ("0011", KEY, OTHER)]
    results = run_on(house, write_house, lines)
    assert codes(results) == [(1, "input"), (3, "decode.decryption")]
    assert "0011" not in results.refused[0].message


def test_every_line_that_is_spoiled_is_listed_and_every_other_is_read(
    house: Document, write_house: Writer, frame: Maker, line: Maker
) -> None:
    good = line(FIRST, NOON, 1000)
    lines = [
        good,
        good,  # doubled
        frame(FIRST, 1001)[:-6],  # truncated
        frame(FIRST, 1002)[:30] + "ff" + frame(FIRST, 1002)[32:],  # a byte that differs
        "garbage",
        '{"hex": ',
        '{"received_at": "2026-01-01T12:00:00Z"}',
        "",
        "# a comment",
        frame("20269999", 5),  # of no meter of this house
        line(SECOND, NOON, 2000),
    ]
    results = run_on(house, write_house, lines)
    assert codes(results) == [
        (3, "decode.truncated"),
        (4, "decode.checksum"),
        (5, "input"),
        (6, "input"),
        (7, "decode.unsupported"),
        (10, "project.unlisted_meter"),
    ]
    assert results.telegrams == 3
    assert sorted(results.readings.count.tolist()) == [1000, 1000, 2000]


def test_a_refusal_has_its_layer_and_offset_and_shows_nothing(
    house: Document, write_house: Writer, frame: Maker
) -> None:
    (one,) = run_on(house, write_house, [frame(FIRST, 1001)[:-6]]).refused
    assert isinstance(one, Refused)
    assert one.layer == "wmbus.link"
    assert one.offset is not None
    assert FIRST not in one.message


def test_an_empty_file_is_no_mistake(house: Document, write_house: Writer) -> None:
    results = run_on(house, write_house, [])
    assert (results.telegrams, results.refused, len(results.readings)) == (0, (), 0)


def test_bytes_that_are_no_text_are_refused_line_by_line(house: Document, write_house: Writer, line: Maker) -> None:
    content = b"\xff\xfe\x00\n" + line(FIRST, NOON, 1000).encode() + b"\n\x80\n"
    results = run_on(house, write_house, content)
    assert codes(results) == [(1, "input"), (3, "input")]
    assert results.telegrams == 1


def test_files_are_named_relative_to_the_project(house: Document, write_house: Writer, frame: Maker) -> None:
    house["telegrams"] = [{"files": ["deeper/*.hex", "*.jsonl"]}]
    path = write_house(house | {"telegrams": [{"files": ["*.jsonl"]}]}, ["garbage"])
    (path.parent / "deeper").mkdir()
    (path.parent / "deeper" / "a.hex").write_text("garbage\n")
    path = write_house(house, ["garbage"])
    assert [(one.file, one.line) for one in run(load_project(path)).refused] == [
        ("deeper/a.hex", 1),
        ("telegrams.jsonl", 1),
    ]


def test_a_file_that_vanishes_is_told_by_its_name(house: Document, write_house: Writer) -> None:
    project = load_project(write_house(house))
    project.files[0].unlink()
    with pytest.raises(StoreError, match=r"telegrams\.jsonl cannot be read: No such file or directory"):
        run(project)


def test_an_uplink_is_read_with_the_driver_that_the_project_names(house: Document, write_house: Writer) -> None:
    example = for_device("axioma_w1").examples[0].payload
    envelope = {
        "end_device_ids": {"dev_eui": "00AABBCCDDEEFF00"},
        "received_at": "2026-01-01T12:00:00Z",
        "uplink_message": {"f_port": 100, "f_cnt": 9, "frm_payload": base64.b64encode(example).decode()},
    }
    house["meters"].append({"id": "00aabbccddeeff00", "medium": "cold_water", "driver": "axioma_w1"})
    house["installations"].append({"meter": "00aabbccddeeff00", "role": "main", "from": dt.date(2017, 1, 1)})
    payload = {"hex": example.hex(), "fport": 100, "meter": "00AABBCCDDEEFF00", "received_at": "2026-01-01T13:00:00Z"}
    results = run_on(house, write_house, [json.dumps(one) for one in (envelope, {"document": envelope}, payload)])
    assert (results.telegrams, results.refused) == (3, ())
    assert {results.readings.meter_ids[i] for i in results.readings.meter} == {"00aabbccddeeff00"}


def test_progress_counts_the_lines_that_there_are(
    house: Document, write_house: Writer, hourly: Hourly, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("divako.pipeline._intake._EVERY", 2)
    del house["costs"]
    told: list[tuple[str, int, int]] = []
    run(load_project(write_house(house, hourly(FIRST, range(5)))), progress=lambda *step: told.append(step))
    assert told[:3] == [("decode", 2, 5), ("decode", 4, 5), ("decode", 5, 5)]
    assert [stage for stage, *_ in told[3:]] == ["reckon", "find", "share", "export", "export"]
