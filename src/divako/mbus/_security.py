"""Decipher what a transport header says is enciphered, and say how sure that is.

Mode 5 has no authentication: two bytes 2F 2F at the start of the plain text are
the only sign of a right key. One wrong key in 65,536 passes that by chance, which is why
the records behind it must fill the body to its end as well.

References
----------
.. [1] EN 13757-7:2018, 7.6: configuration field and security modes; 7.7.4: mode 5.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from attrs import field, frozen

from divako.codec import AesKey
from divako.errors import (
    AuthenticationError,
    DecryptionError,
    MissingKeyError,
    TruncatedError,
    UnsupportedError,
)
from divako.mbus._header import Address, Header
from divako.mbus._protection import CIPHERING, LAYER, Fragment, authenticate, derive_key
from divako.model import Mvt, Verdict


BLOCK = 16
MARK = b"\x2f\x2f"
_ALL = 0xFF  # number of enciphered bytes in mode 10: all of them
_TAG = 8

_UNSUPPORTED: Mapping[int, str] = {
    1: "a mode of the manufacturer",
    2: "DES",
    3: "DES",
    4: "a mode for special use",
    8: "AES-CTR with CMAC",
    9: "AES-GCM",
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

    body: bytes = field(repr=False)
    security: str
    verdict: Verdict


@frozen(kw_only=True)
class Sealed:
    """A body as it came, and all that opening it needs.

    Parameters
    ----------
    ci : int
        CI field of the transport layer.
    header_bytes : bytes
        The transport header as sent, to the configuration field.
    header : Header
        The same, read.
    body : bytes
        What follows the configuration field.
    address : Address
        Of the meter.
    key : AesKey or None
        Its key.
    fragment : Fragment or None
        What the layer before says of authentication.
    wired : bool
        Old wired meters put any number into the configuration field; there an
        unknown mode is no encryption.
    """

    ci: int
    header_bytes: bytes = field(repr=False)
    header: Header
    body: bytes = field(repr=False)
    address: Address
    key: AesKey | None
    fragment: Fragment | None
    wired: bool


def decipher(sealed: Sealed) -> Plain:
    """Open a body.

    Parameters
    ----------
    sealed : Sealed
        As it came.

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
        A code or tag differs; or there is a key, and the body is in the clear:
        protection was removed.
    TruncatedError
        There are fewer bytes than are said to be enciphered.
    UnsupportedError
        The mode is known, but not to this library.
    """
    mode = sealed.header.mode
    opener = _OPENERS.get(mode)
    if opener is not None:
        return opener(sealed)
    if mode in _UNSUPPORTED and not sealed.wired:
        msg = f"security mode {mode} ({_UNSUPPORTED[mode]}) is not supported"
        raise UnsupportedError(msg, layer=LAYER)
    # Modes that the standard reserves stand in old meters' headers, before plain records.
    return Plain(sealed.body, "none", Verdict.UNVERIFIED)


def _without_key(body: bytes, name: str, mode: int) -> Plain:
    """Pass on what somebody deciphered before, though its header says enciphered."""
    if body.startswith(MARK):
        return Plain(body, name, Verdict.UNVERIFIED)
    msg = f"enciphered in security mode {mode}, and there is no key for this meter"
    raise MissingKeyError(msg, layer=LAYER)


def _open_cbc(body: bytes, size: int, key: AesKey, iv: bytes) -> bytes:
    """Decipher the first `size` bytes in CBC and insist on the mark."""
    if len(body) < size:
        msg = "fewer bytes than the header says are enciphered"
        raise TruncatedError(msg, layer=LAYER, offset=len(body))
    plain = key.decrypt_cbc(body[:size], iv)
    if plain.startswith(MARK):
        return plain + body[size:]
    if body.startswith(MARK):
        msg = "the header says enciphered, a key was given, and the body is in the clear"
        raise AuthenticationError(msg, layer=LAYER)
    msg = "the key or the body is wrong"
    raise DecryptionError(msg, layer=LAYER)


def _mode_5(sealed: Sealed) -> Plain:
    header, body, name = sealed.header, sealed.body, "tpl-mode5"
    size = BLOCK * (header.configuration >> 4 & 0x0F)
    if not size:
        return Plain(body, "none", Verdict.UNVERIFIED)
    if sealed.key is None:
        if sealed.wired and len(body) < size:
            return Plain(body, "none", Verdict.UNVERIFIED)
        return _without_key(body, name, 5)
    iv = sealed.address.raw + bytes((header.access_number,)) * 8
    return Plain(_open_cbc(body, size, sealed.key, iv), name, Verdict.CHECKED)


def _mode_7(sealed: Sealed) -> Plain:
    name, body = "tpl-mode7", sealed.body
    size = BLOCK * (sealed.header.configuration >> 4 & 0x0F)
    extension, at = _byte(body, 0), 1
    counter = None if sealed.fragment is None else sealed.fragment.counter
    if sealed.header.configuration & 0x2000:
        counter, at = body[1:5], 5
    at += extension >> 6 & 1  # a byte with the version of the key
    if len(body) < at:
        raise _incomplete(body)
    body = body[at:]
    if sealed.key is None:
        return _without_key(body, name, 7)
    _insist_on_kdf_a(extension)
    if counter is None:
        msg = "no message counter to derive the key from"
        raise DecryptionError(msg, layer=LAYER)
    verdict = Verdict.CHECKED
    if sealed.fragment is not None and sealed.fragment.mac:
        authenticate(sealed.fragment, sealed.key, counter, sealed.address)
        verdict = Verdict.AUTHENTICATED
    key = derive_key(sealed.key, CIPHERING, counter, sealed.address)
    return Plain(_open_cbc(body, size, key, bytes(BLOCK)), name, verdict)


def _mode_10(sealed: Sealed) -> Plain:
    body = sealed.body
    if len(body) < 6 + _TAG:
        raise _incomplete(body)
    if sealed.header.configuration & 0xFF != _ALL:
        msg = "security mode 10 with a part in the clear"
        raise UnsupportedError(msg, layer=LAYER)
    _insist_on_kdf_a(body[0])
    counter = body[2:6]
    if sealed.key is None:
        msg = "enciphered in security mode 10, and there is no key for this meter"
        raise MissingKeyError(msg, layer=LAYER)
    key = derive_key(sealed.key, CIPHERING, counter, sealed.address)
    nonce = sealed.address.raw + b"\x00" + counter[::-1]
    associated = bytes((sealed.ci,)) + sealed.header_bytes + body[:2]
    plain = key.decrypt_ccm(body[6:], nonce, associated, tag_size=_TAG)
    if plain is None:
        msg = "the tag differs: the key or the message is wrong"
        raise AuthenticationError(msg, layer=LAYER)
    return Plain(plain, "tpl-mode10", Verdict.AUTHENTICATED)


def _insist_on_kdf_a(extension: int) -> None:
    if extension >> 4 & 3 != 1:
        msg = "a key that is not derived with AES-CMAC"
        raise UnsupportedError(msg, layer=LAYER)


def _byte(body: bytes, at: int) -> int:
    if at >= len(body):
        raise _incomplete(body)
    return body[at]


def _incomplete(body: bytes) -> TruncatedError:
    return TruncatedError("the configuration of the security mode is not complete", layer=LAYER, offset=len(body))


_OPENERS: Mapping[int, Callable[[Sealed], Plain]] = {5: _mode_5, 7: _mode_7, 10: _mode_10}
