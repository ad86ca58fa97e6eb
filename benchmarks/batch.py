"""Batches of telegrams beside single ones, and beside what people use today.

    pip install -e '.[report,testing]'
    python benchmarks/batch.py
    python benchmarks/batch.py --million      # a million telegrams of which one in a hundred is damaged

Telegrams are made here, of layouts drawn from a pool of record headers. Every comparison first
checks that the answers agree and only then takes times: CPU time, the median of rounds in which all take
their turn. pymbusparser and pyMeterBus run in child processes: of this environment where they are
installed in it, else of one that is made for them in build/peers. wmbusmeters is timed where it
is installed.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import json
import math
import os
import platform
import resource
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import time
import tracemalloc

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from divako.codec import AesKey
from divako.drivers import axioma_w1
from divako.mbus import Formats
from divako.mbus import _records as records_module
from divako.mbus._meaning import BCD_FIELDS, SIZES
from divako.mbus._plan import Plans
from divako.model import Mvt
from divako.simulate import Address, ExtendedLink, Protection, compact_records, long_frame, wireless_frame
from divako.telegrams import Batch, KeyStore, decode, decode_batch, decode_blocks


Job = Callable[[], Any]
HERE = Path(__file__).parent
PEERS = {"pymbusparser": "pymbusparser", "meterbus": "pyMeterBus"}

# Energy, volume, power, flow and temperatures; integers and BCD of all widths; storage, tariff and function.
POOL = [
    *("0406", "0413", "022b", "023b", "025a", "025e", "0261", "4406", "840106", "c40106", "0c13", "4c13", "0b3b"),
    *("8c1006", "8c2006", "1413", "125a", "215a", "0c06", "0e06", "0a5a", "0a5e", "0a2b", "0414", "0c14"),
    *("042b", "043b", "142b", "143b", "0c2b", "8c4006", "cc1006", "0304", "0313"),
]

READINGS = 10
PER_METER = 24  # telegrams: a day of hours


class Taken:
    """CPU times of jobs that take turns. [s]"""

    def __init__(self, jobs: dict[str, Callable[[], float]], rounds: int) -> None:
        times: dict[str, list[float]] = {name: [] for name in jobs}
        for _ in range(rounds):
            for name, job in jobs.items():
                times[name].append(job())
        self.of = {name: statistics.median(values) for name, values in times.items()}

    def show(self, title: str, per: dict[str, int], ours: str) -> None:
        print(f"\n{title}")
        base = self.of[ours] / per[ours]
        for name, taken in self.of.items():
            each = taken / per[name]
            print(f"  {name:38} {1e6 * each:9.2f} us each  {each / base:7.1f} x {ours}")


def cpu(job: Job) -> Callable[[], float]:
    def run() -> float:
        start = time.process_time()
        job()
        return time.process_time() - start

    return run


# --- telegrams


def data_of(header: bytes, rng: np.random.Generator) -> bytes:
    size = SIZES[header[0] & 0x0F]
    if header[0] & 0x0F in BCD_FIELDS:
        return bytes(int(a) << 4 | int(b) for a, b in rng.integers(0, 10, (size, 2)))
    return rng.bytes(size - 1) + bytes([int(rng.integers(0, 0x70))])


def layout_of(rng: np.random.Generator) -> list[bytes]:
    return [bytes.fromhex(POOL[i]) for i in rng.permutation(len(POOL))[:READINGS]]


def body_of(layout: Sequence[bytes], rng: np.random.Generator) -> bytes:
    return b"".join(header + data_of(header, rng) for header in layout)


def wired(many: int, layouts: int, rng: np.random.Generator, *, meters: int) -> list[bytes]:
    """Make wired frames, each layout of a model of its own."""
    made = [layout_of(rng) for _ in range(layouts)]
    out = []
    for i in range(many):
        which = int(rng.integers(layouts))
        model = Mvt(manufacturer="DVK", version=which % 256, device_type=4 + which // 256 % 3)
        sender = Address(f"{10_000_000 + i % meters:08d}", model)
        out.append(long_frame(sender, body_of(made[which], rng), access_number=i % 256))
    return out


Wrapping = Callable[[AesKey, int], dict[str, Any]]  # from the key of a meter and the number of a telegram

WRAPPINGS: dict[str, Wrapping] = {
    "a session with a checksum": lambda _, i: {"header": "none", "extended": ExtendedLink(session=i)},
    "a session in counter mode": lambda key, i: {"header": "none", "extended": ExtendedLink(session=i, key=key)},
    "compact": lambda *_: {"header": "none", "content": "compact"},
    "compact, mode 5": lambda key, _: {"content": "compact", "key": key},
    "compact, a session in counter mode": lambda key, i: {
        "header": "none",
        "content": "compact",
        "extended": ExtendedLink(session=i, key=key),
    },
    "mode 7": lambda key, i: {"protection": Protection(mode=7, key=key, counter=i)},
    "mode 7 with an authentication code": lambda key, i: {
        "protection": Protection(mode=7, key=key, counter=i, code_size=8)
    },
    "mode 10": lambda key, i: {"protection": Protection(mode=10, key=key, counter=i)},
}


def sealed(
    many: int, rng: np.random.Generator, wrapping: Wrapping = lambda key, _: {"key": key}
) -> tuple[list[bytes], dict[str, bytes], list[str], Formats]:
    """Make telegrams, in mode 5, of as many meters as there are keys; a meter keeps its layout."""
    made = [layout_of(rng) for _ in range(10)]
    keys: dict[str, bytes] = {}
    ciphers: dict[str, AesKey] = {}
    out, of_meter = [], []
    for i in range(many):
        which = int(rng.integers(-(-many // PER_METER)))
        number = f"{20_000_000 + which:08d}"
        if number not in keys:
            keys[number] = rng.bytes(16)
            ciphers[number] = AesKey(keys[number])
        model = Mvt(manufacturer="DVK", version=which % 10, device_type=4)
        body = body_of(made[which % 10], rng)
        how = wrapping(ciphers[number], i)
        body = compact_records(body) if "content" in how else body
        out.append(wireless_frame(Address(number, model), body, frame_format="stripped", access_number=i % 256, **how))
        of_meter.append(number)
    return out, keys, of_meter, Formats.of([b"".join(layout) for layout in made])


# --- peers


class Peer:
    """A peer in a process of its own."""

    def __init__(self, name: str, lines: Sequence[str], folder: Path) -> None:
        file = folder / f"{name}-{len(lines)}-{len(lines[0])}.txt"
        file.write_text("\n".join(lines), encoding="ascii")
        self.process = subprocess.Popen(
            [python_of(name), str(HERE / "peers.py"), name, str(file)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.values: list[list[float]] = json.loads(self._line())

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def __call__(self) -> float:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return float(self._line())


def python_of(name: str) -> str:
    """Find an interpreter that has a peer, or make one."""
    if find_spec(name) is not None:
        return sys.executable
    folder = HERE.parent / "build" / "peers"
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", *PEERS.values()], check=True)
    return str(python)


def wmbusmeters(frames: Sequence[bytes], numbers: Sequence[str]) -> Callable[[], float] | None:
    """Time wmbusmeters on lines of hexadecimal digits; its start is taken off."""
    program = shutil.which("wmbusmeters")
    if program is None:
        print("wmbusmeters is not installed and left out; so is libmbus, whose tool reads one frame a process")
        return None

    def children() -> float:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    def once(lines: Sequence[str]) -> float:
        start = children()
        command = [program, "--format=json", "--silent", "stdin:hex", "meter", "auto", numbers[0], "NOKEY"]
        subprocess.run(command, input="\n".join(lines), text=True, stdout=subprocess.DEVNULL, check=False)
        return children() - start

    return lambda: once([frame.hex() for frame in frames]) - once([frames[0].hex()])


# --- agreement


def values_of(batch: Batch) -> list[list[float]]:
    values, first = batch.readings.value.tolist(), batch.first.tolist()
    return [values[a:b] for a, b in itertools.pairwise(first)]


def agree(ours: Sequence[Sequence[float]], theirs: Sequence[Sequence[float]]) -> None:
    assert len(ours) == len(theirs)
    for mine, yours in zip(ours, theirs, strict=True):
        assert len(mine) == len(yours), (len(mine), len(yours))
        assert all(math.isclose(a, b, rel_tol=1e-9) for a, b in zip(mine, yours, strict=True)), (mine, yours)


def same(batch: Batch, frames: Sequence[bytes], **asked: Any) -> None:
    """Insist that a batch is its telegrams one by one, to the last bit."""
    alone = [[r.value for r in decode(frame, **asked).records] for frame in frames]
    assert values_of(batch)[: len(frames)] == alone


def scalar(frames: Sequence[bytes], **asked: Any) -> list[list[float | None]]:
    return [[r.value for r in decode(frame, **asked).records] for frame in frames]


# --- comparisons


def bench_plain(many: int, few: int, rounds: int, folder: Path) -> None:
    # Of some draws pyMeterBus reads a layout with records too many; of this one all agree.
    frames = wired(many, 10, np.random.default_rng(2), meters=many // PER_METER)
    batch = decode_batch(frames)
    same(batch, frames[:few])
    lines = [frame.hex() for frame in frames[:few]]
    one_each = wired(many, 10, np.random.default_rng(2), meters=many)
    same(decode_batch(one_each), one_each[:few])
    jobs: dict[str, Callable[[], float]] = {
        "divako, batch to rows": cpu(lambda: decode_batch(frames)),
        "divako, each of a meter of its own": cpu(lambda: decode_batch(one_each)),
        "divako, batch to blocks": cpu(lambda: decode_blocks(frames)),
        "divako, hexadecimal texts to rows": cpu(lambda: decode_batch(texts)),
        "divako, one by one": cpu(lambda: scalar(frames[:few])),
    }
    texts = [frame.hex() for frame in frames]
    per = dict.fromkeys(jobs, many) | {"divako, one by one": few}
    for name, title in PEERS.items():
        peer = Peer(name, lines, folder)
        agree(values_of(batch)[:few], peer.values)
        jobs[title], per[title] = peer, few
    numbers = [batch.telegrams.meter_ids[0]]
    other = wmbusmeters(frames[:few], numbers)
    if other is not None:
        jobs["wmbusmeters"], per["wmbusmeters"] = other, few
    taken = Taken(jobs, rounds)
    taken.show(f"{many} wired frames of {READINGS} readings, 10 layouts", per, "divako, batch to rows")
    alone = taken.of["divako, one by one"] / few
    for title in PEERS.values():
        print(f"  one by one: {title} takes {taken.of[title] / few / alone:.1f} x as long")


def bench_own_layouts(many: int, rounds: int) -> None:
    frames = wired(many, many, np.random.default_rng(2), meters=many)
    same(decode_batch(frames), frames)

    def walk() -> None:
        records_module._PLANS = Plans()  # noqa: SLF001 - so that every telegram is walked, as when it comes first
        scalar(frames)

    jobs = {"divako, batch to rows": cpu(lambda: decode_batch(frames)), "divako, one by one": cpu(walk)}
    per = dict.fromkeys(jobs, many)
    Taken(jobs, rounds).show(f"{many} wired frames, each of its own layout", per, "divako, batch to rows")


def bench_sealed(many: int, few: int, rounds: int, folder: Path) -> None:
    frames, keys, of_meter, _ = sealed(many, np.random.default_rng(3))
    store = KeyStore.from_mapping(keys)
    batch = decode_batch(frames, keys=store)
    same(batch, frames[:few], keys=store)
    lines = [f"{frame.hex()} {keys[number].hex()}" for frame, number in zip(frames[:few], of_meter, strict=False)]
    peer = Peer("pymbusparser", lines, folder)
    agree(values_of(batch)[:few], peer.values)
    jobs: dict[str, Callable[[], float]] = {
        "divako, batch to rows": cpu(lambda: decode_batch(frames, keys=store)),
        "divako, one by one": cpu(lambda: scalar(frames[:few], keys=store)),
        "pymbusparser": peer,
    }
    per = {"divako, batch to rows": many, "divako, one by one": few, "pymbusparser": few}
    title = f"{many} telegrams in mode 5, {len(keys)} keys, contexts kept"
    Taken(jobs, rounds).show(title, per, "divako, batch to rows")


HOURLY = struct.Struct("<IBIII15H")


def hourly(many: int) -> list[bytes]:
    hours = np.random.default_rng(4).integers(0, 20, (many, axioma_w1.HOURS))
    at, now = 1_767_225_600, 10_000_000
    return [
        HOURLY.pack(at + i % 1000, 0, now + i, at - 54_000, now + i - 400, *hour)
        for i, hour in enumerate(hours.tolist())
    ]


def bench_wrapping(name: str, many: int, few: int, rounds: int) -> None:
    frames, keys, _, formats = sealed(many, np.random.default_rng(3), WRAPPINGS[name])
    asked: dict[str, Any] = {"keys": KeyStore.from_mapping(keys), "formats": formats, "frame_format": "stripped"}
    same(decode_batch(frames, **asked), frames[:few], **asked)
    jobs = {
        "batch": cpu(lambda: decode_batch(frames, **asked)),
        "alone": cpu(lambda: scalar(frames[:few], **asked)),
    }
    taken = Taken(jobs, rounds).of
    each, alone = taken["batch"] / many, taken["alone"] / few
    print(f"  {name:38} {1e6 * each:9.2f} us each, one by one {alone / each:7.1f} x")


def bench_payloads(many: int, rounds: int) -> None:
    payloads = hourly(many)

    def tuples() -> list[list[tuple[int, float]]]:
        out = []
        for payload in payloads:
            time_now, _, volume, logged_at, logged, *steps = HOURLY.unpack(payload)
            rows = [(logged_at, logged / 1000)]
            for step in steps:
                logged_at += 3600
                logged += step
                rows.append((logged_at, logged / 1000))
            rows.append((time_now, volume / 1000))
            out.append(rows)
        return out

    def ours() -> Batch:
        return decode_batch(payloads, device="axioma_w1", f_port=100)

    readings = ours().readings
    flat = [row for rows in tuples() for row in rows]
    assert readings.value.tolist() == [value for _, value in flat]
    assert (readings.time.astype("int64") // 1000).tolist() == [when for when, _ in flat]
    jobs = {"divako, batch to rows": cpu(ours), "struct and tuples": cpu(tuples)}
    per = dict.fromkeys(jobs, many)
    Taken(jobs, rounds).show(f"{many} LoRaWAN payloads of 17 readings", per, "divako, batch to rows")


def measure_memory(many: int) -> None:
    times = np.datetime64("2026-01-01", "ms") + np.arange(many) * np.timedelta64(1, "s")
    frames = wired(many, 10, np.random.default_rng(2), meters=many // PER_METER)
    show_memory("telegrams", frames, received_at=times)
    one_each = wired(many, 10, np.random.default_rng(2), meters=many)
    show_memory("telegrams, each of a meter of its own,", one_each, received_at=times)
    show_memory("LoRaWAN payloads", hourly(many), device="axioma_w1", f_port=100)


def show_memory(what: str, frames: list[bytes], **asked: Any) -> None:
    many = len(frames)
    batch = decode_batch(frames, **asked)
    assert sum(len(block.telegram) for block in decode_blocks(frames, **asked).blocks) == many
    print(f"\nmemory of {many} {what} of {len(batch.readings) / many:.0f} readings, each with its time")
    del batch
    for name, decode_all in (("rows", decode_batch), ("blocks", decode_blocks)):
        gc.collect()
        tracemalloc.start()
        made = decode_all(frames, **asked)
        kept, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        print(f"  as {name:6} kept {kept / many:.0f} B each, at most {peak / many:.0f} B while they are decoded")
        del made


def bench_million() -> None:
    rng = np.random.default_rng(5)
    frames = wired(100_000, 10, rng, meters=100_000) * 10
    bad = rng.choice(len(frames), len(frames) // 100, replace=False)
    for i in bad.tolist():
        raw = bytearray(frames[i])
        raw[int(rng.integers(len(raw)))] ^= 1 << int(rng.integers(8))
        frames[i] = bytes(raw)
    start = time.process_time()
    batch = decode_batch(frames, errors="collect")
    taken = time.process_time() - start
    assert set(batch.errors.row.tolist()) == set(bad.tolist())
    print(
        f"\na million telegrams, {len(bad)} damaged: {taken:.1f} s, and {len(batch.errors)} refused, all of them those"
    )


def processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name")]
    return names[0] if names else platform.machine()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--telegrams", type=int, default=20_000)
    parser.add_argument("--few", type=int, default=2000, help="how many are decoded one by one")
    parser.add_argument("--payloads", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--million", action="store_true")
    arguments = parser.parse_args()
    python = f"Python {platform.python_version()}, numpy {np.__version__}"
    print(f"{python}, {processor()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    if arguments.million:
        bench_million()
        return
    with tempfile.TemporaryDirectory() as folder:
        bench_plain(arguments.telegrams, arguments.few, arguments.rounds, Path(folder))
        bench_sealed(arguments.telegrams, arguments.few, arguments.rounds, Path(folder))
    print(f"\n{arguments.telegrams} wireless telegrams, by what is around their records")
    for name in WRAPPINGS:
        bench_wrapping(name, arguments.telegrams, arguments.few, arguments.rounds)
    bench_own_layouts(arguments.few, arguments.rounds)
    bench_payloads(arguments.payloads, arguments.rounds)
    measure_memory(arguments.telegrams)


if __name__ == "__main__":
    main()
