"""Readings of layouts come payload by payload in a batch, whatever order a driver gives them in."""

from __future__ import annotations

import struct

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from attrs import evolve

from divako.drivers import Counter, Counters, Driver, Example, Layout, Uplink
from divako.model import Medium, Readings, Register
from divako.telegrams._payloads import read_payloads
from divako.units import Dimension


PAIR = Driver(
    name="acme_aq4",
    medium=Medium.COLD_WATER,
    accepts=Uplink(f_port=9),
    layout=Layout(
        [
            Counter(Register("volume", Dimension.VOLUME), scale=-3),
            Counter(Register("energy", Dimension.ENERGY)),
            Counters("more", count=1),
        ]
    ),
    source="Acme AQ4 uplink format, revision 1.0, table 2",
    examples=[Example(struct.pack("<IIH", 1, 2, 3), values={"volume_m3": 0.001, "energy_kwh": 0.002})],
)


def some_more(raw: npt.NDArray[np.void], now: Readings) -> Readings:
    """Repeat the volume where the payload has more."""
    return now.select(np.concatenate([np.arange(len(now)), np.flatnonzero(raw["more"][:, 0] > 0)]))


def by_payload(raw: npt.NDArray[np.void], now: Readings) -> Readings:
    """Put what the layout reads payload by payload."""
    return now.select(np.arange(2 * len(raw)).reshape(2, -1).T.ravel())


@pytest.mark.parametrize("unroll", [None, some_more, by_payload])
def test_readings_come_payload_by_payload(unroll: Callable[[npt.NDArray[np.void], Readings], Readings] | None) -> None:
    driver = evolve(PAIR, unroll=unroll)
    raw = [struct.pack("<IIH", 10 * i, 10 * i + 1, i % 3) for i in range(5000)]
    members = np.arange(5000) * 2
    payloads = np.frombuffer(b"".join(raw), dtype="V10")
    (found,) = read_payloads(driver, payloads, members, 9, np.full(5000, np.datetime64("2026-01-01", "ms")))
    alone = [driver.read(payload, f_port=9) for payload in raw]
    assert found.members.tolist() == members.tolist()
    assert found.many.tolist() == [len(records) for records in alone]
    assert found.readings.count.tolist() == [record.count for records in alone for record in records]
