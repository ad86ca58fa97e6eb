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
                "01000000 036e 0a0000 0f 10 0000 0000 5e31 d007 d20f 4131 0100 6c07 d10b 0a00 2a0000",
            ),
            {
                "heat_cost_allocation": 10.0,
                "room_temperature_degc": 20.0,
                "room_temperature_degc maximum": 40.5,
                "date": "2026-01-30",
                "maximum_date": "2026-01-01",
                "room_temperature_degc s1": 19.0,
                "radiator_temperature_degc s1": 30.25,
                "heat_cost_allocation u1": 42.0,
            },
        ),
        TelegramExample(
            wireless_frame(
                "BMP",
                0x85,
                0x08,
                0x7A,
                "01000000 036e 0a0000 0f 11 0000 0000 5e31 0000 c611 3408 8813 4131 ac0d 0208"
                "0100 0200 0300 0400 3e08 4808 5208 010000 020000 030000 2a0000",
            ),
            {
                "heat_cost_allocation": 10.0,
                "date": "2026-01-30",
                "opening_date": None,
                "radiator_temperature_degc": 45.5,
                "room_temperature_degc": 21.0,
                "room_temperature_degc maximum": 50.0,
                "maximum_date": "2026-01-01",
                "radiator_temperature_degc s1": 35.0,
                "room_temperature_degc s1": 20.5,
                "heat_cost_allocation s1 u1": 1.0,
                "heat_cost_allocation s2 u1": 2.0,
                "heat_cost_allocation s3 u1": 3.0,
                "heat_cost_allocation s4 u1": 4.0,
                "room_temperature_history_degc s1": 21.1,
                "room_temperature_history_degc s2": 21.2,
                "room_temperature_history_degc s3": 21.3,
                "heat_cost_allocation u1": 42.0,
            },
        ),
    ],
)
