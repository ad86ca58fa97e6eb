"""Telegrams of meters with drivers, in batches and one by one.

    pip install -e .
    python benchmarks/drivers.py

For every installed driver of an M-Bus meter, the first telegram of its examples, 20,000 times over: CPU time of `decode_batch`, and of
`decode` with `readings_of`, the median of rounds in which both take their turn. Before that, both must give the same numbers.
"""

from __future__ import annotations

import argparse
import statistics
import time

from collections.abc import Callable
from typing import Any

import numpy as np

from divako import drivers
from divako.drivers import MbusDriver
from divako.telegrams import KeyStore, decode, decode_batch, readings_of


MANY, FEW = 20_000, 1_000


def cpu(job: Callable[[], Any]) -> float:
    """Give the CPU time of a job. [s]"""
    start = time.process_time()
    job()
    return time.process_time() - start


def main() -> None:
    """Time every driver."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = range(parser.parse_args().rounds)
    for name in drivers.available(link="mbus"):
        driver = drivers.load(name)
        assert isinstance(driver, MbusDriver)
        example = driver.examples[0]
        keys = None if example.key is None else KeyStore.single(example.key)
        frames = [example.frame] * MANY

        def together(frames: list[bytes] = frames, keys: KeyStore | None = keys) -> Any:
            return decode_batch(frames, keys=keys).readings

        def alone(frames: list[bytes] = frames, keys: KeyStore | None = keys) -> Any:
            return readings_of([decode(frame, keys=keys) for frame in frames[:FEW]])

        mine, yours = together(), alone()
        np.testing.assert_array_equal(mine.value[: len(yours)], yours.value)
        times = [(cpu(together) / MANY, cpu(alone) / FEW) for _ in rounds]
        batch, single = (1e6 * statistics.median(column) for column in zip(*times, strict=True))
        print(f"{name:22} {len(yours) / FEW:5.0f} readings {batch:8.2f} us {single:8.1f} us  {single / batch:6.1f} x")


if __name__ == "__main__":
    main()
