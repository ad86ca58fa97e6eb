"""Decipher the bodies of many telegrams at once: security mode 5.

Cipher block chaining is the bare block operation and an exclusive or with the block before.
So all blocks of one key go through its kept context in one call, whatever telegrams they
are of, and the chaining is done for all keys together. Other modes have a key for each message, or
seldom come, and are opened one by one.

References
----------
.. [1] EN 13757-7:2018, 7.7.4: security mode 5.
.. [2] EN 13757-7:2018, table 19: security modes.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from divako.codec import AesKey
from divako.drivers import INSTALLED
from divako.errors import DivakoError
from divako.mbus import MAKERS_MODES
from divako.mbus._header import model_of
from divako.mbus._security import OPENERS, UNSUPPORTED
from divako.telegrams._bodies import CHECKED, ELL_CTR, MODE_5, WIRELESS, Bodies, Flags, Integers
from divako.telegrams._keyring import BLOCK, Keyring, by_key, run_blocks
from divako.telegrams._source import wide
from divako.telegrams._unwrapping import unwrap


_MODE_5 = 5
_ONE_BY_ONE = (2, 7, 10)
MARK = 0x2F2F
# By link and mode. Modes that the standard reserves stand before plain records, on wires all that are not opened [2]_.
_IN_CLEAR = np.array(
    [
        [mode not in OPENERS for mode in range(32)],
        [mode not in {*OPENERS, *UNSUPPORTED, *MAKERS_MODES} for mode in range(32)],
    ]
)
_REPEATED = np.uint64(0x0101010101010101)


def opened(buffer: npt.NDArray[np.uint8], bodies: Bodies, ring: Keyring) -> Bodies:
    """Open what is enciphered.

    Parameters
    ----------
    buffer : ndarray of uint8
        Holds the bodies; those that are opened are written back.
    bodies : Bodies
        As they came; to be changed.
    ring : Keyring
        Has the keys.

    Returns
    -------
    Bodies
        Without those that are not plain, or that no key opens.
    """
    mode = bodies.configuration >> 8 & 0x1F
    sealed = (mode == _MODE_5) & (bodies.configuration >> 4 & 0x0F > 0)
    alone = ((bodies.layer > 0) & (mode < MAKERS_MODES.start)) | np.isin(mode, _ONE_BY_ONE)
    fits = ((bodies.layer == 0) & (_IN_CLEAR[bodies.link, mode] | (mode == _MODE_5))) | alone
    # Two ciphers need keys of one turn, and two checks have an order; both together are rare.
    fits &= ~((bodies.security == ELL_CTR) & (sealed | alone))
    which = np.flatnonzero(sealed & ~alone & fits)
    if len(which):
        fits[which] = open_bodies(buffer, bodies, which, ring)
    which = np.flatnonzero(alone & fits)
    if len(which):
        fits[which] = unwrap(buffer, bodies, which, ring)
    return bodies if fits.all() else bodies.take(fits)


def open_bodies(buffer: npt.NDArray[np.uint8], bodies: Bodies, which: npt.NDArray[np.intp], ring: Keyring) -> Flags:
    """Decipher bodies in place.

    Parameters
    ----------
    buffer : ndarray of uint8
        Holds the bodies; those that are opened are written back.
    bodies : Bodies
        All bodies; what is opened says so from then on.
    which : ndarray of int, shape (k,)
        Those that are enciphered in mode 5.
    ring : Keyring
        Has the keys.

    Returns
    -------
    ndarray of bool, shape (k,)
        Whether there is a key that fits, as far as two bytes tell, or somebody deciphered it before.
        The rest are left as they came.
    """
    out = np.zeros(len(which), dtype="bool")
    begin, end = bodies.begin[which], bodies.end[which]
    blocks = bodies.configuration[which] >> 4 & 0x0F
    fits = begin + BLOCK * blocks <= end
    turns = ring.turns(bodies.address[which])
    for key in turns.turns:
        ready = by_key(key, np.flatnonzero(fits & ~out & (key >= 0)))
        _open(buffer, bodies, which, ready, blocks, turns.keys, key, out)
    plain = np.zeros_like(out)
    if turns.keyless.any():
        on_air = bodies.link[which] == WIRELESS
        plain = turns.keyless & (wide(buffer, "<u2")[begin] == MARK) & (begin + 2 <= end) & (fits | on_air)
        keys, key = _public_keys(bodies, which, turns.keyless & ~plain)
        ready = by_key(key, np.flatnonzero(fits & (key >= 0)))
        _open(buffer, bodies, which, ready, blocks, keys, key, out)
        bodies.security[which[plain]] = MODE_5
        plain |= turns.keyless & ~fits & ~on_air  # an old meter's, which says nothing of ciphers
    bodies.security[which[out]], bodies.verdict[which[out]] = MODE_5, CHECKED
    return out | plain


def _public_keys(bodies: Bodies, which: npt.NDArray[np.intp], keyless: Flags) -> tuple[list[AesKey], Integers]:
    """Give those that nobody has a key for the one that all meters of their maker have at first."""
    key = np.full(len(which), -1, dtype="int64")
    rows = np.flatnonzero(keyless)
    kind = bodies.address[which[rows]]
    kind = kind >> np.uint64(48) << np.uint64(24) | (kind & np.uint64(0xFFFF)) << np.uint64(8) | bodies.ci[which[rows]]
    kinds, of = np.unique(kind, return_inverse=True)
    keys: list[AesKey] = []
    found = np.full(len(kinds), -1, dtype="int64")
    for at, one in enumerate(kinds.tolist()):
        mvt = model_of((one >> 8 & 0xFFFF).to_bytes(2, "little"), one >> 24 & 0xFF, one >> 32)
        try:
            public = INSTALLED.public_key(mvt, one & 0xFF)
        except DivakoError:
            continue  # each of its telegrams will say so
        if public is not None:
            found[at] = len(keys)
            keys.append(public)
    key[rows] = found[of]
    return keys, key


def _open(
    buffer: npt.NDArray[np.uint8],
    bodies: Bodies,
    which: npt.NDArray[np.intp],
    ready: npt.NDArray[np.intp],
    blocks: Integers,
    keys: list[AesKey],
    key: Integers,
    out: Flags,
) -> None:
    """Try one key for each body that is ready."""
    if not len(ready):
        return
    rows, count = which[ready], blocks[ready]
    last = np.cumsum(count)
    first = last - count
    place = np.repeat(bodies.begin[rows] - BLOCK * first, count) + BLOCK * np.arange(int(last[-1]))
    view = wide(buffer, f"V{BLOCK}")
    cipher = view[place].view("<u8").reshape(-1, 2)
    plain = run_blocks(cipher, count, key[ready], [one.decrypt_blocks for one in keys])
    before = view[place - BLOCK].view("<u8").reshape(-1, 2)
    before[first, 0] = bodies.address[rows]
    before[first, 1] = bodies.access[rows] * _REPEATED
    plain ^= before
    good = plain[first, 0] & np.uint64(0xFFFF) == MARK
    written = np.repeat(good, count)
    view[place[written]] = plain.view(f"V{BLOCK}").reshape(-1)[written]
    out[ready] = good
