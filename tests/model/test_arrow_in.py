"""Columns that come over Arrow, from whoever offers them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pytest

from hypothesis import given, settings
from hypothesis import strategies as st

from divako.errors import InputError
from divako.model import arrow_column, arrow_table, binary_column


texts = st.lists(st.none() | st.text(max_size=20), max_size=12)
TEXT_TYPES = [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.uint8(), pa.large_string())]
BYTE_TYPES = [pa.binary(), pa.large_binary(), pa.binary_view(), pa.dictionary(pa.int16(), pa.binary())]


def pieces(items: Sequence[object], kind: pa.DataType, cut: int) -> list[pa.ChunkedArray]:
    """Cut a column in two, in ways that a producer may."""
    whole = pa.array(items, kind)
    return [
        pa.chunked_array([whole[:cut], whole[cut:]], kind),
        pa.chunked_array([pa.array(items[:cut], kind), pa.array(items[cut:], kind)], kind),
    ]


@settings(deadline=None)  # pyarrow takes its time when it is used first
@given(texts, st.sampled_from(TEXT_TYPES), st.integers(0, 12))
def test_texts_are_given_once_each(items: list[str | None], kind: pa.DataType, cut: int) -> None:
    for column in pieces(items, kind, cut):
        codes, words = arrow_column(column).words()
        assert [words[code] if code >= 0 else None for code in codes.tolist()] == items
        assert len(set(words)) == len(words)


@settings(deadline=None)
@given(st.lists(st.none() | st.binary(max_size=40), max_size=12), st.sampled_from(BYTE_TYPES), st.integers(0, 12))
def test_bytes_stand_where_the_column_says(items: list[bytes | None], kind: pa.DataType, cut: int) -> None:
    for column in [*pieces(items, kind, cut), pa.table({"one": pa.array(items, kind)})]:
        got = binary_column(column)
        known = got.known_or_all().tolist()
        places = zip(got.begin.tolist(), got.end.tolist(), known, strict=True)
        assert [bytes(got.buffer[begin:end]) if there else None for begin, end, there in places] == items


@settings(deadline=None)
@given(st.integers(0, 9), st.data())
def test_bytes_of_one_width_are_bytes(width: int, data: st.DataObject) -> None:
    items = data.draw(st.lists(st.none() | st.binary(min_size=width, max_size=width), max_size=12))
    cut = data.draw(st.integers(0, 12))
    for column in pieces(items, pa.binary(width), cut):
        got = binary_column(column)
        known = got.known_or_all().tolist()
        places = zip(got.begin.tolist(), got.end.tolist(), known, strict=True)
        assert [bytes(got.buffer[begin:end]) if there else None for begin, end, there in places] == items


@settings(deadline=None)
@given(
    st.lists(st.none() | st.integers(-(1 << 62), 1 << 62), max_size=8),
    st.sampled_from(["s", "ms", "us", "ns"]),
    st.data(),
)
def test_instants_are_cut_to_milliseconds(items: list[int | None], unit: str, data: st.DataObject) -> None:
    zone = data.draw(st.sampled_from(["UTC", "Europe/Oslo", "+05:30"]))
    times, good = arrow_column(pa.array(items, pa.timestamp(unit, zone))).instants()
    up, down = {"s": (1000, 1), "ms": (1, 1), "us": (1, 1000), "ns": (1, 10**6)}[unit]
    for item, time, fits in zip(items, times.view("int64").tolist(), good.tolist(), strict=True):
        wanted = None if item is None else item * up // down
        assert fits == (wanted is None or abs(wanted) < 1 << 63)
        assert time == (wanted if wanted is not None and fits else np.iinfo("int64").min)


def test_instants_without_a_zone_are_refused() -> None:
    now = np.array(["2026-01-01"], dtype="datetime64[ms]")
    for column in (pa.array(now), pa.array(now).cast(pa.date32()), pa.array([0])):
        with pytest.raises(InputError):
            arrow_column(column).instants()


@pytest.mark.parametrize("kind", [pa.int8(), pa.uint16(), pa.int64(), pa.uint64()])
def test_whole_numbers_keep_what_is_unknown(kind: pa.DataType) -> None:
    numbers, known = arrow_column(
        pa.chunked_array([pa.array([1, None], kind), pa.array([], kind), [3]], kind)
    ).integers()
    assert known.tolist() == [True, False, True]
    assert numbers[known].tolist() == [1, 3]


def test_a_column_of_nulls_is_whatever_is_asked_for() -> None:
    column = arrow_column(pa.nulls(2))
    assert column.words()[0].tolist() == [-1, -1]
    assert column.integers()[1].tolist() == [False, False]
    assert np.isnat(column.instants()[0]).all()
    assert column.binaries().known_or_all().tolist() == [False, False]


def test_a_row_of_a_table_may_be_null_as_a_whole() -> None:
    rows = pa.array([{"a": b"x"}, None, {"a": None}], pa.struct({"a": pa.binary()}))
    assert binary_column(rows).known_or_all().tolist() == [True, False, False]
    assert binary_column(rows[1:]).known_or_all().tolist() == [False, False]


def test_of_a_table_only_what_is_named_is_looked_at() -> None:
    table = pa.table({"a": ["x"], "b": [[1]], "c": [1.5]})
    assert list(arrow_table(table, {"a", "z"})) == ["a"]
    for names in ({"b"}, {"c"}):
        with pytest.raises(InputError, match="holds"):
            arrow_table(table, names)
    with pytest.raises(InputError, match="one name"):
        arrow_table(pa.table([["x"], ["y"]], names=["a", "a"]), {"a"})
    with pytest.raises(InputError, match="none"):
        arrow_table(pa.array(["x"]), {"a"})
    with pytest.raises(InputError, match="several"):
        arrow_column(table)


def test_columns_are_what_they_are_asked_for_or_refused() -> None:
    text, number = arrow_column(pa.array(["x"])), arrow_column(pa.array([1]))
    for wrong in (number.words, number.binaries, number.instants, text.integers, text.instants):
        with pytest.raises(InputError):
            wrong()
