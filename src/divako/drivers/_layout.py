"""Fixed byte layouts, read many payloads at a time.

A layout becomes one numpy structured dtype, so reading ``n`` payloads is one
`numpy.frombuffer` and no loop over bytes.
"""

from __future__ import annotations

import functools

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from attrs import evolve, field, frozen

from divako.errors import DriverError, MalformedError, TruncatedError
from divako.model import Register, Status


LAYER = "lorawan.payload"


@frozen
class Skip:
    """Bytes of no interest.

    Parameters
    ----------
    size : int
        How many. [byte]
    """

    size: int


@frozen
class Constant:
    """Bytes that always have this value, such as the version of a format.

    Parameters
    ----------
    value : bytes
        What must stand there.
    """

    value: bytes

    @property
    def size(self) -> int:
        """Width. [byte]"""
        return len(self.value)


def _meanings(meaning: Mapping[int, Status] | Iterable[tuple[int, Status]]) -> tuple[tuple[int, Status], ...]:
    return tuple(sorted(dict(meaning).items()))


def _codes(
    codes: Mapping[tuple[int, int], Status] | Iterable[tuple[tuple[int, int], Status]],
) -> tuple[tuple[tuple[int, int], Status], ...]:
    pairs = codes.items() if isinstance(codes, Mapping) else codes
    return tuple(sorted(dict(pairs).items()))


@frozen
class Bits:
    """Status flags.

    Parameters
    ----------
    meaning : mapping of int to Status
        What it means that any bit of a mask is set.
    codes : mapping of (int, int) to Status, optional
        What it means that the bits of a mask have exactly this value.
    size : int, default 1
        Width. [byte]
    """

    meaning: tuple[tuple[int, Status], ...] = field(converter=_meanings)
    codes: tuple[tuple[tuple[int, int], Status], ...] = field(factory=dict, converter=_codes, kw_only=True)
    size: int = 1


@frozen
class Time:
    """Unsigned seconds since `epoch`, in UTC; the time of the counters behind it. [s]

    Parameters
    ----------
    epoch : str, default "1970-01-01"
        ISO 8601, in UTC.
    size : int, default 4
        Width. [byte]
    """

    epoch: str = "1970-01-01"
    size: int = 4


@frozen
class Counter:
    """A number of the meter: its count is what is sent.

    Parameters
    ----------
    register : Register
        What is counted.
    scale : int, default 0
        Power of ten that one count is worth in the register's unit.
    size : int, default 4
        Width. [byte]
    signed : bool, default False
        Whether it may be negative.
    """

    register: Register
    scale: int = 0
    size: int = 4
    signed: bool = field(default=False, kw_only=True)

    @functools.cached_property
    def scaled(self) -> Register:
        """The register with the worth of one count."""
        return evolve(self.register, factor=self.register.factor * Fraction(10) ** self.scale)


@frozen
class Counters:
    """Equally wide unsigned numbers in a row, kept as raw counts for `unroll`.

    Parameters
    ----------
    name : str
        Field of the structured array.
    count : int
        How many.
    item : int, default 2
        Width of one. [byte]
    """

    name: str
    count: int
    item: int = 2

    @property
    def size(self) -> int:
        """Width of all. [byte]"""
        return self.count * self.item


Part: TypeAlias = Skip | Constant | Bits | Time | Counter | Counters


def _parts(parts: Iterable[Part]) -> tuple[Part, ...]:
    return tuple(parts)


@frozen
class Layout:
    """The parts of a payload in the order they are sent.

    Parameters
    ----------
    parts : sequence of part
        What each run of bytes means.
    order : {"<", ">"}
        Byte order of every number.

    Raises
    ------
    DriverError
        The byte order is neither, or a number has a width that numpy has not.
    """

    parts: tuple[Part, ...] = field(converter=_parts)
    order: str = "<"

    def __attrs_post_init__(self) -> None:
        if self.order not in {"<", ">"}:
            msg = "the byte order is '<' or '>'"
            raise DriverError(msg)
        for part in self.parts:
            width = part.item if isinstance(part, Counters) else part.size
            if not isinstance(part, Skip | Constant) and width not in {1, 2, 4, 8}:
                msg = "a number of a layout is 1, 2, 4 or 8 bytes wide"
                raise DriverError(msg)

    @property
    def size(self) -> int:
        """Length of a payload. [byte]"""
        return sum(part.size for part in self.parts)

    @property
    def names(self) -> tuple[str, ...]:
        """Field names of `split`, part by part: ``_0``, ``_1``, … or the name of the part."""
        return tuple(part.name if isinstance(part, Counters) else f"_{place}" for place, part in enumerate(self.parts))

    @property
    def counters(self) -> tuple[tuple[str, Counter], ...]:
        """The counters with their field names, in the order sent."""
        return tuple((n, p) for n, p in zip(self.names, self.parts, strict=True) if isinstance(p, Counter))

    @property
    def clocks(self) -> tuple[tuple[str, str | None], ...]:
        """The counters with the field name of the last `Time` before each, in the order sent."""
        out: list[tuple[str, str | None]] = []
        last: str | None = None
        for name, part in zip(self.names, self.parts, strict=True):
            if isinstance(part, Time):
                last = name
            elif isinstance(part, Counter):
                out.append((name, last))
        return tuple(out)

    def split(self, payloads: Sequence[bytes]) -> npt.NDArray[np.void]:
        """Read equally long payloads as one structured array.

        Parameters
        ----------
        payloads : sequence of bytes
            ``n`` payloads.

        Returns
        -------
        ndarray of void, shape (n,)
            One field of raw numbers per part.

        Raises
        ------
        TruncatedError
            A payload is shorter than the layout.
        MalformedError
            A payload is longer, or a constant part differs.
        """
        for payload in payloads:
            if len(payload) < self.size:
                msg = "the payload is too short"
                raise TruncatedError(msg, layer=LAYER, offset=len(payload))
            if len(payload) > self.size:
                msg = "the payload is too long"
                raise MalformedError(msg, layer=LAYER, offset=self.size)
        return self.view(b"".join(payloads))

    def view(self, payloads: bytes | memoryview | npt.NDArray[np.void]) -> npt.NDArray[np.void]:
        """Read payloads that stand one behind the other, or each as one item, as one structured array.

        Parameters
        ----------
        payloads : bytes, memoryview or ndarray of void
            ``n`` payloads, each as long as the layout.

        Returns
        -------
        ndarray of void, shape (n,)
            One field of raw numbers per part.

        Raises
        ------
        MalformedError
            A constant part differs.
        """
        dtype = _dtype(self)
        raw: npt.NDArray[np.void] = (
            payloads.view(dtype) if isinstance(payloads, np.ndarray) else np.frombuffer(payloads, dtype=dtype)
        )
        at = 0
        for name, part in zip(self.names, self.parts, strict=True):
            if isinstance(part, Constant) and (raw[name] != np.void(part.value)).any():
                msg = "a constant part differs"
                raise MalformedError(msg, layer=LAYER, offset=at)
            at += part.size
        return raw

    def times(self, raw: npt.NDArray[np.void]) -> dict[str, npt.NDArray[np.datetime64]]:
        """Give the time of each counter: that of the last `Time` before it.

        Parameters
        ----------
        raw : ndarray of void, shape (n,)
            From `split`.

        Returns
        -------
        dict of str to ndarray of datetime64[ms], shape (n,)
            By field name of the counter; a counter before any `Time` is absent.
        """
        out: dict[str, npt.NDArray[np.datetime64]] = {}
        last: npt.NDArray[np.datetime64] | None = None
        for name, part in zip(self.names, self.parts, strict=True):
            if isinstance(part, Time):
                last = np.datetime64(part.epoch, "ms") + raw[name].astype("int64") * np.timedelta64(1000, "ms")
            elif isinstance(part, Counter) and last is not None:
                out[name] = last
        return out

    def counts(self, raw: npt.NDArray[np.void], name: str) -> npt.NDArray[Any]:
        """Give the counts of a counter, shape (n,), by its field name.

        Raises
        ------
        MalformedError
            One is larger than 63 bits.
        """
        column: npt.NDArray[Any] = raw[name]
        if column.dtype.kind == "u" and column.dtype.itemsize == 8 and (column > np.uint64(2**63 - 1)).any():
            msg = "a counter is larger than 63 bits"
            raise MalformedError(msg, layer=LAYER)
        return column

    def status(self, raw: npt.NDArray[np.void]) -> npt.NDArray[np.uint32]:
        """Give the union of all status flags of each payload, shape (n,)."""
        status = np.zeros(len(raw), dtype="uint32")
        for name, part in zip(self.names, self.parts, strict=True):
            if isinstance(part, Bits):
                status |= _of_byte(part)[raw[name]] if part.size == 1 else _flags(part, raw[name])
        return status


def _flags(part: Bits, sent: npt.NDArray[Any]) -> npt.NDArray[np.uint32]:
    status = np.zeros(len(sent), dtype="uint32")
    for mask, meaning in part.meaning:
        status[(sent & mask) != 0] |= np.uint32(meaning)
    for (mask, value), meaning in part.codes:
        status[(sent & mask) == value] |= np.uint32(meaning)
    return status


@functools.lru_cache(maxsize=256)
def _of_byte(part: Bits) -> npt.NDArray[np.uint32]:
    """Give the flags of each value of a byte."""
    return _flags(part, np.arange(256, dtype="uint8"))


@functools.cache
def _dtype(layout: Layout) -> np.dtype[np.void]:
    fields: list[Any] = []
    for name, part in zip(layout.names, layout.parts, strict=True):
        match part:
            case Skip() | Constant():
                fields.append((name, f"V{part.size}"))
            case Counters():
                fields.append((name, f"{layout.order}u{part.item}", (part.count,)))
            case Counter(signed=True):
                fields.append((name, f"{layout.order}i{part.size}"))
            case _:
                fields.append((name, f"{layout.order}u{part.size}"))
    return np.dtype(fields)
