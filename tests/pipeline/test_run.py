"""A run: consumption across an exchange, findings of each rule, and bills that add up to the øre."""

from __future__ import annotations

import datetime as dt
import itertools

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hypothesis import given
from hypothesis import strategies as st

from divako.datasets._toml import entry
from divako.errors import ProjectError
from divako.model import Medium
from divako.pipeline import STAGES, Results, load_project, run


Document = dict[str, Any]
Writer = Callable[..., Path]
Maker = Callable[..., str]
Hourly = Callable[..., list[str]]
FIRST, SECOND, THIRD = "20260101", "20260102", "20260103"
START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
HOURS = 36  # of the period of the house
EVEN = range(0, 10 * HOURS + 10, 10)


def at(hour: float) -> dt.datetime:
    return START + dt.timedelta(hours=hour)


def instant(hour: float) -> np.datetime64:
    return np.datetime64(at(hour).replace(tzinfo=None), "ms")


def totals(results: Results) -> dict[str, Fraction]:
    (water,) = (tables for tables in results.media if tables.medium is Medium.COLD_WATER)
    return dict(water.total)


def found(results: Results) -> list[tuple[str, str]]:
    return [(str(one.code), one.subject) for one in results.findings.rows()]


def test_what_the_counters_moved_is_the_consumption(house: Document, write_house: Writer, hourly: Hourly) -> None:
    lines = hourly(FIRST, EVEN) + hourly(SECOND, [one * 3 for one in EVEN])
    results = run(load_project(write_house(house, lines)))
    assert totals(results) == {"H0101": Fraction(360, 1000), "H0102": Fraction(1080, 1000)}
    consumption = results.consumption
    assert len(consumption) == 2 * HOURS
    assert set(consumption.count.tolist()) == {10, 30}
    assert results.problems == ()


def test_an_exchange_loses_and_gains_nothing(house: Document, write_house: Writer, hourly: Hourly) -> None:
    # The old one is read by the fitter at 1.5 h past its last telegram, and the new one starts at 7 litres.
    house["meters"].append({"id": THIRD, "medium": "cold_water"})
    house["installations"][0] |= {"to": at(12.5), "end_register": "0.125"}
    house["installations"].append({"meter": THIRD, "section": "H0101", "from": at(12.5), "start_register": "0.007"})
    lines = hourly(FIRST, EVEN[:12]) + hourly(THIRD, range(17, 260, 10), start=at(13)) + hourly(SECOND, EVEN)
    results = run(load_project(write_house(house, lines)))
    assert totals(results)["H0101"] == Fraction(125 + (17 + 10 * 23 - 7), 1000)
    assert found(results) == [("exchange", "H0101")]
    (exchange,) = results.findings.rows()
    assert exchange.start == instant(12.5)


def test_telegrams_of_a_meter_that_was_taken_down_are_nobodys(
    house: Document, write_house: Writer, hourly: Hourly
) -> None:
    house["installations"][0]["to"] = at(12)
    results = run(load_project(write_house(house, hourly(FIRST, EVEN) + hourly(SECOND, EVEN))))
    mine = [results.readings.meter_ids[code] == FIRST for code in results.readings.meter]
    assert results.readings.time[mine].max() <= instant(12)


def test_a_counter_that_is_full_begins_anew(house: Document, write_house: Writer, hourly: Hourly) -> None:
    house["meters"][0] |= {"int_digits": 2, "max_rate_per_h": "2.5"}
    lines = hourly(FIRST, [(99_900 + one) % 100_000 for one in EVEN]) + hourly(SECOND, EVEN)
    assert totals(run(load_project(write_house(house, lines))))["H0101"] == Fraction(360, 1000)


def test_the_main_meter_serves_the_whole_building(house: Document, write_house: Writer, hourly: Hourly) -> None:
    house["meters"].append({"id": THIRD, "medium": "cold_water"})
    house["installations"].append({"meter": THIRD, "role": "main", "from": dt.date(2025, 1, 1)})
    house["tariffs"] = [{"id": "town", "medium": "cold_water", "fixed": "50.00", "price": "41.33"}]
    part = {"by": "consumption", "medium": "cold_water", "difference": "pro_rata"}
    title = {"no": "Vann", "en": "Water"}
    house["costs"] = [{"id": "w", "title": title, "tariff": "town", "fixed": {"by": "equal"}, "metered": part}]
    lines = hourly(FIRST, EVEN) + hourly(SECOND, EVEN) + hourly(THIRD, [one * 3 for one in EVEN])
    results = run(load_project(write_house(house, lines)))
    assert results.media[0].main_total == Fraction(1080, 1000)
    assert results.statements is not None
    assert sum(results.statements.totals().values()) == 5000 + 4464  # 1.08 m³ at 41.33 is 44.6364
    assert len(set(results.statements.totals().values())) == 1


def test_a_bill_that_lacks_a_reading_is_not_made_and_says_which(
    house: Document, write_house: Writer, hourly: Hourly
) -> None:
    title = {"no": "x", "en": "x"}
    heat = {"id": "heat", "title": title, "amount": 5, "parts": [{"by": "equal"}]}
    again = house["costs"][0] | {"id": "again"}
    house["costs"] += [heat, again]
    results = run(load_project(write_house(house, hourly(FIRST, EVEN) + hourly(SECOND, EVEN[:20]))))
    assert results.statements is None
    assert [(one.cost_index, one.section_index) for one in results.unshared] == [(0, 1), (2, 1)]
    assert [problem.partition(": ")[0] for problem in results.problems] == ["costs[0]", "costs[2]"]
    assert all("(sections[1])" in problem for problem in results.problems)
    assert set(totals(results)) == {"H0101"}


def test_a_fitter_who_reads_finer_than_the_meter_counts_is_told_by_path(
    house: Document, write_house: Writer, hourly: Hourly
) -> None:
    house["installations"][1] |= {"start_register": "0.0005", "from": START}
    with pytest.raises(ProjectError) as caught:
        run(load_project(write_house(house, hourly(FIRST, EVEN) + hourly(SECOND, EVEN))))
    assert caught.value.path == "installations[1]"
    assert SECOND not in str(caught.value)


def test_a_register_narrower_than_a_count_is_told_by_path(house: Document, write_house: Writer, hourly: Hourly) -> None:
    house["meters"][1]["int_digits"] = 1
    thousands_of_ten_m3 = b"\x04\x97\x7d"
    with pytest.raises(ProjectError) as caught:
        run(load_project(write_house(house, hourly(SECOND, EVEN, header=thousands_of_ten_m3))))
    assert caught.value.path == "meters[1]"


RULES = {"customer_leak": {"run_hours": 24, "min_rate_m3_h": 0.005}}


def test_a_leak_is_found_with_its_size_and_nobody_elses_use(
    house: Document, write_house: Writer, hourly: Hourly
) -> None:
    house["rules"] = RULES
    in_use = [0, *(sum(100 * (hour % 24 in {7, 19}) for hour in range(until)) for until in range(1, HOURS + 1))]
    lines = hourly(FIRST, EVEN) + hourly(SECOND, in_use)
    results = run(load_project(write_house(house, lines)))
    assert found(results) == [("customer_leak", "H0101")]
    assert results.findings.size.tolist() == [0.01]
    assert results.findings.start.tolist() == [START.replace(tzinfo=None)]


def test_night_use_is_found_in_the_zone_of_the_project(house: Document, write_house: Writer, hourly: Hourly) -> None:
    house["timezone"] = "Asia/Tokyo"  # two at night there is 17 h in UTC
    house["rules"] = {"night_use": {"limit_m3_h": 0.05, "nights": 1}}
    at_night = [sum(100 * (hour % 24 in {17, 18, 19}) for hour in range(until)) for until in range(HOURS + 1)]
    lines = hourly(FIRST, EVEN) + hourly(SECOND, at_night)
    assert found(run(load_project(write_house(house, lines)))) == [("night_use", "H0102")]


def test_who_stops_sending_is_found_by_the_interval_that_the_project_states(
    house: Document, write_house: Writer, hourly: Hourly
) -> None:
    del house["costs"]
    house["rules"] = {"silent": {"silent_factor": 10}}
    house["meters"][0]["interval_s"] = 3600
    house["meters"][1]["interval_s"] = 4 * 3600
    lines = hourly(FIRST, EVEN[:20]) + hourly(SECOND, EVEN[:20]) + hourly(THIRD, EVEN, device_type=0x1B)
    house["meters"].append({"id": THIRD, "medium": "room"})
    house["installations"].append({"meter": THIRD, "role": "sensor", "from": dt.date(2025, 1, 1)})
    assert found(run(load_project(write_house(house, lines)))) == [("silent", FIRST)]


def test_nothing_is_found_where_no_rule_is_given(house: Document, write_house: Writer, hourly: Hourly) -> None:
    results = run(load_project(write_house(house, hourly(FIRST, EVEN) + hourly(SECOND, EVEN))))
    assert len(results.findings) == 0


def test_a_house_without_telegrams_gives_empty_tables(house: Document, write_house: Writer) -> None:
    del house["costs"]
    house["rules"] = RULES | {
        "silent": {},
        "frost": {"below_c": 3},
        "zone_night_flow": {},
        "night_use": {"limit_m3_h": 1},
    }
    told: list[str] = []
    results = run(load_project(write_house(house)), progress=lambda stage, *_: told.append(stage))
    assert (len(results.readings), len(results.consumption), results.statements) == (0, 0, None)
    assert tuple(dict.fromkeys(told)) == STAGES


def test_a_house_of_sensors_alone_has_no_consumption(house: Document, write_house: Writer, hourly: Hourly) -> None:
    del house["costs"]
    for meter, installation in zip(house["meters"], house["installations"], strict=True):
        meter["medium"], installation["role"] = "room", "sensor"
    results = run(load_project(write_house(house, hourly(FIRST, EVEN))))
    assert (len(results.consumption), results.media) == (0, ())
    assert len(results.readings) == len(EVEN)


areas = st.decimals("0.1", 300, places=1).map(str)
share = st.integers(1, 9)


@st.composite
def buildings(draw: st.DrawFn) -> tuple[Document, list[int], list[int]]:
    """Sections with areas, tenants who come and go, costs of every kind, and litres that each meter counts."""
    sections = draw(st.integers(1, 4))
    names = [f"H01{place + 1:02d}" for place in range(sections)]
    tenancies = []
    for name in names:
        days = sorted(draw(st.sets(st.integers(0, 400), max_size=4)))
        for number, (start, end) in enumerate(itertools.pairwise(days)):
            span = {"from": dt.date(2025, 1, 1) + dt.timedelta(start), "to": dt.date(2025, 1, 1) + dt.timedelta(end)}
            tenancies.append({"section": name, "party": f"{name}-{number}"} | span)
    costs: list[Document] = []
    amounts = draw(st.lists(st.integers(-10_000, 10**9), min_size=1, max_size=3))
    for number, amount in enumerate(amounts):
        first = draw(share)
        parts = [
            {"share": f"{first}/10", "by": draw(st.sampled_from(["area", "equal"]))},
            {"share": f"{10 - first}/10", "by": "consumption", "medium": "cold_water"},
        ]
        title = {"no": "x", "en": "x"}
        costs.append({"id": f"c{number}", "title": title, "amount": str(amount / 100), "parts": parts})
        costs[-1]["amount"] = f"{'-' * (amount < 0)}{abs(amount) // 100}.{abs(amount) % 100:02d}"
    meters = [f"2026010{place + 1}" for place in range(sections)]
    document: Document = {
        "schema_version": 1,
        "name": "x",
        "timezone": "UTC",
        "period": {"start": START, "end": at(2)},
        "telegrams": [{"files": ["*.jsonl"]}],
        "sections": [{"id": name, "attributes": {"area": draw(areas)}} for name in names],
        "meters": [{"id": meter, "medium": "cold_water"} for meter in meters],
        "installations": [
            {"meter": meter, "section": name, "from": dt.date(2025, 1, 1)}
            for meter, name in zip(meters, names, strict=True)
        ],
        "tenancies": tenancies,
        "costs": costs,
    }
    return document, draw(st.lists(st.integers(1, 10**6), min_size=sections, max_size=sections)), amounts


@given(building=buildings())
def test_statements_sum_to_the_bill_to_the_smallest_coin(
    building: tuple[Document, list[int], list[int]], hourly: Hourly, tmp_path_factory: pytest.TempPathFactory
) -> None:
    document, used, amounts = building
    folder = tmp_path_factory.mktemp("bill")
    lines = [
        one
        for meter, litres in zip(document["meters"], used, strict=True)
        for one in hourly(meter["id"], [7, 7 + litres // 2, 7 + litres])
    ]
    (folder / "telegrams.jsonl").write_text("".join(f"{one}\n" for one in lines))
    (folder / "project.toml").write_text(entry("", document))
    results = run(load_project(folder / "project.toml"))
    statements = results.statements
    assert statements is not None
    assert sum(statements.totals().values()) == sum(amounts)
    assert statements.totals_of_costs() == {f"c{i}": amount for i, amount in enumerate(amounts)}
    assert totals(results) == {
        section["id"]: Fraction(litres, 1000) for section, litres in zip(document["sections"], used, strict=True)
    }
