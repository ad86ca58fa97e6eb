"""What `divako decode` takes for a day of telegrams, from a file of hexadecimal lines to a file of rows.

    pip install -e '.[report,testing]'
    python benchmarks/command.py

CPU time of the whole process, its start included: the median of rounds in which all forms take their turn.
"""

from __future__ import annotations

import argparse
import datetime as dt
import resource
import statistics
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


def cpu_of(command: list[str]) -> float:
    """Run a command; give the CPU time of its process. [s]"""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--telegrams", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    rng = np.random.default_rng(1)
    with tempfile.TemporaryDirectory() as folder:
        day = Path(folder) / "day.hex"
        day.write_text("".join(f"{line(rng, i)}\n" for i in range(arguments.telegrams)))
        took: dict[str, list[float]] = {form: [] for form in FORMS}
        for _ in range(arguments.rounds):
            for form in FORMS:
                output = day.with_suffix(f".{form}")
                took[form].append(cpu_of([sys.executable, "-m", "divako", "decode", str(day), "-o", str(output)]))
    for form in FORMS:
        time = statistics.median(took[form])
        print(f"{form:8} {time:6.2f} s  {time / arguments.telegrams * 1e6:6.1f} µs a telegram")


if __name__ == "__main__":
    main()
