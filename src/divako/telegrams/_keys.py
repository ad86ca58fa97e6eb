"""Keys of meters: kept together, never shown."""

from __future__ import annotations

import collections
import re

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn, TypeAlias

from divako.codec import AesKey, DesKey
from divako.errors import InputError
from divako.model import Mvt


_NUMBER = re.compile(r"(?:[A-Z]{3}[-.])?([0-9A-F]{8})")
_AES, _DES = 16, 8
_MOST_CONTEXTS = 100_000  # a kept cipher takes about 1 kB


AnyKey: TypeAlias = AesKey | DesKey
Given: TypeAlias = str | bytes | Sequence[str | bytes]
Ask: TypeAlias = Callable[[str, Mvt | None], Given | None]


class KeyStore:
    """Which meter has which key, or which keys where they are changed in turn.

    Of several keys the first that opens a telegram wins; they are tried in the order given.
    Keys never show in repr, errors or pickles. A store keeps cipher contexts of the keys used last,
    at most 100,000. Contexts belong to one thread at a time, so give each thread its own store;
    what is decoded holds no keys and may go anywhere.
    """

    __slots__ = ("_ask", "_default", "_kept", "_keys")

    def __init__(
        self,
        keys: Mapping[str, bytes | Sequence[bytes]],
        *,
        default: bytes | None = None,
        ask: Ask | None = None,
    ) -> None:
        self._keys = {number: _several(key) for number, key in keys.items()}
        self._default = () if default is None else (default,)
        self._ask = ask
        self._kept: collections.OrderedDict[bytes, AnyKey] = collections.OrderedDict()

    @classmethod
    def from_mapping(cls, keys: Mapping[str, Given]) -> KeyStore:
        """Make a store from meter numbers and keys.

        Parameters
        ----------
        keys : mapping of str to str, bytes or sequence of them
            Meter number (eight digits, optionally after the manufacturer's three letters
            and a hyphen) to sixteen bytes, or to 32 hexadecimal digits; or to eight bytes, the DES key
            of an old meter; or to several of these, in the order in which they are to be tried.

        Returns
        -------
        KeyStore
            With every key checked.

        Raises
        ------
        InputError
            A number or key is not of that form, or a number stands twice, with and without its
            letters; the message says which entry by its place, and shows neither.

        Examples
        --------
        >>> KeyStore.from_mapping({"12345678": "000102030405060708090A0B0C0D0E0F"})
        KeyStore(1 meter)
        """
        out: dict[str, tuple[bytes, ...]] = {}
        entries: Mapping[Any, Given] = keys  # files and people write numbers as they like
        for place, (number, key) in enumerate(entries.items(), 1):
            match = _NUMBER.fullmatch(number.strip().upper()) if isinstance(number, str) else None
            if match is None:
                of = "has eight digits" if isinstance(number, str) else f"is a text, not {type(number).__name__}"
                msg = f"entry {place} of the keys: a meter number {of}"
                raise InputError(msg)
            if match.group(1) in out:
                msg = f"entry {place} of the keys: this meter stands twice; several keys are one list"
                raise InputError(msg)
            out[match.group(1)] = _parsed(key, f"entry {place} of the keys")
        return cls(out)

    @classmethod
    def from_callable(cls, ask: Ask) -> KeyStore:
        """Make a store that asks for keys when a telegram needs them.

        Parameters
        ----------
        ask : callable
            Takes the number of a meter, and manufacturer, version and device type where they
            are known; gives what `from_mapping` takes as keys, or None. `decode` asks each time;
            `decode_batch` once for each meter of some 260,000 telegrams, and again for each telegram that it
            decodes one by one.

        Returns
        -------
        KeyStore
            Nothing is asked yet; a key that is none raises `InputError` when it is given.

        Examples
        --------
        >>> KeyStore.from_callable(lambda meter_id, mvt: bytes(16) if meter_id == "12345678" else None)
        KeyStore(asks)
        """
        return cls({}, ask=ask)

    @classmethod
    def single(cls, key: str | bytes) -> KeyStore:
        """Make a store that has one key for every meter it is asked about."""
        return cls({}, default=parse_key(key, what="the key"))

    def key_of(self, meter_id: str, mvt: Mvt | None = None) -> AnyKey | None:
        """Give the key of a meter that is tried first, or None where there is none."""
        keys = self._raw_of(meter_id, mvt)
        return self._context_of(keys[0]) if keys else None

    def keys_of(self, meter_id: str, mvt: Mvt | None = None) -> tuple[AnyKey, ...]:
        """Give all keys of a meter, in the order in which they are tried."""
        return tuple(map(self._context_of, self._raw_of(meter_id, mvt)))

    def _raw_of(self, meter_id: str, mvt: Mvt | None) -> tuple[bytes, ...]:
        if self._ask is None:
            return self._keys.get(meter_id, self._default)
        given = self._ask(meter_id, mvt)
        return () if given is None else _parsed(given, "the key that was asked for")

    def _context_of(self, raw: bytes) -> AnyKey:
        kept = self._kept.get(raw)
        if kept is None:
            kept = self._kept[raw] = DesKey(raw) if len(raw) == _DES else AesKey(raw)
            if len(self._kept) > _MOST_CONTEXTS:
                self._kept.popitem(last=False)
        return kept

    def __len__(self) -> int:
        return len(self._keys)

    def __repr__(self) -> str:
        if self._ask is not None:
            return "KeyStore(asks)"
        n = len(self._keys)
        return f"KeyStore({n} meter{'' if n == 1 else 's'})"

    def __reduce__(self) -> NoReturn:
        msg = "a key store is not pickled; hand keys over on purpose"
        raise TypeError(msg)


class Turn:
    """The keys of a store for one attempt: of each meter the one whose turn it is.

    Parameters
    ----------
    store : KeyStore
        Knows the keys.
    turn : int
        Which attempt, from 0; a meter with fewer keys has its last one.
    """

    __slots__ = ("_store", "_turn", "more")

    def __init__(self, store: KeyStore, turn: int) -> None:
        self._store, self._turn = store, turn
        self.more = False  # whether a meter that was asked for has keys left to try

    def key_of(self, meter_id: str, mvt: Mvt | None = None) -> AnyKey | None:
        """Give the key of a meter, or None where there is none."""
        keys = self._store.keys_of(meter_id, mvt)
        self.more = self.more or len(keys) > self._turn + 1
        return keys[min(self._turn, len(keys) - 1)] if keys else None


def require_lookup(keys: object) -> None:
    """Refuse what knows no keys before a telegram asks it."""
    if not hasattr(keys, "key_of"):
        msg = "keys are a KeyStore, such as KeyStore.from_mapping makes, or have a key_of of their own"
        raise TypeError(msg)


def _several(keys: bytes | Sequence[bytes]) -> tuple[bytes, ...]:
    return (keys,) if isinstance(keys, bytes) else tuple(keys)


def _parsed(given: Given, what: str) -> tuple[bytes, ...]:
    """Read one key or several."""
    if isinstance(given, str | bytes):
        return (parse_key(given, what=what),)
    if not given:
        msg = f"{what}: no key at all"
        raise InputError(msg)
    return tuple(parse_key(one, what=what) for one in given)


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
