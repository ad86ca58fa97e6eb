"""JSON lines, CSV and parquet are written from columns where telegrams are alike, and say what single decoding says."""

from __future__ import annotations

import base64
import csv
import datetime as dt
import functools
import io
import itertools
import json
import math
import random
import struct

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from hypothesis import given, settings
from hypothesis import strategies as st

from divako.cli import main
from divako.cli._arrow import Columns, columns_of_chunk
from divako.cli._columns import rows_of_chunk
from divako.cli._csv import csv_of_chunk
from divako.cli._json import lines_of_chunk
from divako.cli._rows import COLUMNS, Cells, cells_of
from divako.codec import AesKey
from divako.convert import rfc3339, telegram_document
from divako.drivers import MbusDriver, available, for_device, load
from divako.model import Mvt
from divako.pipeline import Item, _chunks, decode_items, read_items
from divako.pipeline._chunks import decode_chunks
from divako.simulate import Address, compact_records, encode_record, long_frame, wireless_frame
from divako.stores import Line
from divako.telegrams import KeyStore
from divako.telegrams._in_layouts import decode_alike
from divako.testing import frames as frames_like


KEY = "000102030405060708090A0B0C0D0E0F"
METERS = [f"2000000{i}" for i in range(5)]
KEYS = {METERS[4]: KEY}
NIGHT = np.datetime64("2026-01-02T03:04:05.678", "ms")
NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


def header(text: str) -> bytes:
    return bytes.fromhex(text)


def records_of(layout: int, i: int) -> bytes:
    """Make records of numbers, dates, texts, a missing value, an unknown quantity and a maximum."""
    clock = dt.datetime(2026, 3, 1, i % 24, 30)
    number = encode_record(header("0413"), 1000 * i)
    float_ = header("055b") + struct.pack("<f", [math.nan, -0.0, math.inf, 1e22, 20.25 + i][i % 5])
    date = encode_record(header("426c"), dt.date(2025, 12, 31))
    time = encode_record(header("046d"), None if i % 7 == 0 else clock, summer_time=i % 2 == 0)
    text = encode_record(header("0dfd0b"), f'a,"%s{i % 3}')
    fabrication = encode_record(header("0c78"), 12345678 + i % 2)
    missing = encode_record(header("0a5a"), None if i % 5 == 0 else 21)
    unknown = header("02ff11") + bytes([i % 3, 0])
    most = encode_record(header("1413"), i)
    history = encode_record(header("c40113"), 7 * i)
    own = header("0f") + b"maker"
    kinds = [
        number + time + history,
        fabrication + number + text + missing,
        number + unknown + most + date + own,
        date + time,
        float_ + number,
        own,
    ]
    return kinds[layout % len(kinds)]


def telegram(rng: random.Random, i: int) -> bytes:
    """Make the telegram of some meter; each meter has a layout and a form of its own."""
    which = rng.randrange(8)
    sender = Address(METERS[which % 5], Mvt(manufacturer="DVK", version=which, device_type=7))
    records, status = records_of(which, i), rng.choice([0, 0, 4])
    if which == 4:
        frame = wireless_frame(sender, records, key=AesKey(bytes.fromhex(KEY)), access_number=i % 256, status=status)
    elif which == 0 and rng.random() < 0.1:
        body = compact_records(records)
        frame = wireless_frame(sender, body, header="none", content="compact", frame_format="stripped")
    elif which % 2:
        frame = long_frame(sender, records, access_number=i % 256, status=status)
    else:
        frame = wireless_frame(sender, records, frame_format=rng.choice(["A", "B"]), status=status)
    if rng.random() < 0.05:
        at = rng.randrange(len(frame))
        frame = frame[:at] + bytes([frame[at] ^ 1 << rng.randrange(8)]) + frame[at + 1 :]
    return frame


def uplink(rng: random.Random, i: int) -> dict[str, object]:
    """Make an uplink, in an envelope or not, now and then damaged."""
    device, f_port = rng.choice([("axioma_w1", 100), ("axioma_w1", 100), ("elvaco_cmi4110", 2)])
    payload = bytearray(for_device(device).examples[0].payload)
    payload[4] = rng.choice([0, 0, 0, 4, 16])  # of the W1 its status
    payload[6] += i % 16  # and the counter, not less than its history says
    if rng.random() < 0.1:
        payload[rng.randrange(len(payload))] ^= 1 << rng.randrange(8)
    if rng.random() < 0.05:
        del payload[rng.randrange(len(payload)) :]
    if rng.random() < 0.2:
        return {"hex": payload.hex(), "link": "lorawan", "meter": "0a", rng.choice(["device", "x"]): device}
    gateways = [{"gatewayId": "g", "rssi": -80, "snr": rng.choice([7.5, -1])}]
    data = base64.b64encode(payload).decode()
    document = {"deviceInfo": {"devEui": f"{i % 7:016x}"}, "fCnt": i, "fPort": f_port, "data": data, "rxInfo": gateways}
    if rng.random() < 0.5:
        document["time"] = (NOON + dt.timedelta(minutes=i)).isoformat()
    return document if rng.random() < 0.8 else {"document": document, "id": i, "device": device}


def lines_of(seed: int, n: int, uplinks: float = 0.04) -> Iterator[str]:
    """Give lines of every kind, most of them plain telegrams."""
    rng = random.Random(seed)
    for i in range(n):
        line: dict[str, object] = {"hex": telegram(rng, i).hex()}
        if rng.random() < 0.5:
            line["received_at"] = (NOON + dt.timedelta(seconds=rng.randrange(90), milliseconds=250)).isoformat()
        if rng.random() < 0.3:
            line["id"] = rng.choice([f'x,"{i}', i, ""])
        if rng.random() < 0.03:
            line["key"] = KEY
        if rng.random() < uplinks:
            line = uplink(rng, i)
        yield rng.choice(["no telegram", "00", "{}"]) if rng.random() < 0.02 else json.dumps(line)


def items_of(seed: int, n: int, uplinks: float = 0.04) -> list[Item]:
    return list(read_items(Line(file="t", number=i, text=text) for i, text in enumerate(lines_of(seed, n, uplinks), 1)))


def grouped(items: list[Item], size: int) -> Iterator[list[Item]]:
    waiting = iter(items)
    return iter(lambda: list(itertools.islice(waiting, size)), [])


def written(rows: Sequence[Sequence[object]]) -> str:
    """Write rows as the standard library writes CSV."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def cells_in(columns: Columns) -> list[Cells]:
    """Write columns as the rows that they stand for."""
    out: list[list[object]] = []
    for name in COLUMNS:
        if name in columns.codes:
            words = [*columns.words[name], None]
            out.append([words[code] for code in columns.codes[name]])
        elif name == "time":
            out.append([rfc3339(time) for time in columns.numbers[name]])
        else:
            out.append([None if cell != cell else cell for cell in columns.numbers[name].tolist()])  # noqa: PLR0124 - NaN
    return list(zip(*out, strict=True))


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 1 << 32), size=st.sampled_from([1, 40, 333, 5000]))
def test_what_is_written_is_that_of_single_telegrams(seed: int, size: int) -> None:
    together = alike_and_checked(items_of(seed, 900), size)
    assert (together > 0) == (size >= 333)  # of fewer, no layout is worth columns


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 1 << 32), size=st.sampled_from([31, 250]))
def test_what_is_written_of_uplinks_is_that_of_single_uplinks(seed: int, size: int) -> None:
    together = alike_and_checked(items_of(seed, 250, uplinks=0.95), size)
    assert (together > 0) == (size == 250)


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 1 << 32), size=st.sampled_from([100, 200, 600]))
def test_what_is_written_of_compact_frames_is_that_of_single_telegrams(seed: int, size: int) -> None:
    rng = random.Random(seed)
    frames: list[bytes] = []
    for i in range(600):
        which = rng.randrange(2)
        sender = Address(METERS[which], Mvt(manufacturer="DVK", version=which, device_type=7))
        records = records_of(3 + which, i)
        if rng.random() < 0.1:
            frame = wireless_frame(sender, records, header="none", frame_format="stripped")
        else:
            body = compact_records(records)
            frame = wireless_frame(sender, body, header="none", content="compact", frame_format="stripped")
        frames.append(frame[:-1] if rng.random() < 0.02 else frame)
    items = [Item(file="t", line=i, frame=frame, frame_format="stripped") for i, frame in enumerate(frames, 1)]
    together = alike_and_checked(items, size)
    assert (together > 150) == (size < 600)  # formats come from the groups before


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_what_is_written_of_meters_with_drivers_is_that_of_single_telegrams(data: st.DataObject) -> None:
    drivers = [
        load(name) for name in data.draw(st.lists(st.sampled_from(available(link="mbus")), min_size=1, max_size=4))
    ]
    frames = [
        frame
        for driver in drivers
        if isinstance(driver, MbusDriver)
        for frame, _ in data.draw(st.lists(frames_like(driver), min_size=1, max_size=5))
    ]
    items = [Item(file="t", line=at, frame=frame, received_at=NIGHT) for at, frame in enumerate(2 * frames, 1)]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(_chunks, "_FEW", 1)
        patched.setattr(_chunks, "decode_alike", functools.partial(decode_alike, _min_rows=1))
        alike_and_checked(items, 100)


def alike_and_checked(items: list[Item], size: int) -> int:
    """Hold all that is written of items against what is written one by one; give how many went together."""
    keys = KeyStore.from_mapping(KEYS)
    rows: list[list[Cells]] = []
    in_columns: list[Cells] = []
    lines: list[str] = []
    texts: list[str] = []
    together = 0
    for chunk in decode_chunks(grouped(items, size), keys=keys):
        documents = {place: telegram_document(one) for place, one in chunk.others.items()}
        together += len(chunk) - len(chunk.others)
        rows += map(list, rows_of_chunk(chunk, documents))
        in_columns += cells_in(columns_of_chunk(chunk, documents))
        lines += lines_of_chunk(chunk, documents)
        texts += csv_of_chunk(chunk, documents)
    wanted = [telegram_document(one) for one in decode_items(items, keys=keys)]
    cells = [list(cells_of(document)) for document in wanted]
    assert lines == [json.dumps(document, allow_nan=False) + "\n" for document in wanted]
    assert repr(rows) == repr(cells)  # the sign of zero counts too
    assert repr(in_columns) == repr([row for of_telegram in cells for row in of_telegram])
    assert texts == list(map(written, cells))
    return together


def test_the_columns_of_files_hold_what_single_telegrams_say(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    (tmp_path / "t.jsonl").write_text("".join(f"{line}\n" for line in lines_of(3, 1500)))
    (tmp_path / "keys.toml").write_text("".join(f'{meter} = "{key}"\n' for meter, key in KEYS.items()))
    said: list[str] = []
    for form in ("csv", "parquet", "jsonl"):
        given_ = ["--keys", str(tmp_path / "keys.toml"), "-o", str(tmp_path / f"o.{form}"), str(tmp_path / "t.jsonl")]
        assert main(["decode", *given_]) == 1
        said.append(capsys.readouterr().err)
    assert len(set(said)) == 1  # what is refused is said alike and in one order
    documents = [json.loads(line) for line in (tmp_path / "o.jsonl").read_text("ascii").splitlines()]
    assert any(document["uplink"] and document["readings"] for document in documents)
    wanted = [row for document in documents for row in cells_of(document)]
    assert (tmp_path / "o.csv").read_text("utf-8") == written([COLUMNS, *wanted])
    table = parquet.read_table(tmp_path / "o.parquet")
    for name, cells in zip(COLUMNS, zip(*wanted, strict=True), strict=True):
        read = (
            [None if cell is None else dt.datetime.fromisoformat(cell) for cell in cells] if name == "time" else cells
        )
        assert table[name].to_pylist() == list(read), name
