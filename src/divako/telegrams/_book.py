"""Record headers by number: what each means, as columns.

A header of up to eight bytes is one 64-bit word. The book gives each word a code and
keeps, per code, what the record walk and the readers of columns need. What a header
means is asked of the one function that knows, `divako.mbus.meaning_of`; the book is bounded,
and what has no place in it goes the way of single telegrams.
"""

from __future__ import annotations

import enum

from collections.abc import Iterable
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from attrs import field, frozen

from divako.drivers import Block, MbusDriver
from divako.drivers._mbus import Said
from divako.mbus import Reader
from divako.mbus._meaning import BCD_FIELDS, LVAR, PLAIN_TEXT, REAL, SIZES, Meaning, meaning_of
from divako.mbus._reader import reader_of
from divako.mbus._vif import Form
from divako.model import Register, Status
from divako.telegrams._slots import slot_of


MOST_CODES = 4096
_SLOTS_LOG = 15
_EXTENSION = 0x80
_EXACT = 1 << 53
_EXACT_REAL = 1 << 29  # a float32 times less than this is exact as float64


class How(enum.IntEnum):
    """How the data of a header becomes a row."""

    SKIP = 0  # a date, text or name: no row
    SIGNED = 1
    UNSIGNED = 2
    BITS = 3
    BCD = 4
    REAL = 5
    NOTHING = 6  # a header without data
    UNKNOWN = 7  # a quantity that only the maker knows
    LONG = 8  # variable data: a number that is read one by one, or a text and no row
    FILLER = 9
    END = 10  # the maker's data follows
    REFUSED = 11  # a telegram that is read one by one
    BLOCK = 12  # many values, in a block of the maker's


FILLER_WORD, END_WORD = 0x2F, 0x0F
_FIXED = (FILLER_WORD, END_WORD)


# Columns of a row of `_row`.
_COLUMNS = {
    "how": "uint8",
    "size": "int64",
    "register": "int32",
    "storage": "int64",
    "tariff": "int32",
    "subunit": "int32",
    "function": "uint8",
    "status": "uint32",
    "up": "int64",
    "down": "float64",
    "limit": "int64",
    "real_ok": "bool",
    "valued": "bool",
}


@frozen(eq=False, kw_only=True)
class Book:
    """Codes of record headers; extended by making a new one.

    Parameters
    ----------
    words : tuple of int
        The header of each code, little-endian.
    maker : MbusDriver or None
        Who says what some headers mean; None where the standard says all.
    registers : tuple of Register
        Registers of the headers, each once.
    how, size, register, storage, tariff, subunit, function, status, up, down, limit, real_ok, valued : ndarray
        Per code: how the data becomes a row; its bytes, -1 where it states them itself; row number
        into `registers`; indices, function and status of the record; the ratio of the
        register; below which count its product is exact, and whether a float's is; whether the
        data is a value at all.
    slots : ndarray of int16
        Codes by the hash of their word, where no other one was there first; else -1.
    """

    words: tuple[int, ...]
    maker: MbusDriver | None
    registers: tuple[Register, ...]
    word: npt.NDArray[np.uint64]
    how: npt.NDArray[np.uint8]
    size: npt.NDArray[np.int64]
    register: npt.NDArray[np.int32]
    storage: npt.NDArray[np.int64]
    tariff: npt.NDArray[np.int32]
    subunit: npt.NDArray[np.int32]
    function: npt.NDArray[np.uint8]
    status: npt.NDArray[np.uint32]
    up: npt.NDArray[np.int64]
    down: npt.NDArray[np.float64]
    limit: npt.NDArray[np.int64]
    real_ok: npt.NDArray[np.bool_]
    valued: npt.NDArray[np.bool_]
    slots: npt.NDArray[np.int16] = field(repr=False)
    codes: dict[int, int] = field(repr=False)

    @classmethod
    def of(cls, words: tuple[int, ...], maker: MbusDriver | None = None) -> Self:
        """Make a book of the headers given."""
        registers: dict[Register, int] = {}
        rows = [_row(word, registers, maker) for word in words]
        columns = list(zip(*rows, strict=True))
        word = np.array(words, dtype="uint64")
        slots = np.full(1 << _SLOTS_LOG, -1, dtype="int16")
        # Written from the last to the first, so that who was there first stays.
        slots[_hash(word)[::-1]] = np.arange(len(words), dtype="int16")[::-1]
        made: dict[str, Any] = {
            name: np.array(values, dtype=dtype) for (name, dtype), values in zip(_COLUMNS.items(), columns, strict=True)
        }
        codes = {w: code for code, w in enumerate(words)}
        return cls(words=words, maker=maker, registers=tuple(registers), word=word, slots=slots, codes=codes, **made)

    @property
    def is_full(self) -> bool:
        """Whether it takes no further header."""
        return len(self.words) >= MOST_CODES

    def header(self, code: int) -> bytes:
        """Give the bytes of a header that is not refused."""
        return _padded(self.words[code]) or b""

    def reader(self, code: int, lvar: int | None = None) -> Reader:
        """Give the function that reads the data behind a header, as `reader_of` does."""
        header = self.header(code)
        said = None if self.maker is None else self.maker.said_of(header)
        return reader_of(header, lvar) if said is None or said.reader is None else said.reader

    def blocks(self, code: int) -> tuple[Block, ...]:
        """Give what the data behind a header of `How.BLOCK` may be."""
        said = None if self.maker is None else self.maker.said_of(self.header(code))
        return () if said is None else said.known.block

    def of_some(self, codes: Iterable[int]) -> Self:
        """Make a book of some of the headers."""
        kept = sorted({*range(len(_FIXED)), *codes})
        return self.of(tuple(self.words[code] for code in kept), self.maker)

    def find(self, words: npt.NDArray[np.uint64]) -> tuple[Book, npt.NDArray[np.intp]]:
        """Give the codes of headers, learning those that are new.

        Parameters
        ----------
        words : ndarray of uint64
            Headers.

        Returns
        -------
        tuple of Book and ndarray of int
            A book that knows them, in which all codes of this one stand, and their codes; -1 where
            the book is full.
        """
        book = self
        codes = book.slots[_hash(words)].astype(np.intp)
        missed = np.flatnonzero((book.word[codes] != words) | (codes < 0))
        if not len(missed):
            return book, codes
        strange, place = np.unique(words[missed], return_inverse=True)
        new = [word for word in strange.tolist() if word not in book.codes]
        if new and not book.is_full:
            book = Book.of(book.words + tuple(new[: MOST_CODES - len(book.words)]), book.maker)
        found = np.array([book.codes.get(word, -1) for word in strange.tolist()], dtype=np.intp)
        codes[missed] = found[place]
        return book, codes


def _hash(words: npt.NDArray[np.uint64]) -> npt.NDArray[np.intp]:
    return slot_of(words, _SLOTS_LOG)


def _header_of(word: int) -> bytes:
    return word.to_bytes(max(1, (word.bit_length() + 7) // 8), "little")


def is_header(raw: bytes) -> bool:
    """Tell whether bytes are one complete record header without a unit in words."""
    at = _last(raw, 0)
    if at is None or raw[0] & 0x0F == 0x0F or at + 1 >= len(raw) or raw[at + 1] & ~_EXTENSION == PLAIN_TEXT:
        return False
    return _last(raw, at + 1) == len(raw) - 1


def _last(raw: bytes, at: int) -> int | None:
    while at < len(raw) and raw[at] & _EXTENSION:
        at += 1
    return at if at < len(raw) else None


_Row = tuple[int, int, int, int, int, int, int, int, int, float, int, bool, bool]


def _plain(how: How) -> _Row:
    return int(how), 0, -1, 0, 0, 0, 0, 0, 1, 1.0, 0, False, True


def _row(word: int, registers: dict[Register, int], maker: MbusDriver | None) -> _Row:
    if word in _FIXED:
        return _plain(How.FILLER if word == FILLER_WORD else How.END)
    header = _padded(word)
    if header is None:
        return _plain(How.REFUSED)
    meaning = meaning_of(header)
    how = None if meaning.profile else _how(meaning)
    said = None if maker is None else maker.said_of(header)
    if said is not None:
        how = _how_said(meaning, said)
        meaning = said.meaning or meaning
    if how is None:
        return _plain(How.REFUSED)
    register = meaning.register
    up, down = (1, 1) if register is None else (register.factor.numerator, register.factor.denominator)
    exact = down < _EXACT
    return (
        int(how),
        SIZES[meaning.field],
        -1 if register is None else registers.setdefault(register, len(registers)),
        meaning.storage,
        meaning.tariff,
        meaning.subunit,
        int(meaning.function),
        int(meaning.status),
        up if up < _EXACT else 1,
        float(down),
        _EXACT // up if exact else 0,
        exact and up < _EXACT_REAL,
        meaning.has_value,
    )


def _padded(word: int) -> bytes | None:
    """Give the header of a word; its last bytes may be zero, which the word does not show."""
    raw = _header_of(word)
    while not is_header(raw):
        if len(raw) == 8:
            return None
        raw += b"\0"
    return raw


def _how(meaning: Meaning) -> How:
    if meaning.register is None:
        unknown = Status.UNKNOWN_QUANTITY in meaning.status
        return How.UNKNOWN if unknown else How.SKIP
    if meaning.field == LVAR:
        return How.LONG
    if not SIZES[meaning.field]:
        return How.NOTHING
    return _how_of_number(meaning)


def _how_said(plain: Meaning, said: Said) -> How | None:
    """Tell how data becomes rows whose maker says something of it; None where that is for single telegrams."""
    if plain.profile or plain.form is Form.HIDDEN:
        return None
    if said.meaning is None:
        # There is no block where the meter says that there is no value.
        return _how(plain) if Status.RECORD_ERROR in plain.status else How.BLOCK
    how = _how(said.meaning)
    return None if how is How.LONG else how


def _how_of_number(meaning: Meaning) -> How:
    if meaning.field == REAL:
        return How.REAL
    if meaning.field in BCD_FIELDS:
        return How.BCD
    if meaning.form is Form.NUMBER:
        return How.SIGNED
    return How.UNSIGNED if meaning.form is Form.UNSIGNED else How.BITS


EMPTY = Book.of(_FIXED)
