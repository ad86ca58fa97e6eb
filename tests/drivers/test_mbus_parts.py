"""The parts that drivers of M-Bus meters are declared with."""

from __future__ import annotations

import struct
import subprocess
import sys

from fractions import Fraction

import pytest

from hypothesis import given
from hypothesis import strategies as st

from divako import model
from divako.codec import read_date
from divako.drivers import (
    INSTALLED,
    Block,
    Date,
    Fixed,
    Flags,
    Known,
    MbusDriver,
    Mvt,
    Number,
    Real,
    Sum,
    TelegramExample,
    available,
    content_record,
    for_device,
    label,
    load,
    number_record,
    wired_frame,
    wireless_frame,
)
from divako.drivers._block import read_first
from divako.errors import DriverError, MalformedError, TruncatedError, UnknownDriverError, UnsupportedError
from divako.mbus import Body, read_address
from divako.model import Function, Medium, Register, Status
from divako.telegrams import decode
from divako.units import Dimension


VOLUME = Register("volume", Dimension.VOLUME)
ADDRESS = read_address(b"\x6d\x04", bytes.fromhex("78563412"), 1, 7)
BODY = Body(0xA1, b"", ADDRESS)


@given(count=st.integers(-(1 << 31), (1 << 31) - 1), scale=st.integers(-6, 3))
def test_a_number_is_what_was_sent_times_its_scale(count: int, scale: int) -> None:
    number = Number(VOLUME, 3, 4, scale=scale, signed=True)
    record = number.read(b"abc" + count.to_bytes(4, "little", signed=True))
    assert record.count == count
    assert record.value == float(Fraction(count) * Fraction(10) ** scale)
    assert record.raw == count.to_bytes(4, "little", signed=True)


@given(data=st.binary(min_size=4, max_size=4), low=st.integers(0, 20), width=st.integers(1, 12))
def test_bits_of_a_number_are_cut_out(data: bytes, low: int, width: int) -> None:
    whole = int.from_bytes(data, "little") >> low & ((1 << width) - 1)
    assert Number(VOLUME, 0, 4, bits=(low, width)).count_of(data) == whole
    signed = Number(VOLUME, 0, 4, bits=(low, width), signed=True).count_of(data)
    assert signed is not None
    assert signed in range(-(1 << width - 1), 1 << width - 1)
    assert (signed - whole) % (1 << width) == 0


@given(count=st.integers(0, 10**8 - 1), big=st.booleans())
def test_decimals_are_read_from_either_end(count: int, big: bool) -> None:
    data = bytes.fromhex(f"{count:08d}")
    assert Number(VOLUME, 0, 4, bcd=True, big=big).count_of(data if big else data[::-1]) == count


def test_digits_that_are_none_and_codes_for_no_value_are_missing() -> None:
    for number, data in (
        (Number(VOLUME, 0, 2, bcd=True), b"\x1a\x00"),
        (Number(VOLUME, 0, 2, invalid=(0xFFFF, 0xFFFE)), b"\xfe\xff"),
    ):
        record = number.read(data)
        assert (record.count, record.value, record.status) == (None, None, Status.INVALID_VALUE)


def test_places_may_count_from_the_end() -> None:
    block = Block([Number(VOLUME, -2, 2), Fixed(-3, b"\x55")], size=range(3, 9))
    assert block.read(b"\x00\x55\x02\x01", BODY)[0].count == 0x0102
    with pytest.raises(MalformedError) as caught:
        block.read(b"\x00\x54\x02\x01", BODY)
    assert caught.value.offset == 1


@given(real=st.floats(width=32))
def test_a_real_has_a_value_and_no_count(real: float) -> None:
    record = Real(VOLUME, 0, storage=1).read(struct.pack("<f", real))
    finite = real - real == 0
    assert record.count is None
    assert record.value == (real if finite else None)
    assert record.status == (Status.OK if finite else Status.INVALID_VALUE)


def test_a_sum_has_a_value_where_all_its_parts_have() -> None:
    parts = (Number(VOLUME, 0, 1, scale=-1, invalid=255), Number(VOLUME, 1, 1, scale=-1, invalid=255))
    total = Sum(VOLUME, parts)
    assert total.read(b"\x01\x02").value == 0.3
    assert total.read(b"\x01\xff").value is None
    assert (total.at, total.size) == (1, 1)
    with pytest.raises(DriverError, match="scale"):
        Sum(VOLUME, (parts[0], Number(VOLUME, 1, 1)))


def test_a_date_that_must_stand_there_is_a_check() -> None:
    strict, lenient = Date(read_date, 0, required=True), Date(read_date, 0)
    assert lenient.read(b"\xff\xff").content is None
    assert lenient.read(b"\xff\xff").status == Status.INVALID_VALUE
    with pytest.raises(MalformedError, match="date"):
        strict.read(b"\xff\xff")


def test_flags_hold_for_numbers_and_the_telegrams_status_too() -> None:
    block = Block([Flags(0, {0x01: Status.LEAK}), Number(VOLUME, 1, 1), Date(read_date, 2)], size=4)
    body = Body(0xA1, b"", ADDRESS, status=Status.LOW_BATTERY)
    number, date = block.read(b"\x01\x02\x3f\x3c", body)
    assert number.status == Status.LEAK | Status.LOW_BATTERY
    assert date.status == Status.OK


@given(data=st.binary(max_size=8))
def test_a_block_is_read_at_its_lengths_alone(data: bytes) -> None:
    block = Block([Number(VOLUME, 0, 2), Number(VOLUME, 2, 2, storage=1, optional=True)], size=(2, 4))
    if len(data) in {2, 4}:
        assert len(block.read(data, BODY)) == len(data) // 2
    else:
        with pytest.raises(TruncatedError if len(data) < 2 else MalformedError):
            block.read(data, BODY)


def test_parts_must_lie_in_the_shortest_block() -> None:
    with pytest.raises(DriverError, match="beyond"):
        Block([Number(VOLUME, 1, 4)], size=range(4, 9))
    with pytest.raises(DriverError, match="byte"):
        Block([], size=0)


def longer(data: bytes, _body: Body) -> bytes:
    return data[1:]


def test_parts_must_lie_in_what_was_prepared() -> None:
    block = Block([Number(VOLUME, 0, 4)], size=4, prepare=longer)
    with pytest.raises(TruncatedError):
        block.read(bytes(4), BODY)


def test_masked_constants_look_at_their_bits_alone() -> None:
    block = Block([Fixed(0, b"\x40", mask=b"\xf0")], size=1)
    assert block.read(b"\x4f", BODY) == ()
    with pytest.raises(MalformedError):
        block.read(b"\x5f", BODY)


def test_labels_name_what_tells_records_apart() -> None:
    record = number_record(VOLUME, 1, storage=2, tariff=3, subunit=1, function=Function.MAXIMUM)
    assert label(record) == "volume_m3 s2 t3 u1 maximum"
    assert label(content_record("date", None, storage=1)) == "date s1"


@pytest.mark.parametrize("manufacturer", ["", "AC", "ACMA", "acm", "AC1", ()])
def test_a_manufacturer_is_three_capital_letters(manufacturer: str) -> None:
    with pytest.raises(DriverError, match="manufacturer"):
        Mvt(manufacturer)


def test_versions_are_bytes() -> None:
    with pytest.raises(DriverError, match="bytes"):
        Mvt("ACM", version=256)


@given(version=st.integers(0, 255), device_type=st.integers(0, 255), ci=st.integers(0, 255))
def test_a_meter_is_accepted_by_all_that_is_stated(version: int, device_type: int, ci: int) -> None:
    mvt = model.Mvt(manufacturer="ACM", version=version, device_type=device_type)
    assert Mvt("ACM").accepts(mvt, ci)
    assert Mvt(("ABC", "ACM"), version=range(16)).accepts(mvt, ci) == (version < 16)
    assert Mvt("ACM", device_type={4, 7}, ci=0x7A).accepts(mvt, ci) == (device_type in {4, 7} and ci == 0x7A)
    assert not Mvt("ABC").accepts(mvt, ci)


def test_a_known_record_is_one_thing() -> None:
    for wrong in ({}, {"register": VOLUME, "quantity": "date"}, {"quantity": "date", "block": Block([], size=1)}):
        with pytest.raises(DriverError, match="register, a quantity or a block"):
            Known("ff01", **wrong)  # type: ignore[arg-type]


def driver(**changes: object) -> MbusDriver:
    given: dict[str, object] = {
        "name": "acme_x",
        "devices": [("Acme", "X")],
        "medium": Medium.WATER,
        "accepts": Mvt("ACM"),
        "records": [Known("ff01", VOLUME)],
        "source": "Acme X protocol",
        "examples": [TelegramExample(b"", {})],
    }
    return MbusDriver(**{**given, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": "Acme"}, "snake-case"),
        ({"source": ""}, "source"),
        ({"examples": []}, "example"),
        ({"records": []}, "whole bodies"),
        ({"body": Block([], size=1)}, "whole bodies"),
    ],
)
def test_a_driver_that_says_too_little_or_too_much_is_refused(changes: dict[str, object], said: str) -> None:
    with pytest.raises(DriverError, match=said):
        driver(**changes)


def test_a_damaged_block_behind_the_records_leaves_the_records() -> None:
    telegram = decode(wireless_frame("BMT", 0x13, 0x07, 0x7A, "01000000 0c13 45230100 0f 90"))
    assert [(record.quantity, record.value) for record in telegram.records] == [("volume", 12.345)]
    assert telegram.maker_data == b"\x90"


def test_a_body_that_no_driver_reads_is_refused_by_name() -> None:
    with pytest.raises(UnsupportedError, match="A5"):
        decode(wireless_frame("XYZ", 1, 1, 0xA5, "0102030405"))


def test_a_wired_frame_states_whose_it_is() -> None:
    telegram = decode(wired_frame("ACM", 1, 7, "0413 39300000"))
    assert (telegram.meter_id, telegram.mvt) == (
        "12345678",
        model.Mvt(manufacturer="ACM", version=1, device_type=7),
    )


def test_every_manufacturer_of_a_driver_leads_to_it() -> None:
    drivers = [one for one in map(load, available(link="mbus")) if isinstance(one, MbusDriver)]
    assert len(drivers) == len(available(link="mbus")) > 20
    assert not set(available(link="mbus")) & set(available(link="lorawan"))
    for one in drivers:
        for maker in one.accepts.manufacturer:
            version = min(one.accepts.version, default=0)
            device_type = min(one.accepts.device_type, default=0)
            mvt = model.Mvt(manufacturer=maker, version=version, device_type=device_type)
            if one.accepts.check is None and one.names_records:
                found = INSTALLED.find(mvt, min(one.accepts.ci, default=0x7A), b"")
                assert found is one


def test_a_device_of_mbus_is_no_device_of_payloads() -> None:
    with pytest.raises(UnknownDriverError):
        for_device("kamstrup_multical")


def test_no_driver_is_imported_for_a_telegram_that_needs_none() -> None:
    frame = wireless_frame("ACM", 1, 7, 0x78, "0413 39300000").hex()
    code = (
        f"import sys; from divako.telegrams import decode; decode(bytes.fromhex('{frame}'))\n"
        "print([name for name in sys.modules if name.startswith('divako.drivers.') and '._' not in name])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_a_block_of_one_version_is_none_of_another() -> None:
    old, new = (Block([Number(VOLUME, at, 2)], size=4, versions=version) for at, version in ((0, 1), (2, (2, 3))))
    data = bytes.fromhex("01000200")

    def of(version: int) -> Body:
        return Body(0xA1, b"", read_address(ADDRESS.raw[:2], ADDRESS.raw[2:6], version, 7))

    for version, count in ((1, 1), (2, 2), (3, 2)):
        (record,) = read_first((old, new), data, of(version))
        assert record.count == count
    with pytest.raises(MalformedError):
        read_first((old, new), data, of(4))
    with pytest.raises(TruncatedError):  # what is wrong with the block of this version counts
        read_first((old, new), data[:3], of(1))
