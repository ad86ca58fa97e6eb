"""Name meters in the order in which telegrams mention them first."""

from __future__ import annotations

import itertools

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from attrs import frozen

from divako.telegrams._slots import slot_of


Integers = npt.NDArray[np.int64]

_SLOTS_LOG = 16


@frozen(eq=False)
class Meters:
    """Meters of some telegrams.

    Parameters
    ----------
    rows, place : ndarray of int64, shape (k,)
        The telegrams, and which of the names each one has.
    first : ndarray of int64, shape (d,)
        The telegram that mentions each name first.
    names : sequence of str
        The names.
    once : bool, default False
        Whether no name is there twice, and they stand in the order of `first`.
    """

    rows: Integers
    place: Integers
    first: Integers
    names: Sequence[str]
    once: bool = False

    @classmethod
    def named(cls, rows: Integers, names: Sequence[str]) -> Meters:
        """Take one name for each telegram."""
        return cls(rows, np.arange(len(rows)), rows, names)

    @classmethod
    def numbered(cls, rows: Integers, number: npt.NDArray[np.uint32]) -> Meters:
        """Take the numbers of meters, which are spelt once each."""
        leader = first_alike(number)
        new = np.flatnonzero(leader == np.arange(len(number)))
        place = np.empty(len(number), dtype="int64")
        place[new] = np.arange(len(new))
        names = number[new].astype(">u4").tobytes().hex(" ", 4).upper().split()
        return cls(rows, place[leader], rows[new], names, once=True)


def first_alike(number: npt.NDArray[np.uint32]) -> npt.NDArray[np.int64]:
    """Tell for each number where it stands first.

    Parameters
    ----------
    number : ndarray of uint32, shape (k,)
        Of which many come again.
    """
    # Each number goes to a slot, and who came first stays there; few slots have two numbers, and these are sorted.
    slot = slot_of(number.astype("uint64"), _SLOTS_LOG)
    slots: Integers = np.empty(1 << _SLOTS_LOG, dtype="int64")
    slots[slot[::-1]] = np.arange(len(number))[::-1]
    leader: Integers = slots[slot]
    strange = np.flatnonzero(number[leader] != number)
    if len(strange):
        _, first, which = np.unique(number[strange], return_index=True, return_inverse=True)
        leader[strange] = strange[first[which]]
    return leader


class Names:
    """Names of meters in the order of their first mention, each once."""

    __slots__ = ("_codes", "_names")

    def __init__(self) -> None:
        self._names: list[str] = []
        self._codes: dict[str, int] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def codes_of(self, names: Sequence[str], *, once: bool) -> npt.NDArray[np.int32]:
        """Give names their codes, and those that are new a place.

        Parameters
        ----------
        names : sequence of str
            ``d`` names in the order of their first mention.
        once : bool
            Whether no name is there twice.

        Returns
        -------
        ndarray of int32, shape (d,)
        """
        if once and not self._names:  # most batches name meters once, and need nothing to find them again
            self._names.extend(names)
            return np.arange(len(names), dtype="int32")
        codes = self._codes
        for name in self._names[len(codes) :]:
            codes[name] = len(codes)
        out = np.array([codes.setdefault(name, len(codes)) for name in names], dtype="int32")
        self._names.extend(itertools.islice(codes, len(self._names), None))
        return out


def meter_codes(found: Sequence[Meters], rows: int, known: Names) -> npt.NDArray[np.int32]:
    """Give the meter of each telegram a code.

    Parameters
    ----------
    found : sequence of Meters
        Of disjoint telegrams.
    rows : int
        How many telegrams there are.
    known : Names
        Meters of earlier parts, to be added to.

    Returns
    -------
    ndarray of int32, shape (rows,)
        -1 where nothing says the meter.
    """
    out = np.full(rows, -1, dtype="int32")
    if len(found) == 1:
        (meters,) = found
        out[meters.rows] = known.codes_of(meters.names, once=meters.once)[meters.place]
    elif found:
        first = np.concatenate([meters.first for meters in found])
        names = [name for meters in found for name in meters.names]
        codes = np.empty(len(names), dtype="int32")
        order = np.argsort(first, kind="stable")
        codes[order] = known.codes_of([names[at] for at in order.tolist()], once=False)
        at = 0
        for meters in found:
            out[meters.rows] = codes[at + meters.place]
            at += len(meters.names)
    return out
