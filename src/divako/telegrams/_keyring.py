"""The keys of the meters of a part: each meter is asked for once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from attrs import frozen

from divako.codec import AesKey, DesKey
from divako.errors import DivakoError
from divako.mbus._header import model_of
from divako.model import Mvt


Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

KeysOf: TypeAlias = Callable[[str, Mvt | None], Sequence[AesKey | DesKey]]


@frozen(eq=False)
class Turns:
    """The keys of some telegrams, in the order in which they are tried.

    Parameters
    ----------
    keys : list of AesKey
        Each once.
    turns : list of ndarray of int64, shape (k,)
        Which of them the telegrams have in each turn; -1 for none.
    keyless : ndarray of bool, shape (k,)
        Whose meters have no key of any kind.
    """

    keys: list[AesKey]
    turns: list[Integers]
    keyless: Flags


class Keyring:
    """Keys of meters by their addresses.

    Parameters
    ----------
    keys_of : callable or None
        Gives the keys of a meter, in the order in which they are tried.
    """

    __slots__ = ("_known", "keys_of")

    def __init__(self, keys_of: KeysOf | None) -> None:
        self.keys_of = keys_of
        self._known: dict[int, Sequence[AesKey | DesKey] | None] = {}

    def of(self, raw: int) -> Sequence[AesKey | DesKey] | None:
        """Give the keys of a meter by its address; None where asking failed."""
        if raw not in self._known:
            self._known[raw] = self._asked(raw.to_bytes(8, "little"))
        return self._known[raw]

    def _asked(self, raw: bytes) -> Sequence[AesKey | DesKey] | None:
        if self.keys_of is None:
            return ()
        try:
            return self.keys_of(raw[5:1:-1].hex().upper(), model_of(raw[:2], raw[6], raw[7]))
        except DivakoError:
            return None  # each of its telegrams will say so

    def turns(self, address: npt.NDArray[np.uint64]) -> Turns:
        """Give the keys of telegrams.

        Parameters
        ----------
        address : ndarray of uint64, shape (k,)
            Of their meters.
        """
        distinct, meter = np.unique(address, return_inverse=True)
        numbers: dict[int, int] = {}
        found: list[AesKey] = []
        turns: list[Integers] = []
        keyless = np.zeros(len(distinct), dtype="bool")
        for row, raw in enumerate(distinct.tolist()):
            keys = self.of(raw)
            keyless[row] = keys is not None and not keys
            for turn, key in enumerate(keys or ()):
                if turn == len(turns):
                    turns.append(np.full(len(distinct), -1, dtype="int64"))
                if not isinstance(key, AesKey):
                    continue
                number = numbers.setdefault(id(key), len(numbers))
                if number == len(found):
                    found.append(key)
                turns[turn][row] = number
        return Turns(found, [of_meter[meter] for of_meter in turns], keyless[meter])
