"""Statements as tables for people."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from attrs import frozen

from divako.allocation import Statements
from divako.plot import Language
from divako.report._words import capital, money_text


@frozen(kw_only=True)
class BillLine:
    """One line of a section's statement: name of the cost, explanation, amount."""

    title: str
    why: str
    amount: str


@frozen(kw_only=True)
class SectionBill:
    """The statement of a section: its lines, and their sum."""

    section: str
    lines: tuple[BillLine, ...]
    total: str


@frozen(kw_only=True, eq=False)
class Bill:
    """All costs in one currency, shared among the sections.

    Parameters
    ----------
    currency : str
        Code in ISO 4217.
    titles : tuple of str
        ``k`` costs.
    sections : tuple of str
        ``m`` sections that pay something.
    amount : ndarray of int64, shape (k, m)
        What each section pays of each cost. [minor unit]
    statements : tuple of SectionBill
        ``m`` statements.
    """

    currency: str
    titles: tuple[str, ...]
    sections: tuple[str, ...]
    amount: npt.NDArray[np.int64]
    statements: tuple[SectionBill, ...]

    def money(self, amount: int, *, language: Language) -> str:
        """Write an amount of this bill."""
        return money_text(int(amount), currency=self.currency, language=language)

    def rounded(self, amount: int, *, language: Language) -> str:
        """Write an amount of this bill in whole major units, for headings."""
        return money_text(int(amount), currency=self.currency, language=language, whole=True)


def bills_of(statements: Statements | None, *, language: Language) -> list[Bill]:
    """Put statements into words, one bill a currency.

    Parameters
    ----------
    statements : Statements or None
        What each section pays.
    language : {"no", "en"}
        In which language.

    Returns
    -------
    list of Bill
        Empty where nothing is shared.
    """
    if statements is None or not len(statements):
        return []
    return [_bill(statements, code, language) for code in range(len(statements.currencies))]


def _bill(statements: Statements, currency: int, language: Language) -> Bill:
    rows = np.flatnonzero(statements.currency == currency)
    code = statements.currencies[currency]
    costs = list(dict.fromkeys(statements.cost[rows].tolist()))
    sections = sorted(set(statements.section[rows].tolist()))
    titles = statements.title_no if language == "no" else statements.title_en
    amount = np.zeros((len(costs), len(sections)), dtype="int64")
    cost_at = {cost: i for i, cost in enumerate(costs)}
    section_at = {section: i for i, section in enumerate(sections)}
    lines: list[list[BillLine]] = [[] for _ in sections]
    for row in rows.tolist():
        cost, section = cost_at[int(statements.cost[row])], section_at[int(statements.section[row])]
        amount[cost, section] += statements.amount[row]
        title = statements.texts[titles[row]]
        paid = money_text(int(statements.amount[row]), currency=code, language=language)
        # The sentence starts with the title, which has a cell of its own here.
        why = capital(statements.explain(row, language).removeprefix(f"{title}: ")).replace("§ ", "§\N{NO-BREAK SPACE}")
        lines[section].append(BillLine(title=title, why=why, amount=paid))
    sums = amount.sum(axis=0)
    return Bill(
        currency=code,
        titles=tuple(statements.texts[titles[rows[statements.cost[rows] == cost][0]]] for cost in costs),
        sections=tuple(statements.sections[section] for section in sections),
        amount=amount,
        statements=tuple(
            SectionBill(
                section=statements.sections[section],
                lines=tuple(lines[i]),
                total=money_text(int(sums[i]), currency=code, language=language),
            )
            for i, section in enumerate(sections)
        ),
    )
