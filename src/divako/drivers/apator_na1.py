"""Apator NA-1 ultrasonic water meters, enciphered frames of the maker's own.

An access number and a status byte stand in the clear, then one block in AES-128-CBC with the
initialisation vector of mode 5. It begins with 2F; there is no other proof of the key, so
what it says is looked at closely.

References
----------
.. [1] wmbusmeters, driver apatorna1 (cipher and packing of the numbers).
"""

from __future__ import annotations

import datetime as dt

from collections.abc import Iterator
from fractions import Fraction

from divako.drivers import Block, MbusDriver, Mvt, TelegramExample, content_record, number_record, wireless_frame
from divako.drivers._quantities import VOLUME, counted_in
from divako.errors import DecryptionError, MissingKeyError
from divako.mbus import Body
from divako.model import Kind, Medium, Record, Register
from divako.units import Dimension


AGE = counted_in(Register("age_of_history", Dimension.DURATION, kind=Kind.INSTANT), "h")
_MARK, _EPOCH = 0x2F, dt.datetime(2000, 1, 1)  # noqa: DTZ001 - the wall clock of the meter
_YEARS, _LONGEST_AGE = range(2015, 2081), 24 * 62


def decipher(data: bytes, body: Body) -> bytes:
    """Open the block.

    Raises
    ------
    MissingKeyError
        There is no key.
    """
    if body.key is None:
        msg = "the maker's block is enciphered, and there is no key for this meter"
        raise MissingKeyError(msg, layer="driver", offset=2)
    return body.key.decrypt_cbc(data[2:18], body.address.raw + data[:1] * 8)


def readings(data: bytes, _body: Body) -> Iterator[Record]:
    """Unpack the total, the reading of the end of last month, and when they were.

    Raises
    ------
    DecryptionError
        The block does not hold what it must: the key or the body is wrong.
    """
    packed = int.from_bytes(data[1:5], "little")
    clock = _EPOCH + dt.timedelta(seconds=int.from_bytes(data[5:9], "little"))
    age, less = data[10] >> 2 << 8 | data[9], int.from_bytes(data[11:14], "little") << 2 | data[10] & 0x03
    total = packed >> 8 << 4 | packed & 0x0F
    if data[0] != _MARK or packed & 0xC0 or clock.year not in _YEARS or age > _LONGEST_AGE or less > total:
        msg = "the key or the body is wrong"
        raise DecryptionError(msg, layer="driver", offset=2)
    register = counted_in(VOLUME, "l", Fraction(10) ** (packed >> 4 & 0x03))
    yield number_record(register, total)
    yield content_record("datetime", clock)
    yield number_record(register, total - less, storage=1)
    yield content_record("datetime", clock - dt.timedelta(hours=age), storage=1)
    yield number_record(AGE, age, storage=1)


DRIVER = MbusDriver(
    name="apator_na1",
    devices=[("Apator", "Ultrimis NA-1")],
    medium=Medium.WATER,
    accepts=Mvt("APA", version=0x14, device_type=0x07, ci=(0xA0, 0xA1)),
    body=Block([], size=18, prepare=decipher, unroll=readings),
    source="wmbusmeters, driver apatorna1 (cipher and packing of the numbers)",
    security="maker",
    examples=[
        TelegramExample(
            wireless_frame("APA", 0x14, 0x07, 0xA0, "5a00 99f9284a18db7726cdea2ce802f55132"),
            {
                "volume_m3": 12.345,
                "datetime": "2026-01-31T12:00:00",
                "volume_m3 s1": 12.0,
                "datetime s1": "2026-01-01T00:00:00",
                "age_of_history_s s1": 2635200.0,
            },
            key=bytes(range(16)),
        )
    ],
)
