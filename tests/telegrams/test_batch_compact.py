"""Compact frames go by columns, and a batch says of them what single telegrams say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hypothesis import given, settings
from hypothesis import strategies as st

from divako.codec import AesKey, crc16_en13757
from divako.errors import DivakoError
from divako.mbus import Formats, lvar_size, split_records
from divako.mbus._meaning import SIZES
from divako.model import Mvt
from divako.simulate import Address, ExtendedLink, Protection, compact_records, wireless_frame
from divako.telegrams import Batch, KeyStore, decode, decode_batch, decode_blocks, readings_of
from divako.telegrams._in_layouts import decode_alike


INFINITY = 10**9
SENDER = Address("10000001", Mvt(manufacturer="DVK", version=1, device_type=4))
OF_MAKER = Address("10000001", Mvt(manufacturer="KAM", version=0x35, device_type=4))  # a driver knows some headers
KEY = AesKey(bytes(range(16)))
STORE = KeyStore.from_mapping({SENDER.meter_id: [bytes(16), bytes(range(16))]})
# Numbers, dates, what takes wide or no data, units in words, variable data, and what only a driver knows.
HEADERS = [
    "0413", "0c13", "025a", "0e06", "0714", "0503", "4406", "840106", "426c", "046d", "066d", "0813", "04ed7f",
    "01fd17", "84c08003ff2a", "0400", "04933c", "0d78", "027c0368576b", "84808080800113", "0dfb00", "8d04931e",
    "84808080808080800113", "04ff07", "02ff20", "02ff22", "04ff22",
]  # fmt: skip
RECORDS = bytes.fromhex("0413 39300000 0c13 45230100 426c bf2c 025a d200")
KNOWN = Formats.of([b"".join(header for header, _ in split_records(RECORDS))])


def headers_of(records: bytes) -> bytes:
    return b"".join(header for header, _ in split_records(records))


@st.composite
def record(draw: st.DrawFn) -> bytes:
    header = bytes.fromhex(draw(st.sampled_from(HEADERS)))
    size = SIZES[header[0] & 0x0F]
    if size < 0:
        lvar = draw(st.sampled_from([0, 3, 0xC2, 0xE4]))
        size = lvar_size(lvar) or 0
        header += bytes([lvar])
    return header + draw(st.binary(min_size=size, max_size=size))


bodies = st.lists(record(), max_size=6).map(b"".join).filter(lambda raw: len(raw) < 110)


@st.composite
def frames_of(draw: st.DrawFn, records: bytes) -> bytes:
    content = compact_records(records)
    # What stands behind the last record is read as records that the CRC does not cover.
    content += draw(st.sampled_from([b"", b"", b"", b"\x2f" * 3, bytes.fromhex("041301000000"), b"\x0f\x01", b"\x04"]))
    header: Any = draw(st.sampled_from(["short", "long", "none"]))
    form: Any = draw(st.sampled_from(["A", "B", "stripped"]))
    modes = st.builds(
        Protection, mode=st.sampled_from([0, 5, 7, 10]), key=st.just(KEY), code_size=st.sampled_from([None, 8])
    )
    protection = None if header == "none" else draw(st.none() | modes)
    extended = draw(st.none() | st.builds(ExtendedLink, session=st.integers(0, 99), key=st.sampled_from([None, KEY])))
    return wireless_frame(
        draw(st.sampled_from([SENDER, OF_MAKER])),
        content,
        content="compact",
        frame_format=form,
        header=header,
        protection=protection,
        extended=extended,
        status=draw(st.sampled_from([0, 4])),
    )


@st.composite
def batches(draw: st.DrawFn) -> tuple[list[bytes], Formats]:
    """Give compact frames, full frames between them, and the headers of some."""
    out: list[bytes] = []
    known = Formats()
    for records in draw(st.lists(bodies, min_size=1, max_size=3)):
        if draw(st.integers(0, 5)):
            known = known.merge(Formats.of([headers_of(records)]))
        for _ in range(draw(st.integers(1, 4))):
            frame = bytearray(draw(frames_of(records)))
            if not draw(st.integers(0, 5)):
                frame[draw(st.integers(0, len(frame) - 1))] ^= 1 << draw(st.integers(0, 7))
            out.append(bytes(frame))
        out.append(wireless_frame(SENDER, records, frame_format="stripped"))
    return draw(st.permutations(out)), known


def contents_of(batch: Batch) -> list[tuple[Any, ...]]:
    table = batch.contents()
    texts = [None if code < 0 else table.texts[code] for code in table.text.tolist()]
    columns = (table.telegram, table.type, table.clock, table.time_of_day, table.storage, table.tariff, table.status)
    return list(
        zip([table.quantities[code] for code in table.quantity], texts, *(one.tolist() for one in columns), strict=True)
    )


@settings(max_examples=100, deadline=None)
@given(batches(), st.integers(1, 3), st.booleans())
def test_a_batch_of_compact_frames_is_its_telegrams_one_by_one(
    all_same: Any, made: tuple[list[bytes], Formats], times: int, given_formats: bool
) -> None:
    frames, known = made
    asked: dict[str, Any] = {
        "keys": STORE,
        "formats": known if given_formats else None,
        "received_at": np.datetime64("2026-01-01", "ms"),
    }
    alone = decode_batch(frames * times, errors="collect", _min_rows=INFINITY, **asked)
    for min_rows in (1, 16):
        batch = decode_batch(frames * times, errors="collect", _min_rows=min_rows, **asked)
        all_same(batch, alone)
        assert contents_of(batch) == contents_of(alone)
    for row, frame in enumerate(frames):
        try:
            telegram = decode(frame, **asked)
        except DivakoError as error:
            assert alone.telegrams.error_codes[alone.telegrams.error[row]] == error.code
            continue
        mine = alone.readings.value[slice(*alone.first[row : row + 2])]
        np.testing.assert_array_equal(mine, readings_of([telegram]).value)


KINDS: dict[str, dict[str, Any]] = {
    "plain": {},
    "no header": {"header": "none"},
    "long header": {"header": "long"},
    "mode 5": {"key": KEY},
    "mode 10": {"protection": Protection(mode=10, key=KEY)},
    "a code and mode 7": {"protection": Protection(mode=7, key=KEY, code_size=8)},
    "a session in counter mode": {"header": "none", "extended": ExtendedLink(session=1, key=KEY)},
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("sender", [SENDER, OF_MAKER], ids=["the standard's", "a driver's"])
def test_compact_frames_go_by_columns(sender: Address, kind: str, request: pytest.FixtureRequest) -> None:
    content = compact_records(RECORDS)
    frames = [wireless_frame(sender, content, content="compact", access_number=i, **KINDS[kind]) for i in range(40)]
    alone = decode(frames[0], keys=STORE, formats=KNOWN)

    request.getfixturevalue("no_single_decoding")
    batch = decode_batch(frames, keys=STORE, formats=KNOWN)
    assert batch.readings.value.tolist() == [12.345, 12.345, 21.0] * 40
    assert {batch.telegrams.securities[code] for code in batch.telegrams.security} == {alone.security}
    assert {batch.telegrams.verdicts[code] for code in batch.telegrams.verdict} == {alone.verdict.value}
    blocks = decode_blocks(frames, keys=STORE, formats=KNOWN)
    assert [block.value.shape for block in blocks.blocks] == [(3, 40)]


def test_a_crc_that_differs_and_headers_that_are_none_are_told_by_their_telegrams() -> None:
    content = bytearray(compact_records(RECORDS))
    frames = [wireless_frame(SENDER, bytes(content), content="compact")] * 20
    content[-1] ^= 1
    frames += [wireless_frame(SENDER, bytes(content), content="compact")] * 20
    batch = decode_batch(frames, formats=KNOWN, errors="collect")
    assert batch.errors.row.tolist() == list(range(20, 40))
    assert batch.errors.codes == ("decode.checksum",)
    none_at_all = Formats({crc16_en13757(headers_of(RECORDS)): b"\x0f\x0f"})
    for min_rows in (1, INFINITY):
        batch = decode_batch(frames, formats=none_at_all, errors="collect", _min_rows=min_rows)
        assert len(batch.errors) == 40


def test_what_is_alike_has_no_compact_frames() -> None:
    compact = wireless_frame(SENDER, compact_records(RECORDS), content="compact")
    full = wireless_frame(SENDER, RECORDS)
    _, alike = decode_alike([full, compact] * 40)
    assert [one.telegram.tolist() for one in alike] == [list(range(0, 80, 2))]
