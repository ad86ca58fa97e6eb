"""What telegrams of one layout say, a record at a time, in the words of their documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from attrs import frozen

from divako.cli._rows import Document
from divako.convert._telegram import reading_document
from divako.convert._time import rfc3339_of
from divako.pipeline._in_bulk import Chunk
from divako.telegrams import Telegrams
from divako.telegrams._alike import Alike


Made = TypeVar("Made")
Words = tuple[str | None, ...]


@frozen(kw_only=True, eq=False)
class Said:
    """One record of ``k`` telegrams of one layout.

    Parameters
    ----------
    documents : list of dict
        As `reading_document` writes them, each once; but for the status, the time, and the value where it is
        in `value`.
    which : ndarray of int64, shape (k,)
        Which of `documents` each telegram has.
    value : ndarray of float64, shape (k,), or None
        NaN where unknown or not finite; None for what is no plain number. [canonical unit of the register]
    status : ndarray of uint32, shape (k,)
        What the record and its telegram say.
    has_time : bool
        Whether it stood so when the telegram came, if that is known.
    """

    documents: list[dict[str, Any]]
    which: npt.NDArray[np.int64]
    value: npt.NDArray[np.float64] | None
    status: npt.NDArray[np.uint32]
    has_time: bool


def said_of(alike: Alike, heads: Telegrams) -> Iterator[Said]:
    """Give each record of telegrams of one layout, in the order sent."""
    status = heads.status[alike.telegram]
    timed = not np.isnat(heads.received_at[alike.telegram]).all()
    for entry in alike.entries:
        documents = [reading_document(record) for record in entry.records]
        yield Said(
            documents=documents,
            which=entry.which,
            value=None if entry.value is None else np.where(np.isfinite(entry.value), entry.value, np.nan),
            status=entry.status | status,
            has_time=timed and documents[0]["storage"] == 0,  # the header says it, which is one for all
        )


def times_of(alike: Alike, heads: Telegrams) -> list[str | None]:
    """Give when each of the telegrams came."""
    return rfc3339_of(heads.received_at[alike.telegram])


def each_item(
    chunk: Chunk,
    documents: Mapping[int, Document],
    of_document: Callable[[Document], Made],
    of_alike: Callable[[Alike, list[str | int], Telegrams], Iterable[Made]],
) -> list[Made]:
    """Make something of each item of a chunk.

    Parameters
    ----------
    chunk : Chunk
        From `decode_chunks`.
    documents : mapping of int to dict
        Of its `others`, by place.
    of_document : callable
        Makes it of a document.
    of_alike : callable
        Makes it of each telegram of one layout; given what their documents call them, and the headers.

    Returns
    -------
    list
        In order.
    """
    names = names_of(chunk)
    made = {place: of_document(document) for place, document in documents.items()}
    for alike in chunk.alike:
        places = [chunk.places[row] for row in alike.telegram.tolist()]
        made.update(zip(places, of_alike(alike, [names[place] for place in places], chunk.heads), strict=True))
    return [made[place] for place in range(len(chunk))]


def names_of(chunk: Chunk) -> list[str | int]:
    """Give what the documents of the items call them."""
    return [item.line if item.id is None else item.id for item in chunk.items]


def heads_of(heads: Telegrams) -> dict[str, tuple[npt.NDArray[Any], Words]]:
    """Give what the rows of a telegram share: numbers of words, and words; the last one is for -1."""
    return {
        "meter": (heads.meter, (*heads.meter_ids, None)),
        "manufacturer": (heads.manufacturer, (*heads.manufacturers, None)),
        "medium": (heads.medium, (*heads.media, None)),
    }


def split_of(document: dict[str, Any]) -> tuple[float | None, str | None]:
    """Give the value of a reading as a number, or as a text."""
    value = document["value"]
    return (None, value) if isinstance(value, str) else (value, None)
