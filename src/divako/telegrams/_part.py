"""Decode one part of a batch: by columns what is plain, one by one what is not.

Which way a telegram goes shows in nothing but the time it takes: the columns take only
what the decoder of single telegrams would give the same answer to, and that decoder has all others,
above all those that are damaged.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from attrs import frozen

from divako.drivers import Driver, find, for_device
from divako.errors import DivakoError
from divako.mbus import manufacturer_of, medium_of, status_of
from divako.model import Medium, Readings, Telegram, Verdict, readings_of_records
from divako.telegrams._alike import Alike, alike_of
from divako.telegrams._asked import Asked, Words, empty_heads
from divako.telegrams._blocks import Block, block_of
from divako.telegrams._bodies import BARE, WIRED, Bodies, bodies_of, wide, without_drivers
from divako.telegrams._mentions import Mentions, register_codes
from divako.telegrams._meters import Meters, meter_codes
from divako.telegrams._opening import MARK, open_bodies
from divako.telegrams._payloads import Payloads, read_payloads
from divako.telegrams._sheet import Sheet
from divako.telegrams._source import Frames
from divako.telegrams._values import Values, read_values
from divako.telegrams._walk import Layout, Steps, Walker
from divako.telegrams._writing import add_table, fill_layout, put_steps, spread_rows, take_table


Integers = npt.NDArray[np.int64]

LINKS = ("mbus", "wmbus", "lorawan")
MEDIA = tuple(medium.value for medium in Medium)
VERDICTS = tuple(verdict.value for verdict in Verdict)

_MEDIUM_PLACE = {medium: place for place, medium in enumerate(Medium)}
_VERDICT_PLACE = {verdict: place for place, verdict in enumerate(Verdict)}
_MEDIUM_OF = np.array([_MEDIUM_PLACE[medium_of(code)] for code in range(256)], dtype="int8")
_STATUS_OF = np.array([int(status_of(byte)) for byte in range(256)], dtype="uint32")
_MODE_5, _NAME_5 = 5, "tpl-mode5"
_OF_DEVICE = np.uint32((1 << 16) - 1)


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


def decode_part(
    frames: Frames,
    first_row: int,
    asked: Asked,
    words: Words,
    *,
    min_rows: int,
    in_blocks: bool = False,
    in_alike: bool = False,
) -> Part:
    """Decode some rows.

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
    min_rows : int
        How many telegrams make columns worth it.
    in_blocks : bool, default False
        Leave telegrams of one layout in blocks, and put the others alone into the sheet.
    in_alike : bool, default False
        Give telegrams of one layout with all their records, and leave the others as they are.
    """
    n = len(frames.size)
    if asked.trailing:
        # Payloads keep all their bytes; they have no receiver that adds any.
        frames.size[asked.formats[first_row : first_row + n] >= 0] -= asked.trailing
    rows = slice(first_row, first_row + n)
    work = _Work(frames, first_row, asked, words, empty_heads(n, asked.received_at[rows]))
    if in_alike:
        if n >= min_rows:
            work.by_columns(asked.formats[rows], max(2, min_rows), in_alike=True)
        return work.part(in_blocks=False)
    if n >= min_rows:
        work.by_columns(asked.formats[rows], max(2, min_rows))
        work.by_layouts(min_rows)
    work.one_by_one()
    return work.part(in_blocks=in_blocks)


class _Work:
    """What is known of a part so far."""

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
        self.walker: Walker | None = None
        self.blocks: list[tuple[Integers, Layout, Values]] = []
        self.singles: tuple[Integers, Steps, Values] | None = None
        self.alike: list[Alike] = []

    # --- by columns

    def by_columns(self, formats: npt.NDArray[np.int8], least: int, *, in_alike: bool = False) -> None:
        """Decode the M-Bus frames that are plain."""
        if not (formats >= 0).any():
            return
        bodies = without_drivers(bodies_of(self.frames, formats))
        bodies, opened = self._opened(bodies)
        if not len(bodies.row):
            return
        walker = self.walker = Walker(self.frames.buffer)
        layouts = walker.layouts(bodies.begin, bodies.end, self._alike(bodies), least)
        rest = np.ones(len(bodies.row), dtype="bool")
        for layout in layouts:
            rest[layout.members] = False
        if in_alike:
            walker.keep()
            for layout in layouts:
                begin, rows = bodies.begin[layout.members], self.first_row + bodies.row[layout.members]
                self.alike.append(alike_of(walker, layout, begin, rows))
            self._heads_of(bodies, opened, ~rest)
            return
        left = np.flatnonzero(rest)
        steps = walker.in_step(bodies.begin[left], bodies.end[left])
        walker.keep()
        good = np.ones(len(bodies.row), dtype="bool")
        good[left] = steps.good
        for layout in layouts:
            self.many[bodies.row[layout.members]] = len(layout.code)
            place = layout.place[:, None] + bodies.begin[layout.members]
            self.blocks.append((bodies.row[layout.members], layout, read_values(walker, layout.code, place)))
        self.many[bodies.row[left]] = steps.many
        self.singles = bodies.row[left], steps, read_values(walker, steps.code, steps.place)
        self._heads_of(bodies, opened, good)
        self.done[bodies.row[good]] = True

    def _alike(self, bodies: Bodies) -> npt.NDArray[np.uint64]:
        """Give a number that telegrams of one layout share: model, length, and how the first record begins."""
        beginning = wide(self.frames.buffer, "<u4")[bodies.begin]
        marked = beginning & np.uint32(0xFFFF) == MARK
        head = np.where(marked, beginning >> np.uint32(16), beginning & np.uint32(0xFFFF)).astype("uint64")
        length = (bodies.end - bodies.begin).astype("uint64")
        model = bodies.address >> np.uint64(48) << np.uint64(16) | bodies.address & np.uint64(0xFFFF)
        return np.asarray(model << np.uint64(32) ^ length << np.uint64(24) ^ head << np.uint64(8) ^ bodies.ci)

    def _opened(self, bodies: Bodies) -> tuple[Bodies, npt.NDArray[np.bool_]]:
        """Leave out what is not plain, or cannot be opened by the first key."""
        mode = bodies.configuration >> 8 & 0x1F
        sealed = (mode == _MODE_5) & (bodies.configuration >> 4 & 0x0F > 0)
        fits = (mode == 0) | (mode == _MODE_5)
        if sealed.any():
            which = np.flatnonzero(sealed)
            keys_of = self.asked.keys_of
            fits[which] = False if keys_of is None else open_bodies(self.frames.buffer, bodies, which, keys_of)
        if fits.all():
            return bodies, sealed
        return bodies.take(fits), sealed[fits]

    def _heads_of(self, bodies: Bodies, opened: npt.NDArray[np.bool_], good: npt.NDArray[np.bool_]) -> None:
        if not good.all():
            bodies, opened = bodies.take(good), opened[good]
        row, heads, words = bodies.row, self.heads, self.words
        if not len(row):
            return
        model = bodies.address >> np.uint64(48)
        version, kind = (model & np.uint64(0xFF)).astype("uint8"), (model >> np.uint64(8)).astype("uint8")
        header = bodies.ci != BARE
        heads["link"][row] = np.where(bodies.link == WIRED, np.int8(0), np.int8(1))
        heads["version"][row] = version
        heads["device_type"][row] = kind
        heads["model_known"][row] = True
        heads["medium"][row] = _MEDIUM_OF[kind]
        heads["access_number"][row] = bodies.access
        heads["status_byte"][row] = bodies.status
        heads["header_known"][row] = header
        heads["status"][row] = np.where(header, _STATUS_OF[bodies.status], np.uint32(0))
        heads["verdict"][row] = np.where(
            opened, np.int8(_VERDICT_PLACE[Verdict.CHECKED]), np.int8(_VERDICT_PLACE[Verdict.UNVERIFIED])
        )
        sealed, plain = (
            words.code(words.securities, name) if some else -1
            for name, some in ((_NAME_5, opened.any()), ("none", not opened.all()))
        )
        heads["security"][row] = np.where(opened, np.int8(sealed), np.int8(plain))
        maker = (bodies.address & np.uint64(0x7FFF)).astype("uint16")
        codes = np.empty(1 << 15, dtype="int16")
        for one in np.unique(maker).tolist():
            codes[one] = words.code(words.manufacturers, manufacturer_of(one))
        heads["manufacturer"][row] = codes[maker]
        self.meters.append(Meters.numbered(row, (bodies.address >> np.uint64(16)).astype("uint32")))

    # --- by layouts of drivers

    def by_layouts(self, least: int) -> None:
        """Decode payloads of drivers that declare their layout."""
        n = len(self.done)
        for (device, f_port), rows in self.asked.payloads.items():
            here = (
                rows[np.searchsorted(rows, self.first_row) : np.searchsorted(rows, self.first_row + n)] - self.first_row
            )
            sizes = self.frames.size[self._rows(here)]
            alike = len(here) > 0 and bool((sizes == sizes[0]).all())
            for size in sizes[:1].tolist() if alike else np.unique(sizes).tolist():
                members = here if alike else here[sizes == size]
                driver = None if not size or len(members) < least else self._driver(device, f_port, int(members[0]))
                if driver is not None:
                    self._read_by(driver, f_port, members)

    def _driver(self, device: str | None, f_port: int | None, row: int) -> Driver | None:
        try:
            return for_device(device) if device is not None else find(self._bytes(row), f_port=f_port)
        except DivakoError:
            return None

    def _bytes(self, row: int) -> bytes:
        start = int(self.frames.start[row])
        return self.frames.buffer[start : start + int(self.frames.size[row])].tobytes()

    def _read_by(self, driver: Driver, f_port: int | None, members: Integers) -> None:
        size = int(self.frames.size[members[0]])
        to = self._rows(members)
        start = self.frames.start[to]
        step = int(start[1] - start[0]) if len(start) > 1 else 1
        evenly = (np.diff(start) == step).all()
        # Payloads that stand at even distances are read where they stand.
        places = slice(int(start[0]), int(start[-1]) + 1, step) if evenly else start
        payloads = wide(self.frames.buffer, f"V{size}")[places]
        times = self.heads["received_at"][to]
        for found in read_payloads(driver, payloads, members, f_port, times):
            self._take(found)

    def _rows(self, rows: Integers) -> Integers | slice:
        """Give rows that rise as a slice where they are all there are, which costs less to read and write."""
        return slice(None) if len(rows) == len(self.done) else rows

    def _take(self, found: Payloads) -> None:
        row, heads, readings, many = found.members, self.heads, found.readings, found.many
        to = self._rows(row)
        self.many[to] = many
        self.done[to] = True
        self.tables.append((row, readings))
        given = self.asked.meter_ids
        if given is None:
            self.meters.append(Meters(row, np.zeros(len(row), dtype="int64"), row[:1], [""]))
        else:
            self.meters.append(Meters.named(row, [given[self.first_row + i] for i in row.tolist()]))
        heads["link"][to] = LINKS.index("lorawan")
        heads["medium"][to] = _MEDIUM_PLACE[found.medium]
        heads["verdict"][to] = _VERDICT_PLACE[Verdict.UNVERIFIED]
        heads["security"][to] = self.words.code(self.words.securities, "none")
        some = np.flatnonzero(many)
        if len(some) and (readings.status[:1] if readings.status.strides == (0,) else readings.status).any():
            first = np.cumsum(many) - many
            united = np.bitwise_or.reduceat(readings.status & _OF_DEVICE, first[some])
            heads["status"][row[some]] = united

    # --- one by one

    def one_by_one(self) -> None:
        """Decode what is left."""
        found: list[tuple[int, Telegram]] = []
        for row in np.flatnonzero(~self.done).tolist():
            try:
                if row in self.frames.bad:
                    raise self.frames.bad[row]
                found.append((row, self.asked.alone(self.first_row + row)))
            except DivakoError as error:
                self.refused.append((self.first_row + row, error))
                self.heads["error"][row] = self.words.code(self.words.codes, error.code)
        if not found:
            return
        rows = np.array([row for row, _ in found], dtype="int64")
        for row, telegram in found:
            self._head_of(row, telegram)
        names = [telegram.meter_id for _, telegram in found]
        readings, place = readings_of_records(names, [telegram.records for _, telegram in found])
        self.many[rows] = np.bincount(place, minlength=len(rows))
        self.tables.append((rows, readings))
        self.meters.append(Meters.named(rows, names))
        self.done[rows] = True

    def _head_of(self, row: int, telegram: Telegram) -> None:
        heads, words = self.heads, self.words
        heads["link"][row] = LINKS.index(telegram.link)
        if telegram.mvt is not None:
            heads["manufacturer"][row] = words.code(words.manufacturers, telegram.mvt.manufacturer)
            heads["version"][row] = telegram.mvt.version
            heads["device_type"][row] = telegram.mvt.device_type
            heads["model_known"][row] = True
        heads["medium"][row] = _MEDIUM_PLACE[telegram.medium]
        if telegram.access_number is not None and telegram.status_byte is not None:
            heads["access_number"][row] = telegram.access_number
            heads["status_byte"][row] = telegram.status_byte
            heads["header_known"][row] = True
        heads["status"][row] = int(telegram.status)
        heads["security"][row] = words.code(words.securities, telegram.security)
        heads["verdict"][row] = _VERDICT_PLACE[telegram.verdict]

    # --- all together

    def part(self, *, in_blocks: bool) -> Part:
        """Put the rows of all ways in order."""
        self.heads["meter"] = meter_codes(self.meters, len(self.done), self.words.meters)
        first = np.cumsum(self.many) - self.many
        codes = register_codes(self._mentions(first), self.words.registers)
        blocks = self._in_blocks(codes[0]) if in_blocks else []
        first = np.cumsum(self.many) - self.many
        sheet = Sheet(int(self.many.sum()))
        if self.walker is not None:
            book = self.walker.book
            for rows, layout, values in self.blocks:
                fill_layout(sheet, book, first[rows], rows, layout.code, values, codes[0], self.heads)
            if self.singles is not None:
                rows, steps, values = self.singles
                to = spread_rows(first[rows], steps.many)
                put_steps(sheet, book, to, np.repeat(rows, steps.many), steps.code, values, codes[0], self.heads)
        for (rows, readings), named in zip(self.tables, codes[1:], strict=True):
            if len(readings) == sheet.rows:
                take_table(sheet, readings, named)  # there is nothing beside it
            else:
                add_table(sheet, spread_rows(first[rows], self.many[rows]), readings, named)
        self.blocks, self.tables, self.singles = [], [], None
        return Part(self.many, sheet, self.heads, self.refused, blocks, self.alike)

    def _in_blocks(self, named: npt.NDArray[np.int32]) -> list[Block]:
        """Take the telegrams of one layout out of what becomes rows."""
        out: list[Block] = []
        if self.walker is not None:
            for rows, layout, values in self.blocks:
                out.append(block_of(self.first_row + rows, self.walker.book, layout.code, named, values))
                self.many[rows] = 0
        self.blocks = []
        return out

    def _mentions(self, first: Integers) -> list[Mentions]:
        """Find where each register is mentioned first: those of the book, and those of each table."""
        of_book = Mentions(() if self.walker is None else self.walker.book.registers)
        if self.walker is not None:
            register = self.walker.book.register
            for rows, layout, _ in self.blocks:
                of_book.add(register[layout.code], first[rows[0]] + np.arange(len(layout.code)))
            if self.singles is not None:
                rows, steps, _ = self.singles
                of_book.add(register[steps.code], spread_rows(first[rows], steps.many))
        out = [of_book]
        for rows, readings in self.tables:
            mentions = Mentions(readings.registers)
            alone = len(readings) == int(self.many.sum())
            mentions.add(readings.register, None if alone else spread_rows(first[rows], self.many[rows]))
            out.append(mentions)
        return out
