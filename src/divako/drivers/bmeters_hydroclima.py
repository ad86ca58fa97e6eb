"""B Meters Hydroclima heat cost allocators.

Behind DIF 0F stands one of two layouts, which its first byte names. Temperatures are means of
the present period and, with storage 1, of the one before. Subunit 1 are the counts of the
block: of all periods together, and of set dates whose order nobody has described.

References
----------
.. [1] wmbusmeters, driver hydroclimav2 (order of the fields).
"""

from __future__ import annotations

from divako.codec import read_date
from divako.drivers import Block, Date, Fixed, MbusDriver, Mvt, Number, TelegramExample, wireless_frame
from divako.drivers._quantities import HEAT_COST, RADIATOR_TEMPERATURE, ROOM_TEMPERATURE, named
from divako.model import Function, Medium


ROOM_HISTORY = named(ROOM_TEMPERATURE, "room_temperature_history")
_MAXIMUM = Function.MAXIMUM

PLAIN = Block(
    [
        Fixed(0, b"\x10"),
        Number(ROOM_TEMPERATURE, 7, 2, scale=-2, signed=True),
        Number(ROOM_TEMPERATURE, 9, 2, scale=-2, signed=True, function=_MAXIMUM),
        Date(read_date, 5, required=True),
        Date(read_date, 11, quantity="maximum_date"),
        Number(ROOM_TEMPERATURE, 15, 2, scale=-2, signed=True, storage=1),
        Number(RADIATOR_TEMPERATURE, 17, 2, scale=-2, signed=True, storage=1),
        Number(HEAT_COST, 21, 3, subunit=1),
    ],
    size=24,
)
WITH_HISTORY = Block(
    [
        Fixed(0, b"\x11"),
        Date(read_date, 5, required=True),
        Date(read_date, 7, quantity="opening_date"),
        Number(RADIATOR_TEMPERATURE, 9, 2, scale=-2, signed=True),
        Number(ROOM_TEMPERATURE, 11, 2, scale=-2, signed=True),
        Number(ROOM_TEMPERATURE, 13, 2, scale=-2, signed=True, function=_MAXIMUM),
        Date(read_date, 15, quantity="maximum_date"),
        Number(RADIATOR_TEMPERATURE, 17, 2, scale=-2, signed=True, storage=1),
        Number(ROOM_TEMPERATURE, 19, 2, scale=-2, signed=True, storage=1),
        *(Number(HEAT_COST, 21 + 2 * place, 2, storage=1 + place, subunit=1) for place in range(4)),
        *(Number(ROOM_HISTORY, 29 + 2 * place, 2, scale=-2, signed=True, storage=1 + place) for place in range(3)),
        Number(HEAT_COST, 44, 3, subunit=1),
    ],
    size=47,
)

DRIVER = MbusDriver(
    name="bmeters_hydroclima",
    devices=[("B Meters", "Hydroclima RFM")],
    medium=Medium.HEAT_COST_ALLOCATOR,
    accepts=Mvt("BMP", version=(0x53, 0x85), device_type=0x08),
    after_records=[PLAIN, WITH_HISTORY],
    source="wmbusmeters, driver hydroclimav2 (order of the fields)",
    examples=[
        TelegramExample(
            wireless_frame(
                "BMP",
                0x53,
                0x08,
                0x7A,
                "01000000 036e 0a0000 0f 10 0000 106a 5e31 4a07 8f12 4131 b124 2a06 d306 0a00 2a0000",
            ),
            {
                "heat_cost_allocation": 10.0,
                "room_temperature_degc": 18.66,
                "room_temperature_degc maximum": 47.51,
                "date": "2026-01-30",
                "maximum_date": "2026-01-01",
                "room_temperature_degc s1": 15.78,
                "radiator_temperature_degc s1": 17.47,
                "heat_cost_allocation u1": 42.0,
            },
        ),
        TelegramExample(
            wireless_frame(
                "BMP",
                0x85,
                0x08,
                0x7A,
                "01000000 036e 0a0000 0f 11 0000 9924 5e31 0000 3713 df08 bc16 4131 960e 8208"
                "0100 0200 0300 0400 da08 0809 db08 010000 020000 030000 2a0000",
            ),
            {
                "heat_cost_allocation": 10.0,
                "date": "2026-01-30",
                "opening_date": None,
                "radiator_temperature_degc": 49.19,
                "room_temperature_degc": 22.71,
                "room_temperature_degc maximum": 58.2,
                "maximum_date": "2026-01-01",
                "radiator_temperature_degc s1": 37.34,
                "room_temperature_degc s1": 21.78,
                "heat_cost_allocation s1 u1": 1.0,
                "heat_cost_allocation s2 u1": 2.0,
                "heat_cost_allocation s3 u1": 3.0,
                "heat_cost_allocation s4 u1": 4.0,
                "room_temperature_history_degc s1": 22.66,
                "room_temperature_history_degc s2": 23.12,
                "room_temperature_history_degc s3": 22.67,
                "heat_cost_allocation u1": 42.0,
            },
        ),
    ],
)
