"""A housing co-operative of 24 dwellings, three months of it."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import numpy.typing as npt

from attrs import frozen

from divako.datasets._cooperative_project import Dwelling, Fitted, invent_dwellings, project_file
from divako.datasets._fleet import (
    COLD_WATER,
    HEAT,
    ROOM,
    Arrival,
    Counts,
    Numbers,
    Radio,
    Times,
    climate_bodies,
    document_arrival,
    heat_bodies,
    json_lines,
    keys_file,
    water_bodies,
)
from divako.datasets._sample import Sample, truth_document
from divako.datasets._score import Event
from divako.model import FindingCode
from divako.simulate import (
    AXIOMA_HOURS,
    AXIOMA_PORT,
    FrameFormat,
    axioma_w1_payload,
    counts_at,
    heat_use,
    hours_of,
    household_water,
    outdoor_temperature,
    room_temperature,
    send_times,
    things_stack_document,
    with_leak,
)


Floats = npt.NDArray[np.float64]

FORMATS: tuple[FrameFormat, ...] = ("stripped", "A", "B")
HOUR = np.timedelta64(3_600_000, "ms")
NEVER = np.datetime64("NaT", "ms")


def _utc(text: str) -> np.datetime64:
    return np.datetime64(text, "ms")


# The period is January to March in Oslo. The world is longer on both sides, so that
# every boundary lies between two readings and every meter still sends at the end.
PERIOD = _utc("2025-12-31T23:00"), _utc("2026-03-31T22:00")
WORLD = _utc("2025-12-30T22:00"), _utc("2026-04-01T07:00")
SENDING = _utc("2025-12-31T21:00"), _utc("2026-04-01T05:00")
DUE = np.array(["2025-12-31T23:00", "2026-01-31T23:00", "2026-02-28T23:00", "2026-03-31T22:00"], dtype="datetime64[ms]")
LOSS = 0.01  # chance of a telegram to be heard by nobody
LOSS_SPACING = 12  # two losses in one night could hide that nobody used water in it

# What there is to find, by the place of the dwelling in the list.
LEAK_ENDED, LEAK_ENDED_SPAN, LEAK_ENDED_L_H = 5, (_utc("2026-01-19T13:00"), _utc("2026-02-03T08:00")), 23.0
LEAK_LASTS, LEAK_LASTS_SPAN, LEAK_LASTS_L_H = 18, (_utc("2026-02-24T20:00"), NEVER), 14.0
EXCHANGED, EXCHANGE, TEST_LITRES = 9, _utc("2026-02-11T09:30"), 2
ROLLED_OVER, ROLLOVER, ROLLOVER_COUNT = 14, _utc("2026-02-20T12:00"), 10_000_000
FROST = _utc("2026-02-04T22:00")
SILENT_FROM = _utc("2026-03-08T15:00")


@frozen(kw_only=True, eq=False)
class _World:
    """What happened hour by hour, whoever measured it."""

    hours: Times
    water: Counts  # (24, t) [L]
    common: Counts  # (t,) [L]
    heat: Counts  # (24, t) [Wh]
    outdoor: Floats  # (t,) [°C]
    room: Floats  # (t,) [°C]
    laundry: Floats  # (t,) [°C]


def cooperative(seed: int = 1) -> Sample:
    """Make the sample of a housing co-operative.

    24 dwellings with a cold-water and a heat meter each (wireless M-Bus, security
    mode 5, all three frame formats, some behind radio adapters), a main water meter
    (LoRaWAN) and two room sensors; hourly from January to March 2026 in Oslo. To
    be found: two customer leaks, a meter exchange, a night of frost and a sensor that
    falls silent. One register rolls over.

    Parameters
    ----------
    seed : int, default 1
        The same seed gives the same bytes.

    Returns
    -------
    Sample
        About 110,000 telegrams. All names, addresses, numbers and keys are invented.

    Examples
    --------
    >>> sample = cooperative()
    >>> sorted(sample.files)[:3]
    ['analysis-secret.txt', 'keys.toml', 'project.toml']
    """
    rng = np.random.default_rng(seed)
    numbers = Numbers(rng)
    dwellings = invent_dwellings(rng)
    world = _draw_world(rng, dwellings)
    main = world.water.sum(axis=0) + world.common

    water, water_arrivals = _send_water(rng, numbers, dwellings, world)
    heat, heat_arrivals = _send_heat(rng, numbers, dwellings, world)
    sensors, sensor_arrivals, last_heard = _send_climate(rng, numbers, world)
    dev_eui, main_arrivals = _send_main(rng, main, world.hours)

    truth = _events(dwellings, sensors, world, last_heard)
    consumption = {
        **{(d.id, "cold_water"): _passed(world.water[i], world.hours) for i, d in enumerate(dwellings)},
        **{(d.id, "heat"): _passed(world.heat[i], world.hours) for i, d in enumerate(dwellings)},
        ("", "cold_water"): _passed(main, world.hours),
    }
    files = {
        "project.toml": project_file(dwellings, water=water, heat=heat, sensors=sensors, main=dev_eui),
        "keys.toml": keys_file([*(fitted.radio for fitted in water), *heat, *sensors]),
        "analysis-secret.txt": (rng.bytes(32).hex() + "\n").encode(),
        "telegrams/cold-water.jsonl": json_lines("water", water_arrivals),
        "telegrams/heat.jsonl": json_lines("heat", heat_arrivals),
        "telegrams/main.jsonl": json_lines("main", main_arrivals, stamped=False),
        "telegrams/sensors.jsonl": json_lines("sensor", sensor_arrivals),
        "truth.json": truth_document(truth, consumption),
    }
    return Sample(files=files, truth=truth, consumption=consumption)


def _draw_world(rng: np.random.Generator, dwellings: list[Dwelling]) -> _World:
    hours = hours_of(*WORLD)
    water = household_water(hours, [d.persons for d in dwellings], rng=rng)
    for i, (start, end), rate in (
        (LEAK_ENDED, LEAK_ENDED_SPAN, LEAK_ENDED_L_H),
        (LEAK_LASTS, LEAK_LASTS_SPAN, LEAK_LASTS_L_H),
    ):
        water[i] = with_leak(water[i], hours, start=start, end=end, rate_l_h=rate, rng=rng)
    outdoor = outdoor_temperature(hours, rng=rng)
    return _World(
        hours=hours,
        water=water,
        # The caretaker and the laundry use about as much as one person who is always there.
        common=household_water(hours, [1], rng=rng, away=np.zeros((1, len(hours)), dtype="bool"))[0],
        heat=heat_use(hours, outdoor, [float(d.area) for d in dwellings], rng=rng),
        outdoor=outdoor,
        room=room_temperature(outdoor, hours, frost_start=FROST, rng=rng),
        laundry=room_temperature(outdoor, hours, mean=13.0, rng=rng),
    )


def _passed(hourly: Counts, hours: Times) -> Fraction:
    """Give what passed in the period, in thousandths of the canonical unit."""
    first, last = counts_at(hourly, hours, np.array(PERIOD)).tolist()
    return Fraction(last - first, 1000)


def _times(rng: np.random.Generator, start: np.datetime64 = SENDING[0], end: np.datetime64 = SENDING[1]) -> Times:
    times = send_times(hours_of(*SENDING), rng=rng, loss=LOSS, loss_spacing=LOSS_SPACING)
    return np.asarray(times[(times >= start) & (times < end)], dtype="datetime64[ms]")


def _send_water(
    rng: np.random.Generator, numbers: Numbers, dwellings: list[Dwelling], world: _World
) -> tuple[list[Fitted], list[Arrival]]:
    fitted: list[Fitted] = []
    arrivals: list[Arrival] = []
    for i, dwelling in enumerate(dwellings):
        litres = world.water[i]
        before = {
            instant: int(counts_at(litres, world.hours, np.array([instant]))[0]) for instant in (ROLLOVER, EXCHANGE)
        }
        start = int(rng.integers(80_000, 900_000))
        if i == ROLLED_OVER:
            start = ROLLOVER_COUNT - before[ROLLOVER]
        radio = Radio.drawn(numbers, COLD_WATER, frame_format=FORMATS[i % 3])
        if i == EXCHANGED:
            end_count, new = start + before[EXCHANGE], Radio.drawn(numbers, COLD_WATER, frame_format="B")
            fitted.append(Fitted(radio=radio, section=dwelling.id, end=EXCHANGE, end_count=end_count))
            fitted.append(Fitted(radio=new, section=dwelling.id, start=EXCHANGE, start_count=TEST_LITRES))
            arrivals += _water_arrivals(rng, radio, litres, world.hours, start, end=EXCHANGE)
            begin = TEST_LITRES - before[EXCHANGE]
            arrivals += _water_arrivals(rng, new, litres, world.hours, begin, start=EXCHANGE)
            continue
        digits = 4 if i == ROLLED_OVER else 5
        fitted.append(Fitted(radio=radio, section=dwelling.id, int_digits=digits))
        rollover = ROLLOVER_COUNT if i == ROLLED_OVER else None
        arrivals += _water_arrivals(rng, radio, litres, world.hours, start, rollover=rollover)
    return fitted, arrivals


def _water_arrivals(
    rng: np.random.Generator,
    radio: Radio,
    litres: Counts,
    hours: Times,
    count: int,
    *,
    start: np.datetime64 = SENDING[0],
    end: np.datetime64 = SENDING[1],
    rollover: int | None = None,
) -> list[Arrival]:
    times = _times(rng, start, end)
    counts = counts_at(litres, hours, times, start=count, rollover=rollover)
    due = counts_at(litres, hours, DUE, start=count, rollover=rollover)
    if start > SENDING[0]:
        due = np.where(start <= DUE, due, -1)  # it was not there yet
    bodies = water_bodies(counts, times, due_times=DUE, due_counts=due)
    return radio.arrivals(times, bodies, access_number=int(rng.integers(256)))


def _send_heat(
    rng: np.random.Generator, numbers: Numbers, dwellings: list[Dwelling], world: _World
) -> tuple[list[Radio], list[Arrival]]:
    radios: list[Radio] = []
    arrivals: list[Arrival] = []
    # Flow follows the weather; the return stays about 25 K below it.
    flow = np.clip(58.0 - 1.1 * world.outdoor, 45.0, 80.0)
    for i in range(len(dwellings)):
        fine = i % 2 == 1
        radio = Radio.drawn(numbers, HEAT, frame_format=FORMATS[(i + 1) % 3], with_adapter=i % 6 == 4)
        times = _times(rng)
        at = _fractional_hours(times, world.hours)
        # 1.163 Wh heat a litre by a kelvin, so 25 K take 34 L for a kilowatt-hour.
        wh = counts_at(world.heat[i], world.hours, times, start=int(rng.integers(4_000_000, 60_000_000)))
        bodies = heat_bodies(
            wh // (10 if fine else 1000),
            wh * 34 // 10_000,
            np.rint(np.interp(at, np.arange(len(flow)), flow) * 10).astype("int64"),
            np.rint((np.interp(at, np.arange(len(flow)), flow) - rng.normal(25.0, 1.0, size=len(at))) * 10).astype(
                "int64"
            ),
            fine=fine,
        )
        radios.append(radio)
        arrivals += radio.arrivals(times, bodies, access_number=int(rng.integers(256)))
    return radios, arrivals


def _fractional_hours(times: Times, hours: Times) -> Floats:
    return np.asarray((times - hours[0]) / HOUR, dtype="float64")


def _send_climate(
    rng: np.random.Generator, numbers: Numbers, world: _World
) -> tuple[list[Radio], list[Arrival], np.datetime64]:
    """Send the technical room's sensor, and the laundry's until it falls silent."""
    room = Radio.drawn(numbers, ROOM, frame_format="A")
    laundry = Radio.drawn(numbers, ROOM, frame_format="stripped", plain=True)
    arrivals: list[Arrival] = []
    times = np.array([NEVER])
    for radio, celsius, end in ((room, world.room, SENDING[1]), (laundry, world.laundry, SILENT_FROM)):
        times = _times(rng, end=end)
        at = _fractional_hours(times, world.hours)
        temperature = np.interp(at, np.arange(len(celsius)), celsius)
        humidity = np.clip(48.0 - 0.8 * (temperature - 11.0) + rng.normal(0.0, 1.5, size=len(at)), 20.0, 95.0)
        arrivals += radio.arrivals(times, climate_bodies(temperature, humidity), access_number=int(rng.integers(256)))
    return [room, laundry], arrivals, times[-1]


def _send_main(rng: np.random.Generator, litres: Counts, hours: Times) -> tuple[str, list[Arrival]]:
    """Send the main meter every twelve hours, each report with the sixteen full hours before it."""
    dev_eui = "00dec0de" + rng.bytes(4).hex()  # of nobody's block
    start = int(rng.integers(20_000_000, 60_000_000))
    arrivals: list[Arrival] = []
    reports = hours[(hours >= hours[0] + (AXIOMA_HOURS + 1) * HOUR) & (hours <= SENDING[1])]
    reports = reports[(reports - reports.astype("datetime64[D]")) / HOUR % 12 == 4]
    for counter, full_hour in enumerate(reports, int(rng.integers(1000))):
        log = full_hour - np.arange(AXIOMA_HOURS, -1, -1) * HOUR
        time = full_hour + np.timedelta64(int(rng.integers(22 * 60, 24 * 60)), "s")
        count = int(counts_at(litres, hours, np.array([time], dtype="datetime64[ms]"), start=start)[0])
        payload = axioma_w1_payload(
            time=time, count=count, log_time=log[0], log_counts=counts_at(litres, hours, log, start=start).tolist()
        )
        received = time + np.timedelta64(int(rng.integers(900, 2500)), "ms")
        document = things_stack_document(
            dev_eui,
            payload,
            f_port=AXIOMA_PORT,
            frame_counter=counter,
            received_at=received,
            rssi=float(rng.integers(-112, -85)),
            snr=float(rng.integers(-8, 40)) / 4,
        )
        arrivals.append(document_arrival(received, document, device="axioma_w1"))
    return dev_eui, arrivals


def _events(
    dwellings: list[Dwelling], sensors: list[Radio], world: _World, last_heard: np.datetime64
) -> tuple[Event, ...]:
    def leak(i: int, span: tuple[np.datetime64, np.datetime64], rate_l_h: float) -> Event:
        subject, (start, end) = dwellings[i].id, span
        code = FindingCode.CUSTOMER_LEAK
        return Event(subject=subject, code=code, start=start, end=end, size=rate_l_h / 1000, unit="m3/h")

    frost = np.flatnonzero(world.room < 0)
    room, laundry = sensors
    return (
        leak(LEAK_ENDED, LEAK_ENDED_SPAN, LEAK_ENDED_L_H),
        leak(LEAK_LASTS, LEAK_LASTS_SPAN, LEAK_LASTS_L_H),
        Event(
            subject=dwellings[EXCHANGED].id,
            code=FindingCode.EXCHANGE,
            start=EXCHANGE,
            end=EXCHANGE,
            size=0.0,
            unit="h",
        ),
        Event(
            subject=room.meter_id,
            code=FindingCode.FROST,
            start=world.hours[frost[0]],
            end=world.hours[frost[-1]],
            size=round(float(world.room.min()), 2),
            unit="degC",
        ),
        Event(
            subject=laundry.meter_id,
            code=FindingCode.SILENT,
            start=last_heard,
            end=NEVER,
            size=round(float((PERIOD[1] - last_heard) / HOUR), 1),
            unit="h",
        ),
    )
