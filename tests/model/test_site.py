"""Who has which meter: contradictions are refused with their place."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from hypothesis import given
from hypothesis import strategies as st

from divako.errors import SiteError
from divako.model import Installation, Medium, Meter, Section, Site, Tenancy, Zone


def day(n: int) -> np.datetime64:
    return np.datetime64("2026-01-01", "ms") + np.timedelta64(n, "D")


METERS = (Meter(id="m1", medium=Medium.WATER), Meter(id="m2", medium=Medium.WATER))
SECTIONS = (Section(id="s1", attributes={"area": Fraction(50)}), Section(id="s2"))


def site(**change: Any) -> Site:
    return Site(**{"meters": METERS, "sections": SECTIONS, "zones": (Zone(id="z"),), **change})


spans = st.lists(st.tuples(st.sampled_from(["m1", "m2"]), st.integers(0, 30), st.integers(1, 9)), max_size=6)


@given(spans)
def test_installations_of_one_meter_never_overlap(drawn: list[tuple[str, int, int]]) -> None:
    overlap = any(
        a[0] == b[0] and a[1] < b[1] + b[2] and b[1] < a[1] + a[2] for i, a in enumerate(drawn) for b in drawn[:i]
    )
    made = [Installation(meter_id=m, place="s1", start=day(start), end=day(start + size)) for m, start, size in drawn]
    if overlap:
        with pytest.raises(SiteError, match="overlaps") as caught:
            site(installations=made)
        assert caught.value.collection == "installations"
    else:
        assert site(installations=made).installations == tuple(made)


@pytest.mark.parametrize(
    ("change", "collection", "index"),
    [
        ({"meters": (*METERS, METERS[0])}, "meters", 2),
        ({"sections": (*SECTIONS, SECTIONS[1])}, "sections", 2),
        ({"installations": [Installation(meter_id="m9", place="s1", start=day(0))]}, "installations", 0),
        ({"installations": [Installation(meter_id="m1", place="s9", start=day(0))]}, "installations", 0),
        ({"installations": [Installation(meter_id="m1", place="z", role="guest", start=day(0))]}, "installations", 0),
        ({"tenancies": [Tenancy(section="s9", party="p", start=day(0))]}, "tenancies", 0),
        (
            {
                "tenancies": [
                    Tenancy(section="s1", party="p", start=day(0)),
                    Tenancy(section="s1", party="q", start=day(5)),
                ]
            },
            "tenancies",
            1,
        ),
    ],
)
def test_a_contradiction_is_named_with_its_place(change: dict[str, Any], collection: str, index: int) -> None:
    with pytest.raises(SiteError) as caught:
        site(**change)
    assert (caught.value.collection, caught.value.index) == (collection, index)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Meter(id="", medium=Medium.WATER),
        lambda: Meter(id="m", medium=Medium.WATER, int_digits=0),
        lambda: Meter(id="m", medium=Medium.WATER, interval_s=0),
        lambda: Meter(id="m", medium=Medium.WATER, max_rate_per_h=Fraction(-1)),
        lambda: Section(id=""),
        lambda: Installation(meter_id="m", place="", start=day(1), end=day(1)),
        lambda: Tenancy(section="s", party="p", start=day(1), end=day(0)),
    ],
)
def test_a_value_that_cannot_be_is_refused(make: Any) -> None:
    with pytest.raises(SiteError):
        make()


def test_names_and_addresses_do_not_show() -> None:
    section = Section(id="s", address="Eksempelveien 1")
    tenancy = Tenancy(section="s", party="p", start=day(0), name="Kari Eksempel")
    assert "Eksempel" not in repr(section) + repr(tenancy)


def test_what_is_there_is_found() -> None:
    assert site().meter("m2") == METERS[1]
    assert site().meter("m9") is None
    assert SECTIONS[0].attribute("area") == 50
    assert SECTIONS[0].attribute("persons") is None
