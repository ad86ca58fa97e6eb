"""Payloads that are M-Bus records behind a few bytes of their maker's."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from attrs import field, frozen

from divako.errors import MalformedError, TruncatedError, UnsupportedError
from divako.mbus import read_records
from divako.model import Record


LAYER = "lorawan.payload"


def _bytes(values: Iterable[int]) -> frozenset[int]:
    return frozenset(values)


@frozen
class Records:
    """EN 13757-3 records behind one byte that names the form of the message.

    Widths and order of the records differ from device to device, so they are read
    from their own headers.

    Parameters
    ----------
    messages : collection of int, optional
        Values of the first byte that announce records; none where there is no such byte.
    unsupported : collection of int, optional
        Values that announce something else, such as text.
    """

    messages: frozenset[int] = field(default=frozenset(), converter=_bytes)
    unsupported: frozenset[int] = field(default=frozenset(), converter=_bytes)

    def read(self, payload: bytes, *, received_at: np.datetime64 | None = None) -> tuple[Record, ...]:
        """Read the records of one payload.

        Raises
        ------
        TruncatedError
            It is empty, or ends within a record.
        UnsupportedError
            The first byte announces something else than records.
        MalformedError
            The first byte is none that the maker documents, or a record is broken.
        """
        if not payload:
            msg = "there is no payload"
            raise TruncatedError(msg, layer=LAYER, offset=0)
        if self.messages or self.unsupported:
            if payload[0] in self.unsupported:
                msg = "a form of message that holds no records"
                raise UnsupportedError(msg, layer=LAYER, offset=0)
            if payload[0] not in self.messages:
                msg = "an unknown form of message"
                raise MalformedError(msg, layer=LAYER, offset=0)
            payload = payload[1:]
        return read_records(payload, received_at=received_at).records
