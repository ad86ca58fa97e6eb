"""A batch says what single telegrams say, bit for bit, whichever way they go.

Frames are soups of records in every wrapping; some are damaged, and some are none at all.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hypothesis import given, settings
from hypothesis import strategies as st

from divako.codec import AesKey
from divako.errors import DivakoError
from divako.mbus._data import lvar_size
from divako.mbus._meaning import SIZES
from divako.model import Mvt, Telegram, readings_of_records
from divako.simulate import Address, ExtendedLink, Protection, long_frame, wireless_frame
from divako.telegrams import _batch as batch_module
from divako.telegrams import decode, decode_batch, iterate_batches


INFINITY = 10**9
FORMS: list[Any] = ["A", "B", "stripped", "stripped"]
NOW = np.datetime64("2026-01-02T03:04:05.678", "ms")
HEADERS = [
    *("0413", "0c13", "0a5a", "0259", "0161", "0922", "0e06", "0611", "0714", "0503", "0571", "0b3b", "4406", "c40106"),
    *("8c1006", "84c08003ff2a", "04ed7f", "046d", "426c", "036d", "066d", "0c78", "0d78", "0dfd11", "0d13", "04933c"),
    *("02fd17", "04fd17", "07fd17", "01fd0b", "02fd61", "07fd61", "0413", "041300", "03ff13", "05ff", "07ff01", "00fd"),
    *("0813", "0413", "1413", "2413", "3413", "0493 18".replace(" ", ""), "0493 15".replace(" ", ""), "04fb2a"),
    *("0c7c026d33", "0dfb00", "0df913", "048014", "04a014", "84808080800113", "8d04931e", "0f", "1f", "2f", "2f2f2f"),
]
KEY, OTHER = AesKey(bytes(range(16))), AesKey(bytes(16))
ADDRESS = Address("10000001", Mvt(manufacturer="ADP", version=3, device_type=0x37))
NUMBERS = ["10000001", "10000002", "99999999", "00000000"]

digits = st.integers(0, 9)
packed = st.tuples(digits, digits).map(lambda pair: pair[0] << 4 | pair[1])


def field(size: int) -> st.SearchStrategy[bytes]:
    """Give data of every kind, often with the codes that mean something."""
    return st.one_of(
        st.binary(min_size=size, max_size=size),
        st.lists(packed, min_size=size, max_size=size).map(bytes),
        st.sampled_from([b"\xff" * size, bytes(size), (b"\0" * size)[1:] + b"\x80", (b"\0" * size)[1:] + b"\xf0"]).map(
            lambda raw: raw[:size]
        ),
    )


@st.composite
def record(draw: st.DrawFn) -> bytes:
    header = bytes.fromhex(draw(st.sampled_from(HEADERS)))
    if header[0] & 0x0F == 0x0F:
        return header
    size = SIZES[header[0] & 0x0F]
    if size < 0:
        lvar = draw(st.sampled_from([0, 1, 5, 0xC0, 0xC2, 0xC9, 0xD3, 0xE0, 0xE4, 0xE9, 0xF0, 0xFA]))
        size = lvar_size(lvar) or 0
        header += bytes([lvar])
    return header + draw(field(size))


records = st.lists(record(), max_size=8).map(b"".join).filter(lambda raw: len(raw) < 120)


@st.composite
def layouts(draw: st.DrawFn) -> list[bytes]:
    """Give a few bodies, many of them of one layout."""
    base = draw(records)
    some = [base] * draw(st.integers(1, 4))
    return [*some, *draw(st.lists(records, max_size=3))]


protections = st.one_of(
    st.builds(Protection, mode=st.just(5), key=st.sampled_from([KEY, OTHER])),
    st.builds(Protection, mode=st.just(5), key=st.just(KEY), blocks=st.just(1)),
    st.builds(Protection, mode=st.sampled_from([0, 5, 7, 10]), key=st.sampled_from([KEY, OTHER]), code_size=st.just(8)),
    st.builds(Protection, mode=st.sampled_from([7, 10]), key=st.just(KEY), counter=st.integers(0, 9)),
)
links = st.one_of(
    st.builds(ExtendedLink, access_number=st.integers(0, 255)),
    st.builds(ExtendedLink, address=st.just(ADDRESS)),
    st.builds(ExtendedLink, session=st.integers(0, 9), key=st.sampled_from([None, KEY, OTHER])),
    st.builds(ExtendedLink, address=st.just(ADDRESS), session=st.integers(0, 9), key=st.sampled_from([None, KEY])),
)


@st.composite
def wrapped(draw: st.DrawFn, body: bytes) -> bytes:
    sender = Address(
        draw(st.sampled_from(NUMBERS)),
        Mvt(manufacturer=draw(st.sampled_from(["DVK", "ZZZ"])), version=draw(st.sampled_from([0, 7])), device_type=4),
    )
    common: dict[str, Any] = {
        "access_number": draw(st.integers(0, 255)),
        "status": draw(st.sampled_from([0, 0, 4, 0xFF])),
    }
    if draw(st.booleans()):
        return long_frame(sender, body, **common)
    header: Any = draw(st.sampled_from(["short", "long", "none"]))
    protection = draw(st.none() | protections) if header != "none" else None
    extended = draw(st.none() | links)
    return wireless_frame(
        sender,
        body,
        frame_format=draw(st.sampled_from(FORMS)),
        header=header,
        protection=protection,
        extended=extended,
        **common,
    )


@st.composite
def damaged(draw: st.DrawFn, frame: bytes) -> bytes:
    raw = bytearray(frame)
    match draw(st.sampled_from(["bit", "byte", "cut", "more"])):
        case "bit":
            raw[draw(st.integers(0, len(raw) - 1))] ^= 1 << draw(st.integers(0, 7))
        case "byte":
            raw[draw(st.integers(0, len(raw) - 1))] = draw(st.integers(0, 255))
        case "cut":
            del raw[draw(st.integers(0, len(raw) - 1)) :]
        case _:
            raw += draw(st.binary(min_size=1, max_size=4))
    return bytes(raw)


@st.composite
def batches(draw: st.DrawFn) -> list[bytes]:
    """Give frames of a few layouts in mixed wrappings; some of them damaged, some no frames at all."""
    frames: list[bytes] = []
    for body in draw(layouts()):
        frame = draw(wrapped(body))
        frames.append(draw(damaged(frame)) if draw(st.integers(0, 4)) == 0 else frame)
    frames += draw(st.lists(st.binary(max_size=40), max_size=2))
    return draw(st.permutations(frames))


slow = settings(max_examples=60, deadline=None)


class Keys:
    """One meter has the right key, one the wrong one, and the others none."""

    def key_of(self, meter_id: str, mvt: Mvt | None) -> AesKey | None:
        return {NUMBERS[0]: KEY, NUMBERS[1]: OTHER}.get(meter_id)


def outcome(frame: bytes, **more: Any) -> Telegram | DivakoError:
    try:
        return decode(frame, **more)
    except DivakoError as error:
        return error


@slow
@given(batches(), st.sampled_from([None, NOW]), st.sampled_from([None, "A", "B", "stripped"]))
def test_a_batch_is_its_telegrams_one_by_one(
    same: Any, frames: list[bytes], received_at: np.datetime64 | None, frame_format: str | None
) -> None:
    asked: dict[str, Any] = {"keys": Keys(), "received_at": received_at, "frame_format": frame_format}
    alone = [outcome(frame, **asked) for frame in frames]
    good = [(i, one) for i, one in enumerate(alone) if isinstance(one, Telegram)]
    readings, place = readings_of_records([t.meter_id for _, t in good], [t.records for _, t in good])
    for min_rows in (1, 16, INFINITY):
        batch = decode_batch(frames, errors="collect", _min_rows=min_rows, **asked)
        same(batch.readings, readings)
        assert batch.telegram.tolist() == [good[p][0] for p in place]
        table = batch.telegrams
        for i, one in enumerate(alone):
            code = table.error[i]
            if isinstance(one, DivakoError):
                assert table.error_codes[code] == one.code
                continue
            assert code == -1
            assert table.meter_ids[table.meter[i]] == one.meter_id
            assert table.links[table.link[i]] == one.link
            assert table.media[table.medium[i]] == one.medium.value
            assert table.securities[table.security[i]] == one.security
            assert table.verdicts[table.verdict[i]] == one.verdict.value
            assert table.status[i] == one.status
            assert table.header_known[i] == (one.access_number is not None)
            if one.access_number is not None:
                assert (table.access_number[i], table.status_byte[i]) == (one.access_number, one.status_byte)
            assert table.model_known[i] == (one.mvt is not None)
            if one.mvt is not None:
                assert table.manufacturers[table.manufacturer[i]] == one.mvt.manufacturer
                assert (table.version[i], table.device_type[i]) == (one.mvt.version, one.mvt.device_type)
        errors = [(i, e) for i, e in enumerate(alone) if isinstance(e, DivakoError)]
        assert batch.errors.row.tolist() == [i for i, _ in errors]
        assert [batch.errors.codes[c] for c in batch.errors.code] == [e.code for _, e in errors]


@slow
@given(batches(), st.randoms(use_true_random=False))
def test_shuffling_the_frames_permutes_the_answer(frames: list[bytes], random: Any) -> None:
    order = list(range(len(frames)))
    random.shuffle(order)
    one = decode_batch(frames, keys=Keys(), errors="collect", _min_rows=2)
    other = decode_batch([frames[i] for i in order], keys=Keys(), errors="collect", _min_rows=2)
    for place, i in enumerate(order):
        mine, yours = slice(*one.first[i : i + 2]), slice(*other.first[place : place + 2])
        for name in ("value", "count", "count_known", "storage", "tariff", "subunit", "function", "status", "time"):
            np.testing.assert_array_equal(getattr(one.readings, name)[mine], getattr(other.readings, name)[yours])
        registers = [
            [t.registers[r] if r >= 0 else None for r in t.register[w]]
            for t, w in ((one.readings, mine), (other.readings, yours))
        ]
        assert registers[0] == registers[1]


@slow
@given(batches(), st.integers(1, 5))
def test_the_size_of_parts_does_not_matter(all_same: Any, frames: list[bytes], size: int) -> None:
    whole = decode_batch(frames, keys=Keys(), errors="collect", _min_rows=2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch_module, "_PART", size)
        all_same(decode_batch(frames, keys=Keys(), errors="collect", _min_rows=2), whole)


@slow
@given(batches(), st.integers(1, 4))
def test_batches_of_a_stream_are_the_stream(all_same: Any, frames: list[bytes], size: int) -> None:
    told: list[int] = []
    got = list(iterate_batches(iter(frames), size=size, progress=told.append, keys=Keys(), errors="collect"))
    assert [len(batch) for batch in got] == [len(frames[i : i + size]) for i in range(0, len(frames), size)]
    assert told == list(np.cumsum([len(batch) for batch in got]))
    for i, batch in enumerate(got):
        all_same(batch, decode_batch(frames[i * size : (i + 1) * size], keys=Keys(), errors="collect"))
