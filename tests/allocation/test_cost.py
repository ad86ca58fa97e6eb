"""Rules that contradict themselves are refused when they are made."""

from __future__ import annotations

import json

from fractions import Fraction
from typing import Any

import cattrs
import pytest

from divako.allocation import Cost, MainMeter, Part, Tariff
from divako.errors import AllocationError
from divako.model import Medium


TITLE = {"no": "Vann", "en": "Water"}
AREA = Part(by="area")
WATER = Part(by="consumption", medium="cold_water", main=MainMeter())
TARIFF = Tariff.from_text(id="t", medium="cold_water", fixed="10", price="1")


def test_rules_are_plain_values() -> None:
    def make() -> Cost:
        return Cost(id="w", title=TITLE, tariff=TARIFF, fixed=AREA, metered=WATER, basis={"no": "§ 5", "en": "§ 5"})

    assert make() == make()
    assert hash(make()) == hash(make())
    assert WATER.medium is Medium.COLD_WATER


def test_a_rule_survives_being_stored() -> None:
    converter = cattrs.Converter(forbid_extra_keys=True)
    converter.register_unstructure_hook(Fraction, str)
    converter.register_structure_hook(Fraction, lambda text, _: Fraction(text))
    cost = Cost(id="w", title=TITLE, tariff=TARIFF, fixed=AREA, metered=WATER)
    assert converter.structure(json.loads(json.dumps(converter.unstructure(cost))), Cost) == cost


@pytest.mark.parametrize(
    ("wrong", "match"),
    [
        ({"by": ""}, "by"),
        ({"by": "consumption"}, "medium"),
        ({"by": "consumption", "medium": "beer"}, "medium"),
        ({"by": "area", "medium": "heat"}, "medium"),
        ({"by": "area", "main": MainMeter()}, "main meter"),
        ({"by": "area", "share": "0"}, "share"),
        ({"by": "area", "share": "-1/3"}, "share"),
        ({"by": "area", "only": ["A"], "exclude": ["B"]}, "names"),
        ({"by": "area", "only": "A"}, "list"),
        ({"by": "area", "fallback": "area"}, "fallback"),
        ({"by": "area", "times": ""}, "times"),
    ],
)
def test_a_part_that_contradicts_itself_is_refused(wrong: dict[str, Any], match: str) -> None:
    with pytest.raises(AllocationError, match=match):
        Part(**wrong)


@pytest.mark.parametrize(
    ("wrong", "match"),
    [
        ({"title": {"no": "Vann"}}, "both languages"),
        ({"title": {}}, "title"),
        ({"id": ""}, "id"),
        ({"amount": None}, "amount or a tariff"),
        ({"tariff": TARIFF}, "amount or a tariff"),
        ({"parts": []}, "sum to 1"),
        ({"parts": [Part(by="area", share="0.3"), Part(by="equal", share="0.6")]}, "sum to 1"),
        ({"fixed": AREA}, "only a cost with a tariff"),
        ({"parts": [Part(by="area", share="1/2"), Part(by="area", share="1/2")]}, "same name"),
        ({"parts": [WATER, Part(by="area")]}, "sum to 1"),
        ({"basis": {"en": "§ 5"}}, "both languages"),
        ({"amount": None, "tariff": TARIFF}, "fixed and its metered"),
        ({"amount": None, "parts": [], "tariff": TARIFF, "fixed": AREA}, "metered"),
        ({"amount": None, "parts": [], "tariff": TARIFF, "metered": WATER}, "fixed sum"),
        (
            {"amount": None, "parts": [], "tariff": TARIFF, "fixed": Part(by="area", share="1/2"), "metered": WATER},
            "share",
        ),
    ],
)
def test_a_cost_that_contradicts_itself_is_refused(wrong: dict[str, Any], match: str) -> None:
    right: dict[str, Any] = {"id": "w", "title": TITLE, "amount": 100, "parts": [AREA]}
    with pytest.raises(AllocationError, match=match):
        Cost(**{**right, **wrong})


@pytest.mark.parametrize("wrong", [{"difference": ""}, {"difference": "consumption"}, {"negative": "ignore"}])
def test_a_main_meter_rule_that_says_nothing_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(AllocationError):
        MainMeter(**wrong)


def test_a_share_is_exact() -> None:
    assert Part(by="area", share="0.3").share == Fraction(3, 10)
