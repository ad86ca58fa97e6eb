"""AES with a context kept per key.

Making a cipher object costs more than enciphering a telegram, so one ECB context
is made per key and kept. A context belongs to one thread at a time.
"""

from __future__ import annotations

from typing import NoReturn, Protocol

from divako.errors import InputError


KEY_SIZE = 16


class _Context(Protocol):
    def update(self, data: bytes, /) -> bytes:
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

    __slots__ = ("_decryptor", "_encryptor", "_key")

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_SIZE:
            msg = f"a key must have {KEY_SIZE} bytes"
            raise InputError(msg)
        self._key = bytes(key)
        self._decryptor = _context(self._key, encrypt=False)
        self._encryptor: _Context | None = None

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
        blocks = self._decryptor.update(body)
        size = len(body)
        before = int.from_bytes(iv + body[:-KEY_SIZE], "big")
        return (int.from_bytes(blocks, "big") ^ before).to_bytes(size, "big")

    def encrypt_cbc(self, body: bytes, iv: bytes) -> bytes:
        """Encipher whole blocks in cipher block chaining.

        Parameters
        ----------
        body : bytes
            A multiple of 16 bytes.
        iv : bytes
            16 bytes.
        """
        if self._encryptor is None:
            self._encryptor = _context(self._key, encrypt=True)
        out = bytearray()
        last = int.from_bytes(iv, "big")
        for start in range(0, len(body), KEY_SIZE):
            mixed = int.from_bytes(body[start : start + KEY_SIZE], "big") ^ last
            block = self._encryptor.update(mixed.to_bytes(KEY_SIZE, "big"))
            out += block
            last = int.from_bytes(block, "big")
        return bytes(out)


def _context(key: bytes, *, encrypt: bool) -> _Context:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    # ECB is the bare block operation here; the chaining is done around it.
    cipher = Cipher(algorithms.AES(key), modes.ECB())  # noqa: S305
    return cipher.encryptor() if encrypt else cipher.decryptor()
