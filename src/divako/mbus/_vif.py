"""What a VIF says: quantity, unit and power of ten.

Each row of the tables is one run of codes whose last bits count up powers of ten
or units; the tables are spread to one entry per code when the module is loaded.

References
----------
.. [1] EN 13757-3:2018, tables 10 (primary), 12 (FB) and 14 (FD).
"""

from __future__ import annotations

import enum

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from attrs import frozen

from divako.model import Kind
from divako.units import Dimension, exact_factor


class Form(enum.Enum):
    """What the data of a record is, apart from how it is packed."""

    NUMBER = "number"
    UNSIGNED = "unsigned"  # a number that is never negative: type C
    BITS = "bits"  # flags, type D
    DATE = "date"  # types F, G, I, J, by their size
    IDENTIFICATION = "identification"  # digits that are a name, not an amount
    HIDDEN = "hidden"  # passwords and keys: never shown
    OPAQUE = "opaque"  # bytes for somebody else


@frozen
class Vif:
    """Meaning of one VIF.

    Parameters
    ----------
    quantity : str
        Name of the quantity.
    dimension : Dimension
        Decides the canonical unit.
    factor : Fraction
        What one count is in the canonical unit.
    kind : Kind
        How the quantity moves.
    form : Form
        What the data is.
    """

    quantity: str
    dimension: Dimension = Dimension.COUNT
    factor: Fraction = Fraction(1)
    kind: Kind = Kind.INSTANT
    form: Form = Form.NUMBER


_COUNTER, _INSTANT = Kind.COUNTER, Kind.INSTANT
_TIMES = ("s", "min", "h", "d")
_LONG_TIMES = ("h", "d", "month", "year")


def _powers(
    first: int, last: int, quantity: str, unit: str, exponent: int, kind: Kind = _INSTANT
) -> Iterator[tuple[int, Vif]]:
    """Spread a run of codes, each ten times the one before."""
    dimension, factor = exact_factor(unit)
    for code in range(first, last + 1):
        yield code, Vif(quantity, dimension, factor * Fraction(10) ** (exponent + code - first), kind)


def _units(first: int, quantity: str, units: Sequence[str], kind: Kind = _INSTANT) -> Iterator[tuple[int, Vif]]:
    """Spread a run of codes, each of the next unit."""
    for code, unit in enumerate(units, first):
        dimension, factor = exact_factor(unit)
        yield code, Vif(quantity, dimension, factor, kind)


def _plain(code: int, quantity: str, form: Form = Form.NUMBER, kind: Kind = _INSTANT) -> tuple[int, Vif]:
    return code, Vif(quantity, form=form, kind=kind)


def _money(first: int, quantity: str) -> Iterator[tuple[int, Vif]]:
    for code in range(first, first + 4):
        yield code, Vif(quantity, factor=Fraction(10) ** (code - first - 3))


def _fahrenheit(first: int, quantity: str) -> Iterator[tuple[int, Vif]]:
    """Name a temperature after its degrees: their zero lies elsewhere, and a register has no offset."""
    for code in range(first, first + 4):
        yield code, Vif(f"{quantity}_fahrenheit", factor=Fraction(10) ** (code - first - 3))


PRIMARY: Mapping[int, Vif] = dict(
    [
        *_powers(0x00, 0x07, "energy", "Wh", -3, _COUNTER),
        *_powers(0x08, 0x0F, "energy", "J", 0, _COUNTER),
        *_powers(0x10, 0x17, "volume", "m3", -6, _COUNTER),
        *_powers(0x18, 0x1F, "mass", "kg", -3, _COUNTER),
        *_units(0x20, "on_time", _TIMES, _COUNTER),
        *_units(0x24, "operating_time", _TIMES, _COUNTER),
        *_powers(0x28, 0x2F, "power", "W", -3),
        *_powers(0x30, 0x37, "power", "J/h", 0),
        *_powers(0x38, 0x3F, "volume_flow", "m3/h", -6),
        *_powers(0x40, 0x47, "volume_flow", "m3/min", -7),
        *_powers(0x48, 0x4F, "volume_flow", "m3/s", -9),
        *_powers(0x50, 0x57, "mass_flow", "kg/h", -3),
        *_powers(0x58, 0x5B, "flow_temperature", "degC", -3),
        *_powers(0x5C, 0x5F, "return_temperature", "degC", -3),
        *_powers(0x60, 0x63, "temperature_difference", "K", -3),
        *_powers(0x64, 0x67, "external_temperature", "degC", -3),
        *_powers(0x68, 0x6B, "pressure", "bar", -3),
        _plain(0x6C, "date", Form.DATE),
        _plain(0x6D, "datetime", Form.DATE),
        (0x6E, Vif("heat_cost_allocation", Dimension.HEAT_COST, kind=_COUNTER)),
        *_units(0x70, "averaging_duration", _TIMES),
        *_units(0x74, "actuality_duration", _TIMES),
        _plain(0x78, "fabrication_number", Form.IDENTIFICATION),
        _plain(0x79, "identification", Form.IDENTIFICATION),
        _plain(0x7A, "bus_address", Form.UNSIGNED),
    ]
)

FD: Mapping[int, Vif] = dict(
    [
        *_money(0x00, "credit"),
        *_money(0x04, "debit"),
        _plain(0x08, "access_number", Form.UNSIGNED),
        _plain(0x09, "device_type", Form.UNSIGNED),
        _plain(0x0A, "manufacturer", Form.UNSIGNED),
        _plain(0x0B, "parameter_set", Form.IDENTIFICATION),
        _plain(0x0C, "model_version", Form.IDENTIFICATION),
        _plain(0x0D, "hardware_version", Form.IDENTIFICATION),
        _plain(0x0E, "firmware_version", Form.IDENTIFICATION),
        _plain(0x0F, "software_version", Form.IDENTIFICATION),
        _plain(0x10, "customer_location", Form.IDENTIFICATION),
        _plain(0x11, "customer", Form.IDENTIFICATION),
        *(_plain(code, "access_code", Form.HIDDEN) for code in range(0x12, 0x16)),
        _plain(0x16, "password", Form.HIDDEN),
        _plain(0x17, "error_flags", Form.BITS),
        _plain(0x18, "error_mask", Form.BITS),
        _plain(0x19, "security_key", Form.HIDDEN),
        _plain(0x1A, "digital_output", Form.BITS),
        _plain(0x1B, "digital_input", Form.BITS),
        _plain(0x1C, "baud_rate", Form.UNSIGNED),
        _plain(0x1D, "response_delay", Form.UNSIGNED),
        _plain(0x1E, "retry", Form.UNSIGNED),
        _plain(0x1F, "remote_control", Form.BITS),
        _plain(0x20, "first_storage", Form.UNSIGNED),
        _plain(0x21, "last_storage", Form.UNSIGNED),
        _plain(0x22, "storage_block_size", Form.UNSIGNED),
        _plain(0x23, "tariff_descriptor", Form.BITS),
        *_units(0x24, "storage_interval", (*_TIMES, "month", "year")),
        _plain(0x2A, "operator_data", Form.OPAQUE),
        *_units(0x2B, "second_of_minute", ("s",)),
        *_units(0x2C, "duration_since_readout", _TIMES),
        _plain(0x30, "tariff_start", Form.DATE),
        *_units(0x31, "tariff_duration", _TIMES[1:]),
        *_units(0x34, "tariff_period", (*_TIMES, "month", "year")),
        _plain(0x3A, "dimensionless"),
        _plain(0x3B, "wireless_container", Form.OPAQUE),
        *_units(0x3C, "transmission_period", _TIMES),
        *_powers(0x40, 0x4F, "voltage", "V", -9),
        *_powers(0x50, 0x5F, "current", "A", -12),
        _plain(0x60, "reset_counter", Form.UNSIGNED, _COUNTER),
        _plain(0x61, "cumulation_counter", Form.UNSIGNED, _COUNTER),
        _plain(0x62, "control_signal", Form.BITS),
        _plain(0x63, "day_of_week", Form.UNSIGNED),
        _plain(0x64, "week_number", Form.UNSIGNED),
        _plain(0x65, "day_change", Form.DATE),
        _plain(0x66, "parameter_activation", Form.BITS),
        _plain(0x67, "supplier_information", Form.OPAQUE),
        *_units(0x68, "duration_since_cumulation", _LONG_TIMES),
        *_units(0x6C, "battery_operating_time", _LONG_TIMES, _COUNTER),
        _plain(0x70, "battery_change", Form.DATE),
        *_units(0x71, "signal_level", ("dBm",)),
        _plain(0x72, "daylight_saving", Form.OPAQUE),
        _plain(0x73, "listening_window", Form.OPAQUE),
        *_units(0x74, "remaining_battery_life", ("d",)),
        _plain(0x75, "stop_counter", Form.UNSIGNED, _COUNTER),
        _plain(0x76, "maker_container", Form.OPAQUE),
    ]
)

FB: Mapping[int, Vif] = dict(
    [
        *_powers(0x00, 0x01, "energy", "MWh", -1, _COUNTER),
        *_powers(0x02, 0x03, "reactive_energy", "kvarh", 0, _COUNTER),
        *_powers(0x04, 0x05, "apparent_energy", "kVAh", 0, _COUNTER),
        *_powers(0x08, 0x09, "energy", "GJ", -1, _COUNTER),
        *_powers(0x0C, 0x0F, "energy", "Mcal", -1, _COUNTER),
        *_powers(0x10, 0x11, "volume", "m3", 2, _COUNTER),
        *_powers(0x14, 0x17, "reactive_power", "kvar", -3),
        *_powers(0x18, 0x19, "mass", "t", 2, _COUNTER),
        *_powers(0x1A, 0x1B, "relative_humidity", "%", -1),
        *_powers(0x20, 0x20, "volume", "ft3", 0, _COUNTER),
        *_powers(0x21, 0x21, "volume", "ft3", -1, _COUNTER),
        # Codes 22 to 26, 58 to 67 and 70 to 73 were taken back in 2004; older meters still send them.
        *_powers(0x22, 0x22, "volume", "gal", -1, _COUNTER),
        *_powers(0x23, 0x23, "volume", "gal", 0, _COUNTER),
        *_powers(0x24, 0x24, "volume_flow", "gal/min", -3),
        *_powers(0x25, 0x25, "volume_flow", "gal/min", 0),
        *_powers(0x26, 0x26, "volume_flow", "gal/h", 0),
        *_powers(0x28, 0x29, "power", "MW", -1),
        *_powers(0x2A, 0x2A, "phase_angle_voltage", "deg", -1),
        *_powers(0x2B, 0x2B, "phase_angle_current", "deg", -1),
        *_powers(0x2C, 0x2F, "frequency", "Hz", -3),
        *_powers(0x30, 0x31, "power", "GJ/h", -1),
        *_powers(0x34, 0x37, "apparent_power", "kVA", -3),
        *_fahrenheit(0x58, "flow_temperature"),
        *_fahrenheit(0x5C, "return_temperature"),
        *_powers(0x60, 0x63, "temperature_difference", "delta_degF", -3),
        *_fahrenheit(0x64, "external_temperature"),
        *_fahrenheit(0x70, "temperature_limit"),
        *(_plain(code, f"rating_factor_{code - 0x68}") for code in range(0x68, 0x70)),
        *_powers(0x74, 0x77, "temperature_limit", "degC", -3),
        *_powers(0x78, 0x7F, "power_maximum_cumulative", "W", -3, _COUNTER),
    ]
)
