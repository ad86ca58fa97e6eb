"""The keys of the meters of a part: each meter is asked for once, and the blocks of one key go through it in one call."""

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

BLOCK = 16


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


def by_key(key: Integers, ready: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Sort rows so that those of one key stand together; one key throughout leaves them as they are."""
    of = key[ready]
    return ready if len(ready) < 2 or (of == of[0]).all() else ready[np.argsort(of, kind="stable")]


def run_blocks(
    blocks: npt.NDArray[np.uint64],
    count: Integers,
    key: Integers,
    run: Sequence[Callable[[memoryview], bytes]],
) -> npt.NDArray[np.uint64]:
    """Run blocks through ciphers, those of one key in one call.

    Parameters
    ----------
    blocks : ndarray of uint64, shape (b, 2)
        Those of all telegrams, one behind the other.
    count : ndarray of int64, shape (k,)
        How many each telegram has; at least one.
    key : ndarray of int64, shape (k,)
        Which key; telegrams of one key stand together.
    run : sequence of callable
        What each key does with blocks.

    Returns
    -------
    ndarray of uint64, shape (b, 2)
        In the same order, to be written to.
    """
    last = np.cumsum(count)
    edges = np.flatnonzero(np.diff(key, append=-1))
    bounds, used = last[edges].tolist(), key[edges].tolist()
    raw = blocks.view("uint8").reshape(-1).data
    pieces = [
        run[which](raw[BLOCK * first : BLOCK * stop])
        for which, first, stop in zip(used, [0, *bounds[:-1]], bounds, strict=True)
    ]
    return np.frombuffer(b"".join(pieces), dtype="<u8").reshape(-1, 2).copy()
