"""Batches: the forms in which frames come, and what is said of them."""

from __future__ import annotations

import gc
import pickle
import weakref

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from divako.errors import DivakoError, InputError
from divako.model import Mvt
from divako.simulate import Address, long_frame
from divako.telegrams import KeyStore, Received, decode, decode_batch, decode_blocks, iterate_batches
from divako.telegrams import _book as book_module
from divako.telegrams._book import Book
from divako.telegrams._walk import _Shared


NOW = np.datetime64("2026-01-02T03:04:05.678", "ms")
SENDER = Address("10000001", Mvt(manufacturer="DVK", version=1, device_type=7))


def frames_of(n: int) -> list[bytes]:
    return [
        long_frame(SENDER, bytes.fromhex("0413") + i.to_bytes(4, "little"), access_number=i % 256) for i in range(n)
    ]


def test_damaged_telegrams_cost_only_themselves() -> None:
    frames = frames_of(3000)
    bad = range(7, 3000, 100)
    for i in bad:
        frames[i] = frames[i][:12] + bytes([frames[i][12] ^ 0x10]) + frames[i][13:]
    batch = decode_batch(frames, errors="collect")
    assert batch.errors.row.tolist() == list(bad)
    assert batch.readings.count.tolist() == [i for i in range(3000) if i not in bad]


def test_frames_come_in_many_forms(all_same: Any) -> None:
    frames = frames_of(50)
    wanted = decode_batch(frames)
    width = len(frames[0])
    offsets = np.arange(51) * width
    for given_ in (
        [frame.hex() for frame in frames],
        [frame.hex(" ") for frame in frames],
        [bytearray(frame) for frame in frames],
        (b"".join(frames), offsets),
        np.frombuffer(b"".join(frames), dtype="uint8").reshape(50, width),
        np.array(frames, dtype=object),
        pa.array(frames),
        pa.array(frames, pa.large_binary()),
        pa.array([frame.hex() for frame in frames]),
        pa.chunked_array([frames[:20], frames[20:]]),
        pa.table({"frame": frames}),
        pa.array(frames, pa.binary_view()),
        pa.array(frames, pa.binary(width)),
    ):
        all_same(decode_batch(given_), wanted)
    all_same(decode_batch(pa.array(frames)[10:20]), decode_batch(frames[10:20]))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.none() | st.sampled_from(frames_of(2)) | st.sampled_from([b"", b"h"]) | st.binary(max_size=300), max_size=40
    ),
    st.sampled_from(["", " ", "\u00e6", "0"]),
    st.integers(0, 5),
)
def test_frames_of_any_lengths_are_the_same_in_every_form(
    all_same: Any, frames: list[bytes | None], odd: str, cut: int
) -> None:
    wanted = decode_batch(frames, errors="collect", _min_rows=2)
    for given_ in (pa.array(frames, pa.binary()), pa.array(frames, pa.binary_view())):
        all_same(decode_batch(given_, errors="collect", _min_rows=2), wanted)
        all_same(
            decode_batch(given_[cut:], errors="collect", _min_rows=2),
            decode_batch(frames[cut:], errors="collect", _min_rows=2),
        )
    texts = [None if frame is None else frame.hex() + odd * (i % 3 == 0) for i, frame in enumerate(frames)]
    wanted = decode_batch(texts, errors="collect", _min_rows=2)
    all_same(decode_batch(pa.array(texts, pa.string()), errors="collect", _min_rows=2), wanted)
    for i, text in enumerate(texts):
        if text is not None:
            one = decode_batch([text], errors="collect")
            assert (wanted.telegrams.error[i] < 0) == (one.telegrams.error[0] < 0)


def test_what_is_no_frame_is_refused_by_its_row() -> None:
    frames = frames_of(40)
    for given_ in ([*frames, "6g"], [*(f.hex() for f in frames), "abc"], pa.array([*frames, None]), [*frames, None]):
        batch = decode_batch(given_, errors="collect")
        assert batch.errors.row.tolist() == [40]
        assert batch.errors.codes == ("input",)
        with pytest.raises(InputError):
            decode_batch(given_)
    with pytest.raises(InputError):
        decode_batch(pa.array([1, 2]))
    for wrong in (b"abc", [1], {1}, np.zeros(3), np.zeros((2, 3))):
        with pytest.raises(TypeError):
            decode_batch(wrong)
    for cut in (np.array([b"ab\0", b"c"]), np.array([[b"ab"]])):
        with pytest.raises(TypeError, match="zero bytes"):
            decode_batch(cut)
    for places in ([0, 4], range(5), []):
        with pytest.raises(TypeError, match="offsets are an array"):
            decode_batch((b"abcd", places))
    for offsets in ([3, 2], [0, 99], [-1, 2], []):
        with pytest.raises(ValueError, match="offsets"):
            decode_batch((b"abcd", np.array(offsets, dtype="int64")))
    with pytest.raises(TypeError, match="whole"):
        decode_batch((b"abcd", np.array([0, 2.5])))
    assert len(decode_batch((b"abcd", np.array([1], dtype="uint64")))) == 0


def test_columns_are_as_long_as_the_frames() -> None:
    with pytest.raises(ValueError, match="2 values for 3"):
        decode_batch(frames_of(3), frame_format=["A", "A"])
    with pytest.raises(ValueError, match="errors"):
        decode_batch([], errors="ignore")
    with pytest.raises(ValueError, match="at least one"):
        next(iterate_batches([], size=0))


def test_times_that_are_changed_afterwards_change_no_batch() -> None:
    frames = frames_of(40)
    times = NOW + np.arange(40).astype("timedelta64[ms]")
    kept = times.copy()
    batch = decode_batch(frames, received_at=times)
    times[:] = np.datetime64("1999-01-01", "ms")
    np.testing.assert_array_equal(batch.telegrams.received_at, kept)
    np.testing.assert_array_equal(batch.readings.time, kept)
    assert batch.telegram_at(7) == decode(frames[7], received_at=kept[7])


def test_makers_are_named_once_however_many_they_are() -> None:
    made = np.arange(1 << 15).astype("<u2").tobytes()
    frame = long_frame(SENDER, bytes.fromhex("041339300000"))
    frames = []
    for at in range(0, len(made), 2):
        raw = bytearray(frame)
        raw[11:13] = made[at : at + 2]
        raw[-2] = sum(raw[4:-2]) & 0xFF
        frames.append(bytes(raw))
    batch = decode_batch(frames, errors="collect")
    names = batch.telegrams.manufacturers
    assert names == tuple(sorted(set(names)))
    for row in range(0, len(frames), 1111):
        one = batch.telegram_at(row)
        assert one.mvt is not None
        assert names[batch.telegrams.manufacturer[row]] == one.mvt.manufacturer


def test_an_empty_batch_is_empty() -> None:
    batch = decode_batch([])
    assert (len(batch), len(batch.readings), len(batch.errors)) == (0, 0, 0)


def test_the_first_error_is_raised() -> None:
    frames = frames_of(100)
    frames[50] = frames[50][:-1]
    with pytest.raises(DivakoError) as caught:
        decode_batch(frames)
    assert caught.value.code == "decode.truncated"
    assert caught.value.__notes__ == ["row 50 of the batch"]
    received = Received.of_lines(["00", "nonsense"])
    for _ in range(2):
        with pytest.raises(InputError) as again:
            decode_batch(evolve(received, frames=frames[:2]))
        assert again.value.__notes__ == ["row 1 of the batch"]


def test_what_is_refused_keeps_no_frames_alive() -> None:
    rows = np.zeros((100, 20), dtype="uint8")
    alive = weakref.ref(rows)
    gc.disable()
    try:
        errors = decode_batch(rows, errors="collect").errors
        del rows
        assert alive() is None
    finally:
        gc.enable()
    assert len(errors) == 100


def test_one_telegram_of_a_batch_is_what_decode_gives() -> None:
    frames = frames_of(40)
    batch = decode_batch(frames, received_at=NOW)
    assert batch.telegram_at(7) == decode(frames[7], received_at=NOW)


def test_a_batch_survives_pickling_without_frames_and_keys(all_same: Any) -> None:
    batch = decode_batch(frames_of(40), keys=KeyStore.single(bytes(16)))
    again = pickle.loads(pickle.dumps(batch))
    all_same(again, batch)
    with pytest.raises(LookupError):
        again.telegram_at(0)


def test_tables_travel_over_arrow() -> None:
    frames = frames_of(40)
    frames[3] = b"\0"
    batch = decode_batch(frames, errors="collect")
    heads = pa.table(batch.telegrams)
    assert heads["meter"].to_pylist()[2:5] == ["10000001", None, "10000001"]
    assert heads["error"].null_count == 39
    assert pa.table(batch.readings)["count"].to_pylist() == [i for i in range(40) if i != 3]
    assert pa.table(batch.readings).schema.field("storage").type == pa.int64()
    assert pa.table(batch.errors)["code"].to_pylist() == ["decode.truncated"]


def test_progress_is_told() -> None:
    told: list[tuple[int, int]] = []
    decode_batch(frames_of(40), progress=lambda done, total: told.append((done, total)))
    assert told == [(40, 40)]


def test_garbage_does_not_fill_the_book(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book_module, "MOST_CODES", 20)
    book = book_module.EMPTY
    words = np.arange(1, 200, dtype="uint64") * np.uint64(0x0101)
    for _ in range(3):
        book, codes = book.find(words)
        assert len(book.words) <= 20
        assert (codes[20:] == -1).all()
        assert isinstance(book, Book)


def test_garbage_leaves_room_for_the_headers_of_later_batches(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setattr(book_module, "MOST_CODES", 20)
    monkeypatch.setattr(_Shared, "books", {})
    strange = [long_frame(SENDER, bytes([0x84, i & 0x0F, 0x13, *range(4)])) for i in range(40)]
    strange += [long_frame(SENDER, bytes([0x84, 0x80 | i & 0x0F, i >> 4, 0x13, *range(4)])) for i in range(200)]
    for _ in range(2):
        assert len(decode_batch(strange).readings) == len(strange)
        assert len(_Shared.books[""].words) < 20
    request.getfixturevalue("no_single_decoding")
    assert len(decode_batch(frames_of(50)).readings) == 50


def test_a_batch_is_shown_by_what_it_holds() -> None:
    frames = [*frames_of(50), b""]
    assert repr(decode_batch(frames, errors="collect")) == "Batch(51 telegrams, 50 readings, 1 refused)"
    assert repr(decode_blocks(frames, errors="collect")) == "Blocks(51 telegrams, 1 blocks, 1 refused)"
