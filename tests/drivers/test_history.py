"""A history of differences leads on from its counter, and fits to what else is sent."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from divako.drivers import Bits, Counter, Counters, Driver, Example, History, Layout, Time, Uplink, for_device
from divako.errors import DriverError, MalformedError
from divako.model import Medium, Register, Status
from divako.telegrams import decode_batch
from divako.testing import conformance
from divako.units import Dimension


VOLUME = Register("volume", Dimension.VOLUME)
ENERGY = Register("energy", Dimension.ENERGY)
RECEIVED = np.datetime64("2026-03-04T05:06:07", "ms")
START = 1_767_225_600
LAYOUT = Layout(
    [
        Counter(VOLUME, scale=-3, size=8),
        Counters("steps", count=3, item=4),
        Counter(ENERGY, scale=2),
        Time(),
        Bits({1: Status.LEAK}),
        Counter(VOLUME, scale=-3, size=8),
    ]
)
FORM = struct.Struct("<Q3IIIBQ")
DRIVER = Driver(
    name="acme_aq3",
    devices=[("Acme", "AQ3")],
    medium=Medium.COLD_WATER,
    accepts=Uplink(f_port=9),
    layout=LAYOUT,
    unroll=History("steps", 1800),
    source="Acme AQ3 uplink format, revision 1.0, table 2",
    examples=[
        Example(
            FORM.pack(1000, 1, 2, 3, 7, START, 0, 2000),
            values={"energy_kwh": 700.0, "volume_m3": 2.0},
            time="2026-01-01T00:00:00",
        )
    ],
)

sent = st.tuples(
    st.integers(0, 1 << 40), st.lists(st.integers(0, 0xFFFFFFFF), min_size=3, max_size=3), st.integers(0, 0xFFFFFFFF)
)


@settings(max_examples=40, deadline=None)
@given(st.lists(sent, min_size=1, max_size=5))
def test_readings_are_sums_half_an_hour_apart(payloads: list[tuple[int, list[int], int]]) -> None:
    # The start has no clock before it, so that it has the time of receipt.
    late = int(RECEIVED.astype("int64")) // 1000
    raw = [FORM.pack(first, *steps, energy, late, 0, 1 << 41) for first, steps, energy in payloads]
    got = DRIVER.decode(raw, ["a"] * len(raw), received_at=np.full(len(raw), RECEIVED))
    want = []
    for first, steps, energy in payloads:
        volumes = [first + sum(steps[:i]) for i in range(4)]
        want += [("volume", count, i * 1800) for i, count in enumerate(volumes)]
        want += [("energy", energy, 0), ("volume", 1 << 41, 0)]
    seconds = (got.time - RECEIVED).astype("int64") // 1000
    names = [got.registers[code].name for code in got.register]
    assert list(zip(names, got.count.tolist(), seconds.tolist(), strict=True)) == want
    assert got.value.tolist() == [
        got.registers[code].value_of(count) for code, count in zip(got.register, got.count.tolist(), strict=True)
    ]


def test_as_many_as_are_read_in_several_turns() -> None:
    raw = [FORM.pack(i, i % 5, 1, 2, i % 3, START, i % 2, 1 << 40) for i in range(5000)]
    batch = DRIVER.decode(raw, [str(i) for i in range(5000)])
    for i in (0, 2047, 2048, 4095, 4096, 4999):
        rows = slice(6 * i, 6 * i + 6)
        assert batch.count[rows].tolist() == [record.count for record in DRIVER.read(raw[i])]
        assert set(batch.meter[rows].tolist()) == {i}
        assert set(batch.status[rows].tolist()) == {int(Status.LEAK) * (i % 2)}


@pytest.mark.parametrize(
    "payload",
    [
        (1000, 1, 2, 3, 7, START, 0, 1005),  # leads beyond the register
        ((1 << 63) - 1, 1, 2, 3, 7, START, 0, (1 << 63) - 1),  # and beyond all of them
    ],
)
def test_a_history_that_does_not_fit_is_malformed(payload: tuple[int, ...]) -> None:
    with pytest.raises(MalformedError) as caught:
        DRIVER.read(FORM.pack(*payload))
    assert caught.value.offset == 8


def test_a_history_that_starts_after_the_time_of_sending_is_malformed() -> None:
    with pytest.raises(MalformedError) as caught:
        for_device("axioma_w1").read(struct.pack("<IBIII15H", START, 0, 1000, START + 1, 900, *[1] * 15))
    assert caught.value.offset == 9


def test_a_time_of_receipt_is_no_clock_to_compare_with() -> None:
    payload = FORM.pack(1000, 1, 2, 3, 7, START, 0, 1006)
    assert len(DRIVER.read(payload, received_at=RECEIVED)) == 6


def test_a_history_needs_counters_and_a_start() -> None:
    for history in (History("hours", 3600), History("steps", 3600, counter=3), History("steps", 3600, counter=-1)):
        with pytest.raises(DriverError):
            evolve(DRIVER, unroll=history)
    wide = Layout([Counter(VOLUME), Counters("steps", count=2, item=8)])
    with pytest.raises(DriverError):
        evolve(DRIVER, layout=wide)


def test_a_batch_is_its_payloads_with_the_damaged_ones_left_out() -> None:
    raw = [
        struct.pack("<IBIII15H", START, 0, 1000 + i, START - 54_000, 1100 if i == 50 else 900, *[i % 7] * 15)
        for i in range(100)
    ]
    batch = decode_batch(raw, device="axioma_w1", f_port=100, errors="collect")
    assert batch.errors.row.tolist() == [50]
    assert np.diff(batch.first).tolist() == [0 if i == 50 else 17 for i in range(100)]


test_conformance = conformance(DRIVER)
