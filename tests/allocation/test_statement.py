"""The table of statements keeps what was put in."""

from __future__ import annotations

from fractions import Fraction

import pyarrow as pa
import pytest

from divako.allocation import Cost, MainMeter, Part, StatementLine, Statements, allocate
from divako.model import Section


FLATS = [Section(id=one, attributes={"k": Fraction(2500, 9)}) for one in "AB"]
COSTS = [
    Cost(
        id="heat",
        title={"no": "Varme", "en": "Heat"},
        amount=1001,
        parts=[Part(by="consumption", medium="heat", times="k", main=MainMeter("equal"))],
        basis={"no": "§ 5", "en": "§ 5"},
    ),
    Cost(id="lift", title={"no": "Heis", "en": "Lift"}, amount=5, parts=[Part(by="equal", only=["B"])]),
]
TABLE = allocate(
    COSTS, FLATS, consumption={("A", "heat"): Fraction(1), ("B", "heat"): Fraction(2)}, main={"heat": Fraction(4)}
)


def test_lines_make_the_table_again() -> None:
    assert Statements.of(TABLE.lines(), sections=TABLE.sections).lines() == TABLE.lines()


def test_weights_are_exact_texts() -> None:
    assert TABLE.line(0).weight == Fraction(2500, 9)
    assert "2500/9" in TABLE.numbers


def test_selected_rows_keep_their_words_and_their_meaning() -> None:
    chosen = TABLE.select(TABLE.section == 1)
    assert chosen.lines() == [line for line in TABLE.lines() if line.section == "B"]
    assert chosen.totals()["A"] == 0


def test_tables_put_behind_one_another_mean_the_same() -> None:
    both = Statements.concatenate([TABLE.select(slice(3, None)), TABLE])
    assert both.lines() == TABLE.lines()[3:] + TABLE.lines()


def test_a_data_frame_reads_the_table() -> None:
    frame = pa.table(TABLE)
    assert sum(frame["amount"].to_pylist()) == 1006
    assert [row["section"] for row in frame.to_pylist() if row["cost"] == "lift"] == ["B"]
    assert frame["difference"].null_count == 3


@pytest.mark.parametrize("language", ["no", "en"])
def test_every_row_explains_itself(language: str) -> None:
    sentences = [TABLE.explain(row, language) for row in range(len(TABLE))]
    titles = {"no": ("Varme: ", "Heis: "), "en": ("Heat: ", "Lift: ")}[language]
    assert [sentence.startswith(titles[0]) for sentence in sentences] == [True] * 4 + [False]
    assert sentences[-1].startswith(titles[1])


def test_an_empty_allocation_is_an_empty_table() -> None:
    empty = allocate([], FLATS, consumption={})
    assert (len(empty), empty.totals()) == (0, {"A": 0, "B": 0})


def test_a_row_that_is_not_there_is_an_index_error() -> None:
    with pytest.raises(IndexError):
        TABLE.line(len(TABLE))


def test_a_line_is_a_plain_value() -> None:
    assert isinstance(TABLE.line(0), StatementLine)
    assert hash(TABLE.line(0)) == hash(TABLE.line(0))
