"""What a batch was asked with, and the words that its parts share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from attrs import define, field, frozen

from divako.mbus import Formats
from divako.model import Register, Telegram
from divako.telegrams._keyring import KeysOf
from divako.telegrams._meters import Names


Integers = npt.NDArray[np.int64]

FORMATS = {None: 0, "A": 1, "B": 2, "stripped": 3}


@frozen(kw_only=True)
class Asked:
    """What a batch was asked with, row by row.

    Parameters
    ----------
    received_at : ndarray of datetime64[ms], shape (n,)
        NaT where nobody said.
    formats : ndarray of int8, shape (n,)
        `FORMATS` of the rows; -1 for a payload, or a form that there is not.
    payloads : dict
        The rows of LoRaWAN payloads by device and port.
    meter_ids : sequence of str or None
        Identities of LoRaWAN devices.
    keys_of : callable or None
        Gives the keys of a meter.
    record_headers : Formats or None
        Record headers by signature, for compact frames.
    trailing : int
        How many bytes the receiver puts behind each frame. [byte]
    alone : callable
        Decodes one row.
    """

    received_at: npt.NDArray[np.datetime64]
    formats: npt.NDArray[np.int8]
    payloads: dict[tuple[str | None, int | None], Integers]
    meter_ids: Sequence[str] | None
    keys_of: KeysOf | None
    record_headers: Formats | None
    trailing: int
    alone: Callable[[int], Telegram]


@define(eq=False)
class Words:
    """Words of all parts, in the order of their first mention."""

    meters: Names = field(factory=Names)
    registers: dict[Register, int] = field(factory=dict)
    manufacturers: dict[str, int] = field(factory=dict)
    securities: dict[str, int] = field(factory=dict)
    codes: dict[str, int] = field(factory=dict)

    @staticmethod
    def code(words: dict[Any, int], word: Any) -> int:
        """Give the code of a word, a new one where it is new."""
        return words.setdefault(word, len(words))


def empty_heads(n: int, received_at: npt.NDArray[np.datetime64]) -> dict[str, npt.NDArray[Any]]:
    """Give columns of `Telegrams` that say nothing yet."""
    return {
        "link": np.full(n, -1, dtype="int8"),
        "manufacturer": np.full(n, -1, dtype="int16"),
        "version": np.zeros(n, dtype="uint8"),
        "device_type": np.zeros(n, dtype="uint8"),
        "model_known": np.zeros(n, dtype="bool"),
        "medium": np.full(n, -1, dtype="int8"),
        "access_number": np.zeros(n, dtype="uint8"),
        "status_byte": np.zeros(n, dtype="uint8"),
        "header_known": np.zeros(n, dtype="bool"),
        "status": np.zeros(n, dtype="uint32"),
        "security": np.full(n, -1, dtype="int8"),
        "verdict": np.full(n, -1, dtype="int8"),
        "received_at": received_at,
        "error": np.full(n, -1, dtype="int8"),
    }
