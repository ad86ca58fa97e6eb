"""BFW 240 radio heat cost allocators.

The body looks like deciphered records, and is none: counts of the due date and now, highest byte first,
and the counts of the ends of the last eighteen months in twelve bits each, two to three bytes. Here
the due date has storage 1 and the months, the last one first, 2 to 19.

References
----------
.. [1] wmbusmeters, driver bfw240radio (facts of the layout).
"""

from __future__ import annotations

import datetime as dt

from collections.abc import Iterator

from divako.drivers import Block, Date, Fixed, MbusDriver, Mvt, Number, TelegramExample, number_record, wireless_frame
from divako.drivers._decimal import decimal_date
from divako.drivers._quantities import HEAT_COST
from divako.mbus import Body
from divako.model import Medium, Record


_HISTORY, _PAIRS = 10, 9


def read_day(data: bytes) -> dt.date | None:
    """Read day, month and year in packed decimal bytes."""
    return decimal_date(data[2], data[1], data[0])


def months(data: bytes, _body: Body) -> Iterator[Record]:
    """Give the counts of the ends of months, the oldest first."""
    for pair in range(_PAIRS):
        older, high, newer = raw = data[_HISTORY + 3 * pair : _HISTORY + 3 * pair + 3]
        newest = 2 * (_PAIRS - pair)
        yield number_record(HEAT_COST, high >> 4 << 8 | older, storage=newest + 1, raw=raw)
        yield number_record(HEAT_COST, (high & 0x0F) << 8 | newer, storage=newest, raw=raw)


DRIVER = MbusDriver(
    name="bfw_240",
    devices=[("BFW", "240 radio")],
    medium=Medium.HEAT_COST_ALLOCATOR,
    accepts=Mvt("BFW", version=0x02, device_type=0x08, ci=0x7A),
    body=Block(
        [
            Fixed(0, b"\x2f\x2f"),
            Fixed(3, b"\x1f"),
            Number(HEAT_COST, 6, 2, big=True),
            Date(read_day, 37, 3, required=True),
            Number(HEAT_COST, 4, 2, big=True, storage=1),
        ],
        size=40,
        unroll=months,
    ),
    source="wmbusmeters, driver bfw240radio (facts of the layout)",
    examples=[
        TelegramExample(
            wireless_frame(
                "BFW", 0x02, 0x08, 0x7A, "01000000 2f2f 001f 0200 0101 0000" + "000000" * 8 + "112233 310126"
            ),
            {
                "heat_cost_allocation": 257.0,
                "date": "2026-01-31",
                "heat_cost_allocation s1": 512.0,
                **{f"heat_cost_allocation s{storage}": 0.0 for storage in range(4, 20)},
                "heat_cost_allocation s3": 529.0,
                "heat_cost_allocation s2": 563.0,
            },
        )
    ],
)
