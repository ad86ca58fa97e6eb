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
from divako.telegrams._alike import Alike, Strays
from divako.telegrams._asked import Asked, Words
from divako.telegrams._blocks import Block, block_of, block_of_payloads
from divako.telegrams._book import Book
from divako.telegrams._lines import Lines
from divako.telegrams._mentions import Mentions, register_codes
from divako.telegrams._meters import Meters, meter_codes
from divako.telegrams._sheet import Sheet, is_plain
from divako.telegrams._source import Frames
from divako.telegrams._values import Order, Values, read_layout
from divako.telegrams._walk import Walker
from divako.telegrams._writing import OF_HEADERS, add_table, fill_lines, fill_values, put_steps, spread_rows, take_table


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
    strays : list of Strays
        Telegrams of rare layouts, with records that are no plain numbers, where that was asked for.
    """

    many: Integers
    sheet: Sheet
    heads: dict[str, npt.NDArray[Any]]
    refused: list[tuple[int, DivakoError]]
    blocks: list[Block]
    alike: list[Alike]
    strays: list[Strays]


@frozen(eq=False)
class InLayout:
    """Telegrams of one layout: which rows, what their readings are, and where their data is."""

    rows: Integers
    lines: Lines
    walker: Walker
    code: Integers
    place: Integers
    begin: Integers

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
class InBlocks:
    """The same of telegrams in which blocks of their maker's stand: what they hold has been read."""

    rows: Integers
    lines: Lines
    kept: Values

    def pieces(self) -> Iterator[InBlocks]:
        """Give all telegrams at once."""
        yield self

    def values(self, _order: Order) -> Values:
        """Give what was read."""
        return self.kept


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
        self.layouts: list[InLayout | InBlocks] = []
        self.singles: list[InSteps] = []
        self.alike: list[Alike] = []
        self.strays: list[Strays] | None = None  # where they are asked for

    def part(self, *, in_blocks: bool) -> Part:
        """Put the rows of all ways in order."""
        self.heads["meter"] = meter_codes(self.meters, len(self.done), self.words.meters)
        first = np.cumsum(self.many) - self.many
        mentions = self._mentions(first)
        codes = register_codes(mentions, self.words.registers)
        named = {id(one.registers): code for one, code in zip(mentions, codes, strict=True)}
        blocks = self._in_blocks(named) if in_blocks else []
        tables = list(zip(self.tables, codes[len(codes) - len(self.tables) :], strict=True))
        if in_blocks:
            tables = self._without_payloads(tables, blocks)
        first = np.cumsum(self.many) - self.many
        sheet = Sheet(int(self.many.sum()), self._written())
        for layout in self.layouts:
            self._fill(sheet, layout, first, named[id(layout.lines.registers)])
        for many in self.singles:
            to, rows = spread_rows(first[many.rows], many.many), np.repeat(many.rows, many.many)
            put_steps(sheet, many.book, to, rows, many.code, many.values, named[id(many.book.registers)], self.heads)
        for (rows, readings), of_table in tables:
            if len(readings) == sheet.rows:
                take_table(sheet, readings, of_table)  # there is nothing beside it
            else:
                add_table(sheet, spread_rows(first[rows], self.many[rows]), readings, of_table)
        self.layouts, self.singles, self.tables = [], [], []
        return Part(self.many, sheet, self.heads, self.refused, blocks, self.alike, self.strays or [])

    def put_layout(self, found: InLayout | InBlocks) -> None:
        """Take telegrams of one layout."""
        self.many[found.rows] = len(found.lines)
        self.layouts.append(found)

    def _written(self) -> list[str]:
        """Name the columns that hold more than what they mostly hold, as far as headers tell."""
        if not self.layouts and not self.singles:
            return []

        def said(name: str) -> Iterator[npt.NDArray[Any]]:
            yield from (getattr(layout.lines, name) for layout in self.layouts)
            yield from (getattr(steps.book, name)[steps.code] for steps in self.singles)

        of_headers = [name for name in OF_HEADERS if not all(is_plain(name, column) for column in said(name))]
        present = any((storage == 0).any() for storage in said("storage"))
        timed = present and not np.isnat(self.heads["received_at"]).all()
        return ["register", "value", "count", *of_headers, *(["time"] if timed else [])]

    def _fill(self, sheet: Sheet, layout: InLayout | InBlocks, first: Integers, named: npt.NDArray[np.int32]) -> None:
        """Read and write the telegrams of one layout, a few at a time."""
        fill_lines(sheet, layout.lines, first[layout.rows], named)
        present = layout.lines.storage == 0
        for one in layout.pieces():
            fill_values(sheet, first[one.rows], one.rows, present, one.values("F"), self.heads)

    def _in_blocks(self, named: dict[int, npt.NDArray[np.int32]]) -> list[Block]:
        """Take the telegrams of one layout out of what becomes rows."""
        out: list[Block] = []
        for one in self.layouts:
            registers = named[id(one.lines.registers)]
            out.append(block_of(self.first_row + one.rows, one.lines, registers, one.values("C")))
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

    def _mentions(self, first: Integers) -> list[Mentions]:
        """Find where each register is mentioned first: those of each list of registers, and those of each table."""
        # By identity, for they are many and seldom change.
        found: dict[int, Mentions] = {}
        for one in self.layouts:
            registers = one.lines.registers
            here = found.setdefault(id(registers), Mentions(registers))
            here.add(one.lines.register, first[one.rows[0]] + np.arange(len(one.lines)))
        for many in self.singles:
            registers = many.book.registers
            here = found.setdefault(id(registers), Mentions(registers))
            here.add(many.book.register[many.code], spread_rows(first[many.rows], many.many))
        out = list(found.values())
        for rows, readings in self.tables:
            mentions = Mentions(readings.registers)
            alone = len(readings) == int(self.many.sum())
            mentions.add(readings.register, None if alone else spread_rows(first[rows], self.many[rows]))
            out.append(mentions)
        return out
