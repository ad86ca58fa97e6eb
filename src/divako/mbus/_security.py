"""Decipher what a transport header says is enciphered, and say how sure that is.

Mode 5 has no authentication: two bytes 2F 2F at the start of the plain text are
the only sign of a right key. One wrong key in 65,536 passes that by chance, which is why
the records behind it must fill the body to its end as well.

References
----------
.. [1] EN 13757-7:2018, 7.6: configuration field and security modes; 7.7.4: mode 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from attrs import frozen

from divako.codec import AesKey
from divako.errors import (
    AuthenticationError,
    DecryptionError,
    MissingKeyError,
    TruncatedError,
    UnsupportedError,
)
from divako.mbus._header import Address, Header
from divako.model import Mvt, Verdict


LAYER = "mbus.security"
BLOCK = 16
MARK = b"\x2f\x2f"

_UNSUPPORTED: Mapping[int, str] = {
    1: "a mode of the manufacturer",
    2: "DES",
    3: "DES",
    4: "a mode for special use",
    7: "AES-CBC with an ephemeral key",
    8: "AES-CTR with CMAC",
    9: "AES-GCM",
    10: "AES-CCM",
    13: "TLS",
    15: "a mode for special use",
}


class KeyLookup(Protocol):
    """Whoever knows the keys of meters."""

    def key_of(self, meter_id: str, mvt: Mvt | None) -> AesKey | None:
        """Give the key of a meter, or None."""
        ...


@frozen
class Plain:
    """A deciphered body.

    Parameters
    ----------
    body : bytes
        From the first record on.
    security : str
        Which mode it came in.
    verdict : Verdict
        How far it has been checked.
    """

    body: bytes
    security: str
    verdict: Verdict


def decipher(header: Header, body: bytes, address: Address, keys: KeyLookup | None, *, wired: bool) -> Plain:
    """Decipher the body behind a transport header.

    Parameters
    ----------
    header : Header
        Says the mode.
    body : bytes
        What follows it.
    address : Address
        Of the meter: part of the initial vector.
    keys : KeyLookup or None
        Who knows its key.
    wired : bool
        Old wired meters put any number into the configuration field; there an
        unknown mode is no encryption.

    Returns
    -------
    Plain
        The records and how sure they are.

    Raises
    ------
    MissingKeyError
        The body is enciphered and there is no key.
    DecryptionError
        Key or body is wrong.
    AuthenticationError
        There is a key, and the body is in the clear: protection was removed.
    TruncatedError
        There are fewer bytes than are said to be enciphered.
    UnsupportedError
        The mode is known, but not to this library.
    """
    mode = header.mode
    if mode == 5:
        return _mode_5(header, body, address, keys, wired=wired)
    if mode in _UNSUPPORTED and not wired:
        message = f"security mode {mode} ({_UNSUPPORTED[mode]}) is not supported"
        raise UnsupportedError(message, layer=LAYER)
    # Modes that the standard reserves stand in old meters' headers, before plain records.
    return Plain(body, "none", Verdict.UNVERIFIED)


def _mode_5(header: Header, body: bytes, address: Address, keys: KeyLookup | None, *, wired: bool) -> Plain:
    size = BLOCK * (header.configuration >> 4 & 0x0F)
    if not size:
        return Plain(body, "none", Verdict.UNVERIFIED)
    key = None if keys is None else keys.key_of(address.meter_id, address.mvt)
    name = "tpl-mode5"
    if key is None:
        if body.startswith(MARK):
            # Enciphered by its header, plain in fact: somebody deciphered it before.
            return Plain(body, name, Verdict.UNVERIFIED)
        if wired and len(body) < size:
            return Plain(body, "none", Verdict.UNVERIFIED)
        message = "enciphered in security mode 5, and there is no key for this meter"
        raise MissingKeyError(message, layer=LAYER)
    if len(body) < size:
        msg = "fewer bytes than the header says are enciphered"
        raise TruncatedError(msg, layer=LAYER, offset=len(body))
    plain = key.decrypt_cbc(body[:size], address.raw + bytes((header.access_number,)) * 8)
    if plain.startswith(MARK):
        return Plain(plain + body[size:], name, Verdict.CHECKED)
    if body.startswith(MARK):
        message = "the header says enciphered, a key was given, and the body is in the clear"
        raise AuthenticationError(message, layer=LAYER)
    msg = "the key or the body is wrong"
    raise DecryptionError(msg, layer=LAYER)
