"""What is known of a part of a batch so far, and how it all becomes one table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from attrs import evolve, frozen

from divako.errors import DivakoError
from divako.mbus import medium_of
from divako.model import Medium, Readings, Verdict
from divako.telegrams._alike import Alike
from divako.telegrams._asked import Asked, Words
from divako.telegrams._blocks import Block, block_of, block_of_payloads
from divako.telegrams._book import Book
from divako.telegrams._mentions import Mentions, register_codes
from divako.telegrams._meters import Meters, meter_codes
from divako.telegrams._sheet import Sheet, is_plain
from divako.telegrams._source import Frames
from divako.telegrams._values import Order, Values, read_layout
from divako.telegrams._walk import Walker
from divako.telegrams._writing import OF_HEADERS, add_table, fill_codes, fill_values, put_steps, spread_rows, take_table


Integers = npt.NDArray[np.int64]

LINKS = ("mbus", "wmbus", "lorawan")
_PAYLOAD = LINKS.index("lorawan")
MEDIA = tuple(medium.value for medium in Medium)
VERDICTS = tuple(verdict.value for verdict in Verdict)

_READINGS = 32_768  # that are read at a time: they stay in the cache until they are written

MEDIUM_PLACE = {medium: place for place, medium in enumerate(Medium)}
VERDICT_PLACE = {verdict: place for place, verdict in enumerate(Verdict)}
MEDIUM_OF = np.array([MEDIUM_PLACE[medium_of(code)] for code in range(256)], dtype="int8")


@frozen(eq=False)
class Part:
    """Some rows of a batch, decoded.

    Parameters
    ----------
    many : ndarray of int64, shape (n,)
        Readings of each telegram.
    sheet : Sheet
        The readings.
    heads : dict of str to ndarray, shape (n,)
        Columns of `Telegrams`.
    refused : list of (int, DivakoError)
        Rows that gave none.
    blocks : list of Block
        Telegrams of common layouts that are not in the sheet.
    alike : list of Alike
        The same with all their records, where that was asked for.
    """

    many: Integers
    sheet: Sheet
    heads: dict[str, npt.NDArray[Any]]
    refused: list[tuple[int, DivakoError]]
    blocks: list[Block]
    alike: list[Alike]


@frozen(eq=False)
class InLayout:
    """Telegrams of one layout: which rows, the headers of their readings, and where their data is."""

    rows: Integers
    walker: Walker
    code: Integers
    place: Integers
    begin: Integers

    @property
    def book(self) -> Book:
        """What the headers mean."""
        return self.walker.book

    def pieces(self) -> Iterator[InLayout]:
        """Give a few telegrams at a time."""
        step = max(_READINGS // max(len(self.code), 1), 1)
        for first in range(0, len(self.rows), step):
            some = slice(first, first + step)
            yield evolve(self, rows=self.rows[some], begin=self.begin[some])

    def values(self, order: Order) -> Values:
        """Read the data."""
        return read_layout(self.walker, self.code, self.place, self.begin, order=order)


@frozen(eq=False)
class InSteps:
    """Telegrams of any layouts: which rows, how many readings each has, their headers and what they hold."""

    rows: Integers
    book: Book
    many: Integers
    code: Integers
    values: Values


class Work:
    """What is known of a part so far.

    Parameters
    ----------
    frames : Frames
        ``n`` frames.
    first_row : int
        Which row of the batch the first of them is.
    asked : Asked
        About the whole batch.
    words : Words
        To be added to.
    heads : dict of str to ndarray, shape (n,)
        Columns of `Telegrams`, to be filled.
    """

    def __init__(
        self, frames: Frames, first_row: int, asked: Asked, words: Words, heads: dict[str, npt.NDArray[Any]]
    ) -> None:
        n = len(frames.size)
        self.frames, self.first_row, self.asked, self.words, self.heads = frames, first_row, asked, words, heads
        self.many: Integers = np.zeros(n, dtype="int64")
        self.done = np.zeros(n, dtype="bool")
        self.refused: list[tuple[int, DivakoError]] = []
        # Rows of telegrams, and the readings that they have.
        self.tables: list[tuple[Integers, Readings]] = []
        self.meters: list[Meters] = []
        self.layouts: list[InLayout] = []
        self.singles: list[InSteps] = []
        self.alike: list[Alike] = []

    def part(self, *, in_blocks: bool) -> Part:
        """Put the rows of all ways in order."""
        self.heads["meter"] = meter_codes(self.meters, len(self.done), self.words.meters)
        first = np.cumsum(self.many) - self.many
        books = list(dict.fromkeys([one.book for one in self.layouts] + [many.book for many in self.singles]))
        codes = register_codes(self._mentions(first, books), self.words.registers)
        named = dict(zip(books, codes, strict=False))
        blocks = self._in_blocks(named) if in_blocks else []
        tables = list(zip(self.tables, codes[len(books) :], strict=True))
        if in_blocks:
            tables = self._without_payloads(tables, blocks)
        first = np.cumsum(self.many) - self.many
        sheet = Sheet(int(self.many.sum()), self._written())
        for layout in self.layouts:
            self._fill(sheet, layout, first, named[layout.book])
        for many in self.singles:
            to, rows = spread_rows(first[many.rows], many.many), np.repeat(many.rows, many.many)
            put_steps(sheet, many.book, to, rows, many.code, many.values, named[many.book], self.heads)
        for (rows, readings), of_table in tables:
            if len(readings) == sheet.rows:
                take_table(sheet, readings, of_table)  # there is nothing beside it
            else:
                add_table(sheet, spread_rows(first[rows], self.many[rows]), readings, of_table)
        self.layouts, self.singles, self.tables = [], [], []
        return Part(self.many, sheet, self.heads, self.refused, blocks, self.alike)

    def _written(self) -> list[str]:
        """Name the columns that hold more than what they mostly hold, as far as headers tell."""
        ways: list[InLayout | InSteps] = [*self.layouts, *self.singles]
        if not ways:
            return []
        of_codes = [n for n in OF_HEADERS if not all(is_plain(n, getattr(way.book, n)[way.code]) for way in ways)]
        present = any((way.book.storage[way.code] == 0).any() for way in ways)
        timed = present and not np.isnat(self.heads["received_at"]).all()
        return ["register", "value", "count", *of_codes, *(["time"] if timed else [])]

    def _fill(self, sheet: Sheet, layout: InLayout, first: Integers, named: npt.NDArray[np.int32]) -> None:
        """Read and write the telegrams of one layout, a few at a time."""
        fill_codes(sheet, layout.book, first[layout.rows], layout.code, named)
        present = layout.book.storage[layout.code] == 0
        for one in layout.pieces():
            fill_values(sheet, first[one.rows], one.rows, present, one.values("F"), self.heads)

    def _in_blocks(self, named: dict[Book, npt.NDArray[np.int32]]) -> list[Block]:
        """Take the telegrams of one layout out of what becomes rows."""
        out: list[Block] = []
        for one in self.layouts:
            out.append(block_of(self.first_row + one.rows, one.book, one.code, named[one.book], one.values("C")))
            self.many[one.rows] = 0
        self.layouts = []
        return out

    def _without_payloads(
        self, tables: list[tuple[tuple[Integers, Readings], npt.NDArray[np.int32]]], blocks: list[Block]
    ) -> list[tuple[tuple[Integers, Readings], npt.NDArray[np.int32]]]:
        """Take the payloads of one layout out of what becomes rows, and add them to the blocks."""
        out = []
        for (rows, readings), named in tables:
            block = None
            if (self.heads["link"][rows] == _PAYLOAD).all():
                block = block_of_payloads(self.first_row + rows, self.many[rows], readings, named)
            if block is None:
                out.append(((rows, readings), named))
                continue
            blocks.append(block)
            self.many[rows] = 0
        return out

    def _mentions(self, first: Integers, books: list[Book]) -> list[Mentions]:
        """Find where each register is mentioned first: those of each book, and those of each table."""
        of_books = {book: Mentions(book.registers) for book in books}
        for one in self.layouts:
            of_books[one.book].add(one.book.register[one.code], first[one.rows[0]] + np.arange(len(one.code)))
        for many in self.singles:
            of_books[many.book].add(many.book.register[many.code], spread_rows(first[many.rows], many.many))
        out = list(of_books.values())
        for rows, readings in self.tables:
            mentions = Mentions(readings.registers)
            alone = len(readings) == int(self.many.sum())
            mentions.add(readings.register, None if alone else spread_rows(first[rows], self.many[rows]))
            out.append(mentions)
        return out
