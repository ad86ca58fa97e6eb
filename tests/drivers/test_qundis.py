"""The months of a Qundis block add up to the difference of its readings."""

from __future__ import annotations

import pytest

from hypothesis import given
from hypothesis import strategies as st

from divako.drivers import wireless_frame
from divako.telegrams import decode


HEAD, DATES = "0dff5f35 0082 010000 f100 07", ("3f3c", "5f31")


def bcd(number: int) -> str:
    return bytes.fromhex(f"{number:08d}")[::-1].hex()


def telegram(counted: str, due: int, last: int, steps: list[int]) -> bytes:
    body = f"{HEAD} {counted} ffff {bcd(last)} {DATES[0]} {bcd(due)} {DATES[1]} {bcd(last)}"
    return wireless_frame("QDS", 0x35, 0x37, 0x78, body + "".join(s.to_bytes(2, "little").hex() for s in steps) + "2f")


@pytest.mark.parametrize(("counted", "power"), [("c113", 10), ("c006", 1), ("b06e", 1)])
@given(st.lists(st.integers(0, 2000), min_size=12, max_size=12), st.integers(0, 10**6))
def test_steps_add_up(counted: str, power: int, steps: list[int], due: int) -> None:
    records = decode(telegram(counted, due, due + power * sum(steps), steps)).records
    name = next(r.quantity for r in records if r.register is not None and not r.storage)
    values = {(r.quantity, r.storage): r.value or 0.0 for r in records if r.register is not None}
    added = sum(values[f"{name}_of_month", s] for s in range(17, 29))
    assert added == pytest.approx(values[name, 17] - values[name, 1], abs=1e-9)
    assert records[-12].raw == steps[-1].to_bytes(2, "little"), "the newest month comes first"


@pytest.mark.parametrize("counted", ["c013", "c213", "c003", "b013", "00ff"])
def test_a_block_that_counts_what_nobody_saw_stays_bytes(counted: str) -> None:
    (record,) = decode(telegram(counted, 1, 2, [1] * 12)).records
    assert record.register is None
    assert len(record.raw) == 53


def test_an_enciphered_block_stays_bytes() -> None:
    frame = bytearray(telegram("c113", 1, 2, [1] * 12))
    frame[11 + 4 + 4] = 0x35
    (record,) = decode(bytes(frame)).records
    assert record.register is None
