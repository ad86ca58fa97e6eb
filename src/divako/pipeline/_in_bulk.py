"""Runs of plain telegrams, decoded as one batch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from attrs import evolve, frozen

from divako.errors import DivakoError, UnknownFormatError
from divako.model import Readings
from divako.pipeline._decoded import Decoded, Seen, decode_item, decode_seen, has_own
from divako.pipeline._items import Item
from divako.telegrams import Batch, KeyStore, Telegrams, decode_batch
from divako.telegrams._alike import Alike
from divako.telegrams._in_layouts import decode_alike


@frozen(eq=False)
class Run:
    """What a run of items gave.

    Parameters
    ----------
    readings : Readings
        Of listed meters, in the order of the items.
    refused : list of (Item, DivakoError or None)
        The items that gave none, in order, and why; None for a meter that is not listed.
    """

    readings: Readings
    refused: list[tuple[Item, DivakoError | None]]


def is_plain(item: Item) -> bool:
    """Tell whether nothing is said of an item that a batch cannot be told."""
    return (
        item.frame is not None
        and item.error is None
        and item.document is None
        and item.f_port is None
        and item.device is None
        and item.key is None
        and not (item.meter_id or item.keys or item.link == "lorawan" or has_own(item))
    )


def decode_run(items: Sequence[Item], keys: KeyStore | None, listed: set[str]) -> Run:
    """Decode plain items, as `decode_item` does one by one.

    Raises
    ------
    UnknownFormatError
        One of them is a compact frame: it needs the headers of the frames before it, which a batch does
        not learn.
    """
    batch = decode_batch(
        [item.frame for item in items],
        keys=keys,
        received_at=_times(items),
        frame_format=[item.frame_format for item in items],
        errors="collect",
    )
    if UnknownFormatError.code in batch.errors.codes:
        msg = "a compact frame in a batch"
        raise UnknownFormatError(msg, layer="mbus.compact")
    table = batch.telegrams
    strange = np.array([meter_id not in listed for meter_id in table.meter_ids] + [False])[table.meter]
    refused: list[tuple[Item, DivakoError | None]] = []
    kept = ~strange & (table.error < 0)
    # Refused ones say why once more; what has no readings may be a block of its maker's alone.
    for row in np.flatnonzero(strange | (np.diff(batch.first) == 0)).tolist():
        try:
            decode_item(items[row], keys=keys)
        except DivakoError as error:
            refused.append((items[row], error))
            kept[row] = False
        else:
            if strange[row]:
                refused.append((items[row], None))
    return Run(_readings_of(batch, kept, listed), refused)


def _readings_of(batch: Batch, kept: np.ndarray[tuple[int], np.dtype[np.bool_]], listed: set[str]) -> Readings:
    readings = batch.readings
    if kept.all():
        return readings
    readings = readings.select(np.repeat(kept, np.diff(batch.first)))
    names = [meter_id for meter_id in readings.meter_ids if meter_id in listed]
    places = {name: place for place, name in enumerate(names)}
    codes = np.array([places.get(name, -1) for name in readings.meter_ids] + [-1], dtype="int32")
    return evolve(readings, meter=codes[readings.meter], meter_ids=tuple(names))


@frozen(eq=False)
class Chunk:
    """Items that were decoded together.

    Parameters
    ----------
    items : list of Item
        As they came.
    heads : Telegrams
        What the headers of those in `alike` say, a row for each item of `places`.
    alike : tuple of Alike
        Telegrams of common layouts; their numbers count in `places`.
    places : list of int
        Which items the rows of `heads` are.
    others : dict of int to Decoded
        By their place, all items that none of `alike` has.
    """

    items: list[Item]
    heads: Telegrams
    alike: tuple[Alike, ...]
    places: list[int]
    others: dict[int, Decoded]

    def __len__(self) -> int:
        return len(self.items)


def decode_chunks(groups: Iterable[Iterable[Item]], *, keys: KeyStore | None = None) -> Iterator[Chunk]:
    """Decode items as `decode_items` does, with the numbers of telegrams of one layout as columns.

    Parameters
    ----------
    groups : iterable of iterable of Item
        From `read_items`; those that make a chunk together. No group waits for the next one.
    keys : KeyStore, optional
        Keys of meters; the key of an item goes before them.

    Yields
    ------
    Chunk
        One a group, in order. An item in `Chunk.alike` is what `decode_items` gives a telegram without error for.
    """
    seen = Seen()
    for group in groups:
        yield _chunk(list(group), keys, seen)


def _chunk(items: list[Item], keys: KeyStore | None, seen: Seen) -> Chunk:
    places = [place for place, item in enumerate(items) if is_plain(item)]
    plain = [items[place] for place in places]
    heads, found = decode_alike(
        [item.frame for item in plain],
        keys=keys,
        received_at=_times(plain),
        frame_format=[item.frame_format for item in plain],
    )
    alike = tuple(one for one in found if one.entries)  # what has none may be a block of its maker's alone
    others: dict[int, Decoded] = {}
    done = {places[row] for one in alike for row in one.telegram.tolist()}
    teaches = {places[int(one.telegram[0])]: one.headers for one in alike}
    for place, item in enumerate(items):
        if place not in done:
            others[place] = decode_seen(item, keys, seen)
        elif place in teaches:  # in its turn: a compact frame knows what stands before it
            seen.learn_headers(teaches[place])
    return Chunk(items, heads, alike, places, others)


def _times(items: Sequence[Item]) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
    nat = np.datetime64("NaT", "ms")
    return np.array([nat if item.received_at is None else item.received_at for item in items], dtype="datetime64[ms]")
