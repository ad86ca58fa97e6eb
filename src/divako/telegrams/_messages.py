"""M-Bus messages of a part, read by columns."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from divako.drivers import MbusDriver
from divako.mbus import Formats, manufacturer_of, status_of
from divako.model import Medium
from divako.telegrams._alike import alike_of, strays_of
from divako.telegrams._bodies import COMPACT, SECURITIES, WIRED, Bodies, applications_of, bodies_of, has_header
from divako.telegrams._ciphers import MARK
from divako.telegrams._compact_columns import compact_layouts
from divako.telegrams._keyring import Keyring
from divako.telegrams._lines import Lines
from divako.telegrams._links import behind_links
from divako.telegrams._makers import by_reader
from divako.telegrams._meters import Meters
from divako.telegrams._opening import opened
from divako.telegrams._pieces import has_blocks, pieces_of, pieces_of_bodies
from divako.telegrams._source import wide
from divako.telegrams._values import read_rows
from divako.telegrams._walk import Layout, Walker
from divako.telegrams._work import MEDIUM_OF, MEDIUM_PLACE, InBlocks, InLayout, InSteps, Work


_VAGUE = np.array([medium in {Medium.UNKNOWN, Medium.OTHER} for medium in Medium])
_STATUS_OF = np.array([int(status_of(byte)) for byte in range(256)], dtype="uint32")


def read_messages(work: Work, formats: npt.NDArray[np.int8], least: int, *, in_alike: bool = False) -> None:
    """Decode the M-Bus frames that are plain.

    Parameters
    ----------
    work : Work
        What is known of the part.
    formats : ndarray of int8, shape (n,)
        `FORMATS` of the frames; -1 for a row to leave.
    least : int
        How many telegrams of one layout make a layout worth it.
    in_alike : bool, default False
        Give telegrams of one layout with all their records, and leave the others.
    """
    if not (formats >= 0).any():
        return
    buffer, ring = work.frames.buffer, Keyring(work.asked.keys_of)
    found = behind_links(buffer, applications_of(work.frames, formats), ring)
    bodies = opened(buffer, bodies_of(buffer, found), ring)
    for readers in by_reader(buffer, bodies):
        some = bodies if len(readers.which) == len(bodies.row) else bodies.take(readers.which)
        if readers.maker is not None and readers.maker.reads_whole:
            if not in_alike:
                _read_whole(work, some, readers.maker, least)
            continue
        walker = Walker(buffer, readers.maker)
        compact = np.isin(some.ci, COMPACT)
        if compact.any():
            _read_compact(work, some.take(compact), walker, least, in_alike=in_alike)
            some = some.take(~compact)
        if len(some.row):
            _read(work, some, walker, least, in_alike=in_alike)


def _read_compact(work: Work, bodies: Bodies, walker: Walker, least: int, *, in_alike: bool) -> None:
    """Read the data of compact frames."""
    layouts = compact_layouts(walker, bodies, work.asked.record_headers or Formats(), least)
    if in_alike:
        _keep_alike(work, bodies, walker, layouts)
        return
    good = np.zeros(len(bodies.row), dtype="bool")
    for layout in layouts:
        _take(work, walker, bodies, layout, good)
    walker.keep(layouts)
    _put_heads(work, bodies, good, walker.maker)


def _take(work: Work, walker: Walker, bodies: Bodies, layout: Layout, good: npt.NDArray[np.bool_]) -> None:
    """Take note of the telegrams of one layout, and which they are."""
    if has_blocks(walker, layout):
        for piece in pieces_of(walker, layout, bodies):
            good[piece.members] = True
            work.put_layout(InBlocks(bodies.row[piece.members], piece.lines, piece.kept))
        return
    good[layout.members] = True
    rows, begin = bodies.row[layout.members], bodies.begin[layout.members]
    lines = Lines.of_codes(walker.book, layout.code)
    work.put_layout(InLayout(rows, lines, walker, layout.code, layout.place, begin))


def _read(work: Work, bodies: Bodies, walker: Walker, least: int, *, in_alike: bool) -> None:
    """Read the records of bodies."""
    layouts = walker.layouts(bodies.begin, bodies.end, _look(walker.buffer, bodies), least)
    rest = np.ones(len(bodies.row), dtype="bool")
    for layout in layouts:
        rest[layout.members] = False
    left = np.flatnonzero(rest)
    if in_alike:
        if work.strays is not None and walker.maker is None:
            telegram = work.first_row + bodies.row[left]
            work.strays.append(strays_of(walker, bodies.begin[left], bodies.end[left], telegram))
        _keep_alike(work, bodies, walker, layouts)
        return
    steps = walker.in_step(bodies.begin[left], bodies.end[left])
    walker.keep(layouts)
    good = np.zeros(len(bodies.row), dtype="bool")
    good[left] = steps.good
    for layout in layouts:
        _take(work, walker, bodies, layout, good)
    work.many[bodies.row[left]] = steps.many
    values = read_rows(walker, steps.code, steps.place)
    work.singles.append(InSteps(bodies.row[left], walker.book, steps.many, steps.code, values))
    _put_heads(work, bodies, good, walker.maker)


def _keep_alike(work: Work, bodies: Bodies, walker: Walker, layouts: list[Layout]) -> None:
    """Keep telegrams of one layout with all their records; those with blocks of the maker's are left."""
    walker.keep(layouts)
    good = np.zeros(len(bodies.row), dtype="bool")
    for layout in layouts:
        if not has_blocks(walker, layout):
            good[layout.members] = True
            begin, rows = bodies.begin[layout.members], work.first_row + bodies.row[layout.members]
            work.alike.append(alike_of(walker, layout, begin, rows))
    _put_heads(work, bodies, good, walker.maker)


def _read_whole(work: Work, bodies: Bodies, maker: MbusDriver, least: int) -> None:
    """Read bodies that are a block of their maker's as a whole."""
    size = bodies.end - bodies.begin
    good = np.zeros(len(bodies.row), dtype="bool")
    for one in np.unique(size[size > 0]).tolist():
        members = np.flatnonzero(size == one)
        if len(members) < least:
            continue
        for piece in pieces_of_bodies(work.frames.buffer, maker.body, members, bodies, one):
            good[piece.members] = True
            work.put_layout(InBlocks(bodies.row[piece.members], piece.lines, piece.kept))
    _put_heads(work, bodies, good, maker)


def _look(buffer: npt.NDArray[np.uint8], bodies: Bodies) -> npt.NDArray[np.uint64]:
    """Give a number that telegrams of one layout share: model, length, and how the first record begins."""
    beginning = wide(buffer, "<u4")[bodies.begin]
    marked = beginning & np.uint32(0xFFFF) == MARK
    head = np.where(marked, beginning >> np.uint32(16), beginning & np.uint32(0xFFFF)).astype("uint64")
    length = (bodies.end - bodies.begin).astype("uint64")
    model = bodies.address >> np.uint64(48) << np.uint64(16) | bodies.address & np.uint64(0xFFFF)
    return np.asarray(model << np.uint64(32) ^ length << np.uint64(24) ^ head << np.uint64(8) ^ bodies.ci)


def _put_heads(work: Work, bodies: Bodies, good: npt.NDArray[np.bool_], maker: MbusDriver | None) -> None:
    if not good.all():
        bodies = bodies.take(good)
    row, heads, words = bodies.row, work.heads, work.words
    if not len(row):
        return
    # Rows that are all there are cost less to write as a slice.
    to = slice(None) if len(row) == len(work.done) else row
    version, kind = bodies.version, (bodies.address >> np.uint64(56)).astype("uint8")
    header = has_header(bodies.ci)
    heads["link"][to] = np.where(bodies.link == WIRED, np.int8(0), np.int8(1))
    heads["version"][to] = version
    heads["device_type"][to] = kind
    heads["model_known"][to] = True
    medium = MEDIUM_OF[kind]
    heads["medium"][to] = medium if maker is None else np.where(_VAGUE[medium], MEDIUM_PLACE[maker.medium], medium)
    heads["access_number"][to] = bodies.access
    heads["status_byte"][to] = bodies.status
    heads["header_known"][to] = header
    heads["status"][to] = np.where(header, _STATUS_OF[bodies.status], np.uint32(0))
    heads["verdict"][to] = bodies.verdict
    securities = np.zeros(len(SECURITIES), dtype="int8")
    for one in np.flatnonzero(np.bincount(bodies.security)).tolist():
        securities[one] = words.code(words.securities, SECURITIES[one])
    heads["security"][to] = securities[bodies.security]
    code = (bodies.address & np.uint64(0x7FFF)).astype("uint16")
    codes = np.empty(1 << 15, dtype="int16")
    for one in np.flatnonzero(np.bincount(code)).tolist():
        codes[one] = words.code(words.manufacturers, manufacturer_of(one))
    heads["manufacturer"][to] = codes[code]
    work.done[to] = True
    work.meters.append(Meters.numbered(row, (bodies.address >> np.uint64(16)).astype("uint32")))
