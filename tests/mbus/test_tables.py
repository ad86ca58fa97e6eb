"""Every row of the tables of EN 13757-3:2018, clause 6, read once: quantity, unit and power of ten."""

from __future__ import annotations

import datetime as dt

from collections.abc import Iterator
from fractions import Fraction

import pytest

from divako.mbus import read_records
from divako.model import Record, Status


# What one of these is in the unit that divako keeps, from the definitions of the units.
ONE: dict[str, tuple[str, Fraction]] = {
    "Wh": ("kWh", Fraction(1, 1000)),
    "MWh": ("kWh", Fraction(1000)),
    "J": ("kWh", Fraction(1, 3_600_000)),
    "GJ": ("kWh", Fraction(2500, 9)),
    "Mcal": ("kWh", Fraction(41868, 36000)),
    "kvarh": ("kvarh", Fraction(1)),
    "kVAh": ("kVAh", Fraction(1)),
    "m3": ("m3", Fraction(1)),
    "ft3": ("m3", Fraction(28_316_846_592, 10**12)),
    "gal": ("m3", Fraction(3_785_411_784, 10**12)),
    "kg": ("kg", Fraction(1)),
    "t": ("kg", Fraction(1000)),
    "W": ("kW", Fraction(1, 1000)),
    "MW": ("kW", Fraction(1000)),
    "J/h": ("kW", Fraction(1, 3_600_000)),
    "GJ/h": ("kW", Fraction(2500, 9)),
    "kvar": ("kvar", Fraction(1)),
    "kVA": ("kVA", Fraction(1)),
    "m3/h": ("m3/h", Fraction(1)),
    "m3/min": ("m3/h", Fraction(60)),
    "m3/s": ("m3/h", Fraction(3600)),
    "gal/min": ("m3/h", Fraction(60 * 3_785_411_784, 10**12)),
    "gal/h": ("m3/h", Fraction(3_785_411_784, 10**12)),
    "kg/h": ("kg/h", Fraction(1)),
    "degC": ("degC", Fraction(1)),
    "K": ("K", Fraction(1)),
    "degF": ("K", Fraction(5, 9)),
    "bar": ("bar", Fraction(1)),
    "V": ("V", Fraction(1)),
    "A": ("A", Fraction(1)),
    "Hz": ("Hz", Fraction(1)),
    "deg": ("deg", Fraction(1)),
    "dBm": ("dBm", Fraction(1)),
    "%": ("%", Fraction(1)),
    "1": ("1", Fraction(1)),
    "s": ("s", Fraction(1)),
    "min": ("s", Fraction(60)),
    "h": ("s", Fraction(3600)),
    "d": ("s", Fraction(86400)),
    "month": ("month", Fraction(1)),
    "year": ("month", Fraction(12)),
}

# first code, last code, quantity, unit, power of ten of the first; of the codes between, one more each.
POWERS = {
    "": """
        00 07 energy Wh -3
        08 0F energy J 0
        10 17 volume m3 -6
        18 1F mass kg -3
        28 2F power W -3
        30 37 power J/h 0
        38 3F volume_flow m3/h -6
        40 47 volume_flow m3/min -7
        48 4F volume_flow m3/s -9
        50 57 mass_flow kg/h -3
        58 5B flow_temperature degC -3
        5C 5F return_temperature degC -3
        60 63 temperature_difference K -3
        64 67 external_temperature degC -3
        68 6B pressure bar -3
        6E 6E heat_cost_allocation 1 0
        7A 7A bus_address 1 0
    """,
    "FB": """
        00 01 energy MWh -1
        02 03 reactive_energy kvarh 0
        04 05 apparent_energy kVAh 0
        08 09 energy GJ -1
        0C 0F energy Mcal -1
        10 11 volume m3 2
        14 17 reactive_power kvar -3
        18 19 mass t 2
        1A 1B relative_humidity % -1
        20 20 volume ft3 0
        21 21 volume ft3 -1
        22 23 volume gal -1
        24 24 volume_flow gal/min -3
        25 25 volume_flow gal/min 0
        26 26 volume_flow gal/h 0
        28 29 power MW -1
        2A 2A phase_angle_voltage deg -1
        2B 2B phase_angle_current deg -1
        2C 2F frequency Hz -3
        30 31 power GJ/h -1
        34 37 apparent_power kVA -3
        58 5B flow_temperature_fahrenheit 1 -3
        5C 5F return_temperature_fahrenheit 1 -3
        60 63 temperature_difference degF -3
        64 67 external_temperature_fahrenheit 1 -3
        68 68 rating_factor_0 1 0
        69 69 rating_factor_1 1 0
        6A 6A rating_factor_2 1 0
        6B 6B rating_factor_3 1 0
        6C 6C rating_factor_4 1 0
        6D 6D rating_factor_5 1 0
        6E 6E rating_factor_6 1 0
        6F 6F rating_factor_7 1 0
        70 73 temperature_limit_fahrenheit 1 -3
        74 77 temperature_limit degC -3
        78 7F power_maximum_cumulative W -3
    """,
    "FD": """
        00 03 credit 1 -3
        04 07 debit 1 -3
        08 08 access_number 1 0
        09 09 device_type 1 0
        0A 0A manufacturer 1 0
        17 17 error_flags 1 0
        18 18 error_mask 1 0
        1A 1A digital_output 1 0
        1B 1B digital_input 1 0
        1C 1C baud_rate 1 0
        1D 1D response_delay 1 0
        1E 1E retry 1 0
        1F 1F remote_control 1 0
        20 20 first_storage 1 0
        21 21 last_storage 1 0
        22 22 storage_block_size 1 0
        23 23 tariff_descriptor 1 0
        2B 2B second_of_minute s 0
        3A 3A dimensionless 1 0
        40 4F voltage V -9
        50 5F current A -12
        60 60 reset_counter 1 0
        61 61 cumulation_counter 1 0
        62 62 control_signal 1 0
        63 63 day_of_week 1 0
        64 64 week_number 1 0
        66 66 parameter_activation 1 0
        71 71 signal_level dBm 0
        74 74 remaining_battery_life d 0
        75 75 stop_counter 1 0
    """,
}
# first code, quantity, unit of the first code, of the next, and so on.
UNITS = {
    "": """
        20 on_time s min h d
        24 operating_time s min h d
        70 averaging_duration s min h d
        74 actuality_duration s min h d
    """,
    "FD": """
        24 storage_interval s min h d month year
        2C duration_since_readout s min h d
        31 tariff_duration min h d
        34 tariff_period s min h d month year
        3C transmission_period s min h d
        68 duration_since_cumulation h d month year
        6C battery_operating_time h d month year
    """,
}
NO_NUMBER = {
    "": {0x6C, 0x6D, 0x78, 0x79},
    "FB": set[int](),
    "FD": {*range(0x0B, 0x17), 0x19, 0x2A, 0x30, 0x3B, 0x65, 0x67, 0x70, 0x72, 0x73, 0x76},
}
TABLES = tuple(POWERS)
# 7B and 7D lead to the other tables, 7C to a unit in words, 7E selects, 7F is the maker's.
LEAD_ON = {0x7B, 0x7C, 0x7D, 0x7E, 0x7F}


def rows(table: str) -> Iterator[tuple[int, str, str, Fraction]]:
    for line in POWERS[table].split("\n"):
        if line.strip():
            first, last, quantity, unit, power = line.split()
            for code in range(int(first, 16), int(last, 16) + 1):
                yield code, quantity, unit, Fraction(10) ** (int(power) + code - int(first, 16))
    for line in UNITS.get(table, "").split("\n"):
        if line.strip():
            start, quantity, *units = line.split()
            for code, unit in enumerate(units, int(start, 16)):
                yield code, quantity, unit, Fraction(1)


def read(table: str, code: int, *, difs: bytes = b"\x04", data: bytes = (7).to_bytes(4, "little")) -> Record:
    (record,) = read_records(difs + bytes.fromhex(table) + bytes((code,)) + data).records
    return record


@pytest.mark.parametrize("table", TABLES)
def test_every_number_has_its_quantity_unit_and_exact_factor(table: str) -> None:
    for code, quantity, unit, power in rows(table):
        record = read(table, code)
        kept, one = ONE[unit]
        assert record.register is not None, hex(code)
        assert (record.quantity, record.register.unit, record.count) == (quantity, kept, 7), hex(code)
        assert record.register.factor == one * power, hex(code)
        assert record.value == float(7 * one * power), hex(code)


@pytest.mark.parametrize("table", TABLES)
def test_every_other_code_is_unknown_and_gives_no_number(table: str) -> None:
    known = {code for code, *_ in rows(table)} | NO_NUMBER[table]
    for code in set(range(0x80)) - known - (LEAD_ON if table == "" else set()):
        record = read(table, code)
        assert (record.register, record.value, record.quantity) == (None, None, "unknown"), hex(code)
        assert record.status == Status.UNKNOWN_QUANTITY
        assert record.header == b"\x04" + bytes.fromhex(table) + bytes((code,))


@pytest.mark.parametrize("table", TABLES)
def test_what_is_no_number_has_a_name_and_no_register(table: str) -> None:
    for code in NO_NUMBER[table]:
        record = read(table, code)
        assert record.register is None
        assert record.quantity != "unknown"


@pytest.mark.parametrize(
    "header",
    ["04 7e", "04 7f", "04 ff 13", "04 6f", "04 ef 13", "04 fd fd 13", "04 93 78", "04 93 7b", "04 93 3d", "04 93 14"],
)
def test_codes_without_a_stated_scale_are_unknown(header: str) -> None:
    (record,) = read_records(bytes.fromhex(header) + bytes(4)).records
    assert (record.value, record.quantity, record.status) == (None, "unknown", Status.UNKNOWN_QUANTITY)


# VIFE, what it makes of a volume in litres, and the factor to the unit kept.
@pytest.mark.parametrize(
    ("vife", "quantity", "factor"),
    [
        ("12", "volume_average", "1/1000"),
        ("1d", "volume", "1/1000"),
        ("20", "volume_flow", "36/10"),
        ("21", "volume_flow", "6/100"),
        ("22", "volume_flow", "1/1000"),
        ("23", "volume_flow", "1/24000"),
        ("24", "volume_per_week", "1/1000"),
        ("25", "volume_per_month", "1/1000"),
        ("26", "volume_per_year", "1/1000"),
        ("27", "volume_per_revolution", "1/1000"),
        ("28", "volume_per_input_pulse_0", "1/1000"),
        ("29", "volume_per_input_pulse_1", "1/1000"),
        ("2a", "volume_per_output_pulse_0", "1/1000"),
        ("2b", "volume_per_output_pulse_1", "1/1000"),
        ("2c", "volume_per_litre", "1/1000"),
        ("2d", "volume_per_m3", "1/1000"),
        ("2e", "volume_per_kg", "1/1000"),
        ("2f", "volume_per_kelvin", "1/1000"),
        ("30", "volume_per_kwh", "1/1000"),
        ("31", "volume_per_gj", "1/1000"),
        ("32", "volume_per_kw", "1/1000"),
        ("33", "volume_per_kelvin_litre", "1/1000"),
        ("34", "volume_per_volt", "1/1000"),
        ("35", "volume_per_ampere", "1/1000"),
        ("36", "volume_times_s", "1/1000"),
        ("37", "volume_times_s_per_volt", "1/1000"),
        ("38", "volume_times_s_per_ampere", "1/1000"),
        ("3a", "volume_uncorrected", "1/1000"),
        ("3b", "volume_positive", "1/1000"),
        ("3c", "volume_negative", "1/1000"),
        ("3e", "volume_base_conditions", "1/1000"),
        ("40", "volume_lower_limit", "1/1000"),
        ("48", "volume_upper_limit", "1/1000"),
        ("41", "volume_lower_limit_exceeds", "1"),
        ("49", "volume_upper_limit_exceeds", "1"),
        ("50", "volume_lower_limit_first_duration", "1"),
        ("57", "volume_lower_limit_last_duration", "86400"),
        ("5a", "volume_upper_limit_first_duration", "3600"),
        ("5d", "volume_upper_limit_last_duration", "60"),
        ("61", "volume_first_duration", "60"),
        ("66", "volume_last_duration", "3600"),
        ("68", "volume_during_lower_limit", "1/1000"),
        ("6c", "volume_during_upper_limit", "1/1000"),
        ("69", "volume_leakage", "1/1000"),
        ("6d", "volume_overflow", "1/1000"),
        ("70", "volume", "1/1000000000"),
        ("75", "volume", "1/10000"),
        ("76", "volume", "1/1000"),
        ("77", "volume", "1/100"),
        ("7d", "volume", "1"),
        ("f7 7d", "volume", "10"),
        ("7e", "volume_future", "1/1000"),
        ("fc 01", "volume_l1", "1/1000"),
        ("fc 02", "volume_l2", "1/1000"),
        ("fc 03", "volume_l3", "1/1000"),
        ("fc 04", "volume_n", "1/1000"),
        ("fc 05", "volume_l1_l2", "1/1000"),
        ("fc 06", "volume_l2_l3", "1/1000"),
        ("fc 07", "volume_l3_l1", "1/1000"),
        ("fc 08", "volume_quadrant_1", "1/1000"),
        ("fc 0b", "volume_quadrant_4", "1/1000"),
        ("fc 0c", "volume_net", "1/1000"),
        ("fc 0e", "volume_secondary", "1/1000"),
        ("fc 0f", "volume_high_resolution", "1/1000"),
        ("fc 10", "volume_absolute", "1/1000"),
        ("fc 11", "volume", "1/1000"),
        ("fc 14", "volume_to_meter", "1/1000"),
        ("fc 15", "volume_from_meter", "1/1000"),
        ("ff 55", "volume_maker", "1/1000"),
    ],
)
def test_a_vife_changes_the_name_the_scale_or_both(vife: str, quantity: str, factor: str) -> None:
    (record,) = read_records(bytes.fromhex("04 93" + vife) + (5).to_bytes(4, "little")).records
    assert record.register is not None
    assert (record.quantity, record.count) == (quantity, 5)
    assert record.register.factor == Fraction(factor)


@pytest.mark.parametrize(
    ("vife", "quantity"),
    [
        ("39", "volume_start"),
        ("42", "volume_lower_limit_first_begin"),
        ("43", "volume_lower_limit_first_end"),
        ("46", "volume_lower_limit_last_begin"),
        ("4b", "volume_upper_limit_first_end"),
        ("4f", "volume_upper_limit_last_end"),
        ("6a", "volume_first_begin"),
        ("6b", "volume_first_end"),
        ("6e", "volume_last_begin"),
        ("6f", "volume_last_end"),
        ("fc 13", "volume_end"),
    ],
)
def test_a_vife_can_make_a_date_of_a_record(vife: str, quantity: str) -> None:
    (record,) = read_records(bytes.fromhex("04 93" + vife + "1e0d4a3c")).records
    assert record.content == dt.datetime(2026, 12, 10, 13, 30)
    assert (record.register, record.quantity) == (None, quantity)


@pytest.mark.parametrize("code", [c for c in range(0x01, 0x20) if c not in {0x12, 0x13, 0x14, 0x18, 0x1D, 0x1E, 0x1F}])
def test_record_errors_take_the_value_and_say_so(code: int) -> None:
    (record,) = read_records(bytes((0x04, 0x93, code)) + (5).to_bytes(4, "little")).records
    assert (record.value, record.count) == (None, None)
    assert Status.RECORD_ERROR in record.status
