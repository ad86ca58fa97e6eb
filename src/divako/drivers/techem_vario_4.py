"""Techem heat meters vario 4, which count in megajoules.

References
----------
.. [1] wmbusmeters, driver vario451 (facts of the layout).
"""

from __future__ import annotations

from divako.drivers import MbusDriver, Mvt, TelegramExample, wireless_frame
from divako.drivers._quantities import ENERGY, counted_in
from divako.drivers._techem import SOURCE, heat_block
from divako.model import Medium


DRIVER = MbusDriver(
    name="techem_vario_4",
    devices=[("Techem", "vario 4 typ 4.5.1")],
    medium=Medium.HEAT,
    accepts=Mvt("TCH", version=0x27, device_type=(0x04, 0xC3), ci=range(0xA0, 0xA3)),
    body=heat_block(counted_in(ENERGY, "MJ")),
    source=f"{SOURCE} vario 4 typ 4.5.1",
    examples=[
        TelegramExample(
            wireless_frame("TCH", 0x27, 0xC3, 0xA2, "12  9f33 201c00 a8 080700 0082" + "00" * 33),
            {
                "energy_kwh": 2500.0,
                "energy_kwh s1": 2000.0,
                "date s1": "2025-12-31",
                "energy_since_due_date_kwh": 500.0,
            },
        )
    ],
)
