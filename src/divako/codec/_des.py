"""DES, for the security modes of meters that were made before AES.

DES is broken: a key of 56 bits is found in days. It is here to read what old meters send, and
for nothing else.
"""

from __future__ import annotations

from typing import NoReturn

from divako.errors import InputError


KEY_SIZE = 8


class DesKey:
    """A DES key that never shows itself.

    Parameters
    ----------
    key : bytes
        Eight bytes.

    Raises
    ------
    InputError
        The key has another length.
    """

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_SIZE:
            msg = f"a DES key must have {KEY_SIZE} bytes"
            raise InputError(msg)
        self._key = bytes(key)

    def __repr__(self) -> str:
        return "DesKey(…)"

    def __reduce__(self) -> NoReturn:
        msg = "keys are not pickled; hand them over on purpose"
        raise TypeError(msg)

    def decrypt_cbc(self, body: bytes, iv: bytes) -> bytes:
        """Decipher whole blocks of 8 bytes in cipher block chaining."""
        return self._run(body, iv, encrypt=False)

    def encrypt_cbc(self, body: bytes, iv: bytes) -> bytes:
        """Encipher whole blocks of 8 bytes in cipher block chaining."""
        return self._run(body, iv, encrypt=True)

    def _run(self, body: bytes, iv: bytes, *, encrypt: bool) -> bytes:
        from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
        from cryptography.hazmat.primitives.ciphers import Cipher, modes

        # Three times the same key: the second pass undoes the first, and DES is left.
        cipher = Cipher(TripleDES(self._key * 3), modes.CBC(iv))
        context = cipher.encryptor() if encrypt else cipher.decryptor()
        return context.update(body) + context.finalize()
