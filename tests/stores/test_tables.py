"""Tables in every form say the same."""

from __future__ import annotations

import csv
import json
import sys

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from divako.errors import MissingExtraError, StoreError
from divako.model import Finding, FindingCode, Findings, Readings, Register
from divako.stores import FORMATS, write_table
from divako.telegrams import decode_batch
from divako.units import Dimension


LITRES = Register("volume", Dimension.VOLUME, Fraction(1, 1000))
NEVER = np.datetime64("NaT", "ms")


def read(path: Path) -> list[dict[str, Any]]:
    """Read a table of JSON objects."""
    text = path.read_text(encoding="utf-8")
    rows: list[dict[str, Any]] = (
        json.loads(text) if path.suffix == ".json" else [json.loads(line) for line in text.splitlines()]
    )
    return rows


def one_finding(subject: str = "H0101", *, end: np.datetime64 = NEVER, size: float = 0.1) -> Findings:
    start = np.datetime64("2026-01-01T00:00", "ms")
    return Findings.of([Finding(subject=subject, code=FindingCode.FROST, start=start, end=end, size=size, unit="degC")])


@settings(max_examples=30)
@given(
    subjects=st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8), max_size=6),
    size=st.floats(allow_nan=False, allow_infinity=False),
)
def test_json_and_csv_read_back_as_they_were(
    tmp_path_factory: pytest.TempPathFactory, subjects: list[str], size: float
) -> None:
    folder = tmp_path_factory.mktemp("tables")
    table = Findings.concatenate([Findings.of([]), *(one_finding(subject, size=size) for subject in subjects)])
    for suffix in ("json", "jsonl", "csv"):
        write_table(table, folder / f"t.{suffix}")
    rows = read(folder / "t.json")
    lines = (folder / "t.jsonl").read_bytes().split(b"\n")
    assert [json.loads(line) for line in lines if line] == rows
    assert [(row["subject"], row["size"], row["end"]) for row in rows] == [(s, size, None) for s in subjects]
    with (folder / "t.csv").open(encoding="utf-8", newline="") as file:
        cells = list(csv.DictReader(file))
    assert [(row["subject"], float(row["size"]), row["end"]) for row in cells] == [(s, size, "") for s in subjects]


def test_the_arrow_consumer_sees_what_parquet_holds(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    table = Readings.of_counts("m", LITRES, ["2026-01-01T00:00", "2026-01-01T01:00"], [1, 2])
    write_table(table, tmp_path / "t.parquet")
    got = pq.read_table(tmp_path / "t.parquet")
    assert got.to_pylist() == pa.table(table).to_pylist()
    assert str(got.schema.field("time").type) == "timestamp[ms, tz=UTC]"
    assert got["quantum"].to_pylist() == ["1/1000 m3"] * 2


def test_csv_is_rfc_4180_with_times_in_utc_and_nothing_for_unknown(tmp_path: Path) -> None:
    table = Readings.of_counts("m,1", LITRES, ["2026-01-01T00:00:00", "2026-01-01T00:00:00.250"], [1, 2])
    table = evolve(table, value=np.array([0.001, np.nan]), count_known=np.array([True, False]))
    write_table(table, tmp_path / "t.csv")
    raw = (tmp_path / "t.csv").read_bytes()
    assert raw.count(b"\r\n") == raw.count(b"\n") == 3
    first, second = raw.decode().splitlines()[1:]
    assert first.startswith('"m,1",volume_m3,1/1000 m3,2026-01-01T00:00:00Z,0.001,1,')
    assert second.startswith('"m,1",volume_m3,1/1000 m3,2026-01-01T00:00:00.250Z,,,')


@pytest.mark.parametrize("suffix", ["json", "jsonl"])
@pytest.mark.parametrize("size", [np.nan, np.inf, -np.inf])
def test_json_has_null_for_what_it_has_no_number_for(tmp_path: Path, suffix: str, size: float) -> None:
    path = tmp_path / f"t.{suffix}"
    write_table(one_finding(size=size), path)
    assert read(path)[0]["size"] is None


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_table_without_rows_is_written_and_its_columns_are_named(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"t.{suffix}"
    write_table(Findings.of([]), path)
    if suffix == "parquet":
        pq = pytest.importorskip("pyarrow.parquet")
        assert pq.read_table(path).num_rows == 0
    elif suffix == "csv":
        assert path.read_text().startswith("subject,")
    else:
        assert read(path) == []


def test_more_rows_than_are_written_at_a_time_keep_their_order(tmp_path: Path) -> None:
    n = 50_001
    times = np.datetime64("2026-01-01", "ms") + np.arange(n) * np.timedelta64(1000, "ms")
    write_table(Readings.of_counts("m", LITRES, times, np.arange(n)), tmp_path / "t.jsonl")
    with (tmp_path / "t.jsonl").open(encoding="utf-8") as file:
        assert [json.loads(line)["count"] for line in file] == list(range(n))


@pytest.mark.parametrize("name", ["t.xlsx", "t", "parquet"])
def test_another_suffix_is_refused_with_the_known_ones(tmp_path: Path, name: str) -> None:
    with pytest.raises(StoreError, match=r"\.parquet, \.csv, \.json, \.jsonl"):
        write_table(Findings.of([]), tmp_path / name)


@pytest.mark.parametrize("suffix", FORMATS)
def test_what_holds_tables_is_none(tmp_path: Path, suffix: str) -> None:
    batch: Any = decode_batch([])
    with pytest.raises(TypeError, match="a Batch is no table"):
        write_table(batch, tmp_path / f"batch.{suffix}")
    assert not list(tmp_path.iterdir())


def test_parquet_without_pyarrow_names_the_extra_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError) as caught:
        write_table(Findings.of([]), tmp_path / "t.parquet")
    assert (caught.value.package, caught.value.extra) == ("pyarrow", "report")
    assert list(tmp_path.iterdir()) == []
    write_table(Findings.of([]), tmp_path / "t.csv")  # a plain install writes the others


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, suffix: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot be written"):
        write_table(one_finding(), tmp_path / "file" / f"t.{suffix}")
