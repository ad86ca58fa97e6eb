"""Decipher the bodies of many telegrams at once: security mode 5.

All blocks of one key go through its kept context in one call, whatever telegrams they are of. Mode 7
has a key for each message; other modes seldom come, and are opened one by one.

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
from divako.telegrams._ciphers import BLOCK, MARK, by_key, open_cbc
from divako.telegrams._keyring import Keyring
from divako.telegrams._message_keys import open_messages
from divako.telegrams._source import wide
from divako.telegrams._unwrapping import unwrap


_MODE_5, _MODE_7 = 5, 7
_ONE_BY_ONE = (2, 7, 10)
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
    which = np.flatnonzero((mode == _MODE_7) & fits)
    if len(which):
        alone[which] = ~open_messages(buffer, bodies, which, ring)
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
        _open(buffer, bodies, which, ready, turns.keys, key, out)
    plain = np.zeros_like(out)
    if turns.keyless.any():
        on_air = bodies.link[which] == WIRELESS
        plain = turns.keyless & (wide(buffer, "<u2")[begin] == MARK) & (begin + 2 <= end) & (fits | on_air)
        keys, key = _public_keys(bodies, which, turns.keyless & ~plain)
        ready = by_key(key, np.flatnonzero(fits & (key >= 0)))
        _open(buffer, bodies, which, ready, keys, key, out)
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
    keys: list[AesKey],
    key: Integers,
    out: Flags,
) -> None:
    """Try one key for each body that is ready."""
    if not len(ready):
        return
    rows = which[ready]
    initial = np.stack([bodies.address[rows], bodies.access[rows] * _REPEATED], axis=1)
    blocks = bodies.configuration[rows] >> 4 & 0x0F
    run = [one.decrypt_blocks for one in keys]
    out[ready] = open_cbc(buffer, bodies.begin[rows], blocks, key[ready], run, initial)
