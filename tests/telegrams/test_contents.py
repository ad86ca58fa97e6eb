"""The dates, times and texts of a batch are those of its telegrams one by one."""

from __future__ import annotations

import datetime as dt
import pickle
import struct

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from hypothesis import given, settings
from hypothesis import strategies as st

from divako import drivers
from divako.codec import AesKey
from divako.drivers import MbusDriver
from divako.errors import DivakoError
from divako.model import Mvt, Record, Telegram, is_reading
from divako.simulate import Address, compact_records, long_frame, wireless_frame
from divako.telegrams import Batch, Contents, KeyStore, decode, decode_batch, iterate_batches, learn_formats
from divako.telegrams import _reread as reread_module
from divako.testing import frames as frames_like


NOW = np.datetime64("2026-01-02T03:04:05", "ms")
SENDER = Address("10000001", Mvt(manufacturer="DVK", version=1, device_type=7))
KEY = AesKey(bytes(16))
STORE = KeyStore.single(bytes(16).hex())
# Header, and how many bytes of data: dates of types F, G, I, J and M, texts, digits, makers' own, and numbers.
HEADERS = {
    "046d": 4, "426c": 2, "066d": 6, "036d": 3, "0d6d04": 4, "0c78": 4, "0778": 8, "0d7805": 5, "0dfd1103": 3,
    "0d1302": 2, "0d13c2": 2, "04ff01": 4, "84106d": 4, "8c4079": 4, "0413": 4, "0479": 4, "07fd17": 8, "02fd0f": 2,
    "0dfd67e2": 2, "00fd11": 0, "2413": 4, "2f": 0, "0f": 0, "1f": 0,
}  # fmt: skip
SPECIAL = frozenset({"2f", "0f", "1f"})  # fillers, and what goes before the maker's data
data = {
    2: st.binary(min_size=2, max_size=2) | st.sampled_from([bytes.fromhex("4132"), b"\xff\xff", b"ab"]),
    4: st.binary(min_size=4, max_size=4) | st.sampled_from([bytes.fromhex("2b0f4132"), bytes.fromhex("2b8f4132")]),
}


@st.composite
def body(draw: st.DrawFn, without: frozenset[str] = frozenset()) -> bytes:
    headers = draw(st.lists(st.sampled_from(sorted(HEADERS.keys() - without)), max_size=5))
    sizes = [HEADERS[header] for header in headers]
    return b"".join(
        bytes.fromhex(header) + draw(data.get(size, st.binary(min_size=size, max_size=size)))
        for header, size in zip(headers, sizes, strict=True)
    )


@st.composite
def frames(draw: st.DrawFn) -> list[bytes]:
    """Give telegrams of which many have one layout, and some are damaged."""
    out = []
    for _ in range(draw(st.integers(0, 3))):
        first = draw(body())
        for raw in [first] * draw(st.integers(1, 4)):
            status = draw(st.sampled_from([0, 4]))
            secret = draw(st.booleans()) and not draw(st.booleans())
            frame = wireless_frame(SENDER, raw, key=KEY) if secret else long_frame(SENDER, raw, status=status)
            out.append(frame[:-1] if draw(st.integers(0, 9)) == 0 else frame)
    return draw(st.permutations(out))


def content_of(table: Contents, row: int) -> Any:
    """Give what a row holds, as `Record` has it."""
    if table.type[row] < 0:
        return None
    kind = table.types[table.type[row]]
    if kind in {"date", "datetime"}:
        clock = table.clock[row].item()
        return clock if kind == "datetime" else clock.date()
    if kind == "time":
        return (dt.datetime(2000, 1, 1) + table.time_of_day[row].item()).time()
    text = table.texts[table.text[row]]
    return bytes.fromhex(text) if kind == "bytes" else text


def rows_of(table: Contents) -> list[tuple[Any, ...]]:
    filled = (table.text >= 0).astype(int) + ~np.isnat(table.clock) + ~np.isnat(table.time_of_day)
    np.testing.assert_array_equal(filled, table.type >= 0)
    return [
        (
            int(table.telegram[row]),
            table.meter_ids[table.meter[row]],
            table.quantities[table.quantity[row]],
            content_of(table, row),
            *(int(getattr(table, name)[row]) for name in ("storage", "tariff", "subunit", "function", "status")),
        )
        for row in range(len(table))
    ]


def wanted_of(telegrams: list[Telegram | None]) -> list[tuple[Any, ...]]:
    def row(at: int, meter: str, one: Record) -> tuple[Any, ...]:
        indices = one.storage, one.tariff, one.subunit, int(one.function), int(one.status)
        return at, meter, one.quantity, one.content, *indices

    return [
        row(at, telegram.meter_id, record)
        for at, telegram in enumerate(telegrams)
        if telegram is not None
        for record in telegram.records
        if not is_reading(record)
    ]


def outcome(frame: bytes, **said: Any) -> Telegram | None:
    try:
        return decode(frame, **said)
    except DivakoError:
        return None


def hold(batch: Batch, frames_: list[bytes], **said: Any) -> None:
    contents = batch.contents()
    assert rows_of(contents) == wanted_of([outcome(frame, **said) for frame in frames_])
    for code, words in ((contents.quantity, contents.quantities), (contents.text, contents.texts)):
        mentioned = list(dict.fromkeys(one for one in code.tolist() if one >= 0))
        assert mentioned == list(range(len(words))), "words come in the order in which rows mention them"


@settings(max_examples=150, deadline=None)
@given(frames(), st.sampled_from([1, 3, 10**9]), st.booleans())
def test_contents_are_the_records_that_are_no_readings(given_: list[bytes], min_rows: int, partial: bool) -> None:
    said: dict[str, Any] = {"keys": STORE, "received_at": NOW, "partial": partial}
    batch = decode_batch(given_, errors="collect", _min_rows=min_rows, **said)
    hold(batch, given_, **said)
    records = [record for telegram in given_ for one in [outcome(telegram, **said)] if one for record in one.records]
    assert len(batch.contents()) + len(batch.readings) == len(records)


def test_payloads_have_contents_where_their_records_have(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = [struct.pack("<IBIII15H", 1_767_225_600, 0, 900, 1_767_171_600, 885, *[1] * 15)] * 50
    alarm = [struct.pack("<IB", 1_767_225_600, 0x10)] * 50
    records = [bytes.fromhex("000413393000000b6d0000000c78") + i.to_bytes(4, "little") for i in range(50)]
    for device, port, payloads in (("axioma_w1", 100, plain), ("axioma_w1", 103, alarm)):
        batch = decode_batch(payloads, device=device, f_port=port)
        assert len(batch.contents()) == 0
    with monkeypatch.context() as patched:
        patched.setattr(reread_module, "decode_alone", None)  # what has readings is not decoded once more
        assert len(decode_batch(plain, device="axioma_w1", f_port=100).contents()) == 0
    said: dict[str, Any] = {"device": "elvaco_cmi4110", "f_port": 1}
    hold(decode_batch(records, errors="collect", **said), records, **said)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(body(without=SPECIAL), min_size=1, max_size=3),
    st.lists(st.integers(0, 2), max_size=8),
    st.sampled_from([1, 3]),
)
def test_compact_frames_have_the_contents_of_full_ones(bodies: list[bytes], which: list[int], min_rows: int) -> None:
    full = [wireless_frame(SENDER, raw) for raw in bodies]
    said: dict[str, Any] = {"formats": learn_formats([one for frame in full for one in [outcome(frame)] if one])}
    compact = [wireless_frame(SENDER, compact_records(raw), content="compact") for raw in bodies]
    frames_ = [compact[at % len(compact)] for at in which]
    hold(decode_batch(frames_, errors="collect", _min_rows=min_rows, **said), frames_, **said)


@settings(max_examples=8, deadline=None)
@given(st.data())
@pytest.mark.parametrize("name", drivers.available(link="mbus"))
def test_what_drivers_read_has_their_contents(name: str, data: st.DataObject) -> None:
    driver = drivers.load(name)
    assert isinstance(driver, MbusDriver)
    said: dict[str, Any] = {"keys": next((KeyStore.single(one.key) for one in driver.examples if one.key), None)}
    drawn = data.draw(st.lists(frames_like(driver), min_size=1, max_size=4))
    frames_ = [frame for frame, _ in drawn for _ in range(2)]
    hold(decode_batch(frames_, errors="collect", _min_rows=1, **said), frames_, **said)


def test_the_same_data_is_named_once() -> None:
    frames_ = [long_frame(SENDER, bytes.fromhex("0dfd1103636261 046d2b0f4132")) for _ in range(100)]
    table = decode_batch(frames_).contents()
    assert table.texts == ("abc",)
    assert table.telegram.tolist() == [i for i in range(100) for _ in range(2)]
    assert set(table.clock[1::2].tolist()) == {dt.datetime(2026, 2, 1, 15, 43)}


def test_contents_count_in_the_rows_of_their_batch() -> None:
    frames_ = [long_frame(SENDER, bytes.fromhex("426c") + bytes([1 + i % 28, 0x32])) for i in range(90)]
    parts = list(iterate_batches(frames_, size=40))
    whole = rows_of(decode_batch(frames_).contents())
    assert [
        (at + 40 * which, *rest) for which, part in enumerate(parts) for at, *rest in rows_of(part.contents())
    ] == whole


def test_contents_of_many_parts_are_those_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    frames_ = [long_frame(SENDER, bytes.fromhex("426c") + bytes([1 + i % 28, 0x32])) for i in range(90)]
    whole = rows_of(decode_batch(frames_).contents())
    monkeypatch.setattr(reread_module, "_PART", 40)
    assert rows_of(decode_batch(frames_).contents()) == whole
    none = decode_batch(frames_[:0]).contents()
    assert len(none) == len(none.meter) == 0


def test_contents_travel_over_arrow_in_no_zone() -> None:
    frames_ = [long_frame(SENDER, bytes.fromhex("426c4132 036d 1e0f10 0dfd11026261 046dffffffff"))]
    table = pa.table(decode_batch(frames_).contents())
    assert table.schema.field("clock").type == pa.timestamp("s")
    assert table["type"].to_pylist() == ["date", "time", "text", None]
    assert table["clock"].to_pylist() == [dt.datetime(2026, 2, 1), None, None, None]
    assert table["time_of_day"].to_pylist()[1] == dt.time(16, 15, 30)
    assert table["text"].to_pylist() == [None, None, "ab", None]
    assert table["meter"].to_pylist() == ["10000001"] * 4


def test_contents_are_pickled_by_themselves_and_not_with_the_batch() -> None:
    batch = decode_batch([long_frame(SENDER, bytes.fromhex("426c4132"))])
    contents = batch.contents()
    assert rows_of(pickle.loads(pickle.dumps(contents))) == rows_of(contents)
    with pytest.raises(LookupError, match="contents"):
        pickle.loads(pickle.dumps(batch)).contents()
