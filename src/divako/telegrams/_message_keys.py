"""Open security mode 7 by columns: the keys of all messages of one meter are derived in one call.

An authentication layer before it is checked in the form in which meters send it: message control,
message counter and code. All others are opened one by one.

References
----------
.. [1] EN 13757-7:2018, 7.6.6 (mode 7), 9.5.1 (key derivation with AES-CMAC), clause 6 (authentication layer).
"""

from __future__ import annotations

import hmac

import numpy as np
import numpy.typing as npt

from attrs import frozen

from divako.codec import AesKey
from divako.mbus import MAC_SIZES
from divako.mbus._protection import AUTHENTICATION, CIPHERING
from divako.mbus._security import COUNTER_IN_HEADER
from divako.telegrams._bodies import AUTHENTICATED, CHECKED, MODE_7, Bodies, Flags, Integers
from divako.telegrams._ciphers import BLOCK, by_key, open_cbc, run_blocks
from divako.telegrams._keyring import Keyring
from divako.telegrams._source import wide
from divako.wmbus._authentication import MAC, MCL, MCR


_FORM = MCL | MCR | MAC
_NUMBER = np.uint16(1)  # of the fragment: 0, or 1 where a message has no other
_COVERED = 5  # bytes of message control and counter
_PADDING = 0x0707070707070707 << 8 & 0xFFFF_FFFF_FFFF_FFFF
_SIZES = np.array([MAC_SIZES.get(kind, 0) for kind in range(16)])


@frozen(eq=False)
class _Messages:
    """Messages in mode 7 that are plainly right.

    Parameters
    ----------
    row : ndarray of int, shape (k,)
        Which of the bodies.
    counter : ndarray of uint64, shape (k,)
        Message counters.
    begin, count : ndarray of int64, shape (k,)
        Where the enciphered blocks begin, and how many there are.
    layer, code, end : ndarray of int64, shape (k,)
        Where the authentication layer stands, 0 where there is none; how long its code is; where the message ends.
    """

    row: npt.NDArray[np.intp]
    counter: npt.NDArray[np.uint64]
    begin: Integers
    count: Integers
    layer: Integers
    code: Integers
    end: Integers


def open_messages(buffer: npt.NDArray[np.uint8], bodies: Bodies, which: npt.NDArray[np.intp], ring: Keyring) -> Flags:
    """Open bodies in place.

    Parameters
    ----------
    buffer : ndarray of uint8
        Holds the bodies; what is opened is written back.
    bodies : Bodies
        All bodies; what is opened begins with its content and says so from then on.
    which : ndarray of int, shape (k,)
        Those in mode 7.
    ring : Keyring
        Has the keys.

    Returns
    -------
    ndarray of bool, shape (k,)
        Whether a key fits. The rest are left as they came.
    """
    fits, found = _messages(buffer, bodies, which)
    turns = ring.turns(bodies.address[found.row])
    done = np.zeros(len(found.row), dtype="bool")
    for key in turns.turns:
        ready = by_key(key, np.flatnonzero(~done & (key >= 0)))
        coded = found.layer[ready] > 0
        if coded.any():
            good = np.ones(len(ready), dtype="bool")
            derived = _derived(bodies, found, ready[coded], turns.keys, key, AUTHENTICATION)
            good[coded] = _codes_hold(buffer, found, ready[coded], derived)
            ready = ready[good]
        if not len(ready):
            continue
        derived = _derived(bodies, found, ready, turns.keys, key, CIPHERING)
        run = [AesKey(one).decrypt_blocks for one in derived]
        initial = np.zeros((len(ready), 2), dtype="uint64")
        done[ready] = open_cbc(buffer, found.begin[ready], found.count[ready], np.arange(len(ready)), run, initial)
    rows = found.row[done]
    bodies.begin[rows] = found.begin[done]
    bodies.security[rows] = MODE_7
    bodies.verdict[rows] = np.where(found.layer[done] > 0, AUTHENTICATED, CHECKED)
    out = np.zeros(len(which), dtype="bool")
    out[fits] = done
    return out


def _messages(
    buffer: npt.NDArray[np.uint8], bodies: Bodies, which: npt.NDArray[np.intp]
) -> tuple[npt.NDArray[np.intp], _Messages]:
    """Find where things stand in bodies; give the places in `which` of those that are plainly right beside it."""
    begin, end, layer = bodies.begin[which], bodies.end[which], bodies.layer[which]
    configuration, extension = bodies.configuration[which], buffer[begin].astype("int64")
    own = configuration & COUNTER_IN_HEADER > 0
    words = wide(buffer, "<u4")
    counter = words[begin + 1]
    count = configuration >> 4 & 0x0F
    first = begin + 1 + 4 * own + (extension >> 6 & 1)
    code = np.zeros(len(which), dtype="int64")
    good = (extension >> 4 & 3 == 1) & (count > 0) & (first + BLOCK * count <= end) & (own | (layer > 0))
    coded = np.flatnonzero(layer > 0)
    if len(coded):
        at = layer[coded]
        flags = wide(buffer, "<u2")[at + 1]
        code[coded] = _SIZES[buffer[at + 3] & 0x0F]
        counter[coded] = np.where(own[coded], counter[coded], words[at + 4])
        good[coded] &= (flags & ~_NUMBER == _FORM) & (code[coded] > 0)
        good[coded] &= buffer[at] == 2 + _COVERED + code[coded]
    fits = np.flatnonzero(good)
    return fits, _Messages(
        row=which[fits],
        counter=counter[fits].astype("uint64"),
        begin=first[fits],
        count=count[fits],
        layer=layer[fits],
        code=code[fits],
        end=end[fits],
    )


def _derived(
    bodies: Bodies,
    found: _Messages,
    ready: npt.NDArray[np.intp],
    keys: list[AesKey],
    key: Integers,
    constant: bytes,
) -> list[bytes]:
    """Derive the keys of messages from the keys of their meters."""
    number = bodies.address[found.row[ready]] >> np.uint64(16) & np.uint64(0xFFFFFFFF)
    blocks = np.empty((len(ready), 2), dtype="<u8")
    blocks[:, 0] = np.uint64(constant[0]) | found.counter[ready] << np.uint64(8) | number << np.uint64(40)
    blocks[:, 1] = number >> np.uint64(24) | np.uint64(_PADDING)
    run = [one.cmac_blocks for one in keys]
    raw = run_blocks(blocks, np.ones(len(ready), dtype="int64"), key[ready], run).tobytes()
    return [raw[at : at + BLOCK] for at in range(0, len(raw), BLOCK)]


def _codes_hold(
    buffer: npt.NDArray[np.uint8], found: _Messages, ready: npt.NDArray[np.intp], derived: list[bytes]
) -> list[bool]:
    """Check the authentication codes of messages, each with its own key."""
    memory = buffer.data
    columns = (found.layer[ready] + 3, found.code[ready], found.end[ready])
    out: list[bool] = []
    for key, at, size, end in zip(derived, *(column.tolist() for column in columns), strict=True):
        code = at + _COVERED
        wanted = AesKey(key).cmac(bytes(memory[at:code]) + bytes(memory[code + size : end]))
        out.append(hmac.compare_digest(wanted[:size], memory[code : code + size]))
    return out
