"""``divako decode``: telegrams in, documents, rows or a table out."""

from __future__ import annotations

import argparse
import math
import sys

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

from attrs import define, evolve

from divako.cli._arrow import columns_of_chunk, write_parquet
from divako.cli._columns import rows_of_chunk
from divako.cli._csv import csv_of_chunk
from divako.cli._json import lines_of_chunk
from divako.cli._rows import Document, write_csv, write_lines, write_table
from divako.cli._sources import PATIENCE_S, STANDARD_INPUT, groups_of, sources_of
from divako.cli._terminal import Progress, counted, refuse
from divako.convert import telegram_document
from divako.drivers import for_device
from divako.errors import DriverError, InputError
from divako.pipeline import Decoded, Item, read_items
from divako.pipeline._chunks import Chunk, decode_chunks
from divako.stores import read_keys, replacing


_BY_SUFFIX = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".parquet": "parquet"}
_CHUNKS: dict[str, Callable[[Chunk, Mapping[int, Document]], Any]] = {
    "jsonl": lines_of_chunk,
    "csv": csv_of_chunk,
    "table": rows_of_chunk,
    "parquet": columns_of_chunk,
}
_STREAMED: dict[str, Callable[[Iterator[Any], TextIO], None]] = {
    "jsonl": write_lines,
    "csv": write_csv,
    "table": write_table,
}


def run(arguments: argparse.Namespace) -> int:
    """Decode what the arguments name, and give how many items were refused."""
    output: Path | None = arguments.output
    form = arguments.format or _BY_SUFFIX.get("" if output is None else output.suffix.lower(), "table")
    if form == "parquet" and (output is None or (output.exists() and not output.is_file())):
        msg = "parquet is written to a file; name it with -o"
        raise InputError(msg)
    if arguments.device is not None:
        _check_device(arguments.device)
    sources = sources_of(arguments.files)
    if output is not None:
        _require_other(output, [*sources, *([] if arguments.keys is None else [arguments.keys])])
    keys = None if arguments.keys is None else read_keys(arguments.keys)
    refused = Refused()
    with Progress("decoding") as progress:
        if output is None and form != "table" and sys.stdout.isatty():
            progress.stop()  # the lines themselves show how far it is
        # Nobody can read a parquet file before it is whole.
        groups = groups_of(sources, patience_s=math.inf if form == "parquet" else PATIENCE_S)
        items = ([_given(item, arguments) for item in read_items(lines)] for lines in groups)
        chunks = counted(decode_chunks(items, keys=keys), progress)
        pieces = (_CHUNKS[form](chunk, refused.documents(chunk)) for chunk in chunks)
        _write(pieces, form, output)
    return refused.count


@define
class Refused:
    """Counts what was refused, and says each on standard error."""

    count: int = 0

    def documents(self, chunk: Chunk) -> dict[int, Document]:
        """Give the documents of what is not alike, by place."""
        return {place: self._document(one) for place, one in chunk.others.items()}

    def _document(self, one: Decoded) -> Document:
        if one.error is not None:
            self.count += 1
            refuse(f"{one.file}:{one.line}", one.error)
        return telegram_document(one)


def _require_other(output: Path, read: Sequence[str | Path]) -> None:
    """Refuse an output that is read as well: telegrams would be lost for what was made of them."""
    if output.is_file() and any(
        name != STANDARD_INPUT and output.samefile(name) for name in read if Path(name).exists()
    ):
        msg = f"{output} is read, and would be replaced; name another file with -o"
        raise InputError(msg)


def _check_device(device: str) -> None:
    """Refuse a name that nobody knows before anything is read: it is wrong usage, not wrong input."""
    try:
        for_device(device)
    except DriverError as error:
        msg = f"--device {device}: {error}"
        raise InputError(msg) from None


def _given(item: Item, arguments: argparse.Namespace) -> Item:
    """Fill in what the arguments say and the item does not."""
    if item.device is None and arguments.device is not None and item.link not in {"mbus", "wmbus"}:
        item = evolve(item, device=arguments.device)
    if item.frame_format is None and arguments.frame_format is not None:
        item = evolve(item, frame_format=arguments.frame_format)
    return item


def _write(pieces: Iterator[Any], form: str, output: Path | None) -> None:
    if output is None:
        _STREAMED[form](pieces, sys.stdout)
        return
    with replacing(output) as beside:
        if form == "parquet":
            write_parquet(pieces, beside)
            return
        with beside.open("w", encoding="utf-8", errors="backslashreplace", newline="") as out:
            _STREAMED[form](pieces, out)
