"""Decoded telegrams as rows: one row per reading, the same columns in CSV and parquet."""

from __future__ import annotations

import itertools
import operator

from collections.abc import Iterable, Iterator, Mapping, Sequence
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


def write_lines(chunks: Iterator[Sequence[str]], out: TextIO) -> None:
    """Write lines; those of a chunk at once, for somebody may wait for them."""
    for lines in chunks:
        out.writelines(lines)
        out.flush()


def write_csv(chunks: Iterator[Sequence[str]], out: TextIO) -> None:
    """Write rows below one row of names."""
    write_lines(itertools.chain([[",".join(COLUMNS) + "\n"]], chunks), out)


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


_text_of = operator.itemgetter(COLUMNS.index("text"))
_readable_of = operator.itemgetter(*map(COLUMNS.index, _READABLE))


def write_table(chunks: Iterator[Iterable[Sequence[Cells]]], out: TextIO) -> None:
    """Write a table for people; columns that hold nothing of note are left out."""
    rows = [_readable(cells) for chunk in chunks for of_telegram in chunk for cells in of_telegram]
    if not rows:
        return
    columns = dict(zip(_READABLE, zip(*rows, strict=True), strict=True))
    names = [name for name, cells in columns.items() if any(cell != _PLAIN.get(name) for cell in cells)]
    shown = list(zip(*(columns[name] for name in names), strict=True))
    write_readable(names, shown, out, right="value storage tariff subunit")


def _readable(cells: Cells) -> tuple[str, ...]:
    shown = ["" if cell is None else str(cell) for cell in _readable_of(cells)]
    text = _text_of(cells)
    if text is not None:
        shown[_READABLE.index("value")] = text
    return tuple(shown)
