"""Chunks of decoded telegrams as lines of CSV: what telegrams of one layout share is written once."""

from __future__ import annotations

import csv
import functools

from collections.abc import Mapping, Sequence

from divako.cli._layouts import Times, Together, each_item, said_of
from divako.cli._rows import COLUMNS, Document, cells_of
from divako.cli._texts import Texts, field_of
from divako.pipeline._chunks import Chunk


class _Given:
    """A file that gives back what is written to it, as the writer of CSV does in turn."""

    @staticmethod
    def write(text: str) -> str:
        return text


_written = csv.writer(_Given(), lineterminator="\n").writerow
_OF_TELEGRAM = ("id", "meter", "manufacturer", "medium")
_OF_READING = COLUMNS[len(_OF_TELEGRAM) :]


def csv_of_chunk(chunk: Chunk, documents: Mapping[int, Document]) -> list[str]:
    """Write the rows of each item, one below the other, in order (RFC 4180).

    Parameters
    ----------
    chunk : Chunk
        From `decode_chunks`.
    documents : mapping of int to dict
        Of its `others`, by place.
    """
    return each_item(chunk, documents, _text_of, _texts_of)


def _text_of(document: Document) -> str:
    return "".join(map(_row, cells_of(document)))


def _row(cells: Sequence[object]) -> str:
    text: str = _written(cells)
    return text


def _texts_of(together: Together) -> Texts:
    """Write telegrams of one layout."""
    words = zip(map(str, together.names), *together.words().values(), strict=True)
    beginnings = [_row(cells).removesuffix("\n") for cells in words]
    times: dict[Times, list[str]] = {}
    rows = Texts(len(beginnings))
    for said in said_of(together):
        rows.each(beginnings)
        for name in _OF_READING:
            rows.same(",")
            if name == "text":
                rows.each([""] if said.value is not None else field_of(said, "value", _text, times))
            else:
                rows.each(field_of(said, name, _number if name == "value" else _cell, times))
        rows.same("\n")
    return rows


def _number(value: object) -> str:
    return "" if value is None or isinstance(value, str) else repr(value)


def _text(value: object) -> str:
    return _cell(value) if isinstance(value, str) else ""


def _cell(value: object) -> str:
    return _quoted(" ".join(value) if isinstance(value, tuple) else value)


@functools.lru_cache(maxsize=4096)
def _quoted(value: object) -> str:
    """Write a cell, between quotation marks where it needs them; alone in a row an empty one would."""
    return _row((value, None))[: -len(",\n")]
