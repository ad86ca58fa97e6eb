"""Tables: checked once, read-only, and ready to travel."""

from __future__ import annotations

import gc
import pickle
import threading

from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from divako.errors import SeriesError
from divako.model import Finding, FindingCode, Findings, Readings, Register, encode_words
from divako.model._arrow import _alive, _streams
from divako.units import Dimension


LITRES = Register("volume", Dimension.VOLUME, Fraction(1, 1000))
TENS = Register("volume", Dimension.VOLUME, Fraction(1, 100))
ENERGY = Register("energy", Dimension.ENERGY)

counts = st.lists(st.integers(-(1 << 62), 1 << 62), max_size=8)


@st.composite
def readings(draw: st.DrawFn) -> Readings:
    values = draw(counts)
    times = [draw(st.sampled_from(["2026-01-01T00:00", "2026-03-29T01:30", "NaT"])) for _ in values]
    return Readings.of_counts(
        draw(st.sampled_from("abc")), draw(st.sampled_from([LITRES, TENS, ENERGY])), times, values
    )


def rows_of(table: Readings) -> list[tuple[Any, ...]]:
    return [
        (table.meter_ids[m], table.registers[r], str(t), c)
        for m, r, t, c in zip(table.meter, table.register, table.time, table.count, strict=True)
    ]


@given(st.lists(readings(), min_size=1, max_size=4))
def test_concatenation_keeps_every_row_and_its_words(tables: list[Readings]) -> None:
    assert rows_of(Readings.concatenate(tables)) == [row for table in tables for row in rows_of(table)]


@settings(deadline=None)  # pyarrow takes its time when it is used first
@given(readings())
def test_arrow_readers_see_the_same_numbers(table: Readings) -> None:
    got = pa.table(table)
    assert got["count"].to_pylist() == table.count.tolist()
    assert got["value"].to_pylist() == table.value.tolist()
    assert got["time"].null_count == int(np.isnat(table.time).sum())
    assert got["meter"].to_pylist() == [table.meter_ids[m] for m in table.meter]
    assert got["register"].to_pylist() == [table.registers[r].column for r in table.register]
    assert got["quantum"].to_pylist() == [table.registers[r].quantum for r in table.register]


def test_polars_reads_it_too() -> None:
    pl = pytest.importorskip("polars", reason="only where polars is installed can it be tried")
    table = Readings.of_counts("a", LITRES, ["2026-01-01T00:00", "NaT"], [1, 2])
    assert pl.DataFrame(table)["value"].to_list() == [0.001, 0.002]


def test_pandas_reads_it_too() -> None:
    pd = pytest.importorskip("pandas", minversion="3", reason="only where pandas 3 is installed can it be tried")
    table = Readings.of_counts("a", LITRES, ["2026-01-01T00:00", "NaT"], [1, 2])
    assert pd.DataFrame.from_arrow(table)["count"].tolist() == [1, 2]


def test_registers_of_one_name_share_a_word_and_keep_their_quantum() -> None:
    table = Readings.concatenate([Readings.of_counts("a", r, ["2026-01-01"], [5]) for r in (LITRES, TENS)])
    got = pa.table(table)
    assert got["register"].to_pylist() == ["volume_m3", "volume_m3"]
    assert got["quantum"].to_pylist() == ["1/1000 m3", "1/100 m3"]


def test_unknown_counts_and_quantities_are_null() -> None:
    table = Readings.of_counts("a", LITRES, ["2026-01-01", "2026-01-02"], [1, 2])
    table = evolve(table, count_known=np.array([True, False]), register=np.array([0, -1], dtype="int32"))
    got = pa.table(table)
    assert got["count"].to_pylist() == [1, None]
    assert got["register"].to_pylist() == ["volume_m3", None]


def test_nothing_leaks_whether_consumed_or_not_and_in_threads() -> None:
    table = Readings.of_counts("a", LITRES, ["2026-01-01"], [1])
    gc.collect()
    before = len(_alive), len(_streams)

    def work() -> None:
        for i in range(50):
            capsule = table.__arrow_c_stream__()
            if i % 2:
                pa.table(table)
            del capsule

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    gc.collect()
    assert (len(_alive), len(_streams)) == before


def test_columns_cannot_be_written() -> None:
    table = Readings.of_counts("a", LITRES, ["2026-01-01"], [1])
    with pytest.raises(ValueError, match="read-only"):
        table.count[0] = 2


def test_a_table_survives_pickling() -> None:
    table = Readings.of_counts("a", LITRES, ["2026-01-01"], [1])
    assert rows_of(pickle.loads(pickle.dumps(table))) == rows_of(table)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"value": np.zeros(1, dtype="float32")}, "value must be float64"),
        ({"value": np.zeros(2)}, "as long as meter"),
        ({"value": np.zeros((1, 1))}, "one-dimensional"),
        ({"meter": np.array([1], dtype="int32")}, "into meter_ids"),
        ({"register": np.array([-2], dtype="int32")}, "into registers"),
    ],
)
def test_a_wrong_column_is_refused(change: dict[str, Any], message: str) -> None:
    table = Readings.of_counts("a", LITRES, ["2026-01-01"], [1])
    with pytest.raises(SeriesError, match=message):
        evolve(table, **change)


def test_there_must_be_something_to_concatenate() -> None:
    with pytest.raises(SeriesError, match="nothing"):
        Readings.concatenate([])


@given(st.lists(st.text(max_size=3)))
def test_words_read_back(values: list[str]) -> None:
    codes, words = encode_words(values)
    assert [words[code] for code in codes] == values
    assert len(set(words)) == len(words)


def test_findings_read_back_row_by_row() -> None:
    rows = [
        Finding(
            subject=subject,
            code=code,
            start=np.datetime64("2026-01-01", "ms"),
            end=np.datetime64("2026-01-02", "ms"),
            size=1.5,
            unit="m3/h",
            confidence=0.5,
        )
        for subject, code in (("a", FindingCode.FROST), ("b", FindingCode.SILENT), ("a", FindingCode.SILENT))
    ]
    assert Findings.of(rows).rows() == rows
    assert len(Findings.of([])) == 0
