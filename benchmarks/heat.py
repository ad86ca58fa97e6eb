"""What the door for pint costs a series, and what heat by IAPWS-IF97 costs a row.

    python benchmarks/heat.py

CPU time, median of several runs. The door is timed as the difference between the same call
with quantities and with plain arrays; a series is a year of hours.
"""

from __future__ import annotations

import statistics
import time

from collections.abc import Callable
from typing import Any

import numpy as np
import pint

from divako.heat import heat_by_coefficient_kwh, heat_coefficient_kwh_m3_k, heat_kwh
from divako.units import magnitude, quantity


HOURS = 8760
METERS = 200


def cpu(call: Callable[[], Any], *, repeat: int = 9, loops: int = 1) -> float:
    """Give the median CPU time of one call. [s]"""
    call()
    times = []
    for _ in range(repeat):
        begin = time.process_time()
        for _ in range(loops):
            call()
        times.append((time.process_time() - begin) / loops)
    return statistics.median(times)


def door() -> None:
    ureg = pint.get_application_registry()
    rng = np.random.default_rng(1)
    volume, flow, back = rng.uniform(0, 1, HOURS), rng.uniform(60, 90, HOURS), rng.uniform(30, 50, HOURS)
    k = np.float64(1.15)
    plain = cpu(lambda: heat_by_coefficient_kwh(volume, flow, back, coefficient_kwh_m3_k=k), loops=2000)
    same = ureg.Quantity(volume, "m**3"), ureg.Quantity(flow, "degC"), ureg.Quantity(back, "degC")
    litres = ureg.Quantity(volume * 1000, "liter"), *same[1:]
    for name, given in (("in the units of the kernel", same), ("volume in litres", litres)):
        with_units = cpu(lambda given=given: heat_by_coefficient_kwh(*given, coefficient_kwh_m3_k=k), loops=2000)
        print(f"  three quantities in, one out, {name}: {(with_units - plain) * 1e6:5.1f} us more than plain arrays")
    print(f"  magnitude(), litres to m3: {cpu(lambda: magnitude(litres[0], 'm3'), loops=2000) * 1e6:5.1f} us")
    print(f"  quantity(): {cpu(lambda: quantity(volume, 'm3'), loops=2000) * 1e6:5.1f} us")
    print(f"  pint alone, litres to m3: {cpu(lambda: litres[0].to('m**3').magnitude, loops=2000) * 1e6:5.1f} us")


def heat() -> None:
    rng = np.random.default_rng(2)
    shape = METERS, HOURS
    volume, flow, back = rng.uniform(0, 1, shape), rng.uniform(60, 90, shape), rng.uniform(30, 50, shape)
    pressure = rng.uniform(0.6, 1.6, shape)
    rows = volume.size
    calls: dict[str, Callable[[], Any]] = {
        "heat, one pressure": lambda: heat_kwh(volume, flow, back, metered="return"),
        "heat, a pressure of each row": lambda: heat_kwh(volume, flow, back, pressure, metered="return"),
        "heat coefficient": lambda: heat_coefficient_kwh_m3_k(flow, back, metered="return"),
        "k V dT in numpy": lambda: 1.15 * volume * (flow - back),
    }
    for name, call in calls.items():
        seconds = cpu(call, repeat=3)
        print(f"  {name}: {seconds / rows * 1e9:6.1f} ns a row")
    try:
        from iapws.iapws97 import _Region1
    except ImportError:
        return
    one = float(flow[0, 0]) + 273.15
    print(f"  iapws, one property of one row: {cpu(lambda: _Region1(one, 1.6), loops=200) * 1e9:6.0f} ns")


def main() -> None:
    print(f"the door for pint, a series of {HOURS} hours")
    door()
    print(f"water by IAPWS-IF97, {METERS} meters x {HOURS} hours")
    heat()


if __name__ == "__main__":
    main()
