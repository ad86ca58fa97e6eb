"""Results on disk: all of them or none, and never half a file."""

from __future__ import annotations

import datetime as dt
import json

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from divako.errors import StoreError
from divako.pipeline import TABLE_FORMATS, Results, _write, load_project, run, write


Document = dict[str, Any]
Writer = Callable[..., Path]
Hourly = Callable[..., list[str]]
Ran = Callable[[], Results]
WRITTEN_AT = np.datetime64("2026-05-01T12:00", "ms")
FIRST, SECOND = "20260101", "20260102"
EVEN = range(0, 370, 10)


@pytest.fixture
def ran(house: Document, write_house: Writer, hourly: Hourly) -> Ran:
    """Runner of the house, whatever was changed in it."""
    lines = [*hourly(FIRST, EVEN), *hourly(SECOND, EVEN), "garbage", "garbage"]
    return lambda: run(load_project(write_house(house, lines)))


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("form", TABLE_FORMATS)
def test_all_that_is_named_is_there_and_nothing_else(form: str, ran: Ran, tmp_path: Path) -> None:
    files = write(ran(), tmp_path / "deep" / "out", generated_at=WRITTEN_AT, table_format=form)
    assert files[0].name == "report.html"
    assert sorted(files) == sorted((tmp_path / "deep" / "out").iterdir())
    tables = {f"{name}.{form}" for name in ("readings", "consumption", "findings", "statements")}
    assert {one.name for one in files} == tables | {"report.html", "refused.json", "findings.json", "statements.json"}


def test_the_statements_say_the_same_in_every_form(ran: Ran, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="Parquet needs pyarrow")
    write(ran(), tmp_path, generated_at=WRITTEN_AT)
    table = parquet.read_table(tmp_path / "statements.parquet")
    document = json.loads((tmp_path / "statements.json").read_text("utf-8"))
    assert table["amount"].to_pylist() == [row["amount"] for row in document]
    assert sum(table["amount"].to_pylist()) == 100_001
    assert set(table["section"].to_pylist()) == {"H0101", "H0102"}


def test_what_was_refused_stands_beside_the_results(ran: Ran, tmp_path: Path) -> None:
    write(ran(), tmp_path, generated_at=WRITTEN_AT)
    document = json.loads((tmp_path / "refused.json").read_text("utf-8"))
    assert document["telegrams"] == 2 * len(EVEN)
    assert document["period"] == ["2026-01-01T00:00:00Z", "2026-01-02T12:00:00Z"]
    assert [(one["file"], one["line"], one["code"]) for one in document["refused"]] == [
        ("telegrams.jsonl", 75, "input"),
        ("telegrams.jsonl", 76, "input"),
    ]


@pytest.mark.parametrize("stop", [KeyboardInterrupt, RuntimeError])
def test_a_run_that_is_cut_short_anywhere_leaves_the_old_files_as_they_were(
    stop: type[BaseException], ran: Ran, house: Document, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    files = write(ran(), out, generated_at=WRITTEN_AT)
    before = contents(out)
    house["name"] = "Another name"
    results = ran()
    left = [0]
    monkeypatch.setattr(_write, "render", lambda _: "another page")

    def and_stop(put: Callable[..., None]) -> Callable[..., None]:
        def some(*arguments: Any) -> None:
            put(*arguments)
            left[0] -= 1
            if not left[0]:
                raise stop

        return some

    for name in ("write_table", "write_json", "write_text"):
        monkeypatch.setattr(_write, name, and_stop(getattr(_write, name)))
    for after in range(1, len(files) + 1):
        left[0] = after
        with pytest.raises(stop):
            write(results, out, generated_at=WRITTEN_AT)
        assert contents(out) == before
    left[0] = len(files) + 1
    write(results, out, generated_at=WRITTEN_AT)
    assert contents(out)["report.html"] == b"another page"


def test_a_first_run_that_is_cut_short_leaves_no_file(
    ran: Ran, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(_write, "write_json", stop)
    with pytest.raises(KeyboardInterrupt):
        write(ran(), tmp_path / "out", generated_at=WRITTEN_AT)
    assert list((tmp_path / "out").iterdir()) == []


def test_what_does_not_belong_to_the_new_run_is_taken_away(ran: Ran, house: Document, tmp_path: Path) -> None:
    house["analysis"] = {"purpose": "x", "recipient": "y", "secret_file": "secret.txt"}
    (tmp_path / "house").mkdir()
    (tmp_path / "house" / "secret.txt").write_text("ab" * 32)
    out = tmp_path / "out"
    write(ran(), out, generated_at=WRITTEN_AT)
    (out / "mine.txt").write_text("not of ours")
    assert {"analysis.parquet", "statements.json"} <= set(contents(out))
    del house["analysis"], house["costs"]
    files = write(ran(), out, generated_at=WRITTEN_AT)
    assert set(contents(out)) == {one.name for one in files} | {"mine.txt"}
    assert {"analysis.parquet", "statements.json", "statements.parquet"}.isdisjoint(contents(out))


def test_an_old_file_that_cannot_be_taken_away_is_told(ran: Ran, house: Document, tmp_path: Path) -> None:
    (tmp_path / "out" / "analysis.parquet").mkdir(parents=True)
    with pytest.raises(StoreError, match=r"analysis\.parquet is of an earlier run and cannot be removed: "):
        write(ran(), tmp_path / "out", generated_at=WRITTEN_AT)


def test_a_folder_that_is_a_file_is_told(ran: Ran, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(StoreError, match="out cannot be made a folder: "):
        write(ran(), tmp_path / "out", generated_at=WRITTEN_AT)
    assert (tmp_path / "out").read_text() == "mine"


def test_a_folder_that_refuses_to_be_written_is_told_whoever_asks(
    ran: Ran, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = ran()
    make = Path.mkdir

    def refuse(path: Path, *arguments: Any, **others: Any) -> None:
        if path.name.startswith(".new-"):
            raise PermissionError(13, "Permission denied", str(path))
        make(path, *arguments, **others)

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(StoreError, match="out cannot be written to: Permission denied"):
        write(results, tmp_path / "out", generated_at=WRITTEN_AT)
    assert list((tmp_path / "out").iterdir()) == []


def test_another_form_is_wrong_usage(ran: Ran, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="parquet, csv, json"):
        write(ran(), tmp_path / "out", generated_at=WRITTEN_AT, table_format="xml")
    assert not (tmp_path / "out").exists()


def test_the_report_says_which_costs_were_not_shared(house: Document, write_house: Writer, hourly: Hourly) -> None:
    results = run(load_project(write_house(house, hourly(FIRST, EVEN))))
    report = _write.report_of(results, generated_at=WRITTEN_AT)
    assert report.statements is None
    assert [(one.title_no, one.title_en, one.section) for one in report.unshared] == [("Vann", "Water", "H0102")]


def test_the_report_counts_what_was_refused_by_file_and_code(ran: Ran) -> None:
    report = _write.report_of(ran(), generated_at=WRITTEN_AT)
    assert [(one.file, one.line, one.code, one.count) for one in report.refused] == [
        ("telegrams.jsonl", 75, "input", 2)
    ]
    assert report.telegrams == 2 * len(EVEN)
    assert report.period_end - report.period_start == np.timedelta64(dt.timedelta(hours=36))
