"""Telegrams of one layout as blocks: the form that costs least."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from attrs import frozen

from divako.model import Readings, Register
from divako.telegrams._book import Book
from divako.telegrams._tables import Refusals, Telegrams
from divako.telegrams._values import Values


@frozen(kw_only=True, eq=False)
class Block:
    """Readings of ``k`` telegrams that share a layout of ``m`` readings.

    Parameters
    ----------
    telegram : ndarray of int64, shape (k,)
        Which of the telegrams handed in, rising.
    register : ndarray of int32, shape (m,)
        Row numbers into the registers of the `Blocks`; -1 where only the maker knows the quantity.
    storage : ndarray of int64, shape (m,)
        Storage numbers; those with 0 have the time of receipt of their telegram.
    tariff, subunit : ndarray of int32, shape (m,)
        Further indices.
    function : ndarray of uint8, shape (m,)
        `Function` of each.
    count : ndarray of int64, shape (m, k)
        What was sent; meaningless where `count_known` is False.
    count_known : ndarray of bool, shape (m, k)
        Whether an integer was sent.
    value : ndarray of float64, shape (m, k)
        NaN where unknown. [canonical unit of the register]
    status : ndarray of uint32, shape (m, k)
        What each record says of its value; what the telegram says of all stands in its headers.
    """

    telegram: npt.NDArray[np.int64]
    register: npt.NDArray[np.int32]
    storage: npt.NDArray[np.int64]
    tariff: npt.NDArray[np.int32]
    subunit: npt.NDArray[np.int32]
    function: npt.NDArray[np.uint8]
    count: npt.NDArray[np.int64]
    count_known: npt.NDArray[np.bool_]
    value: npt.NDArray[np.float64]
    status: npt.NDArray[np.uint32]


@frozen(kw_only=True, eq=False)
class Blocks:
    """What a batch of telegrams holds, by layout.

    Parameters
    ----------
    telegrams : Telegrams
        What their headers say; a row per telegram handed in.
    blocks : tuple of Block
        Telegrams of common layouts.
    rest : Readings
        Readings of the other telegrams, in their order.
    first : ndarray of int64, shape (n + 1,)
        The readings of telegram ``i`` in `rest` are rows ``first[i]`` to ``first[i + 1]``: none, where a
        block has it.
    registers : tuple of Register
        Of all blocks and of the rest, each once.
    errors : Refusals
        The telegrams that gave none, and why.
    """

    telegrams: Telegrams
    blocks: tuple[Block, ...]
    rest: Readings
    first: npt.NDArray[np.int64]
    registers: tuple[Register, ...]
    errors: Refusals


def block_of(
    telegram: npt.NDArray[np.int64],
    book: Book,
    code: npt.NDArray[np.int64],
    named: npt.NDArray[np.int32],
    values: Values,
) -> Block:
    """Make a block of what columns have read.

    Parameters
    ----------
    telegram : ndarray of int64, shape (k,)
        Which telegrams.
    book : Book
        Knows the headers.
    code : ndarray of int64, shape (m,)
        The headers.
    named : ndarray of int32
        Codes of the book's registers in the batch.
    values : Values
        Of shape ``(m, k)``.
    """
    shape = values.count.shape
    known, status = values.known, values.status
    return Block(
        telegram=telegram,
        register=named[book.register[code]],
        storage=book.storage[code],
        tariff=book.tariff[code],
        subunit=book.subunit[code],
        function=book.function[code],
        count=values.count,
        # What is the same throughout takes no memory.
        count_known=np.broadcast_to(np.array([[True]]), shape) if known.all() else known,
        value=values.value,
        status=status if status.any() else np.broadcast_to(np.zeros((1, 1), dtype="uint32"), shape),
    )
