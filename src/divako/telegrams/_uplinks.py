"""LoRaWAN payloads of a part, read by the layouts that drivers declare."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from divako.drivers import Driver, find, for_device
from divako.errors import DivakoError
from divako.model import Verdict
from divako.telegrams._meters import Meters
from divako.telegrams._payloads import Payloads, read_payloads
from divako.telegrams._source import wide
from divako.telegrams._work import LINKS, MEDIUM_PLACE, VERDICT_PLACE, Work


Integers = npt.NDArray[np.int64]

_OF_DEVICE = np.uint32((1 << 16) - 1)


def read_uplinks(work: Work, least: int) -> None:
    """Decode payloads of drivers that declare their layout.

    Parameters
    ----------
    work : Work
        What is known of the part.
    least : int
        How many payloads make columns worth it.
    """
    n = len(work.done)
    for (device, f_port), rows in work.asked.payloads.items():
        here = rows[np.searchsorted(rows, work.first_row) : np.searchsorted(rows, work.first_row + n)] - work.first_row
        sizes = work.frames.size[_places(work, here)]
        alike = len(here) > 0 and bool((sizes == sizes[0]).all())
        for size in sizes[:1].tolist() if alike else np.unique(sizes).tolist():
            members = here if alike else here[sizes == size]
            driver = None if not size or len(members) < least else _driver(work, device, f_port, int(members[0]))
            if driver is not None:
                _read_by(work, driver, f_port, members)


def _driver(work: Work, device: str | None, f_port: int | None, row: int) -> Driver | None:
    try:
        return for_device(device) if device is not None else find(work.frames.bytes_of(row), f_port=f_port)
    except DivakoError:
        return None


def _read_by(work: Work, driver: Driver, f_port: int | None, members: Integers) -> None:
    size = int(work.frames.size[members[0]])
    to = _places(work, members)
    start = work.frames.start[to]
    step = int(start[1] - start[0]) if len(start) > 1 else 1
    evenly = (np.diff(start) == step).all()
    # Payloads that stand at even distances are read where they stand.
    places = slice(int(start[0]), int(start[-1]) + 1, step) if evenly else start
    payloads = wide(work.frames.buffer, f"V{size}")[places]
    times = work.heads["received_at"][to]
    for found in read_payloads(driver, payloads, members, f_port, times):
        _take(work, found)


def _places(work: Work, rows: Integers) -> Integers | slice:
    """Give rows that rise as a slice where they are all there are, which costs less to read and write."""
    return slice(None) if len(rows) == len(work.done) else rows


def _take(work: Work, found: Payloads) -> None:
    row, heads, readings, many = found.members, work.heads, found.readings, found.many
    to = _places(work, row)
    work.many[to] = many
    work.done[to] = True
    work.tables.append((row, readings))
    given = work.asked.meter_ids
    if given is None:
        work.meters.append(Meters(row, np.zeros(len(row), dtype="int64"), row[:1], [""]))
    else:
        work.meters.append(Meters.named(row, [given[work.first_row + i] for i in row.tolist()]))
    heads["link"][to] = LINKS.index("lorawan")
    heads["medium"][to] = MEDIUM_PLACE[found.medium]
    heads["verdict"][to] = VERDICT_PLACE[Verdict.UNVERIFIED]
    heads["security"][to] = work.words.code(work.words.securities, "none")
    some = np.flatnonzero(many)
    if len(some) and (readings.status[:1] if readings.status.strides == (0,) else readings.status).any():
        first = np.cumsum(many) - many
        united = np.bitwise_or.reduceat(readings.status & _OF_DEVICE, first[some])
        heads["status"][row[some]] = united
