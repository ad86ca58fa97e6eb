"""What the readings of a layout are, one line each, the same in all its telegrams."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
import numpy.typing as npt

from attrs import frozen

from divako.drivers._block_columns import Line
from divako.model import Register
from divako.telegrams._book import Book


@frozen(eq=False, kw_only=True)
class Lines:
    """The ``m`` readings of a layout.

    Parameters
    ----------
    registers : tuple of Register
        Each once.
    register : ndarray of int32, shape (m,)
        Row numbers into `registers`; -1 where only the maker knows the quantity.
    storage : ndarray of int64, shape (m,)
        Storage numbers; those with 0 have the time of receipt of their telegram.
    tariff, subunit : ndarray of int32, shape (m,)
        Further indices.
    function : ndarray of uint8, shape (m,)
        `Function` of each.
    """

    registers: tuple[Register, ...]
    register: npt.NDArray[np.int32]
    storage: npt.NDArray[np.int64]
    tariff: npt.NDArray[np.int32]
    subunit: npt.NDArray[np.int32]
    function: npt.NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.register)

    @classmethod
    def of_codes(cls, book: Book, code: npt.NDArray[np.int64]) -> Self:
        """Take the lines of record headers, by their codes in a book."""
        return cls(
            registers=book.registers,
            register=book.register[code],
            storage=book.storage[code],
            tariff=book.tariff[code],
            subunit=book.subunit[code],
            function=book.function[code],
        )

    @classmethod
    def of_block(cls, lines: Sequence[Line]) -> Self:
        """Take the lines of a maker's block."""
        registers: dict[Register, int] = {}
        codes = [registers.setdefault(line.register, len(registers)) for line in lines]
        return cls(
            registers=tuple(registers),
            register=np.array(codes, dtype="int32"),
            storage=np.array([line.storage for line in lines], dtype="int64"),
            tariff=np.array([line.tariff for line in lines], dtype="int32"),
            subunit=np.array([line.subunit for line in lines], dtype="int32"),
            function=np.array([int(line.function) for line in lines], dtype="uint8"),
        )

    @classmethod
    def joined(cls, parts: Sequence[Lines]) -> Lines:
        """Put lines behind one another."""
        if len(parts) == 1:
            return parts[0]
        registers: dict[Register, int] = {}
        register: list[npt.NDArray[np.int32]] = []
        for part in parts:
            codes = [registers.setdefault(one, len(registers)) for one in part.registers]
            register.append(np.array([*codes, -1], dtype="int32")[part.register])
        columns = {
            name: np.concatenate([getattr(part, name) for part in parts])
            for name in ("storage", "tariff", "subunit", "function")
        }
        return cls(registers=tuple(registers), register=np.concatenate(register), **columns)
