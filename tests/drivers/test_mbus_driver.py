"""What the declaration of an M-Bus driver promises, and what it refuses."""

from __future__ import annotations

import datetime as dt

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from attrs import evolve, frozen

from divako.codec import AesKey
from divako.drivers import (
    INSTALLED,
    Block,
    Cipher,
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
    load,
    wired_frame,
    wireless_frame,
)
from divako.errors import AmbiguousDriverError, DriverError, MalformedError, TruncatedError
from divako.mbus import Body, decode_wired, read_address
from divako.model import Medium, Record, Register, Status
from divako.model import Mvt as MeterMvt
from divako.testing._telegrams import read_alone
from divako.units import Dimension


VOLUME = Register("volume", Dimension.VOLUME)
EXAMPLE = TelegramExample(wireless_frame("ACM", 1, 7, 0xA0, "01 39300000"), {"volume_m3": 12.345})
BODY = Body(0xA0, b"", read_address(b"\x6d\x04", bytes(4), 1, 7))


def driver(**changes: Any) -> MbusDriver:
    declared = {
        "name": "acme_radio",
        "medium": Medium.WATER,
        "devices": [("Acme", "radio")],
        "accepts": Mvt("ACM"),
        "body": Block([Number(VOLUME, 1, scale=-3)], size=5),
        "source": "Acme radio, protocol, edition 1, table 1",
        "examples": [EXAMPLE],
    }
    return MbusDriver(**{**declared, **changes})


def test_a_driver_with_a_body_reads_it() -> None:
    (volume,) = read_alone(driver(), EXAMPLE.frame)[0].records
    assert volume.value == 12.345


@pytest.mark.parametrize(
    "changes",
    [
        {"source": "Acme"},
        {"examples": []},
        {"name": "Acme"},
        {"name": "ab"},
        {"body": ()},
        {"after_records": Block([], size=1)},
        {"cipher": Cipher(lambda data, _body: data)},
        {"public_key": bytes(16)},
        {"body": (), "public_key": bytes(8)},
    ],
    ids=[
        "no source",
        "no example",
        "capital",
        "short",
        "nothing to read",
        "body and block",
        "body and cipher",
        "body and key",
        "short key",
    ],
)
def test_a_declaration_that_is_not_whole_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(DriverError):
        driver(**changes)


@pytest.mark.parametrize(
    ("manufacturer", "more"), [("acm", {}), ("ACME", {}), ((), {}), ("ACM", {"version": 256}), ("ACM", {"ci": (-1,)})]
)
def test_meters_are_named_by_letters_and_bytes(manufacturer: Any, more: dict[str, Any]) -> None:
    with pytest.raises(DriverError):
        Mvt(manufacturer, **more)


def test_a_known_record_is_one_thing() -> None:
    with pytest.raises(DriverError):
        Known("ff01")
    with pytest.raises(DriverError):
        Known("ff01", VOLUME, quantity="volume")


def test_without_a_cipher_nothing_is_opened() -> None:
    with pytest.raises(DriverError):
        driver().open(BODY)


def of_records(*known: Known) -> Callable[[str], list[Record]]:
    one = driver(body=(), records=known)
    return lambda body: list(decode_wired(wired_frame("ACM", 1, 7, body), makers=_Only(one)).records)


@frozen
class _Only:
    driver: MbusDriver

    def find(self, mvt: MeterMvt, ci: int, data: bytes) -> MbusDriver | None:
        return self.driver

    def opener(self, mvt: MeterMvt, ci: int, mode: int) -> MbusDriver | None:
        return None

    def public_key(self, mvt: MeterMvt, ci: int) -> AesKey | None:
        return None


def test_the_first_rule_that_fits_the_indices_counts() -> None:
    read = of_records(
        Known("ff01", evolve(VOLUME, name="last"), storage=1),
        Known("ff01", evolve(VOLUME, name="first"), subunit=0, as_tariff=3, as_storage=4, as_subunit=5),
    )
    last, first, other = read("44ff01 01000000  04ff01 02000000  8440ff01 03000000")
    assert (last.quantity, last.storage, last.count) == ("last", 1, 1)
    assert (first.quantity, first.storage, first.tariff, first.subunit) == ("first", 4, 3, 5)
    assert Status.UNKNOWN_QUANTITY in other.status


def test_a_record_without_a_value_says_so() -> None:
    (named,) = of_records(Known("ff8115", VOLUME, missing=True))("04ff8115 01000000")
    assert (named.value, named.count) == (None, None)
    assert Status.RECORD_ERROR in named.status


def test_texts_and_dates_get_names() -> None:
    read = of_records(Known("ff01", quantity="model"), Known("ff02", quantity="start", date=True))
    model, start = read("0dff01 03 434241  02ff02 3f3c")
    assert (model.quantity, model.content) == ("model", "ABC")
    assert start.content == dt.date(2025, 12, 31)


def test_the_first_block_that_fits_is_read() -> None:
    long, short = Block([Fixed(0, b"\x02"), Number(VOLUME, 1, 1)], size=2), Block([Number(VOLUME, 0, 1)], size=(1, 2))
    read = of_records(Known("ff01", block=[long, short]))
    assert [r.count for r in read("02ff01 0207  02ff01 0307  01ff01 05")] == [7, 3, 5]
    (neither,) = read("03ff01 010203")
    assert neither.register is None


def more(data: bytes, _body: Body) -> Iterator[Record]:
    yield Number(VOLUME, 0, 1, storage=9).read(data)


def test_blocks_are_checked_before_they_are_read() -> None:
    block = Block(
        [
            Fixed(0, b"\xa0", b"\xf0"),
            Number(VOLUME, 1, 1),
            Flags(0, {0x01: Status.LEAK}),
            Real(VOLUME, 2, optional=True),
        ],
        size=(2, 6),
        unroll=more,
        check=lambda data: data[-1] != 0xFF,
    )
    volume, again = block.read(b"\xa1\x07", BODY)
    assert (volume.count, volume.status, again.storage) == (7, Status.LEAK, 9)
    assert block.flags(b"\xa1\x07", BODY) is Status.LEAK
    assert block.read(b"\xa0\x07\x00\x00\x20\x41", BODY)[1].value == 10.0
    for wrong in (b"\xb1\x07", b"\xa1\xff", b"\xa1\x07\x00"):
        with pytest.raises(MalformedError):
            block.read(wrong, BODY)
    with pytest.raises(TruncatedError):
        block.read(b"\xa1", BODY)


def test_a_real_that_is_none_has_no_value() -> None:
    record = Real(VOLUME, 0).read(bytes.fromhex("0000c07f"))
    assert (record.value, record.status) == (None, Status.INVALID_VALUE)


def test_parts_of_a_number_are_cut_out_with_their_sign() -> None:
    assert Number(VOLUME, 0, 2, bits=(4, 4), signed=True).count_of(b"\xf0\x00") == -1
    assert Number(VOLUME, -2, 2, big=True).count_of(b"\x99\x01\x02") == 0x0102
    assert Number(VOLUME, 0, 2, bcd=True).count_of(b"\x34\x12") == 1234
    assert Number(VOLUME, 0, 1, invalid=0xFF).count_of(b"\xff") is None


def test_a_sum_has_a_value_where_all_its_parts_have_one() -> None:
    parts = [Number(VOLUME, 0, 1, invalid=255), Number(VOLUME, 1, 1)]
    assert Sum(VOLUME, parts).read(b"\x02\x03").count == 5
    assert Sum(VOLUME, parts).read(b"\xff\x03").count is None
    with pytest.raises(DriverError):
        Sum(VOLUME, [parts[0], Number(VOLUME, 1, 1, scale=1)])


def test_a_date_that_must_be_there_is_a_check() -> None:
    part = Date(lambda _data: None, 3, required=True)
    with pytest.raises(MalformedError) as caught:
        part.read(bytes(8))
    assert caught.value.offset == 3


def test_two_drivers_for_one_meter_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    one = driver()
    ciphers = [driver(name=name, body=(), cipher=Cipher(lambda data, _body: data)) for name in ("one", "two")]
    monkeypatch.setattr("divako.drivers._registry._groups", lambda: {"ACM": {}})
    monkeypatch.setattr("divako.drivers._registry._candidates", lambda *_: (one, evolve(one, name="other"), *ciphers))
    meter = MeterMvt(manufacturer="ACM", version=1, device_type=7)
    with pytest.raises(AmbiguousDriverError):
        INSTALLED.find(meter, 0xA0, b"")
    with pytest.raises(AmbiguousDriverError):
        INSTALLED.opener(meter, 0x7A, 16)
    assert INSTALLED.opener(meter, 0x7A, 5) is None


def test_meters_of_other_makers_find_nobody() -> None:
    meter = MeterMvt(manufacturer="QQQ", version=1, device_type=7)
    assert INSTALLED.find(meter, 0x78, b"") is None
    assert INSTALLED.opener(meter, 0x7A, 20) is None
    assert load("diehl_radio").name == "diehl_radio"
