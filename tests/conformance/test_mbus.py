"""M-Bus and wireless M-Bus telegrams of others, read as ``divako decode --format jsonl`` reads them."""

from __future__ import annotations

import collections
import importlib.util
import json
import sys

from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from divako.cli import main


# All that a decoder may be told of a telegram; the rest of a line is what it is asked for.
TOLD = ("id", "hex", "key", "context", "format", "format_signature")
STANDARD = frozenset({"generic", "generic-profile"})  # classes that need nothing but the standard
MAKERS = frozenset({"mixed", "proprietary"})  # classes that need drivers of single meters
MAKERS_FLOOR = 0.9

Line = dict[str, Any]
Case = dict[str, Any]


@pytest.fixture(scope="module")
def scorer(tools: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("score_mbus", tools / "score_mbus.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read(path: Path) -> list[Case]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def decoded(lines: Iterable[Case], folder: Path, *, told: tuple[str, ...] = TOLD) -> list[Line]:
    source, output = folder / "telegrams.jsonl", folder / "decoded.jsonl"
    source.write_text(
        "".join(json.dumps({k: line[k] for k in told if line.get(k) is not None}) + "\n" for line in lines)
    )
    assert main(["decode", str(source), "-o", str(output)]) in {0, 1}
    return read(output)


def show(title: str, rows: Iterable[tuple[str, bool]]) -> dict[str, float]:
    """Print ``name: passed/total`` for each name, and give the shares."""
    counts: dict[str, list[int]] = collections.defaultdict(lambda: [0, 0])
    for name, ok in rows:
        counts[name][0] += ok
        counts[name][1] += 1
    said = [f"  {name}: {passed}/{total}\n" for name, (passed, total) in sorted(counts.items())]
    sys.stdout.write(f"\n{title}\n{''.join(said)}")
    return {name: passed / total for name, (passed, total) in counts.items()}


def security_of(case: Case) -> str:
    state = case["security_state"]
    return case["security"] if state == "plain" else f"{case['security']} {state}"


def in_floor(case: Case, left_out: dict[str, str]) -> bool:
    """Tell whether a telegram needs nothing but the standard, and nothing of it that is left out."""
    names = {case["class"], case["security"], case.get("transform"), "compact" if case["compact"] else None}
    names.update(value["origin"] for value in case["expected"] if value.get("scored", True))
    return case["class"] in STANDARD and names.isdisjoint(left_out)


def by_maker(rows: Iterable[Any], reasons: dict[str, str]) -> dict[str, float]:
    """Show what needs drivers, give the shares by class, and say why single drivers fall short."""
    makers = [row for row in rows if row["t"]["class"] in MAKERS]
    short = sorted({row["t"]["driver"] for row in makers if not row["ok"]})
    sys.stdout.write("\nnot read as their sources say\n")
    sys.stdout.writelines(f"  {name}: {reasons.get(name, 'no reason is known')}\n" for name in short)
    return show("with drivers of makers", ((row["t"]["class"], row["ok"]) for row in makers))


def with_increments(case: Case, line: Line) -> Line:
    """Add the differences between the elements of a profile to what was decoded.

    Some sources give the increments that a compact profile holds as they are. The standard makes
    registers of them, each the one before plus its increment, and so does the decoder: the increments
    are the differences of its readings.
    """
    if case["class"] != "generic-profile":
        return line
    last: dict[str, Line] = {}
    differences = []
    for reading in line["readings"]:
        before = last.get(reading["quantity"])
        if isinstance(reading["value"], float):
            if before is not None and reading["storage"] == before["storage"] + 1:
                differences.append({**reading, "value": reading["value"] - before["value"]})
            last[reading["quantity"]] = reading
    return {**line, "readings": [*line["readings"], *differences]}


def has_outcome(case: Case, line: Line) -> bool:
    """Readings or a typed error; a telegram may hold nothing but a block that only its maker knows."""
    if line["error"] is not None:
        return str(line["error"]["code"]).startswith("decode.")
    return bool(line["readings"]) or case["class"] == "proprietary"


def test_published_telegrams(cases: Path, scorer: ModuleType, excluded: dict[str, Any], tmp_path: Path) -> None:
    corpus = read(cases / "mbus" / "telegrams.jsonl")
    lines = decoded(corpus, tmp_path)
    assert [line["id"] for line in lines] == [case["id"] for case in corpus]
    assert all(map(has_outcome, corpus, lines))
    rows = scorer.score(corpus, list(map(with_increments, corpus, lines)), strict=True, dates=True)
    left_out = excluded["mbus"]

    show("by class and security", ((f"{r['t']['class']}, {security_of(r['t'])}", r["ok"]) for r in rows))
    floored = show(
        "within the floor",
        ((r["t"]["security"], r["ok"]) for r in rows if in_floor(r["t"], left_out)),
    )
    assert floored
    assert set(floored.values()) == {1.0}
    shares = by_maker(rows, excluded["mbus_makers"])
    assert set(shares) == MAKERS
    assert min(shares.values()) >= MAKERS_FLOOR
    wired = [row["ok"] for row in rows if row["t"]["source"] == "libmbus"]
    assert wired
    assert all(wired)


def test_telegrams_in_other_wrappings(
    cases: Path, scorer: ModuleType, excluded: dict[str, Any], tmp_path: Path
) -> None:
    corpus = read(cases / "mbus" / "derived.jsonl")
    lines = decoded(corpus, tmp_path)
    assert all(map(has_outcome, corpus, lines))
    rows = scorer.score(corpus, list(map(with_increments, corpus, lines)), strict=True, dates=True)
    left_out = excluded["mbus"]

    show("by transform and class", ((f"{r['t']['transform']}, {r['t']['class']}", r["ok"]) for r in rows))
    floored = show(
        "within the floor",
        ((r["t"]["transform"], r["ok"]) for r in rows if in_floor(r["t"], left_out)),
    )
    assert set(floored) == {case["transform"] for case in corpus if case["class"] in STANDARD}
    assert set(floored.values()) == {1.0}
    shares = by_maker(rows, excluded["mbus_makers"])
    assert min(shares.values()) >= MAKERS_FLOOR


def test_broken_telegrams_are_refused_as_they_should(cases: Path, scorer: ModuleType, tmp_path: Path) -> None:
    corpus = read(cases / "mbus" / "malformed.jsonl")
    rows = scorer.score_malformed(corpus, decoded(corpus, tmp_path, told=(*TOLD, "frame_format")))

    shares = show("by kind and expectation", ((f"{case['kind']}, {case['expect']}", ok) for case, ok, _ in rows))
    assert set(shares.values()) == {1.0}
