"""Apator E-ITN 30 heat cost allocators.

What looks like the CI field A0 is the high byte of the first date of the season; its low byte
starts the body. Frames with CI B6 carry a block of stated length before the same. Seals that
are broken say when.

References
----------
.. [1] Apator, "E-ITN 30 radio protocol", as described in wmbusmeters, driver apatoreitn.
"""

from __future__ import annotations

import datetime as dt

from fractions import Fraction

from divako.drivers import Block, Date, Fixed, MbusDriver, Mvt, Number, TelegramExample, wireless_frame
from divako.drivers._quantities import HEAT_COST, ROOM_TEMPERATURE, counted_in
from divako.errors import TruncatedError
from divako.mbus import Body
from divako.model import Medium


WITH_PREFIX, PLAIN = 0xB6, 0xA0
PARTS_OF_DEGREE = counted_in(ROOM_TEMPERATURE, "degC", Fraction(1, 256))
_SIZE, _YEARS = 16, 32


def without_prefix(data: bytes, body: Body) -> bytes:
    """Give the bytes from the high byte of the first date on.

    Raises
    ------
    TruncatedError
        The prefix is not as long as it says.
    """
    whole = data[1 + data[0] :] if body.ci == WITH_PREFIX else bytes((body.ci,)) + data
    if len(whole) != _SIZE:
        msg = "the maker's block is not where its prefix says"
        raise TruncatedError(msg, layer="driver", offset=len(data))
    return whole


def read_day(data: bytes) -> dt.date | None:
    """Read day in bits 0 to 4, month in 5 to 8, and the last five bits of the year from 2000."""
    word = int.from_bytes(data, "little")
    try:
        return dt.date(2000 + (word >> 9) % _YEARS, word >> 5 & 0x0F, word & 0x1F)
    except ValueError:
        return None


def read_first_day(data: bytes) -> dt.date | None:
    """Read the same with the high byte first."""
    return read_day(data[::-1])


DRIVER = MbusDriver(
    name="apator_eitn",
    devices=[("Apator", "E-ITN 30")],
    medium=Medium.HEAT_COST_ALLOCATOR,
    accepts=Mvt(("APA", "APT"), version=0x04, device_type=0x08, ci=(PLAIN, WITH_PREFIX)),
    body=Block(
        [
            Fixed(0, b"\xa0"),
            Fixed(2, b"\0\0"),
            Number(HEAT_COST, 8, 2),
            Date(read_day, 10, required=True),
            Number(HEAT_COST, 4, 2, storage=1),
            Date(read_first_day, 0, quantity="season_start", required=True),
            Date(read_day, 6, quantity="seal_broken"),
            Number(PARTS_OF_DEGREE, 14, 2, signed=True),
            Number(PARTS_OF_DEGREE, 12, 2, signed=True, storage=1),
        ],
        size=range(15, 33),
        prepare=without_prefix,
    ),
    source="wmbusmeters, driver apatoreitn (facts of the layout)",
    examples=[
        TelegramExample(
            wireless_frame("APA", 0x04, 0x08, PLAIN, "cf 0000 7b00 6430 0700 3f34 8013 4015"),
            {
                "heat_cost_allocation": 7.0,
                "date": "2026-01-31",
                "heat_cost_allocation s1": 123.0,
                "season_start": "2016-06-15",
                "seal_broken": "2024-03-04",
                "room_temperature_degc": 21.25,
                "room_temperature_degc s1": 19.5,
            },
        ),
        TelegramExample(
            wireless_frame("APT", 0x04, 0x08, WITH_PREFIX, "02 ffff a0 cf 0000 7b00 0000 0700 3f34 8013 4015"),
            {
                "heat_cost_allocation": 7.0,
                "date": "2026-01-31",
                "heat_cost_allocation s1": 123.0,
                "season_start": "2016-06-15",
                "seal_broken": None,
                "room_temperature_degc": 21.25,
                "room_temperature_degc s1": 19.5,
            },
        ),
    ],
)
