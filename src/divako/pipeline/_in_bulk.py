"""Runs of plain telegrams, decoded as one batch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from attrs import evolve, frozen

from divako.errors import DivakoError, UnknownFormatError
from divako.model import Readings
from divako.pipeline._decoded import decode_item, has_own
from divako.pipeline._items import Item
from divako.telegrams import Batch, KeyStore, decode_batch


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
        received_at=times_of(items),
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


def times_of(items: Sequence[Item]) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
    nat = np.datetime64("NaT", "ms")
    return np.array([nat if item.received_at is None else item.received_at for item in items], dtype="datetime64[ms]")
