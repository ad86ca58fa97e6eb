"""Ei Electronics Ei6500 smoke alarms with the radio module for OMS.

The standard's records tell of alarms and tests; one of the maker's holds in its lowest byte how
much dust the chamber has.

References
----------
.. [1] wmbusmeters, driver ei6500 (meaning of the record).
"""

from __future__ import annotations

from divako.drivers import Block, Known, MbusDriver, Mvt, Number, TelegramExample, wireless_frame
from divako.drivers._quantities import state
from divako.model import Medium


DRIVER = MbusDriver(
    name="ei_electronics_6500",
    devices=[("Ei Electronics", "Ei6500-OMS")],
    medium=Medium.SMOKE,
    accepts=Mvt("EIE", device_type=0x1A),
    records=[Known("ff2c", block=Block([Number(state("dust_level"), 0, 1)], size=4))],
    source="wmbusmeters, driver ei6500 (meaning of the record)",
    examples=[
        TelegramExample(
            wireless_frame("EIE", 0x0C, 0x1A, 0x7A, "01000000 046d 1e0a5e31 8440ff2c 05000000"),
            {"datetime": "2026-01-30T10:30:00", "dust_level": 5.0},
        )
    ],
)
