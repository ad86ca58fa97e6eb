"""Decoding, consumption and allocation beside what people use today.

    pip install -e '.[report,testing]' pymbusparser pyMeterBus pandas
    python benchmarks/spine.py

Every comparison first checks that the answers agree and only then takes times: CPU time of
this one process, the median of interleaved rounds, so that what else the machine does is
shared fairly. A peer that is not installed is named and left out.
"""

from __future__ import annotations

import argparse
import math
import os
import platform
import statistics
import time

from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from divako.allocation import split
from divako.codec import AesKey
from divako.consumption import interval_consumption
from divako.model import Mvt, Readings, Register
from divako.simulate import Address, encode_record, long_frame, wireless_frame
from divako.telegrams import KeyStore, decode
from divako.units import Dimension


Job = Callable[[], Any]
KEY = bytes(range(16))
# One reading each of a heat meter: kWh, m³, W, l/h, °C, °C, K and the three last due dates.
HEADERS = ["0406", "0413", "022b", "023b", "025a", "025e", "0261", "4406", "840106", "c40106"]


def timed(jobs: dict[str, Job], rounds: int) -> dict[str, float]:
    """Run the jobs in turn and give the median CPU time of each. [s]"""
    taken: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(rounds):
        for name, job in jobs.items():
            start = time.process_time()
            job()
            taken[name].append(time.process_time() - start)
    return {name: statistics.median(values) for name, values in taken.items()}


def show(title: str, times: dict[str, float], per: int, what: str) -> None:
    ours = times["divako"]
    print(f"\n{title}")
    for name, taken in times.items():
        ratio = "" if name == "divako" else f"  {taken / ours:6.1f} x the time of divako"
        print(f"  {name:28} {1e6 * taken / per:10.2f} us per {what}{ratio}")


def telegrams(many: int, seed: int) -> Iterator[tuple[bytes, bytes]]:
    """Make wired frames, and the same records in wireless mode 5."""
    rng = np.random.default_rng(seed)
    key = AesKey(KEY)
    for i in range(many):
        address = Address(f"{10_000_000 + i:08d}", Mvt(manufacturer="DVK", version=1, device_type=4))
        counts = rng.integers(0, 30_000, len(HEADERS)).tolist()
        records = b"".join(encode_record(bytes.fromhex(h), c) for h, c in zip(HEADERS, counts, strict=True))
        yield (
            long_frame(address, records, access_number=i % 256),
            wireless_frame(address, records, frame_format="stripped", key=key, access_number=i % 256),
        )


def in_base(value: float, unit: str) -> float:
    """Bring the units of peers to those of divako."""
    return value / 1000 if unit in {"W", "Wh", "W.h"} else value


def agree(ours: list[float], theirs: list[float]) -> None:
    assert len(ours) == len(theirs)
    assert all(math.isclose(a, b, rel_tol=1e-9) for a, b in zip(ours, theirs, strict=True))


Rows = list[list[float]]


def peer_pymbusparser(wired: list[bytes], wireless: list[bytes]) -> tuple[Job, Job] | None:
    try:
        import pymbusparser
    except ImportError:
        print("pymbusparser is not installed and left out")
        return None
    hex_wired, hex_wireless = [f.hex() for f in wired], [f.hex() for f in wireless]

    def read(frames: list[str], **more: Any) -> Rows:
        got = [pymbusparser.parse(frame, **more)["records"] for frame in frames]
        return [[in_base(float(r["value"]["value"]), r["unit"]) for r in records] for records in got]

    return lambda: read(hex_wired), lambda: read(hex_wireless, key=KEY.hex())


def peer_meterbus(wired: list[bytes]) -> Job | None:
    try:
        import meterbus
    except ImportError:
        print("pyMeterBus is not installed and left out")
        return None

    def read() -> Rows:
        got = [meterbus.load(frame).records for frame in wired]
        return [[in_base(float(r.parsed_value), r.unit) for r in records] for records in got]

    return read


def bench_decode(many: int, rounds: int) -> None:
    made = list(telegrams(many, 1))
    wired, wireless = [m[0] for m in made], [m[1] for m in made]
    keys = KeyStore.single(KEY)

    def ours(frames: list[bytes], **more: Any) -> Rows:
        return [[r.value for r in decode(frame, **more).records if r.value is not None] for frame in frames]

    plain: dict[str, Job] = {"divako": lambda: ours(wired)}
    sealed: dict[str, Job] = {"divako": lambda: ours(wireless, keys=keys)}
    rust = peer_pymbusparser(wired, wireless)
    if rust is not None:
        plain["pymbusparser (Rust)"], sealed["pymbusparser (Rust)"] = rust
    python = peer_meterbus(wired)
    if python is not None:
        plain["pyMeterBus"] = python
    values = ours(wired)
    for job in (*plain.values(), *sealed.values()):
        for row, other in zip(values, job(), strict=True):
            agree(row, other)
    show(f"wired frames of {len(HEADERS)} readings, each read", timed(plain, rounds), many, "frame")
    show(f"wireless mode 5 of {len(HEADERS)} readings, each read", timed(sealed, rounds), many, "telegram")


def fleet(meters: int, hours: int) -> Readings:
    """Make a year of hourly readings, each a little off the hour."""
    rng = np.random.default_rng(2)
    litres = Register("volume", Dimension.VOLUME, Fraction(1, 1000))
    first = np.datetime64("2026-01-01", "ms").astype("int64")
    tables = []
    for i in range(meters):
        time_ms = first + np.arange(hours, dtype="int64") * 3_600_000 + rng.integers(-60_000, 60_000, hours)
        count = rng.integers(0, 40, hours).cumsum()
        tables.append(Readings.of_counts(f"m{i}", litres, time_ms.astype("datetime64[ms]"), count))
    return Readings.concatenate(tables)


def bench_consumption(meters: int, rounds: int) -> None:
    hours = 8760
    readings = fleet(meters, hours)
    first = np.datetime64("2026-01-01T01", "ms")
    edges = first + np.arange(hours - 2) * np.timedelta64(1, "h")
    edge_ms = edges.astype("int64").astype("float64")
    rows = [slice(i * hours, (i + 1) * hours) for i in range(meters)]

    def ours() -> npt.NDArray[np.float64]:
        return interval_consumption(readings, boundaries=edges).value.reshape(meters, -1)

    def by_numpy() -> npt.NDArray[np.float64]:
        time_ms = readings.time.astype("int64").astype("float64")
        stood = [np.interp(edge_ms, time_ms[here], readings.value[here]) for here in rows]
        return np.diff(np.array(stood), axis=1)

    exact, floating = ours(), by_numpy()
    # Ours is in whole litres and telescopes; the float way differs from it by less than one.
    assert np.abs(exact - floating).max() < 0.001 + 1e-9
    assert np.abs(exact.sum(axis=1) - floating.sum(axis=1)).max() < 0.001 + 1e-9
    jobs: dict[str, Job] = {"divako": ours, "numpy interp loop, float": by_numpy}
    times = timed(jobs, rounds)
    try:
        import pandas as pd
    except ImportError:
        print("pandas is not installed and left out")
    else:
        sample = min(meters, 10)

        def by_pandas() -> npt.NDArray[np.float64]:
            out = []
            wanted = pd.DatetimeIndex(edges)
            for here in rows[:sample]:
                series = pd.Series(readings.value[here], index=pd.DatetimeIndex(readings.time[here]))
                joined = series.reindex(series.index.union(wanted)).interpolate(method="time")
                out.append(joined.reindex(wanted).diff().to_numpy()[1:])
            return np.array(out)

        assert np.abs(by_pandas() - floating[:sample]).max() < 1e-6
        taken = timed({"pandas": by_pandas}, rounds)["pandas"]
        times[f"pandas, {sample} meters scaled up"] = taken * meters / sample
    show(f"{meters} meters x {hours} readings to hours", times, meters * hours, "reading")


def bench_allocation(sections: int, rounds: int) -> None:
    rng = np.random.default_rng(3)
    weights = [Fraction(int(w), 1000) for w in rng.integers(1, 300_000, sections)]
    amount = 1_234_567_890

    def by_fractions() -> list[int]:
        """What a careful programmer writes: exact shares, floors, and the largest remainders."""
        total = sum(weights)
        exact = [amount * w / total for w in weights]
        shares = [int(e) for e in exact]
        order = sorted(range(sections), key=lambda i: (shares[i] - exact[i], i))
        for i in order[: amount - sum(shares)]:
            shares[i] += 1
        return shares

    def by_rounding() -> list[Decimal]:
        """What a hasty one writes: each share rounded on its own, and the sum off."""
        total = Decimal(int(sum(weights) * 1000))
        return [(Decimal(amount) * int(w * 1000) / total).quantize(Decimal(1)) for w in weights]

    assert split(amount, weights) == by_fractions()
    off = int(sum(by_rounding())) - amount
    jobs: dict[str, Job] = {
        "divako": lambda: split(amount, weights),
        "Fraction, largest remainder": by_fractions,
        f"Decimal, rounded ({off:+d} ore)": by_rounding,
    }
    show(f"one cost over {sections} sections", timed(jobs, rounds), sections, "section")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--telegrams", type=int, default=2000)
    parser.add_argument("--meters", type=int, default=200)
    parser.add_argument("--sections", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    print(f"Python {platform.python_version()}, numpy {np.__version__}, {platform.machine()}, {os.cpu_count()} cores")
    bench_decode(arguments.telegrams, arguments.rounds)
    bench_consumption(arguments.meters, arguments.rounds)
    bench_allocation(arguments.sections, arguments.rounds)


if __name__ == "__main__":
    main()
