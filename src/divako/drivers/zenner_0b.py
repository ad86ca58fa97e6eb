"""Zenner water meter modules of version 0B.

Behind DIF 0F stand a status, the use of the month and the total, in 1/256 litre.

References
----------
.. [1] wmbusmeters, driver zenner0b (facts of the layout).
"""

from __future__ import annotations

from fractions import Fraction

from divako.drivers import Block, Fixed, MbusDriver, Mvt, Number, TelegramExample, wireless_frame
from divako.drivers._quantities import VOLUME, counted_in, state
from divako.model import Kind, Medium, Register
from divako.units import Dimension


PART = Fraction(1, 256)
OF_MONTH = Register("volume_of_month", Dimension.VOLUME, kind=Kind.INSTANT)


def month_is_part_of_total(data: bytes) -> bool:
    """Tell whether the use of the month is no more than the total."""
    return int.from_bytes(data[4:8], "little") <= int.from_bytes(data[8:12], "little")


DRIVER = MbusDriver(
    name="zenner_0b",
    devices=[("Zenner", "EDC")],
    medium=Medium.COLD_WATER,
    accepts=Mvt("ZRI", version=0x0B, device_type=0x16),
    after_records=Block(
        [
            Number(counted_in(VOLUME, "l", PART), 8),
            Number(counted_in(OF_MONTH, "l", PART), 4),
            Number(state("status_word"), 0),
            Fixed(3, b"\0"),
            Fixed(12, b"\0", optional=True),
        ],
        size=(12, 13),
        check=month_is_part_of_total,
    ),
    source="wmbusmeters, driver zenner0b (facts of the layout)",
    examples=[
        TelegramExample(
            wireless_frame("ZRI", 0x0B, 0x16, 0x7A, "01000000 0f 00000000 80c30000 00393000 00"),
            {"volume_m3": 12.345, "volume_of_month_m3": 0.1955, "status_word": 0.0},
        )
    ],
)
