"""Apator AT-WMBUS-08 and 17-2 radio modules for water meters.

The total counts thirds, of a litre or of a cubic metre. Readings of the ends of months follow, one or
all of the last twelve; here their storage number is the month, 1 to 12. No check value is
known, so the constants and the order of the readings have to do.

References
----------
.. [1] wmbusmeters, drivers apator08 and apator172 (the total), and their published telegrams (history).
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from divako.drivers import Block, Fixed, MbusDriver, Mvt, Number, TelegramExample, number_record, wireless_frame
from divako.drivers._quantities import VOLUME, counted_in
from divako.errors import MalformedError
from divako.mbus import Body
from divako.model import Medium, Record, Register


LITRES = counted_in(VOLUME, "l", Fraction(1, 3))
CUBIC_METRES = counted_in(VOLUME, "m3", Fraction(1, 3))
_MONTH, _HISTORY, _SHORT = 13, 14, 18


def _history(register: Register, data: bytes) -> Iterator[Record]:
    total, newest = int.from_bytes(data[:4], "little"), data[_MONTH]
    months = [newest] if len(data) == _SHORT else range(1, 13)
    for place, month in enumerate(months):
        raw = data[_HISTORY + 4 * place : _HISTORY + 4 * place + 4]
        count = int.from_bytes(raw, "little")
        if count > total or not 1 <= month <= 12:
            msg = "the readings of past months lie beyond the total"
            raise MalformedError(msg, layer="driver", offset=_HISTORY)
        yield number_record(register, count, storage=month, raw=raw)


def thirds_of_litres(data: bytes, _body: Body) -> Iterator[Record]:
    """Give the readings of the ends of months."""
    return _history(LITRES, data)


def thirds_of_cubic_metres(data: bytes, _body: Body) -> Iterator[Record]:
    """Give the readings of the ends of months."""
    return _history(CUBIC_METRES, data)


_CONSTANTS = (Fixed(5, b"\x40"), Fixed(12, b"\xff"))

AT08 = MbusDriver(
    name="apator_08",
    devices=[("Apator", "AT-WMBUS-08")],
    medium=Medium.WATER,
    accepts=Mvt("APT", version=(0x03, 0x0F), device_type=(0x03, 0x0F), ci=0xA0),
    body=Block([*_CONSTANTS, Number(LITRES, 0)], size=(_SHORT, 105), unroll=thirds_of_litres),
    source="wmbusmeters, driver apator08, and its published telegrams (history)",
    examples=[
        TelegramExample(
            wireless_frame("APT", 0x0F, 0x0F, 0xA0, "b7900000 0040 00 00000000 00 ff 04 30750000"),
            {"volume_m3": 12.349, "volume_m3 s4": 10.0},
        )
    ],
)

AT17 = MbusDriver(
    name="apator_172",
    devices=[("Apator", "AT-WMBUS-17-2")],
    medium=Medium.WATER,
    accepts=Mvt("APT", version=0x04, device_type=0x11, ci=0xA0),
    body=Block([*_CONSTANTS, Number(CUBIC_METRES, 0)], size=_SHORT, unroll=thirds_of_cubic_metres),
    source="wmbusmeters, driver apator172, and its published telegram (history)",
    examples=[
        TelegramExample(
            wireless_frame("APT", 0x04, 0x11, 0xA0, "10270000 0040 00 00000000 00 ff 06 0a1a0000"),
            {"volume_m3": 10000 / 3, "volume_m3 s6": 2222.0},
        )
    ],
)
