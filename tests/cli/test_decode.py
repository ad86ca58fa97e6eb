"""``divako decode``: every form, every source, and every way in which it can end."""

from __future__ import annotations

import base64
import csv
import io
import json
import os
import subprocess
import sys
import threading

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hypothesis import given
from hypothesis import strategies as st

from divako.cli import _decode, main
from divako.convert import telegram_schema
from divako.drivers import for_device


Frame = Callable[[str, int], str]
Captured = pytest.CaptureFixture[str]


def checked(document: object) -> None:
    """Hold a document against the public schema."""
    jsonschema = pytest.importorskip("jsonschema", reason="the schema can be tried only where jsonschema is installed")
    jsonschema.Draft202012Validator(telegram_schema()).validate(document)


def lines_of(text: str) -> list[dict[str, Any]]:
    documents = [json.loads(line) for line in text.splitlines()]
    for document in documents:
        checked(document)
    return documents


@pytest.fixture
def telegrams(tmp_path: Path, frame: Frame) -> Path:
    path = tmp_path / "telegrams.jsonl"
    lines = [{"id": "a", "hex": frame("12345678", 12345)}, {"hex": frame("87654321", 500)}]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_each_line_becomes_a_line(telegrams: Path, capsys: Captured) -> None:
    assert main(["decode", "--format", "jsonl", str(telegrams)]) == 0
    captured = capsys.readouterr()
    first, second = lines_of(captured.out)
    assert captured.err == ""
    assert (first["id"], first["meter"], first["readings"][0]["value"]) == ("a", "12345678", 12.345)
    assert (second["id"], second["meter"], second["readings"][0]["value"]) == (2, "87654321", 0.5)


def test_lines_of_hexadecimal_digits_are_read_too(tmp_path: Path, frame: Frame, capsys: Captured) -> None:
    path = tmp_path / "telegrams.hex"
    path.write_text(frame("12345678", 1) + "\n" + frame("87654321", 2).upper() + "\n")
    assert main(["decode", "--format", "jsonl", str(path)]) == 0
    assert [line["meter"] for line in lines_of(capsys.readouterr().out)] == ["12345678", "87654321"]


@pytest.mark.parametrize("arguments", [[], ["-"]])
def test_standard_input_is_read(
    arguments: list[str], stdin: Callable[[bytes], None], frame: Frame, capsys: Captured
) -> None:
    stdin(frame("12345678", 1).encode() + b"\n")
    assert main(["decode", "--format", "jsonl", *arguments]) == 0
    assert [line["meter"] for line in lines_of(capsys.readouterr().out)] == ["12345678"]


def test_an_envelope_of_a_network_server_is_read_with_the_device_that_is_named(
    tmp_path: Path, capsys: Captured
) -> None:
    payload = for_device("axioma_w1").examples[0].payload
    envelope = {
        "end_device_ids": {"dev_eui": "0011223344556677"},
        "received_at": "2026-02-01T12:00:00.250Z",
        "uplink_message": {"f_port": 100, "f_cnt": 9, "frm_payload": base64.b64encode(payload).decode()},
    }
    path = tmp_path / "uplinks.jsonl"
    path.write_text(json.dumps(envelope) + "\n")
    assert main(["decode", "--format", "jsonl", "--device", "axioma_w1", str(path)]) == 0
    (line,) = lines_of(capsys.readouterr().out)
    assert line["meter"] == line["uplink"]["dev_eui"] == "0011223344556677"
    assert (line["uplink"]["fport"], line["uplink"]["fcnt"]) == (100, 9)
    assert line["readings"]


def test_an_envelope_is_kept_though_nobody_reads_its_payload(tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "uplinks.jsonl"
    path.write_text(json.dumps({"cmd": "rx", "EUI": "0011223344556677", "ts": 0, "fcnt": 1, "port": 222, "data": "00"}))
    assert main(["decode", "--format", "jsonl", str(path)]) == 1
    (line,) = lines_of(capsys.readouterr().out)
    assert line["error"]["code"] == "decode.unsupported"
    assert (line["uplink"]["dev_eui"], line["uplink"]["fport"], line["readings"]) == ("0011223344556677", 222, [])
    schema_check = pytest.importorskip(
        "jsonschema", reason="the schema can be tried only where jsonschema is installed"
    )
    schema_check.Draft202012Validator(telegram_schema()).validate(line)


@given(lines=st.lists(st.text() | st.binary().map(bytes.hex), max_size=5))
def test_no_line_whatever_it_holds_stops_the_others(lines: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("any")
    text = "".join(f"{line}\n" for line in lines)
    (folder / "t.hex").write_bytes(text.encode("utf-8", "surrogatepass"))
    assert main(["decode", str(folder / "t.hex"), "-o", str(folder / "out.jsonl")]) in {0, 1}
    decoded = lines_of((folder / "out.jsonl").read_text("ascii"))
    assert len(decoded) <= text.count("\n")


def test_a_folder_stands_for_its_files(tmp_path: Path, frame: Frame, capsys: Captured) -> None:
    (tmp_path / "b.hex").write_text(frame("00000002", 1) + "\n")
    (tmp_path / "a.hex").write_text(frame("00000001", 1) + "\n")
    assert main(["decode", "--format", "jsonl", str(tmp_path)]) == 0
    assert [line["meter"] for line in lines_of(capsys.readouterr().out)] == ["00000001", "00000002"]


def test_a_doubled_line_is_decoded_twice(tmp_path: Path, frame: Frame, capsys: Captured) -> None:
    path = tmp_path / "t.hex"
    path.write_text((frame("12345678", 1) + "\n") * 2)
    assert main(["decode", "--format", "jsonl", str(path)]) == 0
    first, second = lines_of(capsys.readouterr().out)
    assert {**first, "id": 2} == second


def test_an_empty_file_gives_no_lines(tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "empty.hex"
    path.touch()
    for form in ("jsonl", "table"):
        assert main(["decode", "--format", form, str(path)]) == 0
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "")


def test_what_is_refused_has_a_line_on_both_sides(tmp_path: Path, frame: Frame, capsys: Captured) -> None:
    path = tmp_path / "t.hex"
    spoiled = frame("12345678", 1)[:-4] + "0016"
    path.write_text(f"{spoiled}\n{frame('87654321', 2)}\nnot hex\n\xff\n", encoding="latin-1")
    assert main(["decode", "--format", "jsonl", str(path)]) == 1
    captured = capsys.readouterr()
    lines = lines_of(captured.out)
    assert [line["id"] for line in lines] == [1, 2, 3, 4]
    assert [line["error"] is None for line in lines] == [False, True, False, False]
    said = captured.err.splitlines()
    assert [line.split(": ")[:2] for line in said] == [
        [f"{path}:{number}", lines[number - 1]["error"]["code"]] for number in (1, 3, 4)
    ]
    assert lines[0]["error"]["code"] == "decode.checksum"
    assert "12345678" not in captured.err.replace(str(path), "")


def test_a_table_leaves_out_what_nobody_asks(telegrams: Path, capsys: Captured) -> None:
    assert main(["decode", str(telegrams)]) == 0
    head, first, second = capsys.readouterr().out.splitlines()
    assert head.split() == ["id", "meter", "quantity", "value", "unit"]
    assert first.split() == ["a", "12345678", "volume", "12.345", "m3"]
    assert second.split() == ["2", "87654321", "volume", "0.5", "m3"]


def test_csv_has_a_row_for_each_reading(telegrams: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.csv"
    assert main(["decode", "-o", str(output), str(telegrams)]) == 0
    rows = list(csv.DictReader(io.StringIO(output.read_text("utf-8"))))
    assert [(row["id"], row["quantity"], row["value"], row["text"]) for row in rows] == [
        ("a", "volume", "12.345", ""),
        ("2", "volume", "0.5", ""),
    ]


def test_parquet_has_the_columns_of_csv(telegrams: Path, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    for suffix in ("csv", "parquet"):
        assert main(["decode", "-o", str(tmp_path / f"out.{suffix}"), str(telegrams)]) == 0
    table = parquet.read_table(tmp_path / "out.parquet")
    header = (tmp_path / "out.csv").read_text("utf-8").splitlines()[0]
    assert table.column_names == header.split(",")
    assert table["value"].to_pylist() == [12.345, 0.5]
    assert str(table.schema.field("time").type) == "timestamp[ms, tz=UTC]"


def test_parquet_without_pyarrow_names_the_extra(
    telegrams: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    output = tmp_path / "out.parquet"
    assert main(["decode", "-o", str(output), str(telegrams)]) == 2
    assert "divako[report]" in capsys.readouterr().err
    assert sorted(tmp_path.iterdir()) == [telegrams]


@pytest.mark.parametrize("read", ["telegrams.jsonl", ".", "keys.toml"])
def test_what_is_read_is_not_replaced(read: str, telegrams: Path, capsys: Captured) -> None:
    keys = telegrams.with_name("keys.toml")
    keys.touch()
    output = keys if read == "keys.toml" else telegrams
    before = output.read_bytes()
    names = [str(telegrams.parent / read)] if output is telegrams else ["--keys", str(keys), str(telegrams)]
    assert main(["decode", *names, "-o", str(output)]) == 2
    assert output.read_bytes() == before
    assert "would be replaced" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["decode", "{dir}/none.hex"], "none.hex: No such file or directory"),
        (["decode", "{dir}"], "no file in this folder"),
        (["decode", "--format", "parquet", "{dir}/t"], "name it with -o"),
        (["decode", "--keys", "{dir}/none.toml", "{dir}/t"], "none.toml: cannot be read: No such file or directory"),
        (["decode", "--keys", "{dir}/k.toml", "{dir}/t"], "k.toml: entry 1 of the keys: a key has 16 bytes"),
        (["decode", "--device", "nobody_knows", "{dir}/t"], "nobody_knows"),
        (["decode", "-o", "{dir}/none/out.jsonl", "{dir}/t"], "none"),
        (["decode", "--format", "xml"], "--format"),
        (["decode", "--key", "00"], "--key"),
        (["unheard-of"], "unheard-of"),
        ([], "VERB"),
    ],
)
def test_wrong_usage_is_said_in_a_line_without_a_traceback(
    arguments: list[str], said: str, tmp_path: Path, capsys: Captured
) -> None:
    (tmp_path / "t").touch()
    (tmp_path / "k.toml").write_text('12345678 = "0011"')
    assert main([argument.format(dir=tmp_path) for argument in arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert said in captured.err.splitlines()[-1]
    assert "Traceback" not in captured.err
    assert "0011" not in captured.err.replace(str(tmp_path), "")


def interrupted(*_: object, **__: object) -> Any:
    yield from ()
    raise KeyboardInterrupt


def test_an_interruption_leaves_no_traceback_and_the_old_file(
    telegrams: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    output = tmp_path / "out.jsonl"
    output.write_text("old\n")
    monkeypatch.setattr(_decode, "decode_chunks", interrupted)
    assert main(["decode", "-o", str(output), str(telegrams)]) == 130
    assert capsys.readouterr().err == "divako: interrupted\n"
    assert output.read_text() == "old\n"
    assert sorted(tmp_path.iterdir()) == sorted([output, telegrams])


def test_a_mistake_of_ours_is_not_hidden(telegrams: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def mistaken(*_: object, **__: object) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(_decode, "decode_chunks", mistaken)
    with pytest.raises(ZeroDivisionError):
        main(["decode", str(telegrams)])


def test_the_frame_format_that_is_given_is_the_one_that_is_read(
    telegrams: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str | None, str | None]] = []

    def look(groups: Any, **_: object) -> Any:
        seen.extend((item.frame_format, item.device) for group in groups for item in group)
        return iter(())

    monkeypatch.setattr(_decode, "decode_chunks", look)
    assert main(["decode", "--frame-format", "B", str(telegrams)]) == 0
    assert seen == [("B", None), ("B", None)]


def test_a_reader_that_goes_away_ends_it_quietly(tmp_path: Path, frame: Frame) -> None:
    path = tmp_path / "t.hex"
    path.write_text((frame("12345678", 1) + "\n") * 3000)
    command = [sys.executable, "-m", "divako", "decode", "--format", "jsonl", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert json.loads(process.stdout.readline())["meter"] == "12345678"
        process.stdout.close()
        assert process.wait(timeout=60) == 0
        assert process.stderr.read() == b""


@pytest.mark.parametrize(("form", "answer"), [("jsonl", b'"value": 12.345'), ("csv", b",volume,m3,12.345,")])
def test_a_sender_that_pauses_is_answered(form: str, answer: bytes, frame: Frame) -> None:
    command = [sys.executable, "-m", "divako", "decode", "--format", form]
    pipe = subprocess.PIPE
    environment = {**os.environ, "PYTHONUNBUFFERED": ""}
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        limit = threading.Timer(60, process.kill)  # whoever is not answered would wait for ever
        limit.start()
        if form == "csv":
            assert process.stdout.readline().startswith(b"id,meter,")
        # What follows a telegram in one go, or has begun to, does not keep it waiting.
        for more in (b"", b"\n# a comment\n", b"68"):
            process.stdin.write(frame("12345678", 12345).encode() + b"\n" + more)
            process.stdin.flush()
            assert answer in process.stdout.readline()
        process.stdin.write(b" is no telegram\n")
        process.stdin.flush()
        assert b"-:6: input:" in process.stderr.readline()
        process.stdin.close()
        assert process.wait() == 1
        limit.cancel()
