"""What a batch is made of, in whatever form it came: a part of it at a time as one buffer."""

from __future__ import annotations

import binascii

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from attrs import field, frozen

from divako.errors import InputError
from divako.model import ArrowColumn, binary_column, speaks_arrow


SPARE = 288  # bytes before the first and behind the last frame, so that wide loads stay inside
GAP = 16  # bytes between frames, so that blocks may be moved whole
_SEPARATOR = bytes(GAP)
_AT_A_TIME = 1024  # pieces that are joined at a time


@frozen(eq=False)
class Frames:
    """Frames side by side in one buffer that may be written to.

    Parameters
    ----------
    buffer : ndarray of uint8
        All bytes, with spare ones around each frame.
    start, size : ndarray of int64, shape (n,)
        Where each frame begins, and its length. [byte]
    bad : mapping of int to InputError
        The rows that hold no bytes at all, and why; they have size 0.
    """

    buffer: npt.NDArray[np.uint8]
    start: npt.NDArray[np.int64]
    size: npt.NDArray[np.int64]
    bad: dict[int, InputError] = field(factory=dict)

    def bytes_of(self, row: int) -> bytes:
        """Give one frame."""
        start = int(self.start[row])
        return self.buffer[start : start + int(self.size[row])].tobytes()


class Source(Protocol):
    """A batch of frames."""

    def __len__(self) -> int: ...

    def frame(self, row: int) -> bytes:
        """Give one frame.

        Raises
        ------
        InputError
            The row holds none.
        """
        ...

    def part(self, first: int, last: int) -> Frames:
        """Give the frames of some rows side by side."""
        ...


def _side_by_side(pieces: Sequence[bytes | memoryview], bad: dict[int, InputError]) -> Frames:
    n = len(pieces)
    size = np.empty(n, dtype="int64")
    joined = bytearray(SPARE + GAP)
    # Few pieces at a time, so that they are still in the cache when they are looked at again.
    for first in range(0, n, _AT_A_TIME):
        some = pieces[first : first + _AT_A_TIME]
        size[first : first + len(some)] = np.fromiter(map(len, some), dtype="int64", count=len(some))
        joined += _SEPARATOR.join(some)
        joined += _SEPARATOR
    joined += bytes(SPARE)
    buffer = np.frombuffer(joined, dtype="uint8")
    start = np.full(n, SPARE + GAP, dtype="int64")
    np.cumsum(size[:-1] + GAP, out=start[1:])
    start[1:] += SPARE + GAP
    return Frames(buffer, start, size, bad)


@frozen(eq=False)
class _Items:
    """A sequence of bytes, or of texts in hexadecimal digits."""

    items: Sequence[Any]

    def __len__(self) -> int:
        return len(self.items)

    def frame(self, row: int) -> bytes:
        return bytes(_bytes_of(self.items[row]))

    def part(self, first: int, last: int) -> Frames:
        items = self.items[first:last]
        types = set(map(type, items))
        if types == {bytes}:
            return _side_by_side(items, {})
        if types == {str}:
            quick = _unhexlified(items)
            if quick is not None:
                return quick
        bad: dict[int, InputError] = {}
        pieces: list[bytes | memoryview] = []
        for row, item in enumerate(items):
            try:
                pieces.append(_bytes_of(item))
            except InputError as error:
                bad[row] = error
                pieces.append(b"")
        return _side_by_side(pieces, bad)


def _unhexlified(texts: Sequence[str]) -> Frames | None:
    """Read clean hexadecimal digits all at once; None where one of the texts is not clean."""
    end = np.cumsum(np.fromiter(map(len, texts), dtype="int64", count=len(texts)))
    if (end & 1).any():
        return None
    try:
        raw = binascii.unhexlify("".join(texts))
    except ValueError:
        return None
    ends = (end >> 1).tolist()
    return _side_by_side([raw[b:e] for b, e in zip([0, *ends], ends, strict=False)], {})


def _bytes_of(item: object) -> bytes | memoryview:
    if isinstance(item, bytes):
        return item
    if isinstance(item, str):
        try:
            return bytes.fromhex(item)
        except ValueError:
            msg = "not an even number of hexadecimal digits"
            raise InputError(msg) from None
    if isinstance(item, bytearray | memoryview):
        return bytes(item)
    if item is None:
        msg = "there is no frame"
        raise InputError(msg)
    msg = f"a frame is bytes or a text in hexadecimal digits, not {type(item).__name__}"
    raise TypeError(msg)


@frozen(eq=False)
class _Flat:
    """One buffer and where each frame begins; texts in hexadecimal digits, or bytes."""

    buffer: memoryview
    begin: npt.NDArray[np.int64]
    end: npt.NDArray[np.int64]
    known: npt.NDArray[np.bool_] | None = None
    text: bool = False

    def __len__(self) -> int:
        return len(self.begin)

    def frame(self, row: int) -> bytes:
        return bytes(_bytes_of(self._item(row)))

    def _item(self, row: int) -> object:
        if self.known is not None and not self.known[row]:
            return None
        raw = bytes(self.buffer[self.begin[row] : self.end[row]])
        return raw.decode("latin-1") if self.text else raw

    def part(self, first: int, last: int) -> Frames:
        begin, end = self.begin[first:last], self.end[first:last]
        if not len(begin) or (self.known is not None and not self.known[first:last].all()):
            return _Items([self._item(row) for row in range(first, min(last, len(self)))]).part(0, last - first)
        low = int(begin.min())
        raw = bytes(self.buffer[low : int(end.max())])  # bytes are cut faster than views
        begin, end = begin - low, end - low
        if self.text:
            clean = _binary_of(raw, begin, end)
            if clean is None:
                texts = raw.decode("latin-1")
                return _Items([texts[b:e] for b, e in zip(begin.tolist(), end.tolist(), strict=True)]).part(
                    0, len(begin)
                )
            raw, begin, end = clean, begin >> 1, end >> 1
        return _side_by_side([raw[b:e] for b, e in zip(begin.tolist(), end.tolist(), strict=True)], {})


def _binary_of(raw: bytes, begin: npt.NDArray[np.int64], end: npt.NDArray[np.int64]) -> bytes | None:
    """Read texts that stand behind one another all at once; None where they do not, or one is not clean."""
    if ((begin | end) & 1).any() or (begin[1:] != end[:-1]).any():
        return None
    try:
        return binascii.unhexlify(raw)
    except ValueError:
        return None


def source_of(frames: Any) -> Source:
    """Take frames in any of the forms that `decode_batch` is given.

    Parameters
    ----------
    frames : sequence of bytes or str, (buffer, offsets), ndarray of uint8, or Arrow array
        As `decode_batch` says.

    Raises
    ------
    TypeError
        It is none of them.
    ValueError
        Offsets fall, or lead out of the buffer.
    """
    if isinstance(frames, ArrowColumn) or speaks_arrow(frames):
        column = frames.binaries() if isinstance(frames, ArrowColumn) else binary_column(frames)
        return _Flat(column.buffer, column.begin, column.end, column.known, column.text)
    if isinstance(frames, np.ndarray):
        return _of_rows(frames)
    if isinstance(frames, tuple) and len(frames) == 2 and isinstance(frames[1], np.ndarray):
        return _of_offsets(*frames)
    if isinstance(frames, Sequence) and not isinstance(frames, str | bytes | bytearray | memoryview):
        return _Items(frames)
    msg = "frames are a sequence of bytes or texts, a buffer with offsets, rows of uint8 or an Arrow array"
    raise TypeError(msg)


def _of_rows(rows: npt.NDArray[Any]) -> Source:
    if rows.ndim == 1 and rows.dtype.kind in "OSU":
        return _Items(rows.tolist())
    if rows.ndim != 2 or rows.dtype != np.uint8:
        msg = "an array of frames is two-dimensional and of uint8"
        raise TypeError(msg)
    n, width = rows.shape
    begin = np.arange(n, dtype="int64") * width
    return _Flat(np.ascontiguousarray(rows).reshape(-1).data, begin, begin + width)


def _of_offsets(buffer: Any, offsets: npt.NDArray[Any]) -> Source:
    view = memoryview(buffer).cast("B")
    places = np.asarray(offsets, dtype="int64")
    if places.ndim != 1 or not len(places) or places[0] < 0 or places[-1] > len(view) or (np.diff(places) < 0).any():
        msg = "offsets are one more than the frames, rise, and stay within the buffer"
        raise ValueError(msg)
    return _Flat(view, places[:-1], places[1:])
