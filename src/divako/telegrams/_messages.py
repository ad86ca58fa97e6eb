"""M-Bus messages of a part, read by columns."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from divako.mbus import Formats, manufacturer_of, status_of
from divako.telegrams._alike import alike_of
from divako.telegrams._bodies import (
    COMPACT,
    SECURITIES,
    WIRED,
    Bodies,
    applications_of,
    bodies_of,
    has_header,
    wide,
    without_drivers,
)
from divako.telegrams._compact_columns import compact_layouts
from divako.telegrams._keyring import Keyring
from divako.telegrams._links import behind_links
from divako.telegrams._meters import Meters
from divako.telegrams._opening import MARK, opened
from divako.telegrams._values import read_rows
from divako.telegrams._walk import Layout, Walker
from divako.telegrams._work import MEDIUM_OF, InLayout, InSteps, Work


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
    bodies = opened(buffer, without_drivers(bodies_of(buffer, found)), ring)
    walker = Walker(buffer)
    compact = np.isin(bodies.ci, COMPACT)
    if compact.any():
        if work.asked.record_headers is not None:
            _read_compact(work, bodies.take(compact), walker, work.asked.record_headers, least)
        bodies = bodies.take(~compact)
    if len(bodies.row):
        _read(work, bodies, walker, least, in_alike=in_alike)


def _read_compact(work: Work, bodies: Bodies, walker: Walker, known: Formats, least: int) -> None:
    """Read the data of compact frames."""
    good = np.zeros(len(bodies.row), dtype="bool")
    for layout in compact_layouts(walker, bodies, known, least):
        _take(work, walker, bodies, layout)
        good[layout.members] = True
    walker.keep()
    _put_heads(work, bodies, good)
    work.done[bodies.row[good]] = True


def _take(work: Work, walker: Walker, bodies: Bodies, layout: Layout) -> None:
    """Take note of telegrams of one layout."""
    rows = bodies.row[layout.members]
    work.many[rows] = len(layout.code)
    work.layouts.append(InLayout(rows, walker, layout.code, layout.place, bodies.begin[layout.members]))


def _read(work: Work, bodies: Bodies, walker: Walker, least: int, *, in_alike: bool) -> None:
    """Read the records of bodies."""
    layouts = walker.layouts(bodies.begin, bodies.end, _look(walker.buffer, bodies), least)
    rest = np.ones(len(bodies.row), dtype="bool")
    for layout in layouts:
        rest[layout.members] = False
    if in_alike:
        walker.keep()
        for layout in layouts:
            begin, rows = bodies.begin[layout.members], work.first_row + bodies.row[layout.members]
            work.alike.append(alike_of(walker, layout, begin, rows))
        _put_heads(work, bodies, ~rest)
        return
    left = np.flatnonzero(rest)
    steps = walker.in_step(bodies.begin[left], bodies.end[left])
    walker.keep()
    good = np.ones(len(bodies.row), dtype="bool")
    good[left] = steps.good
    for layout in layouts:
        _take(work, walker, bodies, layout)
    work.many[bodies.row[left]] = steps.many
    values = read_rows(walker, steps.code, steps.place)
    work.singles.append(InSteps(bodies.row[left], walker.book, steps.many, steps.code, values))
    _put_heads(work, bodies, good)
    work.done[bodies.row[good]] = True


def _look(buffer: npt.NDArray[np.uint8], bodies: Bodies) -> npt.NDArray[np.uint64]:
    """Give a number that telegrams of one layout share: model, length, and how the first record begins."""
    beginning = wide(buffer, "<u4")[bodies.begin]
    marked = beginning & np.uint32(0xFFFF) == MARK
    head = np.where(marked, beginning >> np.uint32(16), beginning & np.uint32(0xFFFF)).astype("uint64")
    length = (bodies.end - bodies.begin).astype("uint64")
    model = bodies.address >> np.uint64(48) << np.uint64(16) | bodies.address & np.uint64(0xFFFF)
    return np.asarray(model << np.uint64(32) ^ length << np.uint64(24) ^ head << np.uint64(8) ^ bodies.ci)


def _put_heads(work: Work, bodies: Bodies, good: npt.NDArray[np.bool_]) -> None:
    if not good.all():
        bodies = bodies.take(good)
    row, heads, words = bodies.row, work.heads, work.words
    if not len(row):
        return
    model = bodies.address >> np.uint64(48)
    version, kind = (model & np.uint64(0xFF)).astype("uint8"), (model >> np.uint64(8)).astype("uint8")
    header = has_header(bodies.ci)
    heads["link"][row] = np.where(bodies.link == WIRED, np.int8(0), np.int8(1))
    heads["version"][row] = version
    heads["device_type"][row] = kind
    heads["model_known"][row] = True
    heads["medium"][row] = MEDIUM_OF[kind]
    heads["access_number"][row] = bodies.access
    heads["status_byte"][row] = bodies.status
    heads["header_known"][row] = header
    heads["status"][row] = np.where(header, _STATUS_OF[bodies.status], np.uint32(0))
    heads["verdict"][row] = bodies.verdict
    securities = np.zeros(len(SECURITIES), dtype="int8")
    for one in np.flatnonzero(np.bincount(bodies.security)).tolist():
        securities[one] = words.code(words.securities, SECURITIES[one])
    heads["security"][row] = securities[bodies.security]
    maker = (bodies.address & np.uint64(0x7FFF)).astype("uint16")
    codes = np.empty(1 << 15, dtype="int16")
    for one in np.unique(maker).tolist():
        codes[one] = words.code(words.manufacturers, manufacturer_of(one))
    heads["manufacturer"][row] = codes[maker]
    work.meters.append(Meters.numbered(row, (bodies.address >> np.uint64(16)).astype("uint32")))
