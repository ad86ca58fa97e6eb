"""Bad columns are refused with the row and the meter."""

from __future__ import annotations

import datetime as dt

from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from hypothesis import given
from hypothesis import strategies as st

from divako.errors import SeriesError
from divako.model import Readings, Register, values_of_counts
from divako.units import Dimension


LITRES = Register("volume", Dimension.VOLUME, Fraction(1, 1000))
JOULES = Register("energy", Dimension.ENERGY, Fraction(2500, 9))
TIMES = np.datetime64("2026-01-01", "ms") + np.arange(3) * np.timedelta64(1, "h")


def columns(**more: Any) -> Readings:
    register = more.pop("register", LITRES)
    return Readings.of_columns(register, **{"meter": ["b", "a", "a"], "time": TIMES, **more})


@given(st.lists(st.integers(-(10**12), 10**12), min_size=3, max_size=3), st.sampled_from([LITRES, JOULES]))
def test_values_find_their_counts_again(counts: list[int], register: Register) -> None:
    value = values_of_counts(np.array(counts), register)
    got = columns(register=register, value=value)
    assert got.count.tolist() == counts
    assert (got.meter_ids, got.meter.tolist()) == (("b", "a"), [0, 1, 1])


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 0.0005, 1e17])
def test_a_value_that_is_no_count_is_refused(value: float) -> None:
    with pytest.raises(SeriesError) as caught:
        columns(value=[0.0, value, 1.0])
    assert (caught.value.row, caught.value.meter_index) == (1, 1)


@pytest.mark.parametrize(
    "count",
    [
        [0, 1 << 63, 1],
        np.array([0, 1 << 63, 1], dtype="uint64"),
        [0.0, 0.5, 1.0],
        [0.0, np.nan, 1.0],
        [0.0, 2.0**60, 1.0],
        np.array([0, True, 1], dtype=object),
        [1, 1 << 70, 1],
    ],
)
def test_a_count_that_is_none_is_refused(count: Any) -> None:
    with pytest.raises(SeriesError) as caught:
        columns(count=count)
    assert (caught.value.row, caught.value.meter_index) == (1, 1)
    with pytest.raises(SeriesError) as caught:
        Readings.of_counts("m", LITRES, TIMES, count)
    assert caught.value.row == 1


@pytest.mark.parametrize(
    "count", [np.arange(3, dtype="uint8"), [0.0, 1.0, 2.0], [0, 1, 2], np.arange(3, dtype="int16")]
)
def test_counts_of_any_whole_type_are_taken(count: Any) -> None:
    assert columns(count=count).count.tolist() == [0, 1, 2]


@pytest.mark.parametrize("time", [dt.datetime(2026, 1, 1), "2026-01-01T00:00", "yesterday", 5])
def test_a_time_without_a_zone_is_refused(time: Any) -> None:
    good: Any = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    good = good.isoformat() if isinstance(time, str) else good
    with pytest.raises(SeriesError) as caught:
        columns(count=[1, 2, 3], time=[good, time, good])
    assert caught.value.row == 1
    assert caught.value.meter_index == 1


def test_times_with_a_zone_are_the_same_instants() -> None:
    oslo = [dt.datetime(2026, 1, 1, hour, tzinfo=ZoneInfo("Europe/Oslo")) for hour in (1, 2, 3)]
    texts = [t.isoformat() for t in oslo]
    for time in (TIMES, list(TIMES), oslo, texts, np.array(texts)):
        assert columns(count=[1, 2, 3], time=time).time.tolist() == TIMES.tolist()


def test_times_of_a_data_frame_are_the_same_instants() -> None:
    pd = pytest.importorskip("pandas", minversion="3", reason="only where pandas 3 is installed can it be tried")
    oslo = pd.date_range("2026-01-01T01:00", periods=3, freq="h", tz="Europe/Oslo")
    for time in (pd.Series(oslo), oslo.to_pydatetime().tolist()):
        assert columns(count=[1, 2, 3], time=time).time.tolist() == TIMES.tolist()


def test_columns_fit_each_other() -> None:
    with pytest.raises(TypeError):
        columns()
    with pytest.raises(TypeError):
        columns(count=[1, 2, 3], value=[1, 2, 3])
    for wrong in ({"count": [1]}, {"count": [[1, 2, 3]]}, {"value": [[1.0]]}, {"count": ["1", "2", "3"]}):
        with pytest.raises(SeriesError):
            columns(**wrong)
    for time in (np.arange(3), [TIMES], TIMES[:2], TIMES.reshape(1, 3)):
        with pytest.raises(SeriesError):
            columns(count=[1, 2, 3], time=time)
    with pytest.raises(SeriesError):
        columns(count=[1, 2, 3], meter=[["a", "b", "c"]])


def test_meters_may_be_row_numbers() -> None:
    got = columns(count=[1, 2, 3], meter=np.array([1, 0, 1]), meter_ids=["x", "y", "unread"])
    assert (got.meter.tolist(), got.meter_ids) == ([1, 0, 1], ("x", "y", "unread"))
    with pytest.raises(SeriesError) as caught:
        columns(count=[1, 2, 3], meter=[0, 3, 0], meter_ids=["x"])
    assert caught.value.row == 1
    with pytest.raises(SeriesError, match="row numbers"):
        columns(count=[1, 2, 3], meter=["x", "x", "x"], meter_ids=["x"])
    none = Readings.of_columns(LITRES, meter=[], time=[], count=[])
    assert (len(none), none.meter_ids) == (0, ())
    assert len(Readings.of_columns(LITRES, meter=[], time=[], value=[], meter_ids=["x"])) == 0
