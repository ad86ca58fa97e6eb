"""Costs of a project file: whatever they refer to is there, and what contradicts is named by its path."""

from __future__ import annotations

import datetime as dt

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from divako.allocation import MainMeter
from divako.errors import ProjectError
from divako.model import Medium
from divako.pipeline import load_project


Document = dict[str, Any]
Writer = Callable[..., Path]
TITLE = {"no": "Vann", "en": "Water"}
MAIN = {"meter": "20260103", "role": "main", "from": dt.date(2025, 1, 1)}
BY_USE = {"by": "consumption", "medium": "cold_water"}


def with_main(house: Document) -> Document:
    house["meters"].append({"id": "20260103", "medium": "cold_water"})
    house["installations"].append(MAIN)
    house["tariffs"] = [{"id": "town", "medium": "cold_water", "fixed": "100.00", "price": "41.335"}]
    return house


def refused(path: Path) -> tuple[str, str]:
    with pytest.raises(ProjectError) as caught:
        load_project(path)
    assert caught.value.others == ()
    return caught.value.path, str(caught.value.args[0])


def test_a_tariff_is_shared_by_its_own_two_rules(house: Document, write_house: Writer) -> None:
    metered = BY_USE | {"difference": "area", "negative": "scale"}
    house["costs"] = [{"id": "w", "title": TITLE, "tariff": "town", "fixed": {"by": "persons"}, "metered": metered}]
    (cost,) = load_project(write_house(with_main(house))).costs
    assert cost.tariff is not None
    assert (cost.tariff.fixed, cost.tariff.medium) == (10_000, Medium.COLD_WATER)
    assert cost.metered is not None
    assert cost.metered.main == MainMeter("area", "scale")


def test_only_those_who_take_part_need_the_attribute_or_the_meter(house: Document, write_house: Writer) -> None:
    house["sections"].append({"id": "shop"})
    house["costs"] = [
        {"id": "lift", "title": TITLE, "amount": 100, "parts": [{"by": "area", "exclude": ["shop"]}]},
        {"id": "water", "title": TITLE, "amount": 100, "parts": [BY_USE | {"only": ["H0101", "H0102"]}]},
        {"id": "all", "title": TITLE, "amount": 100, "parts": [{"by": "equal"}]},
    ]
    assert [cost.id for cost in load_project(write_house(house)).costs] == ["lift", "water", "all"]


def part(**changes: Any) -> Document:
    return {"id": "c", "title": TITLE, "amount": "100.00", "parts": [changes]}


def tariff(**changes: Any) -> Document:
    return {"id": "c", "title": TITLE, "tariff": "town", "fixed": {"by": "area"}, "metered": BY_USE} | changes


@pytest.mark.parametrize(
    ("cost", "path", "said"),
    [
        ({"id": "c", "title": TITLE, "amount": 1}, "costs[0]", "the shares of the parts of a cost must sum to 1"),
        ({"id": "c", "title": TITLE, "amount": 1, "parts": [{"by": "area"}] * 2}, "costs[0]", "must sum to 1"),
        ({"id": "c", "title": TITLE, "parts": [{"by": "area"}]}, "costs[0]", "has an amount or a tariff, and not both"),
        ({"id": "c", "title": {"no": "Vann"}, "amount": 1, "parts": [{"by": "area"}]}, "costs[0]", "both languages"),
        (part(by="area") | {"amount": "10.005"}, "costs[0].amount", "finer than the minor unit"),
        (part(by="aria"), "costs[0].parts[0].by", "sections[0] has no attribute of this name; did you mean area?"),
        (part(by="area", times="rating"), "costs[0].parts[0].times", "sections[0] has no attribute of this name"),
        (part(by="debt"), "sections[1].attributes.debt", "must not be negative"),
        (part(by="consumption"), "costs[0].parts[0]", "a part by consumption must say of which medium"),
        (part(by="area", medium="cold_water"), "costs[0].parts[0]", "only a part by consumption has a medium"),
        (part(by="consumption", medium="heat"), "costs[0].parts[0].medium", "sections[0] has no meter of this medium"),
        (part(by="area", only=["H0199"]), "costs[0].parts[0].only[0]", "no section has this id; did you mean H0102?"),
        (part(by="area", exclude=["H0101", "x"]), "costs[0].parts[0].exclude[1]", "no section has this id"),
        (part(by="area", only=["H0101"], exclude=["H0102"]), "costs[0].parts[0]", "or those that do not"),
        (part(by="area", share="-1"), "costs[0].parts[0]", "above zero"),
        (part(**BY_USE, difference="aria"), "costs[0].parts[0].difference", "no attribute of this name"),
        (part(**BY_USE, difference="area", negative="guess"), "costs[0].parts[0]", "a negative difference is an error"),
        (tariff(tariff="tow"), "costs[0].tariff", "no tariff has this id; did you mean town?"),
        (tariff(amount=5), "costs[0]", "has an amount or a tariff, and not both"),
        ({"id": "c", "title": TITLE, "tariff": "town", "metered": BY_USE}, "costs[0]", "needs a rule to share it by"),
        ({"id": "c", "title": TITLE, "tariff": "town", "fixed": {"by": "area"}}, "costs[0]", "how what was metered"),
    ],
)
def test_a_cost_that_cannot_be_shared_is_refused_with_its_path(
    cost: Document, path: str, said: str, house: Document, write_house: Writer
) -> None:
    house["sections"][0]["attributes"]["debt"] = 1
    house["sections"][1]["attributes"]["debt"] = "-0.5"
    house["costs"] = [cost]
    at, message = refused(write_house(with_main(house)))
    assert at == path
    assert said in message


def test_a_difference_needs_a_main_meter(house: Document, write_house: Writer) -> None:
    house["costs"] = [part(**BY_USE, difference="equal")]
    assert refused(write_house(house)) == (
        "costs[0].parts[0].difference",
        "there is no main meter of this medium to have a difference",
    )


def test_a_tariff_needs_a_main_meter(house: Document, write_house: Writer) -> None:
    house["costs"] = [tariff()]
    house["tariffs"] = [{"id": "town", "medium": "cold_water", "price": 1}]
    assert refused(write_house(house)) == ("costs[0].tariff", "there is no main meter of the medium of this tariff")


@pytest.mark.parametrize("costs", [0, 1, 2])
def test_a_wrong_tariff_is_told_once_however_many_costs_have_it(
    costs: int, house: Document, write_house: Writer
) -> None:
    house["costs"] = [tariff(id=f"c{number}") for number in range(costs)]
    with_main(house)["tariffs"][0]["fixed"] = "0.001"
    assert refused(write_house(house)) == ("tariffs[0]", "an amount is finer than the minor unit of its currency")


def test_a_currency_that_is_none_is_told_once(house: Document, write_house: Writer) -> None:
    house["currency"] = "kroner"
    house["costs"] = [tariff(), tariff(id="d")]
    assert refused(write_house(with_main(house))) == ("currency", "the currency is not one that is known")
