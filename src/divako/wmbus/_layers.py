"""The layers between link and application: extended link layer, authentication layer.

References
----------
.. [1] EN 13757-4:2019, clause 13: extended link layer, CI fields 8C to 8F.
.. [2] EN 13757-7:2018, clause 6: authentication and fragmentation layer, CI field 90.
"""

from __future__ import annotations

from attrs import evolve, frozen

from divako.codec import AesKey, crc16_en13757
from divako.errors import (
    AuthenticationError,
    ChecksumError,
    DecryptionError,
    MissingKeyError,
    TruncatedError,
    UnsupportedError,
)
from divako.mbus import MAC_SIZES, Address, Fragment, KeyLookup, read_address
from divako.model import Verdict


LAYER = "wmbus.extended_link"
AUTHENTICATION_LAYER = "wmbus.authentication"

# Bytes behind the CI field: communication control and access number (2), then an
# address (8), then session number (4) and payload CRC (2), as the CI field says.
_SIZES = {0x8C: 2, 0x8D: 8, 0x8E: 10, 0x8F: 16}
_WITH_ADDRESS = frozenset({0x8E, 0x8F})
_WITH_SESSION = frozenset({0x8D, 0x8F})
_AFL = 0x90
_UNSUPPORTED = {0x81: "a network layer", 0x86: "extended link layer V"}
# Hop and repeated-access bits change on the way and are taken as 0 (EN 13757-4:2019, 13.2.8).
_UNCHANGED = 0xED

# Bits of the fragmentation control field.
_MORE, _MCL, _ML, _MCR, _MAC, _KI = 0x4000, 0x2000, 0x1000, 0x0800, 0x0400, 0x0200


@frozen
class Layers:
    """What is left of a frame behind the layers in between.

    Parameters
    ----------
    ci : int
        CI field of the application.
    data : bytes
        What follows it.
    sender : Address
        Whose telegram it is.
    security : str or None
        The mode of an extended link layer that is enciphered by its header.
    verdict : Verdict
        What its payload CRC proves.
    fragment : Fragment or None
        What an authentication layer carries.
    """

    ci: int
    data: bytes
    sender: Address
    security: str | None = None
    verdict: Verdict = Verdict.UNVERIFIED
    fragment: Fragment | None = None


def read_layers(ci: int, data: bytes, sender: Address, keys: KeyLookup | None = None) -> Layers:
    """Step over the layers between link and application.

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
    Layers
        Deciphered, where the extended link layer was enciphered.

    Raises
    ------
    TruncatedError
        A layer is not complete.
    AuthenticationError
        It says that it is enciphered, there is a key, and the payload is in the clear.
    ChecksumError
        The payload CRC of a layer that is not enciphered differs.
    MissingKeyError
        It is enciphered, and there is no key.
    DecryptionError
        The key or the payload is wrong.
    UnsupportedError
        A layer that this library does not know yet, or a fragment of a message.
    """
    layers = Layers(ci, data, sender)
    if ci in _SIZES:
        layers = _extended_link(ci, data, sender, keys)
    if layers.ci == _AFL:
        layers = _authentication(layers)
    if layers.ci in _UNSUPPORTED:
        msg = f"CI field {layers.ci:02X} is {_UNSUPPORTED[layers.ci]}"
        raise UnsupportedError(msg, layer=LAYER)
    return layers


def _extended_link(ci: int, data: bytes, sender: Address, keys: KeyLookup | None) -> Layers:
    size = _SIZES[ci]
    if len(data) <= size:
        msg = "the extended link layer is not complete"
        raise TruncatedError(msg, layer=LAYER, offset=len(data))
    at = 2
    if ci in _WITH_ADDRESS:
        sender = read_address(data[2:4], data[4:8], data[8], data[9])
        at = 10
    payload = data[size:]
    security, verdict = None, Verdict.UNVERIFIED
    if ci in _WITH_SESSION:
        session, sealed = data[at : at + 4], data[at + 4 :]
        enciphered = bool(session[3] >> 5)
        key = keys.key_of(sender.meter_id, sender.mvt) if enciphered and keys is not None else None
        if _crc_holds(sealed):
            if key is not None:
                msg = "the header says enciphered, a key was given, and the payload is in the clear"
                raise AuthenticationError(msg, layer=LAYER, offset=at)
        elif not enciphered:
            msg = "the payload CRC differs"
            raise ChecksumError(msg, layer=LAYER, offset=at + 4)
        elif key is None:
            msg = "the extended link layer is enciphered, and there is no key for this meter"
            raise MissingKeyError(msg, layer=LAYER, offset=at)
        else:
            payload = _open(sealed, session, data[0], sender, key)
            verdict = Verdict.CHECKED
        security = "ell-ctr" if enciphered else None
    return Layers(payload[0], payload[1:], sender, security, verdict)


def _crc_holds(sealed: bytes) -> bool:
    return crc16_en13757(sealed[2:]) == int.from_bytes(sealed[:2], "little")


def _open(sealed: bytes, session: bytes, control: int, sender: Address, key: AesKey) -> bytes:
    """Decipher a payload with its CRC in counter mode; the CRC is the check of the key."""
    first = sender.raw + bytes((control & _UNCHANGED,)) + session + bytes(3)
    plain = key.crypt_ctr(sealed, first)
    if not _crc_holds(plain):
        msg = "the key or the payload is wrong"
        raise DecryptionError(msg, layer=LAYER)
    return plain[2:]


def _authentication(layers: Layers) -> Layers:
    data = layers.data
    size = data[0] if data else 0
    if size < 2 or len(data) < size + 2:
        msg = "the authentication layer is not complete"
        raise TruncatedError(msg, layer=AUTHENTICATION_LAYER, offset=len(data))
    fields, message = data[1 : size + 1], data[size + 1 :]
    flags = int.from_bytes(fields[:2], "little")
    if flags & _MORE or flags & 0xFF > 1:
        msg = "a fragment of a longer message"
        raise UnsupportedError(msg, layer=AUTHENTICATION_LAYER, offset=1)
    at = 2
    control = fields[at : at + 1] if flags & _MCL else b""
    at += len(control) + (2 if flags & _KI else 0)
    counter = fields[at : at + 4] if flags & _MCR else None
    at += 4 if flags & _MCR else 0
    mac = b""
    if flags & _MAC:
        wanted = MAC_SIZES.get(control[0] & 0x0F) if control else None
        if wanted is None:
            msg = "an authentication code of another kind than AES-CMAC"
            raise UnsupportedError(msg, layer=AUTHENTICATION_LAYER, offset=3)
        mac = fields[at : at + wanted]
        at += wanted
    length = fields[at : at + 2] if flags & _ML else b""
    if at + (2 if flags & _ML else 0) > size:
        msg = "the authentication layer is shorter than its fields"
        raise TruncatedError(msg, layer=AUTHENTICATION_LAYER, offset=size)
    fragment = Fragment(mac=mac, covered=control + (counter or b"") + length, counter=counter, message=message)
    return evolve(layers, ci=message[0], data=message[1:], fragment=fragment)
