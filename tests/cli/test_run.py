"""``divako run`` and ``divako demo``: what they write, say and answer."""

from __future__ import annotations

import json

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from divako.cli import _demo, _run, main
from divako.datasets import Score
from divako.pipeline import DemoResult, load_project
from divako.pipeline import run as run_project


Captured = pytest.CaptureFixture[str]

PROJECT = """
schema_version = 1
name = "Solbakken"
timezone = "Europe/Oslo"
currency = "NOK"
period = { start = 2026-01-01, end = 2026-01-03 }

[[telegrams]]
files = ["telegrams.jsonl"]

[[sections]]
id = "H0101"

[[meters]]
id = "12345678"
medium = "cold_water"

[[installations]]
meter = "12345678"
section = "H0101"
from = 2025-01-01T00:00:00
"""


@pytest.fixture
def project(tmp_path: Path, frame: Callable[[str, int], str]) -> Path:
    lines = [
        {"hex": frame("12345678", 1000 + hour), "received_at": f"2026-01-01T{hour:02d}:00:00Z"} for hour in range(24)
    ]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (tmp_path / "telegrams.jsonl").write_text(text)
    path = tmp_path / "project.toml"
    path.write_text(PROJECT)
    return path


@pytest.mark.parametrize("form", ["parquet", "csv", "json"])
def test_a_run_writes_tables_and_a_report(project: Path, tmp_path: Path, form: str, capsys: Captured) -> None:
    output = tmp_path / "out"
    assert main(["run", str(project), "-o", str(output), "--format", form]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    assert "24 decoded, 0 refused" in captured.out
    assert {"report.html", f"readings.{form}", f"consumption.{form}"} <= {path.name for path in output.iterdir()}


def test_every_refused_line_is_said_by_file_line_and_code(project: Path, tmp_path: Path, capsys: Captured) -> None:
    with (tmp_path / "telegrams.jsonl").open("a") as file:
        file.write("not a telegram\n")
    assert main(["run", str(project), "-o", str(tmp_path / "out")]) == 1
    captured = capsys.readouterr()
    assert captured.err.startswith("telegrams.jsonl:25: input: ")
    assert len(captured.err.splitlines()) == 1
    assert "24 decoded, 1 refused" in captured.out


def test_what_a_run_says_names_no_meter_section_person_or_address(
    project: Path, tmp_path: Path, frame: Callable[[str, int], str], capsys: Captured
) -> None:
    more = """
[[tenancies]]
section = "H0101"
party = "p-17"
name = "Testine Tenktmoen"
from = 2025-01-01

[[costs]]
id = "gas"
title = { no = "Gass", en = "Gas" }
amount = 100
parts = [{ by = "consumption", medium = "cold_water" }]

[analysis]
purpose = "leak-statistics"
recipient = "Example University"
secret_file = "secret.txt"
"""
    project.write_text(PROJECT.replace('id = "H0101"', 'id = "H0101"\naddress = "Oppdiktveien 1"') + more)
    (tmp_path / "secret.txt").write_text("ab" * 32)
    with (tmp_path / "telegrams.jsonl").open("a") as file:
        file.write(f"{frame('12345678', 5)[:-4]}0016\n{frame('87654321', 5)}\n")
    assert main(["run", str(project), "-o", str(tmp_path / "out")]) == 1
    captured = capsys.readouterr()
    assert [line.split(": ")[1] for line in captured.err.splitlines()] == [
        "decode.checksum",
        "project.unlisted_meter",
        "costs[0]",
    ]
    said = captured.out + captured.err
    words = ("12345678", "87654321", "H0101", "p-17", "Testine", "Tenktmoen", "Oppdiktveien", "abab")
    assert [word for word in words if word in said] == []


def test_every_mistake_in_a_project_is_said_by_file_and_path(project: Path, tmp_path: Path, capsys: Captured) -> None:
    project.write_text(
        PROJECT.replace('medium = "cold_water"', 'medium = "cold_beer"').replace('id = "H0101"', "id = 1")
    )
    assert main(["run", str(project), "-o", str(tmp_path / "out")]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    said = captured.err.splitlines()
    assert all(line.startswith(f"divako: {project}: ") for line in said)
    assert [path for path in ("sections[0].id", "meters[0].medium") if path in captured.err] != []
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("content", ["not = [toml", "", "schema_version = 2"])
def test_what_is_no_project_is_said_in_a_line(project: Path, content: str, tmp_path: Path, capsys: Captured) -> None:
    project.write_text(content)
    assert main(["run", str(project), "-o", str(tmp_path / "out")]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_project_that_does_not_exist_is_said_in_a_line(tmp_path: Path, capsys: Captured) -> None:
    assert main(["run", str(tmp_path / "none.toml"), "-o", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    assert "none.toml cannot be read: No such file or directory" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("below", ["", "out/of/it"])
def test_an_output_that_is_a_file_is_said_in_a_line_before_the_work(
    below: str, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setattr(_run, "run_project", pytest.fail)
    assert main(["run", str(project), "-o", str(project / below)]) == 2
    assert "cannot be made a folder" in capsys.readouterr().err
    assert project.read_text() == PROJECT


def test_an_output_that_must_not_be_written_is_said_before_the_work(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setattr(_run, "run_project", pytest.fail)
    monkeypatch.setattr("os.access", lambda path, _mode: Path(path) != tmp_path)  # root may write anywhere
    assert main(["run", str(project), "-o", str(tmp_path / "new" / "out")]) == 2
    assert "out cannot be written to: " in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_an_interrupted_run_writes_nothing(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    def interrupt(*_: object, **__: object) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(_run, "run_project", interrupt)
    assert main(["run", str(project), "-o", str(tmp_path / "out")]) == 130
    assert capsys.readouterr().err == "divako: interrupted\n"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "folder", "municipal", "seed"),
    [([], "divako-demo", False, 1), (["--municipal", "--seed", "7", "-o", "there"], "there", True, 7)],
)
def test_a_demo_says_its_score(
    arguments: list[str],
    folder: str,
    municipal: bool,
    seed: int,
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Captured,
) -> None:
    asked: dict[str, Any] = {}

    def pretend(folder: Path, *, generated_at: np.datetime64, **others: Any) -> DemoResult:
        asked.update(folder=str(folder), **others)
        assert not np.isnat(generated_at)
        asked.pop("progress")("sample", 0, 1)
        results = run_project(load_project(project))
        score = Score(hits=(), missed=(), false_findings=())
        return DemoResult(project=project, files=(folder / "report.html",), results=results, score=score)

    monkeypatch.setattr(_demo, "demo", pretend)
    assert main(["demo", *arguments]) == 0
    assert asked == {"folder": folder, "municipal": municipal, "seed": seed}
    assert "0 of 0 events found, 0 false findings" in capsys.readouterr().out
