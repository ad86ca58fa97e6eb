"""The peers of `batch.py`, in a process and, if need be, an environment of their own.

    python peers.py PEER FILE

PEER is ``pymbusparser`` or ``meterbus``; FILE has a frame in hexadecimal digits a line, and
behind a blank the key where there is one. First the values that the peer reads are written
as one line of JSON; then for each line on standard input all frames are decoded once,
and the CPU seconds of that are written.
"""

from __future__ import annotations

import json
import sys
import time

from collections.abc import Callable
from pathlib import Path
from typing import Any


def in_base(value: float, unit: str) -> float:
    """Bring the units of peers to those of divako: kW and kWh."""
    return value / 1000 if unit in {"W", "Wh", "W.h"} else value


def of_pymbusparser(lines: list[list[str]]) -> tuple[Callable[[], Any], Callable[[], list[list[float]]]]:
    import pymbusparser

    def run() -> list[Any]:
        return [pymbusparser.parse(line[0], key=line[1] if len(line) > 1 else None) for line in lines]

    def values() -> list[list[float]]:
        return [[in_base(float(r["value"]["value"]), r["unit"]) for r in got["records"]] for got in run()]

    return run, values


def of_meterbus(lines: list[list[str]]) -> tuple[Callable[[], Any], Callable[[], list[list[float]]]]:
    import meterbus

    frames = [bytes.fromhex(line[0]) for line in lines]

    def run() -> list[Any]:
        # Its records are decoded when their values are asked for.
        return [[r.parsed_value for r in meterbus.load(frame).records] for frame in frames]

    def values() -> list[list[float]]:
        got = [meterbus.load(frame).records for frame in frames]
        return [[in_base(float(r.parsed_value), r.unit) for r in records] for records in got]

    return run, values


def main() -> None:
    name, file = sys.argv[1:3]
    lines = [line.split() for line in Path(file).read_text(encoding="ascii").splitlines()]
    run, values = {"pymbusparser": of_pymbusparser, "meterbus": of_meterbus}[name](lines)
    print(json.dumps(values()), flush=True)
    for _ in sys.stdin:
        start = time.process_time()
        run()
        print(time.process_time() - start, flush=True)


if __name__ == "__main__":
    main()
