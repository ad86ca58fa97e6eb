"""Consumption cases: readings to steps, steps to calendars, exactly."""

from __future__ import annotations

import collections
import datetime as dt
import json

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from divako.consumption import (
    ExactConsumption,
    exact_consumption,
    interval_consumption,
    peak_power,
    prorate_days,
)
from divako.errors import SeriesError, UnitError
from divako.estimation import fill_gap
from divako.heat import (
    HeatingSeason,
    degree_days,
    energy_signature,
    heat_by_coefficient_kwh,
    heat_coefficient_kwh_m3_k,
    heat_kwh,
    volume_at_reference_m3,
    weather_normalised_kwh,
)
from divako.model import Kind, Medium, Meter, Quality, Readings, Register, Step
from divako.series import Exchange, Reset, calendar_boundaries, instant_of, pulse_steps, steps_of
from divako.units import Dimension, ExactQuantity, convert, exact_factor


Case = dict[str, Any]


def instant(text: str) -> np.datetime64:
    time = dt.datetime.fromisoformat(text)
    return np.datetime64(time.astimezone(dt.UTC).replace(tzinfo=None), "ms")


def stamp(at: np.datetime64) -> str:
    return f"{at.astype('datetime64[s]')}Z"


def unit_of(case: Case) -> Fraction:
    """Give the worth of the unit in which a case writes its values. [canonical unit]"""
    return exact_factor(case["register"]["unit"])[1]


def register_of(case: Case) -> Register:
    given = case["register"]
    dimension, factor = exact_factor(given["unit"])
    return Register("volume", dimension, factor * Fraction(1, 10 ** given["decimals"]), Kind.COUNTER)


def arguments(case: Case) -> tuple[Readings, dict[str, Any]]:
    """Turn the input of a case into the arguments of the public calls."""
    policy = case.get("policy", {})
    rate = policy.get("max_rate_per_h")
    register, unit = register_of(case), unit_of(case)
    meter = Meter(
        id="m",
        medium=Medium.OTHER,
        int_digits=case["register"]["int_digits"],
        digits_unit=case["register"]["unit"],
        max_rate_per_h=None if rate is None else Fraction(rate) * unit,
    )
    exchanges = [
        Exchange(
            meter_id="m",
            time=instant(r["t"]),
            old_final=Fraction(r["old_final"]) * unit,
            new_start=Fraction(r["new_start"]) * unit,
            new_int_digits=r.get("new_int_digits"),
        )
        for r in case["readings"]
        if r.get("event") == "exchange"
    ]
    resets = [
        Reset(meter_id="m", time=instant(r["t"]), start=Fraction(r.get("reset_start", "0")) * unit)
        for r in case["readings"]
        if r.get("event") == "reset"
    ]
    plain = [r for r in case["readings"] if "v" in r]
    counts = [Fraction(r["v"]) * unit / register.factor for r in plain]
    assert all(count.denominator == 1 for count in counts)
    readings = Readings.of_counts("m", register, [instant(r["t"]) for r in plain], [int(count) for count in counts])
    return readings, {
        "meters": [meter],
        "exchanges": exchanges,
        "resets": resets,
        "reverse_tolerance": Fraction(policy.get("reverse_tolerance", "0")) * unit,
        "on_conflict": policy.get("on_conflict", "error"),
    }


def same(got: Fraction | None, wanted: str | None) -> bool:
    return got is None if wanted is None else got is not None and got == Fraction(wanted)


def known(text: str | None) -> Fraction | None:
    return None if text is None else Fraction(text)


def intervals(case: Case, expect: Case) -> bool:
    readings, more = arguments(case)
    steps, dropped = steps_of(readings, **more)
    factor = register_of(case).factor / unit_of(case)
    total = Fraction(0)
    for i, wanted in enumerate(expect["intervals"]):
        known = bool(steps.count_known[i])
        passed = int(steps.count[i]) * factor if known else None
        total += passed or 0
        flags = sorted(str(bit.name).lower() for bit in Step if bit and steps.flags[i] & bit)
        span = stamp(steps.start[i]), stamp(steps.end[i])
        if span != (stamp(instant(wanted["start"])), stamp(instant(wanted["end"]))):
            return False
        if not same(passed, wanted["consumption"]) or flags != sorted(wanted["flags"]):
            return False
    # Arrivals are counted over all readings of a case, events included.
    arrivals = [i for i, r in enumerate(case["readings"]) if "v" in r]
    left_out = [
        {"index": arrivals[row], "reason": dropped.reasons[why]}
        for row, why in sorted(zip(dropped.row.tolist(), dropped.reason.tolist(), strict=True))
    ]
    return (
        len(steps) == len(expect["intervals"]) and total == Fraction(expect["total"]) and left_out == expect["dropped"]
    )


def edges_of(case: Case) -> np.ndarray[Any, Any]:
    if "boundaries" in case:
        return np.array([instant(t) for t in case["boundaries"]])
    ends = []
    for text in (case["start"], case["end"]):
        time = dt.datetime.fromisoformat(text)
        ends.append(instant(text) if time.tzinfo else instant_of(time, tz=case["tz"]))
    return calendar_boundaries(*ends, freq=case["freq"], tz=case["tz"])


def resample(case: Case, expect: Case) -> bool:
    """Run a case through the calls that users have: as one meter, and within a fleet with boundaries of its own."""
    readings, more = arguments(case)
    edges, gap, quantum = edges_of(case), case.get("max_gap_s"), case.get("quantum")
    more["max_gap_s"] = None if gap is None else int(gap)
    more["quantum"] = None if quantum is None else Fraction(quantum) * unit_of(case)
    alone = exact_consumption(readings, boundaries=edges, **more)
    other = Readings.of_counts("other", readings.registers[0], edges[:1], [1])
    fleet = exact_consumption(
        Readings.concatenate([other, readings]), boundaries={"m": edges, "other": edges[[0, -1]]}, **more
    )
    floored = interval_consumption(readings, boundaries=edges, **more)
    off = floored.total() - Fraction(expect["total"]) * unit_of(case)
    conserved = off == 0 if quantum is not None else abs(off) < register_of(case).factor
    return conserved and as_expected(alone, 0, case, expect) and as_expected(fleet, 1, case, expect)


def as_expected(exact: ExactConsumption, skip: int, case: Case, expect: Case) -> bool:
    table, total = exact.table, Fraction(0)
    for row, wanted in enumerate(expect["bins"], skip):
        value = exact.value(row)
        shown = None if value is None else value / unit_of(case)
        total += shown or 0
        quality = Quality(int(table.quality[row])).name.lower()
        if not same(shown, wanted["value"]) or not same(exact.coverage(row), wanted["coverage"]):
            return False
        if quality != wanted["quality"]:
            return False
        if (table.start[row], table.end[row]) != (instant(wanted["start"]), instant(wanted["end"])):
            return False
    return len(table) == len(expect["bins"]) + skip and total == Fraction(expect["total"])


def calendar(case: Case, expect: Case) -> bool:
    if "local" in case:
        at = instant_of(dt.datetime.fromisoformat(case["local"]), tz=case["tz"], fold=case.get("fold"))
        return bool(stamp(at) == expect["utc"])
    start = instant_of(dt.datetime.fromisoformat(case["date"]), tz=case["tz"])
    edges = calendar_boundaries(start, start + np.timedelta64(1, "ms"), freq=case["unit"], tz=case["tz"])
    hours = Fraction(int((edges[1] - edges[0]).astype("int64")), 3_600_000)
    return bool(
        (stamp(edges[0]), stamp(edges[1]), hours) == (expect["start"], expect["end"], Fraction(expect["hours"]))
    )


def pulses(case: Case, expect: Case) -> bool:
    worth, counts = Fraction(case["units_per_pulse"]), case["counts"]
    steps = [int(step) * worth for step in pulse_steps(counts, bits=case["bits"])]
    if case["bits"] > 62:  # more than counts of readings hold
        return steps == [Fraction(s) for s in expect["steps"]] and sum(steps) == Fraction(expect["total"])
    hours = np.datetime64("2026-01-01", "ms") + np.arange(len(counts)) * np.timedelta64(1, "h")
    readings = Readings.of_counts("m", Register("volume", Dimension.VOLUME, worth), hours, counts)
    meter = Meter(id="m", medium=Medium.OTHER, counter_bits=case["bits"])
    fleet = steps_of(readings, meters=[meter])[0]
    assert [int(count) * worth for count in fleet.count] == steps
    return steps == [Fraction(s) for s in expect["steps"]] and sum(steps) == Fraction(expect["total"])


def near(got: Any, wanted: str, tolerance: Case) -> bool:
    return bool(float(got) == pytest.approx(float(wanted), rel=tolerance.get("rel", 0), abs=tolerance.get("abs", 0)))


def quantity_of(pair: list[str]) -> ExactQuantity:
    return ExactQuantity(Fraction(pair[0]), pair[1])


def converted(case: Case, expect: Case) -> bool:
    return same(convert(Fraction(case["value"]), case["from"], case["to"]), expect["value"])


def added(case: Case, expect: Case) -> bool:
    total = quantity_of(case["a"]) + quantity_of(case["b"])
    return total == quantity_of([expect["value"], expect["unit"]])


def heat_if97(case: Case, expect: Case) -> bool:
    volume, flow, back, pressure = (
        float(Fraction(case[key])) for key in ("volume_m3", "t_flow_C", "t_return_C", "pressure_MPa")
    )
    energy = heat_kwh(volume, flow, back, pressure, metered=case["meter"])
    k = heat_coefficient_kwh_m3_k(flow, back, pressure, metered=case["meter"])
    tolerance = expect["tolerance"]
    return near(energy, expect["energy_kwh"], tolerance.get("energy_kwh", {})) and near(
        k, expect["k_kwh_per_m3K"], tolerance.get("k_kwh_per_m3K", {})
    )


def heat_k(case: Case, expect: Case) -> bool:
    k, volume, flow, back = (Fraction(case[key]) for key in ("k", "volume_m3", "t_flow", "t_return"))
    return same(heat_by_coefficient_kwh(volume, flow, back, coefficient_kwh_m3_k=k).item(), expect["energy_kwh"])


def volume_at_reference(case: Case, expect: Case) -> bool:
    volume, at, to, pressure = (float(Fraction(case[key])) for key in ("volume_m3", "t_C", "t_ref_C", "pressure_MPa"))
    got = volume_at_reference_m3(volume, at, pressure, reference_degc=to)
    return near(got, expect["volume_m3"], expect["tolerance"].get("volume_m3", {}))


def degree_days_of(case: Case, expect: Case) -> bool:
    season = None
    if "season_start_below" in case:
        season = HeatingSeason(
            start_below_degc=Fraction(case["season_start_below"]),
            stop_above_degc=Fraction(case["season_stop_above"]),
            on_at_start=case.get("season_on_at_start", False),
        )
    got = degree_days([known(mean) for mean in case["daily_means"]], base_degc=Fraction(case["base"]), season=season)
    per_day = all(same(one, wanted) for one, wanted in zip(got.per_day, expect["per_day"], strict=True))
    return per_day and same(got.total.item(), expect["degree_days"]) and got.heating_days == expect["heating_days"]


def normalise(case: Case, expect: Case) -> bool:
    got = weather_normalised_kwh(
        Fraction(case["energy"]),
        degree_days=Fraction(case["hdd_actual"]),
        normal_degree_days=Fraction(case["hdd_normal"]),
        fixed_share=Fraction(case["temperature_independent_share"]),
    )
    return same(got.item(), expect["energy"])


def et_curve(case: Case, expect: Case) -> bool:
    temperature, energy = zip(*((known(t), known(e)) for t, e in case["points"]), strict=True)
    curve = energy_signature(energy, temperature, balance_degc=Fraction(case["balance_temperature"]))
    predicted = curve.predict([Fraction(t) for t in case.get("predict_at", [])])
    return [curve.slope_kwh_k, curve.base_kwh, *predicted] == [
        Fraction(number) for number in (expect["slope"], expect["base"], *expect.get("predicted", []))
    ]


def peak(case: Case, expect: Case) -> bool:
    readings, more = arguments(case)
    edges, quantum = edges_of(case), case.get("quantum")
    more["quantum"] = None if quantum is None else Fraction(quantum) * unit_of(case)
    days = {"top_days": case.get("top_n", 1), "tz": case["tz"]}
    (exact,) = peak_power(exact_consumption(readings, boundaries=edges, **more), **days)
    if all(time in edges for time in readings.time):  # then no boundary is floored
        assert peak_power(interval_consumption(readings, boundaries=edges, **more), **days) == [exact]
    at = None if exact.power is None else stamp(exact.start)
    if at != (expect["at"] and stamp(instant(expect["at"]))):
        return False
    unit = unit_of(case)
    pairs = [(exact.power, expect["peak"]), (exact.mean_of_top_days, expect.get("mean_of_top_days", "absent"))]
    return all(same(None if got is None else got / unit, wanted) for got, wanted in pairs if wanted != "absent")


def prorated(case: Case, expect: Case) -> bool:
    cuts: Any = [instant(cut) if "T" in cut else dt.date.fromisoformat(cut) for cut in case["cuts"]]
    parts, days = prorate_days(Fraction(case["value"]), cuts, tz=case.get("tz", "Europe/Oslo"))
    return parts == [Fraction(part) for part in expect["parts"]] and days == expect["days"]


def filled(case: Case, expect: Case) -> bool:
    shares = fill_gap(known(case["r1"]), known(case["r2"]), [Fraction(weight) for weight in case["weights"]])
    values = [Fraction(value) for value in expect["values"]]
    return shares == values and sum(shares) == Fraction(expect["total"]) and expect["quality"] == "estimated"


OPERATIONS: dict[str, tuple[Callable[[Case, Case], bool], float]] = {
    "intervals": (intervals, 1.0),
    "resample": (resample, 1.0),
    "calendar": (calendar, 1.0),
    "pulses": (pulses, 1.0),
    "convert": (converted, 1.0),
    "add": (added, 1.0),
    "heat_if97": (heat_if97, 1.0),
    "heat_k": (heat_k, 1.0),
    "volume_at_reference": (volume_at_reference, 1.0),
    "degree_days": (degree_days_of, 1.0),
    "normalise": (normalise, 1.0),
    "et_curve": (et_curve, 1.0),
    "peak": (peak, 1.0),
    "prorate_days": (prorated, 1.0),
    "fill_gap": (filled, 1.0),
}


def outcomes(op: str, cases: list[Case]) -> Iterator[bool]:
    run = OPERATIONS[op][0]
    for case in cases:
        expect = {**case["expect"], "tolerance": case.get("tolerance", {})}
        try:
            passed = run(case["input"], expect)
        except (SeriesError, UnitError):
            passed = "error" in expect
        except KeyError:
            if "error" not in expect:
                raise
            passed = False  # a result, and nothing expected to compare it with
        else:
            passed = passed and "error" not in expect
        yield passed


def test_consumption_cases(cases: Path, excluded: dict[str, dict[str, str]]) -> None:
    by_op: dict[str, list[Case]] = collections.defaultdict(list)
    for case in json.loads((cases / "consumption" / "cases.json").read_text(encoding="utf-8"))["cases"]:
        by_op[case["op"]].append(case)
    left = excluded["consumption"]
    short: list[str] = []
    for op, of_op in sorted(by_op.items()):
        if op in left:
            print(f"{op}: 0/{len(of_op)}, left out: {left[op]}")  # noqa: T201 - the count is the point
            continue
        passed = sum(outcomes(op, of_op))
        print(f"{op}: {passed}/{len(of_op)}")  # noqa: T201
        if passed < OPERATIONS[op][1] * len(of_op):
            short.append(op)
    assert short == []


@pytest.mark.parametrize("op", sorted(OPERATIONS))
def test_what_is_run_is_not_excluded(op: str, excluded: dict[str, dict[str, str]]) -> None:
    assert op not in excluded["consumption"]
