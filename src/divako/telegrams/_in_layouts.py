"""Of many telegrams those that share layouts, with all their records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from divako.mbus import Formats, KeyLookup
from divako.telegrams._alike import Alike
from divako.telegrams._alike_payloads import alike_of_payloads
from divako.telegrams._batch import MIN_ROWS, decoded_parts
from divako.telegrams._received import Instants, Names, Ports, received_of
from divako.telegrams._tables import Telegrams
from divako.telegrams._work import LINKS


_LORAWAN = LINKS.index("lorawan")


def decode_alike(
    frames: Any,
    *,
    keys: KeyLookup | None = None,
    received_at: Instants | None = None,
    frame_format: Names | None = None,
    f_port: Ports | None = None,
    device: Names | None = None,
    meter_ids: Sequence[str] | None = None,
    formats: Formats | None = None,
    _min_rows: int = MIN_ROWS,
) -> tuple[Telegrams, tuple[Alike, ...]]:
    """Decode those telegrams of which many have one layout, with all their records.

    Parameters
    ----------
    frames, keys, received_at, frame_format, f_port, device, meter_ids, formats
        As for `decode_batch`.

    Returns
    -------
    tuple of Telegrams and tuple of Alike
        Headers, which say nothing of other telegrams, and those that are alike. All others, above all
        what is damaged and compact frames of unknown formats, are left to `decode`.

    Raises
    ------
    ValueError, TypeError
        As `decode_batch`.
    """
    more = {"keys": keys, "formats": formats, "trailing": 0}
    received = received_of(frames, received_at, frame_format, f_port, device, meter_ids)
    done = decoded_parts(received, more, errors="collect", progress=None, min_rows=_min_rows, in_alike=True)
    uplinks = np.flatnonzero(done.telegrams.link == _LORAWAN)
    return done.telegrams, (*done.alike, *alike_of_payloads(done.readings, done.first, uplinks, _min_rows))
