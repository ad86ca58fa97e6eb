"""Blocks of bytes that only their maker knows, declared part by part.

A block checks all that it can before it gives a number: its length, its constants, the
dates that must stand in it, and what a check of its own says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from attrs import evolve, field, frozen

from divako.drivers._parts import LAYER, Date, Fixed, Flags, Number, Real, Sum
from divako.errors import DriverError, MalformedError, TruncatedError
from divako.mbus import Body
from divako.model import Record, Status


Part: TypeAlias = Number | Real | Sum | Date | Flags | Fixed
Prepare: TypeAlias = Callable[[bytes, Body], bytes]
Unroll: TypeAlias = Callable[[bytes, Body], Iterable[Record]]


def _parts(parts: Iterable[Part]) -> tuple[Part, ...]:
    return tuple(parts)


def _numbers(numbers: int | Iterable[int]) -> frozenset[int]:
    return frozenset((numbers,)) if isinstance(numbers, int) else frozenset(numbers)


@frozen
class Block:
    """A maker's block.

    Parameters
    ----------
    parts : sequence of Number, Real, Sum, Date, Flags or Fixed
        What is known of it, in the order in which records come out.
    size : int or collection of int
        How long it is; numbers, sets or ranges. [byte]
    versions : int or collection of int, optional
        Only in telegrams of meters of these versions; of all, where they are not given.
    prepare : callable, optional
        Turns the bytes sent into those that the parts lie in, such as a maker's cipher:
        a named function of the bytes and the `Body`.
    unroll : callable, optional
        Gives further records that parts cannot say: a pure, named function of the prepared
        bytes and the `Body`.
    check : callable, optional
        Tells whether prepared bytes are this block, such as a checksum.

    Raises
    ------
    DriverError
        It may be empty, or a part that is not optional lies beyond the shortest block.
    """

    parts: tuple[Part, ...] = field(converter=_parts)
    size: frozenset[int] = field(converter=_numbers, kw_only=True)
    versions: frozenset[int] = field(default=(), converter=_numbers, kw_only=True)
    prepare: Prepare | None = field(default=None, kw_only=True)
    unroll: Unroll | None = field(default=None, kw_only=True)
    check: Callable[[bytes], bool] | None = field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if not self.size or min(self.size) < 1:
            msg = "a block has a byte at least"
            raise DriverError(msg)
        shortest = min(self.size)
        if self.prepare is None and not all(part.optional or lies_in(part, shortest) for part in self.parts):
            msg = "a part that is not optional lies beyond the shortest block"
            raise DriverError(msg)

    def read(self, data: bytes, body: Body) -> tuple[Record, ...]:
        """Read a block.

        Parameters
        ----------
        data : bytes
            As sent.
        body : Body
            What it came in.

        Returns
        -------
        tuple of Record
            Complete; a block is read or refused.

        Raises
        ------
        TruncatedError, MalformedError
            It is not as declared.
        """
        if self.versions and body.address.mvt.version not in self.versions:
            msg = "the maker's block is of meters of another version"
            raise MalformedError(msg, layer=LAYER, offset=0)
        self._check_size(data)
        if self.prepare is not None:
            data = self.prepare(data, body)
        status = body.status
        records: list[Record] = []
        for part in self.parts:
            if not lies_in(part, len(data)):
                if part.optional:
                    continue
                msg = "the maker's block ends before a part of it"
                raise TruncatedError(msg, layer=LAYER, offset=len(data))
            if isinstance(part, Fixed):
                part.require(data)
            elif isinstance(part, Flags):
                status |= part.status_of(data)
            else:
                records.append(part.read(data))
        if self.check is not None and not self.check(data):
            msg = "the maker's block fails its check"
            raise MalformedError(msg, layer=LAYER, offset=0)
        if self.unroll is not None:
            records.extend(self.unroll(data, body))
        return tuple(_stamped(record, status, body) for record in records)

    def flags(self, data: bytes, body: Body) -> Status:
        """Give the flags that a block raises, which `read` has read before.

        Parameters
        ----------
        data : bytes
            As sent.
        body : Body
            What it came in.
        """
        if self.prepare is not None:
            data = self.prepare(data, body)
        status = Status.OK
        for part in self.parts:
            if isinstance(part, Flags) and lies_in(part, len(data)):
                status |= part.status_of(data)
        return status

    def _check_size(self, data: bytes) -> None:
        if len(data) in self.size:
            return
        if len(data) < min(self.size):
            msg = "the maker's block is too short"
            raise TruncatedError(msg, layer=LAYER, offset=len(data))
        msg = "the maker's block has a length that its driver does not know"
        raise MalformedError(msg, layer=LAYER, offset=min(len(data), max(self.size)))


def lies_in(part: Part, size: int) -> bool:
    """Tell whether a block of this length has a part."""
    return -size <= part.at if part.at < 0 else part.at + part.size <= size


def _stamped(record: Record, status: Status, body: Body) -> Record:
    """Give a record what the telegram says of all of them."""
    if record.register is None:
        return record
    time = body.received_at if record.storage == 0 else record.time
    if not status and time is record.time:
        return record
    return evolve(record, status=record.status | status, time=time)


def first_fitting(blocks: tuple[Block, ...], data: bytes, body: Body) -> tuple[Block, tuple[Record, ...]]:
    """Give the first block that fits, and its records; the error of the last where none does."""
    version = body.address.mvt.version
    blocks = tuple(block for block in blocks if not block.versions or version in block.versions) or blocks
    for block in blocks[:-1]:
        try:
            return block, block.read(data, body)
        except (TruncatedError, MalformedError):
            continue
    return blocks[-1], blocks[-1].read(data, body)


def read_first(blocks: tuple[Block, ...], data: bytes, body: Body) -> tuple[Record, ...]:
    """Read the first block that fits; the error of the last where none does."""
    return first_fitting(blocks, data, body)[1]
