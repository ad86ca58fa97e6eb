"""Techem heat meters compact V, vario 3 and vario 4 of device type 43, which count in kilowatt hours.

Those of device type C3 count in another unit, so the type decides, and not the version: see `techem_vario_4`.

References
----------
.. [1] lvogt, wireless-mbus-parser 1.0 (MIT), Techem application layer.
.. [2] wmbusmeters, driver compact5 and issues 217, 499 and 1203, with what the meters showed (facts of the layout).
"""

from __future__ import annotations

from divako.drivers import MbusDriver, Mvt, TelegramExample, wireless_frame
from divako.drivers._quantities import ENERGY
from divako.drivers._techem import SOURCE, heat_block
from divako.model import Medium


DRIVER = MbusDriver(
    name="techem_compact_5",
    devices=[("Techem", "compact V"), ("Techem", "vario 3"), ("Techem", "vario 4")],
    medium=Medium.HEAT,
    accepts=Mvt("TCH", version=(0x17, 0x22, 0x27, 0x39, 0x45), device_type=0x43, ci=range(0xA0, 0xA3)),
    body=heat_block(ENERGY),
    source=f"lvogt, wireless-mbus-parser 1.0, Techem application layer; {SOURCE} compact V",
    examples=[
        TelegramExample(
            wireless_frame("TCH", 0x45, 0x43, 0xA1, "00  9f33 401f01 60 e80300 0000" + "00" * 32),
            {
                "energy_kwh": 74536.0,
                "energy_kwh s1": 73536.0,
                "date s1": "2025-12-31",
                "energy_since_due_date_kwh": 1000.0,
            },
        )
    ],
)
