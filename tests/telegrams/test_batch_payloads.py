"""LoRaWAN payloads in a batch say what they say one by one."""

from __future__ import annotations

import struct

from typing import Any

import numpy as np
import pytest

from hypothesis import given, settings
from hypothesis import strategies as st

from divako.errors import DivakoError, MalformedError
from divako.model import Mvt, Telegram
from divako.simulate import Address, ExtendedLink, long_frame, wireless_frame
from divako.telegrams import decode, decode_batch, readings_of


NOW = np.datetime64("2026-01-02T03:04:05", "ms")
FRAME = long_frame(
    Address("10000001", Mvt(manufacturer="DVK", version=1, device_type=7)), bytes.fromhex("041339300000")
)

steps = st.lists(st.integers(0, 20), min_size=15, max_size=15)


def hourly(now: int, hours: list[int], status: int) -> bytes:
    logged = now - sum(hours)
    return struct.pack("<IBIII15H", 1_767_225_600, status, now, 1_767_171_600, logged, *hours)


payloads = st.one_of(
    st.builds(hourly, st.integers(1000, 1 << 31), steps, st.sampled_from([0, 4, 0x30])),
    st.builds(lambda hours: hourly(1000, hours, 0)[:-1] + b"\xff", steps),  # its hours lead beyond the register
    st.just(struct.pack("<IB", 1_767_225_600, 0x10)),
    st.binary(max_size=50),
)
rows = st.tuples(
    payloads, st.sampled_from([(100, "axioma_w1"), (100, None), (103, None), (7, "elvaco_cmi4110"), (99, None)])
)


def outcome(frame: bytes, **asked: Any) -> Telegram | DivakoError:
    try:
        return decode(frame, **asked)
    except DivakoError as error:
        return error


@settings(max_examples=60, deadline=None)
@given(st.lists(rows, max_size=12), st.sampled_from([1, 4, 10**9]), st.booleans())
def test_payloads_in_a_batch_are_payloads_one_by_one(
    same: Any, given_: list[tuple[bytes, tuple[int, str | None]]], min_rows: int, named: bool
) -> None:
    frames: list[bytes] = [payload for payload, _ in given_] + [FRAME]
    ports: list[int | None] = [port for _, (port, _) in given_] + [None]
    devices: list[str | None] = [device for _, (_, device) in given_] + [None]
    names = [f"{i % 3:016x}" for i in range(len(given_))] + [""] if named else None
    alone = [
        outcome(frame, f_port=port, device=device, received_at=NOW, meter_id="" if names is None else names[i])
        for i, (frame, port, device) in enumerate(zip(frames, ports, devices, strict=True))
    ]
    batch = decode_batch(
        frames, f_port=ports, device=devices, meter_ids=names, received_at=NOW, errors="collect", _min_rows=min_rows
    )
    same(batch.readings, readings_of([one for one in alone if isinstance(one, Telegram)]))
    table = batch.telegrams
    for i, one in enumerate(alone):
        if isinstance(one, DivakoError):
            assert table.error_codes[table.error[i]] == one.code
        else:
            assert table.meter_ids[table.meter[i]] == one.meter_id
            assert table.media[table.medium[i]] == one.medium.value
            assert table.status[i] == one.status
            assert table.links[table.link[i]] == one.link


def test_one_device_for_all_and_some_damaged() -> None:
    frames = [hourly(5000 + i, [1] * 15, 0) for i in range(200)]
    for i in (3, 77, 150):
        frames[i] = hourly(0, [0] * 15, 0)[:-2] + b"\xff\xff"
    batch = decode_batch(frames, device="axioma_w1", f_port=100, errors="collect")
    assert batch.errors.row.tolist() == [3, 77, 150]
    assert np.diff(batch.first).tolist() == [0 if i in {3, 77, 150} else 17 for i in range(200)]
    with pytest.raises(MalformedError):
        decode_batch(frames, device="axioma_w1", f_port=100)


def test_payloads_of_many_lengths_and_meters_keep_their_places(same: Any) -> None:
    frames = [
        hourly(5000 + i, [i % 7] * 15, 4) if i % 3 else struct.pack("<IB", 1_767_225_600, 0x10) for i in range(2600)
    ]
    names = [f"{i % 5:016x}" for i in range(2600)]
    ports = [100 if i % 3 else 103 for i in range(2600)]
    batch = decode_batch(frames, device="axioma_w1", f_port=ports, meter_ids=names, received_at=NOW)
    told: list[dict[str, Any]] = [{"f_port": port, "meter_id": name} for port, name in zip(ports, names, strict=True)]
    alone = [decode(frame, device="axioma_w1", received_at=NOW, **one) for frame, one in zip(frames, told, strict=True)]
    same(batch.readings, readings_of(alone))
    assert batch.telegrams.status.tolist() == [int(one.status) for one in alone]


def test_alarms_have_no_readings() -> None:
    batch = decode_batch([struct.pack("<IB", 1_767_225_600, 0x10)] * 40, device="axioma_w1", f_port=103)
    assert len(batch) == 40
    assert len(batch.readings) == 0


def test_readings_of_one_meter_name_it_without_memory() -> None:
    batch = decode_batch([hourly(5000, [1] * 15, 0)] * 40, device="axioma_w1", f_port=100, meter_ids=["a"] * 40)
    assert batch.readings.meter.strides == (0,)
    assert set(batch.readings.meter.tolist()) == {0}


def test_what_a_receiver_adds_is_cut_off() -> None:
    frames = [FRAME + b"\x9c"] * 40
    assert decode_batch(frames, trailing=1).readings.count.tolist() == [12345] * 40
    assert decode_batch([*frames, FRAME[:1]], trailing=1, errors="collect").errors.row.tolist() == [40]
    for less in (-1, -100_000):
        for min_rows in (1, 1000):
            with pytest.raises(ValueError, match="negative"):
                decode_batch(frames, trailing=less, errors="collect", _min_rows=min_rows)


def test_a_part_is_given_where_it_is_asked_for() -> None:
    sender = Address("10000001", Mvt(manufacturer="DVK", version=1, device_type=7))
    frames = [long_frame(sender, bytes.fromhex("041339300000 0413"))] * 40
    assert len(decode_batch(frames, errors="collect").errors) == 40
    assert decode_batch(frames, partial=True).readings.count.tolist() == [12345] * 40


def test_meters_behind_adapters_are_told_apart_in_columns() -> None:
    adapter = Address("90000001", Mvt(manufacturer="ADP", version=3, device_type=0x37))
    frames = []
    for i in range(80):
        sender = Address(f"{10_000_000 + i:08d}", Mvt(manufacturer="DVK", version=1, device_type=7))
        link = ExtendedLink(address=sender) if i % 2 else ExtendedLink(access_number=i)
        frames.append(
            wireless_frame(
                sender,
                bytes.fromhex("0413") + i.to_bytes(4, "little"),
                extended=link,
                adapter=adapter if i % 2 else None,
                frame_format="stripped" if i % 4 < 2 else "A",
            )
        )
    batch = decode_batch(frames)
    assert batch.readings.count.tolist() == list(range(80))
    assert batch.readings.meter_ids == tuple(f"{10_000_000 + i:08d}" for i in range(80))
