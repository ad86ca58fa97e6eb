"""IME Nemo electricity meters: which phase a number is of, and the frequency.

A VIFE of IME's own says it: 1 to 3 are the phases; for voltages, 4 to 6 are those between two of them; for
currents, 4 is the neutral. Subunit 1 of powers and energies is active, subunit 2 reactive, in
the units of the active ones.

References
----------
.. [1] wmbusmeters, driver nemo (facts of the layout).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from divako.drivers import Known, MbusDriver, Mvt, TelegramExample, wired_frame
from divako.drivers._quantities import CURRENT, FREQUENCY, POWER, POWER_FACTOR, VOLTAGE, counted_in, named
from divako.model import Medium, Register


_LINES = {1: "l1", 2: "l2", 3: "l3"}
_BETWEEN = {4: "l1_l2", 5: "l2_l3", 6: "l3_l1"}
_NEUTRAL = {4: "n"}
_TEN = Fraction(10)


def _in_phases(vif: str, register: Register, phases: Mapping[int, str]) -> Iterator[Known]:
    for code, phase in phases.items():
        yield Known(f"{vif}ff{code:02x}", named(register, f"{register.name}_{phase}"))


def _rows() -> Iterator[Known]:
    """Name the numbers of single phases, whatever their power of ten."""
    for n in range(8):
        yield from _in_phases(f"{0xA8 + n:02x}", counted_in(POWER, "W", _TEN ** (n - 3)), _LINES)
    for n in range(16):
        yield from _in_phases(f"fd{0xC0 + n:02x}", counted_in(VOLTAGE, "V", _TEN ** (n - 9)), _LINES | _BETWEEN)
        yield from _in_phases(f"fd{0xD0 + n:02x}", counted_in(CURRENT, "A", _TEN ** (n - 12)), _LINES | _NEUTRAL)
    yield from _in_phases("fdba", POWER_FACTOR, _LINES)
    yield Known("fd3a", POWER_FACTOR)
    yield Known("ff5a", counted_in(FREQUENCY, "Hz", 1 / _TEN))


DRIVER = MbusDriver(
    name="ime_nemo",
    devices=[("IME", "Nemo D4"), ("IME", "Nemo 96")],
    medium=Medium.ELECTRICITY,
    accepts=Mvt("IME", version=0x1D, device_type=0x02),
    records=list(_rows()),
    source="layout as described in the driver file nemo of wmbusmeters, and its published telegrams",
    examples=[
        TelegramExample(
            wired_frame(
                "IME",
                0x1D,
                0x02,
                "05fdc9ff01 0000 6643  05fdc9ff04 0000 c843  05fddcff02 0000 8040  05fdba ff03 0000 003f"
                "85 40 abff01 0000 c842  05ff5a 0000 fa43  05fd3a 0000 403f",
            ),
            {
                "voltage_l1_v": 230.0,
                "voltage_l1_l2_v": 400.0,
                "current_l2_a": 4.0,
                "power_factor_l3": 0.5,
                "power_l1_kw u1": 0.1,
                "frequency_hz": 50.0,
                "power_factor": 0.75,
            },
        )
    ],
)
