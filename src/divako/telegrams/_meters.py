"""Name meters in the order in which telegrams mention them first."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from attrs import frozen


Integers = npt.NDArray[np.int64]


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
    """

    rows: Integers
    place: Integers
    first: Integers
    names: Sequence[str]

    @classmethod
    def named(cls, rows: Integers, names: Sequence[str]) -> Meters:
        """Take one name for each telegram."""
        return cls(rows, np.arange(len(rows)), rows, names)

    @classmethod
    def numbered(cls, rows: Integers, number: npt.NDArray[np.uint32]) -> Meters:
        """Take the numbers of meters, which are spelt once each."""
        order = np.argsort(number)
        ordered = number[order]
        edges = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
        place = np.empty(len(rows), dtype="int64")
        place[order] = np.repeat(np.arange(len(edges)), np.diff(edges, append=len(rows)))
        digits = ordered[edges].astype(">u4").tobytes().hex().upper()
        names = [digits[at : at + 8] for at in range(0, len(digits), 8)]
        return cls(rows, place, rows[np.minimum.reduceat(order, edges)], names)


def meter_codes(found: Sequence[Meters], rows: int, known: dict[str, int]) -> npt.NDArray[np.int32]:
    """Give the meter of each telegram a code.

    Parameters
    ----------
    found : sequence of Meters
        Of disjoint telegrams.
    rows : int
        How many telegrams there are.
    known : dict of str to int
        Codes of meters of earlier parts, to be added to.

    Returns
    -------
    ndarray of int32, shape (rows,)
        -1 where nothing says the meter.
    """
    out = np.full(rows, -1, dtype="int32")
    if not found:
        return out
    first = np.concatenate([meters.first for meters in found])
    names = [name for meters in found for name in meters.names]
    codes = np.empty(len(names), dtype="int32")
    order = np.argsort(first, kind="stable")
    codes[order] = [known.setdefault(names[at], len(known)) for at in order.tolist()]
    at = 0
    for meters in found:
        out[meters.rows] = codes[at + meters.place]
        at += len(meters.names)
    return out
