"""Chunks of decoded telegrams as rows: telegrams of one layout share what is the same in all."""

from __future__ import annotations

import functools

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from divako.cli._rows import Cells, Document, cells_of
from divako.convert import rfc3339
from divako.convert._telegram import reading_document
from divako.model import Status
from divako.pipeline._in_bulk import Chunk
from divako.telegrams import Telegrams
from divako.telegrams._alike import Alike, Entry


def rows_of_chunk(chunk: Chunk, documents: Mapping[int, Document]) -> Iterator[Sequence[Cells]]:
    """Give the rows of each item, in order.

    Parameters
    ----------
    chunk : Chunk
        From `decode_chunks`.
    documents : mapping of int to dict
        Of its `others`, by place.
    """
    found: dict[int, Sequence[Cells]] = {}
    for alike in chunk.alike:
        places = [chunk.places[row] for row in alike.telegram.tolist()]
        items = [chunk.items[place] for place in places]
        names = [str(item.line if item.id is None else item.id) for item in items]
        found.update(zip(places, _rows_of(alike, names, chunk.heads), strict=True))
    for place in range(len(chunk.items)):
        yield found[place] if place in found else list(cells_of(documents[place]))


def _rows_of(alike: Alike, names: list[str], heads: Telegrams) -> Iterator[Sequence[Cells]]:
    """Give the rows of each telegram of a layout."""
    rows = alike.telegram
    beginnings: list[Cells] = list(
        zip(
            names,
            [heads.meter_ids[code] for code in heads.meter[rows].tolist()],
            [heads.manufacturers[code] for code in heads.manufacturer[rows].tolist()],
            [heads.media[code] for code in heads.medium[rows].tolist()],
            strict=True,
        )
    )
    times = [_time(time) for time in heads.received_at[rows]] if not np.isnat(heads.received_at[rows]).all() else None
    return zip(*(_column_of(entry, beginnings, times, heads.status[rows]) for entry in alike.entries), strict=True)


def _column_of(
    entry: Entry, beginnings: list[Cells], times: list[str | None] | None, said: npt.NDArray[np.uint32]
) -> Iterator[Cells]:
    """Give the row of one record of each telegram."""
    nothing = [None] * len(beginnings)
    told = times if times is not None and entry.records[0].storage == 0 else nothing
    readings = [reading_document(record) for record in entry.records]
    middles = [(one["quantity"], one["unit"]) for one in readings]
    ends = [tuple(one[name] for name in ("storage", "tariff", "subunit", "function", "kind")) for one in readings]
    if entry.value is not None:
        middle, end = middles[0], ends[0]
        finite = np.isfinite(entry.value)
        values = entry.value.tolist()
        if not finite.all():
            values = [value if known else None for value, known in zip(values, finite.tolist(), strict=True)]
        for beginning, value, time, status in zip(beginnings, values, told, _names(entry.status | said), strict=True):
            yield (*beginning, *middle, value, None, time, *end, status)
        return
    shown = [(None, one["value"]) if isinstance(one["value"], str) else (one["value"], None) for one in readings]
    for beginning, at, time, status in zip(
        beginnings, entry.which.tolist(), told, _names(entry.status | said), strict=True
    ):
        yield (*beginning, *middles[at], *shown[at], time, *ends[at], status)


def _names(status: npt.NDArray[np.uint32]) -> list[str]:
    return [_named(one) for one in status.tolist()] if status.any() else [""] * len(status)


@functools.lru_cache(maxsize=1024)
def _named(status: int) -> str:
    return " ".join(Status(status).names())


@functools.lru_cache(maxsize=4096)
def _time(time: np.datetime64) -> str | None:
    return rfc3339(time)
