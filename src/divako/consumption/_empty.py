"""Rows for meters that were never read."""

from __future__ import annotations

import numpy as np

from divako.consumption._reckon import Wanted, boundaries_of, read_name
from divako.errors import SeriesError
from divako.model import Consumption, Kind, Quality, Readings


def with_missing(table: Consumption, readings: Readings, wanted: Wanted) -> Consumption:
    """Add missing rows for all meters of the readings that have none.

    Raises
    ------
    SeriesError
        Which register they lack is not said, for the readings are of several.
    """
    edges = boundaries_of(readings, wanted)
    unread = np.ones(len(readings.meter_ids), dtype="bool")
    unread[table.meter] = False
    meters = np.flatnonzero(unread)
    if edges is None or not len(meters):
        return table
    name, numbers = read_name(wanted.register)
    counters = [r for r in readings.registers if r.kind is Kind.COUNTER and name in {None, r.name}]
    if len({r.name for r in counters}) != 1 or numbers not in {None, (0, 0)}:
        msg = "name the register that meters without readings lack"
        raise SeriesError(msg, meter_index=int(meters[0]))
    none = np.zeros(0, dtype="int64")
    cuts = [edges.get(meter, none) if isinstance(edges, dict) else edges[0] for meter in meters.tolist()]
    many = [max(len(one) - 1, 0) for one in cuts]
    n = sum(many)
    start = np.concatenate([none, *(one[:-1] for one in cuts)])
    end = np.concatenate([none, *(one[1:] for one in cuts)])
    missing = Consumption(
        meter=np.repeat(meters, many).astype("int32"),
        register=np.zeros(n, dtype="int32"),
        start=start.view("datetime64[ms]"),
        end=end.view("datetime64[ms]"),
        value=np.full(n, np.nan),
        count=np.zeros(n, dtype="int64"),
        count_known=np.zeros(n, dtype="bool"),
        coverage=np.zeros(n),
        quality=np.full(n, np.uint8(Quality.MISSING)),
        steps=np.zeros(n, dtype="uint16"),
        meter_ids=readings.meter_ids,
        registers=(counters[0],),
    )
    return Consumption.concatenate([table, missing])
