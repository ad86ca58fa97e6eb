"""Elvaco CMi4110 LoRaWAN module for Landis+Gyr heat meters.

One byte says the form of the message, M-Bus records follow. Which records there are, and
how wide, depends on the form and on the meter.

References
----------
.. [1] Elvaco, "CMi4110 user manual", section on message formats.
"""

from __future__ import annotations

from divako.drivers import Driver, Example, Records, Uplink
from divako.model import Medium


# Standard, compact, daily redundant, and the scheduled and tariff forms.
_MESSAGES = (0x00, 0x01, 0x03, 0x3F, 0x41, 0x46, 0x47, 0x4A)
_TEXT = (0x02,)

DRIVER = Driver(
    name="elvaco_cmi4110",
    devices=[("Elvaco", "CMi4110")],
    medium=Medium.HEAT,
    accepts=Uplink(f_port=(1, 2)),
    layout=Records(messages=_MESSAGES, unsupported=_TEXT),
    source="Elvaco CMi4110 user manual, message formats; EN 13757-3 for the records",
    examples=[
        Example(
            bytes.fromhex("00 0c06 45230100 0c14 67450000 0b2d 120000 0b3b 340000 0a5a 5006 0a5e 0504 02fd17 0000"),
            values={
                "energy_kwh": 12345.0,
                "volume_m3": 45.67,
                "power_kw": 1.2,
                "volume_flow_m3_h": 0.034,
                "flow_temperature_degc": 65.0,
                "return_temperature_degc": 40.5,
                "error_flags": 0.0,
            },
        )
    ],
)
