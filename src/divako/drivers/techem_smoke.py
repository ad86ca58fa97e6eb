"""Techem smoke detectors 2: whether there is smoke or a defect, and two days.

The first day is the end of the last year of account, the second that of sending; what follows them
nobody has described. Other states than these three are refused: nobody knows what they
say of smoke.

References
----------
.. [1] wmbusmeters, driver tsd2, issue 200 and pull request 2050 (facts of the layout).
"""

from __future__ import annotations

from divako.drivers import Block, Date, Fixed, Flags, MbusDriver, Mvt, Number, TelegramExample, wireless_frame
from divako.drivers._quantities import state
from divako.drivers._techem import SOURCE, due_date
from divako.model import Medium, Status


_SMOKE, _DEFECT = 0x01, 0x80

DRIVER = MbusDriver(
    name="techem_smoke",
    devices=[("Techem", "Rauchwarnmelder 2")],
    medium=Medium.SMOKE,
    accepts=Mvt("TCH", version=0x76, device_type=0xF0, ci=range(0xA0, 0xA3)),
    body=Block(
        [
            Fixed(0, b"\0", bytes((0xFF ^ _SMOKE ^ _DEFECT,))),
            Number(state("smoke"), 0, 1, bits=(0, 1)),
            Date(due_date, 3, required=True),
            Date(due_date, 1, storage=1, required=True),
            Flags(0, {_DEFECT: Status.PERMANENT_ERROR}),
        ],
        size=31,
    ),
    source=f"{SOURCE} tsd2; wmbusmeters issue 200",
    examples=[
        TelegramExample(
            wireless_frame("TCH", 0x76, 0xF0, 0xA0, "01 9f33 6f35" + "00" * 26),
            {"smoke": 1.0, "date": "2026-11-15", "date s1": "2025-12-31"},
        )
    ],
)
