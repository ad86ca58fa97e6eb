"""Chunks of decoded telegrams as columns, for parquet: the rows of CSV without an object for each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from divako.cli._layouts import Together, heads_of, names_of, said_of, split_of, together_in
from divako.cli._rows import COLUMNS, Document, cells_of
from divako.convert._telegram import status_names
from divako.errors import MissingExtraError
from divako.pipeline._chunks import Chunk


Integers = npt.NDArray[np.int64]

_NUMBERS: dict[str, tuple[str, Any]] = {
    "value": ("float64", np.nan),
    "time": ("datetime64[ms]", np.datetime64("NaT", "ms")),
    "storage": ("int64", 0),
    "tariff": ("int32", 0),
    "subunit": ("int32", 0),
}


class Columns:
    """The columns of CSV, of one length: numbers and times as they are, texts by number.

    Parameters
    ----------
    rows : int
        How many.
    """

    def __init__(self, rows: int) -> None:
        self.numbers = {name: np.full(rows, nothing, dtype=dtype) for name, (dtype, nothing) in _NUMBERS.items()}
        self.codes = {name: np.full(rows, -1, dtype="int32") for name in COLUMNS if name not in _NUMBERS}
        self.words: dict[str, dict[str, int]] = {name: {} for name in self.codes}

    def codes_of(self, name: str, texts: Iterable[str | None]) -> npt.NDArray[np.int32]:
        """Number texts; -1 for None."""
        words = self.words[name]
        return np.array([-1 if text is None else words.setdefault(text, len(words)) for text in texts], dtype="int32")


def columns_of_chunk(chunk: Chunk, documents: Mapping[int, Document]) -> Columns:
    """Give the columns of a chunk.

    Parameters
    ----------
    chunk : Chunk
        From `decode_chunks`.
    documents : mapping of int to dict
        Of its `others`, by place.
    """
    others = {place: list(cells_of(document)) for place, document in documents.items()}
    places = np.array(chunk.places, dtype="int64")
    many = np.zeros(len(chunk.items), dtype="int64")
    for place, rows in others.items():
        many[place] = len(rows)
    common = list(together_in(chunk))
    for together in common:
        many[together.places] = len(together.alike.entries)
    first = np.cumsum(many) - many
    columns = Columns(int(many.sum()))
    _put_heads(columns, chunk, places, many)
    for together in common:
        _put_together(columns, together, first[together.places])
    for place, rows in others.items():
        if rows:
            _put_rows(columns, slice(int(first[place]), int(first[place] + many[place])), rows)
    return columns


def _put_heads(columns: Columns, chunk: Chunk, places: Integers, many: Integers) -> None:
    """Write what the rows of a telegram share; that of others is written with their rows."""
    columns.codes["id"][:] = np.repeat(columns.codes_of("id", map(str, names_of(chunk))), many)
    for name, (codes, words) in heads_of(chunk.heads).items():
        of_item = np.full(len(many), -1, dtype="int32")
        of_item[places] = columns.codes_of(name, words)[codes]
        columns.codes[name][:] = np.repeat(of_item, many)


def _put_together(columns: Columns, together: Together, first: Integers) -> None:
    """Write the records of telegrams of one layout, one record of all of them at a time."""
    for at, said in enumerate(said_of(together)):
        rows = first + at
        for name in ("quantity", "unit", "function", "kind"):
            columns.codes[name][rows] = columns.codes_of(name, [one[name] for one in said.documents])[said.which]
        for name in ("storage", "tariff", "subunit"):
            columns.numbers[name][rows] = said.documents[0][name]  # the header says it
        if said.value is None:
            numbers, texts = zip(*map(split_of, said.documents), strict=True)
            columns.codes["text"][rows] = columns.codes_of("text", texts)[said.which]
            columns.numbers["value"][rows] = np.array(numbers, dtype="float64")[said.which]
        else:
            columns.numbers["value"][rows] = said.value
        if said.time is not None:
            columns.numbers["time"][rows] = said.time.instants
        status, place = np.unique(said.status, return_inverse=True)
        names = [" ".join(status_names(one)) for one in status.tolist()]
        columns.codes["status"][rows] = columns.codes_of("status", names)[place]


def _put_rows(columns: Columns, where: slice, rows: Sequence[Sequence[Any]]) -> None:
    """Write the rows of one telegram."""
    for name, cells in zip(COLUMNS, zip(*rows, strict=True), strict=True):
        if name in columns.codes:
            columns.codes[name][where] = columns.codes_of(name, cells)
        elif name == "time":
            columns.numbers[name][where] = [_instant(cell) for cell in cells]
        else:
            columns.numbers[name][where] = [np.nan if cell is None else cell for cell in cells]


def _instant(text: str | None) -> np.datetime64:
    return np.datetime64("NaT", "ms") if text is None else np.datetime64(text.removesuffix("Z"), "ms")


def write_parquet(parts: Iterator[Columns], path: Path) -> None:
    """Write one row per reading, a part of the rows at a time."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        package, extra = "pyarrow", "report"
        raise MissingExtraError(package, extra) from error

    types = {
        "value": pa.float64(),
        "time": pa.timestamp("ms", tz="UTC"),
        "storage": pa.int64(),
        "tariff": pa.int32(),
        "subunit": pa.int32(),
    }
    schema = pa.schema([(name, types.get(name, pa.string())) for name in COLUMNS])

    def array(columns: Columns, name: str) -> Any:
        if name in columns.numbers:
            return pa.array(columns.numbers[name], types[name], from_pandas=True)  # NaN is null
        codes = columns.codes[name]
        words = pa.array(list(columns.words[name]), pa.string())
        return pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), words).dictionary_decode()

    with pq.ParquetWriter(path, schema) as writer:
        for columns in parts:
            if len(columns.codes["id"]):
                writer.write_table(pa.table([array(columns, name) for name in COLUMNS], schema=schema))
