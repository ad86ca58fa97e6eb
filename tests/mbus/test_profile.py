"""Compact profiles: values from their base, and clocks from theirs."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest

from hypothesis import given
from hypothesis import strategies as st

from divako.mbus import read_records
from divako.model import Record, Status


HEAT = "83 04 6e"  # three bytes, storage 8
DATE = "82 04 6c"  # type G, storage 8


def date(day: dt.date) -> str:
    year = day.year - 2000
    return bytes((day.day | (year & 7) << 5, day.month | year >> 3 << 4)).hex()


def profile(vife: str, control: int, spacing: int, elements: list[int], size: int = 2) -> str:
    data = bytes((control, spacing)) + b"".join(e.to_bytes(size, "little") for e in elements)
    return f"8d 04 ee {vife} {len(data):02x}" + data.hex()


def elements_of(text: str) -> list[Record]:
    return [r for r in read_records(bytes.fromhex(text)).records if r.header.startswith(b"\x8d")]


def test_increments_are_added_to_the_base_month_by_month() -> None:
    text = HEAT + "0a0000" + DATE + date(dt.date(2025, 10, 31)) + profile("1f", 0x72, 254, [1, 2, 0xFFFF, 4])
    got = elements_of(text)
    assert [r.count for r in got] == [11, 13, None, None]
    assert [r.storage for r in got] == [9, 10, 11, 12]
    assert [r.clock for r in got] == [
        dt.date(2025, 11, 30),
        dt.date(2025, 12, 31),
        dt.date(2026, 1, 31),
        dt.date(2026, 2, 28),
    ]
    assert Status.INVALID_VALUE in got[2].status


def test_an_inverse_profile_goes_back_in_time_and_takes_increments_away() -> None:
    got = elements_of(HEAT + "0a0000" + DATE + date(dt.date(2026, 3, 31)) + profile("13", 0x62, 254, [1, 2]))
    assert [(r.count, r.clock) for r in got] == [(9, dt.date(2025, 12, 31)), (7, dt.date(2025, 9, 30))]


def test_the_base_may_stand_behind_the_profile() -> None:
    before = elements_of(HEAT + "0a0000" + DATE + date(dt.date(2026, 3, 31)) + profile("1e", 0xB2, 1, [1, 2]))
    after = elements_of(profile("1e", 0xB2, 1, [1, 2]) + HEAT + "0a0000" + DATE + date(dt.date(2026, 3, 31)))
    assert [(r.count, r.clock) for r in before] == [(r.count, r.clock) for r in after]
    assert [r.count for r in before] == [9, 7]


def test_two_profiles_of_one_base_do_not_take_each_other_for_it() -> None:
    got = elements_of(HEAT + "0a0000" + profile("1e", 0x42, 1, [1]) + profile("1e", 0x42, 1, [5]))
    assert [r.count for r in got] == [11, 15]


@pytest.mark.parametrize(
    ("control", "spacing", "clocks"),
    [
        (0x02, 30, ["2026-03-31T00:00:30", "2026-03-31T00:01:00"]),
        (0x12, 15, ["2026-03-31T00:15:00", "2026-03-31T00:30:00"]),
        (0x22, 1, ["2026-03-31T01:00:00", "2026-03-31T02:00:00"]),
        (0x32, 7, ["2026-04-07", "2026-04-14"]),
        (0x32, 253, ["2026-04-15", "2026-04-30"]),
        (0x32, 254, ["2026-04-30", "2026-05-31"]),
        (0x22, 254, ["2026-06-30", "2026-09-30"]),
        (0x12, 254, ["2026-09-30", "2027-03-31"]),
        (0x32, 0, [None, None]),
        (0x32, 251, [None, None]),
        (0x02, 254, [None, None]),
    ],
)
def test_every_spacing_of_the_standard(control: int, spacing: int, clocks: list[str | None]) -> None:
    got = elements_of(DATE + date(dt.date(2026, 3, 31)) + profile("1f", control, spacing, [1, 2]))
    assert [None if r.clock is None else r.clock.isoformat() for r in got] == clocks
    assert [r.count for r in got] == [1, 2]  # absolute values need no base


def test_a_base_with_a_time_of_day_keeps_it() -> None:
    got = elements_of("84 04 6d 1e 0d 5f 33" + profile("1f", 0x32, 254, [1]))
    assert [r.clock for r in got] == [dt.datetime(2026, 4, 30, 13, 30)]


@given(st.dates(dt.date(2001, 1, 1), dt.date(2060, 12, 31)), st.integers(1, 40), st.sampled_from([253, 254]))
def test_going_on_and_back_is_the_same_row(start: dt.date, n: int, spacing: int) -> None:
    forward = elements_of(DATE + date(start) + profile("1f", 0x31, spacing, [0] * n, size=1))
    clocks = [r.clock for r in forward]
    assert all(isinstance(clock, dt.date) for clock in clocks)
    gaps = [b - a for a, b in itertools.pairwise(clocks) if a is not None and b is not None]
    low, high = (13, 18) if spacing == 253 else (28, 31)
    assert all(low <= gap.days <= high for gap in gaps)


def test_a_profile_without_a_base_has_neither_values_nor_clocks() -> None:
    (only,) = elements_of(profile("1f", 0x72, 254, [1]))
    assert (only.count, only.value, only.clock) == (None, None, None)
    assert Status.INVALID_VALUE in only.status
