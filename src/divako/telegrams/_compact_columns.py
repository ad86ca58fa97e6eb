"""Find the records of many compact frames at once: the headers are known, and the data stands in one order.

What one format signature stands for is one layout, so its frames need no walk. The CRC of the
full frame is checked without putting it together: headers contribute the same to all of them, and
data by where it would stand.

References
----------
.. [1] EN 13757-3:2018, annex G: format signature and full-frame CRC.
"""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt

from attrs import frozen

from divako.codec import crc16_en13757, crc_shares
from divako.errors import InputError
from divako.mbus import Formats
from divako.mbus._compact import split_headers
from divako.telegrams._bodies import ELL_CTR, NONE, Bodies, Flags, Integers, in_parts
from divako.telegrams._book import FILLER_WORD, How
from divako.telegrams._ciphers import MARK
from divako.telegrams._source import wide
from divako.telegrams._walk import Layout, Walker


_HEAD = 4  # signature and CRC
_LONGEST = 256  # bytes of a full frame whose CRC is checked here
_LONGEST_HEADER = 8


@frozen(eq=False)
class _Format:
    """What a format signature stands for.

    Parameters
    ----------
    code, size : ndarray of int64, shape (records,)
        Headers, by their codes in the book, and bytes of data.
    crc : int
        Of the full frame, were all data zero.
    distance : list of int
        How far each byte of data stands from the end of the full frame. [byte]
    """

    code: Integers
    size: Integers
    crc: int
    distance: list[int]


def compact_layouts(walker: Walker, bodies: Bodies, formats: Formats, least: int) -> list[Layout]:
    """Find compact frames that are plainly right.

    Parameters
    ----------
    walker : Walker
        Holds buffer and book.
    bodies : Bodies
        Bodies of compact frames, deciphered; to be changed: each then begins with its signature.
    formats : Formats
        The headers that are known.
    least : int
        How many frames of one signature are worth it.

    Returns
    -------
    list of Layout
        One for each signature. What is in none of them is left to single decoding.
    """
    buffer = walker.buffer
    pairs = wide(buffer, "<u2")
    # The mark of a right key, and nothing of what follows.
    marked = (bodies.security != NONE) & (bodies.security != ELL_CTR) & (pairs[bodies.begin] == MARK)
    bodies.begin[marked] += 2
    signature = pairs[bodies.begin].astype("int64")
    signature[bodies.begin + _HEAD > bodies.end] = -1
    order = np.argsort(signature, kind="stable")
    ordered = signature[order]
    edges = np.flatnonzero(np.diff(ordered, prepend=-2, append=-2)).tolist()
    out: list[Layout] = []
    for first, stop in itertools.pairwise(edges):
        headers = formats.find(int(ordered[first])) if stop - first >= least else None
        known = None if headers is None else _format_of(walker, headers)
        if known is None:
            continue
        group = order[first:stop]
        group = group[_sound(buffer, bodies.begin[group], bodies.end[group], known)]
        if len(group):
            place = _HEAD + np.cumsum(known.size) - known.size
            rows = np.isin(walker.book.how[known.code], (How.SKIP, How.BLOCK), invert=True)
            end = _HEAD + len(known.distance)
            out.append(Layout(group, known.code[rows], place[rows], known.code, place, end, end))
    return out


def _format_of(walker: Walker, headers: bytes) -> _Format | None:
    """Look headers up in the book; None where one of them is not read by columns, or its data has no fixed size."""
    try:
        split = list(split_headers(headers))
    except InputError:
        return None
    if any(len(header) > _LONGEST_HEADER for header in split):
        return None
    words = np.array([int.from_bytes(header, "little") for header in split], dtype="uint64")
    walker.book, code = walker.book.find(words)
    how, size = walker.book.how[code], walker.book.size[code]
    total = len(headers) + int(size.sum())
    if (code < 0).any() or (how == How.REFUSED).any() or (size < 0).any() or total > _LONGEST:
        return None
    full, distance = bytearray(), list[int]()
    for header, width in zip(split, size.tolist(), strict=True):
        full += header
        distance += range(total - len(full) - 1, total - len(full) - 1 - width, -1)
        full += bytes(width)
    return _Format(code, size, crc16_en13757(bytes(full)), distance)


def _sound(buffer: npt.NDArray[np.uint8], begin: Integers, end: Integers, known: _Format) -> Flags:
    """Check the CRCs of full frames, and that nothing but fillers follows the data."""
    width = len(known.distance)
    after = begin + _HEAD + width
    good = after <= end
    here = np.flatnonzero(good)
    for step in range(int((end - after).max(initial=0))):
        here = here[after[here] + step < end[here]]
        good[here] &= buffer[after[here] + step] == FILLER_WORD
    sent = wide(buffer, "<u2")[begin + 2]
    data = wide(buffer, f"V{max(width, 1)}")

    def judge(part: slice) -> Flags:
        blocks = data[begin[part] + _HEAD].view("uint8").reshape(-1, max(width, 1))[:, :width]
        return np.asarray(crc_shares(blocks, known.distance) ^ np.uint16(known.crc) == sent[part])

    return good & in_parts(len(begin), judge)
