"""Of many telegrams those that share layouts, with all their records."""

from __future__ import annotations

from typing import Any

from divako.mbus import KeyLookup
from divako.telegrams._alike import Alike
from divako.telegrams._batch import MIN_ROWS, decoded_parts
from divako.telegrams._received import Instants, Names, received_of
from divako.telegrams._tables import Telegrams


def decode_alike(
    frames: Any,
    *,
    keys: KeyLookup | None = None,
    received_at: Instants | None = None,
    frame_format: Names | None = None,
    _min_rows: int = MIN_ROWS,
) -> tuple[Telegrams, tuple[Alike, ...]]:
    """Decode those M-Bus telegrams of which many have one layout, with all their records.

    Parameters
    ----------
    frames, keys, received_at, frame_format
        As for `decode_batch`.

    Returns
    -------
    tuple of Telegrams and tuple of Alike
        Headers, which say nothing of other telegrams, and those that are alike. All others, above all
        what is damaged and compact frames, are left to `decode`.

    Raises
    ------
    ValueError, TypeError
        As `decode_batch`.
    """
    more = {"keys": keys, "formats": None, "trailing": 0}
    received = received_of(frames, received_at, frame_format)
    done = decoded_parts(received, more, errors="collect", progress=None, min_rows=_min_rows, in_alike=True)
    return done.telegrams, done.alike
