"""What telegrams of one layout say, a record at a time, in the words of their documents."""

from __future__ import annotations

import functools

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from attrs import frozen

from divako.cli._rows import Document
from divako.convert._telegram import reading_document
from divako.convert._time import rfc3339_of
from divako.model import Uplink
from divako.pipeline._chunks import Chunk
from divako.telegrams import Telegrams
from divako.telegrams._alike import Alike


Made = TypeVar("Made")
Words = tuple[str | None, ...]


@frozen(eq=False)
class Together:
    """``k`` telegrams of one layout.

    Parameters
    ----------
    alike : Alike
        Their records.
    heads : Telegrams
        What the headers say of all telegrams of the chunk.
    names : list of str or int, ``k``
        What their documents call them.
    uplinks : list of Uplink or None, ``k``
        The envelopes that they came in.
    places : list of int, ``k``
        Which items of the chunk they are.
    """

    alike: Alike
    heads: Telegrams
    names: list[str | int]
    uplinks: list[Uplink | None]
    places: list[int]

    def head(self, name: str) -> npt.NDArray[Any]:
        """Give a column of what the headers say of them."""
        column: npt.NDArray[Any] = getattr(self.heads, name)
        return column[self.alike.telegram]

    def words(self) -> dict[str, list[str | None]]:
        """Give what the rows of a telegram share, beside its name."""
        rows = self.alike.telegram
        return {
            name: [words[code] for code in codes[rows].tolist()]
            for name, (codes, words) in heads_of(self.heads).items()
        }


def together_in(chunk: Chunk) -> Iterator[Together]:
    """Give the telegrams of each common layout."""
    names = names_of(chunk)
    for alike in chunk.alike:
        places = [chunk.places[row] for row in alike.telegram.tolist()]
        uplinks = [chunk.uplinks.get(place) for place in places]
        yield Together(alike, chunk.heads, [names[place] for place in places], uplinks, places)


@frozen(eq=False)
class Times:
    """When something stood so.

    Parameters
    ----------
    instants : ndarray of datetime64[ms], shape (k,)
        In UTC; NaT where that is not known.
    """

    instants: npt.NDArray[np.datetime64]

    @functools.cached_property
    def texts(self) -> list[str | None]:
        """The same as documents write them."""
        return rfc3339_of(self.instants)

    @property
    def known(self) -> bool:
        """Whether any is."""
        return not bool(np.isnat(self.instants).all())


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
    time : Times or None
        When it stood so; None where that is known of none of them.
    """

    documents: list[dict[str, Any]]
    which: npt.NDArray[np.int64]
    value: npt.NDArray[np.float64] | None
    status: npt.NDArray[np.uint32]
    time: Times | None


def said_of(together: Together) -> Iterator[Said]:
    """Give each record of telegrams of one layout, in the order sent."""
    status, uplink = together.head("status"), together.heads.links.index("lorawan")
    status = np.where(together.head("link") == uplink, np.uint32(0), status)  # there, it is what the records say
    received = Times(together.head("received_at"))
    for entry in together.alike.entries:
        documents = [reading_document(record) for record in entry.records]
        time = received if documents[0]["storage"] == 0 else None  # the header says it, which is one for all
        if entry.time is not None:
            time = Times(entry.time)
        yield Said(
            documents=documents,
            which=entry.which,
            value=None if entry.value is None else np.where(np.isfinite(entry.value), entry.value, np.nan),
            status=entry.status | status,
            time=time if time is not None and time.known else None,
        )


def each_item(
    chunk: Chunk,
    documents: Mapping[int, Document],
    of_document: Callable[[Document], Made],
    of_alike: Callable[[Together], Iterable[Made]],
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
        Makes it of each telegram of one layout.

    Returns
    -------
    list
        In order.
    """
    made = {place: of_document(document) for place, document in documents.items()}
    for together in together_in(chunk):
        made.update(zip(together.places, of_alike(together), strict=True))
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
