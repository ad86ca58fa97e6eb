"""Techem MK Radio 3a water meters.

The body holds the day of sending, the reading, and what passed in each half of the last twelve
months, the newest half first, all in tenths of a cubic metre. Until the middle of a month its first
half is all there is of it; so the halves pair up differently then.

References
----------
.. [1] wmbusmeters, driver mkradio3a and issue 1433 (facts of the layout, with what the meter showed).
"""

from __future__ import annotations

from collections.abc import Iterator

from divako.drivers import Block, Date, Fixed, MbusDriver, Mvt, Number, TelegramExample, number_record, wireless_frame
from divako.drivers._quantities import VOLUME
from divako.drivers._techem import SOURCE, due_date
from divako.mbus import Body
from divako.model import Kind, Medium, Record, Register
from divako.units import Dimension


OF_MONTH = Register("volume_of_month", Dimension.VOLUME, kind=Kind.DELTA)
_TENTHS = Number(OF_MONTH, 0, scale=-1).scaled
_FIRST_PAIR, _PAIRS, _STEP = 8, 12, 3
_MIDDLE = 15  # the last day of the first half


def months(data: bytes, _body: Body) -> Iterator[Record]:
    """Give what passed in this month and the eleven before, the newest first."""
    halves = [data[_FIRST_PAIR + _STEP * pair + half] for pair in range(_PAIRS) for half in (0, 1)]
    today = due_date(data[2:4])
    if today is None:
        return
    of_this_month = 1 if today.day <= _MIDDLE else 2
    yield number_record(_TENTHS, sum(halves[:of_this_month]))
    for month in range(1, _PAIRS):
        start = of_this_month + 2 * (month - 1)
        yield number_record(_TENTHS, sum(halves[start : start + 2]), storage=month)


DRIVER = MbusDriver(
    name="techem_mkradio_3a",
    devices=[("Techem", "MK Radio 3a")],
    medium=Medium.WATER,
    accepts=Mvt("TCH", version=0x50, device_type=(0x62, 0x72), ci=0xA2),
    body=Block(
        [
            Number(VOLUME, 4, 3, scale=-1),
            Date(due_date, 2, required=True),
            # Between the halves stands nothing; something there would be of a layout that nobody knows.
            *(Fixed(_FIRST_PAIR - 1 + _STEP * pair, b"\0") for pair in range(_PAIRS + 1)),
        ],
        size=44,
        unroll=months,
    ),
    source=f"{SOURCE} MK Radio 3a; wmbusmeters issue 1433",
    examples=[
        TelegramExample(
            wireless_frame(
                "TCH", 0x50, 0x72, 0xA2, "0c00 7235 d20400 00" + "".join(f"{n:02x}{n + 16:02x}00" for n in range(12))
            ),
            {
                "volume_m3": 123.4,
                "date": "2026-11-18",
                **{f"volume_of_month_m3{f' s{n}' if n else ''}": (2 * n + 16) / 10 for n in range(12)},
            },
        ),
        TelegramExample(
            wireless_frame(
                "TCH", 0x50, 0x62, 0xA2, "0c00 6f35 d20400 00" + "".join(f"{n:02x}{n + 16:02x}00" for n in range(12))
            ),
            {
                "volume_m3": 123.4,
                "date": "2026-11-15",
                "volume_of_month_m3": 0.0,
                **{f"volume_of_month_m3 s{n}": (2 * n + 15) / 10 for n in range(1, 12)},
            },
        ),
    ],
)
