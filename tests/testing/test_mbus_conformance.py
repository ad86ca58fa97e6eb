"""The kit for drivers of M-Bus meters: good drivers pass, and each planted fault is named."""

from __future__ import annotations

import datetime as dt
import pickle

from collections.abc import Callable, Iterator

import pytest

from attrs import evolve

from divako.codec import read_date
from divako.drivers import (
    Block,
    Date,
    Fixed,
    Flags,
    Known,
    MbusDriver,
    Mvt,
    Number,
    TelegramExample,
    content_record,
    load,
    number_record,
    wired_frame,
    wireless_frame,
)
from divako.errors import MalformedError
from divako.mbus import Body
from divako.model import Medium, Record, Register, Status
from divako.telegrams import decode_batch
from divako.testing import MBUS_CHECKS, _mbus_checks, conformance
from divako.units import Dimension


VOLUME = Register("volume", Dimension.VOLUME)
PARTS = (
    Fixed(0, b"\x01"),
    Number(VOLUME, 1, 4, scale=-3),
    Number(VOLUME, 5, 4, scale=-3, storage=1, invalid=0xFFFFFFFF),
    Date(read_date, 9, storage=1, required=True),
    Flags(11, {0x01: Status.LOW_BATTERY}),
)
BODY = "01 39300000 e02e0000 3f3c 01"
VALUES: dict[str, float | str | None] = {"volume_m3": 12.345, "volume_m3 s1": 12.0, "date s1": "2025-12-31"}


def driver(*parts: object, values: dict[str, float | str | None] | None = None) -> MbusDriver:
    return MbusDriver(
        name="acme_aq3",
        devices=[("Acme", "AQ3")],
        medium=Medium.COLD_WATER,
        accepts=Mvt("ACM", version=1, device_type=7, ci=0xA1),
        body=Block(parts or PARTS, size=12),  # type: ignore[arg-type]
        source="Acme AQ3 radio protocol, revision 1.0",
        examples=[TelegramExample(wireless_frame("ACM", 1, 7, 0xA1, BODY), values or dict(VALUES))],
    )


def failures(one: MbusDriver) -> set[str]:
    found = set()
    for check in MBUS_CHECKS:
        try:
            check(one)
        except AssertionError:
            found.add(check.__name__)
    return found


def named() -> MbusDriver:
    return MbusDriver(
        name="acme_w4",
        devices=[("Acme", "W4")],
        medium=Medium.COLD_WATER,
        accepts=Mvt("ACM", version=4),
        records=[
            Known("ff01", VOLUME),
            Known("ff02", block=Block([Number(VOLUME, 0, 2, storage=2), Fixed(2, b"\x55")], size=3)),
        ],
        after_records=Block([Number(VOLUME, 0, 1, storage=3)], size=1),
        source="Acme W4 M-Bus records, revision 1.0",
        examples=[TelegramExample(wired_frame("ACM", 4, 7, "0413 39300000 04ff01 02000000 03ff02 030055 0f 04"), W4)],
    )


W4: dict[str, float | str | None] = {
    "volume_m3": 12.345,
    "volume_m3 s1": 2.0,
    "volume_m3 s2": 3.0,
    "volume_m3 s3": 4.0,
}


def test_a_good_driver_of_a_whole_body_passes() -> None:
    assert failures(driver()) == set()


def test_a_good_driver_of_records_and_blocks_passes() -> None:
    one = named()
    stored = evolve(one, records=[Known("ff01", VOLUME, as_storage=1), one.records[1]])
    assert failures(stored) == set()


def test_two_records_of_one_name_are_told_apart_or_refused() -> None:
    assert "telegrams_decode_as_stated" in failures(named())


test_conformance = conformance(driver())


@pytest.mark.parametrize(
    ("change", "caught"),
    [
        ({"values": {**VALUES, "volume_m3": 12.346}}, "telegrams_decode_as_stated"),
        ({"values": {"volume_m3": 12.345}}, "telegrams_decode_as_stated"),
    ],
)
def test_wrong_answers_are_noticed(change: dict[str, dict[str, float | str | None]], caught: str) -> None:
    assert caught in failures(driver(**change))


def test_an_example_of_another_meter_is_noticed() -> None:
    other = evolve(driver(), examples=[TelegramExample(wireless_frame("ACM", 2, 7, 0xA1, BODY), dict(VALUES))])
    assert {"telegrams_decode_as_stated", "every_block_has_an_example"} <= failures(other)


def test_a_driver_without_devices_is_noticed() -> None:
    assert failures(evolve(driver(), devices=[])) == {"source_and_devices_are_stated"}
    assert failures(evolve(driver(), devices=[("Acme ", "AQ3")])) == {"source_and_devices_are_stated"}


def test_a_block_that_no_example_shows_is_noticed() -> None:
    more = evolve(driver(), body=[*driver().body, Block([Number(VOLUME, 0)], size=40)])
    assert "every_block_has_an_example" in failures(more)


def test_a_block_of_any_length_is_noticed() -> None:
    assert failures(evolve(driver(), body=Block(PARTS, size=range(12, 64)))) == set()
    short = Block([Number(VOLUME, 1, 4, scale=-3, optional=True)], size=range(1, 64))
    values: dict[str, float | str | None] = {"volume_m3": 12.345}
    lenient = evolve(driver(values=values), body=short)
    assert failures(lenient) == set()  # all that is optional may be missing, and is said to


def escapes(data: bytes, _body: Body) -> Iterator[Record]:
    yield number_record(VOLUME, data[200], storage=9)


def quotes(data: bytes, _body: Body) -> Iterator[Record]:
    if data[11] != 1:
        raise MalformedError(data.hex(), layer="acme", offset=0)
    return iter(())


def unexplained(data: bytes, _body: Body) -> Iterator[Record]:
    if data[11] != 1:
        yield evolve(content_record("text", None), status=Status.OK)


def test_an_exception_that_is_no_decode_error_is_noticed() -> None:
    with pytest.raises(IndexError):
        failures(evolve(driver(), body=Block(PARTS, size=12, unroll=escapes)))


@pytest.mark.parametrize("fault", [quotes, unexplained])
def test_quoted_bytes_and_unexplained_gaps_are_noticed(fault: object) -> None:
    faulty = evolve(driver(), body=Block(PARTS, size=12, unroll=fault))  # type: ignore[arg-type]
    assert failures(faulty) == {"damaged_telegrams_never_escape"}


def test_a_driver_that_does_not_pickle_is_noticed() -> None:
    local = evolve(driver(), body=Block(PARTS, size=12, check=lambda data: len(data) == 12))
    assert failures(local) == {"driver_is_a_value"}


def test_a_driver_survives_pickling_with_what_it_has_learned() -> None:
    one = named()
    failures(one)
    assert pickle.loads(pickle.dumps(one)) == one
    assert hash(one) == hash(named())


def batch_check() -> Callable[[MbusDriver], None]:
    return next(check for check in MBUS_CHECKS if check.__name__ == "telegrams_in_a_batch_stay_themselves")


def test_a_batch_that_says_anything_else_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    installed = load("kamstrup_multical")
    assert isinstance(installed, MbusDriver)
    batch_check()(installed)
    monkeypatch.setattr(_mbus_checks, "decode_batch", lambda frames, **more: decode_batch(frames[1:], **more))
    with pytest.raises(AssertionError, match="differs"):
        batch_check()(installed)


def test_telegrams_that_two_drivers_claim_are_errors_in_batches_too(monkeypatch: pytest.MonkeyPatch) -> None:
    installed = load("kamstrup_multical")
    assert isinstance(installed, MbusDriver)
    both = (installed, evolve(installed, name="other"))
    monkeypatch.setattr("divako.drivers._registry._readers", lambda *_: both)
    batch_check()(installed)


def test_dates_are_stated_as_text() -> None:
    assert dict(driver().examples[0].values)["date s1"] == dt.date(2025, 12, 31).isoformat()
