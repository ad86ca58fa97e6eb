"""What single makers do, and what their drivers refuse; the rest is the kit's."""

from __future__ import annotations

import pytest

from hypothesis import given
from hypothesis import strategies as st

from divako.drivers import TelegramExample, wireless_frame
from divako.drivers.apator_162 import DRIVER as APATOR_162
from divako.drivers.apator_162 import WIDTHS
from divako.drivers.apator_na1 import DRIVER as NA1
from divako.drivers.bfw_240 import read_day as read_bfw_day
from divako.drivers.bmeters_hydrodigit import read_day
from divako.drivers.bmeters_rfmtx1 import DRIVER as RFMTX1
from divako.drivers.bmeters_rfmtx1 import read_clock
from divako.drivers.ebz_wmbe import power_of_meter
from divako.errors import DecodeError, DecryptionError, MalformedError, MissingKeyError
from divako.model import Status
from divako.telegrams import KeyStore, decode


def only(example: tuple[TelegramExample, ...]) -> TelegramExample:
    return example[0]


@given(key=st.binary(min_size=16, max_size=16))
def test_a_wrong_key_gives_no_readings_of_a_na1(key: bytes) -> None:
    example = only(NA1.examples)
    if key != example.key:
        with pytest.raises(DecryptionError):
            decode(example.frame, keys=KeyStore.single(key))


def test_a_na1_without_key_asks_for_one() -> None:
    with pytest.raises(MissingKeyError):
        decode(only(NA1.examples).frame)


@given(access=st.integers(0, 255))
def test_another_access_number_unmasks_no_total(access: int) -> None:
    frame = bytearray(only(RFMTX1.examples).frame)
    right, frame[11] = frame[11], access
    try:
        telegram = decode(bytes(frame))
    except MalformedError:
        assert access != right
    else:
        digits = [record for record in telegram.records if record.quantity == "volume"]
        assert len(digits) == 1
        assert digits[0].value is not None


@given(size=st.integers(0, 40))
def test_registers_of_a_16_2_are_walked_to_the_end(size: int) -> None:
    history = "".join(f"7{3 + size % 8:x} 01" + "00" * (4 * (4 + size % 8)))
    body = f"01000000 0f 11223344000000 {history} 10 39300000 ffff 1234"
    telegram = decode(wireless_frame("APA", 0x05, 0x07, 0x7A, body))
    assert [record.value for record in telegram.records] == [12.345]
    assert all(WIDTHS[code] == 1 + 4 * (code - 0x70 + 1) for code in range(0x71, 0x7D))


@pytest.mark.parametrize(
    "registers",
    ["10 39300000 10 39300000", "43 0100", "10 3930", "99 00 10 39300000", "10 39300000 ffff 00 ffff 123456"],
)
def test_registers_that_do_not_add_up_give_no_total(registers: str) -> None:
    frame = wireless_frame("APA", 0x05, 0x07, 0x7A, f"01000000 0f 11223344000000 {registers} 1234")
    try:
        records = decode(frame).records
    except DecodeError:
        return
    assert [record for record in records if record.quantity == "volume"] == []


def test_dates_of_makers_are_dates_or_nothing() -> None:
    assert str(read_day(bytes.fromhex("260131"))) == "2026-01-31"
    assert read_day(bytes.fromhex("000000")) is None
    assert read_day(bytes.fromhex("2a0131")) is None
    assert str(read_bfw_day(bytes.fromhex("310126"))) == "2026-01-31"
    assert read_bfw_day(bytes.fromhex("320126")) is None
    assert read_bfw_day(bytes.fromhex("3f0126")) is None
    assert read_clock(bytes.fromhex("616010310126")) is None
    assert read_clock(bytes.fromhex("aa0010310126")) is None


def test_the_power_of_a_meter_is_that_of_all_its_phases() -> None:
    frame = wireless_frame("EBZ", 0x01, 0x02, 0x7A, "01000000 04a9ff01 10270000 04a9ff02 204e0000 04a9ff03 00000080")
    telegram = decode(frame)
    assert [record.quantity for record in telegram.records] == ["power_l1", "power_l2", "power_l3"]
    assert Status.INVALID_VALUE in telegram.records[2].status
    assert list(power_of_meter(telegram.records)) == []


def test_old_readings_beyond_the_total_are_doubtful() -> None:
    with pytest.raises(MalformedError, match="beyond"):
        decode(wireless_frame("APT", 0x0F, 0x0F, 0xA0, "10270000 0040 03 00000000 05 ff 04 30750000"))
    with pytest.raises(MalformedError, match="beyond"):
        decode(wireless_frame("APT", 0x0F, 0x0F, 0xA0, "30750000 0040 03 00000000 05 ff 0d 10270000"))


def test_a_prefix_of_another_length_is_refused() -> None:
    with pytest.raises(DecodeError):
        decode(wireless_frame("APT", 0x04, 0x08, 0xB6, "03 ffff a0 cf 0000 7b00 0000 0700 3f34 8013 4015"))


def test_the_total_of_a_16_2_is_in_litres() -> None:
    record = next(r for r in decode(only(APATOR_162.examples).frame).records if r.quantity == "volume")
    assert record.register is not None
    assert (record.count, record.register.quantum) == (12345, "1/1000 m3")


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("02ff20 0500", Status.DRY | Status.LEAK),
        ("02ff20 0000", Status.OK),
        ("02ff20 f0ff", Status.OK),  # for how long, and of nothing
        ("04ff23 30020000", Status.TAMPER | Status.LOW_BATTERY | Status.MAKER_SPECIFIC),
    ],
)
def test_information_codes_of_a_water_meter_hold_for_its_readings(code: str, status: Status) -> None:
    telegram = decode(wireless_frame("KAM", 0x1B, 0x16, 0x78, f"0413 39300000 {code}"))
    assert [record.status for record in telegram.records] == [status, status]


def test_the_high_half_of_the_information_codes_of_a_heat_meter_is_read() -> None:
    telegram = decode(wireless_frame("KAM", 0x39, 0x04, 0x78, "0406 39300000 04ff22 02000080"))
    assert telegram.records[0].status == Status.LOW_BATTERY | Status.LEAK


@pytest.mark.parametrize(
    "block",
    ["10" + "809698" + "00" * 33, "80 261301", "61 0a", "01 0a 010203", "11 0a" + "010000" * 11],
)
def test_parts_of_a_hydrodigit_that_are_none_stay_bytes(block: str) -> None:
    telegram = decode(wireless_frame("BMT", 0x13, 0x07, 0x7A, f"01000000 0c13 45230100 0f {block}"))
    assert [record.quantity for record in telegram.records] == ["volume"]
    assert telegram.maker_data == bytes.fromhex(block)


def test_padding_behind_the_parts_of_a_hydrodigit_is_passed_over() -> None:
    telegram = decode(wireless_frame("BMT", 0x13, 0x07, 0x7A, "01000000 0c13 45230100 0f 01 0a 2f2f2f 00 1234"))
    assert [record.value for record in telegram.records] == [12.345, 3.05]
