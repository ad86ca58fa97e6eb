"""Lines of JSON and tables of Arrow: what they say of frames is what `decode` is told."""

from __future__ import annotations

import base64
import datetime as dt
import json

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from divako.codec import AesKey
from divako.errors import DivakoError, InputError
from divako.model import Mvt
from divako.pipeline import decode_items, read_items
from divako.simulate import Address, long_frame, wireless_frame
from divako.stores import Line
from divako.telegrams import KeyStore, Received, decode_batch, decode_blocks, iterate_batches


ZERO = "00" * 16
STORE = KeyStore.from_mapping({"10000003": ZERO})
SENDER = Address("10000003", Mvt(manufacturer="DVK", version=1, device_type=7))
VOLUME = bytes.fromhex("0413 39300000")
PLAIN, SECRET = long_frame(SENDER, VOLUME), wireless_frame(SENDER, VOLUME, key=AesKey(bytes(16)), access_number=3)
STATUS = bytes.fromhex("808d566910")  # a payload of axioma_w1 on port 103
EUI = "0102030405060708"
UPLINK: dict[str, Any] = {
    "end_device_ids": {"dev_eui": EUI},
    "received_at": "2026-01-01T01:00:00Z",
    "uplink_message": {"f_port": 103, "frm_payload": base64.b64encode(STATUS).decode()},
}

hexes = st.sampled_from([PLAIN.hex(), SECRET.hex(":"), STATUS.hex(), PLAIN[:-2].hex(), "", "4", "xy"])
objects = st.fixed_dictionaries(
    {"hex": hexes | st.none() | st.just(7)},
    optional={
        "id": st.sampled_from(["a", 1, None, [], True]),
        "received_at": st.sampled_from(["2026-01-01T01:00:00+01:00", "2026-01-01T01:00:00", None, "now"]),
        "fport": st.sampled_from([103, 104, None, "103", True]),
        "device": st.sampled_from(["axioma_w1", "Axioma Qalcosonic W1", "no such", None, 7]),
        "frame_format": st.sampled_from(["A", "B", "stripped", "stripped-B", "long", None]),
        "link": st.sampled_from(["lorawan", "wmbus", "else"]),
        "meter": st.sampled_from([EUI.upper(), "", None]),
        "key": st.sampled_from([ZERO, "01" * 16, "0", None]),
        "keys": st.sampled_from([{"encryption_key": ZERO}, {"else": "01"}, {}, 7]),
        "context": st.sampled_from([[], [7], "else", None]),
        "format": st.sampled_from(["0413", "0", None]),
    },
)
envelopes = st.sampled_from(
    [
        UPLINK,
        {"document": UPLINK, "device": "axioma_w1"},
        {"document": UPLINK, "device": "elvaco_cmi4110"},
        {"document": UPLINK, "id": 1.5},
        {"document": {"else": 7}, "device": 7},
        {"document": 7},
        {"else": 7},
        UPLINK | {"uplink_message": {"frm_payload": base64.b64encode(STATUS).decode()}},
    ]
)
lines = st.one_of(objects.map(json.dumps), envelopes.map(json.dumps), hexes, st.sampled_from(["{", "# said", " "]))


@settings(max_examples=150, deadline=None)
@given(st.lists(lines, max_size=12), st.sampled_from([1, 1000]))
def test_lines_are_decoded_as_the_command_decodes_them(all_same: Any, texts: list[str], min_rows: int) -> None:
    received = Received.of_lines(texts)
    batch = decode_batch(received, keys=STORE, errors="collect", _min_rows=min_rows)
    row = -1
    for number, text in enumerate(texts, 1):
        for wanted in decode_items(read_items([Line("file", number, text)]), keys=STORE):
            row += 1
            assert received.line is not None
            assert received.line[row] == number
            code = batch.telegrams.error[row]
            if wanted.telegram is None:
                assert wanted.error is not None
                assert batch.telegrams.error_codes[code] == wanted.error.code
                continue
            assert code == -1
            assert batch.telegram_at(row) == evolve(wanted.telegram, uplink=None)
    assert row == len(batch) - 1
    all_same(decode_batch(Received.of_lines("\n".join(texts).encode()), keys=STORE, errors="collect"), batch)


def test_a_line_refused_is_named_by_its_row_and_found_by_its_number() -> None:
    text = b"\xef\xbb\xbf" + json.dumps({"hex": PLAIN.hex()}).encode() + b"\r\n\n\xff\n" + PLAIN.hex().encode()
    received = Received.of_lines(text)
    batch = decode_batch(received, errors="collect")
    assert received.line is not None
    assert received.line[batch.errors.row].tolist() == [3]
    assert batch.telegrams.error.tolist() == [-1, 0, -1]
    assert not Received.of_lines(
        text.replace(b"\xff", b"").decode()
    ).refused  # of a text, a mark at its start is none of it
    with pytest.raises(InputError, match="UTF-8"):
        decode_batch(received)
    with pytest.raises(InputError, match="formats"):
        decode_batch(Received.of_lines([json.dumps({"hex": PLAIN.hex(), "context": [PLAIN.hex()]})]))


@given(st.datetimes(timezones=st.timezones()))
def test_times_of_receipt_are_those_of_their_text(time: dt.datetime) -> None:
    text = time.isoformat()
    given_ = dt.datetime.fromisoformat(text)  # a text has offsets, and what a zone was called is lost
    received = Received.of_lines([json.dumps({"hex": "", "received_at": text})])
    try:
        wanted = np.datetime64(given_.astimezone(dt.UTC).replace(tzinfo=None), "ms")
    except OverflowError:
        assert list(received.refused) == [0]
    else:
        assert isinstance(received.received_at, np.ndarray)
        assert received.received_at.tolist() == [wanted.item()]


columns = st.lists(
    st.tuples(
        st.sampled_from([PLAIN, STATUS, SECRET, None]),
        st.sampled_from([None, 0, 1_767_225_600]),
        st.sampled_from([None, "A", "B"]),
        st.sampled_from([None, 103, 104]),
        st.sampled_from([None, "axioma_w1", "no such"]),
        st.sampled_from(["", EUI]),
    ),
    max_size=10,
)


@settings(max_examples=100, deadline=None)
@given(columns, st.sampled_from(["s", "ms", "us", "ns"]), st.sampled_from([1, 1000]), st.booleans())
def test_columns_of_arrow_say_what_sequences_say(
    all_same: Any, rows: list[Any], unit: str, min_rows: int, coded: bool
) -> None:
    frames, times, formats, ports, devices, meters = ([row[at] for row in rows] for at in range(6))
    text = pa.dictionary(pa.int8(), pa.string()) if coded else pa.string_view()
    said = {
        "received_at": pa.array(times, pa.timestamp("s", "UTC")).cast(pa.timestamp(unit, "Europe/Oslo")),
        "frame_format": pa.array(formats, text),
        "f_port": pa.array(ports, pa.uint8()),
        "device": pa.array(devices, text),
        "meter_ids": pa.array(meters, text),
    }
    wanted = decode_batch(
        frames,
        received_at=np.array([np.datetime64("NaT") if one is None else one for one in times], "datetime64[s]"),
        frame_format=formats,
        f_port=ports,
        device=devices,
        meter_ids=meters,
        keys=STORE,
        errors="collect",
        _min_rows=min_rows,
    )
    asked: dict[str, Any] = {"keys": STORE, "errors": "collect", "_min_rows": min_rows}
    all_same(decode_batch(pa.array(frames, pa.binary()), **said, **asked), wanted)
    names = {"received_at": "received_at", "f_port": "fport", "meter_ids": "meter"}
    table = pa.table({"payload": pa.array(frames, pa.binary()), **{names.get(n, n): c for n, c in said.items()}})
    all_same(decode_batch(Received.of_table(table), **asked), wanted)


def test_data_frames_bring_their_columns(all_same: Any) -> None:
    pl = pytest.importorskip("polars")
    pd = pytest.importorskip("pandas", minversion="3")
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    columns = {"hex": [PLAIN.hex(), STATUS.hex()] * 30, "received_at": [now, None] * 30, "fport": [None, 103] * 30}
    wanted = decode_batch(Received.of_table(pa.table(columns)))
    assert (wanted.telegrams.error == -1).all()
    frame = pl.DataFrame(columns)
    all_same(decode_batch(Received.of_table(frame)), wanted)
    all_same(decode_batch(Received.of_table(pl.concat([frame[:7], frame[7:]]))), wanted)
    all_same(decode_batch(frame["hex"], received_at=frame["received_at"], f_port=frame["fport"]), wanted)
    frame = pd.DataFrame(columns | {"fport": pd.Series(columns["fport"], dtype="Int64")})
    all_same(decode_batch(Received.of_table(frame)), wanted)
    all_same(
        decode_batch(frame["hex"].astype("category"), received_at=frame["received_at"], f_port=frame["fport"]), wanted
    )


@pytest.mark.parametrize("min_rows", [1, 1000])
def test_arrays_of_numpy_say_what_sequences_say(all_same: Any, min_rows: int) -> None:
    payloads = [STATUS] * 3
    wanted = decode_batch(payloads, f_port=[103] * 3, meter_ids=["a", "", "b"], _min_rows=min_rows)
    for port in (np.full(3, 103, "uint8"), np.int64(103)):
        for names in (np.array(["a", "", "b"]), ["a", None, "b"], np.array(["a", None, "b"], dtype=object)):
            got = decode_batch(payloads, f_port=port, meter_ids=names, _min_rows=min_rows)
            all_same(got, wanted)
            assert [type(name) for name in got.telegrams.meter_ids] == [str] * 3


def test_columns_may_be_called_otherwise_but_not_guessed_at() -> None:
    table = pa.table({"a": [PLAIN], "b": pa.array([0], pa.timestamp("ms", "UTC")), "frame": [PLAIN], "hex": ["00"]})
    got = decode_batch(Received.of_table(table, columns={"frames": "a", "received_at": "b"}))
    assert got.readings.time.tolist() == [dt.datetime(1970, 1, 1)]
    for wrong in ({}, {"frames": "c"}, {"frames": "a", "device": "c"}):
        with pytest.raises(InputError, match="column"):
            Received.of_table(table, columns=wrong)
    with pytest.raises(ValueError, match="columns are"):
        Received.of_table(table, columns={"frame": "a"})
    with pytest.raises(TypeError, match="speaks Arrow"):
        Received.of_table({"hex": ["00"]})  # type: ignore[arg-type]
    with pytest.raises(InputError, match="no column"):
        Received.of_table(pa.table({"received_at": [0]}))


def test_an_instant_that_milliseconds_cannot_count_is_refused_in_its_row() -> None:
    times = pa.array([0, 1 << 60], pa.timestamp("s", "UTC"))
    batch = decode_batch([PLAIN, PLAIN], received_at=times, errors="collect")
    assert batch.errors.row.tolist() == [1]
    with pytest.raises(InputError, match="beyond"):
        batch.telegram_at(1)


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"received_at": pa.array([0], pa.timestamp("ms"))}, InputError),
        ({"received_at": pa.array([0])}, InputError),
        ({"received_at": [np.datetime64(0, "ms")]}, TypeError),
        ({"received_at": np.array([0])}, TypeError),
        ({"received_at": np.zeros(2, "datetime64[ms]")}, ValueError),
        ({"received_at": pa.array([0, 0], pa.timestamp("ms", "UTC"))}, ValueError),
        ({"f_port": pa.array([1.0])}, InputError),
        ({"f_port": pa.array([1, 2])}, ValueError),
        ({"f_port": "1"}, TypeError),
        ({"f_port": [1.0]}, TypeError),
        ({"f_port": np.float64(1)}, TypeError),
        ({"device": 1}, TypeError),
        ({"device": [b"axioma_w1"]}, TypeError),
        ({"device": pa.array([1])}, InputError),
        ({"meter_ids": "a"}, TypeError),
        ({"meter_ids": ["a", "b"]}, ValueError),
    ],
)
def test_what_is_said_in_another_way_is_refused_as_a_whole(said: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        decode_batch([PLAIN], errors="collect", **said)


def test_nothing_is_said_twice() -> None:
    received = Received.of_lines([PLAIN.hex()])
    with pytest.raises(TypeError, match="evolve"):
        decode_batch(received, f_port=1)
    assert decode_batch(evolve(received, received_at=np.datetime64(0, "ms"))).readings.time.tolist() == [
        dt.datetime(1970, 1, 1)
    ]


def test_many_at_a_time_are_a_batch_of_their_own() -> None:
    some = Received.of_lines([PLAIN.hex()] * 5)
    table = pa.table({"frame": [PLAIN] * 4})
    told: list[int] = []
    parts = iterate_batches(
        [PLAIN, some, PLAIN, PLAIN, PLAIN, *table.to_batches(max_chunksize=2)], size=2, progress=told.append
    )
    assert [len(part) for part in parts] == [1, 5, 2, 1, 2, 2]
    assert told == [1, 6, 8, 9, 11, 13]
    for whole in (table, some):
        with pytest.raises(TypeError, match="in turn"):
            next(iterate_batches(whole))  # type: ignore[arg-type] # what is tried
    blocks = decode_blocks(Received.of_lines([PLAIN.hex()] * 50))
    assert [len(block.telegram) for block in blocks.blocks] == [50]


def test_a_key_of_a_line_is_not_shown() -> None:
    key = "0123456789abcdef0123456789abcdef"
    received = Received.of_lines([json.dumps({"hex": SECRET.hex(), "key": key})])
    assert key not in repr(received)
    with pytest.raises(DivakoError) as caught:
        decode_batch(received)
    assert key not in str(caught.value)
