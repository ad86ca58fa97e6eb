"""What makers' blocks say in telegrams of one layout: each block a stretch of the bodies, read by columns.

A block may be one of several that its maker sends, and a telegram that has none of them
is left to the decoder of single telegrams.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from attrs import frozen

from divako.drivers import Block
from divako.drivers._block_columns import BlockColumns, read_columns
from divako.telegrams._bodies import Bodies
from divako.telegrams._book import How
from divako.telegrams._lines import Lines
from divako.telegrams._source import wide
from divako.telegrams._values import Values, read_layout
from divako.telegrams._walk import Layout, Walker


Integers = npt.NDArray[np.int64]


@frozen(eq=False)
class Piece:
    """Telegrams of one layout whose blocks are of the same kinds.

    Parameters
    ----------
    members : ndarray of int64, shape (k,)
        Which of the telegrams, rising.
    lines : Lines
        Their ``m`` readings.
    kept : Values
        What they hold, of shape ``(m, k)``.
    """

    members: Integers
    lines: Lines
    kept: Values


@frozen(eq=False)
class _Stretch:
    """Where a block stands in each body, and what it may be."""

    at: int
    size: int
    blocks: tuple[Block, ...]


@frozen(eq=False)
class _Found:
    """Some members, and what their stretches are so far."""

    members: Integers
    read: tuple[BlockColumns, ...]


def has_blocks(walker: Walker, layout: Layout) -> bool:
    """Tell whether blocks of the maker's stand in a layout."""
    behind = walker.maker is not None and bool(walker.maker.after_records) and layout.rest < layout.end
    return behind or bool((walker.book.how[layout.every_code] == How.BLOCK).any())


def pieces_of(walker: Walker, layout: Layout, bodies: Bodies) -> list[Piece]:
    """Read telegrams of a layout in which blocks stand.

    Parameters
    ----------
    walker : Walker
        Holds buffer and book.
    layout : Layout
        Where the records are.
    bodies : Bodies
        All bodies.

    Returns
    -------
    list of Piece
        Without the members whose blocks are none that their maker declares, or take a function to read.
    """
    book, code, place = walker.book, layout.every_code, layout.every_place
    how = book.how[code]
    first = bodies.begin[layout.members[0]] + place
    sizes, is_row = walker.sizes(first, code), walker.are_rows(first, code)
    parts: list[Integers | _Stretch] = []
    at = 0
    for block in np.flatnonzero(how == How.BLOCK).tolist():
        parts.append(_rows(is_row, at, block))
        parts.append(_Stretch(int(place[block]), int(sizes[block]), book.blocks(int(code[block]))))
        at = block + 1
    parts.append(_rows(is_row, at, len(code)))
    if walker.maker is not None and walker.maker.after_records and layout.rest < layout.end:
        parts.append(_Stretch(layout.rest, layout.end - layout.rest, walker.maker.after_records))
    stretches = [part for part in parts if isinstance(part, _Stretch)]
    out: list[Piece] = []
    for found in _read(walker.buffer, stretches, layout.members, bodies):
        reading = iter(found.read)
        lines: list[Lines] = []
        values: list[Values] = []
        for part in parts:
            if isinstance(part, _Stretch):
                block_columns = next(reading)
                lines.append(Lines.of_block(block_columns.lines))
                values.append(_values_of(block_columns))
            elif len(part):
                lines.append(Lines.of_codes(book, code[part]))
                values.append(read_layout(walker, code[part], place[part], bodies.begin[found.members]))
        out.append(_piece(found, lines, values))
    return out


def pieces_of_bodies(
    buffer: npt.NDArray[np.uint8], blocks: tuple[Block, ...], members: Integers, bodies: Bodies, size: int
) -> list[Piece]:
    """Read bodies of one length that are a block as a whole.

    Parameters
    ----------
    buffer : ndarray of uint8
        Holds the bodies.
    blocks : tuple of Block
        What they may be.
    members : ndarray of int64, shape (k,)
        Which bodies.
    bodies : Bodies
        All bodies.
    size : int
        Their length. [byte]
    """
    found = _read(buffer, [_Stretch(0, size, blocks)], members, bodies)
    return [
        _piece(one, [Lines.of_block(block.lines) for block in one.read], [_values_of(block) for block in one.read])
        for one in found
    ]


def _rows(is_row: npt.NDArray[np.bool_], first: int, stop: int) -> Integers:
    return first + np.flatnonzero(is_row[first:stop])


def _read(
    buffer: npt.NDArray[np.uint8], stretches: Sequence[_Stretch], members: Integers, bodies: Bodies
) -> list[_Found]:
    """Find out which block each stretch is; members of different blocks part."""
    found = [_Found(members, ())]
    for stretch in stretches:
        found = [
            _Found(some.members[fits], (*(_of(before, fits) for before in some.read), read))
            for some in found
            for fits, read in _kinds(buffer, stretch, bodies.begin[some.members], bodies.version[some.members])
        ]
    return found


def _kinds(
    buffer: npt.NDArray[np.uint8], stretch: _Stretch, begin: Integers, version: npt.NDArray[np.uint8]
) -> list[tuple[Integers, BlockColumns]]:
    """Give, for each block that a stretch is somewhere, where it is, and what it says there."""
    data = wide(buffer, f"V{stretch.size}")[begin + stretch.at].view("uint8").reshape(len(begin), stretch.size)
    left = np.arange(len(begin))
    out: list[tuple[Integers, BlockColumns]] = []
    for block in stretch.blocks:
        asked = left if not block.versions else left[np.isin(version[left], list(block.versions))]
        if not len(asked) or stretch.size not in block.size:
            continue
        read = read_columns(block, data[asked])
        if read is None:
            left = np.setdiff1d(left, asked)  # a later block may be read only where this one is none
            continue
        fits = np.flatnonzero(read.fits)
        if len(fits):
            out.append((asked[fits], _of(read, fits)))
            left = np.setdiff1d(left, asked[fits])
    return out


def _of(read: BlockColumns, which: Integers) -> BlockColumns:
    if len(which) == len(read.fits):
        return read
    return BlockColumns(
        fits=read.fits[which],
        flags=read.flags[which],
        lines=read.lines,
        count=read.count[:, which],
        known=read.known[:, which],
        value=read.value[:, which],
        status=read.status[:, which],
    )


def _values_of(read: BlockColumns) -> Values:
    return Values(read.count, read.known, read.value, read.status)


def _piece(found: _Found, lines: Sequence[Lines], values: Sequence[Values]) -> Piece:
    """Put the readings of all stretches together, and what they say of all numbers into each."""
    joined = Lines.joined(lines)
    count, known, value, status = (
        np.concatenate([getattr(one, name) for one in values]) for name in ("count", "known", "value", "status")
    )
    for read in found.read:
        if read.flags.any():
            status[joined.register >= 0] |= read.flags
    return Piece(found.members, joined, Values(count, known, value, status))
