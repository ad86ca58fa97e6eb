"""Samples: whole, the same for the same seed, and true to what they say."""

from __future__ import annotations

import json
import pathlib
import re
import tomllib

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from divako.datasets import Sample, cooperative, municipality
from divako.errors import StoreError
from divako.model import FindingCode, Medium, Readings, Telegram, Verdict
from divako.telegrams import KeyStore, decode, decode_uplink, readings_of


HOUR = np.timedelta64(3_600_000, "ms")


def project_of(sample: Sample) -> dict[str, Any]:
    return tomllib.loads(sample.files["project.toml"].decode())


def lines_of(sample: Sample) -> Iterator[dict[str, Any]]:
    for name, content in sample.files.items():
        if name.endswith(".jsonl"):
            yield from map(json.loads, content.decode().splitlines())


def telegrams_of(sample: Sample) -> list[Telegram]:
    keys = KeyStore.from_mapping(tomllib.loads(sample.files["keys.toml"].decode())["keys"])
    return [
        decode_uplink(line["document"], device=line["device"])
        if "document" in line
        else decode(bytes.fromhex(line["hex"]), keys=keys, received_at=np.datetime64(line["received_at"][:-1], "ms"))
        for line in lines_of(sample)
    ]


@pytest.fixture(scope="module")
def house() -> Sample:
    return cooperative()


@pytest.fixture(scope="module")
def town() -> Sample:
    return municipality()


@pytest.fixture(scope="module", params=["house", "town"])
def sample(request: pytest.FixtureRequest) -> Sample:
    got: Sample = request.getfixturevalue(request.param)
    return got


@pytest.fixture(scope="module")
def house_telegrams(house: Sample) -> list[Telegram]:
    return telegrams_of(house)


@pytest.fixture(scope="module")
def town_telegrams(town: Sample) -> list[Telegram]:
    return telegrams_of(town)


def volumes(telegrams: list[Telegram]) -> dict[str, Readings]:
    """Present volume registers by water meter, in the order of time."""
    water = {t.meter_id for t in telegrams if t.medium in {Medium.COLD_WATER, Medium.WATER}}
    readings = readings_of(telegrams)
    wanted = np.array([register.name == "volume" for register in readings.registers])
    readings = readings.select(wanted[readings.register] & (readings.storage == 0) & readings.count_known)
    readings = readings.select(np.argsort(readings.time, kind="stable"))
    return {
        meter: readings.select(readings.meter == code)
        for code, meter in enumerate(readings.meter_ids)
        if meter in water
    }


@pytest.fixture(scope="module")
def house_registers(house_telegrams: list[Telegram]) -> dict[str, Readings]:
    return volumes(house_telegrams)


@pytest.mark.parametrize(("make", "name"), [(cooperative, "house"), (municipality, "town")])
def test_a_seed_gives_the_same_bytes(make: Callable[[int], Sample], name: str, request: pytest.FixtureRequest) -> None:
    sample: Sample = request.getfixturevalue(name)

    assert make(1).files == sample.files


def test_another_seed_gives_another_town(town: Sample) -> None:
    other = municipality(2)

    assert other.files.keys() == town.files.keys()
    assert not {name for name in other.files if other.files[name] == town.files[name]}


def test_the_project_names_only_what_it_has(sample: Sample) -> None:
    project = project_of(sample)
    sections = {section["id"] for section in project["sections"]}
    zones = {zone["id"] for zone in project.get("zones", [])}
    meters = {meter["id"] for meter in project["meters"]}

    assert len(meters) == len(project["meters"])
    assert {i["meter"] for i in project["installations"]} == meters
    assert {i["section"] for i in project["installations"] if "section" in i} == sections
    assert {i["zone"] for i in project["installations"] if "zone" in i} == zones
    assert {t["section"] for t in project.get("tenancies", [])} <= sections
    assert set(tomllib.loads(sample.files["keys.toml"].decode())["keys"]) <= meters
    assert {project["keys"], project["analysis"]["secret_file"]} <= sample.files.keys()


def test_truth_is_of_this_project(sample: Sample) -> None:
    project = project_of(sample)
    known = {entry["id"] for kind in ("sections", "zones", "meters") for entry in project.get(kind, [])}
    document = json.loads(sample.files["truth.json"])

    assert {event.subject for event in sample.truth} <= known
    assert [event["subject"] for event in document["events"]] == [event.subject for event in sample.truth]
    assert {entry["place"] for entry in document["consumption"]} == {place for place, _ in sample.consumption}


def test_no_person_is_named_outside_the_project_file(sample: Sample) -> None:
    project = project_of(sample)
    secret = {word for tenancy in project.get("tenancies", []) for word in tenancy["name"].split()}
    secret |= {re.sub(r" \d+, .*", "", section["address"]) for section in project["sections"]}
    text = "\n".join(content.decode() for name, content in sample.files.items() if name != "project.toml")

    assert secret
    assert not [word for word in secret if word in text]


def test_identifiers_of_lines_are_numbered_and_nothing_else(sample: Sample) -> None:
    ids = [line["id"] for line in lines_of(sample)]

    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"(water|heat|main|sensor|customer|inlet)-\d{6}", one) for one in ids)


def test_a_sample_is_written_as_it_is(house: Sample, tmp_path: pathlib.Path) -> None:
    project = house.write(tmp_path / "new")

    assert project == tmp_path / "new" / "project.toml"
    written = {str(p.relative_to(tmp_path / "new")): p.read_bytes() for p in project.parent.rglob("*") if p.is_file()}
    assert written == house.files
    with pytest.raises(StoreError, match="cannot be made a folder"):
        house.write(project)


def test_every_telegram_of_the_house_decodes(house: Sample, house_telegrams: list[Telegram]) -> None:
    project = project_of(house)
    media = {meter["id"]: meter["medium"] for meter in project["meters"]}

    assert {t.meter_id for t in house_telegrams} == set(media)
    assert all(t.medium.value == media[t.meter_id] for t in house_telegrams if t.link == "wmbus")
    enciphered = [t for t in house_telegrams if t.security != "none"]
    assert all(t.verdict is Verdict.CHECKED for t in enciphered)
    assert len(enciphered) > 0.98 * (len(house_telegrams) - 200)


def test_every_telegram_of_the_town_decodes(town: Sample, town_telegrams: list[Telegram]) -> None:
    assert {t.meter_id for t in town_telegrams} == {meter["id"] for meter in project_of(town)["meters"]}
    assert {t.link for t in town_telegrams} == {"wmbus", "mbus"}


def between(readings: Readings, start: str, end: str) -> Fraction:
    """What passed between the readings nearest to two instants."""
    first, last = (np.abs(readings.time - np.datetime64(t)).argmin() for t in (start, end))
    counts = readings.count[[first, last]].tolist()
    return Fraction(counts[1] - counts[0], 1000)


def test_registers_of_the_house_count_what_was_used(house: Sample, house_registers: dict[str, Readings]) -> None:
    registers = house_registers
    span = "2025-12-31T23:00", "2026-03-31T22:00"
    fitted: dict[str, list[dict[str, Any]]] = {}
    for installation in project_of(house)["installations"]:
        if installation["meter"] in registers:
            fitted.setdefault(installation.get("section", ""), []).append(installation)
    rolled = 0
    for place, installations in fitted.items():
        passed = sum((between(registers[i["meter"]], *span) for i in installations), start=Fraction(0))
        if any("end_register" in i for i in installations):
            old, new = installations
            # Between the last telegram of one and the first of the other lies what the fitter read.
            passed += Fraction(old["end_register"]) - Fraction(int(registers[old["meter"]].count[-1]), 1000)
            passed += Fraction(int(registers[new["meter"]].count[0]), 1000) - Fraction(new["start_register"])
        if passed < 0:
            passed += 10_000
            rolled += 1
        # A telegram comes minutes off the boundary, and much can flow in minutes.
        assert abs(passed - house.consumption[place, "cold_water"]) <= Fraction(20, 1000)
    assert rolled == 1
    assert sum(len(installations) == 2 for installations in fitted.values()) == 1


def test_the_main_meter_counts_the_dwellings_and_a_little_more(house: Sample) -> None:
    dwellings = sum(value for (place, medium), value in house.consumption.items() if place and medium == "cold_water")

    assert 1 < house.consumption["", "cold_water"] / dwellings < Fraction(105, 100)


def test_the_main_meter_has_every_hour(house: Sample, house_registers: dict[str, Readings]) -> None:
    (main,) = (m["id"] for m in project_of(house)["meters"] if "driver" in m)
    times = set(house_registers[main].time.tolist())
    wanted = np.arange("2025-12-31T23", "2026-03-31T23", dtype="datetime64[h]").astype("datetime64[ms]")

    assert set(wanted.tolist()) <= times
    assert len(wanted) == 2160  # 90 days less the hour of 29 March, and both ends


def test_the_frost_is_one_night_of_one_sensor(house: Sample, house_telegrams: list[Telegram]) -> None:
    (frost,) = (event for event in house.truth if event.code == FindingCode.FROST)
    seen = [
        (record.time, record.value)
        for telegram in house_telegrams
        if telegram.meter_id == frost.subject
        for record in telegram.records
        if record.quantity == "external_temperature" and record.time is not None and record.value is not None
    ]

    cold = [time for time, value in seen if value < 0]
    assert len(cold) >= 4
    assert frost.start - HOUR <= min(cold) <= max(cold) <= frost.end + HOUR
    away = [value for time, value in seen if not frost.start - 6 * HOUR < time < frost.end + 6 * HOUR]
    assert 7.9 < min(away) < max(away) < 15.1


@pytest.mark.parametrize("name", ["house", "town"])
def test_who_falls_silent_stays_so_and_nobody_else_does(name: str, request: pytest.FixtureRequest) -> None:
    sample: Sample = request.getfixturevalue(name)
    last: dict[str, np.datetime64] = {}
    for telegram in request.getfixturevalue(f"{name}_telegrams"):
        assert telegram.received_at is not None
        last[telegram.meter_id] = max(last.get(telegram.meter_id, telegram.received_at), telegram.received_at)
    removed = {i["meter"] for i in project_of(sample)["installations"] if "to" in i}
    end = max(last.values())

    silent = {event.subject: event.start for event in sample.truth if event.code == FindingCode.SILENT}
    assert {meter for meter, time in last.items() if end - time > 3 * HOUR} == set(silent) | removed
    assert all(last[meter] == start for meter, start in silent.items())


def test_a_burst_is_seen_at_the_inlet(town: Sample, town_telegrams: list[Telegram]) -> None:
    burst = town.truth[0]
    registers = volumes(town_telegrams)
    rises: dict[str, float] = {}
    for installation in project_of(town)["installations"]:
        if "zone" in installation:
            readings = registers[installation["meter"]]
            night = [np.datetime64(f"2026-02-{day:02d}T01:00") for day in range(1, 15)]
            flows = [float(between(readings, str(at), str(at + 3 * HOUR))) / 3 for at in night]
            rises[installation["zone"]] = float(np.mean(flows[9:]) - np.mean(flows[:8]))

    assert rises.pop(burst.subject) == pytest.approx(burst.size, rel=0.1)
    assert max(map(abs, rises.values())) < 0.1
