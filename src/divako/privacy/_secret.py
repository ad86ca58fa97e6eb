"""A secret that does not show itself by accident."""

from __future__ import annotations

import secrets

from typing import NoReturn, Self, final

from divako.errors import PrivacyError


_LEAST = 32  # bytes: the strength of HMAC-SHA-256 (NIST SP 800-107 rev. 1, 5.3.4)


@final
class Secret:
    """Key material that is not printed, pickled or copied.

    Parameters
    ----------
    content : bytes
        At least 32 bytes.

    Raises
    ------
    PrivacyError
        It is shorter, or not bytes.

    Notes
    -----
    Python cannot promise that bytes leave its memory: `wipe` overwrites the one copy
    that this object holds, and what others hold stays.

    Examples
    --------
    >>> Secret.generate()
    Secret(hidden)
    """

    __slots__ = ("_content",)

    def __init__(self, content: bytes) -> None:
        self._content = _checked(content)

    @classmethod
    def generate(cls) -> Self:
        """Make a new one from the system's random numbers, 32 bytes long."""
        return cls(secrets.token_bytes(_LEAST))

    @classmethod
    def from_hex(cls, text: str) -> Self:
        """Read one from hexadecimal digits; white space around them does not matter.

        Parameters
        ----------
        text : str
            At least 64 digits.

        Raises
        ------
        PrivacyError
            There are other characters, or too few.
        """
        content = _bytes_of_hex(text)
        if content is None:
            # Raised here, not where it was found, so that no chained error quotes the text.
            msg = "a secret must be written in hexadecimal digits"
            raise PrivacyError(msg)
        return cls(content)

    def expose(self) -> bytes:
        """Give the bytes, to a primitive that needs them.

        Raises
        ------
        PrivacyError
            It has been wiped.
        """
        if not self._content:
            msg = "the secret has been wiped"
            raise PrivacyError(msg)
        return bytes(self._content)

    def wipe(self) -> None:
        """Overwrite the bytes; the secret cannot be used any more."""
        self._content[:] = bytes(len(self._content))
        self._content.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.wipe()

    def __repr__(self) -> str:
        return "Secret(hidden)"

    def __copy__(self) -> NoReturn:
        _refuse("copied")

    def __deepcopy__(self, memo: object) -> NoReturn:
        _refuse("copied")

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        _refuse("pickled")


def _checked(content: object) -> bytearray:
    if not isinstance(content, (bytes, bytearray)):
        msg = "a secret is made of bytes"
        raise PrivacyError(msg)
    if len(content) < _LEAST:
        msg = f"a secret must be at least {_LEAST} bytes long"
        raise PrivacyError(msg)
    return bytearray(content)


def _refuse(what: str) -> NoReturn:
    msg = f"a secret cannot be {what}"
    raise PrivacyError(msg)


def _bytes_of_hex(text: str) -> bytes | None:
    try:
        return bytes.fromhex(text)
    except (TypeError, ValueError):
        return None
