"""B Meters RFM-TX1 water meter module.

The total is hidden under a fixed mask that the access number chooses; the clock stands
beside it in the clear. What follows is history that nobody has described.

References
----------
.. [1] wmbusmeters, driver rfmtx1, and the issue in which the masks were found (101).
"""

from __future__ import annotations

import datetime as dt

from divako.codec import read_bcd
from divako.drivers import Block, Date, MbusDriver, Mvt, Number, TelegramExample, wireless_frame
from divako.drivers._decimal import decimal_date, decimal_time
from divako.drivers._quantities import VOLUME
from divako.errors import MalformedError
from divako.mbus import Body
from divako.model import Medium


# One mask of four bytes for each value of the low four bits of the access number.
_MASKS = bytes.fromhex(
    "7a101a0a 70132213 b90b8e99 79074a16 079acb69 32a1390e 9c7e6099 b4c480a3"
    "0ace1903 f005a586 1698115e 0cc97da2 4a48e41f 772e8ae8 bd78578c 396f2805"
)
_TOTAL = slice(2, 6)


def unmask(data: bytes, body: Body) -> bytes:
    """Take the mask off the total.

    Raises
    ------
    MalformedError
        What is below it are no decimal digits.
    """
    access = 0 if body.header is None else body.header.access_number
    mask = _MASKS[4 * (access & 0x0F) :]
    total = bytes(sent ^ access ^ hidden for sent, hidden in zip(data[_TOTAL], mask[:4], strict=True))
    if read_bcd(total) is None or total[-1] > 0x99:
        msg = "the total is no decimal number"
        raise MalformedError(msg, layer="driver", offset=_TOTAL.start)
    return data[: _TOTAL.start] + total + data[_TOTAL.stop :]


def read_clock(data: bytes) -> dt.datetime | None:
    """Read second, minute, hour, day, month and year in packed decimal bytes."""
    time, date = decimal_time(data[2], data[1], data[0]), decimal_date(data[5], data[4], data[3])
    return None if date is None or time is None else dt.datetime.combine(date, time)


DRIVER = MbusDriver(
    name="bmeters_rfmtx1",
    devices=[("B Meters", "RFM-TX1")],
    medium=Medium.WATER,
    accepts=Mvt("BMT", version=0x05, device_type=0x07, ci=0x7A),
    body=Block(
        [Number(VOLUME, 2, 4, scale=-3, bcd=True), Date(read_clock, 13, 6, quantity="datetime", required=True)],
        size=range(19, 64),
        prepare=unmask,
    ),
    source="wmbusmeters, driver rfmtx1, and its issue 101 (masks of the total)",
    security="maker",
    examples=[
        TelegramExample(
            wireless_frame("BMT", 0x05, 0x07, 0x7A, "5a000610 0102 09e14a04 00000000000000 591510310126"),
            {"volume_m3": 12.345, "datetime": "2026-01-31T10:15:59"},
        )
    ],
)
