"""Qundis water and heat meters and heat cost allocators, walk-by telegrams.

A record of 53 bytes with a VIFE of the maker's holds everything: the reading now, those of
the due date and of the end of last month, and what each of the twelve months before added.
What is counted stands in the block itself, as a VIF of the standard.

References
----------
.. [1] wmbusmeters, drivers qwater, qheat and qcaloric, and their published telegrams (facts of the layout).
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from divako.codec import read_bcd, read_date, read_signed
from divako.drivers import (
    Block,
    Date,
    Fixed,
    Known,
    MbusDriver,
    Mvt,
    TelegramExample,
    content_record,
    number_record,
    wireless_frame,
)
from divako.errors import MalformedError
from divako.mbus import Body, read_records
from divako.model import Kind, Medium, Record, Register


LAST_MONTH = 17  # the storage number that the standard telegrams of the same meters give it
_VIF, _NOW, _STEPS, _MONTHS = 9, 12, 28, 12
_DATED = ((16, 1), (22, LAST_MONTH))


def _register(vif: int) -> Register:
    """Give the register of a VIF of the standard."""
    record = None if vif & 0x80 else read_records(bytes((0x02, vif, 0, 0))).records[0]
    if record is None or record.register is None:
        msg = "the maker's block names no quantity"
        raise MalformedError(msg, layer="driver", offset=_VIF)
    return record.register


def readings(data: bytes, _body: Body) -> Iterator[Record]:
    """Give the readings of the block, each in the quantity that it names."""
    register = _register(data[_VIF])
    now = data[_NOW : _NOW + 4]
    yield number_record(register, read_bcd(now), raw=now)
    for at, storage in _DATED:
        date, then = data[at : at + 2], data[at + 2 : at + 6]
        yield content_record("date", read_date(date), storage=storage, raw=date)
        yield number_record(register, read_bcd(then), storage=storage, raw=then)
    step = evolve(register, name=f"{register.name}_of_month", kind=Kind.DELTA)
    for month in range(_MONTHS):  # the oldest month first
        raw = data[_STEPS + 2 * month : _STEPS + 2 * month + 2]
        yield number_record(step, read_signed(raw), storage=LAST_MONTH + _MONTHS - 1 - month, raw=raw)


DRIVER = MbusDriver(
    name="qundis_walk_by",
    devices=[("Qundis", "Q water 5.5"), ("Qundis", "Q heat 5.5"), ("Qundis", "Q caloric 5.5")],
    medium=Medium.UNKNOWN,
    accepts=Mvt(("QDS", "LSE")),
    records=[
        Known(
            "ff5f",
            block=Block(
                [
                    Fixed(0, b"\x00\x82"),
                    Fixed(7, b"\x07"),
                    Date(read_date, 10, quantity="error_date"),
                    Fixed(52, b"\x2f"),
                ],
                size=53,
                unroll=readings,
            ),
        )
    ],
    source="wmbusmeters, drivers qwater, qheat and qcaloric, with published telegrams (facts of the layout)",
    examples=[
        TelegramExample(
            wireless_frame(
                "QDS",
                0x1D,
                0x06,
                0x78,
                "0dff5f35 0082 010000 f100 07 c113 ffff  69530000  3f3c 21040000  5e31 68520000"
                "0080 0080 0080 0080 0080 0080 0080 0100 0200 0300 0400 feff  2f  046d 1c0a5d31",
            ),
            {
                "error_date": None,
                "volume_m3": 5.369,
                "date s1": "2025-12-31",
                "volume_m3 s1": 0.421,
                "date s17": "2026-01-30",
                "volume_m3 s17": 5.268,
                **{f"volume_of_month_m3 s{s}": None for s in range(22, 29)},
                "volume_of_month_m3 s21": 0.001,
                "volume_of_month_m3 s20": 0.002,
                "volume_of_month_m3 s19": 0.003,
                "volume_of_month_m3 s18": 0.004,
                "volume_of_month_m3 s17": -0.002,
                "datetime": "2026-01-29T10:28:00",
            },
        )
    ],
)
