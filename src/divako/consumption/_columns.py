"""Bins as the columns of a consumption table, gathered block by block."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from divako.consumption._bins import Bins
from divako.consumption._reckon import Block
from divako.model import Consumption, Quality, Register, values_of_counts


Columns = dict[str, npt.NDArray[Any]]


class Gathered:
    """Columns of blocks behind one another, in memory that is asked for once.

    What the first block came to says how much all of them will need; where that falls
    short, the columns grow.
    """

    def __init__(self) -> None:
        self._columns: Columns | None = None
        self._rows = 0

    def add(self, part: Columns, share: float) -> None:
        """Put the columns of the next block behind those before.

        Parameters
        ----------
        part : dict of str to ndarray, shape (n,)
            Columns.
        share : float
            How much of the readings was looked at so far.
        """
        many = len(next(iter(part.values())))
        total = self._rows + many
        if self._columns is None:
            if share == 1:
                self._columns, self._rows = part, many
                return
            expected = int(total / share * 1.05) + 1
            self._columns = {name: np.empty(expected, dtype=column.dtype) for name, column in part.items()}
        elif total > len(next(iter(self._columns.values()))):
            expected = int(total / share * 1.05) + 1
            for name, column in self._columns.items():
                wider = np.empty(expected, dtype=column.dtype)
                wider[: self._rows] = column[: self._rows]
                self._columns[name] = wider
        for name, column in part.items():
            self._columns[name][self._rows : total] = column
        self._rows = total

    def columns(self) -> Columns | None:
        """Give the columns of all blocks; None where there were none."""
        if self._columns is None:
            return None
        return {name: column[: self._rows] for name, column in self._columns.items()}


def columns_of(block: Block, bins: Bins, registers: dict[Register, int]) -> Columns:
    """Give bins of a block as columns of a consumption table."""
    lines = block.stitched.lines
    known = bins.quality != Quality.MISSING
    meter, register = np.repeat(lines.meter, bins.many), np.repeat(block.register, bins.many)
    return {
        "meter": meter,
        "register": register,
        "start": bins.start.view("datetime64[ms]"),
        "end": bins.end.view("datetime64[ms]"),
        "value": _values(tuple(registers), register, bins.count, known),
        "count": bins.count,
        "count_known": known,
        "coverage": bins.covered / bins.length,
        "quality": bins.quality,
        "steps": bins.flags,
    }


def _values(
    registers: Sequence[Register],
    register: npt.NDArray[np.int32],
    count: npt.NDArray[np.int64],
    known: npt.NDArray[np.bool_],
) -> npt.NDArray[np.float64]:
    if len(registers) == 1:
        value = values_of_counts(count, registers[0])
    else:
        value = np.full(len(count), np.nan)
        for code in np.unique(register).tolist():
            mine = register == code
            value[mine] = values_of_counts(count[mine], registers[code])
    if not known.all():
        value[~known] = np.nan
    return value


def table_of(columns: Columns | None, meter_ids: tuple[str, ...], registers: dict[Register, int]) -> Consumption:
    """Make the table of columns, or one without rows."""
    if columns is None:
        empty = np.zeros(0)
        columns = {
            "meter": empty.astype("int32"),
            "register": empty.astype("int32"),
            "start": empty.astype("datetime64[ms]"),
            "end": empty.astype("datetime64[ms]"),
            "value": empty,
            "count": empty.astype("int64"),
            "count_known": empty.astype("bool"),
            "coverage": empty,
            "quality": empty.astype("uint8"),
            "steps": empty.astype("uint16"),
        }
    return Consumption(**columns, meter_ids=meter_ids, registers=tuple(registers))
