"""Telegrams that drivers read say the same in a batch as one by one, and declared layouts go by columns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from attrs import fields
from hypothesis import given, settings
from hypothesis import strategies as st

from divako import drivers
from divako.drivers import MbusDriver
from divako.errors import DivakoError
from divako.mbus import lvar_size
from divako.model import Mvt, Readings, Telegram, is_reading
from divako.simulate import Address, compact_records, long_frame, wireless_frame
from divako.telegrams import KeyStore, decode, decode_batch, learn_formats, readings_of
from divako.telegrams import _batch as batch_module
from divako.telegrams import _makers as makers_module
from divako.testing import frames as frames_like


NOW = np.datetime64("2026-01-02T03:04:05.678", "ms")
NAMES = drivers.available(link="mbus")
KEY = bytes(range(16))


def outcome(frame: bytes, **asked: Any) -> Telegram | DivakoError:
    try:
        return decode(frame, **asked)
    except DivakoError as error:
        return error


def driver_of(name: str) -> MbusDriver:
    driver = drivers.load(name)
    assert isinstance(driver, MbusDriver)
    return driver


def frames_of(name: str) -> st.SearchStrategy[list[bytes]]:
    """Frames of a driver, many of one layout and changed in a few bytes."""
    return st.lists(frames_like(driver_of(name)).map(lambda pair: pair[0]), min_size=1, max_size=8)


@settings(max_examples=25, deadline=None)
@given(st.data())
@pytest.mark.parametrize("name", NAMES)
def test_a_batch_is_its_telegrams_one_by_one(name: str, data: st.DataObject) -> None:
    frames = data.draw(frames_of(name)) + data.draw(frames_of(data.draw(st.sampled_from(NAMES))))
    asked: dict[str, Any] = {"received_at": NOW}
    if any(example.key for example in driver_of(name).examples):
        asked["keys"] = KeyStore.single(next(e.key for e in driver_of(name).examples if e.key))
    alone = [outcome(frame, **asked) for frame in frames]
    readings = readings_of([one for one in alone if isinstance(one, Telegram)])
    for min_rows in (1, 3):
        batch = decode_batch(frames, errors="collect", _min_rows=min_rows, **asked)
        for field in fields(Readings):
            mine, yours = getattr(batch.readings, field.name), getattr(readings, field.name)
            if isinstance(mine, np.ndarray):
                np.testing.assert_array_equal(mine, yours, err_msg=field.name)
            else:
                assert mine == yours, field.name
        table = batch.telegrams
        for row, one in enumerate(alone):
            if isinstance(one, DivakoError):
                assert table.error_codes[table.error[row]] == one.code
                continue
            assert table.error[row] == -1
            assert table.meter_ids[table.meter[row]] == one.meter_id
            assert table.media[table.medium[row]] == one.medium.value
            assert table.securities[table.security[row]] == one.security
            assert table.verdicts[table.verdict[row]] == one.verdict.value
            assert table.status[row] == one.status
            assert table.header_known[row] == (one.access_number is not None)
            assert table.model_known[row] == (one.mvt is not None)
            if one.mvt is not None:
                assert table.manufacturers[table.manufacturer[row]] == one.mvt.manufacturer
                assert (table.version[row], table.device_type[row]) == (one.mvt.version, one.mvt.device_type)


VARIABLE = bytes.fromhex("00 03 40 41 80 bf c0 c9 d4 e8 ef f6 ff")  # bytes that say how long the data is


@pytest.mark.parametrize("name", NAMES)
def test_data_of_any_length_is_a_telegram_or_an_error(name: str) -> None:
    driver = driver_of(name)
    found = [outcome(one.frame, keys=one.key and KeyStore.single(one.key)) for one in driver.examples]
    models = {one.mvt for one in found if isinstance(one, Telegram) and one.mvt is not None}
    frames = [
        long_frame(
            Address("12345678", model),
            b"\x0d" + known.vib + bytes([lvar]) + bytes(range(1, 1 + (lvar_size(lvar) or 0))),
        )
        for model in models
        for known in driver.records
        for lvar in VARIABLE
    ]
    alone = [outcome(frame) for frame in frames]
    batch = decode_batch(frames, errors="collect", _min_rows=1)
    telegrams = [one for one in alone if isinstance(one, Telegram)]
    np.testing.assert_array_equal(batch.readings.value, readings_of(telegrams).value)
    assert len(batch.errors) == len(frames) - len(telegrams)


def is_declared(driver: MbusDriver) -> bool:
    """Tell whether it takes no function of the driver's to read a telegram."""
    blocks = [*driver.body, *driver.after_records, *(block for known in driver.records for block in known.block)]
    functions = [driver.derive, driver.address, *(f for block in blocks for f in (block.prepare, block.unroll))]
    return all(function is None for function in functions) and driver.names_records


@pytest.mark.parametrize("name", [name for name in NAMES if is_declared(driver_of(name))])
def test_declared_layouts_are_read_by_columns(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    frames = [example.frame for example in driver_of(name).examples if example.key is None] * 50

    def refuse(*_: Any) -> Telegram:
        raise AssertionError

    monkeypatch.setattr(batch_module, "decode_alone", refuse)
    assert len(decode_batch(frames).readings)


@pytest.mark.parametrize("min_rows", [1, 16, 10**9])
def test_dates_and_texts_are_those_of_single_telegrams(min_rows: int) -> None:
    frames = [example.frame for name in NAMES for example in driver_of(name).examples] * 3
    asked: dict[str, Any] = {"received_at": NOW, "keys": KeyStore.single(KEY), "errors": "collect"}
    batch = decode_batch(frames, _min_rows=min_rows, **asked)
    contents = batch.contents()
    wanted = [
        (row, record.quantity, record.storage, record.tariff, record.subunit, record.function, record.status)
        for row, one in enumerate(outcome(frame, keys=asked["keys"]) for frame in frames)
        if isinstance(one, Telegram)
        for record in one.records
        if not is_reading(record)
    ]
    quantity = [contents.quantities[code] for code in contents.quantity]
    columns = (contents.storage, contents.tariff, contents.subunit, contents.function, contents.status)
    assert list(zip(contents.telegram, quantity, *columns, strict=True)) == wanted


def test_models_are_told_apart_however_many_they_are(all_same: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    frames = [example.frame for name in NAMES for example in driver_of(name).examples] * 3
    frames += [b"\x0c\x44" + bytes([i, i, *range(6), ci, i]) for i in range(90) for ci in (0x78, 0xA0)]
    asked: dict[str, Any] = {"keys": KeyStore.single(KEY), "errors": "collect", "_min_rows": 1}
    wanted = decode_batch(frames, **asked)
    assert len(wanted.readings)
    for few in (0, 1 << 20):
        monkeypatch.setattr(makers_module, "_FEW", few)
        all_same(decode_batch(frames, **asked), wanted)


def test_records_without_data_stand_in_one_place_with_the_next_in_compact_frames() -> None:
    # A block of the maker's, a volume without data, and a date.
    records = bytes.fromhex("04ff22 02000000 0813 046d 1e0d4a3c 0413 39300000")
    sender = Address("12345678", Mvt(manufacturer="KAM", version=0x35, device_type=4))
    frames = [wireless_frame(sender, compact_records(records), content="compact") for _ in range(4)]
    formats = learn_formats([decode(wireless_frame(sender, records))])
    batch = decode_batch(frames, formats=formats, _min_rows=2)
    assert np.diff(batch.first).tolist() == [3] * 4
    np.testing.assert_array_equal(batch.readings.value, readings_of([decode(f, formats=formats) for f in frames]).value)
