"""What each section pays of each cost, with all that explains it."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from attrs import frozen

from divako.allocation._money import number_text
from divako.allocation._sentence import StatementLine, explain
from divako.model import Table, encode_words
from divako.model._table import column, words


_ABSENT = -1


@frozen(kw_only=True, eq=False)
class Statements(Table):
    """Result of an allocation: one row per section, cost and part.

    Every level sums to its parent: the amounts of a part to its pool, the pools of a
    cost to the cost. Weights are exact, and so are texts: a decimal where the number is
    one, else a ratio.

    Parameters
    ----------
    section : ndarray of int32, shape (n,)
        Row numbers into `sections`.
    cost : ndarray of int32, shape (n,)
        Row numbers into `costs`.
    part : ndarray of int32, shape (n,)
        Row numbers into `parts`.
    amount : ndarray of int64, shape (n,)
        What the section pays of the part. [minor unit of the currency]
    pool : ndarray of int64, shape (n,)
        What all sections together pay of the part. [minor unit of the currency]
    currency : ndarray of int32, shape (n,)
        Row numbers into `currencies`: codes of ISO 4217.
    key : ndarray of int32, shape (n,)
        Row numbers into `keys`: ``"consumption"``, ``"equal"`` or an attribute.
    times : ndarray of int32, shape (n,)
        Row numbers into `keys`: the attribute that multiplies the key; -1 for none.
    medium : ndarray of int32, shape (n,)
        Row numbers into `media`: whose consumption, or whose main meter; -1 for none.
    weight, total : ndarray of int32, shape (n,)
        Row numbers into `numbers`: the weight of the section, and the sum of all
        weights of the part. [canonical unit of the medium, or unit of the attribute]
    difference : ndarray of int32, shape (n,)
        Row numbers into `numbers`: by how much the main meter exceeds the sections, on
        the rows that pay for that; -1 on others. [canonical unit of the medium]
    title_no, title_en, basis_no, basis_en : ndarray of int32, shape (n,)
        Row numbers into `texts`: what residents read; -1 for none.
    sections, costs, parts, currencies, keys, media, numbers, texts : tuple of str
        Words, each once. `sections` holds all that were given.

    Raises
    ------
    SeriesError
        A column has another dtype or another length, or a code points nowhere.
    """

    section: npt.NDArray[np.int32] = column("int32", words="sections")
    cost: npt.NDArray[np.int32] = column("int32", words="costs")
    part: npt.NDArray[np.int32] = column("int32", words="parts")
    amount: npt.NDArray[np.int64] = column("int64")
    pool: npt.NDArray[np.int64] = column("int64")
    currency: npt.NDArray[np.int32] = column("int32", words="currencies")
    key: npt.NDArray[np.int32] = column("int32", words="keys")
    times: npt.NDArray[np.int32] = column("int32", words="keys")
    medium: npt.NDArray[np.int32] = column("int32", words="media")
    weight: npt.NDArray[np.int32] = column("int32", words="numbers")
    total: npt.NDArray[np.int32] = column("int32", words="numbers")
    difference: npt.NDArray[np.int32] = column("int32", words="numbers")
    title_no: npt.NDArray[np.int32] = column("int32", words="texts")
    title_en: npt.NDArray[np.int32] = column("int32", words="texts")
    basis_no: npt.NDArray[np.int32] = column("int32", words="texts")
    basis_en: npt.NDArray[np.int32] = column("int32", words="texts")
    sections: tuple[str, ...] = words()
    costs: tuple[str, ...] = words()
    parts: tuple[str, ...] = words()
    currencies: tuple[str, ...] = words()
    keys: tuple[str, ...] = words()
    media: tuple[str, ...] = words()
    numbers: tuple[str, ...] = words()
    texts: tuple[str, ...] = words()

    @classmethod
    def of(cls, lines: Sequence[StatementLine], *, sections: Sequence[str]) -> Statements:
        """Make the table from single lines, in their order.

        Parameters
        ----------
        lines : sequence of StatementLine
            ``n`` lines.
        sections : sequence of str
            Ids of all sections, also of those without a line.
        """
        row_of = {section: i for i, section in enumerate(sections)}
        cost, costs = encode_words([line.cost for line in lines])
        part, parts = encode_words([line.part for line in lines])
        currency, currencies = encode_words([line.currency for line in lines])
        (key, times), keys = _encode_columns([line.key for line in lines], [line.times for line in lines])
        (medium,), media = _encode_columns([line.medium for line in lines])
        (weight, total, difference), numbers = _encode_columns(
            [number_text(line.weight) for line in lines],
            [number_text(line.total) for line in lines],
            [None if line.difference is None else number_text(line.difference) for line in lines],
        )
        (title_no, title_en, basis_no, basis_en), texts = _encode_columns(
            [line.title_no for line in lines],
            [line.title_en for line in lines],
            [line.basis_no for line in lines],
            [line.basis_en for line in lines],
        )
        return cls(
            section=np.array([row_of[line.section] for line in lines], dtype="int32"),
            cost=cost,
            part=part,
            amount=np.array([line.amount for line in lines], dtype="int64"),
            pool=np.array([line.pool for line in lines], dtype="int64"),
            currency=currency,
            key=key,
            times=times,
            medium=medium,
            weight=weight,
            total=total,
            difference=difference,
            title_no=title_no,
            title_en=title_en,
            basis_no=basis_no,
            basis_en=basis_en,
            sections=tuple(sections),
            costs=costs,
            parts=parts,
            currencies=currencies,
            keys=keys,
            media=media,
            numbers=numbers,
            texts=texts,
        )

    def line(self, row: int) -> StatementLine:
        """Give one row as a value, for reports and messages.

        Parameters
        ----------
        row : int
            Which row.

        Raises
        ------
        IndexError
            There is no such row.
        """

        def word(codes: npt.NDArray[np.int32], labels: tuple[str, ...]) -> str | None:
            return None if codes[row] == _ABSENT else labels[codes[row]]

        difference = word(self.difference, self.numbers)
        return StatementLine(
            section=self.sections[self.section[row]],
            cost=self.costs[self.cost[row]],
            part=self.parts[self.part[row]],
            amount=int(self.amount[row]),
            pool=int(self.pool[row]),
            currency=self.currencies[self.currency[row]],
            key=self.keys[self.key[row]],
            times=word(self.times, self.keys),
            medium=word(self.medium, self.media),
            weight=Fraction(self.numbers[self.weight[row]]),
            total=Fraction(self.numbers[self.total[row]]),
            difference=None if difference is None else Fraction(difference),
            title_no=self.texts[self.title_no[row]],
            title_en=self.texts[self.title_en[row]],
            basis_no=word(self.basis_no, self.texts),
            basis_en=word(self.basis_en, self.texts),
        )

    def lines(self) -> list[StatementLine]:
        """Give all rows as values."""
        return [self.line(row) for row in range(len(self))]

    def explain(self, row: int, language: str) -> str:
        """Say in one sentence how the amount of a row came about.

        Parameters
        ----------
        row : int
            Which row.
        language : {"no", "en"}
            In which language.

        Returns
        -------
        str
            A sentence for the resident of the section.

        Raises
        ------
        AllocationError
            It can say that in no such language.
        IndexError
            There is no such row.
        """
        return explain(self.line(row), language)

    def totals(self) -> dict[str, int]:
        """Sum what each section pays, sections without a row included. [minor unit]"""
        return _sums(self.section, self.amount, self.sections)

    def totals_of_costs(self) -> dict[str, int]:
        """Sum what was shared of each cost. [minor unit]"""
        return _sums(self.cost, self.amount, self.costs)


def _sums(codes: npt.NDArray[np.int32], amounts: npt.NDArray[np.int64], labels: tuple[str, ...]) -> dict[str, int]:
    sums = np.zeros(len(labels), dtype="int64")
    np.add.at(sums, codes, amounts)
    return dict(zip(labels, sums.tolist(), strict=True))


def _encode_columns(*columns: Sequence[str | None]) -> tuple[list[npt.NDArray[np.int32]], tuple[str, ...]]:
    """Encode columns over the same words; None becomes -1."""
    seen: dict[str, int] = {}
    codes = [
        np.array([_ABSENT if v is None else seen.setdefault(v, len(seen)) for v in one], dtype="int32")
        for one in columns
    ]
    return codes, tuple(seen)
