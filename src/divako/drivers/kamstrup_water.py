"""Kamstrup Multical 21 and flowIQ water meters.

They send the standard's records, and a word of information codes: of two bytes, whose higher
bits say for how long, or of four.

References
----------
.. [1] Kamstrup, "flowIQ 2200: technical description", information codes.
.. [2] wmbusmeters, driver kamwater (bits of both words).
"""

from __future__ import annotations

from divako.drivers import MbusDriver, Mvt, TelegramExample, wireless_frame
from divako.drivers._kamstrup import info_code
from divako.model import Medium, Status


_SHORT = {0x0001: Status.DRY, 0x0002: Status.BACKFLOW, 0x0004: Status.LEAK, 0x0008: Status.BURST}
_LONG = {
    **_SHORT,
    0x0010: Status.TAMPER,
    0x0020: Status.LOW_BATTERY,
    0x0040: Status.LOW_TEMPERATURE,
    0x0280: Status.MAKER_SPECIFIC,  # flow above its range, and no consumption at all
}

DRIVER = MbusDriver(
    name="kamstrup_water",
    devices=[("Kamstrup", "Multical 21"), ("Kamstrup", "flowIQ 2200"), ("Kamstrup", "flowIQ 3200")],
    medium=Medium.WATER,
    accepts=Mvt(("KAM", "KAW"), device_type=(0x06, 0x07, 0x15, 0x16)),
    records=[info_code("ff20", _SHORT, 2), info_code("ff23", _LONG, 4)],
    source="Kamstrup, flowIQ 2200 technical description, information codes; wmbusmeters, driver kamwater",
    examples=[
        TelegramExample(
            wireless_frame("KAM", 0x1B, 0x16, 0x78, "02ff20 7100  0413 39300000  4413 e02e0000"),
            {"info_code": 113.0, "volume_m3": 12.345, "volume_m3 s1": 12.0},
        ),
        TelegramExample(
            wireless_frame("KAW", 0x3A, 0x16, 0x78, "04ff23 24000000  0413 39300000"),
            {"info_code": 36.0, "volume_m3": 12.345},
        ),
    ],
)
