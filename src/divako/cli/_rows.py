"""Decoded telegrams as rows: one row per reading, the same columns in CSV and parquet."""

from __future__ import annotations

import csv
import json

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TextIO

from divako.cli._terminal import write_readable


COLUMNS: tuple[str, ...] = (
    "id",
    "meter",
    "manufacturer",
    "medium",
    "quantity",
    "unit",
    "value",
    "text",
    "time",
    "storage",
    "tariff",
    "subunit",
    "function",
    "kind",
    "status",
)

Row = dict[str, Any]
Cells = tuple[Any, ...]  # in the order of COLUMNS
Document = Mapping[str, Any]


def rows_of(document: Document) -> Iterator[Row]:
    """Give one row for each reading of a document."""
    telegram = document["telegram"]
    if telegram is None:
        return
    head = {
        "id": str(document["id"]),
        "meter": document["meter"],
        "manufacturer": telegram["manufacturer"],
        "medium": telegram["medium"],
    }
    for reading in document["readings"]:
        value = reading["value"]
        is_text = isinstance(value, str)
        yield {
            **head,
            **reading,
            "value": None if is_text else value,
            "text": value if is_text else None,
            "status": " ".join(reading["status"]),
        }


def cells_of(document: Document) -> Iterator[Cells]:
    """Give the cells of each row of a document, in the order of `COLUMNS`."""
    for row in rows_of(document):
        yield tuple(row[name] for name in COLUMNS)


def write_jsonl(documents: Iterator[Document], out: TextIO) -> None:
    """Write one JSON object a line, in ASCII."""
    encode = json.JSONEncoder(allow_nan=False).encode
    out.writelines(encode(document) + "\n" for document in documents)


def write_csv(rows: Iterator[Sequence[Cells]], out: TextIO) -> None:
    """Write one row per reading, telegram by telegram, below one row of names (RFC 4180)."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for of_telegram in rows:
        writer.writerows(of_telegram)


# What a reader sees only where some row has something else.
_PLAIN = {
    "unit": "",
    "time": "",
    "storage": "0",
    "tariff": "0",
    "subunit": "0",
    "function": "instantaneous",
    "status": "",
}
_READABLE = ("id", "meter", "quantity", "value", *_PLAIN)


def write_table(documents: Iterator[Document], out: TextIO) -> None:
    """Write a table for people; columns that hold nothing of note are left out."""
    rows = [_cells(row) for document in documents for row in rows_of(document)]
    if not rows:
        return
    columns = [name for name in _READABLE if any(row[name] != _PLAIN.get(name) for row in rows)]
    cells: Sequence[Sequence[str]] = [[row[name] for name in columns] for row in rows]
    write_readable(columns, cells, out, right="value storage tariff subunit")


def _cells(row: Row) -> dict[str, str]:
    shown = {name: "" if row[name] is None else str(row[name]) for name in _READABLE}
    if row["text"] is not None:
        shown["value"] = row["text"]
    return shown
