"""Look for batches that say anything else than their telegrams one by one; run on demand.

    python benchmarks/fuzz_batch.py --seconds 300 [--seed 1]

Batches are drawn of telegrams in every wrapping: wired and wireless in all forms, extended link layers, all security modes, compact
frames, and meters of every installed driver; most share a layout, some have changed bytes, also behind checks that hold, and keys are
right, wrong, several or missing. Each batch is decoded with the path switch at 1, at 16 and never, in parts of a few telegrams, and compared
with `decode` bit for bit: readings, headers, errors and contents; and blocks with the batch. It stops at the first difference, and
prints the seed that leads to it.
"""

from __future__ import annotations

import argparse
import datetime as dt
import time

from typing import Any

import numpy as np

from attrs import fields

from divako import drivers
from divako.codec import AesKey, DesKey
from divako.drivers import MbusDriver
from divako.errors import DivakoError, InputError
from divako.mbus import lvar_size
from divako.mbus._meaning import SIZES
from divako.model import Mvt, Record, Register, Table, Telegram, is_reading
from divako.simulate import MODES, Address, ExtendedLink, Protection, compact_records, long_frame, wireless_frame
from divako.telegrams import (
    Batch,
    Blocks,
    Formats,
    KeyStore,
    _batch,
    _reread,
    decode,
    decode_batch,
    decode_blocks,
    readings_of,
)


HEADERS = [
    "0413", "0c13", "0a5a", "0259", "0161", "0922", "0e06", "0611", "0714", "0503", "0571", "4406", "c40106",
    "04ff07", "8c1006", "84c08003ff2a", "04ed7f", "046d", "426c", "036d", "066d", "0c78", "04933c", "02ff20",
    "02ff22", "04ff22", "02fd17", "04fd17", "07fd17", "01fd0b", "049300", "03ff13", "05ff00", "07ff01", "0813",
    "1413", "2413", "3413", "049318",
]  # fmt: skip
VARIABLE = ["0d13", "0d78", "0dff5f", "8d1013", "0dfd0f", "0d06", "0d6d", "0dff20", "0d22"]
LENGTHS = bytes.fromhex("00 01 04 10 c0 c4 c9 d4 e1 e4 e8 f0 f4 f6 bf ff")
KEY, OTHER = bytes(range(16)), bytes(16)
MODELS = [
    ("DVK", 1, 4),
    ("KAM", 0x35, 4),
    ("KAM", 0x1B, 0x16),
    ("ABB", 0x20, 2),
    ("TCH", 0x52, 8),
    ("ZRI", 0x0B, 0x16),
    ("BMT", 0x13, 7),
    ("QDS", 0x1D, 6),
]
NUMBERS = ["10000001", "10000002", "10000003", "10000004"]
STORES = [
    None,
    KeyStore.single(KEY),
    KeyStore.from_mapping({NUMBERS[0]: KEY, NUMBERS[1]: OTHER, NUMBERS[2]: [OTHER, KEY]}),
    KeyStore.single(bytes(8)),
]
FORMS: list[Any] = ["A", "B", "stripped"]
NOW = np.datetime64("2026-01-02T03:04:05.678", "ms")


class Draw:
    """What is drawn for one batch."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)

    def of(self, choices: Any) -> Any:
        """Give one of several."""
        return choices[int(self.rng.integers(len(choices)))]

    def chance(self, share: float) -> bool:
        """Tell whether something happens."""
        return bool(self.rng.random() < share)

    def data(self, size: int) -> bytes:
        """Give data that is often decimal, or one of the codes that mean something."""
        match int(self.rng.integers(4)):
            case 0:
                return self.rng.bytes(size)
            case 1:
                return bytes(int(a) << 4 | int(b) for a, b in self.rng.integers(0, 10, (size, 2)))
            case 2:
                return (b"\0" * size)[1:] + self.of([b"\x80", b"\xf0", b"\x00"]) if size else b""
            case _:
                return b"\xff" * size

    def records(self, headers: list[bytes]) -> bytes:
        """Give records of a layout; a header of variable data has its length behind it."""
        return b"".join(header + self.data(size_behind(header)) for header in headers)

    def headers(self) -> list[bytes]:
        """Give the headers of a layout."""
        headers = [bytes.fromhex(self.of(HEADERS)) for _ in range(int(self.rng.integers(0, 7)))]
        if self.chance(0.2):
            variable = bytes.fromhex(self.of(VARIABLE)) + bytes([self.of(LENGTHS)])
            if size_behind(variable) > 32:
                return [variable]  # nothing else has room beside it
            headers.insert(int(self.rng.integers(len(headers) + 1)), variable)
        return headers

    def protection(self) -> Protection:
        """Give a cipher, its key mostly the right one."""
        mode: Any = self.of([5, 5, *MODES])
        key = DesKey(bytes(8)) if mode == 2 else AesKey(self.of([KEY, KEY, OTHER]))
        size = 8 if mode == 0 else self.of([None, 8]) if mode in {7, 10} else None
        return Protection(mode=mode, key=key, counter=int(self.rng.integers(9)), code_size=size)

    def frames(self) -> list[bytes]:
        """Give telegrams of one layout in one wrapping."""
        if self.chance(0.3):
            driver = drivers.load(self.of(DRIVERS))
            assert isinstance(driver, MbusDriver)
            frame = self.of(driver.examples).frame
            if self.chance(0.5):
                frame = self.changed(stripped(frame))
            many = int(self.rng.integers(1, 30))
            return [
                self.changed(frame) if self.chance(0.3) and frame == stripped(frame) else frame for _ in range(many)
            ]
        headers = self.headers()
        maker, version, device_type = self.of(MODELS)
        model = Mvt(manufacturer=maker, version=version, device_type=device_type)
        behind = self.of([b"", b"", b"\x2f\x2f", b"\x0f\x01\x02\x03", b"\x1f"])
        variable = any(header[0] & 0x0F == 0x0D for header in headers)
        wired, compact = self.chance(0.3), self.chance(0.3) and not variable
        header: Any = self.of(["short", "long", "none"])
        form = self.of(FORMS)
        link = ExtendedLink(session=7, key=self.of([None, AesKey(KEY), AesKey(OTHER)])) if self.chance(0.4) else None
        protection = self.protection() if header != "none" and self.chance(0.6) else None
        out: list[bytes] = []
        for _ in range(int(self.rng.integers(1, 30))):
            sender = Address(self.of(NUMBERS), model)
            records = self.records(headers[: int(self.rng.integers(len(headers) + 1))] if self.chance(0.2) else headers)
            common: dict[str, Any] = {"access_number": int(self.rng.integers(256)), "status": self.of([0, 0, 4, 0xFF])}
            if wired:
                out.append(long_frame(sender, records + behind, **common))
                continue
            content: Any = "compact" if compact else "records"
            body = compact_records(records) if compact else records + behind
            try:
                frame = wireless_frame(
                    sender,
                    body,
                    content=content,
                    frame_format=form,
                    header=header,
                    extended=link,
                    protection=protection,
                    **common,
                )
            except InputError:
                continue  # it is longer than frames are
            out.append(frame)
            if compact:
                self.known.append(b"".join(headers))
        return out

    def batch(self) -> tuple[list[bytes], dict[str, Any]]:
        """Give telegrams, and what `decode` is told of them."""
        self.known: list[bytes] = []
        frames = [frame for _ in range(int(self.rng.integers(1, 6))) for frame in self.frames()]
        frames = [self.damaged(frame) if self.chance(0.1) else frame for frame in frames]
        self.rng.shuffle(frames)
        asked = {
            "keys": self.of(STORES),
            "received_at": self.of([None, NOW]),
            "frame_format": self.of([None, None, None, *FORMS]),
            "formats": Formats.of(self.known) if self.chance(0.8) else None,
            "trailing": self.of([0, 0, 0, 1, 2]),
            "partial": self.chance(0.2),
        }
        return [frame + self.rng.bytes(asked["trailing"]) for frame in frames], asked

    def changed(self, frame: bytes) -> bytes:
        """Change what is behind the link layer of a frame without CRCs, and its length now and then."""
        raw = bytearray(frame)
        for _ in range(int(self.rng.integers(1, 4))):
            raw[int(self.rng.integers(10, len(raw)))] = self.of(
                [0, 0xFF, 0x2F, 0x0F, 0x80, int(self.rng.integers(256))]
            )
        if raw[0] == 0x68:
            raw[-2] = sum(raw[4:-2]) & 0xFF
            return bytes(raw)
        match int(self.rng.integers(6)):
            case 0:
                del raw[int(self.rng.integers(11, len(raw) + 1)) :]
            case 1:
                raw += self.rng.bytes(int(self.rng.integers(1, 40)))
        raw = raw[:256]
        raw[0] = len(raw) - 1
        return bytes(raw)

    def damaged(self, frame: bytes) -> bytes:
        """Change, cut or lengthen a frame."""
        raw = bytearray(frame)
        at = int(self.rng.integers(len(raw)))
        match int(self.rng.integers(4)):
            case 0:
                raw[at] ^= 1 << int(self.rng.integers(8))
            case 1:
                del raw[at:]
            case 2:
                raw += self.rng.bytes(3)
            case _:
                raw[at] = int(self.rng.integers(256))
                if raw[:1] == b"\x68" and len(raw) > 8:
                    raw[-2] = sum(raw[4:-2]) & 0xFF
        return bytes(raw)


DRIVERS = drivers.available(link="mbus")


def outcome(frame: bytes, asked: dict[str, Any]) -> Telegram | DivakoError:
    """Decode one telegram, or give its error."""
    try:
        return decode(frame, **asked)
    except DivakoError as error:
        return error


def size_behind(header: bytes) -> int:
    """Give how many bytes of data stand behind a header."""
    size = SIZES[header[0] & 0x0F]
    return size if size >= 0 else lvar_size(header[-1]) or 0


def stripped(frame: bytes) -> bytes:
    """Take the CRCs out of a frame of format A; others stay as they are."""
    size = frame[0] + 1
    if frame[0] == 0x68 or size == len(frame):
        return frame
    blocks = [frame[:10], *(frame[at : at + 18][:-2] for at in range(12, len(frame), 18))]
    joined = b"".join(blocks)
    return joined if len(joined) == size else frame


def same(one: Table, other: Table) -> None:
    """Insist that two tables are the same, to the last bit."""
    for field in fields(type(one)):
        mine, yours = getattr(one, field.name), getattr(other, field.name)
        if isinstance(mine, np.ndarray):
            np.testing.assert_array_equal(mine, yours, err_msg=field.name)
            if mine.dtype.kind == "f":
                np.testing.assert_array_equal(np.signbit(mine), np.signbit(yours), err_msg=field.name)
        else:
            assert mine == yours, field.name


def compare(frames: list[bytes], asked: dict[str, Any]) -> None:
    """Insist that a batch says what its telegrams say."""
    alone = [outcome(frame, asked) for frame in frames]
    readings = readings_of([one for one in alone if isinstance(one, Telegram)])
    for min_rows in (1, 16, 10**9):
        batch = decode_batch(frames, errors="collect", _min_rows=min_rows, **asked)
        same(batch.readings, readings)
        for row, one in enumerate(alone):
            assert head_of(batch, row) == (said_of(one) if isinstance(one, Telegram) else one.code)
        refused = [(row, one) for row, one in enumerate(alone) if isinstance(one, DivakoError)]
        assert batch.errors.row.tolist() == [row for row, _ in refused]
        offsets = [getattr(error, "offset", None) for _, error in refused]
        assert np.where(batch.errors.offset_known, batch.errors.offset, -1).tolist() == [
            -1 if offset is None else offset for offset in offsets
        ]
        compare_contents(batch, alone)
        if not asked["partial"]:
            said = {name: value for name, value in asked.items() if name != "partial"}
            compare_blocks(decode_blocks(frames, errors="collect", _min_rows=min_rows, **said), batch)


def head_of(batch: Batch, row: int) -> Any:
    """Give what a batch says of a telegram beside its records: what `said_of` gives, or the code of its error."""
    table = batch.telegrams
    if table.error[row] >= 0:
        return table.error_codes[table.error[row]]
    mvt = Mvt(
        manufacturer=table.manufacturers[table.manufacturer[row]],
        version=int(table.version[row]),
        device_type=int(table.device_type[row]),
    )
    return (
        table.links[table.link[row]],
        table.meter_ids[table.meter[row]],
        mvt if table.model_known[row] else None,
        table.media[table.medium[row]],
        table.securities[table.security[row]],
        table.verdicts[table.verdict[row]],
        table.status[row],
        (table.access_number[row], table.status_byte[row]) if table.header_known[row] else (None, None),
        batch.first[row + 1] - batch.first[row],
    )


def said_of(one: Telegram) -> tuple[Any, ...]:
    """Give what a telegram says beside its records, and how many readings it has."""
    kinds = one.medium.value, one.security, one.verdict.value
    header = one.access_number, one.status_byte
    return one.link, one.meter_id, one.mvt, *kinds, one.status, header, sum(map(is_reading, one.records))


def compare_contents(batch: Batch, alone: list[Telegram | DivakoError]) -> None:
    """Insist that the contents of a batch are the records that are no readings."""
    table = batch.contents()
    texts = [None if code < 0 else table.texts[code] for code in table.text.tolist()]
    clocks = [None if np.isnat(clock) else clock for clock in table.clock]
    indices = (table.storage, table.tariff, table.subunit, table.function, table.status)
    quantities = [table.quantities[code] for code in table.quantity]
    got = list(zip(table.telegram, quantities, texts, clocks, *indices, strict=True))
    wanted = [
        (row, one.quantity, *text_or_clock(one), one.storage, one.tariff, one.subunit, one.function, one.status)
        for row, telegram in enumerate(alone)
        if isinstance(telegram, Telegram)
        for one in telegram.records
        if not is_reading(one)
    ]
    assert got == wanted


def text_or_clock(record: Record) -> tuple[str | None, np.datetime64 | None]:
    """Give what a record holds, a text or a clock; times without a date are neither."""
    content = record.content
    if isinstance(content, dt.date):
        return None, np.datetime64(content, "s")
    return content.hex() if isinstance(content, bytes) else content if isinstance(content, str) else None, None


def compare_blocks(got: Blocks, batch: Batch) -> None:
    """Insist that blocks and the rest hold the readings of a batch."""
    found: dict[int, list[Any]] = {}
    for block in got.blocks:
        registers = [got.registers[code] if code >= 0 else None for code in block.register]
        for column, row in enumerate(block.telegram.tolist()):
            assert row not in found
            status = block.status[:, column] | got.telegrams.status[row]
            numbers = (block.count[:, column], block.count_known[:, column], block.value[:, column], status)
            found[row] = rows_of(registers, block, numbers)
    for table, first in ((got.rest, got.first), (batch.readings, batch.first)):
        for row in np.flatnonzero(np.diff(first)).tolist():
            some = table.select(np.arange(first[row], first[row + 1]))
            registers = [some.registers[code] if code >= 0 else None for code in some.register]
            said = rows_of(registers, some, (some.count, some.count_known, some.value, some.status))
            assert found.setdefault(row, said) == said
    assert all(batch.first[row] < batch.first[row + 1] for row in found if found[row])


def rows_of(registers: list[Register | None], indices: Any, numbers: tuple[Any, ...]) -> list[Any]:
    """Give readings as plain tuples; what is unknown is equal to itself."""
    count, known, value, status = numbers
    columns = (indices.storage, indices.tariff, indices.subunit, indices.function)
    values = map(float.hex, value.tolist())
    return list(zip(registers, *columns, np.where(known, count, 0), known, values, status, strict=True))


def main() -> None:
    """Run for so many seconds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0, help="the first one")
    arguments = parser.parse_args()
    _batch._PART, _reread._PART = 41, 29  # so that batches have several parts  # noqa: SLF001
    end, seed, telegrams = time.monotonic() + arguments.seconds, arguments.seed, 0
    while time.monotonic() < end:
        frames, asked = Draw(seed).batch()
        try:
            compare(frames, asked)
        except BaseException:
            print(f"differs: --seed {seed}")
            raise
        telegrams += len(frames)
        seed += 1
    print(f"{seed - arguments.seed} batches of {telegrams} telegrams, no difference")


if __name__ == "__main__":
    main()
