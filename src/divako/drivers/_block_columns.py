"""A maker's block as columns: many blocks of one length at once."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from attrs import evolve, frozen

from divako.drivers._block import Block, Part, lies_in
from divako.drivers._part_columns import (
    Booleans,
    Bytes,
    Integers,
    asked_once,
    counts_of,
    has_columns,
    is_dated,
    reals_of,
    stands,
    status_of,
    sums_of,
)
from divako.drivers._parts import Date, Fixed, Flags, Number, Real, Sum
from divako.model import Function, Register, Status, values_of_counts


_INVALID = np.uint32(Status.INVALID_VALUE)


@frozen(kw_only=True)
class Line:
    """What one number of a block is, the same in all blocks."""

    register: Register
    storage: int
    tariff: int
    subunit: int
    function: Function


@frozen(kw_only=True, eq=False)
class BlockColumns:
    """What ``k`` blocks say.

    Parameters
    ----------
    fits : ndarray of bool, shape (k,)
        Which of them are this block at all; the others have meaningless numbers.
    flags : ndarray of uint32, shape (k,)
        The status that each raises for all numbers of its telegram.
    lines : tuple of Line
        The ``m`` numbers.
    count : ndarray of int64, shape (m, k)
        What was sent; 0 where `known` is False.
    known : ndarray of bool, shape (m, k)
        Whether an integer was sent.
    value : ndarray of float64, shape (m, k)
        NaN where unknown. [canonical unit of the register]
    status : ndarray of uint32, shape (m, k)
        What each number says of itself.
    """

    fits: Booleans
    flags: npt.NDArray[np.uint32]
    lines: tuple[Line, ...]
    count: Integers
    known: Booleans
    value: npt.NDArray[np.float64]
    status: npt.NDArray[np.uint32]


def read_columns(block: Block, data: Bytes) -> BlockColumns | None:
    """Read many blocks of one length, by the rules of `Block.read`.

    Parameters
    ----------
    block : Block
        As declared.
    data : ndarray of uint8, shape (k, size)
        Blocks as sent.

    Returns
    -------
    BlockColumns or None
        None where it takes a function of the maker's to read them.
    """
    if block.prepare is not None or block.unroll is not None or not all(map(has_columns, block.parts)):
        return None
    k, size = data.shape
    inside = [part for part in block.parts if lies_in(part, size)]
    missing = any(not part.optional for part in block.parts if not lies_in(part, size))
    fits: Booleans = np.full(k, size in block.size and not missing)
    flags: npt.NDArray[np.uint32] = np.zeros(k, dtype="uint32")
    for part in inside:
        if isinstance(part, Fixed):
            fits &= stands(part, data)
        elif isinstance(part, Flags):
            flags |= status_of(part, data)
        elif isinstance(part, Date) and part.required:
            fits &= is_dated(part, data)
    if block.check is not None:
        asked = np.flatnonzero(fits)
        fits[asked] = asked_once(block.check, data[asked])
    return _numbers(inside, data, fits, flags)


def _numbers(parts: Sequence[Part], data: Bytes, fits: Booleans, flags: npt.NDArray[np.uint32]) -> BlockColumns:
    numbers = [part for part in parts if isinstance(part, Number | Real | Sum)]
    shape = len(numbers), len(data)
    count, known = np.zeros(shape, dtype="int64"), np.zeros(shape, dtype="bool")
    value, status = np.full(shape, np.nan), np.zeros(shape, dtype="uint32")
    for row, part in enumerate(numbers):
        if isinstance(part, Real):
            real, good = reals_of(part, data)
            value[row] = _scaled(real, part.register.factor)
        else:
            count[row], good = counts_of(part, data) if isinstance(part, Number) else sums_of(part, data)
            known[row] = good
            value[row] = values_of_counts(count[row], _line_of(part).register)
        value[row, ~good] = np.nan
        status[row, ~good] = _INVALID
    lines = tuple(map(_line_of, numbers))
    return BlockColumns(fits=fits, flags=flags, lines=lines, count=count, known=known, value=value, status=status)


def _scaled(real: npt.NDArray[np.float64], factor: Fraction) -> npt.NDArray[np.float64]:
    if factor == 1:
        return real + 0.0  # a fraction has no negative zero
    return np.array([float(Fraction(one) * factor) for one in real.tolist()], dtype="float64")


def _line_of(part: Number | Real | Sum) -> Line:
    if isinstance(part, Number):
        register = part.scaled
    elif isinstance(part, Sum):
        register = evolve(part.register, factor=part.parts[0].scaled.factor)
    else:
        register = part.register
    return Line(
        register=register,
        storage=part.storage,
        tariff=0 if isinstance(part, Sum) else part.tariff,
        subunit=0 if isinstance(part, Sum) else part.subunit,
        function=part.function if isinstance(part, Number) else Function.INSTANTANEOUS,
    )
