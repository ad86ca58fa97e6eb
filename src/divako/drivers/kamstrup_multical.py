"""Kamstrup Multical heat and cooling meters, wired and wireless.

They send the standard's records and two registers of their own: volume times the temperature
of the flow (E8) and of the return (E9), from which billing reckons the mean temperatures, and
a word of information codes.

References
----------
.. [1] Kamstrup, "M-Bus module for Multical: technical description", data records.
"""

from __future__ import annotations

from divako.drivers import Known, MbusDriver, Mvt, TelegramExample, wireless_frame
from divako.drivers._quantities import state
from divako.model import Medium, Register
from divako.units import Dimension


VOLUME_BY_FLOW = Register("volume_by_flow_temperature", Dimension.VOLUME_TEMPERATURE)
VOLUME_BY_RETURN = Register("volume_by_return_temperature", Dimension.VOLUME_TEMPERATURE)
INFO_CODE = state("info_code")

DRIVER = MbusDriver(
    name="kamstrup_multical",
    devices=[
        ("Kamstrup", f"Multical {model}") for model in ("302", "402", "403", "601", "602", "603", "801", "802", "803")
    ],
    medium=Medium.HEAT,
    accepts=Mvt("KAM", device_type=(0x04, 0x0A, 0x0B, 0x0C, 0x0D)),
    records=[
        Known("ff07", VOLUME_BY_FLOW, unsigned=True),
        Known("ff08", VOLUME_BY_RETURN, unsigned=True),
        Known("ff20", INFO_CODE, unsigned=True),
        Known("ff22", INFO_CODE, unsigned=True),
    ],
    source="Kamstrup, M-Bus module for Multical, technical description, data records",
    examples=[
        TelegramExample(
            wireless_frame(
                "KAM",
                0x35,
                0x04,
                0x78,
                "0406 39300000  04ff07 e8030000  04ff08 f4010000  0413 15cd5b07  02ff22 0000",
            ),
            {
                "energy_kwh": 12345.0,
                "volume_by_flow_temperature_m3_degc": 1000.0,
                "volume_by_return_temperature_m3_degc": 500.0,
                "volume_m3": 123456.789,
                "info_code": 0.0,
            },
        )
    ],
)
