"""Techem MK Radio 3 and 4 water meters.

The body holds the reading of the due date and the use since, each in tenths of a cubic
metre, and small steps of half months that nobody has described.

References
----------
.. [1] lvogt, wireless-mbus-parser 1.0 (MIT), Techem application layer.
.. [2] wmbusmeters, drivers mkradio3 and mkradio4 and issue 1340 (facts of the layout).
"""

from __future__ import annotations

from divako.drivers import Block, Date, MbusDriver, Mvt, Number, Sum, TelegramExample, wireless_frame
from divako.drivers._quantities import VOLUME
from divako.drivers._techem import SOURCE, day_of_sending, due_date, is_dated_twice
from divako.model import Kind, Medium, Register
from divako.units import Dimension


USE = Register("volume_since_due_date", Dimension.VOLUME, kind=Kind.INSTANT)
_DUE = Number(VOLUME, 3, 2, scale=-1, storage=1)
_SINCE = Number(USE, 7, 2, scale=-1)

DRIVER = MbusDriver(
    name="techem_mkradio",
    devices=[("Techem", "MK Radio 3"), ("Techem", "MK Radio 4")],
    medium=Medium.WATER,
    accepts=Mvt("TCH", version=(0x52, 0x70, 0x74, 0x95), device_type=(0x62, 0x72), ci=0xA2),
    body=Block(
        [
            Sum(VOLUME, [_DUE, _SINCE]),
            Date(day_of_sending, 1, 6),
            _DUE,
            Date(due_date, 1, storage=1, required=True),
            _SINCE,
        ],
        size=range(9, 64),
        check=is_dated_twice,
    ),
    source=f"{SOURCE} MK Radio 3 and 4",
    examples=[
        TelegramExample(
            wireless_frame("TCH", 0x74, 0x62, 0xA2, "06  9f33 d204  5019 7b00" + "00" * 28),
            {
                "volume_m3": 135.7,
                "date": "2026-12-21",
                "volume_m3 s1": 123.4,
                "date s1": "2025-12-31",
                "volume_since_due_date_m3": 12.3,
            },
        )
    ],
)
