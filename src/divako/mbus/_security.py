"""Decipher what a transport header says is enciphered, and say how sure that is.

Modes 2 and 5 have no authentication: two bytes 2F 2F at the start of the plain text are
the only sign of a right key. One wrong key in 65,536 passes that by chance, which is why
the records behind it must fill the body to its end as well. An authentication layer's code is
checked in every mode, before anything is deciphered.

References
----------
.. [1] EN 13757-7:2018, 7.6: configuration field and security modes; 7.7.4: mode 5.
.. [2] EN 13757-3:2004, 5.12: modes 2 and 3, DES in cipher block chaining.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from attrs import field, frozen

from divako.codec import AesKey, DesKey
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
_DES_BLOCK = 8
_ALL = 0xFF  # number of enciphered bytes in mode 10: all of them
_TAG = 8
_MODE_7, _MODE_10 = 7, 10
COUNTER_IN_HEADER = 0x2000  # of mode 7: a message counter follows the configuration

UNSUPPORTED: Mapping[int, str] = {
    1: "a mode of the manufacturer",
    3: "DES from the meter's date on",  # which the telegram does not say, and nothing would check
    4: "a mode for special use",
    8: "AES-CTR with CMAC",
    9: "AES-GCM",
    13: "TLS",
    15: "a mode for special use",
}


class KeyLookup(Protocol):
    """Whoever knows the keys of meters."""

    def key_of(self, meter_id: str, mvt: Mvt | None) -> AesKey | DesKey | None:
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
    counter : int or None
        The message counter that came with it.
    """

    body: bytes = field(repr=False)
    security: str
    verdict: Verdict
    counter: int | None = None


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
    key : AesKey, DesKey or None
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
    key: AesKey | DesKey | None
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
    counter = _message_counter(sealed)
    fragment = sealed.fragment
    authenticated = False
    if fragment is not None and fragment.mac and sealed.key is not None:
        key = _aes(sealed, "the authentication code")
        if counter is None:
            msg = "no message counter to derive the key of the authentication code from"
            raise DecryptionError(msg, layer=LAYER)
        if mode == _MODE_7:
            _insist_on_kdf_a(_byte(sealed.body, 0))
        authenticate(fragment, key, counter, sealed.address)
        authenticated = True
    opener = OPENERS.get(mode)
    if opener is not None:
        plain = opener(sealed, counter)
    elif mode in UNSUPPORTED and not sealed.wired:
        msg = f"security mode {mode} ({UNSUPPORTED[mode]}) is not supported"
        raise UnsupportedError(msg, layer=LAYER)
    else:
        # Modes that the standard reserves stand in old meters' headers, before plain records.
        plain = Plain(sealed.body, "none", Verdict.UNVERIFIED)
    if counter is None and not authenticated:
        return plain
    return Plain(
        plain.body,
        plain.security,
        Verdict.AUTHENTICATED if authenticated else plain.verdict,
        None if counter is None else int.from_bytes(counter, "little"),
    )


def _message_counter(sealed: Sealed) -> bytes | None:
    """Find the counter that keys are derived from: behind the configuration field, or in the layer before."""
    body = sealed.body
    if sealed.header.mode == _MODE_10:
        return body[2:6] if len(body) >= 6 else None
    if sealed.header.mode == _MODE_7 and sealed.header.configuration & COUNTER_IN_HEADER:
        return body[1:5] if len(body) >= 5 else None
    return None if sealed.fragment is None else sealed.fragment.counter


def _without_key(body: bytes, name: str, mode: int) -> Plain:
    """Pass on what somebody deciphered before, though its header says enciphered."""
    if body.startswith(MARK):
        return Plain(body, name, Verdict.UNVERIFIED)
    msg = f"enciphered in security mode {mode}, and there is no key for this meter"
    raise MissingKeyError(msg, layer=LAYER)


def _aes(sealed: Sealed, what: str) -> AesKey:
    if isinstance(sealed.key, AesKey):
        return sealed.key
    msg = f"{what} needs a key of 16 bytes"
    raise DecryptionError(msg, layer=LAYER)


def _open_cbc(body: bytes, size: int, key: AesKey | DesKey, iv: bytes) -> bytes:
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


def _mode_5(sealed: Sealed, _counter: bytes | None) -> Plain:
    header, body, name = sealed.header, sealed.body, "tpl-mode5"
    size = BLOCK * (header.configuration >> 4 & 0x0F)
    if not size:
        return Plain(body, "none", Verdict.UNVERIFIED)
    if sealed.key is None:
        if sealed.wired and len(body) < size:
            return Plain(body, "none", Verdict.UNVERIFIED)
        return _without_key(body, name, 5)
    iv = sealed.address.raw + bytes((header.access_number,)) * 8
    return Plain(_open_cbc(body, size, _aes(sealed, "security mode 5"), iv), name, Verdict.CHECKED)


def _des(sealed: Sealed, _counter: bytes | None) -> Plain:
    """Open mode 2, whose low byte counts bytes."""
    body, name = sealed.body, "tpl-mode2"
    size = sealed.header.configuration & (0x100 - _DES_BLOCK)
    if not size or (sealed.wired and len(body) < size):
        return Plain(body, "none", Verdict.UNVERIFIED)
    if sealed.key is None:
        return _without_key(body, name, 2)
    if not isinstance(sealed.key, DesKey):
        msg = "security mode 2 needs a key of 8 bytes"
        raise DecryptionError(msg, layer=LAYER)
    return Plain(_open_cbc(body, size, sealed.key, bytes(_DES_BLOCK)), name, Verdict.CHECKED)


def _mode_7(sealed: Sealed, counter: bytes | None) -> Plain:
    name, body = "tpl-mode7", sealed.body
    size = BLOCK * (sealed.header.configuration >> 4 & 0x0F)
    extension, at = _byte(body, 0), 1
    if sealed.header.configuration & COUNTER_IN_HEADER:
        at = 5
    at += extension >> 6 & 1  # a byte with the version of the key
    if len(body) < at:
        raise _incomplete(body)
    if sealed.key is None and sealed.wired and len(body) < at + size:
        return Plain(body, "none", Verdict.UNVERIFIED)
    body = body[at:]
    if sealed.key is None:
        return _without_key(body, name, 7)
    _insist_on_kdf_a(extension)
    if counter is None:
        msg = "no message counter to derive the key from"
        raise DecryptionError(msg, layer=LAYER)
    key = derive_key(_aes(sealed, "security mode 7"), CIPHERING, counter, sealed.address)
    return Plain(_open_cbc(body, size, key, bytes(BLOCK)), name, Verdict.CHECKED)


def _mode_10(sealed: Sealed, counter: bytes | None) -> Plain:
    body = sealed.body
    partly = sealed.header.configuration & 0xFF != _ALL
    if sealed.key is None and sealed.wired and partly:
        return Plain(body, "none", Verdict.UNVERIFIED)
    if counter is None or len(body) < 6 + _TAG:
        raise _incomplete(body)
    if partly:
        msg = "security mode 10 with a part in the clear"
        raise UnsupportedError(msg, layer=LAYER)
    _insist_on_kdf_a(body[0])
    if sealed.key is None:
        msg = "enciphered in security mode 10, and there is no key for this meter"
        raise MissingKeyError(msg, layer=LAYER)
    key = derive_key(_aes(sealed, "security mode 10"), CIPHERING, counter, sealed.address)
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


OPENERS: Mapping[int, Callable[[Sealed, bytes | None], Plain]] = {
    2: _des,
    5: _mode_5,
    _MODE_7: _mode_7,
    _MODE_10: _mode_10,
}
