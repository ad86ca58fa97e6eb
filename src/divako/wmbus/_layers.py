"""The layers between link and application: extended link layer.

References
----------
.. [1] EN 13757-4:2019, clause 13: extended link layer, CI fields 8C to 8F.
"""

from __future__ import annotations

from divako.codec import crc16_en13757
from divako.errors import AuthenticationError, ChecksumError, TruncatedError, UnsupportedError
from divako.mbus import Address, KeyLookup, read_address


LAYER = "wmbus.extended_link"

# Bytes behind the CI field: communication control and access number (2), then an
# address (8), then session number (4) and payload CRC (2), as the CI field says.
_SIZES = {0x8C: 2, 0x8D: 8, 0x8E: 10, 0x8F: 16}
_WITH_ADDRESS = frozenset({0x8E, 0x8F})
_WITH_SESSION = frozenset({0x8D, 0x8F})
_UNSUPPORTED = {
    0x81: "a network layer",
    0x86: "extended link layer V",
    0x90: "an authentication and fragmentation layer",
}


def read_layers(ci: int, data: bytes, sender: Address, keys: KeyLookup | None = None) -> tuple[int, bytes, Address]:
    """Step over the extended link layer, if there is one.

    Parameters
    ----------
    ci : int
        First CI field of the frame.
    data : bytes
        What follows it.
    sender : Address
        Of the link layer.
    keys : KeyLookup, optional
        Who knows the keys of meters.

    Returns
    -------
    tuple of int, bytes and Address
        CI field of the application, what follows it, and whose telegram it is.

    Raises
    ------
    TruncatedError
        The layer is not complete.
    AuthenticationError
        It says that it is enciphered, there is a key, and the payload is in the clear.
    ChecksumError
        Its payload CRC differs.
    UnsupportedError
        It is enciphered, or a layer that this library does not know yet.
    """
    if ci in _UNSUPPORTED:
        msg = f"CI field {ci:02X} is {_UNSUPPORTED[ci]}"
        raise UnsupportedError(msg, layer=LAYER, offset=0)
    if ci not in _SIZES:
        return ci, data, sender
    size = _SIZES[ci]
    if len(data) <= size:
        msg = "the extended link layer is not complete"
        raise TruncatedError(msg, layer=LAYER, offset=len(data))
    at = 2
    if ci in _WITH_ADDRESS:
        sender = read_address(data[2:4], data[4:8], data[8], data[9])
        at = 10
    if ci in _WITH_SESSION:
        session = int.from_bytes(data[at : at + 4], "little")
        payload_crc = int.from_bytes(data[at + 4 : at + 6], "little")
        # The CRC is enciphered with the payload; where it holds, the payload is plain.
        if crc16_en13757(data[at + 6 :]) != payload_crc:
            if session >> 29:
                msg = "the extended link layer is enciphered"
                raise UnsupportedError(msg, layer=LAYER, offset=at)
            msg = "the payload CRC differs"
            raise ChecksumError(msg, layer=LAYER, offset=at + 4)
        if session >> 29 and keys is not None and keys.key_of(sender.meter_id, sender.mvt) is not None:
            msg = "the header says enciphered, a key was given, and the payload is in the clear"
            raise AuthenticationError(msg, layer=LAYER, offset=at)
    inner = data[size]
    if inner in _UNSUPPORTED:
        msg = f"CI field {inner:02X} is {_UNSUPPORTED[inner]}"
        raise UnsupportedError(msg, layer=LAYER, offset=size)
    return inner, data[size + 1 :], sender
