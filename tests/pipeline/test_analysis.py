"""The export under pseudonyms: consumption of sections, and nothing that says whose."""

from __future__ import annotations

import base64
import datetime as dt

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from divako.errors import PrivacyError
from divako.pipeline import Analysis, Results, load_project, run, write
from divako.privacy import Secret


Document = dict[str, Any]
Writer = Callable[..., Path]
Hourly = Callable[..., list[str]]
FIRST, SECOND, THIRD = "20260101", "20260102", "20260103"
START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
SECRET = bytes(range(32))
WRITTEN_AT = np.datetime64("2026-05-01T12:00", "ms")
EVEN = range(0, 370, 10)

Exported = Callable[..., Results]


@pytest.fixture
def exported(house: Document, write_house: Writer, hourly: Hourly) -> Exported:
    """Runner of the house with an export, whose table of the project may be changed."""
    house["sections"][0]["id"] = "HEMMELIG-A"
    house["installations"][0]["section"] = house["tenancies"][0]["section"] = "HEMMELIG-A"

    def go(secret: bytes | Secret | None = SECRET, **changes: Any) -> Results:
        house["analysis"] = {"purpose": "leak-statistics", "recipient": "Example University"} | changes
        return run(load_project(write_house(house, hourly(FIRST, EVEN) + hourly(SECOND, EVEN))), secret=secret)

    return go


def analysis(results: Results) -> Analysis:
    assert results.analysis is not None
    return results.analysis


def disguises(word: str) -> list[bytes]:
    """Give the forms in which a word can stand in a file: as text, wide, reversed bytes, hexadecimal, base64."""
    plain = word.encode()
    wide = [word.encode(form) for form in ("utf-16-le", "utf-16-be", "utf-32-le")]
    forms = [plain, word.lower().encode(), *wide, plain.hex().encode(), base64.b64encode(plain).rstrip(b"=")]
    if word.isdecimal():
        number = bytes.fromhex(word)
        forms += [number, number[::-1]]  # packed decimals, as telegrams have them
    return forms


@pytest.mark.parametrize("form", ["parquet", "csv", "json"])
def test_no_byte_of_the_export_says_whose_it_is(form: str, exported: Exported, tmp_path: Path) -> None:
    results = exported()
    files = write(results, tmp_path / "out", generated_at=WRITTEN_AT, table_format=form)
    (path,) = (one for one in files if one.stem == "analysis")
    content = path.read_bytes()
    secret = [FIRST, SECOND, "HEMMELIG", "H0102", "Oppdiktveien", "Testine", "Tenktmoen", "p-1", "Prøvehuset"]
    assert len(content) > 1000
    assert [word for word in secret for disguise in disguises(word) if disguise in content] == []
    # The same search finds them in what is not exported, so it can find them; Parquet may squeeze them.
    beside = (tmp_path / "out" / f"readings.{form}").read_bytes()
    assert FIRST.encode() in beside


def test_a_parquet_export_unfolded_says_no_more(exported: Exported, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="Parquet needs pyarrow")
    write(exported(), tmp_path / "out", generated_at=WRITTEN_AT)
    file = parquet.ParquetFile(tmp_path / "out" / "analysis.parquet")
    said = [str(file.metadata), str(file.schema_arrow), str(file.schema_arrow.metadata), str(file.read().to_pydict())]
    said += [str(file.metadata.row_group(0).column(i)) for i in range(file.metadata.num_columns)]
    assert "cold_water" in "".join(said)
    for word in (FIRST, SECOND, "HEMMELIG", "H0102", "Oppdiktveien", "Tenktmoen"):
        assert word not in "".join(said)


def test_every_difference_is_there_and_no_register(exported: Exported) -> None:
    table = analysis(exported())
    assert len(table) == 2 * 36
    assert set(table.value.tolist()) == {0.01}
    assert len(table.meter_tokens) == len(table.section_tokens) == 2
    assert {"count", "count_known"}.isdisjoint(table.arrow_columns())


def test_a_day_is_coarser_than_an_hour(exported: Exported) -> None:
    table = analysis(exported(resolution="day"))
    assert set(((table.end - table.start) / np.timedelta64(1, "h")).tolist()) <= {24.0, 12.0}


def test_another_purpose_recipient_or_secret_has_other_pseudonyms(exported: Exported) -> None:
    tokens = [
        {*table.meter_tokens, *table.section_tokens}
        for table in (
            analysis(exported()),
            analysis(exported(purpose="research")),
            analysis(exported(recipient="Another University")),
            analysis(exported(secret=SECRET[::-1])),
        )
    ]
    assert len(set.union(*tokens)) == sum(map(len, tokens))
    assert tokens[0] == {*analysis(exported()).meter_tokens, *analysis(exported(secret=Secret(SECRET))).section_tokens}


def test_only_meters_of_sections_are_exported(exported: Exported, house: Document) -> None:
    house["installations"][1] = {"meter": SECOND, "role": "main", "from": dt.date(2025, 1, 1)}
    del house["costs"]
    assert len(analysis(exported()).meter_tokens) == 1


def test_each_hour_belongs_to_the_section_in_which_the_meter_hung(
    house: Document, write_house: Writer, hourly: Hourly
) -> None:
    del house["costs"], house["installations"][1]
    moved = START + dt.timedelta(hours=12)
    house["installations"][0]["to"] = moved
    house["installations"].append({"meter": FIRST, "section": "H0102", "from": moved})
    house["analysis"] = {"purpose": "x", "recipient": "y"}
    table = analysis(run(load_project(write_house(house, hourly(FIRST, EVEN))), secret=SECRET))
    assert len(table.section_tokens) == 2
    earlier, later = (
        set(table.section[rows].tolist())
        for rows in ((table.start < table.start[12]), (table.start >= table.start[12]))
    )
    assert earlier != later
    assert len(earlier) == len(later) == 1


def test_a_house_without_sections_exports_nothing(exported: Exported, house: Document) -> None:
    del house["costs"]
    for one in house["installations"]:
        del one["section"]
        one["role"] = "main"
    assert exported().analysis is None


def test_no_export_is_made_that_nobody_asked_for(house: Document, write_house: Writer, hourly: Hourly) -> None:
    assert run(load_project(write_house(house, hourly(FIRST, EVEN))), secret=SECRET).analysis is None


def test_the_secret_comes_from_the_file_that_the_project_names(exported: Exported, tmp_path: Path) -> None:
    exported()
    (tmp_path / "house" / "secret.txt").write_text(SECRET.hex() + "\n")
    by_file = analysis(exported(secret=None, secret_file="secret.txt"))
    assert by_file.meter_tokens == analysis(exported()).meter_tokens


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "analysis.secret_file: secret.txt cannot be read: No such file or directory"),
        (b"c0ffee", "analysis.secret_file: "),
        (b"not hexadecimal digits", "analysis.secret_file: "),
        ("blåbær".encode(), "analysis.secret_file: "),
    ],
)
def test_a_secret_that_is_none_is_refused_before_the_work_and_not_shown(
    content: bytes | None, said: str, exported: Exported, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exported()
    if content is not None:
        (tmp_path / "house" / "secret.txt").write_bytes(content)
    monkeypatch.setattr("divako.pipeline._run.take_in", None)  # would be called and fail otherwise
    with pytest.raises(PrivacyError) as caught:
        exported(secret=None, secret_file="secret.txt")
    assert said in str(caught.value)
    assert "c0ffee" not in str(caught.value)


def test_an_export_without_a_secret_is_refused(exported: Exported) -> None:
    with pytest.raises(PrivacyError, match="needs a secret"):
        exported(secret=None)
    with pytest.raises(PrivacyError):
        exported(secret=b"short")
