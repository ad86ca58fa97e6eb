"""Tables with pseudonyms in place of identifiers."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from divako.errors import PrivacyError
from divako.model import Consumption, Finding, FindingCode, Findings, Register
from divako.privacy import PseudonymDomain, pseudonymise
from divako.units import Dimension


DOMAIN = PseudonymDomain(bytes(range(32)), purpose="leak-statistics", recipient="Example University")
LITRES = Register("volume", Dimension.VOLUME, Fraction(1, 1000))
METERS = {"meter_ids": "meter_id"}
HOUR = np.timedelta64(1, "h")
START = np.datetime64("2026-01-01T00:00", "ms")

rows = st.lists(st.tuples(st.integers(-1, 4), st.integers(0, 9)), max_size=30)


def consumption(pairs: list[tuple[int, int]], names: tuple[str, ...] = ("m0", "m1", "m2", "m3", "m4")) -> Consumption:
    """Make rows of (meter, hour); the count tells them apart."""
    n = len(pairs)
    start = START + np.array([hour for _, hour in pairs], dtype="int64") * HOUR
    return Consumption(
        meter=np.array([meter for meter, _ in pairs], dtype="int32"),
        register=np.zeros(n, dtype="int32"),
        start=start,
        end=start + HOUR,
        value=np.arange(n) / 1000,
        count=np.arange(n),
        count_known=np.ones(n, dtype=bool),
        coverage=np.ones(n),
        quality=np.zeros(n, dtype="uint8"),
        steps=np.zeros(n, dtype="uint16"),
        meter_ids=names,
        registers=(LITRES,),
    )


@settings(max_examples=60, deadline=None)
@given(pairs=rows)
def test_each_row_keeps_its_meter_and_its_values(pairs: list[tuple[int, int]]) -> None:
    table = consumption(pairs)
    token = (*DOMAIN.tokens(table.meter_ids, field="meter_id"), None)
    out = pseudonymise(table, DOMAIN, columns=METERS)
    words = (*out.meter_ids, None)
    got = {int(c): (words[m], s) for c, m, s in zip(out.count, out.meter, out.start, strict=True)}
    assert got == {i: (token[meter], START + hour * HOUR) for i, (meter, hour) in enumerate(pairs)}


@settings(max_examples=60, deadline=None)
@given(pairs=rows)
def test_neither_words_nor_rows_tell_which_came_first(pairs: list[tuple[int, int]]) -> None:
    out = pseudonymise(consumption(pairs), DOMAIN, columns=METERS)
    places = list(zip(out.meter.tolist(), out.start.tolist(), strict=True))
    assert list(out.meter_ids) == sorted(out.meter_ids)
    assert places == sorted(places)


@settings(max_examples=30, deadline=None)
@given(pairs=rows.map(lambda pairs: list(dict.fromkeys(pairs))), order=st.permutations(range(5)))
def test_the_order_of_the_meters_does_not_matter(pairs: list[tuple[int, int]], order: list[int]) -> None:
    table = consumption(pairs)
    shuffled = evolve(
        table,
        meter=np.array([*order, -1], dtype="int32")[table.meter],
        meter_ids=tuple(f"m{order.index(i)}" for i in range(5)),
    )
    one, other = (pa.table(pseudonymise(t, DOMAIN, columns=METERS)).to_pylist() for t in (table, shuffled))
    assert str(one) == str(other)  # a NaN equals nothing, but reads the same


def test_meters_without_a_row_are_left_out() -> None:
    out = pseudonymise(consumption([(3, 0)]), DOMAIN, columns=METERS)
    assert out.meter_ids == DOMAIN.tokens(["m3"], field="meter_id")


def test_two_spellings_of_a_meter_become_one() -> None:
    out = pseudonymise(consumption([(0, 0), (1, 0)], ("Å", "A\N{COMBINING RING ABOVE}")), DOMAIN, columns=METERS)
    assert (len(out.meter_ids), out.meter.tolist()) == (1, [0, 0])


def test_no_identifier_is_left_in_what_is_exported() -> None:
    table = consumption([(0, 0), (1, 0)], ("12345678", "87654321"))
    text = str(pa.table(pseudonymise(table, DOMAIN, columns=METERS)).to_pylist())
    assert "12345678" not in text
    assert "87654321" not in text
    assert "dvk1.k01." in text


def test_findings_that_last_come_after_those_that_ended() -> None:
    def finding(end: str) -> Finding:
        until = np.datetime64(end, "ms")
        return Finding(subject="H0101", code=FindingCode.CUSTOMER_LEAK, start=START, end=until, size=0.1, unit="m3/h")

    table = Findings.of([finding("NaT"), finding("2026-01-02")])
    out = pseudonymise(table, DOMAIN, columns={"subjects": "section"})
    assert np.isnat(out.end).tolist() == [False, True]
    assert out.codes == table.codes


@pytest.mark.parametrize("columns", [{}, {"meters": "meter_id"}, {"registers": "register"}, {"meter": "meter_id"}])
def test_columns_that_are_no_identifiers_are_refused(columns: dict[str, str]) -> None:
    with pytest.raises(PrivacyError, match="words"):
        pseudonymise(consumption([(0, 0)]), DOMAIN, columns=columns)


def test_an_empty_identifier_is_refused() -> None:
    with pytest.raises(PrivacyError, match="identifier 0"):
        pseudonymise(consumption([(0, 0)], ("",)), DOMAIN, columns=METERS)
