"""Telegrams of one layout as blocks: the form that costs least."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from attrs import frozen

from divako.model import Readings, Register
from divako.telegrams._lines import Lines
from divako.telegrams._tables import Refusals, Telegrams
from divako.telegrams._values import Values


_INDICES = {"storage": "int64", "tariff": "int32", "subunit": "int32", "function": "uint8"}


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
        Storage numbers.
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
        What each record says of its value; what an M-Bus telegram says of all stands in its headers.
    time : ndarray of datetime64[ms], shape (m, k), or None
        When the registers of a device's payloads stood so, in UTC; NaT where nobody has said. None for M-Bus
        telegrams: what has storage number 0 has the time of receipt in their headers, and nothing else has one.
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
    time: npt.NDArray[np.datetime64] | None = None


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

    def __repr__(self) -> str:
        return f"Blocks({len(self.telegrams)} telegrams, {len(self.blocks)} blocks, {len(self.errors)} refused)"


def block_of(telegram: npt.NDArray[np.int64], lines: Lines, named: npt.NDArray[np.int32], values: Values) -> Block:
    """Make a block of what columns have read.

    Parameters
    ----------
    telegram : ndarray of int64, shape (k,)
        Which telegrams.
    lines : Lines
        What the ``m`` readings are.
    named : ndarray of int32
        Codes of the registers of the lines in the batch.
    values : Values
        Of shape ``(m, k)``.
    """
    known, status = values.known, values.status
    return Block(
        telegram=telegram,
        register=named[lines.register],
        storage=lines.storage,
        tariff=lines.tariff,
        subunit=lines.subunit,
        function=lines.function,
        count=values.count,
        count_known=_thin(known, mostly=True),
        value=values.value,
        status=_thin(status, mostly=0),
    )


def block_of_payloads(
    telegram: npt.NDArray[np.int64], many: npt.NDArray[np.int64], readings: Readings, named: npt.NDArray[np.int32]
) -> Block | None:
    """Make a block of the readings of payloads, or None where these are not of one layout.

    Parameters
    ----------
    telegram : ndarray of int64, shape (k,)
        Which telegrams.
    many : ndarray of int64, shape (k,)
        How many readings each has.
    readings : Readings
        Of all, telegram by telegram.
    named : ndarray of int32
        Codes of its registers in the batch.
    """
    k, m = len(telegram), int(many[0])
    if not m or (many != m).any():
        return None
    codes = [getattr(readings, name).reshape(k, m) for name in ("register", *_INDICES)]
    # What is the same throughout has one place in memory.
    if any((code != code[0]).any() for code in codes if any(code.strides)):
        return None
    indices: dict[str, Any] = {
        name: code[0].astype(dtype) for (name, dtype), code in zip(_INDICES.items(), codes[1:], strict=True)
    }
    return Block(
        telegram=telegram,
        register=named[codes[0][0]],
        **indices,
        count=readings.count.reshape(k, m).T,
        count_known=_thin(readings.count_known.reshape(k, m).T, mostly=True),
        value=readings.value.reshape(k, m).T,
        status=_thin(readings.status.reshape(k, m).T, mostly=0),
        time=readings.time.reshape(k, m).T,
    )


def _thin(column: npt.NDArray[Any], *, mostly: object) -> npt.NDArray[Any]:
    """Give a column; where it is one thing throughout, so that it takes no memory."""
    if not any(column.strides) or (column != mostly).any():
        return column
    return np.broadcast_to(np.array([[mostly]], dtype=column.dtype), column.shape)
