"""Kamstrup PressureSensor, wireless.

Beside the pressure as the standard has it, it sends the two coefficients alpha and beta of
its sensor as floats.

References
----------
.. [1] wmbusmeters, driver kampress (meaning of the two records).
"""

from __future__ import annotations

from divako.drivers import Known, MbusDriver, Mvt, TelegramExample, wireless_frame
from divako.drivers._quantities import state
from divako.model import Medium


DRIVER = MbusDriver(
    name="kamstrup_pressure",
    devices=[("Kamstrup", "PressureSensor")],
    medium=Medium.PRESSURE,
    accepts=Mvt("KAM", device_type=0x18),
    records=[Known("ff09", state("sensor_alpha")), Known("ff0a", state("sensor_beta"))],
    source="wmbusmeters, driver kampress (meaning of the two records)",
    examples=[
        TelegramExample(
            wireless_frame("KAM", 0x01, 0x18, 0x78, "0269 6600  05ff09 0000003f  05ff0a 000080be"),
            {"pressure_bar": 1.02, "sensor_alpha": 0.5, "sensor_beta": -0.25},
        )
    ],
)
