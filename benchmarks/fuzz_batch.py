"""Look for batches that say anything else than their telegrams one by one; run on demand.

    python benchmarks/fuzz_batch.py --seconds 300 [--seed 1]

Batches are drawn of telegrams in every wrapping: wired and wireless in all forms, extended link layers, all security modes, compact
frames, and meters of every installed driver; most share a layout, some have changed bytes, and keys are right, wrong, several or missing.
Each batch is decoded with the path switch at 1, at 16 and never, and compared with `decode` bit for bit. It stops at the first
difference, and prints the seed that leads to it.
"""

from __future__ import annotations

import argparse
import time

from typing import Any

import numpy as np

from attrs import fields

from divako import drivers
from divako.codec import AesKey, DesKey
from divako.drivers import MbusDriver
from divako.errors import DivakoError
from divako.mbus._meaning import SIZES
from divako.model import Mvt, Readings, Telegram
from divako.simulate import MODES, Address, ExtendedLink, Protection, compact_records, long_frame, wireless_frame
from divako.telegrams import Formats, KeyStore, decode, decode_batch, readings_of


HEADERS = [
    "0413", "0c13", "0a5a", "0259", "0161", "0922", "0e06", "0611", "0714", "0503", "0571", "4406", "c40106",
    "04ff07", "8c1006", "84c08003ff2a", "04ed7f", "046d", "426c", "036d", "066d", "0c78", "04933c", "02ff20",
    "02ff22", "04ff22", "02fd17", "04fd17", "07fd17", "01fd0b", "049300", "03ff13", "05ff00", "07ff01", "0813",
    "1413", "2413", "3413", "049318",
]  # fmt: skip
KEY, OTHER = bytes(range(16)), bytes(16)
MODELS = [
    ("DVK", 1, 4),
    ("KAM", 0x35, 4),
    ("KAM", 0x1B, 0x16),
    ("ABB", 0x20, 2),
    ("TCH", 0x52, 8),
    ("ZRI", 0x0B, 0x16),
    ("BMT", 0x13, 7),
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
        """Give records of a layout."""
        return b"".join(header + self.data(SIZES[header[0] & 0x0F]) for header in headers)

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
            return (
                [self.of(driver.examples).frame] * int(self.rng.integers(1, 30))
                if isinstance(driver, MbusDriver)
                else []
            )
        headers = [bytes.fromhex(self.of(HEADERS)) for _ in range(int(self.rng.integers(0, 7)))]
        maker, version, device_type = self.of(MODELS)
        model = Mvt(manufacturer=maker, version=version, device_type=device_type)
        behind = self.of([b"", b"", b"\x2f\x2f", b"\x0f\x01\x02\x03", b"\x1f"])
        wired, compact = self.chance(0.3), self.chance(0.3)
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
        }
        return frames, asked

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


def compare(frames: list[bytes], asked: dict[str, Any]) -> None:
    """Insist that a batch says what its telegrams say."""
    alone = [outcome(frame, asked) for frame in frames]
    readings = readings_of([one for one in alone if isinstance(one, Telegram)])
    for min_rows in (1, 16, 10**9):
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
            said = (
                table.media[table.medium[row]],
                table.securities[table.security[row]],
                table.verdicts[table.verdict[row]],
            )
            assert said == (one.medium.value, one.security, one.verdict.value)
            assert (table.status[row], table.header_known[row]) == (one.status, one.access_number is not None)


def main() -> None:
    """Run for so many seconds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0, help="the first one")
    arguments = parser.parse_args()
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
