"""ABB electricity meters of the EQ series, A41 to B24: phases, transformer ratios and what is not energy.

Behind every VIF stands a VIFE of ABB's own for the phase, where a value is of one, and last the record
error of the standard, 00 where there is none. The subunit says what a number counts: 0 and 1 are
active energy drawn and delivered, 2 and 3 reactive, 4 and 5 apparent, 6 to 8 the net of the three.

References
----------
.. [1] ABB, "A43/A44 User Manual", 2CMC484001M0201, revision C, 2018, chapter 10: VIFE, telegrams 1 to 5.
.. [2] ABB, "B23/B24 User Manual", 2CMC485003M0201, revision A, 2013, chapter 10.
.. [3] wmbusmeters, driver abbb23, and its issues 685 and 2035 (facts of the layout).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from attrs import evolve

from divako.drivers import Known, MbusDriver, Mvt, TelegramExample, wired_frame
from divako.drivers._quantities import (
    APPARENT_ENERGY,
    APPARENT_POWER,
    CURRENT,
    ENERGY,
    FREQUENCY,
    POWER,
    POWER_FACTOR,
    REACTIVE_ENERGY,
    REACTIVE_POWER,
    VOLTAGE,
    counted_in,
    named,
    state,
)
from divako.model import Kind, Medium, Register
from divako.units import Dimension


_OK = "00"
_NO_VALUE = ("15", "16", "17", "18")  # no data, overflow, underflow, data error
_LINES = {1: "l1", 2: "l2", 3: "l3"}
_BETWEEN = {5: "l1_l2", 6: "l2_l3", 7: "l3_l1"}
_NEUTRAL = {4: "n"}

_ANGLE = Register("phase_angle", Dimension.ANGLE, Fraction(1, 10), Kind.INSTANT)
_CO2 = Register("co2", Dimension.MASS, Fraction(1, 1000))

_HUNDREDTH, _HUNDREDTH_WATT = Fraction(1, 100), Fraction(1, 10**5)
_ENERGIES = {
    subunit: evolve(register, factor=_HUNDREDTH)
    for subunits, register in (
        ((0, 1), ENERGY),
        ((2, 3), REACTIVE_ENERGY),
        ((4, 5), APPARENT_ENERGY),
        ((6,), evolve(ENERGY, name="energy_net", kind=Kind.NET)),
        ((7,), evolve(REACTIVE_ENERGY, name="reactive_energy_net", kind=Kind.NET)),
        ((8,), evolve(APPARENT_ENERGY, name="apparent_energy_net", kind=Kind.NET)),
    )
    for subunit in subunits
}
_POWERS = {
    subunit: evolve(register, factor=_HUNDREDTH_WATT)
    for subunit, register in ((0, POWER), (2, REACTIVE_POWER), (4, APPARENT_POWER))
}


def _known(vib: str, register: Register, *, subunit: int | None = None) -> Iterator[Known]:
    """Name a number, and say of each record error that there is none."""
    yield Known(vib + _OK, register, subunit=subunit)
    for error in _NO_VALUE:
        yield Known(vib + error, register, subunit=subunit, missing=True)


def _in_phases(
    vif: str, register: Register, phases: Mapping[int, str], *, subunit: int | None = None
) -> Iterator[Known]:
    """Name a number of each phase."""
    for code, phase in phases.items():
        yield from _known(f"{vif}ff{0x80 | code:02x}", named(register, f"{register.name}_{phase}"), subunit=subunit)


def _rows() -> Iterator[Known]:
    for subunit, energy in _ENERGIES.items():
        if subunit > 1:  # the standard names active energy
            yield from _known("84", energy, subunit=subunit)
        yield from _in_phases("84", energy, _LINES, subunit=subunit)
        yield from _known("84fff2", named(energy, f"{energy.name}_resettable"), subunit=subunit)
    for subunit, power in _POWERS.items():
        if subunit:
            yield from _known("a9", power, subunit=subunit)
        yield from _in_phases("a9", power, _LINES, subunit=subunit)
    yield from _in_phases("fdc8", evolve(VOLTAGE, factor=Fraction(1, 10)), _LINES | _BETWEEN)
    yield from _in_phases("fdd9", evolve(CURRENT, factor=Fraction(1, 1000)), _LINES | _NEUTRAL)
    yield from _known("ffd9", counted_in(FREQUENCY, "Hz", _HUNDREDTH))
    for vif, register in (
        ("ffe0", evolve(POWER_FACTOR, factor=Fraction(1, 1000))),
        ("ffd2", _ANGLE),
        ("ff97", state("quadrant")),
    ):
        yield from _known(vif, register)
        yield from _in_phases(vif, register, _LINES)
    for vif, register in (
        ("ff93", state("active_tariff")),
        ("ff98", Register("power_failures", Dimension.COUNT)),
        ("ffa0", state("current_transformer_numerator")),
        ("ffa1", state("voltage_transformer_numerator")),
        ("ffa2", state("current_transformer_denominator")),
        ("ffa3", state("voltage_transformer_denominator")),
        ("ffa4", evolve(state("co2_factor_kg_per_kwh"), factor=Fraction(1, 1000))),
        ("ffa5", evolve(state("currency_factor_per_kwh"), factor=Fraction(1, 1000))),
        ("ffa6", state("error_flags")),
        ("ffa7", state("warning_flags")),
        ("ffa8", state("information_flags")),
        ("ffa9", state("alarm_flags")),
        ("fff9c4", _CO2),
        ("fff9c9", Register("currency", Dimension.COUNT, _HUNDREDTH)),
    ):
        yield from _known(vif, register)
    yield Known("ffaa" + _OK, quantity="type_designation")


DRIVER = MbusDriver(
    name="abb_b23",
    devices=[("ABB", model) for model in ("A41", "A42", "A43", "A44", "B21", "B23", "B24")],
    medium=Medium.ELECTRICITY,
    accepts=Mvt("ABB", device_type=0x02),
    records=list(_rows()),
    source='ABB, "A43/A44 User Manual", 2CMC484001M0201, rev. C, chapter 10; "B23/B24 User Manual", 2CMC485003M0201',
    examples=[
        TelegramExample(
            wired_frame(
                "ABB",
                0x20,
                0x02,
                "0e8400 563412000000  8e804084 00 210300000000  0e84ff8100 004500000000"
                "01ff9300 02  04ffa015 00000000  0dffaa00 07 3030312d333242  07ffa600 0000000000000000",
            ),
            {
                "energy_kwh": 1234.56,
                "reactive_energy_kvarh u2": 3.21,
                "energy_l1_kwh": 45.0,
                "active_tariff": 2.0,
                "current_transformer_numerator": None,
                "type_designation": "B23-100",
                "error_flags": 0.0,
            },
        ),
        TelegramExample(
            wired_frame(
                "ABB",
                0x20,
                0x02,
                "04a900 20a10700  04a9ff8100 40420f00  8480 40 a9 00 10270000  04fdc8ff8100 fc080000"
                "04fdc8ff8500 a00f0000  04fdd9ff8200 dc050000  0affd900 0150  02ffe000 e703  02ffd2ff8100 7b00"
                "04fdc8ff8315 00000000",
            ),
            {
                "power_kw": 5.0,
                "power_l1_kw": 10.0,
                "reactive_power_kvar u2": 0.1,
                "voltage_l1_v": 230.0,
                "voltage_l1_l2_v": 400.0,
                "current_l2_a": 1.5,
                "frequency_hz": 50.01,
                "power_factor": 0.999,
                "phase_angle_l1_deg": 12.3,
                "voltage_l3_v": None,
            },
        ),
    ],
)
