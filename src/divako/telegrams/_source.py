"""What a batch is made of, in whatever form it came: a part of it at a time as one buffer."""

from __future__ import annotations

import binascii
import contextlib
import itertools

from collections.abc import Callable, Sequence
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


def wide(buffer: npt.NDArray[np.uint8], dtype: str) -> npt.NDArray[Any]:
    """See a buffer as items of any width, one beginning at each byte."""
    item = np.dtype(dtype)
    return np.ndarray((len(buffer) - item.itemsize + 1,), dtype=item, buffer=buffer, strides=(1,))


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


def _side_by_side(
    pieces: Sequence[Any], bad: dict[int, InputError], join: Callable[[Sequence[Any]], bytes], each: int = 1
) -> Frames:
    """Join pieces, of which so many items make a byte each."""
    size = np.fromiter(map(len, pieces), dtype="int64", count=len(pieces))
    if each > 1 and (size % each).any():
        msg = "a byte is cut in two"
        raise ValueError(msg)
    size //= each
    start = _starts(size)
    buffer = np.empty(_end(start, size), dtype="uint8")
    free = 0
    # Few pieces at a time, so that they are still in the cache when they are copied.
    for first, begin in zip(range(0, len(pieces), _AT_A_TIME), start[::_AT_A_TIME].tolist(), strict=True):
        some = np.frombuffer(join(pieces[first : first + _AT_A_TIME]), dtype="uint8")
        buffer[free:begin] = 0
        free = begin + len(some)
        buffer[begin:free] = some
    buffer[free:] = 0
    return Frames(buffer, start, size, bad)


def _starts(size: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    start = np.full(len(size), SPARE + GAP, dtype="int64")
    np.cumsum(size[:-1] + GAP, out=start[1:])
    start[1:] += SPARE + GAP
    return start


def _end(start: npt.NDArray[np.int64], size: npt.NDArray[np.int64]) -> int:
    return int(start[-1] + size[-1]) + GAP + SPARE if len(size) else 2 * (GAP + SPARE)


def _of_digits(texts: Sequence[str]) -> bytes:
    return binascii.unhexlify(_SEPARATOR.hex().join(texts))


def _are(items: Sequence[Any], kind: type) -> bool:
    return list(map(type, items)).count(kind) == len(items)


@frozen(eq=False)
class _Items:
    """A sequence of bytes, or of texts in hexadecimal digits."""

    items: Sequence[Any]

    def __len__(self) -> int:
        return len(self.items)

    def frame(self, row: int) -> bytes:
        return _bytes_of(self.items[row])

    def part(self, first: int, last: int) -> Frames:
        items = self.items[first:last]
        if _are(items, bytes):
            return _side_by_side(items, {}, _SEPARATOR.join)
        if _are(items, str):
            with contextlib.suppress(ValueError):  # one of them is not clean
                return _side_by_side(items, {}, _of_digits, 2)
        bad: dict[int, InputError] = {}
        pieces: list[bytes] = []
        for row, item in enumerate(items):
            try:
                pieces.append(_bytes_of(item))
            except InputError as error:
                bad[row] = error
                pieces.append(b"")
        return _side_by_side(pieces, bad, _SEPARATOR.join)


def _bytes_of(item: object) -> bytes:
    if isinstance(item, bytes | bytearray | memoryview):
        return bytes(item)
    if isinstance(item, str):
        try:
            return bytes.fromhex(item)
        except ValueError:
            msg = "not an even number of hexadecimal digits"
            raise InputError(msg) from None
    if item is None:
        raise _absent()
    msg = f"a frame is bytes or a text in hexadecimal digits, not {type(item).__name__}"
    raise TypeError(msg)


def _absent() -> InputError:
    return InputError("there is no frame")


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
        return _bytes_of(self._item(row))

    def _item(self, row: int) -> object:
        if self.known is not None and not self.known[row]:
            return None
        raw = bytes(self.buffer[self.begin[row] : self.end[row]])
        return raw.decode("latin-1") if self.text else raw

    def part(self, first: int, last: int) -> Frames:
        begin, end = self.begin[first:last], self.end[first:last]
        known = np.ones(len(begin), dtype="bool") if self.known is None else self.known[first:last]
        if not known.any():
            return _Items([None] * len(begin)).part(0, len(begin))
        low = int(begin[known].min())
        raw: bytes | memoryview = self.buffer[low : int(end[known].max())]
        begin, end = np.where(known, begin - low, 0), np.where(known, end - low, 0)
        if self.text:
            clean = _binary_of(raw, begin[known], end[known])
            if clean is None:
                return _Items([self._item(row) for row in range(first, first + len(begin))]).part(0, len(begin))
            raw, begin, end = clean, begin >> 1, end >> 1
        bad = {row: _absent() for row in np.flatnonzero(~known).tolist()}
        return _spaced(np.frombuffer(raw, dtype="uint8"), begin, end - begin, bad)


def _spaced(
    raw: npt.NDArray[np.uint8], begin: npt.NDArray[np.int64], size: npt.NDArray[np.int64], bad: dict[int, InputError]
) -> Frames:
    """Copy frames out of one buffer, those of one length together."""
    start = _starts(size)
    buffer = np.zeros(_end(start, size), dtype="uint8")
    order = np.argsort(size, kind="stable")
    ordered = size[order]
    edges = np.flatnonzero(np.diff(ordered, prepend=0, append=-1)).tolist()
    for here, one in ((order[a:b], int(ordered[a])) for a, b in itertools.pairwise(edges)):
        wide(buffer, f"V{one}")[start[here]] = wide(raw, f"V{one}")[begin[here]]
    return Frames(buffer, start, size, bad)


def _binary_of(raw: bytes | memoryview, begin: npt.NDArray[np.int64], end: npt.NDArray[np.int64]) -> bytes | None:
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
    if isinstance(frames, tuple) and len(frames) == 2 and isinstance(frames[1], list | range):
        msg = "offsets are an array of whole numbers"
        raise TypeError(msg)
    if isinstance(frames, Sequence) and not isinstance(frames, str | bytes | bytearray | memoryview):
        return _Items(frames)
    msg = "frames are a sequence of bytes or texts, a buffer with offsets, rows of uint8 or an Arrow array"
    raise TypeError(msg)


def _of_rows(rows: npt.NDArray[Any]) -> Source:
    if rows.dtype.kind == "S":
        msg = "numpy cuts zero bytes off the end of bytes; hand over a list, or rows of uint8"
        raise TypeError(msg)
    if rows.ndim == 1 and rows.dtype.kind in "OU":
        return _Items(rows.tolist())
    if rows.ndim != 2 or rows.dtype != np.uint8:
        msg = "an array of frames is two-dimensional and of uint8"
        raise TypeError(msg)
    n, width = rows.shape
    begin = np.arange(n, dtype="int64") * width
    return _Flat(np.ascontiguousarray(rows).reshape(-1).data, begin, begin + width)


def _of_offsets(buffer: Any, offsets: npt.NDArray[Any]) -> Source:
    if offsets.dtype.kind not in "iu":
        msg = "offsets are whole numbers"
        raise TypeError(msg)
    view = memoryview(buffer).cast("B")
    places = offsets.astype("int64", copy=False)
    if places.ndim != 1 or not len(places) or places[0] < 0 or places[-1] > len(view) or (np.diff(places) < 0).any():
        msg = "offsets are one more than the frames, rise, and stay within the buffer"
        raise ValueError(msg)
    return _Flat(view, places[:-1], places[1:])
