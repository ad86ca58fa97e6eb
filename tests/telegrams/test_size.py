"""How many telegrams make a batch does not show in what it says of each of them."""

from __future__ import annotations

import numpy as np

from attrs import fields

from divako.model import Mvt, Readings
from divako.simulate import Address, long_frame
from divako.telegrams import Telegrams, decode_batch


MODEL = Mvt(manufacturer="DVK", version=1, device_type=7)
# Storage numbers and tariffs, decimals, a float, a value that is none, one beyond what float64 holds, and no value at all.
BODIES = [
    "0413 39300000 4413 10000000 8c1006 78563412 022b 0500 0c13 45230100",
    "0413 39300000 4413 10000000 8c1006 78a63412 022b 0080 0c13 452301f0",
    "8401ff0f 01000000 0713 ffffffffffffff0f 053b 0000803f 04ff13 01000000",
    "0c06 78563412 0c06 11111111",
    "c4f03f13 01000000 8480c00013 02000000",
]
TIMES = np.array(["2026-01-02T03:04:05", "NaT", "2026-01-02T03:04:06"], dtype="datetime64[ms]")


def test_a_large_batch_says_of_each_telegram_what_a_small_one_says() -> None:
    bodies = [bytes.fromhex(body) for body in BODIES]
    frames = [
        long_frame(Address(f"{10_000_000 + i % 7:08d}", MODEL), bodies[i % len(bodies)], status=4 * (i % 11 == 0))
        for i in range(90)
    ]
    frames[5] = frames[5][:-1]
    times = np.tile(TIMES, 30)
    copies = 700  # enough for columns that come in one piece
    small = decode_batch(frames, received_at=times, errors="collect")
    large = decode_batch(frames * copies, received_at=np.tile(times, copies), errors="collect")
    for table, other in ((small.readings, large.readings), (small.telegrams, large.telegrams)):
        for attribute in fields(Readings if isinstance(table, Readings) else Telegrams):
            mine, yours = getattr(table, attribute.name), getattr(other, attribute.name)
            np.testing.assert_array_equal(yours, np.tile(mine, copies) if attribute.metadata["column"] else mine)
    assert large.errors.row.tolist() == [5 + 90 * i for i in range(copies)]


def test_columns_of_one_value_throughout_take_no_memory() -> None:
    frames = [
        long_frame(Address("10000001", MODEL), bytes.fromhex("0413 39300000"), access_number=i) for i in range(50)
    ]
    batch = decode_batch(frames)
    kept = {a.name for a in fields(Telegrams) if a.metadata["column"] and getattr(batch.telegrams, a.name).strides[0]}
    assert kept == {"access_number"}
    kept = {a.name for a in fields(Readings) if a.metadata["column"] and getattr(batch.readings, a.name).strides[0]}
    assert kept == {"register", "value", "count"}
