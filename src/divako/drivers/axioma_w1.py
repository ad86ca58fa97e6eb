"""Axioma Qalcosonic W1 ultrasonic water meter, LoRaWAN.

On port 100 the meter sends its register now, a register of an earlier full hour, and the
volumes of the hours that followed: sixteen hourly readings. On port 103 it
sends an alarm: time and status alone. The clock is Unix time in UTC.

References
----------
.. [1] Axioma Metering, "Qalcosonic W1 LoRaWAN payload", standard and alarm packets.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt

from divako.drivers import Bits, Counter, Counters, Driver, Example, Form, Layout, Time, Uplink, repeat_rows
from divako.errors import MalformedError
from divako.model import Medium, Readings, Register, Status, values_of_counts
from divako.units import Dimension


Scalar = TypeVar("Scalar", bound=np.generic)

VOLUME = Register("volume", Dimension.VOLUME)
HOURS = 15
_AT_A_TIME = 2048  # payloads whose readings stay in the caches of the processor
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


def unroll_hours(raw: npt.NDArray[np.void], now: Readings) -> Readings:
    """Spread the hours behind the logged register into readings of their own.

    Parameters
    ----------
    raw : ndarray of void, shape (n,)
        Split payloads; field ``hourly`` has shape ``(n, 15)``, oldest first. [L]
    now : Readings
        ``2 n`` rows: the register now of each payload, then the logged one. [m³]

    Returns
    -------
    Readings
        ``17 n`` rows, payload by payload: sixteen logged ones, oldest first, then the present. [m³]

    Raises
    ------
    MalformedError
        The hours lead beyond the register, or the log lies in the future: a damaged payload.
    """
    n = len(raw)
    count = np.empty((n, HOURS + 2), dtype="int64")
    value = np.empty((n, HOURS + 2), dtype="float64")
    time = np.empty((n, HOURS + 2), dtype="datetime64[ms]")
    hours = np.arange(HOURS + 1) * np.timedelta64(1, "h")
    for begin in range(0, n, _AT_A_TIME):
        here, log = slice(begin, min(begin + _AT_A_TIME, n)), slice(n + begin, min(n + begin + _AT_A_TIME, 2 * n))
        rows = count[here]
        rows[:, 0], rows[:, -1] = now.count[log], now.count[here]
        rows[:, 1:-1] = raw["hourly"][here]
        np.cumsum(rows[:, :-1], axis=1, out=rows[:, :-1])
        value[here] = values_of_counts(rows.ravel(), now.registers[0]).reshape(rows.shape)
        np.add(now.time[log, None], hours, out=time[here, :-1])
        time[here, -1] = now.time[here]
    if (count[:, -2] > count[:, -1]).any():
        msg = "the hourly volumes lead beyond the register"
        raise MalformedError(msg, layer="axioma_w1", offset=17)
    if (time[:, 0] > time[:, -1]).any():
        msg = "the logged hour lies after the time of sending"
        raise MalformedError(msg, layer="axioma_w1", offset=9)

    def spread(column: npt.NDArray[Scalar]) -> npt.NDArray[Scalar]:
        return repeat_rows(column[:n], HOURS + 2)

    return Readings(
        meter=spread(now.meter),
        register=spread(now.register),
        time=time.ravel(),
        value=value.ravel(),
        count=count.ravel(),
        count_known=spread(now.count_known),
        storage=spread(now.storage),
        tariff=spread(now.tariff),
        subunit=spread(now.subunit),
        function=spread(now.function),
        status=spread(now.status),
        meter_ids=now.meter_ids,
        registers=now.registers,
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
    unroll=unroll_hours,
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
