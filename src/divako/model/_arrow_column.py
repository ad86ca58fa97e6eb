"""A column that came over Arrow, and what it may be read as."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from attrs import evolve, field, frozen

from divako.errors import InputError


NUMBERS = {"c": "i1", "C": "u1", "s": "<i2", "S": "<u2", "i": "<i4", "I": "<u4", "l": "<i8", "L": "<u8"}
TEXTS = frozenset({"u", "U", "vu"})
BINARIES = TEXTS | {"z", "Z", "vz"}
NULLS = "n"
_IN_MS = {"s": (1000, 1), "m": (1, 1), "u": (1, 1000), "n": (1, 1_000_000)}  # of the units of "ts", up and down
_NAT = np.iinfo("int64").min

Flags = npt.NDArray[np.bool_]


@frozen(eq=False)
class BinaryColumn:
    """A column of byte strings in one buffer.

    Parameters
    ----------
    buffer : memoryview
        The bytes of all.
    begin, end : ndarray of int64, shape (n,)
        Where each one stands in it. [byte]
    known : ndarray of bool, shape (n,), or None
        False where there is none; None where there are all.
    text : bool
        Whether they are texts.
    """

    buffer: memoryview = field(repr=False)
    begin: npt.NDArray[np.int64]
    end: npt.NDArray[np.int64]
    known: Flags | None
    text: bool

    def __len__(self) -> int:
        return len(self.begin)

    def known_or_all(self) -> Flags:
        """Give which are known, also where all are."""
        return np.ones(len(self), dtype="bool") if self.known is None else self.known

    def take(self, rows: npt.NDArray[Any], known: Flags | None) -> BinaryColumn:
        """Give rows, of which those that are not `known` are none."""
        if not len(self):
            nowhere = np.zeros(len(rows), dtype="int64")
            return evolve(self, begin=nowhere, end=nowhere, known=np.zeros(len(rows), dtype="bool"))
        rows = rows if known is None else np.where(known, rows, 0)
        own = None if self.known is None else self.known[rows]
        return evolve(self, begin=self.begin[rows], end=self.end[rows], known=both(known, own))


def both(one: Flags | None, other: Flags | None) -> Flags | None:
    """Give where both are known; None stands for everywhere."""
    if one is None or other is None:
        return other if one is None else one
    return one & other


@frozen(eq=False)
class Piece:
    """One array of a column.

    Parameters
    ----------
    known : ndarray of bool, shape (n,), or None
        False where there is no value; None where there are all.
    numbers : ndarray, shape (n,), or None
        Integers; instants, counted from 1970; or row numbers into `strings`, where that is there too.
    strings : BinaryColumn or None
        Texts or bytes, or the words that `numbers` point into.
    rows : int
        ``n``.
    """

    known: Flags | None
    numbers: npt.NDArray[Any] | None
    strings: BinaryColumn | None
    rows: int

    def all_strings(self) -> BinaryColumn:
        """Give a string for each row."""
        if self.strings is None:
            nowhere = np.zeros(self.rows, dtype="int64")
            return BinaryColumn(memoryview(b""), nowhere, nowhere, np.zeros(self.rows, dtype="bool"), text=False)
        if self.numbers is None:
            return evolve(self.strings, known=both(self.known, self.strings.known))
        return self.strings.take(self.numbers, self.known)


@frozen(eq=False)
class ArrowColumn:
    """A column as a producer of Arrow gave it; a copy, of which nothing is the producer's.

    Parameters
    ----------
    format : str
        Arrow's name of its type; where it is encoded by a dictionary, of that.
    pieces : tuple of Piece
        Its arrays, in order.
    """

    format: str
    pieces: tuple[Piece, ...] = field(repr=False)

    def __len__(self) -> int:
        return sum(piece.rows for piece in self.pieces)

    def binaries(self) -> BinaryColumn:
        """Give it as bytes, or as texts.

        Raises
        ------
        InputError
            It holds something else.
        """
        if self.format not in BINARIES and self.format != NULLS:
            msg = "a column of frames holds bytes, or texts in hexadecimal digits"
            raise InputError(msg)
        return _behind_one_another([piece.all_strings() for piece in self.pieces], text=self.format in TEXTS)

    def words(self) -> tuple[npt.NDArray[np.int32], tuple[str, ...]]:
        """Give it as texts, each once.

        Returns
        -------
        tuple of ndarray of int32, shape (n,), and tuple of str
            Row numbers into the texts, -1 where there is none; and the texts, as they are mentioned first, in the
            column or in its dictionary.

        Raises
        ------
        InputError
            It holds something else.
        """
        if self.format not in TEXTS and self.format != NULLS:
            msg = "a column of names holds texts"
            raise InputError(msg)
        seen: dict[str, int] = {}
        return _together([_words_of(piece, seen) for piece in self.pieces], "int32"), tuple(seen)

    def integers(self) -> tuple[npt.NDArray[Any], Flags]:
        """Give it as whole numbers, and which of them are known.

        Raises
        ------
        InputError
            It holds something else.
        """
        if self.format not in NUMBERS and self.format != NULLS:
            msg = "a column of whole numbers holds integers"
            raise InputError(msg)
        numbers = [np.zeros(piece.rows, "int8") if piece.numbers is None else piece.numbers for piece in self.pieces]
        return _together(numbers, "int64"), _together([_known(piece) for piece in self.pieces], "bool")

    def instants(self) -> tuple[npt.NDArray[np.datetime64], Flags]:
        """Give it as instants.

        Returns
        -------
        tuple of ndarray of datetime64[ms] and ndarray of bool, shape (n,)
            In UTC, what is finer cut off, NaT where there is none; and False where one is beyond what
            milliseconds count.

        Raises
        ------
        InputError
            It holds something else, or instants without a time zone: nobody knows when that was.
        """
        unit, zone = self.format[2:3], self.format[4:]
        if self.format == NULLS:
            return np.full(len(self), "NaT", dtype="datetime64[ms]"), np.ones(len(self), dtype="bool")
        if self.format[:2] != "ts" or unit not in _IN_MS:
            msg = "a column of instants holds timestamps"
            raise InputError(msg)
        if not zone:
            msg = "a column of instants has a time zone; say UTC, if that is what it is"
            raise InputError(msg)
        up, down = _IN_MS[unit]
        out = _together([piece.numbers for piece in self.pieces if piece.numbers is not None], "int64")
        known = _together([_known(piece) for piece in self.pieces], "bool")
        bound = np.iinfo("int64").max // up
        good = (out <= bound) & (out >= -bound)
        out = out * np.int64(up) if up > 1 else out // np.int64(down)
        out[~(known & good)] = _NAT
        return out.view("datetime64[ms]"), good | ~known


def _known(piece: Piece) -> Flags:
    return np.ones(piece.rows, dtype="bool") if piece.known is None else piece.known


def _together(parts: list[npt.NDArray[Any]], dtype: str) -> npt.NDArray[Any]:
    return np.concatenate(parts) if parts else np.empty(0, dtype=dtype)


def _words_of(piece: Piece, seen: dict[str, int]) -> npt.NDArray[np.int32]:
    """Number the texts of a piece; those of a dictionary are looked at once."""
    once = piece.strings if piece.numbers is not None else None
    strings = piece.all_strings() if once is None else once
    places = zip(strings.begin.tolist(), strings.end.tolist(), strings.known_or_all().tolist(), strict=True)
    # What is no text after all is a word that nothing knows.
    texts = [
        bytes(strings.buffer[begin:end]).decode(errors="replace") if known else None for begin, end, known in places
    ]
    codes = np.array([-1 if text is None else seen.setdefault(text, len(seen)) for text in texts] + [-1], dtype="int32")
    if once is None or piece.numbers is None:
        return codes[:-1]
    rows = piece.numbers.astype("int64")
    return np.take(codes, rows if piece.known is None else np.where(piece.known, rows, -1))


def _behind_one_another(columns: list[BinaryColumn], *, text: bool) -> BinaryColumn:
    if len(columns) == 1:
        return columns[0]
    if not columns:
        none = np.empty(0, dtype="int64")
        return BinaryColumn(memoryview(b""), none, none, None, text)
    shift = np.cumsum([0, *(len(column.buffer) for column in columns[:-1])]).tolist()
    known = None
    if any(column.known is not None for column in columns):
        known = np.concatenate([column.known_or_all() for column in columns])
    return BinaryColumn(
        memoryview(b"".join(column.buffer for column in columns)),
        np.concatenate([column.begin + by for column, by in zip(columns, shift, strict=True)]),
        np.concatenate([column.end + by for column, by in zip(columns, shift, strict=True)]),
        known,
        text,
    )
