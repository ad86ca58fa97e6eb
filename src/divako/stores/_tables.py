"""Tables to files: Parquet, CSV, JSON and JSON lines."""

from __future__ import annotations

import csv
import json
import math
import os

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from divako.errors import MissingExtraError, StoreError
from divako.model import Table
from divako.stores._replacing import replacing


FORMATS = ("parquet", "csv", "json", "jsonl")
_CHUNK = 50_000


def write_table(table: Table, path: str | os.PathLike[str]) -> None:
    """Write a table to a file, all or nothing; the suffix says in which form.

    Parameters
    ----------
    table : Table
        Any table of divako.
    path : path-like
        A name that ends in ``.parquet``, ``.csv``, ``.json`` or ``.jsonl``. Parquet
        keeps the types; in the others times are RFC 3339 in UTC, and what is unknown is
        empty or null. JSON has no infinity: it is null there.

    Raises
    ------
    StoreError
        The suffix is another, or the file cannot be written.
    MissingExtraError
        Parquet needs pyarrow, of the extra ``report``.
    TypeError
        It is no table, but perhaps holds some, as a batch does.
    """
    if not hasattr(table, "__arrow_c_stream__"):
        msg = f"a {type(table).__name__} is no table; write one at a time, such as the readings of a batch"
        raise TypeError(msg)
    target = Path(path)
    writer = _WRITERS.get(target.suffix.lower())
    if writer is None:
        msg = f"{target}: tables are written to {', '.join('.' + name for name in FORMATS)}"
        raise StoreError(msg)
    with replacing(target) as beside:
        writer(table, beside)


def _parquet(table: Table, path: Path) -> None:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        package = "pyarrow"
        raise MissingExtraError(package, "report") from error
    pq.write_table(pa.table(table), path, compression="zstd")


def _csv(table: Table, path: Path) -> None:
    with path.open("w", encoding="utf-8", errors="backslashreplace", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(table.arrow_columns())
        for rows in _rows(table, missing=""):
            writer.writerows(rows)


def _jsonl(table: Table, path: Path) -> None:
    with path.open("w", encoding="utf-8", errors="backslashreplace") as out:
        for line in _objects(table):
            out.write(line + "\n")


def _json(table: Table, path: Path) -> None:
    with path.open("w", encoding="utf-8", errors="backslashreplace") as out:
        out.write("[")
        for place, line in enumerate(_objects(table)):
            out.write(("," if place else "") + "\n" + line)
        out.write("\n]\n")


def _objects(table: Table) -> Iterator[str]:
    names = list(table.arrow_columns())
    for rows in _rows(table, missing=None):
        for row in rows:
            yield json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False, allow_nan=False)


def _rows(table: Table, *, missing: object) -> Iterator[Iterator[tuple[Any, ...]]]:
    """Give the rows as plain values, some at a time."""
    for start in range(0, len(table), _CHUNK):
        part = table.select(slice(start, start + _CHUNK))
        yield zip(*(_plain(column, missing) for column in part.arrow_columns().values()), strict=True)


def _plain(column: Any, missing: object) -> list[Any]:
    data = column.data
    values: list[Any]
    if column.words is not None:
        values = [column.words[code] for code in data.tolist()] if column.words else [missing] * len(data)
    elif data.dtype.kind == "M":
        texts: list[str] = np.datetime_as_string(data, unit="ms").tolist()
        values = [f"{text}Z".replace(".000Z", "Z") for text in texts]
    else:
        values = data.tolist()
        if missing is None and data.dtype.kind == "f" and np.isinf(data).any():
            values = [value if math.isfinite(value) else None for value in values]  # JSON has no number for it
    if column.known is None or column.known.all():
        return values
    return [value if known else missing for value, known in zip(values, column.known.tolist(), strict=True)]


_WRITERS: Mapping[str, Callable[[Table, Path], None]] = {
    ".parquet": _parquet,
    ".csv": _csv,
    ".json": _json,
    ".jsonl": _jsonl,
}
