"""Techem radio heat cost allocators FHKV data II and III.

The body holds the units of the period that the due date closed, those since, and in data III the
temperatures of room and radiator. The bytes behind them nobody has described.

References
----------
.. [1] lvogt, wireless-mbus-parser 1.0 (MIT), Techem application layer: versions, dates, units, temperatures.
.. [2] wmbusmeters, driver fhkvdataiii (facts of the layout).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from divako.drivers import Block, Date, MbusDriver, Mvt, Number, TelegramExample, wireless_frame
from divako.drivers._quantities import HEAT_COST, RADIATOR_TEMPERATURE, ROOM_TEMPERATURE
from divako.drivers._techem import SOURCE, day_of_sending, due_date, is_dated_twice
from divako.model import Medium


def _block(versions: Iterable[int], *temperatures: Number) -> Block:
    return Block(
        [
            Number(HEAT_COST, 7, 2),
            Date(day_of_sending, 1, 6),
            Number(HEAT_COST, 3, 2, storage=1),
            Date(due_date, 1, storage=1, required=True),
            *temperatures,
        ],
        size=range(14, 64),
        versions=versions,
        check=is_dated_twice,
    )


def _temperatures(at: int) -> Iterator[Number]:
    for register in (ROOM_TEMPERATURE, RADIATOR_TEMPERATURE):
        yield Number(register, at, 2, scale=-2, signed=True)
        at += 2


DRIVER = MbusDriver(
    name="techem_hca",
    devices=[("Techem", "FHKV data II"), ("Techem", "FHKV data III")],
    medium=Medium.HEAT_COST_ALLOCATOR,
    accepts=Mvt("TCH", version=(0x61, 0x64, 0x69, 0x94), device_type=0x80, ci=range(0xA0, 0xA3)),
    body=[
        _block((0x61, 0x64)),
        _block((0x69,), *_temperatures(9)),
        _block((0x94,), *_temperatures(10)),
    ],
    source=f"lvogt, wireless-mbus-parser 1.0, Techem application layer; {SOURCE} FHKV data III",
    examples=[
        TelegramExample(
            wireless_frame("TCH", 0x69, 0x80, 0xA0, "11  9f33 8403  5014 2c00  3408 6a0a" + "00" * 29),
            {
                "heat_cost_allocation": 44,
                "date": "2026-10-05",
                "heat_cost_allocation s1": 900,
                "date s1": "2025-12-31",
                "room_temperature_degc": 21.0,
                "radiator_temperature_degc": 26.66,
            },
        ),
        TelegramExample(
            wireless_frame("TCH", 0x94, 0x80, 0xA2, "0f  9f33 8403  5014 2c00 01  3408 6a0a" + "00" * 27),
            {
                "heat_cost_allocation": 44,
                "date": "2026-10-05",
                "heat_cost_allocation s1": 900,
                "date s1": "2025-12-31",
                "room_temperature_degc": 21.0,
                "radiator_temperature_degc": 26.66,
            },
        ),
        TelegramExample(
            wireless_frame("TCH", 0x64, 0x80, 0xA0, "01  9f33 8403  0000 2c00" + "00" * 29),
            {
                "heat_cost_allocation": 44,
                "date": None,
                "heat_cost_allocation s1": 900,
                "date s1": "2025-12-31",
            },
        ),
    ],
)
