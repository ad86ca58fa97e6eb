"""Parameter objects survive the way to a document and back; what is wrong is refused by its path."""

from __future__ import annotations

import enum
import json

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from divako.alerts import Frost, Silence, Threshold
from divako.allocation import Block, Cost, MainMeter, Part, Tariff
from divako.convert import SCHEMA_VERSION, fraction_text, from_document, to_document
from divako.errors import InputError
from divako.leaks import CustomerLeak, NightUse, ZoneNightFlow
from divako.model import Installation, Medium, Meter, Section, Site, Tenancy, Zone


names = st.text(min_size=1, max_size=8)
fractions = st.fractions(max_denominator=10**6) | st.decimals(-1000, 1000, places=3).map(Fraction)
instants = st.integers(0, 4_000_000_000_000).map(lambda ms: np.datetime64(ms, "ms"))


class Colour(enum.Enum):
    RED = "red"


@frozen(kw_only=True)
class Everything:
    text: str
    whole: int
    number: float
    flag: bool
    exact: Fraction
    money: Decimal
    raw: bytes
    time: np.datetime64
    colour: Colour
    several: tuple[int, ...] = ()
    named: tuple[tuple[str, Fraction], ...] = ()
    perhaps: Fraction | None = None


everything = st.builds(
    Everything,
    text=names,
    whole=st.integers(),
    number=st.floats(allow_nan=False, allow_infinity=False),
    flag=st.booleans(),
    exact=fractions,
    money=st.decimals(-(10**9), 10**9, places=2),
    raw=st.binary(max_size=5),
    time=instants,
    colour=st.just(Colour.RED),
    several=st.lists(st.integers(), max_size=3).map(tuple),
    named=st.dictionaries(names, fractions, max_size=3).map(lambda d: tuple(d.items())),
    perhaps=st.none() | fractions,
)


@st.composite
def sites(draw: st.DrawFn) -> Site:
    meters = draw(
        st.lists(
            st.builds(
                Meter,
                id=names,
                medium=st.sampled_from(Medium),
                int_digits=st.none() | st.integers(1, 12),
                max_rate_per_h=st.none() | st.fractions(min_value=0, max_denominator=100),
                driver=st.none() | names,
            ),
            max_size=3,
            unique_by=lambda m: m.id,
        )
    )
    sections = draw(
        st.lists(
            st.builds(Section, id=names, attributes=st.dictionaries(names, fractions, max_size=2), address=st.text()),
            max_size=3,
            unique_by=lambda s: s.id,
        )
    )
    start = draw(instants)
    return Site(
        meters=meters,
        sections=sections,
        zones=[Zone(id="zone of nobody")],
        installations=[
            Installation(meter_id=m.id, place="", start=start, start_register=draw(st.none() | fractions))
            for m in meters
        ],
        tenancies=[Tenancy(section=s.id, party="p", start=start, end=start + np.timedelta64(1, "D")) for s in sections],
    )


def through_json(value: object) -> Any:
    return json.loads(json.dumps(to_document(value), allow_nan=False))


@given(value=everything)
def test_what_is_written_reads_back_the_same(value: Everything) -> None:
    assert from_document(Everything, through_json(value)) == value


@given(site=sites())
def test_a_site_reads_back_the_same(site: Site) -> None:
    again = from_document(Site, through_json(site))
    assert repr(again) == repr(site)  # an open end is NaT, which equals nothing
    assert [section.address for section in again.sections] == [section.address for section in site.sections]


COST = Cost(
    id="water",
    title={"no": "Vann", "en": "Water"},
    tariff=Tariff(id="water", medium=Medium.COLD_WATER, fixed=156_800, steps=[Block(None, Fraction(4133))]),
    fixed=Part(by="fraction", exclude=["shop"]),
    metered=Part(by="consumption", medium=Medium.COLD_WATER, main=MainMeter("equal")),
    basis={"no": "Vedtektene § 5", "en": "Articles § 5"},
)
PARTS = Cost(
    id="heat",
    title={"no": "Varme", "en": "Heat"},
    amount=1_864_325,
    parts=[Part(by="area", share=Fraction(1, 3)), Part(by="consumption", medium="heat", share=Fraction(2, 3))],
)


@pytest.mark.parametrize(
    "value",
    [
        CustomerLeak(),
        CustomerLeak(run_hours=48),
        NightUse(),
        ZoneNightFlow(rise_share=0.25),
        Frost(),
        Silence(interval_s=3600.0),
        Threshold(op=">", raise_at=5.0),
        COST,
        PARTS,
    ],
    ids=lambda value: type(value).__name__,
)
def test_rules_and_costs_read_back_the_same(value: object) -> None:
    assert from_document(type(value), through_json(value)) == value


def test_what_a_rule_refuses_is_refused_in_a_document() -> None:
    with pytest.raises(InputError, match=r"^\$: the shares of the parts of a cost must sum to 1"):
        from_document(Cost, {**to_document(PARTS), "parts": []})


@given(value=fractions)
def test_a_fraction_is_a_text_that_reads_back(value: Fraction) -> None:
    assert Fraction(fraction_text(value)) == value


def test_a_document_is_plain_to_the_last_value() -> None:
    section = Section(id="H0101", attributes={"area": Fraction("61.5"), "share": Fraction(1, 3)})
    expected = {
        "schema_version": SCHEMA_VERSION,
        "id": "H0101",
        "attributes": {"area": "61.5", "share": "1/3"},
        "address": "",
    }
    assert to_document(section) == expected
    assert through_json(section) == expected


def test_an_instant_with_an_offset_is_the_same_in_utc() -> None:
    document = {"schema_version": 1, "meter_id": "m", "place": "", "start": "2026-01-01T01:00:00+01:00"}
    assert from_document(Installation, document).start == np.datetime64("2026-01-01T00:00:00", "ms")


def test_times_are_written_with_z_and_open_ends_as_null() -> None:
    start = np.datetime64("2026-01-01T00:00:00.500")
    document = to_document(Installation(meter_id="m", place="", start=start))
    assert (document["start"], document["end"]) == ("2026-01-01T00:00:00.500Z", None)


METER = {"id": "m", "medium": "heat"}


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"colour": 1}, "$: unknown key colour"),
        ({"meters": [METER, {**METER, "colour": 1}]}, "$.meters[1]: unknown key colour"),
        ({"meters": [{"medium": "heat"}]}, "$.meters[0].id: is missing"),
        ({"meters": [{**METER, "id": 17}]}, "$.meters[0].id: must be a text"),
        ({"meters": [{**METER, "medium": "heap"}]}, "$.meters[0].medium: "),
        ({"meters": [{**METER, "int_digits": "5"}]}, "$.meters[0].int_digits: must be a whole number"),
        ({"meters": [{**METER, "int_digits": True}]}, "$.meters[0].int_digits: must be a whole number"),
        ({"meters": [{**METER, "max_rate_per_h": 2.5}]}, "$.meters[0].max_rate_per_h: must be a number in quotes"),
        ({"meters": [{**METER, "max_rate_per_h": "1e9"}]}, "$.meters[0].max_rate_per_h: must be a number in quotes"),
        ({"meters": [{**METER, "max_rate_per_h": "1/0"}]}, "$.meters[0].max_rate_per_h: must be a number in quotes"),
        ({"meters": "m"}, "$.meters[0]: must be an object"),
        ({"meters": [METER, METER]}, "$.meters[1]: this id stands twice"),
        ({"sections": [{"id": "s", "attributes": [["area", "1"]]}]}, "$.sections[0].attributes: must be an object"),
        (
            {"tenancies": [{"section": "s", "party": "p", "start": "2026-01-01"}]},
            "$.tenancies[0].start: must be a time",
        ),
    ],
)
def test_what_is_wrong_is_refused_by_its_path(change: dict[str, Any], path: str) -> None:
    with pytest.raises(InputError) as caught:
        from_document(Site, {"schema_version": 1, "meters": [], **change})
    assert str(caught.value).startswith(path)


@pytest.mark.parametrize("version", [None, 0, 2, "1", True])
def test_another_version_is_refused(version: object) -> None:
    with pytest.raises(InputError, match="schema_version must be 1"):
        from_document(Zone, {"schema_version": version, "id": "z"})


def test_only_objects_with_fields_have_a_document() -> None:
    with pytest.raises(InputError, match="int has no document"):
        to_document(3)
    with pytest.raises(InputError, match="must be an object"):
        from_document(Zone, [])  # type: ignore[arg-type]  # what JSON may hold


@given(value=st.text(min_size=3).filter(lambda text: not text.isascii()))
def test_no_refusal_quotes_the_value(value: str) -> None:
    for field in ("id", "medium", "max_rate_per_h"):
        wrong: dict[str, Any] = {"schema_version": 1, **METER, field: value if field != "id" else [value]}
        with pytest.raises(InputError) as caught:
            from_document(Meter, wrong)
        assert value not in str(caught.value)
