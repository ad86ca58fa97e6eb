"""What `divako decode` takes for a day of telegrams, from a file of lines to a file of rows.

A file of hexadecimal lines, and one of LoRaWAN uplinks with 17 readings each in the envelopes of The Things Stack.

    pip install -e '.[report,testing]'
    python benchmarks/command.py

CPU time of the whole process, its start included: the median of rounds in which all forms take their turn.
"""

from __future__ import annotations

import argparse
import base64
import datetime as dt
import json
import resource
import statistics
import struct
import subprocess
import sys
import tempfile

from pathlib import Path

import numpy as np

from divako.model import Mvt
from divako.simulate import Address, encode_record, long_frame


FORMS = ("jsonl", "csv", "parquet")
METERS, LAYOUTS = 5000, 10
NUMBERS = [
    bytes.fromhex(one) for one in ["0413", "0406", "042b", "023b", "025a", "025e", "0314", "4413", "4406", "0414"]
]
CLOCK, FABRICATION = bytes.fromhex("046d"), bytes.fromhex("0c78")
MIDNIGHT = dt.datetime(2026, 1, 5)  # noqa: DTZ001 - the wall clock of a meter has no zone


def line(rng: np.random.Generator, i: int) -> str:
    """Make a telegram of ten numbers and the meter's clock, every second one with a fabrication number."""
    meter, layout = i % METERS, i % LAYOUTS
    most = [1 << 8 * (header[0] & 7) - 1 for header in NUMBERS]
    records = b"".join(
        encode_record(header, int(count)) for header, count in zip(NUMBERS, rng.integers(0, most), strict=True)
    )
    records += encode_record(CLOCK, MIDNIGHT + dt.timedelta(minutes=i % 1440))
    if layout % 2:
        records += encode_record(FABRICATION, 10_000_000 + meter)
    sender = Address(f"{10_000_000 + meter:08d}", Mvt(manufacturer="DVK", version=layout, device_type=4))
    return long_frame(sender, records, access_number=i % 256).hex()


def uplink(rng: np.random.Generator, i: int) -> str:
    """Make an uplink of a water meter: its register, and how it came there in fifteen hours."""
    now = 1_767_000_000 + i
    steps = rng.integers(0, 500, 15)
    start = int(rng.integers(0, 1 << 30))
    counters = struct.pack("<IBIII", now, 0, start + int(steps.sum()), now - 15 * 3600, start)
    document = {
        "end_device_ids": {"dev_eui": f"{i % METERS:016x}"},
        "received_at": dt.datetime.fromtimestamp(now, dt.UTC).isoformat(),
        "uplink_message": {
            "f_port": 100,
            "f_cnt": i,
            "frm_payload": base64.b64encode(counters + steps.astype("<u2").tobytes()).decode(),
            "rx_metadata": [{"gateway_ids": {"gateway_id": "roof"}, "rssi": -97, "snr": 7.5}],
        },
    }
    return json.dumps(document)


def cpu_of(command: list[str]) -> float:
    """Run a command; give the CPU time of its process. [s]"""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--telegrams", type=int, default=100_000)
    parser.add_argument("--uplinks", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    rng = np.random.default_rng(1)
    counts = {"telegrams": arguments.telegrams, "uplinks": arguments.uplinks}
    with tempfile.TemporaryDirectory() as folder:
        for what, make in (("telegrams", line), ("uplinks", uplink)):
            (Path(folder) / f"{what}.txt").write_text("".join(f"{make(rng, i)}\n" for i in range(counts[what])))
        took: dict[tuple[str, str], list[float]] = {(what, form): [] for what in counts for form in FORMS}
        for _ in range(arguments.rounds):
            for (what, form), times in took.items():
                day = Path(folder) / f"{what}.txt"
                output = day.with_suffix(f".{form}")
                times.append(cpu_of([sys.executable, "-m", "divako", "decode", str(day), "-o", str(output)]))
    for (what, form), times in took.items():
        time = statistics.median(times)
        print(f"{what:10} {form:8} {time:6.2f} s  {time / counts[what] * 1e6:6.1f} µs each")


if __name__ == "__main__":
    main()
