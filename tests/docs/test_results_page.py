"""The page on results has every column of every table that a run writes, with its type."""

from __future__ import annotations

import re

from pathlib import Path

import attrs
import pytest

from divako.allocation import Statements
from divako.model import Consumption, FindingCode, Findings, Readings, Table
from divako.pipeline import Analysis, Rules


PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "results.md"
TABLES = {
    "readings": Readings,
    "consumption": Consumption,
    "findings": Findings,
    "statements": Statements,
    "analysis": Analysis,
}

pytestmark = pytest.mark.skipif(not PAGE.is_file(), reason="an installed package has no docs beside it")


def rows_of(heading: str) -> list[tuple[str, ...]]:
    text = PAGE.read_text(encoding="utf-8").split(f"\n## `{heading}`\n", 1)[1].split("\n## ", 1)[0]
    rows = [re.split(r"\s*\|\s*", line.strip("|").strip()) for line in text.splitlines() if line.startswith("| `")]
    return [tuple(row) for row in rows]


def columns_of(table: type[Table]) -> list[tuple[str, str, bool]]:
    """Give name, type, and whether it is never null by its type, of each column that is written."""
    out: list[tuple[str, str, bool]] = []
    for a in attrs.fields(table):
        dtype, words = a.metadata.get("column"), a.metadata.get("words")
        if not dtype or a.metadata["mask"]:
            continue
        kind = "text" if words else "timestamp" if dtype.startswith("datetime64[ms") else dtype
        out.append((a.name, kind, kind not in {"text", "timestamp", "float64"} and not a.metadata["known"]))
        if words == "registers":
            out.append(("quantum", "text", False))
    return out


@pytest.mark.parametrize(("heading", "table"), TABLES.items(), ids=TABLES)
def test_the_page_has_every_column_with_its_type(heading: str, table: type[Table]) -> None:
    rows = [row for row in rows_of(heading) if len(row) == 5]
    wanted = columns_of(table)
    assert [(row[0].strip("`"), row[1]) for row in rows] == [(name, kind) for name, kind, _ in wanted]
    assert [row[0] for row, (_, _, never) in zip(rows, wanted, strict=True) if never and row[3] != "never"] == []


def test_the_page_has_the_code_of_every_rule() -> None:
    codes = [row[0].strip("`") for row in rows_of("findings") if len(row) == 4]
    rules = [a.name for a in attrs.fields(Rules)]
    assert codes == [*rules, "exchange"]
    assert {*codes} <= {code.value for code in FindingCode}
