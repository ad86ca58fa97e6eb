"""Three zones of a municipal water network, two weeks of them."""

from __future__ import annotations

import datetime as dt

from fractions import Fraction
from typing import Any

import numpy as np

from divako.datasets._fleet import (
    COLD_WATER,
    MANUFACTURER,
    WATER,
    Arrival,
    Counts,
    Numbers,
    Radio,
    Times,
    json_lines,
    keys_file,
    water_bodies,
)
from divako.datasets._sample import Sample, truth_document
from divako.datasets._score import Event
from divako.datasets._toml import entry
from divako.model import FindingCode, Mvt
from divako.simulate import (
    Address,
    FrameFormat,
    counts_at,
    encode_record,
    hours_of,
    household_water,
    long_frame,
    send_times,
    with_leak,
    zone_inflow,
)


TIMEZONE = "Europe/Oslo"
ZONES = ("Furulia", "Nordbyen", "Sentrum")
CUSTOMERS = 100  # in each zone
FORMATS: tuple[FrameFormat, ...] = ("A", "B", "stripped")
HOUR = np.timedelta64(3_600_000, "ms")
NEVER = np.datetime64("NaT", "ms")
LOSS = 0.01  # chance of a telegram to be heard by nobody
LOSS_SPACING = 12  # two losses in one night could hide that nobody used water in it
FITTED = dt.datetime(2024, 6, 1, 8, 0)  # noqa: DTZ001 - the project file states local time


def _utc(text: str) -> np.datetime64:
    return np.datetime64(text, "ms")


# The first two weeks of February in Oslo, and a little on both sides.
PERIOD = _utc("2026-01-31T23:00"), _utc("2026-02-14T23:00")
WORLD = _utc("2026-01-31T20:00"), _utc("2026-02-15T03:00")
SENDING = _utc("2026-01-31T21:00"), _utc("2026-02-15T02:00")
DUE = np.array(["2026-01-31T23:00"], dtype="datetime64[ms]")

BACKGROUND_L_H = (1400.0, 2300.0, 1800.0)  # of each zone
NIGHT_USERS = (1, 2, 4)
# An unreported mains burst grows to several m³/h; this one is a service connection's size
# (Lambert et al. 1999: 1.6 m³/h at 50 m pressure) and a little more.
BURST_ZONE, BURST_SPAN, BURST_L_H = 1, (_utc("2026-02-09T14:00"), NEVER), 2200.0
LEAKS = (
    (37, (_utc("2026-02-04T18:00"), _utc("2026-02-08T07:00")), 36.0),
    (214, (_utc("2026-02-06T21:00"), NEVER), 17.0),
)
SILENT, SILENT_FROM = 158, _utc("2026-02-10T12:00")


def municipality(seed: int = 1) -> Sample:
    """Make the sample of a municipality.

    Three zones with a wired inlet meter and 100 customers each (wireless M-Bus,
    security mode 5), hourly for two weeks of February 2026 in Oslo. To be found: a
    burst in one zone, two customer leaks and a meter that falls silent.

    Parameters
    ----------
    seed : int, default 1
        The same seed gives the same bytes.

    Returns
    -------
    Sample
        About 100,000 telegrams. All numbers and keys are invented.

    Examples
    --------
    >>> [event.subject for event in municipality().truth][:2]
    ['Nordbyen', 'K-038']
    """
    rng = np.random.default_rng(seed)
    numbers = Numbers(rng)
    hours = hours_of(*WORLD)
    persons = rng.choice([1, 2, 3, 4], p=[0.3, 0.35, 0.15, 0.2], size=CUSTOMERS * len(ZONES))
    water = household_water(hours, persons, rng=rng)
    for i, (start, end), rate in LEAKS:
        water[i] = with_leak(water[i], hours, start=start, end=end, rate_l_h=rate, rng=rng)
    inflows = [_inflow(rng, zone, water, hours) for zone in range(len(ZONES))]

    radios, customer_arrivals, last_heard = _send_customers(rng, numbers, water, hours)
    inlets = [Address(numbers.meter(), Mvt(manufacturer=MANUFACTURER, version=3, device_type=WATER)) for _ in ZONES]
    inlet_arrivals: list[Arrival] = []
    for place, (inlet, inflow) in enumerate(zip(inlets, inflows, strict=True), 1):
        inlet_arrivals += _send_inlet(rng, inlet, inflow, hours, address=place)

    truth = _events(radios, last_heard)
    consumption = {(_section_id(i), "cold_water"): _passed(water[i], hours) for i in range(len(water))}
    consumption |= {(zone, "cold_water"): _passed(inflow, hours) for zone, inflow in zip(ZONES, inflows, strict=True)}
    files = {
        "project.toml": _project_file(persons.tolist(), radios, inlets),
        "keys.toml": keys_file(radios),
        "analysis-secret.txt": (rng.bytes(32).hex() + "\n").encode(),
        "telegrams/customers.jsonl": json_lines("customer", customer_arrivals),
        "telegrams/inlets.jsonl": json_lines("inlet", inlet_arrivals),
        "truth.json": truth_document(truth, consumption),
    }
    return Sample(files=files, truth=truth, consumption=consumption)


def _section_id(i: int) -> str:
    return f"K-{i + 1:03d}"


def _passed(hourly: Counts, hours: Times) -> Fraction:
    first, last = counts_at(hourly, hours, np.array(PERIOD)).tolist()
    return Fraction(last - first, 1000)


def _inflow(rng: np.random.Generator, zone: int, water: Counts, hours: Times) -> Counts:
    customers = water[zone * CUSTOMERS : (zone + 1) * CUSTOMERS]
    inflow = zone_inflow(hours, customers, background_l_h=BACKGROUND_L_H[zone], night_users=NIGHT_USERS[zone], rng=rng)
    if zone != BURST_ZONE:
        return inflow
    start, end = BURST_SPAN
    return with_leak(inflow, hours, start=start, end=end, rate_l_h=BURST_L_H, rng=rng)


def _send_customers(
    rng: np.random.Generator, numbers: Numbers, water: Counts, hours: Times
) -> tuple[list[Radio], list[Arrival], np.datetime64]:
    radios: list[Radio] = []
    arrivals: list[Arrival] = []
    last_heard = NEVER
    for i, litres in enumerate(water):
        radio = Radio.drawn(numbers, COLD_WATER, frame_format=FORMATS[i % 3], with_adapter=i % 10 == 9)
        times = send_times(hours_of(*SENDING), rng=rng, loss=LOSS, loss_spacing=LOSS_SPACING)
        if i == SILENT:
            times = times[times < SILENT_FROM]
            last_heard = times[-1]
        start = int(rng.integers(20_000, 1_900_000))
        bodies = water_bodies(
            counts_at(litres, hours, times, start=start),
            times,
            due_times=DUE,
            due_counts=counts_at(litres, hours, DUE, start=start),
        )
        radios.append(radio)
        arrivals += radio.arrivals(times, bodies, access_number=int(rng.integers(256)))
    return radios, arrivals, last_heard


def _send_inlet(
    rng: np.random.Generator, inlet: Address, inflow: Counts, hours: Times, *, address: int
) -> list[Arrival]:
    """Send what a logger reads over the wire: the volume, and the flow at that moment."""
    times = send_times(hours_of(*SENDING), rng=rng, jitter_s=2.0, phase_s=5.0)
    counts = counts_at(inflow, hours, times, start=int(rng.integers(100_000_000, 900_000_000)))
    flow = inflow[np.clip(((times - hours[0]) // HOUR), 0, len(inflow) - 1)]
    columns = (times.astype("int64").tolist(), counts.tolist(), flow.tolist())
    arrivals: list[Arrival] = []
    for i, (at, count, litres_per_hour) in enumerate(zip(*columns, strict=True)):
        records = encode_record(b"\x04\x13", count) + encode_record(b"\x04\x3b", litres_per_hour)
        frame = long_frame(inlet, records, address=address, access_number=i & 0xFF)
        arrivals.append((at, f'"hex":"{frame.hex()}"'))
    return arrivals


def _events(radios: list[Radio], last_heard: np.datetime64) -> tuple[Event, ...]:
    def leak(subject: str, code: FindingCode, span: tuple[np.datetime64, np.datetime64], rate_l_h: float) -> Event:
        start, end = span
        return Event(subject=subject, code=code, start=start, end=end, size=rate_l_h / 1000, unit="m3/h")

    silence = round(float((PERIOD[1] - last_heard) / HOUR), 1)
    return (
        leak(ZONES[BURST_ZONE], FindingCode.ZONE_NIGHT_FLOW, BURST_SPAN, BURST_L_H),
        *(leak(_section_id(i), FindingCode.CUSTOMER_LEAK, span, rate) for i, span, rate in LEAKS),
        Event(
            subject=radios[SILENT].meter_id,
            code=FindingCode.SILENT,
            start=last_heard,
            end=NEVER,
            size=silence,
            unit="h",
        ),
    )


def _project_file(persons: list[int], radios: list[Radio], inlets: list[Address]) -> bytes:
    def fit(meter_id: str, place: dict[str, str], role: str, **meter: Any) -> list[str]:
        installation = {"meter": meter_id, **place, "role": role, "from": FITTED}
        of_meter = {"id": meter_id, "medium": "cold_water", **meter, "interval_s": 3600}
        return [entry("[[meters]]", of_meter), entry("[[installations]]", installation)]

    parts = [_HEAD]
    parts += [entry("[[zones]]", {"id": zone}) for zone in ZONES]
    for i, people in enumerate(persons):
        zone = ZONES[i // CUSTOMERS]
        address = f"{zone} testvei {i % CUSTOMERS + 1}, 0000 Eksempelby"
        section = {"id": _section_id(i), "zone": zone, "address": address, "attributes": {"persons": people}}
        parts.append(entry("[[sections]]", section))
    for i, radio in enumerate(radios):
        parts += fit(radio.meter_id, {"section": _section_id(i)}, "sub", int_digits=5, max_rate_per_h="2.5")
    for zone, inlet in zip(ZONES, inlets, strict=True):
        parts += fit(inlet.meter_id, {"zone": zone}, "inlet", max_rate_per_h="100")
    parts.append(_RULES)
    return "\n".join(parts).encode()


_HEAD = f"""\
# An invented municipality: every address, number and key is made up.
schema_version = 1
name = "Eksempelby kommune"
timezone = "{TIMEZONE}"
currency = "NOK"
keys = "keys.toml"
period = {{ start = 2026-02-01, end = 2026-02-15 }}

[[telegrams]]
files = ["telegrams/*.jsonl"]
"""

_RULES = """\
[rules.customer_leak]
run_hours = 24
min_rate_m3_h = 0.005

[rules.night_use]
limit_m3_h = 0.005
window = [2, 5]
nights = 3

[rules.zone_night_flow]
window = [2, 5]
baseline_nights = 7
rise_m3_h = 0.5
nights = 3

[rules.silent]
silent_factor = 24

[analysis]
purpose = "leak-statistics"
recipient = "Example University"
resolution = "hour"
secret_file = "analysis-secret.txt"
"""
