"""Authentication and fragmentation layer: one code for a message, in one frame or in several.

References
----------
.. [1] EN 13757-7:2018, clause 6: authentication and fragmentation layer, CI field 90.
"""

from __future__ import annotations

from attrs import field, frozen

from divako.errors import TruncatedError, UnsupportedError
from divako.mbus import MAC_SIZES, Fragment


LAYER = "wmbus.authentication"
AUTHENTICATION = 0x90

# Bits of the fragmentation control field.
MORE, MCL, ML, MCR, MAC, KI = 0x4000, 0x2000, 0x1000, 0x0800, 0x0400, 0x0200


@frozen(kw_only=True)
class Part:
    """What one frame holds of a message.

    Parameters
    ----------
    number : int
        Of the fragment, from 1; 0 where the message stands in one frame.
    more : bool
        Whether another fragment follows.
    control, counter, length : bytes
        Message control, message counter and message length as sent; empty where this frame has none.
    mac : bytes
        The authentication code, or nothing.
    payload : bytes
        What follows the layer.
    """

    number: int
    more: bool
    control: bytes
    counter: bytes
    length: bytes
    mac: bytes = field(repr=False)
    payload: bytes = field(repr=False)

    @property
    def whole(self) -> bool:
        """Whether the message stands in this frame alone."""
        return not self.more and self.number <= 1

    def fragment(self) -> Fragment:
        """Give what the transport layer needs to check the code of a whole message."""
        return Fragment(
            mac=self.mac,
            covered=self.control + self.counter + self.length,
            counter=self.counter or None,
            message=self.payload,
        )


def read_part(data: bytes) -> Part:
    """Read the layer behind CI field 90.

    Raises
    ------
    TruncatedError
        It is not complete, or nothing follows it.
    UnsupportedError
        Its code is of another kind than AES-CMAC.
    """
    size = data[0] if data else 0
    if size < 2 or len(data) < size + 2:
        msg = "the authentication layer is not complete"
        raise TruncatedError(msg, layer=LAYER, offset=len(data))
    fields = data[1 : size + 1]
    flags = int.from_bytes(fields[:2], "little")
    at = 2
    control = fields[at : at + 1] if flags & MCL else b""
    at += len(control) + (2 if flags & KI else 0)
    counter = fields[at : at + 4] if flags & MCR else b""
    at += 4 if flags & MCR else 0
    tail = 2 if flags & ML else 0
    mac = b""
    if flags & MAC:
        # The control field of a fragmented message stands in its first frame, the code in its last.
        wanted = MAC_SIZES.get(control[0] & 0x0F, 0) if control else size - at - tail
        if wanted not in MAC_SIZES.values():
            msg = "an authentication code of another kind than AES-CMAC"
            raise UnsupportedError(msg, layer=LAYER, offset=3)
        mac = fields[at : at + wanted]
        at += wanted
    length = fields[at : at + 2] if flags & ML else b""
    if at + tail > size:
        msg = "the authentication layer is shorter than its fields"
        raise TruncatedError(msg, layer=LAYER, offset=size)
    return Part(
        number=flags & 0xFF,
        more=bool(flags & MORE),
        control=control,
        counter=counter,
        length=length,
        mac=mac,
        payload=data[size + 1 :],
    )
