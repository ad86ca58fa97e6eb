"""Put messages together that meters send in several frames.

References
----------
.. [1] EN 13757-7:2018, 6.3 and 6.4: fragments of the authentication and fragmentation layer.
"""

from __future__ import annotations

import collections

import numpy as np

from attrs import evolve, field, frozen

from divako.errors import MalformedError
from divako.mbus import Formats, KeyLookup, Makers
from divako.model import Telegram
from divako.wmbus._authentication import AUTHENTICATION, LAYER, Part, read_part
from divako.wmbus._layers import Layers, read_layers, step_over_link, with_message
from divako.wmbus._wireless import read_from_meter, read_message


@frozen
class _Open:
    first: Part
    last: int
    payload: bytes = field(repr=False)


class Fragments:
    """Collects the fragments of messages, meter by meter, and reads each when it is whole.

    Bounded: it remembers so many messages at a time, the one that waits longest goes first,
    and none longer than stated. The caller drops it, or makes a new one, when it likes.

    Parameters
    ----------
    keys : KeyLookup, optional
        Who knows the keys of meters.
    formats : Formats, optional
        Record headers by signature, for compact frames.
    makers : Makers, optional
        Who knows what the standard leaves to makers.
    most_messages : int, default 64
        How many unfinished messages are kept.
    longest : int, default 16384
        How long a message may be. [byte]
    """

    def __init__(
        self,
        *,
        keys: KeyLookup | None = None,
        formats: Formats | None = None,
        makers: Makers | None = None,
        most_messages: int = 64,
        longest: int = 16_384,
    ) -> None:
        self._keys = keys
        self._formats = formats
        self._makers = makers
        self._most = most_messages
        self._longest = longest
        self._open: collections.OrderedDict[bytes, _Open] = collections.OrderedDict()

    def __len__(self) -> int:
        """How many messages are not finished."""
        return len(self._open)

    def receive(
        self, frame: bytes, *, received_at: np.datetime64 | None = None, frame_format: str | None = None
    ) -> Telegram | None:
        """Take a frame; give the telegram that it completes.

        Parameters
        ----------
        frame : bytes
            From the L field to the last byte.
        received_at : datetime64[ms], optional
            When it came, in UTC.
        frame_format : {"A", "B", "stripped", "stripped-B"}, optional
            As for `decode_wireless`.

        Returns
        -------
        Telegram or None
            None where fragments are still missing. A telegram that stands in one frame is
            given at once.

        Raises
        ------
        MalformedError
            A fragment that does not go on where the last one ended, or a message that is longer
            than stated; what was collected of it is dropped.
        DecodeError
            Of the layer that refused the frame or the message.
        """
        got = read_from_meter(frame, frame_format=frame_format)
        layers = step_over_link(got.ci, got.data, got.sender, self._keys)
        if layers.ci == AUTHENTICATION and not (part := read_part(layers.data)).whole:
            whole = self._collect(layers.sender.raw, part)
            if whole is None:
                return None
            layers = with_message(layers, whole.fragment())
        else:
            layers = read_layers(got.ci, got.data, got.sender, self._keys)
        return self._read(layers, received_at)

    def _read(self, layers: Layers, received_at: np.datetime64 | None) -> Telegram:
        return read_message(
            layers, keys=self._keys, formats=self._formats, received_at=received_at, makers=self._makers
        )

    def _collect(self, sender: bytes, part: Part) -> Part | None:
        known = self._open.pop(sender, None)
        if part.number == 1:
            known = _Open(part, 1, part.payload)
        elif known is not None and part.number == known.last:
            self._open[sender] = known  # sent twice
            return None
        elif known is None or part.number != known.last + 1:
            msg = "a fragment that does not go on where the last one ended"
            raise MalformedError(msg, layer=LAYER, offset=1)
        else:
            known = _Open(known.first, part.number, known.payload + part.payload)
        announced = int.from_bytes(known.first.length, "little")
        if len(known.payload) > (min(announced, self._longest) if announced else self._longest):
            msg = "a message in fragments is longer than it may be"
            raise MalformedError(msg, layer=LAYER, offset=1)
        if part.more:
            self._open[sender] = known
            if len(self._open) > self._most:
                self._open.popitem(last=False)
            return None
        if announced and len(known.payload) != announced:
            msg = "a message in fragments is shorter than it says"
            raise MalformedError(msg, layer=LAYER, offset=1)
        return evolve(known.first, more=False, mac=part.mac or known.first.mac, payload=known.payload)
