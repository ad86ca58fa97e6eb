"""Ciphers of many telegrams at once: the blocks of one key go through its kept context in one call.

Cipher block chaining is the bare block operation and an exclusive or with the block before, so the
chaining is done for all keys together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from divako.telegrams._source import wide


Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

BLOCK = 16
MARK = 0x2F2F


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


def open_cbc(
    buffer: npt.NDArray[np.uint8],
    begin: Integers,
    count: Integers,
    key: Integers,
    run: Sequence[Callable[[memoryview], bytes]],
    initial: npt.NDArray[np.uint64],
) -> Flags:
    """Decipher bodies in place that begin with the mark of a right key.

    Parameters
    ----------
    buffer : ndarray of uint8
        Holds the bodies; those that are opened are written back, the rest are left as they came.
    begin, count, key : ndarray of int64, shape (k,)
        Where each body begins, how many blocks it has, and which key; as `run_blocks` says.
    run : sequence of callable
        What each key does with blocks.
    initial : ndarray of uint64, shape (k, 2)
        Initial vectors.

    Returns
    -------
    ndarray of bool, shape (k,)
        Whether the key fits, as far as two bytes tell.
    """
    last = np.cumsum(count)
    first = last - count
    place = np.repeat(begin - BLOCK * first, count) + BLOCK * np.arange(int(last[-1]))
    view = wide(buffer, f"V{BLOCK}")
    cipher = view[place].view("<u8").reshape(-1, 2)
    plain = run_blocks(cipher, count, key, run)
    before = view[place - BLOCK].view("<u8").reshape(-1, 2)
    before[first] = initial
    plain ^= before
    good = plain[first, 0] & np.uint64(0xFFFF) == MARK
    written = np.repeat(good, count)
    view[place[written]] = plain.view(f"V{BLOCK}").reshape(-1)[written]
    return np.asarray(good)
