"""Around a batch: the forms in which telegrams come, and the dates and texts that go out beside readings.

    pip install -e '.[report,testing]'
    python benchmarks/around_batch.py

Telegrams are a day of hours of each meter: a volume, a date and time, the number of the customer and a due date.
All forms are held to give the same tables, and contents to be those of single telegrams, before anything is timed.
"""

from __future__ import annotations

import argparse
import json

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa

from batch import PER_METER, Taken, cpu

from divako.model import Mvt
from divako.simulate import Address, long_frame
from divako.telegrams import Batch, Received, decode_batch


def frames_of(many: int) -> list[bytes]:
    """Make telegrams as they come: hour by hour, each meter in a minute of its own."""
    meters = max(many // PER_METER, 1)
    out = []
    for i in range(many):
        hour, meter = divmod(i, meters)
        clock = bytes([meter % 60, hour % 24, 2 << 5 | 1 + hour // 24, 3 << 4 | 2])  # type F, in February 2026
        customer = f"{meter:08d}".encode()[::-1]
        records = [b"\x04\x13" + i.to_bytes(4, "little"), b"\x04\x6d" + clock, b"\x0d\xfd\x11\x08" + customer]
        sender = Address(f"{10_000_000 + meter:08d}", Mvt(manufacturer="DVK", version=1, device_type=7))
        out.append(long_frame(sender, b"".join(records) + bytes.fromhex("426c1f3c"), access_number=i % 256))
    return out


def bench_forms(frames: list[bytes], rounds: int) -> None:
    many = len(frames)
    times = np.datetime64("2026-02-01", "ms") + np.arange(many) * np.timedelta64(1, "s")
    stamps = pa.array(times).cast(pa.timestamp("us", "UTC"))
    lines = "\n".join(
        json.dumps({"hex": frame.hex(), "received_at": f"{time}Z"}) for frame, time in zip(frames, times, strict=True)
    )
    table = pa.table({"frame": frames, "received_at": stamps})
    texts = pa.table({"hex": [frame.hex() for frame in frames], "received_at": stamps})
    forms: dict[str, Callable[[], Batch]] = {
        "a list of bytes": lambda: decode_batch(frames, received_at=times),
        "a table with a column of bytes": lambda: decode_batch(Received.of_table(table)),
        "a table with a column of texts": lambda: decode_batch(Received.of_table(texts)),
        "lines of JSON": lambda: decode_batch(Received.of_lines(lines)),
    }
    first, *others = (form() for form in forms.values())
    for other in others:
        assert pa.table(other.readings).equals(pa.table(first.readings))
        assert pa.table(other.telegrams).equals(pa.table(first.telegrams))
    jobs = {name: cpu(form) for name, form in forms.items()}
    Taken(jobs, rounds).show(f"{many} telegrams to rows", dict.fromkeys(jobs, many), "a list of bytes")


def bench_contents(frames: list[bytes], few: int, rounds: int) -> None:
    batch = decode_batch(frames)
    contents = batch.contents()

    def alone() -> list[Any]:
        telegrams = (batch.telegram_at(row) for row in range(few))
        return [record.content for telegram in telegrams for record in telegram.records if record.content is not None]

    texts = [contents.texts[code] for code in contents.text[contents.telegram < few].tolist() if code >= 0]
    assert texts == [one for one in alone() if isinstance(one, str)]
    jobs = {"contents": cpu(batch.contents), "telegram_at, one by one": cpu(alone)}
    per = {"contents": len(frames), "telegram_at, one by one": few}
    Taken(jobs, rounds).show(f"dates and texts of {len(frames)} telegrams", per, "contents")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--telegrams", type=int, default=20_000)
    parser.add_argument("--few", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    frames = frames_of(arguments.telegrams)
    bench_forms(frames, arguments.rounds)
    bench_contents(frames, arguments.few, arguments.rounds)


if __name__ == "__main__":
    main()
