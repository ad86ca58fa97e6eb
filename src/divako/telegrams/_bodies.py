"""Frames to bodies: link layer, extended link layer and transport header of many frames at once.

Only what is plainly right gets through here: a frame whose every length, checksum and field is as it
should be. All others, and all rare forms, are left to the decoder of single frames, which
knows what to say of them; so there is one place that decides on errors.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from attrs import define, fields, frozen

from divako.codec import crc_sound
from divako.drivers import INSTALLED
from divako.mbus._header import model_of
from divako.model import Verdict
from divako.telegrams._source import Frames
from divako.wmbus import sent_by_meter


Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

WIRED, WIRELESS = 0, 1
SECURITIES = ("none", "tpl-mode5")
_UNVERIFIED = list(Verdict).index(Verdict.UNVERIFIED)
_LONG, _SHORT, _BARE = 0x72, 0x7A, 0x78
_START, _STOP, _TO_METER = 0x68, 0x16, 0x40
_HEAD, _BLOCK, _CRC = 10, 16, 2
_FIRST_B = 128  # bytes of the first block of format B with its CRC
_ROWS = 4096  # rows of bytes that are looked at together: they stay in the cache
_ELL_SIZE = {0x8C: 3, 0x8E: 11}  # CI field and what is behind it, up to the next CI field
_ELL_ADDRESS = 0x8E


@frozen(eq=False)
class Bodies:
    """Bodies of telegrams, and what their headers say, one row each.

    Parameters
    ----------
    row : ndarray of int64, shape (m,)
        Which of the frames.
    address : ndarray of uint64, shape (m,)
        Manufacturer, number, version and type of the meter, as they enter ciphers, little-endian.
    access, status : ndarray of uint8, shape (m,)
        Of the transport header.
    configuration : ndarray of int64, shape (m,)
        Of the transport header.
    ci : ndarray of uint8, shape (m,)
        CI field of the transport header.
    begin, end : ndarray of int64, shape (m,)
        Where the body stands in the buffer.
    link : ndarray of int8, shape (m,)
        0 for a wired frame, 1 for a wireless one.
    security : ndarray of int8, shape (m,)
        Row numbers into `SECURITIES`.
    verdict : ndarray of int8, shape (m,)
        Row numbers into `divako.model.Verdict`.
    """

    row: Integers
    address: npt.NDArray[np.uint64]
    access: npt.NDArray[np.uint8]
    status: npt.NDArray[np.uint8]
    configuration: Integers
    ci: npt.NDArray[np.uint8]
    begin: Integers
    end: Integers
    link: npt.NDArray[np.int8]
    security: npt.NDArray[np.int8]
    verdict: npt.NDArray[np.int8]

    def take(self, which: npt.NDArray[Any]) -> Bodies:
        """Give some of the rows."""
        return Bodies(*(getattr(self, column.name)[which] for column in fields(Bodies)))


@define
class _Applications:
    """Where the application layers of frames begin, while they are found."""

    row: Integers
    at: Integers  # of the CI field
    end: Integers
    address: npt.NDArray[np.uint64]
    link: npt.NDArray[np.int8]


def wide(buffer: npt.NDArray[np.uint8], dtype: str) -> npt.NDArray[Any]:
    """See a buffer as items of any width, one beginning at each byte."""
    item = np.dtype(dtype)
    return np.ndarray((len(buffer) - item.itemsize + 1,), dtype=item, buffer=buffer, strides=(1,))


def bodies_of(frames: Frames, formats: npt.NDArray[np.int8]) -> Bodies:
    """Find the bodies of frames that are plainly right.

    Parameters
    ----------
    frames : Frames
        ``n`` frames; those of format A lose their CRCs in the buffer.
    formats : ndarray of int8, shape (n,)
        0 where the form is to be found, 1 for A, 2 for B, 3 for stripped, -1 for a row to leave.

    Returns
    -------
    Bodies
        In the order of the frames.
    """
    rows = np.flatnonzero((frames.size >= _HEAD + 2) & (formats >= 0))
    start, size, form = frames.start[rows], frames.size[rows], formats[rows]
    quads = wide(frames.buffer, "<u4")[start]
    wired = quads & np.uint32(0xFF0000FF) == np.uint32(_START << 24 | _START)
    found = [
        _wired(frames.buffer, rows[wired], start[wired], size[wired]),
        _wireless(frames.buffer, rows[~wired], start[~wired], size[~wired], form[~wired]),
    ]
    merged = found[0] if wired.all() else found[1] if not wired.any() else _merged(*found)
    return _transport(frames.buffer, merged)


def _merged(one: _Applications, other: _Applications) -> _Applications:
    order = np.argsort(np.concatenate([one.row, other.row]), kind="stable")
    both = (np.concatenate([getattr(one, name), getattr(other, name)])[order] for name in _NAMES)
    return _Applications(*both)


_NAMES = ("row", "at", "end", "address", "link")


def _wired(buffer: npt.NDArray[np.uint8], rows: Integers, start: Integers, size: Integers) -> _Applications:
    """Check long frames: lengths, direction, checksum and stop byte."""
    length = buffer[start + 1]
    good = (buffer[start + 2] == length) & (size == length.astype("int64") + 6) & (length > 3)
    good &= (buffer[start + 4] & _TO_METER == 0) & (buffer[start + size - 1] == _STOP)
    rows, start, size = rows[good], start[good], size[good]
    if len(rows):
        # Sums of bytes wrap round by themselves. Every second one is of what lies between two frames.
        bounds = np.stack([start + 4, start + size - 2], axis=1).reshape(-1)
        sums = np.add.reduceat(buffer, bounds, dtype="uint8")[::2]
        good = sums == buffer[start + size - 2]
        rows, start, size = rows[good], start[good], size[good]
    n = len(rows)
    return _Applications(
        rows, start + 6, start + size - 2, np.zeros(n, dtype="uint64"), np.full(n, WIRED, dtype="int8")
    )


_FROM_METER: Flags = np.array([sent_by_meter(control) for control in range(256)])


def _wireless(
    buffer: npt.NDArray[np.uint8], rows: Integers, start: Integers, size: Integers, form: npt.NDArray[np.int8]
) -> _Applications:
    """Find the form of each frame, check its CRCs and take them out."""
    length = buffer[start].astype("int64") + 1
    whole = length == size  # as long as the L field says: of format B, or stripped
    asked_b = whole & ((form == 0) | (form == 2))
    in_b = asked_b.copy()
    in_b[asked_b] = _sound_heads(buffer, start[asked_b], np.minimum(size[asked_b], _FIRST_B))
    stripped = whole & ~in_b & ((form == 0) | (form == 3))
    in_b &= size <= _FIRST_B  # a second block is rare
    in_a = ~whole & ((form == 0) | (form == 1)) & (length > _HEAD)
    blocks = (length - _HEAD + _BLOCK - 1) // _BLOCK
    in_a &= size == length + _CRC * (1 + blocks)
    in_a[in_a] = _without_crc_a(buffer, start[in_a], size[in_a], blocks[in_a])
    end = start + np.where(in_b, size - _CRC, length)
    good = (stripped | in_b | in_a) & (end > start + _HEAD) & _FROM_METER[buffer[start + 1]]
    rows, start, end = rows[good], start[good], end[good]
    address = wide(buffer, "<u8")[start + 2]
    n = len(rows)
    return _extended(buffer, _Applications(rows, start + _HEAD, end, address, np.full(n, WIRELESS, dtype="int8")))


def _in_parts(n: int, judge: Callable[[slice], Flags]) -> Flags:
    parts = [judge(slice(first, first + _ROWS)) for first in range(0, n, _ROWS)]
    return np.concatenate(parts) if parts else np.zeros(0, dtype="bool")


def _sound_ends(buffer: npt.NDArray[np.uint8], end: Integers, size: Integers, width: int) -> Flags:
    """Check the CRCs of blocks of up to `width` bytes by where they end."""
    view, place = wide(buffer, f"V{width}"), np.arange(width)

    def judge(part: slice) -> Flags:
        blocks = view[end[part] - width].view("uint8").reshape(-1, width)
        blocks *= place >= (width - size[part])[:, None]
        return crc_sound(blocks)

    return _in_parts(len(end), judge)


def _sound_heads(buffer: npt.NDArray[np.uint8], start: Integers, size: Integers) -> Flags:
    """Check the CRCs of first blocks of format B, those of similar length together."""
    out = np.zeros(len(start), dtype="bool")
    for width in range(32, _FIRST_B + 1, 32):
        alike = np.flatnonzero((size <= width) & (size > width - 32))
        if len(alike):
            out[alike] = _sound_ends(buffer, start[alike] + size[alike], size[alike], width)
    return out


def _without_crc_a(buffer: npt.NDArray[np.uint8], start: Integers, size: Integers, blocks: Integers) -> Flags:
    """Check every block of frames of format A, and move the sound ones' blocks together."""
    good = _sound_ends(buffer, start + _HEAD + _CRC, np.full(len(start), _HEAD + _CRC), 12)
    step = _BLOCK + _CRC
    last = start + size
    for k in range(int(blocks.max(initial=0))):
        here = np.flatnonzero(good & (blocks > k))
        end = np.minimum(start[here] + _HEAD + _CRC + step * (k + 1), last[here])
        good[here] = _sound_ends(buffer, end, end - (start[here] + _HEAD + _CRC + step * k), step)
    view = wide(buffer, "V16")
    for k in range(int(blocks[good].max(initial=0))):
        # The sixteen bytes behind the last block's end lie within its old place or the gap behind it.
        here = start[good & (blocks > k)] + _HEAD
        view[here + _BLOCK * k] = view[here + _CRC + step * k]
    return good


def _extended(buffer: npt.NDArray[np.uint8], found: _Applications) -> _Applications:
    """Step over extended link layers that are not enciphered by themselves."""
    ci = buffer[found.at]
    for code, step in _ELL_SIZE.items():
        here = np.flatnonzero(ci == code)
        if len(here):
            if code == _ELL_ADDRESS:
                found.address[here] = wide(buffer, "<u8")[found.at[here] + 3]
            found.at[here] += step
    good = found.at < found.end
    return _Applications(*(getattr(found, name)[good] for name in _NAMES))


def _transport(buffer: npt.NDArray[np.uint8], found: _Applications) -> Bodies:
    """Read long and short headers; a wireless frame may have none."""
    ci = buffer[found.at]
    long = ci == _LONG
    words = wide(buffer, "<u8")
    at = found.at + 1
    address = found.address
    if long.any():
        header = words[at[long]]
        number = header & np.uint64(0xFFFFFFFF)
        maker = header >> np.uint64(32) & np.uint64(0xFFFF)
        address = address.copy()
        address[long] = maker | number << np.uint64(16) | header >> np.uint64(48) << np.uint64(48)
    bare = ci == _BARE
    begin = at + np.where(long, 12, 4)
    tail = wide(buffer, "<u4")[begin - 4]
    if bare.any():
        begin[bare] = at[bare]
        tail[bare] = 0
    named = (ci == _SHORT) | bare  # without an address of their own, which only wireless frames have
    good = np.flatnonzero((long | (named & (found.link == WIRELESS))) & (begin <= found.end))
    n = len(found.row)
    everything = Bodies(
        found.row,
        address,
        (tail & np.uint32(0xFF)).astype("uint8"),
        (tail >> np.uint32(8) & np.uint32(0xFF)).astype("uint8"),
        (tail >> np.uint32(16)).astype("int64"),
        ci,
        begin,
        found.end,
        found.link,
        np.full(n, SECURITIES.index("none"), dtype="int8"),
        np.full(n, _UNVERIFIED, dtype="int8"),
    )
    return everything if len(good) == len(found.row) else everything.take(good)


def has_header(ci: npt.NDArray[np.uint8]) -> Flags:
    """Tell which CI fields have a transport header behind them."""
    return np.asarray(ci != _BARE)


def without_drivers(bodies: Bodies) -> Bodies:
    """Leave out the telegrams of meters that a driver reads."""
    kind = bodies.address >> np.uint64(48) << np.uint64(32) | (bodies.address & np.uint64(0xFFFF)) << np.uint64(8)
    kind |= bodies.ci | (bodies.configuration >> 8 & 0x1F).astype("uint64") << np.uint64(48)
    read = [
        one
        for one in np.unique(kind).tolist()
        if INSTALLED.may_read(
            model_of((one >> 8 & 0xFFFF).to_bytes(2, "little"), one >> 32 & 0xFF, one >> 40 & 0xFF),
            one & 0xFF,
            one >> 48,
        )
    ]
    return bodies.take(~np.isin(kind, np.array(read, dtype="uint64"))) if read else bodies
