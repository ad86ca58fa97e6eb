"""GWF water meters with a radio module: what stands behind the standard's records.

References
----------
.. [1] wmbusmeters, driver gwfwater (facts of the layout).
"""

from __future__ import annotations

from divako.drivers import Block, Fixed, Flags, MbusDriver, Mvt, Number, TelegramExample, wireless_frame
from divako.drivers._quantities import REMAINING_BATTERY_LIFE, counted_in, state
from divako.model import Medium, Status


_FILLER = b"\x2f"


def ends_in_fillers(data: bytes) -> bool:
    """Tell whether nothing but fillers follows the three bytes."""
    return not data[3:].strip(_FILLER)


DRIVER = MbusDriver(
    name="gwf_water",
    devices=[("GWF", "GWFcoder radio"), ("GWF", "Sonico")],
    medium=Medium.WATER,
    accepts=Mvt("GWF", device_type=(0x06, 0x07, 0x0E, 0x15, 0x16)),
    after_records=Block(
        [
            Fixed(0, b"\x01"),
            Number(counted_in(REMAINING_BATTERY_LIFE, "month", 6), 2, 1, bits=(3, 5)),
            Number(state("power_saving"), 2, 1, bits=(0, 1)),
            Flags(1, {0x02: Status.LEAK, 0x08: Status.BURST, 0x20: Status.LOW_BATTERY, 0x40: Status.BACKFLOW}),
        ],
        size=range(3, 24),
        check=ends_in_fillers,
    ),
    source="layout as described in the driver file gwfwater of wmbusmeters, and its published telegrams",
    examples=[
        TelegramExample(
            wireless_frame("GWF", 0x3C, 0x07, 0x7A, "01 00 0000  0413 39300000  4413 d2040000  426c 3f3c  0f 01 00 e1"),
            {
                "volume_m3": 12.345,
                "volume_m3 s1": 1.234,
                "date s1": "2025-12-31",
                "remaining_battery_life_month": 168.0,
                "power_saving": 1.0,
            },
        )
    ],
)
