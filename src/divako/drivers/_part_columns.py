"""The parts of a maker's block, read from many blocks of one length at once.

What a part of one block says stands in `divako.drivers._parts`; these are the same rules over
columns, and properties hold the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from divako.codec import bcd_columns, real_columns, signed_columns
from divako.drivers._parts import Date, Fixed, Flags, Number, Real, Sum


Bytes: TypeAlias = npt.NDArray[np.uint8]
Booleans: TypeAlias = npt.NDArray[np.bool_]
Integers: TypeAlias = npt.NDArray[np.int64]

_WORD = 8
_WIDEST = 7  # bytes of an unsigned number or of decimals that always fit
_WIDEST_OF_SUM = 4

Answer = TypeVar("Answer", bound=Hashable)


def has_columns(part: Number | Real | Sum | Date | Flags | Fixed) -> bool:
    """Tell whether a part can be read by columns; the rest is wider than a word, or lies across the end."""
    if isinstance(part, Sum):
        return all(one.size <= _WIDEST_OF_SUM and has_columns(one) for one in part.parts)
    if -part.size < part.at < 0:
        return False
    if isinstance(part, Flags):
        return part.size <= _WIDEST
    return not isinstance(part, Number) or 0 < part.size <= (_WORD if part.signed and not part.bits else _WIDEST)


def counts_of(part: Number, data: Bytes) -> tuple[Integers, Booleans]:
    """Read the counts of a number.

    Parameters
    ----------
    part : Number
        One that `has_columns`.
    data : ndarray of uint8, shape (k, size)
        Blocks in which it lies.

    Returns
    -------
    tuple of ndarray of int64 and ndarray of bool, shape (k,)
        Counts, 0 where there is none, and where there is one.
    """
    raw = _bytes_of(data, part.at, part.size)
    words = _words(raw[:, ::-1] if part.big else raw)
    known: Booleans = np.ones(len(data), dtype="bool")
    if part.bcd:
        count, known = bcd_columns(words, part.size)
    elif part.signed and part.bits is None:
        count, _ = signed_columns(words, part.size)  # any pattern of bits is a number here
    else:
        count = (words >> np.uint64(8 * (_WORD - part.size))).view("int64")
    if part.bits is not None:
        low, width = part.bits
        count = count >> low & ((1 << width) - 1)
        if part.signed:
            count = count - (count >> (width - 1) << width)
    for code in part.invalid:
        known = known & (count != code)
    return np.where(known, count, 0), known


def reals_of(part: Real, data: Bytes) -> tuple[npt.NDArray[np.float64], Booleans]:
    """Read singles; of shape (k,): numbers as sent, and where they are finite."""
    return real_columns(_words(_bytes_of(data, part.at, part.size)))


def sums_of(part: Sum, data: Bytes) -> tuple[Integers, Booleans]:
    """Add the parts of sums; no sum where one of them is none."""
    total: Integers = np.zeros(len(data), dtype="int64")
    known: Booleans = np.ones(len(data), dtype="bool")
    for one in part.parts:
        count, has_one = counts_of(one, data)
        total += count
        known &= has_one
    return np.where(known, total, 0), known


def status_of(part: Flags, data: Bytes) -> npt.NDArray[np.uint32]:
    """Give the union of the flags that are set in each block."""
    raw = _bytes_of(data, part.at, part.size)
    flags = _words(raw) >> np.uint64(8 * (_WORD - part.size))
    status: npt.NDArray[np.uint32] = np.zeros(len(data), dtype="uint32")
    for mask, meaning in part.meaning:
        # A mask may be wider than the flags: what lies beyond them is never set.
        status[flags & np.uint64(mask & (1 << 8 * part.size) - 1) != 0] |= np.uint32(int(meaning))
    return status


def stands(part: Fixed, data: Bytes) -> Booleans:
    """Tell in which blocks the constant stands."""
    raw = _bytes_of(data, part.at, part.size)
    if part.mask:
        both = min(len(part.mask), part.size)
        if both < part.size:
            return np.zeros(len(data), dtype="bool")
        raw = raw & np.frombuffer(part.mask[:both], dtype="uint8")
    return np.asarray((raw == np.frombuffer(part.value, dtype="uint8")).all(axis=1))


def is_dated(part: Date, data: Bytes) -> Booleans:
    """Tell in which blocks a date stands."""
    return asked_once(lambda raw: part.read_bytes(raw) is not None, _bytes_of(data, part.at, part.size))


def asked_once(answer: Callable[[bytes], bool], raw: Bytes) -> Booleans:
    """Ask a function of bytes about each row, the same bytes once."""
    known: dict[bytes, bool] = {}
    width, flat = raw.shape[1], np.ascontiguousarray(raw).tobytes()
    out = np.empty(len(raw), dtype="bool")
    for row in range(len(raw)):
        one = flat[row * width : (row + 1) * width]
        found = known.get(one)
        if found is None:
            found = known[one] = answer(one)
        out[row] = found
    return out


def _bytes_of(data: Bytes, at: int, size: int) -> Bytes:
    start = at if at >= 0 else data.shape[1] + at
    return data[:, start : start + size]


def _words(raw: Bytes) -> npt.NDArray[np.uint64]:
    """Put bytes at the top of words."""
    words = np.zeros((len(raw), _WORD), dtype="uint8")
    words[:, _WORD - raw.shape[1] :] = raw
    return words.view("<u8").reshape(-1)
