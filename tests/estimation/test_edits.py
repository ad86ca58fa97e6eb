"""The log of edits gives the original back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from hypothesis import given, settings
from hypothesis import strategies as st

from divako.errors import SeriesError
from divako.estimation import Edits, Linear, estimate, made_by, replace_counts, replayed, restored
from divako.model import Consumption, Quality


laws = settings(max_examples=40, deadline=None)
states = st.lists(st.sampled_from([int(quality) for quality in Quality]), min_size=12, max_size=12)
rounds = st.lists(st.dictionaries(st.integers(0, 11), st.integers(-5, 99), max_size=5), min_size=1, max_size=4)


def same(one: Consumption, other: Consumption) -> bool:
    for name in ("meter", "register", "start", "end", "count_known", "coverage", "quality", "steps"):
        if getattr(one, name).tolist() != getattr(other, name).tolist():
            return False
    known = one.count_known
    return bool(
        one.count[known].tolist() == other.count[known].tolist()
        and np.array_equal(one.value, other.value, equal_nan=True)
    )


@laws
@given(quality=states, edits=rounds, seed=st.integers(0, 99))
def test_the_original_is_had_back_and_the_edits_made_again(
    make: Any, quality: list[int], edits: list[dict[int, int]], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    original = make(rng.integers(0, 50, (2, 6)), quality=quality)
    edited, logs = original, []
    for number, one in enumerate(edits):
        edited, log = replace_counts(edited, list(one), list(one.values()), reason=f"round {number}")
        logs.append(log)
    log = Edits.concatenate(logs)
    order = rng.permutation(len(original))
    assert same(restored(edited, log), original)
    assert same(restored(edited.select(order), log), original.select(order))
    assert same(replayed(original, log), edited)
    assert same(replayed(original.select(order[:5]), log), edited.select(order[:5]))


def test_what_was_there_how_and_why_stands_beside_what_is(make: Any) -> None:
    original = make([5, 9, 1, 4], quality=[0, int(Quality.ESTIMATED), int(Quality.ESTIMATED), int(Quality.MISSING)])
    edited, log = estimate(original, [False, True, True, False], method=Linear(), reason="gap")
    edited, second = replace_counts(edited, [3], [7], reason="read from a photo")
    log = Edits.concatenate([log, second])
    assert pa.table(log).drop_columns(["meter", "register", "start", "end", "quantum"]).to_pylist() == [
        {
            "old_count": 9,
            "old_coverage": 1.0,
            "old_quality": 1,
            "new_count": 5,
            "method": "linear",
            "reason": "gap",
        },
        {"old_count": 1, "old_coverage": 1.0, "old_quality": 1, "new_count": 5, "method": "linear", "reason": "gap"},
        {
            "old_count": None,
            "old_coverage": 0.0,
            "old_quality": 3,
            "new_count": 7,
            "method": "manual",
            "reason": "read from a photo",
        },
    ]
    codes, words = made_by(edited, log)
    assert [words[code] for code in codes] == ["measured", "linear", "linear", "manual"]
    codes, words = made_by(original, log.select(slice(0, 0)))
    assert [words[code] for code in codes] == ["measured", "interpolated", "interpolated", "missing"]


def test_an_edited_row_is_whole_and_estimated(make: Any) -> None:
    edited, _ = replace_counts(make([5, 0], quality=[0, int(Quality.MISSING)]), [1], [12], reason="x")
    assert edited.value.tolist() == [0.005, 0.012]
    assert edited.coverage.tolist() == [1.0, 1.0]
    assert edited.quality.tolist() == [0, int(Quality.ESTIMATED)]


def test_a_log_of_another_table_is_refused(make: Any) -> None:
    original = make([1, 2, 3])
    edited, log = replace_counts(original, [2], [9], reason="x")
    with pytest.raises(SeriesError, match="last edit") as caught:
        restored(original, log)
    assert caught.value.row == 2
    with pytest.raises(SeriesError, match="first edit") as caught:
        replayed(edited, log)
    assert caught.value.row == 2
    stranger = make([1, 2, 3], ids=["other"])
    later = make([1, 2, 3], start=np.datetime64("2027-01-01", "ms"))
    for table in (stranger, later, original.select(slice(0, 0))):
        assert same(restored(table, log), table)


@pytest.mark.parametrize(
    ("rows", "counts"), [([0, 0], [1, 2]), ([3], [1]), ([-1], [1]), ([0], [1, 2]), ([[0]], [[1]]), ([0], [1 << 70])]
)
def test_rows_that_cannot_be_replaced_are_refused(make: Any, rows: Any, counts: Any) -> None:
    with pytest.raises(SeriesError):
        replace_counts(make([1, 2, 3]), rows, counts, reason="x")
