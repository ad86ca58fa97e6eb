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

from divako.drivers import Block, MbusDriver, Mvt, TelegramExample, content_record, number_record, wireless_frame
from divako.drivers._decimal import decimal_date
from divako.drivers._quantities import BATTERY_VOLTAGE, VOLUME, counted_in, named
from divako.errors import MalformedError, TruncatedError
from divako.mbus import Body
from divako.model import Medium, Record


_BATTERY, _FRAUD, _BACKFLOW, _MONTHS, _LEAK = 0x01, 0x02, 0x04, 0x10, 0x80
_MONTH = 3
# The parts in the order sent, with their widths. [byte]
_WIDTHS = ((_BATTERY, 1), (_FRAUD, 4), (_LEAK, 3), (_BACKFLOW, 4), (_MONTHS, 12 * _MONTH))
_NEVER_SEEN = 0x60
# Hundredths of a volt for each code of the low four bits; those that are not listed are a full battery.
_FULL = 370
_STEPS = (_FULL, 190, 210, 220, 230, 240, 250, 265, 280, 290, 305, 320, 335, 350, _FULL, _FULL)
HUNDREDTHS = counted_in(BATTERY_VOLTAGE, "V", Fraction(1, 100))
REVERSE = counted_in(named(VOLUME, "volume_reverse"), "l")
TEN_LITRES = counted_in(VOLUME, "l", 10)
_NONE, _MOST = 0xFFFFFF, 10_000_000  # the register has five digits before the point
_FILLERS, _LONGEST_CHECK = b"\x00\x2f", 2


def read_day(data: bytes) -> dt.date | None:
    """Read a date of three packed decimal bytes: year, month, day; none where they are zero."""
    return decimal_date(*data)


def cut(data: bytes) -> dict[int, bytes]:
    """Cut a block into the parts that its first byte announces.

    Raises
    ------
    TruncatedError
        The block ends before them.
    MalformedError
        Parts are announced that nobody has described, or more than padding follows.
    """
    if data[0] & _NEVER_SEEN:
        msg = "parts are announced that nobody has described"
        raise MalformedError(msg, layer="driver", offset=0)
    found: dict[int, bytes] = {}
    at = 1
    for flag, width in _WIDTHS:
        if data[0] & flag:
            found[flag] = data[at : at + width]
            at += width
    if at > len(data):
        msg = "the maker's block ends before the parts that it announces"
        raise TruncatedError(msg, layer="driver", offset=len(data))
    if len(data[at:].lstrip(_FILLERS)) > _LONGEST_CHECK:
        msg = "more than padding stands behind the parts"
        raise MalformedError(msg, layer="driver", offset=at)
    return found


def parts(data: bytes, _body: Body) -> Iterator[Record]:
    """Give the records of the parts.

    Raises
    ------
    TruncatedError, MalformedError
        They are not as announced, or not what they must be.
    """
    found = cut(data)
    if (raw := found.get(_BATTERY)) is not None:
        yield number_record(HUNDREDTHS, _STEPS[raw[0] & 0x0F], raw=raw)
    if (raw := found.get(_FRAUD)) is not None:
        yield _day("fraud_date", raw[1:])
    if (raw := found.get(_LEAK)) is not None:
        yield _day("leak_date", raw)
    if (raw := found.get(_BACKFLOW)) is not None:
        yield number_record(REVERSE, int.from_bytes(raw, "little"), raw=raw)
    months = found.get(_MONTHS, b"")
    for place in range(0, len(months), _MONTH):
        yield _of_month(1 + place // _MONTH, months[place : place + _MONTH])


def _of_month(month: int, raw: bytes) -> Record:
    count = int.from_bytes(raw, "little")
    if _MOST <= count < _NONE:
        msg = "a month lies beyond what the meter can show"
        raise MalformedError(msg, layer="driver", offset=1)
    return number_record(TEN_LITRES, None if count == _NONE else count, storage=month, raw=raw)


def _day(quantity: str, raw: bytes) -> Record:
    day = read_day(raw)
    if day is None and any(raw):
        msg = "a date is none"
        raise MalformedError(msg, layer="driver", offset=1)
    return content_record(quantity, day, raw=raw)


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
