"""Chunks of decoded telegrams as JSON lines: what telegrams of one layout share is written once."""

from __future__ import annotations

import functools
import json

from collections.abc import Iterator, Mapping
from typing import Any

from divako.cli._layouts import Times, Together, each_item, said_of
from divako.cli._rows import Document
from divako.cli._texts import Texts, field_of
from divako.convert._telegram import head_document, uplink_document
from divako.pipeline._chunks import Chunk
from divako.telegrams import Telegrams


# What of `Telegrams` the document of a header is made of.
_HEAD = (
    "manufacturer",
    "version",
    "model_known",
    "medium",
    "access_number",
    "header_known",
    "security",
    "verdict",
    "status",
)
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


def _lines_of(together: Together) -> Texts:
    """Write telegrams of one layout."""
    times: dict[Times, list[str]] = {}
    lines = Texts(len(together.names))
    lines.same('{"id": ')
    lines.each(list(map(_json, together.names)))
    lines.same(', "meter": ')
    lines.each(list(map(_json, together.words()["meter"])))
    lines.same(', "telegram": ')
    lines.each(list(_heads_of(together)))
    lines.same(', "uplink": ')
    lines.each([_json(None if uplink is None else uplink_document(uplink)) for uplink in together.uplinks])
    mark = ', "readings": [{'
    for said in said_of(together):
        for name in said.documents[0]:
            lines.same(f'{mark}"{name}": ')
            lines.each(field_of(said, name, _json, times))
            mark = ", "
        mark = "}, {"
    lines.same('}], "error": null}\n')
    return lines


def _heads_of(together: Together) -> Iterator[str]:
    """Write what the headers say; many telegrams say the same."""
    columns = (together.head(name).tolist() for name in _HEAD)
    known: dict[tuple[Any, ...], str] = {}
    for row, said in zip(together.alike.telegram.tolist(), zip(*columns, strict=True), strict=True):
        if said not in known:
            known[said] = _json(_head_at(together.heads, row))
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
