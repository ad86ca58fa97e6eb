"""B Meters Hydrodigit and RFM-AMB water meter modules.

Behind DIF 0F stands a byte whose bits say which parts follow: battery, fraud, leak, reverse
volume and the readings of the ends of the last twelve calendar months. Here the storage number
of those is the month, 1 to 12.

References
----------
.. [1] wmbusmeters, driver hydrodigit (parts of the block and steps of the battery).
"""

from __future__ import annotations

import datetime as dt

from collections.abc import Iterator
from fractions import Fraction

from divako.codec import read_bcd
from divako.drivers import Block, MbusDriver, Mvt, TelegramExample, content_record, number_record, wireless_frame
from divako.drivers._quantities import BATTERY_VOLTAGE, VOLUME, counted_in, named
from divako.errors import TruncatedError
from divako.mbus import Body
from divako.model import Medium, Record


_BATTERY, _FRAUD, _BACKFLOW, _MONTHS, _LEAK = 0x01, 0x02, 0x04, 0x10, 0x80
# Hundredths of a volt for each code of the low four bits; those that are not listed are a full battery.
_FULL = 370
_STEPS = (_FULL, 190, 210, 220, 230, 240, 250, 265, 280, 290, 305, 320, 335, 350, _FULL, _FULL)
HUNDREDTHS = counted_in(BATTERY_VOLTAGE, "V", Fraction(1, 100))
REVERSE = counted_in(named(VOLUME, "volume_reverse"), "l")
TEN_LITRES = counted_in(VOLUME, "l", 10)
_NONE = 0xFFFFFF


def read_day(data: bytes) -> dt.date | None:
    """Read a date of three packed decimal bytes: year, month, day; none where they are zero."""
    year, month, day = (read_bcd(data[place : place + 1]) for place in range(3))
    if year is None or month is None or day is None:
        return None
    try:
        return dt.date(2000 + year, month, day)
    except ValueError:
        return None


def parts(data: bytes, _body: Body) -> Iterator[Record]:
    """Give the parts that the first byte announces.

    Raises
    ------
    TruncatedError
        The block ends before them.
    """
    flags, rest = data[0], data[1:]

    def take(size: int) -> bytes:
        nonlocal rest
        if len(rest) < size:
            msg = "the maker's block ends before the parts that it announces"
            raise TruncatedError(msg, layer="driver", offset=len(data))
        part, rest = rest[:size], rest[size:]
        return part

    if flags & _BATTERY:
        raw = take(1)
        yield number_record(HUNDREDTHS, _STEPS[raw[0] & 0x0F], raw=raw)
    if flags & _FRAUD:
        raw = take(4)[1:]
        yield content_record("fraud_date", read_day(raw), raw=raw)
    if flags & _LEAK:
        raw = take(3)
        yield content_record("leak_date", read_day(raw), raw=raw)
    if flags & _BACKFLOW:
        raw = take(4)
        yield number_record(REVERSE, int.from_bytes(raw, "little"), raw=raw)
    if flags & _MONTHS:
        for month in range(1, 13):
            raw = take(3)
            count = int.from_bytes(raw, "little")
            yield number_record(TEN_LITRES, None if count == _NONE else count, storage=month, raw=raw)


DRIVER = MbusDriver(
    name="bmeters_hydrodigit",
    devices=[("B Meters", "Hydrodigit")],
    medium=Medium.WATER,
    accepts=Mvt("BMT", version=(0x13, 0x15, 0x17), device_type=(0x06, 0x07)),
    after_records=Block([], size=range(1, 128), unroll=parts),
    source="wmbusmeters, driver hydrodigit (parts of the block and steps of the battery)",
    examples=[
        TelegramExample(
            wireless_frame(
                "BMT",
                0x13,
                0x07,
                0x7A,
                "01000000 0c13 45230100 0f 97 0b 80260102 260203 07000000 640000 c80000" + "ffffff" * 10,
            ),
            {
                "volume_m3": 12.345,
                "battery_voltage_v": 3.2,
                "fraud_date": "2026-01-02",
                "leak_date": "2026-02-03",
                "volume_reverse_m3": 0.007,
                "volume_m3 s1": 1.0,
                "volume_m3 s2": 2.0,
                **{f"volume_m3 s{month}": None for month in range(3, 13)},
            },
        )
    ],
)
