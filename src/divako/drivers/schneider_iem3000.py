"""Schneider Electric iEM3000 electricity meters, wired.

They name phases, tariffs and settings with VIFEs of their own, and reactive and apparent
quantities by subunits 1 and 2 of an active one. Energies are renamed here; powers are left as the
standard reads them, in watts with the subunit beside them.

References
----------
.. [1] Schneider Electric, "iEM3000 series energy meters, user manual" DOCA0005EN, M-Bus data records.
"""

from __future__ import annotations

from divako.drivers import Known, MbusDriver, Mvt, TelegramExample, wired_frame
from divako.drivers._quantities import ENERGY, FREQUENCY, POWER, POWER_FACTOR, REACTIVE_ENERGY, counted_in, named, state
from divako.model import Kind, Medium, Register
from divako.units import Dimension


_VOLTAGE = counted_in(Register("voltage", Dimension.VOLTAGE, kind=Kind.INSTANT), "V")
_CURRENT = counted_in(Register("current", Dimension.CURRENT, kind=Kind.INSTANT), "A")
_WATT_HOURS, _VAR_HOURS = counted_in(ENERGY, "Wh"), counted_in(REACTIVE_ENERGY, "varh")
_KILOWATTS = counted_in(POWER, "kW")
_PHASES = ("average", "l1", "l2", "l3")
_VOLTAGES = ("", "l1", "l2", "l3", "average", "l1_l2", "l2_l3", "l3_l1", "line_average")
_ENERGIES = {1: "l1", 2: "l2", 3: "l3", 9: "export", 13: "partial"}
_SETTINGS = {
    0x10: "active_tariff",
    0x21: "phases",
    0x22: "wires",
    0x23: "power_system",
    0x2C: "pulse_duration_milliseconds",
    0x2E: "pulse_weight",
    0x2F: "pulse_constant",
    0x35: "alarm_threshold",
}

DRIVER = MbusDriver(
    name="schneider_iem3000",
    devices=[("Schneider Electric", model) for model in ("iEM3135", "iEM3235", "iEM3335")],
    medium=Medium.ELECTRICITY,
    accepts=Mvt("SEC", version=range(0x10, 0x20), device_type=0x02),
    records=[
        *(Known(f"fddcff{n:02x}", named(_CURRENT, f"current_{phase}")) for n, phase in enumerate(_PHASES)),
        *(Known(f"fdc9ff{n:02x}", named(_VOLTAGE, f"voltage_{line}")) for n, line in enumerate(_VOLTAGES) if line),
        *(Known(f"aeff{n:02x}", named(_KILOWATTS, f"power_{phase}")) for n, phase in enumerate(_PHASES) if n),
        *(Known(f"83ff{n:02x}", named(_WATT_HOURS, f"energy_{kind}"), subunit=0) for n, kind in _ENERGIES.items()),
        *(
            Known(f"83ff{n:02x}", named(_VAR_HOURS, f"reactive_energy_{kind}"), subunit=1)
            for n, kind in _ENERGIES.items()
        ),
        Known("03", _VAR_HOURS, subunit=1),
        Known("ff0a", POWER_FACTOR),
        Known("ff0b", FREQUENCY),
        Known("ff24", FREQUENCY, as_storage=1),
        *(Known(f"ff{n:02x}", state(name)) for n, name in _SETTINGS.items()),
    ],
    source="Schneider Electric, iEM3000 series user manual DOCA0005EN, M-Bus data records",
    examples=[
        TelegramExample(
            wired_frame(
                "SEC",
                0x13,
                0x02,
                "05fddcff01 0000c03f 05fdc9ff05 0000c843 05aeff02 0000003f 07 03 15cd5b0700000000"
                "8740 03 3930000000000000 0783ff0d 3930000000000000 05ff0a 0000003f 05ff0b 00004842 03ff22 040000",
            ),
            {
                "current_l1_a": 1.5,
                "voltage_l1_l2_v": 400.0,
                "power_l2_kw": 0.5,
                "energy_kwh": 123456.789,
                "reactive_energy_kvarh u1": 12.345,
                "energy_partial_kwh": 12.345,
                "power_factor": 0.5,
                "frequency_hz": 50.0,
                "wires": 4.0,
            },
        )
    ],
)
