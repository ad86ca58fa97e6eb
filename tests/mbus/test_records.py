"""Records: every header means one thing, every byte is accounted for."""

from __future__ import annotations

import datetime as dt
import struct

from fractions import Fraction

import numpy as np
import pytest

from hypothesis import given
from hypothesis import strategies as st

from divako.errors import DecodeError, MalformedError, TruncatedError
from divako.mbus import read_records
from divako.model import Function, Kind, Record, Status
from divako.units import Dimension


def only(text: str) -> Record:
    (record,) = read_records(bytes.fromhex(text)).records
    return record


@given(st.binary(max_size=120))
def test_arbitrary_bytes_are_records_or_a_decode_error(data: bytes) -> None:
    try:
        got = read_records(data)
    except DecodeError as error:
        assert error.layer == "mbus.records"
        assert error.offset is not None
        assert error.offset <= len(data)
    else:
        for record in got.records:
            assert record.value is None or np.isfinite(record.value)


@given(st.binary(max_size=60), st.data())
def test_records_cover_every_byte(data: bytes, draw: st.DataObject) -> None:
    try:
        got = read_records(data)
    except DecodeError:
        return
    used = sum(len(r.header) + len(r.raw) for r in got.records) + len(got.maker_data)
    assert used <= len(data)
    # What is not in a record or a maker's block is a filler, an LVAR length or one special DIF.
    assert len(data) - used <= data.count(b"\x2f") + len(got.records) + 1


@given(
    st.integers(0, (1 << 41) - 1),
    st.integers(0, (1 << 20) - 1),
    st.integers(0, (1 << 10) - 1),
    st.sampled_from(Function),
)
def test_storage_tariff_and_subunit_read_back(storage: int, tariff: int, subunit: int, function: Function) -> None:
    dif = 0x04 | function << 4 | (storage & 1) << 6
    difes = [(storage >> (1 + 4 * k) & 0x0F) | (tariff >> 2 * k & 3) << 4 | (subunit >> k & 1) << 6 for k in range(10)]
    chain = bytes([dif | 0x80, *(d | 0x80 for d in difes[:-1]), difes[-1]])
    (record,) = read_records(chain + b"\x13" + bytes(4)).records
    assert (record.storage, record.tariff, record.subunit, record.function) == (storage, tariff, subunit, function)


@given(
    st.integers(-(1 << 63) + 1, (1 << 63) - 1), st.sampled_from([0x03, 0x06, 0x0E, 0x13, 0x16, 0x3B, 0x42, 0x4A, 0x5B])
)
def test_values_are_the_nearest_to_count_times_factor(count: int, vif: int) -> None:
    (record,) = read_records(bytes((0x07, vif)) + count.to_bytes(8, "little", signed=True)).records
    assert record.register is not None
    assert record.count == count
    assert record.value == float(Fraction(count) * record.register.factor)


@given(
    st.floats(width=32, allow_nan=False, allow_infinity=False), st.sampled_from([0x03, 0x0E, 0x13, 0x3B, 0x42, 0x5B])
)
def test_floats_are_scaled_like_any_other(real: float, vif: int) -> None:
    (record,) = read_records(bytes((0x05, vif)) + struct.pack("<f", real)).records
    assert record.register is not None
    assert record.count is None
    assert record.value == float(Fraction(real) * record.register.factor)


# Headers and data made here from the tables of EN 13757-3:2018.
@pytest.mark.parametrize(
    ("text", "quantity", "unit", "value"),
    [
        ("04 03 e8030000", "energy", "kWh", 1.0),
        ("04 0e 24000000", "energy", "kWh", 10.0),
        ("0c 13 45230100", "volume", "m3", 12.345),
        ("02 2b 2c01", "power", "kW", 0.3),
        ("02 3b 1e00", "volume_flow", "m3/h", 0.03),
        ("02 43 1e00", "volume_flow", "m3/h", 0.18),
        ("02 5a 2c01", "flow_temperature", "degC", 30.0),
        ("02 65 38ff", "external_temperature", "degC", -2.0),
        ("02 62 2c01", "temperature_difference", "K", 30.0),
        ("01 22 02", "on_time", "s", 7200.0),
        ("03 6e 0a0000", "heat_cost_allocation", "1", 10.0),
        ("04 fd 48 fc080000", "voltage", "V", 230.0),
        ("04 fd 59 c6050000", "current", "A", 1.478),
        ("04 fb 0d 01000000", "energy", "kWh", 1.163),
        ("04 fb 82 75 01000000", "reactive_energy", "kvarh", 0.1),
        ("02 fb 1a 2c01", "relative_humidity", "%", 30.0),
        ("02 fc 03 48 52 25 74 2c01", "relative_humidity", "%", 3.0),
        ("04 93 3c 07000000", "volume_negative", "m3", 0.007),
        ("04 93 22 0a000000", "volume_flow", "m3/h", 0.01),
        ("04 ab fc 01 0a000000", "power_l1", "kW", 0.01),
        ("04 93 7d 01000000", "volume", "m3", 1.0),
        ("01 fd 60 ff", "reset_counter", "1", None),
        ("02 be 51 0500", "volume_flow_lower_limit_first_duration", "s", 300.0),
        ("04 13 00000080", "volume", "m3", None),
        ("0a 13 b12a", "volume", "m3", None),
        ("05 13 0000c07f", "volume", "m3", None),
    ],
)
def test_quantity_unit_and_value(text: str, quantity: str, unit: str, value: float | None) -> None:
    record = only(text)
    assert record.register is not None
    assert (record.quantity, record.register.unit, record.value) == (quantity, unit, value)
    assert (Status.INVALID_VALUE in record.status) == (value is None)


def test_the_calorie_of_meters_is_the_international_one() -> None:
    register = only("04 fb 0d 01000000").register
    assert register is not None
    assert register.factor == Fraction(41868, 36000)
    assert register.dimension is Dimension.ENERGY


def test_counters_and_states_are_told_apart() -> None:
    volume, flow = read_records(bytes.fromhex("0413 01000000 023b 0100")).records
    assert volume.register is not None
    assert flow.register is not None
    assert (volume.register.kind, flow.register.kind) == (Kind.COUNTER, Kind.INSTANT)


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("42 6c 4a3c", dt.date(2026, 12, 10)),
        ("04 6d 1e0d4a3c", dt.datetime(2026, 12, 10, 13, 30)),
        ("06 6d 051e0d4a3c00", dt.datetime(2026, 12, 10, 13, 30, 5)),
        ("04 ab 6b 1e0d4a3c", dt.datetime(2026, 12, 10, 13, 30)),
        ("0d fd 0c 03 433241", "A2C"),
        ("0c 78 78563412", "12345678"),
        ("42 6c ffff", None),
    ],
)
def test_dates_and_texts_are_no_numbers(text: str, content: object) -> None:
    record = only(text)
    assert record.register is None
    assert record.content == content
    assert (Status.INVALID_VALUE in record.status) == (content is None)


def test_what_only_the_maker_knows_keeps_its_bytes_and_gives_no_number() -> None:
    record = only("02 ff 20 2c01")
    assert record.register is None
    assert record.value is None
    assert (record.header, record.raw) == (bytes.fromhex("02ff20"), bytes.fromhex("2c01"))
    assert record.status == Status.UNKNOWN_QUANTITY


def test_a_maker_behind_a_known_quantity_is_not_mistaken_for_it() -> None:
    assert only("04 93 ff 01 0a000000").quantity == "volume_maker"


def test_a_password_never_leaves() -> None:
    record = only("04 fd 16 01020304")
    assert (record.value, record.content, record.raw) == (None, None, b"")


def test_record_errors_take_the_value_away_and_say_so() -> None:
    record = only("04 93 15 01000000")
    assert (record.value, record.count) == (None, None)
    assert Status.RECORD_ERROR in record.status


def test_fillers_and_maker_data() -> None:
    got = read_records(bytes.fromhex("2f2f 0c13 45230100 2f 0f aabb"))
    assert [r.value for r in got.records] == [12.345]
    assert (got.maker_data, got.more_follows) == (b"\xaa\xbb", False)
    assert read_records(b"\x1f").more_follows


def test_present_values_have_the_time_of_receipt_and_history_has_none() -> None:
    now = np.datetime64("2026-01-01T00:00:00.000", "ms")
    present, history = read_records(bytes.fromhex("0413 01000000 4413 01000000"), received_at=now).records
    assert (present.time, history.time) == (now, None)


@pytest.mark.parametrize(
    ("text", "error", "offset"),
    [
        ("04", TruncatedError, 1),
        ("84", TruncatedError, 1),
        ("04 93", TruncatedError, 2),
        ("04 13 010203", TruncatedError, 5),
        ("0d 78", TruncatedError, 2),
        ("0d 78 05 01", TruncatedError, 4),
        ("04 7c", TruncatedError, 2),
        ("04 7c 05 41", TruncatedError, 4),
        ("0d 78 cf", MalformedError, 2),
        ("3f", MalformedError, 0),
        ("84" + "80" * 10 + "00 13", MalformedError, 11),
    ],
)
def test_a_broken_record_is_named_with_its_place(text: str, error: type[DecodeError], offset: int) -> None:
    with pytest.raises(error) as caught:
        read_records(bytes.fromhex(text))
    assert caught.value.offset == offset
