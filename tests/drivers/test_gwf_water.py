"""What a GWF water meter says behind its records holds for them."""

from __future__ import annotations

import pytest

from divako.drivers import wireless_frame
from divako.model import Status, Telegram
from divako.telegrams import decode


def telegram(block: str) -> Telegram:
    return decode(wireless_frame("GWF", 0x3C, 0x07, 0x7A, f"01 00 0000  0413 39300000  426c 3f3c  0f {block}"))


@pytest.mark.parametrize(
    ("flags", "status"),
    [
        ("00", Status.OK),
        ("02", Status.LEAK),
        ("08", Status.BURST),
        ("20", Status.LOW_BATTERY),
        ("40", Status.BACKFLOW),
        ("42", Status.LEAK | Status.BACKFLOW),
    ],
)
def test_flags_hold_for_the_volume(flags: str, status: Status) -> None:
    volume, date, *battery = telegram(f"01 {flags} e1").records
    assert (volume.value, volume.status) == (12.345, status)
    assert date.status is Status.OK
    assert [(r.quantity, r.value, r.status) for r in battery] == [
        ("remaining_battery_life", 168.0, status),
        ("power_saving", 1.0, status),
    ]


def test_fillers_may_follow() -> None:
    assert len(telegram("01 00 e1 2f2f2f").records) == 4


@pytest.mark.parametrize("block", ["02 02 e1", "01 02", "01 02 e1 00"], ids=["another kind", "too short", "more bytes"])
def test_a_block_that_is_not_as_known_stays_bytes(block: str) -> None:
    got = telegram(block)
    assert [r.status for r in got.records] == [Status.OK, Status.OK]
    assert got.maker_data == bytes.fromhex(block)
