"""Alert rules, liveness and night flow."""

from __future__ import annotations

import json

from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from divako.alerts import Liveness, Threshold, battery_forecast, group_outage, learn_intervals, liveness
from divako.leaks import NightUse, minimum_night_flow
from divako.model import Consumption, Quality, Register
from divako.units import Dimension


Document = dict[str, Any]
HOUR = np.timedelta64(3_600_000, "ms")


def instants(texts: list[str]) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
    return np.array([text.removesuffix("Z") for text in texts], dtype="datetime64[ms]")


def text_of(instant: np.datetime64) -> str:
    return f"{instant.astype('datetime64[s]')}Z"


def run_threshold(data: Document) -> Document:
    threshold = Threshold(
        op=data["op"],
        raise_at=float(data["raise"]),
        clear_at=float(data["clear"]) if "clear" in data else None,
        for_s=data.get("for_s", 0),
        keep_s=data.get("keep_s", 0),
    )
    times = instants([sample["t"] for sample in data["samples"]])
    events, state = threshold.run(times, np.array([float(sample["v"]) for sample in data["samples"]]))
    return {
        "events": [
            {"t": text_of(e.time), "event": e.event} | ({"since": text_of(e.since)} if e.event == "raised" else {})
            for e in events
        ],
        "state": state.phase,
    }


def hourly(data: Document) -> Consumption:
    """Make the table; the values of a case are litres, and stay what they are."""
    start = instants([hour["t"] for hour in data["hours"]])
    n = len(start)
    values = [Fraction(hour["v"]) for hour in data["hours"]]
    return Consumption(
        meter=np.zeros(n, dtype="int32"),
        register=np.zeros(n, dtype="int32"),
        start=start,
        end=start + HOUR,
        value=np.array([float(value) for value in values]),
        count=np.array([int(value) for value in values], dtype="int64"),
        count_known=np.ones(n, dtype="bool"),
        coverage=np.ones(n),
        quality=np.full(n, int(Quality.MEASURED), dtype="uint8"),
        steps=np.zeros(n, dtype="uint16"),
        meter_ids=("m",),
        registers=(Register("volume", Dimension.VOLUME),),
    )


def run_night_flow(data: Document) -> Document:
    table = hourly(data)
    rule = NightUse(limit_m3_h=float(data["limit"]), window=data["window"], nights=data["nights"], tz=data["tz"])
    axis = np.arange(table.start.min(), table.end.max(), HOUR)
    flow = np.full((1, len(axis)), np.nan)
    flow[0, (table.start - axis[0]) // HOUR] = table.value
    night = minimum_night_flow(flow, axis, window=rule.window, tz=rule.tz)
    found = rule.find(table).rows()
    raised = np.flatnonzero(night.start == found[0].start)[0] + rule.nights - 1 if found else None
    return {
        "night_minimum": {str(d): v for d, v in zip(night.date, night.lowest_m3_h[0].tolist(), strict=True)},
        "raised_on": None if raised is None else str(night.date[raised]),
    }


def run_learn_interval(data: Document) -> Document:
    times = instants(data["arrivals"])
    interval = learn_intervals(np.zeros(len(times), dtype="int64"), times, sensors=1)[0]
    return {"interval_s": None if np.isnan(interval) else float(interval)}


def run_liveness(data: Document) -> Document:
    sensors = data["sensors"]
    last = instants([sensor["last"] or "NaT" for sensor in sensors])
    states = liveness(
        (instants([data["now"]])[0] - last) / np.timedelta64(1, "s"),
        np.array([float(sensor["interval_s"]) for sensor in sensors]),
        late_factor=float(data["late_factor"]),
        silent_factor=float(data["silent_factor"]),
    )
    return {"states": {s["id"]: Liveness(int(state)).name.lower() for s, state in zip(sensors, states, strict=True)}}


def run_group_outage(data: Document) -> Document:
    ids = [sensor["id"] for sensor in data["sensors"]]
    gateways = sorted({gateway for sensor in data["sensors"] for gateway in sensor["gateways"]})
    outage = group_outage(
        np.array([[gateway in sensor["gateways"] for sensor in data["sensors"]] for gateway in gateways]),
        np.array([one in data["silent"] for one in ids]),
        min_count=data["min_count"],
        min_share=float(data["min_share"]),
    )
    return {
        "gateways_out": [gateways[i] for i in np.flatnonzero(outage.out)],
        "sensor_alerts": [ids[i] for i in np.flatnonzero(outage.own)],
        "suppressed": [ids[i] for i in np.flatnonzero(outage.explained)],
    }


def run_battery_forecast(data: Document) -> Document:
    day, level = np.array(data["points"], dtype="float64").T
    slope, days = battery_forecast(day, level, limit=float(data["limit"]))
    # The expected decimals are exact; a line through binary floats is so to a part in 10^12.
    return {
        "slope_per_day": float(f"{slope:.12g}"),
        "days_left": float(f"{days:.12g}") if np.isfinite(days) else None,
    }


RUN: dict[str, Callable[[Document], Document]] = {
    "threshold": run_threshold,
    "night_flow": run_night_flow,
    "learn_interval": run_learn_interval,
    "liveness": run_liveness,
    "group_outage": run_group_outage,
    "battery_forecast": run_battery_forecast,
}


def agrees(got: Any, expected: Any) -> bool:
    if isinstance(expected, dict):
        return got.keys() == expected.keys() and all(agrees(got[key], value) for key, value in expected.items())
    if isinstance(expected, list):
        return len(got) == len(expected) and all(agrees(g, e) for g, e in zip(got, expected, strict=True))
    if isinstance(got, float):
        return expected is not None and got == float(expected)
    return bool(got == expected)


def test_every_case_of_a_built_operation_passes(cases: Path, excluded: dict[str, dict[str, str]]) -> None:
    document = json.loads((cases / "alerts" / "cases.json").read_text(encoding="utf-8"))
    passed: Counter[str] = Counter()
    total: Counter[str] = Counter()
    failed = []
    for case in document["cases"]:
        if case["op"] in excluded["alerts"] or case["id"] in excluded["alerts"]:
            continue
        total[case["op"]] += 1
        if agrees(RUN[case["op"]](case["input"]), case["expect"]):
            passed[case["op"]] += 1
        else:
            failed.append(case["id"])
    for op, n in total.items():
        print(f"alerts {op}: {passed[op]}/{n}")  # noqa: T201 - the score
    assert not failed
    assert total.keys() <= RUN.keys()  # another set of cases may lack an operation, and has none beside them
