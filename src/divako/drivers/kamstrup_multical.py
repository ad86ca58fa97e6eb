"""Kamstrup Multical heat and cooling meters, wired and wireless.

They send the standard's records and two registers of their own: volume times the temperature
of the flow (E8) and of the return (E9), from which billing reckons the mean temperatures, and
a word of information codes.

References
----------
.. [1] Kamstrup, "M-Bus module for Multical: technical description", data records and information codes.
"""

from __future__ import annotations

from divako.drivers import Known, MbusDriver, Mvt, TelegramExample, wireless_frame
from divako.drivers._kamstrup import INFO_CODE, info_code
from divako.model import Medium, Register, Status
from divako.units import Dimension


VOLUME_BY_FLOW = Register("volume_by_flow_temperature", Dimension.VOLUME_TEMPERATURE)
VOLUME_BY_RETURN = Register("volume_by_return_temperature", Dimension.VOLUME_TEMPERATURE)

# Masks of one word of two or four bytes; the high half says more of the same.
_MEANING = {
    0x0001: Status.TEMPORARY_ERROR,  # the supply was interrupted
    0x0002: Status.LOW_BATTERY,
    0x007C: Status.PERMANENT_ERROR,  # a sensor of temperature, or out of its range
    0x0100: Status.DRY,  # air in the flow sensor
    0x0200: Status.BACKFLOW,
    0xC00C_F000: Status.LEAK,
    0x3000_0000: Status.BURST,
    0x0873_0880: Status.MAKER_SPECIFIC,
}

DRIVER = MbusDriver(
    name="kamstrup_multical",
    devices=[
        ("Kamstrup", f"Multical {model}")
        for model in ("302", "303", "402", "403", "601", "602", "603", "801", "802", "803")
    ],
    medium=Medium.HEAT,
    accepts=Mvt("KAM", device_type=(0x04, 0x0A, 0x0B, 0x0C, 0x0D)),
    records=[
        Known("ff07", VOLUME_BY_FLOW, unsigned=True),
        Known("ff08", VOLUME_BY_RETURN, unsigned=True),
        Known("ff20", INFO_CODE, unsigned=True),
        info_code("ff22", _MEANING, 2, 4),
    ],
    source="Kamstrup, M-Bus module for Multical, technical description, data records and information codes",
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
        ),
        TelegramExample(
            wireless_frame("KAM", 0x39, 0x04, 0x78, "0406 39300000  04ff22 02000080"),
            {"energy_kwh": 12345.0, "info_code": 2147483650.0},
        ),
    ],
)
