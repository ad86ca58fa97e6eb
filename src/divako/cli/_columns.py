"""Chunks of decoded telegrams as rows, telegram by telegram."""

from __future__ import annotations

import math

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from divako.cli._layouts import Said, Together, each_item, said_of, split_of
from divako.cli._rows import COLUMNS, Cells, Document, cells_of
from divako.convert._telegram import status_names
from divako.pipeline._chunks import Chunk


def rows_of_chunk(chunk: Chunk, documents: Mapping[int, Document]) -> list[Sequence[Cells]]:
    """Give the rows of each item, in order.

    Parameters
    ----------
    chunk : Chunk
        From `decode_chunks`.
    documents : mapping of int to dict
        Of its `others`, by place.
    """
    return each_item(chunk, documents, _of_document, _of_alike)


def _of_document(document: Document) -> Sequence[Cells]:
    return list(cells_of(document))


def _of_alike(together: Together) -> Iterator[Sequence[Cells]]:
    """Give the rows of telegrams of one layout."""
    shared: dict[str, Sequence[Any]] = {"id": list(map(str, together.names)), **together.words()}
    return zip(*(_cells_of(said, shared) for said in said_of(together)), strict=True)


def _cells_of(said: Said, shared: Mapping[str, Sequence[Any]]) -> Iterator[Cells]:
    """Give the row of one record of each telegram."""
    which = said.which.tolist()

    def each(given: Sequence[Any]) -> list[Any]:
        return [given[at] for at in which]

    columns = {**shared, "time": [None] * len(which) if said.time is None else said.time.texts}
    for name in ("quantity", "unit", "storage", "tariff", "subunit", "function", "kind"):
        columns[name] = each([one[name] for one in said.documents])
    numbers, texts = zip(*map(split_of, said.documents), strict=True)
    columns["text"] = each(texts)
    columns["value"] = each(numbers)
    if said.value is not None:
        columns["value"] = [None if math.isnan(value) else value for value in said.value.tolist()]
    columns["status"] = [" ".join(status_names(one)) for one in said.status.tolist()]
    return zip(*(columns[name] for name in COLUMNS), strict=True)
