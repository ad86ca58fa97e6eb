"""Sharing costs: laws first, then where it refuses."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from hypothesis import given, settings
from hypothesis import strategies as st

from divako.allocation import Cost, MainMeter, Part, Statements, Tariff, allocate
from divako.errors import AllocationError
from divako.model import Section


TITLE = {"no": "Vann", "en": "Water"}
FLATS = [
    Section(id="A", attributes={"area": Fraction(55), "persons": Fraction(2)}),
    Section(id="B", attributes={"area": Fraction(70), "persons": Fraction(1)}),
    Section(id="C", attributes={"area": Fraction(125)}),
]
USED = {(flat.id, "cold_water"): Fraction(used) for flat, used in zip(FLATS, (12, 24, 4), strict=True)}
litres = st.integers(0, 10**6).map(lambda n: Fraction(n, 1000))


def by_water(**rule: Any) -> Part:
    return Part(by="consumption", medium="cold_water", **rule)


def share(*parts: Part, amount: int = 800_00, main: int | None = None, used: Any = USED) -> Statements:
    cost = Cost(id="w", title=TITLE, amount=amount, parts=parts)
    return allocate([cost], FLATS, consumption=used, main=None if main is None else {"cold_water": Fraction(main)})


@settings(max_examples=80, deadline=None)
@given(
    amount=st.integers(-(10**9), 10**9),
    used=st.lists(litres, min_size=3, max_size=3).filter(any),
    lost=litres,
    difference=st.sampled_from(["pro_rata", "equal", "area"]),
    percent=st.integers(1, 99),
)
def test_every_level_sums_to_its_parent(
    amount: int, used: list[Fraction], lost: Fraction, difference: str, percent: int
) -> None:
    part = Fraction(percent, 100)
    parts = [by_water(main=MainMeter(difference), share=part), Part(by="area", share=1 - part)]
    cost = Cost(id="w", title=TITLE, amount=amount, parts=parts)
    consumption = {(flat.id, "cold_water"): one for flat, one in zip(FLATS, used, strict=True)}
    table = allocate([cost], FLATS, consumption=consumption, main={"cold_water": sum(used, lost)})

    assert table.totals_of_costs() == {"w": amount}
    assert sum(table.totals().values()) == amount
    pools = {int(p): int(table.pool[table.part == p][0]) for p in np.unique(table.part)}
    assert sum(pools.values()) == amount
    assert {p: int(table.amount[table.part == p].sum()) for p in pools} == pools


@settings(max_examples=50, deadline=None)
@given(used=litres, fixed=st.integers(0, 10**7), price=st.integers(0, 10**5))
def test_a_tariff_is_shared_to_the_last_minor_unit(used: Fraction, fixed: int, price: int) -> None:
    tariff = Tariff(
        id="t", medium="cold_water", fixed=fixed, steps=Tariff.from_text(id="", medium="other", price="1").steps
    )
    cost = Cost(id="w", title=TITLE, tariff=tariff, fixed=Part(by="equal"), metered=by_water())
    table = allocate([cost], FLATS, consumption=USED, main={"cold_water": used})
    assert sum(table.totals().values()) == tariff.charge(used)
    assert int(table.amount[table.part == table.parts.index("fixed")].sum()) == fixed


def test_a_cap_below_the_fixed_sum_leaves_nothing_for_the_metered_part() -> None:
    tariff = Tariff(id="t", medium="cold_water", fixed=100, cap=30)
    cost = Cost(id="w", title=TITLE, tariff=tariff, fixed=Part(by="equal"), metered=by_water())
    table = allocate([cost], FLATS, consumption=USED, main={"cold_water": Fraction(9)})
    assert [(line.part, line.amount) for line in table.lines()] == [("fixed", 10)] * 3 + [("metered", 0)] * 3


def test_the_difference_is_a_part_of_its_own() -> None:
    table = share(by_water(main=MainMeter("equal")), main=50)
    assert [(line.part, line.key, line.medium, line.amount) for line in table.lines()] == [
        ("consumption", "consumption", "cold_water", 19200),
        ("consumption", "consumption", "cold_water", 38400),
        ("consumption", "consumption", "cold_water", 6400),
        ("difference", "equal", "cold_water", 5334),
        ("difference", "equal", "cold_water", 5333),
        ("difference", "equal", "cold_water", 5333),
    ]
    assert {line.difference for line in table.lines()} == {None, Fraction(10)}


def test_no_difference_leaves_no_row_of_it() -> None:
    assert share(by_water(main=MainMeter("equal")), main=40).parts == ("consumption",)


def test_those_left_out_have_no_row_and_owe_nothing() -> None:
    table = share(Part(by="persons", exclude=["C"]))
    assert table.totals() == {"A": 53333, "B": 26667, "C": 0}
    assert [line.section for line in table.lines()] == ["A", "B"]


def test_the_fallback_is_told_by_the_key() -> None:
    table = share(by_water(fallback="equal"), used=dict.fromkeys(USED, Fraction(0)))
    line = table.line(0)
    assert (line.key, line.medium, line.weight, line.total) == ("equal", "cold_water", Fraction(1), Fraction(3))


def test_two_costs_stand_behind_one_another() -> None:
    costs = [Cost(id=one, title=TITLE, amount=100, parts=[Part(by="equal")]) for one in "xy"]
    table = allocate(costs, FLATS, consumption={}, currency="EUR")
    assert [line.cost for line in table.lines()] == ["x"] * 3 + ["y"] * 3
    assert table.currencies == ("EUR",)


@pytest.mark.parametrize(
    ("part", "section_index", "match"),
    [
        (Part(by="persons"), 2, "attribute persons"),
        (by_water(times="k"), 0, "attribute k"),
        (Part(by="consumption", medium="heat"), 0, "consumption of heat"),
        (by_water(main=MainMeter()), None, "main meter is not known"),
        (Part(by="area", only=["D"]), None, "names a section"),
        (Part(by="area", exclude=["D"]), None, "names a section"),
        (Part(by="area", exclude=["A", "B", "C"]), None, "no basis"),
    ],
)
def test_what_is_not_known_is_not_guessed(part: Part, section_index: int | None, match: str) -> None:
    fine = Cost(id="f", title=TITLE, amount=1, parts=[Part(by="area")])
    cost = Cost(id="w", title=TITLE, amount=100, parts=[part])
    with pytest.raises(AllocationError, match=match) as caught:
        allocate([fine, cost], FLATS, consumption=USED)
    assert (caught.value.cost_index, caught.value.section_index) == (1, section_index)


def test_a_tariff_needs_its_main_meter() -> None:
    tariff = Tariff.from_text(id="t", medium="cold_water", price="1")
    with pytest.raises(AllocationError, match="main meter is not known") as caught:
        allocate([Cost(id="w", title=TITLE, tariff=tariff, metered=by_water())], FLATS, consumption=USED)
    assert caught.value.cost_index == 0


def test_a_negative_consumption_is_refused_by_its_place() -> None:
    with pytest.raises(AllocationError, match="negative") as caught:
        share(by_water(), used={**USED, ("B", "cold_water"): Fraction(-1)})
    assert (caught.value.cost_index, caught.value.section_index) == (0, 1)


@pytest.mark.parametrize("difference", ["pro_rata", "equal", "area"])
def test_sections_that_used_more_than_the_main_meter_are_refused_or_scaled(difference: str) -> None:
    with pytest.raises(AllocationError, match="counted less") as caught:
        share(by_water(main=MainMeter(difference)), main=30)
    assert caught.value.cost_index == 0
    scaled = share(by_water(main=MainMeter(difference, "scale")), main=30)
    assert scaled.totals() == {"A": 24000, "B": 48000, "C": 8000}


def test_ids_that_stand_twice_are_refused_by_their_place() -> None:
    cost = Cost(id="w", title=TITLE, amount=1, parts=[Part(by="area")])
    with pytest.raises(AllocationError, match="twice") as caught:
        allocate([cost, cost], FLATS, consumption={})
    assert caught.value.cost_index == 1
    with pytest.raises(AllocationError, match="twice") as caught:
        allocate([cost], [*FLATS, FLATS[0]], consumption={})
    assert caught.value.section_index == 3


def test_an_amount_beyond_the_table_is_refused() -> None:
    with pytest.raises(AllocationError, match="too large"):
        share(Part(by="area"), amount=2**63)


def test_an_unknown_currency_is_refused() -> None:
    with pytest.raises(AllocationError, match="currency"):
        allocate([], FLATS, consumption={}, currency="NKO")


def test_floats_are_refused() -> None:
    with pytest.raises(TypeError, match="not exact"):
        share(by_water(), used=dict.fromkeys(USED, 1.5))
