"""Blocks hold the numbers of a batch, layout by layout."""

from __future__ import annotations

import numpy as np
import pytest

from hypothesis import given, settings
from hypothesis import strategies as st

from divako.errors import DivakoError
from divako.model import Mvt
from divako.simulate import Address, long_frame
from divako.telegrams import decode_batch, decode_blocks


NOW = np.datetime64("2026-01-02T03:04:05", "ms")
SENDER = Address("10000001", Mvt(manufacturer="DVK", version=1, device_type=7))
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
    batch = decode_batch(given_, received_at=NOW, errors="collect", _min_rows=min_rows)
    got = decode_blocks(given_, received_at=NOW, errors="collect", _min_rows=min_rows)
    table = batch.readings
    taken = np.zeros(len(given_), dtype=int)
    assert set(got.registers) == set(table.registers)
    for block in got.blocks:
        for column, telegram in enumerate(block.telegram.tolist()):
            taken[telegram] += 1
            rows = slice(*batch.first[telegram : telegram + 2])
            assert [got.registers[r] if r >= 0 else None for r in block.register] == [
                table.registers[r] if r >= 0 else None for r in table.register[rows]
            ]
            for name in ("storage", "tariff", "subunit", "function"):
                np.testing.assert_array_equal(getattr(block, name), getattr(table, name)[rows])
            for name in ("count", "count_known", "value"):
                np.testing.assert_array_equal(getattr(block, name)[:, column], getattr(table, name)[rows])
            of_all = got.telegrams.status[telegram]
            np.testing.assert_array_equal(block.status[:, column] | of_all, table.status[rows])
    for telegram in range(len(given_)):
        mine, yours = slice(*got.first[telegram : telegram + 2]), slice(*batch.first[telegram : telegram + 2])
        if taken[telegram]:
            assert taken[telegram] == 1
            assert got.first[telegram] == got.first[telegram + 1]
        else:
            np.testing.assert_array_equal(got.rest.value[mine], table.value[yours])
            np.testing.assert_array_equal(got.rest.meter[mine], table.meter[yours])
    np.testing.assert_array_equal(got.telegrams.error, batch.telegrams.error)
    np.testing.assert_array_equal(got.errors.row, batch.errors.row)


def test_an_error_is_raised_unless_it_is_collected() -> None:
    frame = long_frame(SENDER, bytes.fromhex("041339300000"))
    assert len(decode_blocks([frame] * 50).blocks) == 1
    with pytest.raises(DivakoError):
        decode_blocks([frame[:-1]] * 50)
