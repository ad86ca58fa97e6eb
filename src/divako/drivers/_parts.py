"""The parts of a block of bytes that only its maker knows."""

from __future__ import annotations

import datetime as dt
import struct

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import TypeAlias

from attrs import evolve, field, frozen

from divako.codec import read_bcd
from divako.errors import DriverError, MalformedError
from divako.model import Function, Record, Register, Status, filled_record


LAYER = "driver"
Content: TypeAlias = dt.date | dt.time | str | None


def _slice(data: bytes, at: int, size: int) -> bytes:
    start = at if at >= 0 else len(data) + at
    return data[start : start + size]


def number_record(
    register: Register,
    count: int | None,
    *,
    storage: int = 0,
    tariff: int = 0,
    subunit: int = 0,
    function: Function = Function.INSTANTANEOUS,
    status: Status = Status.OK,
    raw: bytes = b"",
) -> Record:
    """Make the record of a count; None where the meter has no value.

    Parameters
    ----------
    register : Register
        With the factor of one count.
    count : int or None
        As sent.
    storage, tariff, subunit, function, status, raw
        As in `Record`.
    """
    if count is None:
        status |= Status.INVALID_VALUE
    value = None if count is None else register.value_of(count)
    return filled_record(
        register, count, value, None, storage, tariff, subunit, function, status, None, b"", raw, register.name
    )


def content_record(quantity: str, content: Content, *, storage: int = 0, raw: bytes = b"") -> Record:
    """Make the record of a date or text; None where the meter has none."""
    status = Status.INVALID_VALUE if content is None else Status.OK
    return Record(None, None, None, content, storage, 0, 0, Function.INSTANTANEOUS, status, None, b"", raw, quantity)


def _codes(codes: int | Iterable[int]) -> tuple[int, ...]:
    return (codes,) if isinstance(codes, int) else tuple(codes)


@frozen
class Number:
    """A number at a place of a block.

    Parameters
    ----------
    register : Register
        What it is, and what one count is worth.
    at : int
        Where it starts, from the start of the block; negative from its end. [byte]
    size : int, default 4
        Width. [byte]
    scale : int, default 0
        Power of ten that one count is worth in the register's unit.
    signed, bcd, big : bool, default False
        Two's complement, packed decimal, highest byte first.
    bits : (int, int), optional
        The lowest bit and how many, where it is a part of those bytes.
    invalid : int or sequence of int, optional
        Counts with which the meter says that it has no value.
    storage, tariff, subunit, function : optional
        As for records of the standard.
    optional : bool, default False
        Whether shorter blocks come without it.

    Attributes
    ----------
    scaled : Register
        The register with the factor of one count.
    """

    register: Register
    at: int
    size: int = 4
    scale: int = field(default=0, kw_only=True)
    signed: bool = field(default=False, kw_only=True)
    bcd: bool = field(default=False, kw_only=True)
    big: bool = field(default=False, kw_only=True)
    bits: tuple[int, int] | None = field(default=None, kw_only=True)
    invalid: tuple[int, ...] = field(default=(), converter=_codes, kw_only=True)
    storage: int = field(default=0, kw_only=True)
    tariff: int = field(default=0, kw_only=True)
    subunit: int = field(default=0, kw_only=True)
    function: Function = field(default=Function.INSTANTANEOUS, kw_only=True)
    optional: bool = field(default=False, kw_only=True)

    scaled: Register = field(init=False, eq=False, repr=False)

    @scaled.default
    def _with_scale(self) -> Register:
        return evolve(self.register, factor=self.register.factor * Fraction(10) ** self.scale)

    def count_of(self, data: bytes) -> int | None:
        """Read the count from a block; None where it is none."""
        raw = _slice(data, self.at, self.size)
        if self.big:
            raw = raw[::-1]
        count = read_bcd(raw) if self.bcd else int.from_bytes(raw, "little", signed=self.signed and self.bits is None)
        if count is not None and self.bits is not None:
            low, width = self.bits
            count = count >> low & ((1 << width) - 1)
            if self.signed and count >> (width - 1):
                count -= 1 << width
        return None if count in self.invalid else count

    def read(self, data: bytes) -> Record:
        """Read it as a record."""
        return number_record(
            self.scaled,
            self.count_of(data),
            storage=self.storage,
            tariff=self.tariff,
            subunit=self.subunit,
            function=self.function,
            raw=_slice(data, self.at, self.size),
        )


@frozen
class Real:
    """An IEEE 754 single at a place of a block; it has a value and no count.

    Parameters
    ----------
    register : Register
        What it is.
    at : int
        Where it starts. [byte]
    storage, tariff, subunit : int, default 0
        As for records of the standard.
    optional : bool, default False
        Whether shorter blocks come without it.
    """

    register: Register
    at: int
    storage: int = field(default=0, kw_only=True)
    tariff: int = field(default=0, kw_only=True)
    subunit: int = field(default=0, kw_only=True)
    optional: bool = field(default=False, kw_only=True)

    @property
    def size(self) -> int:
        """Width. [byte]"""
        return 4

    def read(self, data: bytes) -> Record:
        """Read it as a record."""
        raw = _slice(data, self.at, 4)
        (real,) = struct.unpack("<f", raw)
        finite = real - real == 0
        record = number_record(
            self.register, None, storage=self.storage, tariff=self.tariff, subunit=self.subunit, raw=raw
        )
        value = float(Fraction(real) * self.register.factor) if finite else None
        return evolve(record, value=value, status=Status.OK if finite else Status.INVALID_VALUE)


@frozen
class Sum:
    """A register that the meter sends in parts, such as last year's reading and the use since.

    Parameters
    ----------
    register : Register
        What the sum is.
    parts : sequence of Number
        What is added; all of one scale.
    storage : int, default 0
        As for records of the standard.
    optional : bool, default False
        Whether shorter blocks come without it.
    """

    register: Register
    parts: tuple[Number, ...] = field(converter=tuple[Number, ...])
    storage: int = field(default=0, kw_only=True)
    optional: bool = field(default=False, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if len({part.scaled.factor for part in self.parts}) != 1:
            msg = "the parts of a sum have one scale"
            raise DriverError(msg)

    @property
    def at(self) -> int:
        """Where the last part starts. [byte]"""
        return max(self.parts, key=lambda part: part.at + part.size).at

    @property
    def size(self) -> int:
        """Width of the last part. [byte]"""
        return max(self.parts, key=lambda part: part.at + part.size).size

    def read(self, data: bytes) -> Record:
        """Read it as a record; no value where a part has none."""
        counts = [part.count_of(data) for part in self.parts]
        known = [count for count in counts if count is not None]
        count = sum(known) if len(known) == len(counts) else None
        register = evolve(self.register, factor=self.parts[0].scaled.factor)
        return number_record(register, count, storage=self.storage)


@frozen
class Date:
    """A date or time at a place of a block: the wall clock of the meter.

    Parameters
    ----------
    read_bytes : callable
        A named function of the bytes: a date or datetime, or None where they say none.
    at, size : int
        Which bytes. [byte]
    quantity : str, default "date"
        What it dates.
    storage : int, default 0
        Of the numbers that it dates.
    required : bool, default False
        Whether a block without it is malformed: a date is a good check of what stands around it.
    optional : bool, default False
        Whether shorter blocks come without it.
    """

    read_bytes: Callable[[bytes], dt.date | None]
    at: int
    size: int = 2
    quantity: str = field(default="date", kw_only=True)
    storage: int = field(default=0, kw_only=True)
    required: bool = field(default=False, kw_only=True)
    optional: bool = field(default=False, kw_only=True)

    def read(self, data: bytes) -> Record:
        """Read it as a record.

        Raises
        ------
        MalformedError
            It is required, and there is none.
        """
        raw = _slice(data, self.at, self.size)
        content = self.read_bytes(raw)
        if content is None and self.required:
            msg = "a date that must stand there does not"
            raise MalformedError(msg, layer=LAYER, offset=self.at)
        return content_record(self.quantity, content, storage=self.storage, raw=raw)


def _meanings(meaning: Mapping[int, Status] | Iterable[tuple[int, Status]]) -> tuple[tuple[int, Status], ...]:
    return tuple(sorted(dict(meaning).items()))


@frozen
class Flags:
    """Status flags at a place of a block; they hold for all its numbers.

    Parameters
    ----------
    at : int
        Where they start. [byte]
    meaning : mapping of int to Status
        What it means that any bit of a mask is set.
    size : int, default 1
        Width. [byte]
    optional : bool, default False
        Whether shorter blocks come without them.
    """

    at: int
    meaning: tuple[tuple[int, Status], ...] = field(converter=_meanings)
    size: int = 1
    optional: bool = field(default=False, kw_only=True)

    def status_of(self, data: bytes) -> Status:
        """Give the union of the flags that are set."""
        flags = int.from_bytes(_slice(data, self.at, self.size), "little")
        status = Status.OK
        for mask, meaning in self.meaning:
            if flags & mask:
                status |= meaning
        return status


@frozen
class Fixed:
    """Bytes that always have this value; a block with another is no such block.

    Parameters
    ----------
    at : int
        Where they start. [byte]
    value : bytes
        What must stand there.
    mask : bytes, optional
        Which bits of them; all, where it is not given.
    optional : bool, default False
        Whether shorter blocks come without them.
    """

    at: int
    value: bytes
    mask: bytes = b""
    optional: bool = field(default=False, kw_only=True)

    @property
    def size(self) -> int:
        """Width. [byte]"""
        return len(self.value)

    def require(self, data: bytes) -> None:
        """Look whether they stand there.

        Raises
        ------
        MalformedError
            Others do.
        """
        got = _slice(data, self.at, self.size)
        if self.mask:
            got = bytes(a & b for a, b in zip(got, self.mask, strict=False))
        if got != self.value:
            msg = "a constant of the maker's block differs"
            raise MalformedError(msg, layer=LAYER, offset=self.at % len(data) if data else 0)
