"""Keyed replacements of identifiers.

References
----------
.. [1] RFC 5869, HKDF, and RFC 2104, HMAC, both with SHA-256.
.. [2] European Data Protection Board, Guidelines 01/2025 on Pseudonymisation: one
   domain for each purpose and recipient.
.. [3] RFC 4648, section 6: base32.
"""

from __future__ import annotations

import re
import unicodedata

from collections.abc import Sequence
from typing import NoReturn, final

import numpy as np

from divako.errors import PrivacyError
from divako.privacy._derive import encode_parts, hkdf_sha256, keyed_hash
from divako.privacy._secret import Secret


_VERSION = "v1"
_ALGORITHM = "hmac-sha256"
_KEY_BYTES = 32
# 128 bits: at 10^8 values two agree by chance with a probability of 1.5e-23, with 64 bits 2.7e-4.
_TOKEN_BYTES = 16
_TOKEN_CHARACTERS = 26  # five bits each, the last one filled up with zeros
_ALPHABET = np.frombuffer(b"abcdefghijklmnopqrstuvwxyz234567", dtype="uint8")
_PLACES = np.array([16, 8, 4, 2, 1], dtype="uint8")
_LONGEST_NAME = 255  # bytes; the length prefix holds 65535
_KEY_ID = re.compile(r"[a-z0-9]{1,16}")


@final
class PseudonymDomain:
    """A purpose and a recipient within which pseudonyms agree, and across which they must not.

    Parameters
    ----------
    secret : Secret or bytes
        At least 32 bytes, kept apart from the data.
    purpose : str
        What the data is handed out for.
    recipient : str
        To whom.
    key_id : str, default "k01"
        Which secret it is; it stands in every token, so that secrets can be changed.

    Raises
    ------
    PrivacyError
        The secret is too short, purpose or recipient is empty, or the key id
        holds anything but lower-case letters and digits.

    Notes
    -----
    A token is a keyed hash [1]_: those without the secret cannot undo it, and whoever has
    the secret can by trying all identifiers. Pseudonymised data remain personal data [2]_.

    References
    ----------
    .. [1] RFC 5869, HKDF, and RFC 2104, HMAC, both with SHA-256.
    .. [2] European Data Protection Board, Guidelines 01/2025 on Pseudonymisation.

    Examples
    --------
    >>> domain = PseudonymDomain(Secret.from_hex("5a" * 32), purpose="leak-statistics", recipient="Example University")
    >>> domain
    PseudonymDomain(purpose='leak-statistics', recipient='Example University', key_id='k01')
    >>> domain.tokens(["H0101"], field="section")[0][:9]
    'dvk1.k01.'
    """

    __slots__ = ("_key_id", "_purpose", "_recipient", "_secret")

    def __init__(self, secret: Secret | bytes, *, purpose: str, recipient: str, key_id: str = "k01") -> None:
        self._secret = secret if isinstance(secret, Secret) else Secret(secret)
        self._purpose = _name(purpose, "purpose")
        self._recipient = _name(recipient, "recipient")
        self._key_id = _name(key_id, "key_id")
        if not _KEY_ID.fullmatch(self._key_id):
            msg = "key_id must be 1 to 16 lower-case letters or digits"
            raise PrivacyError(msg)

    @property
    def purpose(self) -> str:
        """What the data is handed out for."""
        return self._purpose

    @property
    def recipient(self) -> str:
        """To whom the data is handed out."""
        return self._recipient

    @property
    def key_id(self) -> str:
        """Which secret it is."""
        return self._key_id

    def __repr__(self) -> str:
        return f"PseudonymDomain(purpose={self.purpose!r}, recipient={self.recipient!r}, key_id={self.key_id!r})"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        msg = "a pseudonymisation domain cannot be pickled or copied, for it holds a secret"
        raise PrivacyError(msg)

    def _subkey(self, field: str) -> bytes:
        """Derive the key of one field."""
        parts = ("divako", "pseudonym", _VERSION, _ALGORITHM, self.purpose, self.recipient, field, self.key_id)
        return hkdf_sha256(self._secret.expose(), info=encode_parts(*parts), length=_KEY_BYTES)

    def tokens(self, values: Sequence[str], *, field: str) -> tuple[str, ...]:
        """Replace identifiers by pseudonyms that cannot be undone without the secret.

        Parameters
        ----------
        values : sequence of str
            ``n`` identifiers. Two spellings of a letter in Unicode count as one (NFC).
        field : str
            What they identify, such as ``"meter_id"``; other fields get other tokens.

        Returns
        -------
        tuple of str
            ``n`` tokens: version, key id and 26 characters of base32.

        Raises
        ------
        PrivacyError
            A value is no text, is empty or holds NUL; the message tells which.
        """
        if isinstance(values, (str, bytes)):
            msg = "identifiers come in a list, not in one text"
            raise PrivacyError(msg)
        start = keyed_hash(self._subkey(_name(field, "field")))
        given = list(values)
        digests = []
        distinct = dict.fromkeys(given)
        for value in distinct:
            message = _message(value)
            if message is None:
                msg = f"identifier {given.index(value)} is not a text, is empty, or holds a character that is none"
                raise PrivacyError(msg)
            one = start.copy()
            one.update(message)
            digests.append(one.finalize()[:_TOKEN_BYTES])
        known = dict(zip(distinct, _base32(digests, prefix=f"dvk1.{self.key_id}."), strict=True))
        return tuple([known[value] for value in given])


def _base32(digests: list[bytes], *, prefix: str) -> list[str]:
    """Write digests of 16 bytes in lower case without padding, all at once [3]_."""
    if not digests:
        return []
    octets = np.frombuffer(b"".join(digests), dtype="uint8").reshape(len(digests), _TOKEN_BYTES)
    bits = np.unpackbits(octets, axis=1)
    padded = np.pad(bits, ((0, 0), (0, _TOKEN_CHARACTERS * 5 - _TOKEN_BYTES * 8)))
    fives = padded.reshape(len(digests), _TOKEN_CHARACTERS, 5) @ _PLACES
    text = _ALPHABET[fives].tobytes().decode()
    return [prefix + text[i : i + _TOKEN_CHARACTERS] for i in range(0, len(text), _TOKEN_CHARACTERS)]


def _message(value: object) -> bytes | None:
    """Encode an identifier; None where it cannot be one."""
    if not isinstance(value, str) or not value or "\0" in value:
        return None
    try:
        return value.encode() if value.isascii() else unicodedata.normalize("NFC", value).encode()
    except UnicodeEncodeError:  # a lone surrogate
        return None


def _name(value: object, what: str) -> str:
    encoded = _message(value)
    if encoded is None or not encoded.decode().strip() or len(encoded) > _LONGEST_NAME:
        msg = f"{what} must be a text that is not empty, of {_LONGEST_NAME} bytes at most"
        raise PrivacyError(msg)
    return encoded.decode()
