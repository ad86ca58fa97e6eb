"""Registers and the values of counts."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from hypothesis import given
from hypothesis import strategies as st

from divako.errors import UnitError
from divako.model import Register, Status, values_of_counts
from divako.units import Dimension


factors = st.fractions(min_value=Fraction(1, 10**12), max_value=10**6, max_denominator=10**12)


@given(st.lists(st.integers(-(1 << 63), (1 << 63) - 1), max_size=6), factors)
def test_every_value_is_the_float_nearest_to_count_times_factor(counts: list[int], factor: Fraction) -> None:
    register = Register("volume", Dimension.VOLUME, factor)
    got = values_of_counts(np.array(counts, dtype="int64"), register)
    assert got.tolist() == [float(count * factor) for count in counts]


@pytest.mark.parametrize("name", ["", "Volume", "1st", "a b", "å"])
def test_a_name_that_is_no_identifier_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        Register(name, Dimension.VOLUME)


@pytest.mark.parametrize("factor", [0, -1])
def test_a_factor_that_scales_to_nothing_is_refused(factor: int) -> None:
    with pytest.raises(UnitError, match="positive"):
        Register("volume", Dimension.VOLUME, Fraction(factor))


def test_a_factor_is_exact() -> None:
    for thousandth in ("1/1000", "0.001", Decimal("0.001")):
        assert Register("volume", Dimension.VOLUME, thousandth).factor == Fraction(1, 1000)
    with pytest.raises(UnitError, match="exact"):
        Register("volume", Dimension.VOLUME, 0.001)  # type: ignore[arg-type]


def test_a_dimension_must_be_one() -> None:
    with pytest.raises(TypeError):
        Register("volume", "m3")  # type: ignore[arg-type] # what a caller without types would write


def test_columns_say_their_unit() -> None:
    assert Register("volume_flow", Dimension.FLOW).column == "volume_flow_m3_h"
    assert Register("reset_counter", Dimension.COUNT).column == "reset_counter"
    assert Register("relative_humidity", Dimension.RELATIVE_HUMIDITY).column == "relative_humidity_percent"


def test_status_bits_are_named_one_by_one() -> None:
    assert Status.OK.names() == []
    assert (Status.LOW_BATTERY | Status.ERROR_STATE).names() == ["low_battery", "error_state"]
