"""Apator AT-WMBUS-16-2 radio module for water meters.

Behind DIF 0F stand the date, the faults, and registers: one byte that names a register, then
its bytes. Only what the total is has been described; the widths of the others have to
be known to find it. The last two to four bytes are a check of an unknown kind.

References
----------
.. [1] wmbusmeters, driver apator162 (widths of the registers).
"""

from __future__ import annotations

from collections.abc import Iterator

from divako.drivers import Block, MbusDriver, Mvt, TelegramExample, number_record, wireless_frame
from divako.drivers._quantities import VOLUME, counted_in
from divako.errors import MalformedError
from divako.mbus import Body
from divako.model import Medium, Record


LITRES = counted_in(VOLUME, "l")
_TOTAL, _PADDING = 0x10, 0xFF
_FIRST, _CHECK, _LONGEST_CHECK = 7, 2, 4


def _widths() -> dict[int, int]:
    runs: dict[int, int | tuple[int, ...]] = {
        1: (0xA2, 0xA5, 0xA9, 0xAF),
        2: (0x11, 0x41, 0x43, 0xA7, 0xA8, *range(0xAA, 0xAE), 0xB4),
        3: (0x01, 0x44, 0xA6, *range(0xB6, 0xC8), 0xD0, 0xD3),
        4: (0x00, _TOTAL, 0x42, 0xA0, 0xA1, 0xA4, 0xF0),
        5: (0xB0,),
        6: (0x40, 0x8B, 0x8C),
        7: (0x8E, 0xA3),
        8: (0xB1, 0xB3),
        9: (0x8A,),
        10: (*range(0x80, 0x85), 0x86, 0x87),
        11: (0x85, 0x88, 0x8F),
        16: (0xB2, 0xB5),
    }
    widths = {code: width for width, codes in runs.items() for code in (codes if isinstance(codes, tuple) else ())}
    # History: a byte, and as many readings as the low digit of the code says, and one.
    return widths | {code: 1 + 4 * (1 + (code & 0x0F)) for code in range(0x71, 0x7D)}


WIDTHS = _widths()


def total(data: bytes, _body: Body) -> Iterator[Record]:
    """Find the total among the registers.

    Raises
    ------
    MalformedError
        A register is not known or does not fit, or none or several are the total.
    """
    found: list[bytes] = []
    at, end = _FIRST, len(data) - _CHECK
    while at < end and data[at] != _PADDING:
        width = WIDTHS.get(data[at])
        if width is None or at + 1 + width > end:
            msg = "a register that the driver does not know, or one that does not fit"
            raise MalformedError(msg, layer="driver", offset=at)
        if data[at] == _TOTAL:
            found.append(data[at + 1 : at + 1 + width])
        at += 1 + width
    if len(found) != 1 or len(data[at:].lstrip(bytes((_PADDING,)))) > _LONGEST_CHECK:
        msg = "the registers do not hold one total and then padding"
        raise MalformedError(msg, layer="driver", offset=at)
    yield number_record(LITRES, int.from_bytes(found[0], "little"), raw=found[0])


DRIVER = MbusDriver(
    name="apator_162",
    devices=[("Apator", "AT-WMBUS-16-2")],
    medium=Medium.WATER,
    accepts=Mvt("APA", version=0x05, device_type=(0x06, 0x07)),
    after_records=Block([], size=range(12, 256), unroll=total),
    source="wmbusmeters, driver apator162 (widths of the registers)",
    examples=[
        TelegramExample(
            wireless_frame(
                "APA",
                0x05,
                0x07,
                0x7A,
                "01000000 0f 11223344000000  43 0100  10 39300000  71 01 38300000 00000000  a0 01020304  ffff 1234",
            ),
            {"volume_m3": 12.345},
        )
    ],
)
