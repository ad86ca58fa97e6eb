"""Chunks of decoded telegrams as JSON lines: what telegrams of one layout share is written once."""

from __future__ import annotations

import functools
import json

from collections.abc import Iterator, Mapping
from typing import Any

from divako.cli._layouts import each_item, heads_of, said_of, times_of
from divako.cli._rows import Document
from divako.cli._texts import Texts, field_of
from divako.convert._telegram import head_document
from divako.pipeline._in_bulk import Chunk
from divako.telegrams import Telegrams
from divako.telegrams._alike import Alike


_encode = json.JSONEncoder(allow_nan=False).encode


def lines_of_chunk(chunk: Chunk, documents: Mapping[int, Document]) -> list[str]:
    """Write the document of each item as a line of JSON in ASCII, in order.

    Parameters
    ----------
    chunk : Chunk
        From `decode_chunks`.
    documents : mapping of int to dict
        Of its `others`, by place.
    """
    return each_item(chunk, documents, _line_of, _lines_of)


def _line_of(document: Document) -> str:
    return _encode(document) + "\n"


def _lines_of(alike: Alike, names: list[str | int], heads: Telegrams) -> Texts:
    """Write telegrams of one layout."""
    meters, words = heads_of(heads)["meter"]
    times = list(map(_json, times_of(alike, heads)))
    lines = Texts(len(names))
    lines.same('{"id": ')
    lines.each(list(map(_json, names)))
    lines.same(', "meter": ')
    lines.each([_json(words[code]) for code in meters[alike.telegram].tolist()])
    lines.same(', "telegram": ')
    lines.each(list(_head_of(alike, heads)))
    mark = ', "uplink": null, "readings": [{'
    for said in said_of(alike, heads):
        for name in said.documents[0]:
            lines.same(f'{mark}"{name}": ')
            lines.each(field_of(said, name, _json, times))
            mark = ", "
        mark = "}, {"
    lines.same('}], "error": null}\n')
    return lines


def _head_of(alike: Alike, heads: Telegrams) -> Iterator[str]:
    """Write what the headers say; many telegrams say the same."""
    rows = alike.telegram
    columns = (
        heads.manufacturer,
        heads.version,
        heads.model_known,
        heads.medium,
        heads.access_number,
        heads.header_known,
        heads.security,
        heads.verdict,
        heads.status,
    )
    known: dict[tuple[Any, ...], str] = {}
    for row, said in zip(rows.tolist(), zip(*(column[rows].tolist() for column in columns), strict=True), strict=True):
        if said not in known:
            known[said] = _json(_head_at(heads, row))
        yield known[said]


def _head_at(heads: Telegrams, row: int) -> dict[str, Any]:
    manufacturer = int(heads.manufacturer[row])
    return head_document(
        manufacturer=None if manufacturer < 0 else heads.manufacturers[manufacturer],
        version=int(heads.version[row]) if heads.model_known[row] else None,
        medium=heads.media[heads.medium[row]],
        access_number=int(heads.access_number[row]) if heads.header_known[row] else None,
        security=heads.securities[heads.security[row]],
        verdict=heads.verdicts[heads.verdict[row]],
        status=int(heads.status[row]),
    )


@functools.lru_cache(maxsize=4096)
def _text(value: str | None) -> str:
    return _encode(value)


def _json(value: object) -> str:
    """Write a value."""
    return _text(value) if value is None or isinstance(value, str) else _encode(value)
