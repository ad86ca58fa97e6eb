"""Decipher the bodies of many telegrams at once: security mode 5.

Cipher block chaining is the bare block operation and an exclusive or with the block before.
So all blocks of one key go through its kept context in one call, whatever telegrams they
are of, and the chaining is done for all keys together.

References
----------
.. [1] EN 13757-7:2018, 7.7.4: security mode 5.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from divako.codec import AesKey, DesKey
from divako.mbus._header import model_of
from divako.model import Mvt, Verdict
from divako.telegrams._bodies import SECURITIES, Bodies, wide


KeysOf = Callable[[str, Mvt | None], Sequence[AesKey | DesKey]]

_BLOCK, _MODE_5 = 16, 5
_CHECKED = list(Verdict).index(Verdict.CHECKED)
MARK = 0x2F2F
_REPEATED = np.uint64(0x0101010101010101)


def opened(buffer: npt.NDArray[np.uint8], bodies: Bodies, keys_of: KeysOf | None) -> Bodies:
    """Open what is enciphered.

    Parameters
    ----------
    buffer : ndarray of uint8
        Holds the bodies; those that are opened are written back.
    bodies : Bodies
        As they came.
    keys_of : callable or None
        Gives the keys of a meter, in the order in which they are tried.

    Returns
    -------
    Bodies
        Without those that are not plain, or that no key opens.
    """
    mode = bodies.configuration >> 8 & 0x1F
    sealed = (mode == _MODE_5) & (bodies.configuration >> 4 & 0x0F > 0)
    fits = (mode == 0) | (mode == _MODE_5)
    if sealed.any():
        which = np.flatnonzero(sealed)
        fits[which] = False if keys_of is None else open_bodies(buffer, bodies, which, keys_of)
        which = which[fits[which]]
        bodies.security[which], bodies.verdict[which] = SECURITIES.index("tpl-mode5"), _CHECKED
    return bodies if fits.all() else bodies.take(fits)


def open_bodies(
    buffer: npt.NDArray[np.uint8],
    bodies: Bodies,
    which: npt.NDArray[np.intp],
    keys_of: KeysOf,
) -> npt.NDArray[np.bool_]:
    """Decipher bodies in place.

    Parameters
    ----------
    buffer : ndarray of uint8
        Holds the bodies; those that are opened are written back.
    bodies : Bodies
        All bodies.
    which : ndarray of int, shape (k,)
        Those that are enciphered in mode 5.
    keys_of : callable
        Gives the keys of a meter, in the order in which they are tried.

    Returns
    -------
    ndarray of bool, shape (k,)
        Whether there is a key that fits, as far as two bytes tell. The rest are left as they came.
    """
    out = np.zeros(len(which), dtype="bool")
    blocks = bodies.configuration[which] >> 4 & 0x0F
    fits = bodies.begin[which] + _BLOCK * blocks <= bodies.end[which]
    keys, turns, meter = _keys_of(bodies.address[which], keys_of)
    for of_meter in turns:
        key = of_meter[meter]
        ready = np.flatnonzero(fits & ~out & (key >= 0))
        _open(buffer, bodies, which, ready, blocks, keys, key, out)
    return out


def _open(
    buffer: npt.NDArray[np.uint8],
    bodies: Bodies,
    which: npt.NDArray[np.intp],
    ready: npt.NDArray[np.intp],
    blocks: npt.NDArray[np.int64],
    keys: list[AesKey],
    key: npt.NDArray[np.int64],
    out: npt.NDArray[np.bool_],
) -> None:
    """Try one key for each body that is ready."""
    if not len(ready):
        return
    if len(keys) > 1:
        ready = ready[np.argsort(key[ready], kind="stable")]
    count = blocks[ready]
    last = np.cumsum(count)
    inside = np.arange(int(last[-1])) - np.repeat(last - count, count)
    place = np.repeat(bodies.begin[which[ready]], count) + _BLOCK * inside
    view = wide(buffer, "V16")
    cipher = view[place]
    bounds = last[np.flatnonzero(np.diff(key[ready], append=-1))].tolist()
    used = key[ready][np.searchsorted(last, bounds)].tolist()
    raw = memoryview(cipher.view("uint8"))
    pieces = [
        keys[k].decrypt_blocks(raw[_BLOCK * first : _BLOCK * stop])
        for k, first, stop in zip(used, [0, *bounds[:-1]], bounds, strict=True)
    ]
    plain = np.frombuffer(b"".join(pieces), dtype="<u8").reshape(-1, 2).copy()
    before = view[place - _BLOCK].view("<u8").reshape(-1, 2)
    first = last - count
    before[first, 0] = bodies.address[which[ready]]
    before[first, 1] = bodies.access[which[ready]] * _REPEATED
    plain ^= before
    good = plain[first, 0] & np.uint64(0xFFFF) == MARK
    written = np.repeat(good, count)
    view[place[written]] = plain.view("V16").reshape(-1)[written]
    out[ready] = good


def _keys_of(
    address: npt.NDArray[np.uint64], keys_of: KeysOf
) -> tuple[list[AesKey], list[npt.NDArray[np.int64]], npt.NDArray[np.intp]]:
    """Ask once per meter: the keys, which of them each meter has in each turn (-1 for none), and the meter of each row."""
    distinct, meter = np.unique(address, return_inverse=True)
    numbers: dict[int, int] = {}
    found: list[AesKey] = []
    turns: list[npt.NDArray[np.int64]] = []
    raw = distinct.astype("<u8").tobytes()
    for row, at in enumerate(range(0, len(raw), 8)):
        mvt = model_of(raw[at : at + 2], raw[at + 6], raw[at + 7])
        for turn, key in enumerate(keys_of(raw[at + 2 : at + 6][::-1].hex().upper(), mvt)):
            if turn == len(turns):
                turns.append(np.full(len(distinct), -1, dtype="int64"))
            if not isinstance(key, AesKey):
                continue
            number = numbers.setdefault(id(key), len(numbers))
            if number == len(found):
                found.append(key)
            turns[turn][row] = number
    return found, turns, meter
