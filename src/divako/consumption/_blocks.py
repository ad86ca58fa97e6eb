"""Large tables in blocks of whole meters."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from divako.model import Readings


# A block and all that is reckoned from it stay in fast memory.
BLOCK_ROWS = 1 << 17

Rows = slice | npt.NDArray[np.int64]


def blocks_of(readings: Readings, *, rows: int = BLOCK_ROWS) -> list[Rows]:
    """Cut readings into blocks that share no meter.

    Parameters
    ----------
    readings : Readings
        Of any number of meters, in any order.
    rows : int, optional
        Least size of a block but the last.

    Returns
    -------
    list of slice or ndarray of int64
        Rows of each block, at least one; slices where the table is in the order of its
        meters, so that nothing needs to be copied.
    """
    n = len(readings)
    meter = readings.meter
    if n <= rows:
        return [slice(0, n)]
    order: npt.NDArray[np.int64] | None = None
    if (meter[1:] < meter[:-1]).any():
        order = np.argsort(meter, kind="stable")
        meter = meter[order]
    edges = np.append(np.flatnonzero(meter[1:] != meter[:-1]) + 1, n)
    cuts = np.unique(np.append(edges[np.searchsorted(edges, np.arange(rows, n, rows))], n)).tolist()
    spans = [slice(low, high) for low, high in zip([0, *cuts[:-1]], cuts, strict=True)]
    return list(spans) if order is None else [order[span] for span in spans]
