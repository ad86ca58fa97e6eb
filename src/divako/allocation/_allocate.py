"""Sharing the costs of a building among its sections."""

from __future__ import annotations

import contextlib

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from attrs import evolve, field, frozen

from divako.allocation._cost import DIFFERENCE, EQUAL, PRO_RATA, Cost, Part
from divako.allocation._money import decimals_of, exact_number
from divako.allocation._rounding import split
from divako.allocation._sentence import StatementLine
from divako.allocation._statement import Statements
from divako.errors import AllocationError
from divako.model import Medium, Section


_LIMIT = 2**63  # of the int64 that amounts are kept in


@frozen(kw_only=True)
class _Pool:
    """What is shared by one key: a part, or the difference of the main meter."""

    name: str
    amount: int
    part: Part
    medium: Medium | None
    difference: Fraction | None = None


@frozen(kw_only=True)
class _Books:
    """What is known of the building."""

    sections: Sequence[Section]
    consumption: Mapping[tuple[str, str], Fraction]
    main: Mapping[str, Fraction]
    attributes: tuple[dict[str, Fraction], ...] = field(init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "attributes", tuple(dict(section.attributes) for section in self.sections))

    def participants(self, part: Part) -> list[int]:
        """List the sections that take part, by their index."""
        known = {section.id for section in self.sections}
        if not known.issuperset(part.only) or not known.issuperset(part.exclude):
            msg = "a rule names a section that is not given"
            raise AllocationError(msg)
        only, exclude = set(part.only), set(part.exclude)
        return [
            i
            for i, section in enumerate(self.sections)
            if (not only or section.id in only) and section.id not in exclude
        ]

    def attribute(self, index: int, name: str) -> Fraction:
        """Look up an attribute that a rule needs."""
        value = self.attributes[index].get(name)
        if value is None:
            msg = f"a section lacks the attribute {name}"
            raise AllocationError(msg, section_index=index)
        return _not_negative(value, index)

    def use(self, index: int, medium: Medium) -> Fraction:
        """Look up the consumption of a section."""
        value = self.consumption.get((self.sections[index].id, medium.value))
        if value is None:
            msg = f"the consumption of {medium.value} of a section is not known"
            raise AllocationError(msg, section_index=index)
        return _not_negative(value, index)

    def main_use(self, medium: Medium) -> Fraction:
        """Look up the consumption of a main meter."""
        value = self.main.get(medium.value)
        if value is None:
            msg = f"the consumption of {medium.value} of the main meter is not known"
            raise AllocationError(msg)
        return exact_number(value)

    def weights(self, part: Part, indices: Sequence[int]) -> list[Fraction]:
        """Weigh the sections by the key of a part."""
        if part.medium is not None:
            weights = [self.use(i, part.medium) for i in indices]
        elif part.by == EQUAL:
            weights = [Fraction(1)] * len(indices)
        else:
            weights = [self.attribute(i, part.by) for i in indices]
        if part.times is None:
            return weights
        return [weight * self.attribute(i, part.times) for weight, i in zip(weights, indices, strict=True)]


def _not_negative(value: Fraction, index: int) -> Fraction:
    number = exact_number(value)
    if number < 0:
        msg = "a weight is negative"
        raise AllocationError(msg, section_index=index)
    return number


def allocate(
    costs: Sequence[Cost],
    sections: Sequence[Section],
    *,
    consumption: Mapping[tuple[str, str], Fraction],
    main: Mapping[str, Fraction] | None = None,
    currency: str = "NOK",
) -> Statements:
    """Share costs among sections, exactly: every level sums to its parent.

    Parameters
    ----------
    costs : sequence of Cost
        What is shared, and how.
    sections : sequence of Section
        Among whom. Their order decides ties of the rounding.
    consumption : mapping of (str, str) to Fraction
        By section id and value of the medium, such as ``("H0101", "cold_water")``;
        other entries are not looked at. [canonical unit]
    main : mapping of str to Fraction, optional
        Consumption of the main meters by value of the medium. [canonical unit]
    currency : str, default "NOK"
        Of all amounts; its code in ISO 4217.

    Returns
    -------
    Statements
        One row per cost, part and section that takes part, in this order.

    Raises
    ------
    AllocationError
        A consumption or attribute that a rule needs is missing or negative, there is
        nothing to share by, the main meter counted less than the meters behind it, or
        an id stands twice. `cost_index` and `section_index` tell where.

    Examples
    --------
    >>> heat = Cost(id="heat", title={"no": "Varme", "en": "Heat"}, amount=10000, parts=[Part(by="area")])
    >>> flats = [Section(id="A", attributes={"area": Fraction(1)}), Section(id="B", attributes={"area": Fraction(2)})]
    >>> allocate([heat], flats, consumption={}).totals()
    {'A': 3333, 'B': 6667}
    """
    decimals_of(currency)
    _refuse_twice(costs, sections)
    books = _Books(sections=sections, consumption=consumption, main={} if main is None else main)
    lines: list[StatementLine] = []
    for index, cost in enumerate(costs):
        with _place(index):
            for name, amount, part in _parts(cost, books):
                for pool in _pools(name, amount, part, books):
                    lines += _share(cost, pool, books, currency)
    return Statements.of(lines, sections=[section.id for section in sections])


def _refuse_twice(costs: Sequence[Cost], sections: Sequence[Section]) -> None:
    msg = "an id stands twice"
    ids = [cost.id for cost in costs]
    for index, one in enumerate(ids):
        if ids.index(one) < index:
            raise AllocationError(msg, cost_index=index)
    seen: set[str] = set()
    for index, section in enumerate(sections):
        if section.id in seen:
            raise AllocationError(msg, section_index=index)
        seen.add(section.id)


@contextlib.contextmanager
def _place(cost_index: int) -> Iterator[None]:
    """Tell of an error in which cost it happened."""
    try:
        yield
    except AllocationError as error:
        error.cost_index = cost_index
        raise


def _parts(cost: Cost, books: _Books) -> list[tuple[str, int, Part]]:
    """Split a cost into its parts: their names, amounts and rules."""
    if cost.tariff is None:
        amount = cost.amount or 0
        _refuse_large(amount)
        shares = split(amount, [part.share for part in cost.parts])
        return [(part.name, share, part) for part, share in zip(cost.parts, shares, strict=True)]
    charge = cost.tariff.charge(books.main_use(cost.tariff.medium))
    _refuse_large(charge)
    # A cap may lie below the fixed sum; what was metered then costs nothing.
    fixed = min(cost.tariff.fixed, charge) if cost.fixed else 0
    named = [("fixed", fixed, cost.fixed), ("metered", charge - fixed, cost.metered)]
    return [(name, amount, part) for name, amount, part in named if part is not None]


def _refuse_large(amount: int) -> None:
    if abs(amount) >= _LIMIT:
        msg = "an amount is too large for the table of statements"
        raise AllocationError(msg)


def _pools(name: str, amount: int, part: Part, books: _Books) -> list[_Pool]:
    """Split a part into what the sections' meters counted and the main meter's difference."""
    whole = _Pool(name=name, amount=amount, part=part, medium=part.medium)
    if part.main is None or part.medium is None:
        return [whole]
    counted = sum((books.use(i, part.medium) for i in books.participants(part)), start=Fraction(0))
    difference = books.main_use(part.medium) - counted
    if difference < 0 and part.main.negative == "error":
        msg = "the main meter counted less than the meters behind it"
        raise AllocationError(msg)
    if difference == 0:
        return [whole]
    if difference < 0 or part.main.difference == PRO_RATA:
        return [evolve(whole, difference=difference)]
    metered, common = split(amount, [counted, difference])
    rule = Part(by=part.main.difference, only=part.only, exclude=part.exclude)
    rest = evolve(whole, name=DIFFERENCE, amount=common, part=rule, difference=difference)
    return [evolve(whole, amount=metered), rest]


def _share(cost: Cost, pool: _Pool, books: _Books, currency: str) -> list[StatementLine]:
    """Share a pool among the sections that take part."""
    indices = books.participants(pool.part)
    weights = books.weights(pool.part, indices)
    key, times = pool.part.by, pool.part.times
    if pool.part.fallback == EQUAL and not any(weights):
        key, times, weights = EQUAL, None, [Fraction(1)] * len(indices)
    shares = split(pool.amount, weights)
    title, basis = dict(cost.title), dict(cost.basis)
    total = sum(weights, start=Fraction(0))
    return [
        StatementLine(
            section=books.sections[i].id,
            cost=cost.id,
            part=pool.name,
            amount=share,
            pool=pool.amount,
            currency=currency,
            key=key,
            times=times,
            medium=None if pool.medium is None else pool.medium.value,
            weight=weight,
            total=total,
            difference=pool.difference,
            title_no=title["no"],
            title_en=title["en"],
            basis_no=basis.get("no"),
            basis_en=basis.get("en"),
        )
        for i, weight, share in zip(indices, weights, shares, strict=True)
    ]
