"""Extended link layer: whose telegram it is, and a cipher over all that follows.

References
----------
.. [1] EN 13757-4:2019, clause 13: extended link layer, CI fields 8C to 8F.
"""

from __future__ import annotations

from attrs import field, frozen

from divako.codec import AesKey, crc16_en13757
from divako.errors import (
    AuthenticationError,
    ChecksumError,
    DecryptionError,
    MissingKeyError,
    TruncatedError,
    UnsupportedError,
)
from divako.mbus import Address, KeyLookup, read_address
from divako.model import Verdict


LAYER = "wmbus.extended_link"

# Bytes behind the CI field: communication control and access number (2), then an
# address (8), then session number (4) and payload CRC (2), as the CI field says.
EXTENDED_LINK = {0x8C: 2, 0x8D: 8, 0x8E: 10, 0x8F: 16}
WITH_ADDRESS = frozenset({0x8E, 0x8F})
WITH_SESSION = frozenset({0x8D, 0x8F})
AES_CTR = 1  # of the encryption field, the top three bits of the session number
_NUMBER = 0x1FFF_FFFF  # its rest: minutes, and frames of one minute
# Hop and repeated-access bits change on the way and are taken as 0 (EN 13757-4:2019, 13.2.8).
UNCHANGED = 0xED


@frozen(kw_only=True)
class Inner:
    """What stands behind an extended link layer.

    Parameters
    ----------
    payload : bytes
        From the next CI field on, deciphered.
    sender : Address
        Whose telegram it is.
    security : str or None
        The mode of the layer, where its header says that it is enciphered.
    verdict : Verdict
        What the payload CRC proves.
    session_number : int or None
        Time and frame number of an enciphered session; rises from telegram to telegram.
    """

    payload: bytes = field(repr=False)
    sender: Address
    security: str | None = None
    verdict: Verdict = Verdict.UNVERIFIED
    session_number: int | None = None


def read_extended_link(ci: int, data: bytes, sender: Address, keys: KeyLookup | None) -> Inner:
    """Read the layer that a CI field of `EXTENDED_LINK` announces.

    Raises
    ------
    TruncatedError, AuthenticationError, ChecksumError, MissingKeyError, DecryptionError, UnsupportedError
        As `read_layers` says.
    """
    size = EXTENDED_LINK[ci]
    if len(data) <= size:
        msg = "the extended link layer is not complete"
        raise TruncatedError(msg, layer=LAYER, offset=len(data))
    at = 2
    if ci in WITH_ADDRESS:
        sender = read_address(data[2:4], data[4:8], data[8], data[9])
        at = 10
    if ci not in WITH_SESSION:
        return Inner(payload=data[size:], sender=sender)
    session, sealed = data[at : at + 4], data[at + 4 :]
    encryption = session[3] >> 5
    if encryption not in {0, AES_CTR}:
        msg = "an extended link layer in a cipher that the standard reserves"
        raise UnsupportedError(msg, layer=LAYER, offset=at + 3)
    number = int.from_bytes(session, "little") & _NUMBER if encryption else None
    security = "ell-ctr" if encryption else None
    key = keys.key_of(sender.meter_id, sender.mvt) if encryption and keys is not None else None
    if _crc_holds(sealed):
        if key is not None:
            msg = "the header says enciphered, a key was given, and the payload is in the clear"
            raise AuthenticationError(msg, layer=LAYER, offset=at)
        return Inner(payload=sealed[2:], sender=sender, security=security, session_number=number)
    if not encryption:
        msg = "the payload CRC differs"
        raise ChecksumError(msg, layer=LAYER, offset=at + 4)
    if key is None:
        msg = "the extended link layer is enciphered, and there is no key for this meter"
        raise MissingKeyError(msg, layer=LAYER, offset=at)
    if not isinstance(key, AesKey):
        msg = "the extended link layer needs a key of 16 bytes"
        raise DecryptionError(msg, layer=LAYER, offset=at)
    return Inner(
        payload=_open(sealed, session, data[0], sender, key),
        sender=sender,
        security=security,
        verdict=Verdict.CHECKED,
        session_number=number,
    )


def first_counter_block(address: bytes, control: int, session: bytes) -> bytes:
    """Give the first counter block of the layer's cipher.

    Parameters
    ----------
    address : bytes
        Manufacturer, number, version and type, eight bytes.
    control : int
        Communication control field.
    session : bytes
        Session number as sent, four bytes.
    """
    return address + bytes((control & UNCHANGED,)) + session + bytes(3)


def _crc_holds(sealed: bytes) -> bool:
    return crc16_en13757(sealed[2:]) == int.from_bytes(sealed[:2], "little")


def _open(sealed: bytes, session: bytes, control: int, sender: Address, key: AesKey) -> bytes:
    """Decipher a payload with its CRC in counter mode; the CRC is the check of the key."""
    plain = key.crypt_ctr(sealed, first_counter_block(sender.raw, control, session))
    if not _crc_holds(plain):
        msg = "the key or the payload is wrong"
        raise DecryptionError(msg, layer=LAYER)
    return plain[2:]
