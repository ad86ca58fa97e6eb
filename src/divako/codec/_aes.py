"""AES with a context kept per key.

Making a cipher object costs more than enciphering a telegram, so one ECB context of each
direction is made per key, when it is needed first, and kept. A context belongs to one thread at a time.

References
----------
.. [1] RFC 4493: AES-CMAC.
"""

from __future__ import annotations

import functools

from types import ModuleType
from typing import NoReturn, Protocol

from divako.errors import InputError


KEY_SIZE = 16
_TOP, _REDUCTION = 1 << 127, 0x87


class _Context(Protocol):
    def update(self, data: bytes | memoryview, /) -> bytes:
        """Run whole blocks through the cipher."""
        ...


class AesKey:
    """An AES-128 key that never shows itself.

    Parameters
    ----------
    key : bytes
        Sixteen bytes.

    Raises
    ------
    InputError
        The key has another length.
    """

    __slots__ = ("_decryptor", "_encryptor", "_key", "_subkey")

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_SIZE:
            msg = f"a key must have {KEY_SIZE} bytes"
            raise InputError(msg)
        self._key = bytes(key)
        self._decryptor: _Context | None = None
        self._encryptor: _Context | None = None
        self._subkey: bytes | None = None

    def __repr__(self) -> str:
        return "AesKey(…)"

    def __reduce__(self) -> NoReturn:
        msg = "keys are not pickled; hand them over on purpose"
        raise TypeError(msg)

    def decrypt_cbc(self, body: bytes, iv: bytes) -> bytes:
        """Decipher whole blocks in cipher block chaining.

        Parameters
        ----------
        body : bytes
            A multiple of 16 bytes.
        iv : bytes
            16 bytes.
        """
        blocks = self.decrypt_blocks(body)
        size = len(body)
        before = int.from_bytes((iv + body)[:size], "big")
        return (int.from_bytes(blocks, "big") ^ before).to_bytes(size, "big")

    def decrypt_blocks(self, blocks: bytes | memoryview) -> bytes:
        """Decipher whole blocks on their own, for callers that chain many messages at once."""
        if self._decryptor is None:
            self._decryptor = _context(self._key, encrypt=False)
        return self._decryptor.update(blocks)

    def encrypt_blocks(self, blocks: bytes | memoryview) -> bytes:
        """Encipher whole blocks on their own, as `decrypt_blocks` deciphers."""
        if self._encryptor is None:
            self._encryptor = _context(self._key, encrypt=True)
        return self._encryptor.update(blocks)

    def crypt_ctr(self, body: bytes, first: bytes) -> bytes:
        """Encipher or decipher in counter mode; both are the same.

        Parameters
        ----------
        body : bytes
            Any length.
        first : bytes
            The first counter block, 16 bytes; its last byte counts blocks.
        """
        size = len(body)
        start = int.from_bytes(first, "big")
        blocks = b"".join((start + i).to_bytes(KEY_SIZE, "big") for i in range(-(-size // KEY_SIZE)))
        stream = self.encrypt_blocks(blocks)[:size]
        return (int.from_bytes(stream, "big") ^ int.from_bytes(body, "big")).to_bytes(size, "big")

    def cmac(self, message: bytes) -> bytes:
        """Compute the 16-byte authentication code of a message (AES-CMAC, RFC 4493)."""
        if len(message) == KEY_SIZE:  # as keys are derived from
            return self.cmac_blocks(message)
        primitives = _primitives()
        code = primitives.cmac.CMAC(primitives.ciphers.algorithms.AES(self._key))
        code.update(message)
        return bytes(code.finalize())

    def cmac_blocks(self, messages: bytes | memoryview) -> bytes:
        """Compute the authentication codes of many messages of one block each, through the context that is kept."""
        if self._subkey is None:
            zero = int.from_bytes(self.encrypt_blocks(bytes(KEY_SIZE)), "big")
            self._subkey = ((zero << 1) ^ (_TOP << 1 | _REDUCTION if zero & _TOP else 0)).to_bytes(KEY_SIZE, "big")
        size = len(messages)
        subkeys = int.from_bytes(self._subkey * (size // KEY_SIZE), "big")
        return self.encrypt_blocks((int.from_bytes(messages, "big") ^ subkeys).to_bytes(size, "big"))

    def decrypt_ccm(self, body: bytes, nonce: bytes, associated: bytes, *, tag_size: int) -> bytes | None:
        """Decipher and check counter mode with CBC-MAC (RFC 3610).

        Parameters
        ----------
        body : bytes
            Cipher text and tag.
        nonce : bytes
            13 bytes.
        associated : bytes
            What the tag covers besides.
        tag_size : int
            Length of the tag. [byte]

        Returns
        -------
        bytes or None
            Plain text; None where the tag differs.
        """
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESCCM

        try:
            return AESCCM(self._key, tag_length=tag_size).decrypt(nonce, body, associated)
        except InvalidTag:
            return None

    def encrypt_ccm(self, body: bytes, nonce: bytes, associated: bytes, *, tag_size: int) -> bytes:
        """Encipher and tag in counter mode with CBC-MAC (RFC 3610); the tag stands at the end."""
        from cryptography.hazmat.primitives.ciphers.aead import AESCCM

        return AESCCM(self._key, tag_length=tag_size).encrypt(nonce, body, associated)

    def encrypt_cbc(self, body: bytes, iv: bytes) -> bytes:
        """Encipher whole blocks in cipher block chaining.

        Parameters
        ----------
        body : bytes
            A multiple of 16 bytes.
        iv : bytes
            16 bytes.
        """
        out = bytearray()
        last = int.from_bytes(iv, "big")
        for start in range(0, len(body), KEY_SIZE):
            mixed = int.from_bytes(body[start : start + KEY_SIZE], "big") ^ last
            block = self.encrypt_blocks(mixed.to_bytes(KEY_SIZE, "big"))
            out += block
            last = int.from_bytes(block, "big")
        return bytes(out)


@functools.cache
def _primitives() -> ModuleType:
    """Import the library when a key is used first; asking for it each time costs as much as some blocks."""
    from cryptography.hazmat import primitives
    from cryptography.hazmat.primitives import ciphers, cmac  # noqa: F401 - so that they are there

    return primitives


def _context(key: bytes, *, encrypt: bool) -> _Context:
    ciphers = _primitives().ciphers
    # ECB is the bare block operation here; the chaining is done around it.
    cipher = ciphers.Cipher(ciphers.algorithms.AES(key), ciphers.modes.ECB())
    context: _Context = cipher.encryptor() if encrypt else cipher.decryptor()
    return context
