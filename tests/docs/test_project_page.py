"""The page on the project file has every entry of it, with its type and default."""

from __future__ import annotations

import re
import types
import typing

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import attrs
import pytest

from divako.alerts import Frost, Silence
from divako.leaks import CustomerLeak, NightUse, ZoneNightFlow
from divako.model import Medium
from divako.pipeline import _project_file as tables
from divako.pipeline._structure import When


PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "project-file.md"
HEADINGS = {
    tables.ProjectFile: "At the top",
    tables.PeriodTable: "`period`",
    tables.TelegramsTable: "`[[telegrams]]`",
    tables.SectionTable: "`[[sections]]`",
    tables.ZoneTable: "`[[zones]]`",
    tables.MeterTable: "`[[meters]]`",
    tables.InstallationTable: "`[[installations]]`",
    tables.TenancyTable: "`[[tenancies]]`",
    tables.TariffTable: "`[[tariffs]]`",
    tables.CostTable: "`[[costs]]`",
    tables.PartTable: "Parts of costs",
    tables.Rules: "`[rules]`",
    tables.AnalysisTable: "`[analysis]`",
    CustomerLeak: "`[rules.customer_leak]`",
    NightUse: "`[rules.night_use]`",
    ZoneNightFlow: "`[rules.zone_night_flow]`",
    Frost: "`[rules.frost]`",
    Silence: "`[rules.silent]`",
}
PLAIN = {
    str: "text",
    int: "whole number",
    float: "number",
    Fraction: "exact number",
    Medium: "medium",
    When: "date or time",
    tables.Pairs: "table of exact numbers",
    tables.Texts: "table of texts",
}
NOTHING = (attrs.NOTHING, None, (), tables.Rules())

pytestmark = pytest.mark.skipif(not PAGE.is_file(), reason="an installed package has no docs beside it")


def rows_of(heading: str) -> dict[str, tuple[str, str]]:
    """Give type and default of each entry below a heading."""
    text = PAGE.read_text(encoding="utf-8")
    section = re.split(r"^#+ ", text.split(f"# {heading}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]
    rows = [
        [cell.strip() for cell in line.strip("| ").split(" | ")]
        for line in section.replace("| |", "| - |").splitlines()
    ]
    return {row[0].strip("`"): (row[1], row[3]) for row in rows if len(row) == 5 and row[0].startswith("`")}


def without_none(kind: Any) -> Any:
    if isinstance(kind, types.UnionType) and type(None) in kind.__args__ and kind != When:
        rest = [one for one in kind.__args__ if one is not type(None)]
        return rest[0] if len(rest) == 1 else When
    return kind


def named(kind: Any) -> str:
    kind = without_none(kind)
    if kind in PLAIN:
        return PLAIN[kind]
    if typing.get_origin(kind) is tuple:
        inner = named(kind.__args__[0])
        return f"list of {inner}s"
    assert attrs.has(kind), kind
    return "table"


def classes(kind: Any, seen: set[type] | None = None) -> Iterator[type]:
    """Give every class that a project file is made of."""
    seen = set() if seen is None else seen
    kind = without_none(kind)
    for one in (kind, *(typing.get_args(kind) if typing.get_origin(kind) is tuple else ())):
        if isinstance(one, type) and attrs.has(one) and one not in seen:
            seen.add(one)
            yield one
            for hint in typing.get_type_hints(one).values():
                yield from classes(hint, seen)


def shown(default: Any) -> str:
    if isinstance(default, tuple):
        default = list(default)
    text = str(default).replace("'", '"')
    return f'`"{text}"`' if isinstance(default, str) else text


def test_every_class_of_the_file_has_its_section() -> None:
    assert set(classes(tables.ProjectFile)) == set(HEADINGS)


@pytest.mark.parametrize(("kind", "heading"), HEADINGS.items(), ids=lambda one: getattr(one, "__name__", ""))
def test_a_section_has_every_entry_with_type_and_default(kind: type, heading: str) -> None:
    rows = rows_of(heading)
    hints = typing.get_type_hints(kind)
    fields = {a.name.rstrip("_"): a for a in attrs.fields(kind)}
    assert list(rows) == list(fields)
    for name, attribute in fields.items():
        default: Any = attribute.default
        if hasattr(default, "factory"):  # attrs keeps a maker for what a default is made of anew
            default = default.factory()
        wanted = "required" if default is attrs.NOTHING else "none" if default in NOTHING else shown(default)
        wanted = "`timezone`" if name == "tz" else wanted
        assert rows[name] == (named(hints[attribute.name]), wanted), name
