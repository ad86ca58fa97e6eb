"""Frames to bodies: link layer and transport header of many frames at once.

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
from divako.mbus._ci import MAKERS_OWN
from divako.model import Verdict
from divako.telegrams._source import Frames, wide
from divako.wmbus import sent_by_meter


Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

WIRED, WIRELESS = 0, 1
SECURITIES = ("none", "ell-ctr", "tpl-mode5", "tpl-mode2", "tpl-mode7", "tpl-mode10")
NONE, ELL_CTR, MODE_5, _, MODE_7, _ = range(len(SECURITIES))
UNVERIFIED = list(Verdict).index(Verdict.UNVERIFIED)
CHECKED = list(Verdict).index(Verdict.CHECKED)
AUTHENTICATED = list(Verdict).index(Verdict.AUTHENTICATED)
COMPACT = (0x73, 0x7B, 0x79)
_LONG, _SHORT, _BARE = (0x72, 0x73), (0x7A, 0x7B), (0x78, 0x79)
_OF_MAKERS = np.isin(np.arange(256), MAKERS_OWN)
_HEADLESS = np.isin(np.arange(256), _BARE) | _OF_MAKERS
_START, _STOP, _TO_METER = 0x68, 0x16, 0x40
_HEAD, _BLOCK, _CRC = 10, 16, 2
_FIRST_B = 128  # bytes of the first block of format B with its CRC
_ROWS = 4096  # rows of bytes that are looked at together: they stay in the cache


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
    layer : ndarray of int64, shape (m,)
        Where an authentication layer stands behind its CI field; 0 where there is none.
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
    layer: Integers
    link: npt.NDArray[np.int8]
    security: npt.NDArray[np.int8]
    verdict: npt.NDArray[np.int8]

    @property
    def version(self) -> npt.NDArray[np.uint8]:
        """Versions of the meters, shape (m,)."""
        return (self.address >> np.uint64(48)).astype("uint8")

    def take(self, which: npt.NDArray[Any]) -> Bodies:
        """Give some of the rows."""
        return Bodies(*(getattr(self, column.name)[which] for column in fields(Bodies)))


@define(eq=False)
class Applications:
    """Where the application layers of frames begin, while they are found.

    Parameters
    ----------
    row : ndarray of int64, shape (m,)
        Which of the frames.
    at, end : ndarray of int64, shape (m,)
        Where the CI field stands, and where the layer ends.
    address : ndarray of uint64, shape (m,)
        Whose telegram it is, as far as the layers before say.
    layer, link, security, verdict : ndarray
        As in `Bodies`.
    """

    row: Integers
    at: Integers
    end: Integers
    address: npt.NDArray[np.uint64]
    layer: Integers
    link: npt.NDArray[np.int8]
    security: npt.NDArray[np.int8]
    verdict: npt.NDArray[np.int8]

    @classmethod
    def plain(
        cls, row: Integers, at: Integers, end: Integers, address: npt.NDArray[np.uint64], link: int
    ) -> Applications:
        """Take what a link layer says."""
        n = len(row)
        return cls(
            row,
            at,
            end,
            address,
            np.zeros(n, dtype="int64"),
            np.full(n, link, dtype="int8"),
            np.full(n, NONE, dtype="int8"),
            np.full(n, UNVERIFIED, dtype="int8"),
        )

    def take(self, which: npt.NDArray[Any]) -> Applications:
        """Give some of the rows."""
        return Applications(*(getattr(self, column.name)[which] for column in fields(Applications)))

    def merged(self, other: Applications) -> Applications:
        """Put the rows of two in the order of the frames."""
        order = np.argsort(np.concatenate([self.row, other.row]), kind="stable")
        names = [column.name for column in fields(Applications)]
        return Applications(*(np.concatenate([getattr(self, name), getattr(other, name)])[order] for name in names))


def applications_of(frames: Frames, formats: npt.NDArray[np.int8]) -> Applications:
    """Find the application layers of frames whose link layers are plainly right.

    Parameters
    ----------
    frames : Frames
        ``n`` frames; those of format A lose their CRCs in the buffer.
    formats : ndarray of int8, shape (n,)
        0 where the form is to be found, 1 for A, 2 for B, 3 for stripped, -1 for a row to leave.

    Returns
    -------
    Applications
        In the order of the frames.
    """
    rows = np.flatnonzero((frames.size >= _HEAD + 2) & (formats >= 0))
    start, size, form = frames.start[rows], frames.size[rows], formats[rows]
    quads = wide(frames.buffer, "<u4")[start]
    wired = quads & np.uint32(0xFF0000FF) == np.uint32(_START << 24 | _START)
    one = _wired(frames.buffer, rows[wired], start[wired], size[wired])
    other = _wireless(frames.buffer, rows[~wired], start[~wired], size[~wired], form[~wired])
    return one if wired.all() else other if not wired.any() else one.merged(other)


def _wired(buffer: npt.NDArray[np.uint8], rows: Integers, start: Integers, size: Integers) -> Applications:
    """Check long frames: lengths, direction, checksum and stop byte."""
    length = buffer[start + 1]
    good = (buffer[start + 2] == length) & (size == length.astype("int64") + 6)
    good &= (buffer[start + 4] & _TO_METER == 0) & (buffer[start + size - 1] == _STOP)
    rows, start, size = rows[good], start[good], size[good]
    if len(rows):
        # Sums of bytes wrap round by themselves. Every second one is of what lies between two frames.
        bounds = np.stack([start + 4, start + size - 2], axis=1).reshape(-1)
        sums = np.add.reduceat(buffer, bounds, dtype="uint8")[::2]
        good = sums == buffer[start + size - 2]
        rows, start, size = rows[good], start[good], size[good]
    return Applications.plain(rows, start + 6, start + size - 2, np.zeros(len(rows), dtype="uint64"), WIRED)


_FROM_METER: Flags = np.array([sent_by_meter(control) for control in range(256)])


def _wireless(
    buffer: npt.NDArray[np.uint8], rows: Integers, start: Integers, size: Integers, form: npt.NDArray[np.int8]
) -> Applications:
    """Find the form of each frame, check its CRCs and take them out."""
    length = buffer[start].astype("int64") + 1
    whole = length == size  # as long as the L field says: of format B, or stripped
    asked_b = whole & ((form == 0) | (form == 2))
    in_b = asked_b.copy()
    in_b[asked_b] = _sound_heads(buffer, start[asked_b], np.minimum(size[asked_b], _FIRST_B))
    stripped = whole & ~in_b & ((form == 0) | (form == 3))
    in_two = in_b & (size > _FIRST_B)
    in_b[in_two] = _without_second_crc(buffer, start[in_two], size[in_two])
    in_a = ~whole & ((form == 0) | (form == 1)) & (length > _HEAD)
    blocks = (length - _HEAD + _BLOCK - 1) // _BLOCK
    in_a &= size == length + _CRC * (1 + blocks)
    in_a[in_a] = _without_crc_a(buffer, start[in_a], size[in_a], blocks[in_a])
    end = start + np.where(in_b, size - _CRC * (1 + in_two), length)
    good = (stripped | in_b | in_a) & (end > start + _HEAD) & _FROM_METER[buffer[start + 1]]
    rows, start, end = rows[good], start[good], end[good]
    return Applications.plain(rows, start + _HEAD, end, wide(buffer, "<u8")[start + 2], WIRELESS)


def in_parts(n: int, judge: Callable[[slice], Flags]) -> Flags:
    """Judge ``n`` rows, so many at a time as stay in the cache."""
    parts = [judge(slice(first, first + _ROWS)) for first in range(0, n, _ROWS)]
    return np.concatenate(parts) if parts else np.zeros(0, dtype="bool")


def by_ends(buffer: npt.NDArray[np.uint8], end: Integers, size: Integers, width: int) -> npt.NDArray[np.uint8]:
    """Give blocks by where they end, each at the end of a row of so many bytes, with zeros before it."""
    blocks = wide(buffer, f"V{width}")[end - width].view("uint8").reshape(-1, width)
    blocks *= np.arange(width) >= (width - size)[:, None]
    return blocks


def _sound_ends(buffer: npt.NDArray[np.uint8], end: Integers, size: Integers, width: int) -> Flags:
    """Check the CRCs of blocks of up to `width` bytes by where they end."""
    return in_parts(len(end), lambda part: crc_sound(by_ends(buffer, end[part], size[part], width)))


def _sound_heads(buffer: npt.NDArray[np.uint8], start: Integers, size: Integers) -> Flags:
    """Check the CRCs of first blocks of format B, those of similar length together."""
    out = np.zeros(len(start), dtype="bool")
    for width in range(32, _FIRST_B + 1, 32):
        alike = np.flatnonzero((size <= width) & (size > width - 32))
        if len(alike):
            out[alike] = _sound_ends(buffer, start[alike] + size[alike], size[alike], width)
    return out


def _without_second_crc(buffer: npt.NDArray[np.uint8], start: Integers, size: Integers) -> Flags:
    """Check the second blocks of frames of format B, and move the sound ones to the first ones."""
    good = size > _FIRST_B + _CRC
    good[good] = _sound_heads(buffer, start[good] + _FIRST_B, size[good] - _FIRST_B)
    view = wide(buffer, "V16")
    for at in range(_FIRST_B, int(size[good].max(initial=0)), _BLOCK):
        here = start[good & (size > at)] + at
        view[here - _CRC] = view[here]
    return good


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


def bodies_of(buffer: npt.NDArray[np.uint8], found: Applications) -> Bodies:
    """Read long and short headers; a wireless frame may have none.

    Parameters
    ----------
    buffer : ndarray of uint8
        Holds the frames.
    found : Applications
        Behind all layers that stand before.

    Returns
    -------
    Bodies
        Those with records or the data of a compact frame, in the same order.
    """
    ci = buffer[found.at]
    on_air = found.link == WIRELESS
    long = (ci == _LONG[0]) | (on_air & (ci == _LONG[1]))  # of a wired frame, the second is the fixed structure
    words = wide(buffer, "<u8")
    at = found.at + 1
    address = found.address
    if long.any():
        header = words[at[long]]
        number = header & np.uint64(0xFFFFFFFF)
        maker = header >> np.uint64(32) & np.uint64(0xFFFF)
        address = address.copy()
        address[long] = maker | number << np.uint64(16) | header >> np.uint64(48) << np.uint64(48)
    bare = ~has_header(ci)
    begin = at + np.where(long, 12, 4)
    tail = wide(buffer, "<u4")[begin - 4]
    if bare.any():
        begin[bare] = at[bare]
        tail[bare] = 0
    named = (
        (ci == _SHORT[0]) | (ci == _SHORT[1]) | bare
    )  # without an address of their own, which only wireless frames have
    good = np.flatnonzero((long | (named & on_air)) & (begin <= found.end))
    everything = Bodies(
        found.row,
        address,
        (tail & np.uint32(0xFF)).astype("uint8"),
        (tail >> np.uint32(8) & np.uint32(0xFF)).astype("uint8"),
        (tail >> np.uint32(16)).astype("int64"),
        ci,
        begin,
        found.end,
        found.layer,
        found.link,
        found.security,
        found.verdict,
    )
    return everything if len(good) == len(found.row) else everything.take(good)


def has_header(ci: npt.NDArray[np.uint8]) -> Flags:
    """Tell which CI fields have a transport header behind them."""
    return ~_HEADLESS[ci]


def in_makers_layout(ci: npt.NDArray[np.uint8]) -> Flags:
    """Tell which CI fields announce a body in a layout of the maker's own."""
    return _OF_MAKERS[ci]
