"""Walk the records of many telegrams at once: in step, or by a layout that many of them share.

In step, all telegrams advance by one record per turn, whatever their layouts are. Where many telegrams
look alike, one of them is walked, and the others are compared with its headers: what agrees in
every byte that is no data has its records in the same places.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from attrs import frozen

from divako.drivers import MbusDriver
from divako.mbus._data import lvar_size
from divako.telegrams._book import EMPTY, END_WORD, FILLER_WORD, Book, How
from divako.telegrams._slots import slot_of
from divako.telegrams._source import wide


Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_TOPS = np.uint64(0x8080808080808080)
_ONE = np.uint64(1)
_FILLERS = np.uint64(0x2F2F2F2F2F2F2F2F)
_LENGTHS: Integers = np.array([-1 if lvar_size(b) is None else lvar_size(b) for b in range(256)], dtype="int64")
_FIRST_NUMBER = 0xC0  # an LVAR from here on announces a number, below it a text
# Plain numbers: numpy takes five times as long to compare with members of an enumeration.
_BLOCK, _END, _FILLER, _LONG, _REFUSED, _SIGNED, _SKIP = (
    int(how) for how in (How.BLOCK, How.END, How.FILLER, How.LONG, How.REFUSED, How.SIGNED, How.SKIP)
)
_ROUNDS = 4  # layouts that are tried in one group before its rest is walked in step


@frozen(eq=False)
class Steps:
    """The rows that a walk has found, telegram by telegram.

    Parameters
    ----------
    good : ndarray of bool, shape (m,)
        Whether a telegram's records fill its body; only then it has rows.
    many : ndarray of int64, shape (m,)
        How many rows it has.
    code, place : ndarray of int64, shape (rows,)
        Header, by its code in the book, and where the data begins.
    rest : ndarray of int64, shape (m,)
        Where the maker's data begins; -1 where there is none.
    """

    good: Flags
    many: Integers
    code: Integers
    place: Integers
    rest: Integers


@frozen(eq=False)
class Layout:
    """Telegrams whose records lie in the same places.

    Parameters
    ----------
    members : ndarray of int64, shape (k,)
        Which telegrams.
    code : ndarray of int64, shape (rows,)
        Headers of its rows.
    place : ndarray of int64, shape (rows,)
        Where their data begins, from the beginning of the body.
    every_code, every_place : ndarray of int64
        The same of all records, those that become no row among them.
    rest, end : int
        Where the maker's data begins, and where the body ends, counted alike; both the same where there is none.
    """

    members: Integers
    code: Integers
    place: Integers
    every_code: Integers
    every_place: Integers
    rest: int
    end: int


class Walker:
    """Walks telegrams of one buffer; keeps the book that it adds to.

    Parameters
    ----------
    buffer : ndarray of uint8
        Holds the bodies, with spare bytes behind the last one.
    maker : MbusDriver, optional
        Who says what the standard leaves to makers.
    """

    __slots__ = ("_quads", "book", "buffer", "maker")

    def __init__(self, buffer: npt.NDArray[np.uint8], maker: MbusDriver | None = None) -> None:
        self.buffer, self.maker = buffer, maker
        self.book = _Shared.of(maker)
        self._quads = wide(buffer, "<u8")

    def keep(self, layouts: Sequence[Layout]) -> None:
        """Let later walks know the headers of this one; of two at a time, one may be forgotten.

        A full book of which `layouts` need less than half is kept with these alone: garbage, read once, would else leave
        no place for other headers ever after.
        """
        book = self.book
        if book.is_full:
            used = {code for layout in layouts for code in layout.every_code.tolist()}
            if 2 * len(used) < len(book.words):
                _Shared.books[_Shared.name_of(self.maker)] = book.of_some(used)
                return
        if len(book.words) > len(_Shared.of(self.maker).words):
            _Shared.books[_Shared.name_of(self.maker)] = book

    def in_step(self, begin: Integers, end: Integers, *, everything: bool = False) -> Steps:
        """Walk telegrams one record a turn; list what becomes a row, or every record."""
        n = len(begin)
        good = np.ones(n, dtype="bool")
        many = np.zeros(n, dtype="int64")
        rest = np.full(n, -1, dtype="int64")
        # A maker's blocks make a variable number of rows: they are read in layouts alone.
        whole = self.maker is None or not self.maker.after_records
        found: list[tuple[Integers, Integers, Integers, Integers]] = []
        active = np.flatnonzero(begin < end)
        at, stop = begin[active], end[active]
        while len(active):
            code, head = self._headers(at)
            book = self.book
            how = book.how[code]
            place = at + head
            size = book.size[code]
            rows = (how >= (_SKIP if everything else _SIGNED)) & (how <= _LONG)
            blocks = how == _BLOCK
            rows |= blocks
            variable = size < 0
            if variable.any():
                length = self.buffer[place[variable]]
                place[variable] += 1
                size[variable] = _LENGTHS[length]
                if not everything:
                    rows[variable] &= (how[variable] != _LONG) | (length >= _FIRST_NUMBER)
            after = place + size
            fillers = how == _FILLER
            after[fillers] = np.minimum(after[fillers], stop[fillers])
            bad = (code < 0) | (how == _REFUSED) | (after > stop) | (size < 0)
            ended = how == _END
            rest[active[ended]] = after[ended]
            if not everything:
                bad |= blocks if whole else blocks | (ended & (after < stop))
            rows &= ~bad
            rowed = active[rows]
            found.append((rowed, many[rowed], code[rows], place[rows]))
            many[rowed] += 1
            good[active[bad]] = False
            going = ~(bad | ended) & (after < stop)
            active, at, stop = active[going], after[going], stop[going]
        many[~good] = 0
        return self._in_order(good, many, found, rest)

    def _headers(self, at: Integers) -> tuple[Integers, Integers]:
        """Give code and length of the header, filler or end that stands at each place."""
        words = self._quads[at]
        first = words & np.uint64(0xFF)
        marks = ~words & _TOPS  # of bytes that announce no further one
        marks &= marks - _ONE  # the first one ends the DIB, the second the VIB
        lowest = marks & (~marks + _ONE)
        mask = lowest | (lowest - _ONE)
        head = (np.bitwise_count(mask) >> 3).astype("int64")
        words_of_headers = words & mask
        special = np.flatnonzero(first & np.uint64(0x0F) == np.uint64(0x0F))
        if len(special):
            kind = first[special]
            filler = kind == FILLER_WORD
            other = words[special] ^ _FILLERS
            run = (np.bitwise_count((other & (~other + _ONE)) - _ONE) >> 3).astype("int64")
            words_of_headers[special] = np.where(filler, FILLER_WORD, END_WORD)
            head[special] = np.where(filler, run, 1)
            # Neither filler nor the beginning of maker data: a reserved DIF.
            marks[special[~filler & (kind != END_WORD) & (kind != 0x1F)]] = 0
            marks[special[filler | (kind == END_WORD) | (kind == 0x1F)]] = 1
        long = np.flatnonzero(marks == 0)
        words_of_headers[long] = FILLER_WORD
        self.book, code = self.book.find(words_of_headers)
        code[long] = -1  # longer than a word, or reserved
        return code, head

    @staticmethod
    def _in_order(
        good: Flags, many: Integers, found: list[tuple[Integers, Integers, Integers, Integers]], rest: Integers
    ) -> Steps:
        """Bring rows from turn by turn to telegram by telegram."""
        first = np.cumsum(many) - many
        total = int(many.sum())
        code, place = np.empty(total, dtype="int64"), np.empty(total, dtype="int64")
        for which, before, codes, places in found:
            if not good.all():
                kept = good[which]
                which, before, codes, places = which[kept], before[kept], codes[kept], places[kept]  # noqa: PLW2901 - narrowed
            to = first[which] + before
            code[to] = codes
            place[to] = places
        return Steps(good, many, code, place, rest)

    def layouts(self, begin: Integers, end: Integers, key: npt.NDArray[np.uint64], least: int) -> list[Layout]:
        """Find telegrams that share a layout.

        Parameters
        ----------
        begin, end : ndarray of int64, shape (m,)
            Where the bodies stand.
        key : ndarray of uint64, shape (m,)
            Telegrams of one layout have one key, and seldom others.
        least : int
            How many make a group worth it.

        Returns
        -------
        list of Layout
            Disjoint; what is in none of them is left to `in_step`.
        """
        size = end - begin
        # Sixteen bits are sorted by counting. Two keys that share them make a group of two layouts.
        short = slot_of(key, 16).astype("uint16")
        order = np.argsort(short, kind="stable")
        ordered = short[order]
        edges = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1], [True]]))
        groups = [
            order[first:stop]
            for first, stop in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)
            if stop - first >= least
        ]
        out: list[Layout] = []
        for _ in range(_ROUNDS):
            if not groups:
                break
            leaders = np.array([group[0] for group in groups])
            steps = self.in_step(begin[leaders], end[leaders], everything=True)
            last = np.cumsum(steps.many)
            remaining: list[Integers] = []
            for group, leader, good, stop, many, rest in zip(
                groups,
                leaders.tolist(),
                steps.good.tolist(),
                last.tolist(),
                steps.many.tolist(),
                steps.rest.tolist(),
                strict=True,
            ):
                others = group[1:]
                if good:
                    code, place = steps.code[stop - many : stop], steps.place[stop - many : stop] - begin[leader]
                    whole = int(size[leader])
                    ends = whole if rest < 0 else rest - int(begin[leader])
                    same = self._alike(begin, group, ends, place, code) & (size[group] == whole)
                    rows = self.are_rows(begin[leader] + place, code)
                    out.append(Layout(group[same], code[rows], place[rows], code, place, ends, whole))
                    others = group[~same]
                if len(others) >= least:
                    remaining.append(others)
            groups = remaining
        return out

    def _alike(self, begin: Integers, group: Integers, size: int, place: Integers, code: Integers) -> Flags:
        """Compare all bytes of bodies that are no data with those of the first one."""
        whole = -(-size // 8) * 8
        mask = np.zeros(whole, dtype="uint8")
        mask[:size] = 0xFF
        for start, width in zip(place.tolist(), self.sizes(begin[group[0]] + place, code).tolist(), strict=True):
            mask[start : start + width] = 0
        masks = mask.view("<u8")
        bodies = wide(self.buffer, f"V{max(whole, 8)}")[begin[group]].view("<u8").reshape(len(group), -1)
        same: Flags = np.ones(len(group), dtype="bool")
        for column in np.flatnonzero(masks).tolist():
            words = bodies[:, column] & masks[column]
            same &= words == words[0]
        return same

    def are_rows(self, place: Integers, code: Integers) -> Flags:
        """Tell which records of a telegram become rows, by where their data begins."""
        how = self.book.how[code]
        text = (how == _LONG) & (self.buffer[place - 1] < _FIRST_NUMBER)
        return np.asarray((how != _SKIP) & (how != _BLOCK) & ~text)

    def sizes(self, place: Integers, code: Integers) -> Integers:
        """Give how many bytes of data each row has."""
        size = self.book.size[code]
        variable = size < 0
        size[variable] = _LENGTHS[self.buffer[place[variable] - 1]]
        return size

    def data(self, place: int, code: int) -> tuple[bytes, int | None]:
        """Give the data of one row, and its length byte where it has one."""
        size = int(self.book.size[code])
        lvar = None
        if size < 0:
            lvar = int(self.buffer[place - 1])
            size = int(_LENGTHS[lvar])
        return self.buffer[place : place + size].tobytes(), lvar


class _Shared:
    """The books that walks begin with, one for each driver. They are replaced whole, so threads may share them."""

    books: ClassVar[dict[str, Book]] = {"": EMPTY}

    @classmethod
    def of(cls, maker: MbusDriver | None) -> Book:
        book = cls.books.get(cls.name_of(maker))
        return Book.of(EMPTY.words, maker) if book is None or book.maker is not maker else book

    @staticmethod
    def name_of(maker: MbusDriver | None) -> str:
        return "" if maker is None else maker.name
