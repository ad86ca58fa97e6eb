"""The columns of a readings table while they are filled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from divako.model import Function, Readings


_NAT = np.datetime64("NaT", "ms")

# Name: the dtype that it is kept in, the widest that it may need, and what it mostly is; a column
# that is that throughout takes no memory.
_COLUMNS: dict[str, tuple[str, str, Any]] = {
    "register": ("int32", "int32", None),
    "time": ("datetime64[ms]", "datetime64[ms]", _NAT),
    "value": ("float64", "float64", None),
    "count": ("int64", "int64", None),
    "count_known": ("bool", "bool", True),
    "storage": ("uint8", "int64", 0),
    "tariff": ("uint8", "int32", 0),
    "subunit": ("uint8", "int32", 0),
    "function": ("uint8", "uint8", int(Function.INSTANTANEOUS)),
    "status": ("uint32", "uint32", 0),
}
_NARROW = 0xFF
_LARGE = 1 << 22  # bytes from which on numpy asks for large pages
COLUMNS = tuple(name for name in _COLUMNS if name != "register")

Column = npt.NDArray[Any]


def is_plain(name: str, values: Column) -> bool:
    """Tell whether a column is what it mostly is."""
    plain = _COLUMNS[name][2]
    if plain is None:
        return False
    # Mostly the first ones tell.
    for some in (values[:1], values[:0] if values.strides == (0,) else values):
        if not (np.isnat(some) if name == "time" else some == plain).all():
            return False
    return True


class Sheet:
    """Columns of one length, of which those that are never written to cost nothing.

    Parameters
    ----------
    rows : int
        How many.
    names : sequence of str, optional
        Columns that are sure to be written. They are made in one piece where that is large enough to come
        in large pages of memory and each of them alone is not: fresh pages cost as much as decoding.
    """

    __slots__ = ("_made", "rows")

    def __init__(self, rows: int, names: Sequence[str] = ()) -> None:
        self.rows = rows
        self._made: dict[str, Column] = {}
        dtypes = {name: np.dtype(_COLUMNS[name][0]) for name in names}
        width = sum(dtype.itemsize for dtype in dtypes.values())
        if not 8 * rows < _LARGE <= width * rows:
            return
        room, at = np.empty(width * rows, dtype="uint8"), 0
        for name, dtype in sorted(dtypes.items(), key=lambda item: -item[1].itemsize):
            end = at + dtype.itemsize * rows
            column = self._made[name] = room[at:end].view(dtype)
            if _COLUMNS[name][2] is not None:
                column[...] = _COLUMNS[name][2]
            at = end

    def fill(self, name: str, first: npt.NDArray[np.int64], block: Column) -> None:
        """Write blocks of neighbouring rows.

        Parameters
        ----------
        name : str
            The column.
        first : ndarray of int64, shape (k,)
            Where each block begins.
        block : ndarray, shape (k, m) or (m,)
            What stands in each, or the same in all.
        """
        width = block.shape[-1]
        if not width or not len(first) or self._is_plain(name, block):
            return
        column = self._column(name, block)
        values = np.ascontiguousarray(block, dtype=column.dtype)
        item = column.itemsize
        shape, dtype = (self.rows - width + 1,), f"V{width * item}"
        window: Column = np.ndarray(shape, dtype=dtype, buffer=column.view("uint8"), strides=(item,))
        window[first] = values.view(dtype).reshape(-1)

    def put(self, name: str, rows: npt.NDArray[np.int64], values: Column) -> None:
        """Write single rows."""
        if len(rows) and not self._is_plain(name, values):
            self._column(name, values)[rows] = values

    def whole(self, name: str, values: Column) -> None:
        """Take a column that is complete."""
        if not self._is_plain(name, values):
            kept, wide, _ = _COLUMNS[name]
            fits = kept == wide or values.max(initial=0) <= _NARROW
            self._made[name] = values.astype(kept if fits else wide, copy=False)

    def column(self, name: str) -> Column | None:
        """Give a column, or None where it is what it mostly is throughout."""
        return self._made.get(name)

    def drop(self, name: str) -> None:
        """Forget a column that has been taken."""
        self._made.pop(name, None)

    def _is_plain(self, name: str, values: Column) -> bool:
        return name not in self._made and is_plain(name, values)

    def _column(self, name: str, values: Column) -> Column:
        kept, wide, plain = _COLUMNS[name]
        column = self._made.get(name)
        if column is None:
            column = np.full(self.rows, plain, dtype=kept) if plain else np.zeros(self.rows, dtype=kept)
            self._made[name] = column
        if kept != wide and column.dtype == kept and values.max(initial=0) > _NARROW:
            column = self._made[name] = column.astype(wide)
        return column


def readings_of_sheets(sheets: Sequence[Sheet], meter: npt.NDArray[np.int32], words: dict[str, Any]) -> Readings:
    """Put sheets behind one another, column by column, letting go of each as it is taken.

    Parameters
    ----------
    sheets : sequence of Sheet
        They are empty afterwards.
    meter : ndarray of int32, shape (n,)
        Of all rows.
    words : dict
        ``meter_ids`` and ``registers``.
    """
    made: dict[str, Any] = {}
    rows = sum(sheet.rows for sheet in sheets)
    for name, (kept, wide, plain) in _COLUMNS.items():
        parts = [sheet.column(name) for sheet in sheets]
        found = [part for part in parts if part is not None]
        if not found:
            filled = np.array(0 if plain is None else plain, dtype=wide)
            made[name] = np.broadcast_to(filled, (rows,))
        elif len(parts) == 1:
            made[name] = found[0]
        else:
            dtype = wide if any(part.dtype == wide for part in found) else kept
            column = made[name] = np.empty(rows, dtype=dtype)
            at = 0
            for sheet, part in zip(sheets, parts, strict=True):
                column[at : at + sheet.rows] = (0 if plain is None else plain) if part is None else part
                at += sheet.rows
        for sheet in sheets:
            sheet.drop(name)
    return Readings(meter=meter, **made, **words)
