"""Keys of meters: kept together, never shown."""

from __future__ import annotations

import collections
import re

from collections.abc import Mapping
from typing import NoReturn

from divako.codec import AesKey, DesKey
from divako.errors import InputError
from divako.model import Mvt


_NUMBER = re.compile(r"(?:[A-Z]{3}[-.])?([0-9A-F]{8})")
_AES, _DES = 16, 8
_MOST_CONTEXTS = 100_000  # a kept cipher takes about 1 kB


class KeyStore:
    """Which meter has which key.

    Keys never show in repr, errors or pickles. A store keeps a cipher context for the
    keys used last; contexts belong to one thread, so give each thread its own store.
    """

    __slots__ = ("_default", "_kept", "_keys")

    def __init__(self, keys: Mapping[str, bytes], *, default: bytes | None = None) -> None:
        self._keys = dict(keys)
        self._default = default
        self._kept: collections.OrderedDict[bytes, AesKey | DesKey] = collections.OrderedDict()

    @classmethod
    def from_mapping(cls, keys: Mapping[str, str | bytes]) -> KeyStore:
        """Make a store from meter numbers and keys.

        Parameters
        ----------
        keys : mapping of str to str or bytes
            Meter number (eight digits, optionally after the manufacturer's three letters
            and a hyphen) to sixteen bytes, or to 32 hexadecimal digits; or to eight bytes, the DES key
            of an old meter.

        Returns
        -------
        KeyStore
            With every key checked.

        Raises
        ------
        InputError
            A number or key is not of that form; the message says which entry by its
            place, and shows neither.

        Examples
        --------
        >>> KeyStore.from_mapping({"12345678": "000102030405060708090A0B0C0D0E0F"})
        KeyStore(1 meter)
        """
        out: dict[str, bytes] = {}
        for place, (number, key) in enumerate(keys.items(), 1):
            match = _NUMBER.fullmatch(number.strip().upper())
            if match is None:
                msg = f"entry {place} of the keys: a meter number has eight digits"
                raise InputError(msg)
            out[match.group(1)] = parse_key(key, what=f"entry {place} of the keys")
        return cls(out)

    @classmethod
    def single(cls, key: str | bytes) -> KeyStore:
        """Make a store that has one key for every meter it is asked about."""
        return cls({}, default=parse_key(key, what="the key"))

    def key_of(self, meter_id: str, mvt: Mvt | None = None) -> AesKey | DesKey | None:  # noqa: ARG002 - part of the lookup's form
        """Give the key of a meter, or None where there is none."""
        raw = self._keys.get(meter_id, self._default)
        if raw is None:
            return None
        kept = self._kept.get(raw)
        if kept is None:
            kept = self._kept[raw] = DesKey(raw) if len(raw) == _DES else AesKey(raw)
            if len(self._kept) > _MOST_CONTEXTS:
                self._kept.popitem(last=False)
        return kept

    def __len__(self) -> int:
        return len(self._keys)

    def __repr__(self) -> str:
        n = len(self._keys)
        return f"KeyStore({n} meter{'' if n == 1 else 's'})"

    def __reduce__(self) -> NoReturn:
        msg = "a key store is not pickled; hand keys over on purpose"
        raise TypeError(msg)


def parse_key(key: str | bytes, *, what: str) -> bytes:
    """Read a key of sixteen bytes, or of eight for DES, given as such or as hexadecimal digits.

    Raises
    ------
    InputError
        It is neither; the message names `what` and shows nothing of it.
    """
    if isinstance(key, str):
        try:
            key = bytes.fromhex(key)
        except ValueError:
            msg = f"{what}: a key is written in hexadecimal digits"
            raise InputError(msg) from None
    if len(key) not in {_AES, _DES}:
        msg = f"{what}: a key has 16 bytes, or 8 for DES"
        raise InputError(msg)
    return bytes(key)
