"""Blocks hold the numbers of a batch, layout by layout."""

from __future__ import annotations

import struct

from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest

from attrs import fields
from hypothesis import given, settings
from hypothesis import strategies as st

from divako.errors import DivakoError
from divako.model import Mvt, Readings, Register
from divako.simulate import Address, long_frame
from divako.telegrams import Blocks, decode_batch, decode_blocks


NOW = np.datetime64("2026-01-02T03:04:05", "ms")
SENDER = Address("10000001", Mvt(manufacturer="DVK", version=1, device_type=7))


def hourly(now: int, steps: list[int], status: int) -> bytes:
    """Make a payload of axioma_w1 on port 100."""
    logged = now - sum(steps)
    return struct.pack("<IBIII15H", 1_767_225_600, status, now, 1_767_171_600, logged, *steps)


LAYOUTS = [["0413", "4413", "0c06"], ["023b", "05ff13", "8c1013"], ["0413"], ["426c", "0413"], ["0dfd11"]]
SIZES = {0x4: 4, 0xC: 4, 0x2: 2, 0x5: 4}


@st.composite
def frames(draw: st.DrawFn) -> list[bytes]:
    out = []
    for _ in range(draw(st.integers(0, 12))):
        body = b""
        for header in map(bytes.fromhex, draw(st.sampled_from(LAYOUTS))):
            size = SIZES.get(header[0] & 0x0F)
            body += header if size is not None else header + b"\x03"
            body += draw(st.binary(min_size=size or 3, max_size=size or 3))
        frame = long_frame(SENDER, body, status=draw(st.sampled_from([0, 4])))
        out.append(frame[:-1] if draw(st.integers(0, 9)) == 0 else frame)
    return out


@settings(max_examples=60, deadline=None)
@given(frames(), st.sampled_from([1, 4, 1000]))
def test_blocks_and_the_rest_are_the_batch(given_: list[bytes], min_rows: int) -> None:
    compare(given_, received_at=NOW, _min_rows=min_rows)


def named(registers: tuple[Register, ...], codes: Iterable[int]) -> list[Register | None]:
    return [registers[code] if code >= 0 else None for code in codes]


def compare(given_: list[bytes], **said: Any) -> Blocks:
    """Hold blocks and the rest against the rows of a batch."""
    batch = decode_batch(given_, errors="collect", **said)
    got = decode_blocks(given_, errors="collect", **said)
    table = batch.readings
    taken = np.zeros(len(given_), dtype=int)
    assert set(got.registers) == set(table.registers)
    for block in got.blocks:
        for column, telegram in enumerate(block.telegram.tolist()):
            taken[telegram] += 1
            rows = slice(*batch.first[telegram : telegram + 2])
            assert named(got.registers, block.register) == named(table.registers, table.register[rows])
            for name in ("storage", "tariff", "subunit", "function"):
                np.testing.assert_array_equal(getattr(block, name), getattr(table, name)[rows])
            for name in ("count", "count_known", "value"):
                np.testing.assert_array_equal(getattr(block, name)[:, column], getattr(table, name)[rows])
            lorawan = got.telegrams.links[got.telegrams.link[telegram]] == "lorawan"
            of_all = 0 if lorawan else got.telegrams.status[telegram]
            np.testing.assert_array_equal(block.status[:, column] | of_all, table.status[rows])
            assert (block.time is not None) == lorawan
            if block.time is not None:
                np.testing.assert_array_equal(block.time[:, column], table.time[rows])
    for telegram in range(len(given_)):
        mine, yours = slice(*got.first[telegram : telegram + 2]), slice(*batch.first[telegram : telegram + 2])
        if taken[telegram]:
            assert taken[telegram] == 1
            assert got.first[telegram] == got.first[telegram + 1]
        else:
            for name in (field.name for field in fields(Readings) if field.metadata["column"]):
                left, right = getattr(got.rest, name)[mine].tolist(), getattr(table, name)[yours].tolist()
                if name == "register":
                    left, right = named(got.registers, left), named(table.registers, right)
                np.testing.assert_array_equal(left, right, err_msg=name)
    np.testing.assert_array_equal(got.telegrams.error, batch.telegrams.error)
    np.testing.assert_array_equal(got.errors.row, batch.errors.row)
    return got


hours = st.lists(st.integers(0, 20), min_size=15, max_size=15)
payloads = st.one_of(
    st.builds(hourly, st.integers(1000, 1 << 31), hours, st.sampled_from([0, 4])),
    st.builds(lambda steps: hourly(1000, steps, 0)[:-1] + b"\xff", hours),  # its hours lead beyond the register
    st.just(struct.pack("<IB", 1_767_225_600, 0x10)),
    st.just(bytes.fromhex("0413393000004413393000000c0645230100")),
)
rows = st.tuples(payloads, st.sampled_from([(100, "axioma_w1"), (103, None), (1, "elvaco_cmi4110"), (99, None)]))


@settings(max_examples=60, deadline=None)
@given(st.lists(rows, max_size=12), st.sampled_from([1, 4, 1000]))
def test_blocks_of_payloads_and_the_rest_are_the_batch(
    given_: list[tuple[bytes, tuple[int, str | None]]], min_rows: int
) -> None:
    frames = [payload for payload, _ in given_] + [long_frame(SENDER, bytes.fromhex("041339300000"))] * 4
    ports = [port for _, (port, _) in given_] + [None] * 4
    devices = [device for _, (_, device) in given_] + [None] * 4
    names = [f"{i % 3:016x}" for i in range(len(frames))]
    compare(frames, f_port=ports, device=devices, meter_ids=names, received_at=NOW, _min_rows=min_rows)


def test_payloads_of_one_layout_are_one_block() -> None:
    frames = [hourly(5000 + i, [i % 7] * 15, 0) for i in range(100)]
    got = compare(frames, device="axioma_w1", f_port=100)
    (block,) = got.blocks
    assert block.value.shape == block.count.shape == (17, 100)
    assert block.time is not None
    assert block.count_known.strides == block.status.strides == (0, 0)
    assert len(got.rest) == 0


def test_payloads_that_hold_other_things_are_left_to_the_rest() -> None:
    frames = [bytes.fromhex("00" + raw) for raw in ("041339300000 0c0645230100", "0c0645230100 441339300000")]
    got = compare(frames * 20, device="elvaco_cmi4110", f_port=1)
    assert got.blocks == ()
    assert len(got.rest) == 80


def test_an_error_is_raised_unless_it_is_collected() -> None:
    frame = long_frame(SENDER, bytes.fromhex("041339300000"))
    assert len(decode_blocks([frame] * 50).blocks) == 1
    with pytest.raises(DivakoError):
        decode_blocks([frame[:-1]] * 50)
