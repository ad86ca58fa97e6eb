"""The primitives that pseudonyms are made of.

References
----------
.. [1] RFC 2104, HMAC; RFC 4231, its test vectors with SHA-256.
.. [2] RFC 5869, HKDF.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


_LENGTH_BYTES = 2  # of the prefix of each part


def keyed_hash(key: bytes) -> HMAC:
    """Start an HMAC-SHA-256; a copy of it for each message saves the key set-up [1]_."""
    return HMAC(key, SHA256())


def hmac_sha256(key: bytes, message: bytes) -> bytes:
    """Give the 32-byte tag of a message [1]_."""
    one = keyed_hash(key)
    one.update(message)
    return one.finalize()


def hkdf_sha256(secret: bytes, *, info: bytes, length: int, salt: bytes = b"") -> bytes:
    """Derive a key of `length` bytes for the use that `info` names [2]_."""
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(secret)


def encode_parts(*parts: str) -> bytes:
    """Join texts so that no two lists of them give the same bytes.

    Each is preceded by its length: without that, a letter could move from the end of
    one to the start of the next and nobody would notice.

    Examples
    --------
    >>> encode_parts("ab", "c") == encode_parts("a", "bc")
    False
    """
    encoded = [part.encode() for part in parts]
    return b"".join(len(part).to_bytes(_LENGTH_BYTES, "big") + part for part in encoded)
