"""Axioma Qalcosonic W1 ultrasonic water meter, LoRaWAN.

On port 100 the meter sends its register now, a register of an earlier full hour, and the
volumes of the hours that followed: sixteen hourly readings. On port 103 it
sends an alarm: time and status alone. The clock is Unix time in UTC.

References
----------
.. [1] Axioma Metering, "Qalcosonic W1 LoRaWAN payload", standard and alarm packets.
"""

from __future__ import annotations

from divako.drivers import Bits, Counter, Counters, Driver, Example, Form, History, Layout, Time, Uplink
from divako.model import Medium, Register, Status
from divako.units import Dimension


VOLUME = Register("volume", Dimension.VOLUME)
HOURS = 15
_TEMPORARY = 0xF0  # bit 4: a temporary error, and the three bits above it say which

STATUS = Bits(
    {0x04: Status.LOW_BATTERY, 0x08: Status.PERMANENT_ERROR, 0x10: Status.TEMPORARY_ERROR},
    codes={
        (_TEMPORARY, 0x10): Status.DRY,
        (_TEMPORARY, 0x30): Status.LEAK,
        (_TEMPORARY, 0x70): Status.BACKFLOW,
        (_TEMPORARY, 0x90): Status.LOW_TEMPERATURE,
        (_TEMPORARY, 0xB0): Status.BURST,
    },
)


DRIVER = Driver(
    name="axioma_w1",
    devices=[("Axioma", "Qalcosonic W1")],
    medium=Medium.COLD_WATER,
    accepts=Uplink(f_port=100),
    layout=Layout(
        [
            Time(),
            STATUS,
            Counter(VOLUME, scale=-3),
            Time(),
            Counter(VOLUME, scale=-3),
            Counters("hourly", count=HOURS),
        ]
    ),
    unroll=History("hourly", 3600, counter=1),
    more=[Form(accepts=Uplink(f_port=103), layout=Layout([Time(), STATUS]))],
    source="Axioma Metering, Qalcosonic W1 LoRaWAN payload, standard packet",
    examples=[
        Example(
            bytes.fromhex("808d5669 30 39300000 00b95569 a32f0000") + bytes.fromhex("0a00" * HOURS),
            values={"volume_m3": 12.345},
            time="2026-01-01T15:06:40",
        ),
        Example(bytes.fromhex("808d5669 10"), values={}, f_port=103),
    ],
)
