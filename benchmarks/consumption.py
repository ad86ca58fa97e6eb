"""A year of a fleet to hours and Oslo days, beside what people use today.

    pip install -e . polars pandas
    pip install --no-deps eemeter
    python benchmarks/consumption.py --meters 10000

Every meter reads a little off the hour. The fleet is made chunk by chunk, and only the work is timed: CPU time
and time on the wall of this one process. Before a way is timed its answer is compared with the
others'. What is too slow for the whole fleet runs on a sample, scaled up and marked so; a peer that is not installed is
named and left out.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import importlib.util
import os
import platform
import sys
import time
import tracemalloc
import types

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from divako.consumption import CountGrid, consumption_by_calendar, count_grids
from divako.model import Consumption, Readings, Register
from divako.series import calendar_boundaries
from divako.units import Dimension


LITRES = Register("volume", Dimension.VOLUME, Fraction(1, 1000))
START, END = np.datetime64("2025-12-31T23:00", "ms"), np.datetime64("2026-12-31T23:00", "ms")
HOURS = 8762  # from an hour before the year to an hour behind it
EDGES = calendar_boundaries(START, END, freq="hour", tz="Europe/Oslo").astype("int64")
DAYS = np.searchsorted(EDGES, calendar_boundaries(START, END, freq="day", tz="Europe/Oslo").astype("int64"))

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Answer = tuple[Floats, Floats]  # hours and days of each meter [m³]


LOST = 0  # readings that each meter lost on the way


def chunk(first: int, meters: int) -> tuple[Ints, Ints]:
    """Make readings of some meters: times in ms and counts in litres, ``(meters, HOURS - LOST)``."""
    rng = np.random.default_rng([7, first])
    jitter = rng.integers(-60_000, 60_000, (meters, HOURS))
    at = int(START.astype("int64")) + (np.arange(HOURS) - 0.5) * 3_600_000
    time, count = at.astype("int64") + jitter, rng.integers(0, 40, (meters, HOURS)).cumsum(axis=1)
    if LOST:
        inner = rng.permuted(np.tile(np.arange(1, HOURS - 1), (meters, 1)), axis=1)[:, LOST:]
        kept = np.sort(np.concatenate([inner, np.full((meters, 2), [0, HOURS - 1])], axis=1), axis=1)
        time, count = np.take_along_axis(time, kept, axis=1), np.take_along_axis(count, kept, axis=1)
    return time, count


def readings_of(at: Ints, count: Ints) -> Readings:
    meters = len(at)
    n = at.size
    return Readings(
        meter=np.repeat(np.arange(meters, dtype="int32"), at.shape[1]),
        register=np.zeros(n, dtype="int32"),
        time=at.ravel().view("datetime64[ms]"),
        value=count.ravel() / 1000,
        count=count.ravel(),
        count_known=np.ones(n, dtype="bool"),
        storage=np.zeros(n, dtype="int64"),
        tariff=np.zeros(n, dtype="int32"),
        subunit=np.zeros(n, dtype="int32"),
        function=np.zeros(n, dtype="uint8"),
        status=np.zeros(n, dtype="uint32"),
        meter_ids=tuple(f"m{i}" for i in range(meters)),
        registers=(LITRES,),
    )


class Way:
    """A way to do it: `prepare` brings the readings into its own form, `work` is what is timed."""

    name = ""
    prepare: Callable[[Ints, Ints], Any]
    work: Callable[[Any], Any]
    answer: Callable[[Any], Answer]


class Divako(Way):
    name = "divako, table"

    @staticmethod
    def prepare(at: Ints, count: Ints) -> Readings:
        return readings_of(at, count)

    @staticmethod
    def work(readings: Readings) -> dict[str, Consumption]:
        return consumption_by_calendar(readings, ("hour", "day"), tz="Europe/Oslo", start=START, end=END)

    @staticmethod
    def answer(result: dict[str, Consumption]) -> Answer:
        hours, days = result["hour"], result["day"]
        assert (hours.coverage == 1).all()
        assert (days.coverage == 1).all()
        by_hour, by_day = hours.count.reshape(-1, len(EDGES) - 1), days.count.reshape(-1, len(DAYS) - 1)
        assert (np.add.reduceat(by_hour, DAYS[:-1], axis=1) == by_day).all()  # to the last litre
        return hours.value.reshape(by_hour.shape), days.value.reshape(by_day.shape)


class Grids(Way):
    name = "divako, matrices of counts"

    @staticmethod
    def prepare(at: Ints, count: Ints) -> Readings:
        return readings_of(at, count)

    @staticmethod
    def work(readings: Readings) -> dict[str, CountGrid]:
        return count_grids(readings, ("hour", "day"), tz="Europe/Oslo", start=START, end=END)

    @staticmethod
    def answer(result: dict[str, CountGrid]) -> Answer:
        hours, days = result["hour"], result["day"]
        assert (hours.coverage() == 1).all()
        assert (days.coverage() == 1).all()
        assert (np.add.reduceat(hours.count, DAYS[:-1], axis=1) == days.count).all()  # to the last litre
        return hours.value(), days.value()


class Interp(Way):
    name = "np.interp per meter, float"

    @staticmethod
    def prepare(at: Ints, count: Ints) -> tuple[Floats, Floats]:
        return at.astype("float64"), count / 1000

    @staticmethod
    def work(made: tuple[Floats, Floats]) -> Answer:
        at, value = made
        edges = EDGES.astype("float64")
        hours, days = np.empty((len(at), len(EDGES) - 1)), np.empty((len(at), len(DAYS) - 1))
        for i in range(len(at)):
            stood = np.interp(edges, at[i], value[i])
            np.subtract(stood[1:], stood[:-1], out=hours[i])
            days[i] = np.diff(stood[DAYS])
        return hours, days

    @staticmethod
    def answer(result: Answer) -> Answer:
        return result


def polars_way() -> type[Way] | None:
    try:
        import polars as pl
    except ImportError:
        print("polars is not installed and left out")
        return None

    is_day = np.zeros(len(EDGES), dtype="bool")
    is_day[DAYS] = True

    class Polars(Way):
        name = f"polars {pl.__version__}, as-of join"

        @staticmethod
        def prepare(at: Ints, count: Ints) -> tuple[Any, Any]:
            meters = len(at)
            frame = pl.DataFrame(
                {
                    "meter": np.repeat(np.arange(meters, dtype="int32"), at.shape[1]),
                    "time": at.ravel(),
                    "value": count.ravel() / 1000,
                }
            ).with_columns(pl.col("time").set_sorted())
            wanted = pl.DataFrame(
                {
                    "meter": np.repeat(np.arange(meters, dtype="int32"), len(EDGES)),
                    "time": np.tile(EDGES, meters),
                    "is_day": np.tile(is_day, meters),
                }
            )
            return frame, wanted

        @staticmethod
        def work(made: tuple[Any, Any]) -> tuple[Any, Any]:
            frame, wanted = made
            steps = frame.with_columns(
                began=pl.col("time"),
                until=pl.col("time").shift(-1).over("meter"),
                then=pl.col("value").shift(-1).over("meter"),
            )
            stood = wanted.join_asof(
                steps, on="time", by="meter", strategy="backward", check_sortedness=False
            ).with_columns(
                stood=pl.col("value")
                + (pl.col("then") - pl.col("value"))
                * (pl.col("time") - pl.col("began"))
                / (pl.col("until") - pl.col("began"))
            )
            hours = stood.select("meter", "time", passed=pl.col("stood").diff().over("meter"))
            days = stood.filter("is_day").select("meter", "time", passed=pl.col("stood").diff().over("meter"))
            return hours.drop_nulls(), days.drop_nulls()

        @staticmethod
        def answer(result: tuple[Any, Any]) -> Answer:
            hours, days = (table["passed"].to_numpy() for table in result)
            return hours.reshape(-1, len(EDGES) - 1), days.reshape(-1, len(DAYS) - 1)

    return Polars


def pandas_way() -> type[Way] | None:
    try:
        import pandas as pd
    except ImportError:
        print("pandas is not installed and left out")
        return None

    class Pandas(Way):
        name = f"pandas {pd.__version__}, a series at a time"

        @staticmethod
        def prepare(at: Ints, count: Ints) -> list[Any]:
            return [
                pd.Series(c / 1000, index=pd.DatetimeIndex(t.view("datetime64[ms]")))
                for t, c in zip(at, count, strict=True)
            ]

        @staticmethod
        def work(made: list[Any]) -> list[tuple[Any, Any]]:
            wanted = pd.DatetimeIndex(EDGES.view("datetime64[ms]"))
            out = []
            for series in made:
                joined = series.reindex(series.index.union(wanted)).interpolate(method="time")
                stood = joined.reindex(wanted)
                out.append((stood.diff().iloc[1:], stood.iloc[DAYS].diff().iloc[1:]))
            return out

        @staticmethod
        def answer(result: list[tuple[Any, Any]]) -> Answer:
            return np.array([h.to_numpy() for h, _ in result]), np.array([d.to_numpy() for _, d in result])

    return Pandas


def eemeter_way() -> type[Way] | None:
    found = importlib.util.find_spec("eemeter")
    if found is None or found.submodule_search_locations is None:
        print("eemeter is not installed and left out")
        return None
    # Its packages import models, plots and compilers that as_freq does without; only its own module is loaded.
    (folder,) = found.submodule_search_locations
    for name in ("eemeter", "eemeter.eemeter", "eemeter.eemeter.common"):
        package = types.ModuleType(name)
        package.__path__ = [os.path.join(folder, *name.split(".")[1:])]  # noqa: PTH118 - a search path
        sys.modules[name] = package
    try:
        import pandas as pd

        as_freq = importlib.import_module("eemeter.eemeter.common.transform").as_freq
    except ImportError as error:
        print(f"eemeter cannot be loaded ({error}) and is left out")
        return None

    class Eemeter(Way):
        name = "eemeter, as_freq"

        @staticmethod
        def prepare(at: Ints, count: Ints) -> list[Any]:
            return [
                pd.Series(
                    np.append(np.diff(c) / 1000, np.nan), index=pd.DatetimeIndex(t.view("datetime64[ms]"), tz="UTC")
                ).tz_convert("Europe/Oslo")
                for t, c in zip(at, count, strict=True)
            ]

        @staticmethod
        def work(made: list[Any]) -> list[tuple[Any, Any]]:
            return [(as_freq(s, "h", atomic_freq="1min"), as_freq(s, "D", atomic_freq="1min")) for s in made]

        @staticmethod
        def answer(result: list[tuple[Any, Any]]) -> Answer:
            begin, end = (np.datetime64(e, "ms") for e in (START, END))
            picked = [
                tuple(
                    table[
                        (table.index >= begin.item().isoformat() + "Z") & (table.index < end.item().isoformat() + "Z")
                    ]
                    for table in tables
                )
                for tables in result
            ]
            return np.array([h.to_numpy() for h, _ in picked]), np.array([d.to_numpy() for _, d in picked])

    return Eemeter


def agree(ours: Answer, theirs: Answer, name: str, within: float) -> None:
    """Compare answers; ours are whole litres, so they may differ by one."""
    off = max(float(np.abs(a - b).max()) for a, b in zip(ours, theirs, strict=True))
    total = float((theirs[0].sum() - ours[0].sum()) / ours[0].sum())
    print(f"  {name}: bins differ by at most {off * 1000:.3f} L, the total by {total:+.2e}", flush=True)
    assert off <= within, f"{name} gives another answer"


def fleet(meters: int, size: int, way: type[Way]) -> Iterator[Any]:
    for first in range(0, meters, size):
        at, count = chunk(first, min(size, meters - first))
        yield way.prepare(at, count)


def timed(meters: int, size: int, way: type[Way]) -> tuple[float, float]:
    """Give CPU time and time on the wall of the work alone. [s]"""
    cpu = wall = 0.0
    for made in fleet(meters, size, way):
        gc.collect()
        before = time.process_time(), time.perf_counter()
        way.work(made)
        cpu, wall = cpu + time.process_time() - before[0], wall + time.perf_counter() - before[1]
    return cpu, wall


def memory(made: Iterator[Readings], what: str) -> None:
    """Say how much memory the work takes beyond the readings and its result, as numpy asks for it."""
    most = 0.0
    for readings in made:
        gc.collect()
        tracemalloc.start()
        result = Grids.work(readings)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        most = max(most, peak - sum(g.count.nbytes + g.quality.nbytes + g.steps.nbytes for g in result.values()))
    print(f"{what}: at most {most / 2**20:.0f} MiB above input and result", flush=True)


def show(name: str, meters: int, cpu: float, wall: float, ours: tuple[float, float], note: str = "") -> None:
    per = 1e9 * cpu / (meters * (HOURS - LOST))
    ratio = "" if name == Grids.name else f"  {cpu / ours[0]:6.2f} x CPU {wall / ours[1]:6.2f} x wall"
    print(f"{name:34} {cpu:8.2f} s CPU {wall:8.2f} s wall {per:8.1f} ns/reading{ratio}  {note}", flush=True)


def bench_polars(polars: type[Way], meters: int, at_once: int, base: tuple[float, float]) -> None:
    tried = {k: timed(min(200, meters), k, polars) for k in (5, 20, 50, 200)}
    best = min(tried, key=lambda k: tried[k])
    show(polars.name, meters, *timed(meters, best, polars), base, f"chunks of {best} meters")
    cpu, wall = timed(at_once, at_once, polars)
    note = "all in one frame" + ("" if at_once == meters else f", {at_once} meters scaled up")
    show(polars.name, meters, cpu * meters / at_once, wall * meters / at_once, base, note)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--meters", type=int, default=10_000)
    parser.add_argument("--chunk", type=int, default=250)
    parser.add_argument("--rounds", type=int, default=3, help="of divako and numpy; the median counts")
    parser.add_argument("--sample", type=int, default=50, help="meters for pandas")
    parser.add_argument("--few", type=int, default=3, help="meters for eemeter")
    parser.add_argument("--at-once", type=int, default=None, help="meters for polars in one frame; all by default")
    parser.add_argument("--lost", type=int, default=0, help="readings that each meter lost, anywhere in the year")
    arguments = parser.parse_args()
    globals()["LOST"] = arguments.lost
    meters, size = arguments.meters, min(arguments.chunk, arguments.meters)
    print(f"Python {platform.python_version()}, numpy {np.__version__}, {platform.machine()}, {os.cpu_count()} cores")
    print(f"{meters} meters x {HOURS - LOST} readings to {len(EDGES) - 1} hours and {len(DAYS) - 1} Oslo days")
    polars, pandas, eemeter = polars_way(), pandas_way(), eemeter_way()
    few = chunk(0, max(arguments.few, 3))
    ours = Grids.answer(Grids.work(Grids.prepare(*few)))
    for way, within in ((Divako, 0.0), (Interp, 0.00101), (polars, 0.00101), (pandas, 0.00101), (eemeter, 0.2)):
        if way is not None:
            agree(ours, way.answer(way.work(way.prepare(*few))), way.name, within)
    for made in (few, chunk(0, size)):  # warm
        Grids.work(Grids.prepare(*made))
    runs = {way: [] for way in (Grids, Divako, Interp)}
    for _ in range(arguments.rounds):
        for way, taken in runs.items():
            taken.append(timed(meters, size, way))
    middle = {way: sorted(taken)[len(taken) // 2] for way, taken in runs.items()}
    base = middle[Grids]
    for way, (cpu, wall) in middle.items():
        show(way.name, meters, cpu, wall, base)
    if polars is not None:
        bench_polars(polars, meters, arguments.at_once or meters, base)
    for way, sample in ((pandas, arguments.sample), (eemeter, arguments.few)):
        if way is not None and sample:
            cpu, wall = timed(sample, sample, way)
            show(way.name, meters, cpu * meters / sample, wall * meters / sample, base, f"{sample} meters scaled up")
    memory(fleet(2 * size, size, Grids), f"memory in chunks of {size} meters")
    one = min(meters, 2000)
    memory(fleet(one, one, Grids), f"memory of one call of {one} meters")


if __name__ == "__main__":
    main()
