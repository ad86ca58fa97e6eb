"""The layers between link and transport of many frames at once: extended link layers, and where others begin.

A session of an extended link layer is enciphered in counter mode. So the counter blocks of all
telegrams of one key go through its kept context in one call, and what comes out is laid over the
payloads where they stand.

References
----------
.. [1] EN 13757-4:2019, clause 13: extended link layer, CI fields 8C to 8F.
.. [2] EN 13757-7:2018, clause 6: authentication and fragmentation layer.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from divako.codec import crc_columns
from divako.telegrams._bodies import CHECKED, ELL_CTR, WIRELESS, Applications, Flags, Integers, by_ends, in_parts
from divako.telegrams._ciphers import BLOCK, by_key, run_blocks
from divako.telegrams._keyring import Keyring, Turns
from divako.telegrams._source import wide
from divako.wmbus._authentication import AUTHENTICATION
from divako.wmbus._extended_link import AES_CTR, EXTENDED_LINK, UNCHANGED, WITH_ADDRESS, WITH_SESSION


_SESSION, _CRC = 4, 2
_WIDEST = 256  # bytes that a payload has at most, and more than a frame


def behind_links(buffer: npt.NDArray[np.uint8], found: Applications, ring: Keyring) -> Applications:
    """Step over what stands before the transport layer.

    Parameters
    ----------
    buffer : ndarray of uint8
        Holds the frames; payloads that are opened are written back.
    found : Applications
        Behind their link layers; to be changed.
    ring : Keyring
        Has the keys.

    Returns
    -------
    Applications
        Without those whose layers are not plainly right, or that no key opens.
    """
    on_air = found.link == WIRELESS
    if not on_air.any():
        return found
    ci = buffer[found.at]
    kept = np.ones(len(found.row), dtype="bool")
    for code, size in EXTENDED_LINK.items():
        here = np.flatnonzero((ci == code) & on_air)
        if not len(here):
            continue
        if code in WITH_ADDRESS:
            found.address[here] = wide(buffer, "<u8")[found.at[here] + 3]
        if code in WITH_SESSION:
            kept[here] = _sessions(buffer, found, here, found.at[here] + 1 + size - _CRC, ring)
        found.at[here] += 1 + size
    kept &= found.at < found.end
    here = np.flatnonzero(kept & on_air & (buffer[found.at] == AUTHENTICATION))
    if len(here):
        found.layer[here] = found.at[here] + 1
        found.at[here] += 2 + buffer[found.at[here] + 1].astype("int64")
        kept[here] = found.at[here] < found.end[here]
    return found if kept.all() else found.take(kept)


def _sessions(
    buffer: npt.NDArray[np.uint8], found: Applications, which: npt.NDArray[np.intp], crc: Integers, ring: Keyring
) -> Flags:
    """Check the payloads of layers with a session by their CRCs, and open what is enciphered."""
    room = crc + _CRC < found.end[which]
    sound = room.copy()
    sound[room] = _sound(buffer, crc[room], found.end[which[room]])
    kind = buffer[crc - 1] >> 5
    good: Flags = sound & (kind == 0)
    named = np.flatnonzero((kind == AES_CTR) & room)
    if len(named):
        turns = ring.turns(found.address[which[named]])
        opened = _open(buffer, found, which[named], crc[named], turns, ~sound[named])
        # What somebody deciphered before is taken where nobody has a key; where there is one, it is refused.
        good[named] = opened | (sound[named] & turns.keyless)
        found.security[which[named]] = ELL_CTR
        found.verdict[which[named[opened]]] = CHECKED
    return good


def _sound(buffer: npt.NDArray[np.uint8], crc: Integers, end: Integers) -> Flags:
    """Check payloads by the CRCs before them, those of similar length together."""
    sent, size = wide(buffer, "<u2")[crc], end - crc - _CRC
    out = np.zeros(len(crc), dtype="bool")
    for width in range(32, _WIDEST + 1, 32):
        alike = np.flatnonzero((size <= width) & (size > width - 32))
        out[alike] = in_parts(len(alike), _judge(buffer, end[alike], size[alike], sent[alike], width))
    return out


def _judge(
    buffer: npt.NDArray[np.uint8], end: Integers, size: Integers, sent: npt.NDArray[np.uint16], width: int
) -> Callable[[slice], Flags]:
    return lambda part: crc_columns(by_ends(buffer, end[part], size[part], width)) == sent[part]


def _open(
    buffer: npt.NDArray[np.uint8],
    found: Applications,
    which: npt.NDArray[np.intp],
    crc: Integers,
    turns: Turns,
    left: Flags,
) -> Flags:
    """Try the keys of each meter in turn for those that are left; what none of them opens is left as it came."""
    ciphers = [key.encrypt_blocks for key in turns.keys]
    end = found.end[which]
    count = -(-(end - crc) // BLOCK)
    # The second half of a counter block: control field, session number and, in its last byte, the count.
    session = wide(buffer, "<u4")[crc - _SESSION].astype("uint64")
    half = session << np.uint64(8) | buffer[found.at[which] + 1] & np.uint64(UNCHANGED)
    out = np.zeros(len(which), dtype="bool")
    for key in turns.turns:
        ready = by_key(key, np.flatnonzero(left & ~out & (key >= 0)))
        if not len(ready):
            continue
        many = count[ready]
        inside = np.arange(int(many.sum())) - np.repeat(np.cumsum(many) - many, many)
        blocks = np.empty((len(inside), 2), dtype="<u8")
        blocks[:, 0] = np.repeat(found.address[which[ready]], many)
        blocks[:, 1] = np.repeat(half[ready], many) | inside.astype("uint64") << np.uint64(56)
        place = np.repeat(crc[ready], many) + BLOCK * inside
        # A last block may reach into the gap behind its frame, and no further.
        view = wide(buffer, f"V{BLOCK}")
        cipher = view[place]
        stream = run_blocks(blocks, many, key[ready], ciphers)
        view[place] = (cipher.view("<u8").reshape(-1, 2) ^ stream).view(f"V{BLOCK}").reshape(-1)
        out[ready] = _sound(buffer, crc[ready], end[ready])
        bad = np.repeat(~out[ready], many)
        view[place[bad]] = cipher[bad]
    return out
