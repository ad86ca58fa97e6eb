"""What a supplier charges for a period: a fixed sum, and a price for what was used."""

from __future__ import annotations

import itertools

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, Self

from attrs import Attribute, field, frozen

from divako.allocation._money import exact_number, half_up, minor_price, minor_units
from divako.errors import AllocationError
from divako.model import Medium


def read_medium(value: Medium | str) -> Medium:
    """Read a medium by its value; AllocationError where there is none of that name."""
    try:
        return Medium(value)
    except ValueError:
        msg = "there is no such medium"
        raise AllocationError(msg) from None


def _optional_number(value: Fraction | int | str | None) -> Fraction | None:
    return None if value is None else exact_number(value)


@frozen
class Block:
    """One block of a rising or falling tariff.

    Parameters
    ----------
    up_to : Fraction or None
        Where it ends; that value still belongs to it. None: it has no
        end. [canonical unit]
    price : Fraction
        What a unit costs in it. [minor unit / canonical unit]
    """

    up_to: Fraction | None = field(converter=_optional_number)
    price: Fraction = field(converter=exact_number)


def _blocks(values: Iterable[Block]) -> tuple[Block, ...]:
    return tuple(values)


def _prices(values: Mapping[str, Fraction] | Iterable[tuple[str, Fraction]]) -> tuple[tuple[str, Fraction], ...]:
    pairs = values.items() if isinstance(values, Mapping) else values
    return tuple((name, exact_number(price)) for name, price in pairs)


def _rising(_instance: Any, _attribute: Attribute[Any], value: tuple[Block, ...]) -> None:
    ends = [block.up_to for block in value]
    closed = [end for end in ends[:-1] if end is not None]
    if len(closed) < len(ends) - 1 or (ends and ends[-1] is not None):
        msg = "the last block of a tariff has no end, and all others have one"
        raise AllocationError(msg)
    if any(before >= after for before, after in itertools.pairwise([Fraction(0), *closed])):
        msg = "the blocks of a tariff must rise from zero"
        raise AllocationError(msg)


@frozen(kw_only=True)
class Tariff:
    """A fixed sum for the period, and a price for what was used.

    Parameters
    ----------
    id : str
        Its name.
    medium : Medium or str
        What is charged for.
    fixed : int, default 0
        For the period, whatever was used. [minor unit]
    steps : sequence of Block
        Prices of the blocks of consumption, the last without an end.
    prices : mapping of str to Fraction
        Prices by register, such as day and night. [minor unit / canonical unit]
    minimum, cap : int, optional
        The least and the most that is charged. [minor unit]

    Raises
    ------
    AllocationError
        The blocks do not rise, or the medium is none.

    See Also
    --------
    Tariff.from_text : The same from amounts as they are printed.
    """

    id: str
    medium: Medium = field(converter=read_medium)
    fixed: int = 0
    steps: tuple[Block, ...] = field(default=(), converter=_blocks, validator=_rising)
    prices: tuple[tuple[str, Fraction], ...] = field(default=(), converter=_prices)
    minimum: int | None = None
    cap: int | None = None

    @classmethod
    def from_text(
        cls,
        *,
        id: str,  # noqa: A002 - the name of the field
        medium: Medium | str,
        fixed: str | Decimal = "0",
        price: str | Decimal | None = None,
        currency: str = "NOK",
    ) -> Self:
        """Make a plain tariff from amounts as a price list prints them.

        Parameters
        ----------
        id : str
            Its name.
        medium : Medium or str
            What is charged for.
        fixed : str or Decimal, default "0"
            For the period. [currency]
        price : str or Decimal, optional
            What a unit costs. [currency / canonical unit]
        currency : str, default "NOK"
            Its code in ISO 4217.

        Raises
        ------
        AllocationError
            An amount or the currency cannot be read.

        Examples
        --------
        >>> water = Tariff.from_text(id="water", medium="cold_water", fixed="1200.00", price="18.45")
        >>> water.charge(Fraction("62.3"))
        234944
        """
        steps = () if price is None else (Block(None, minor_price(price, currency=currency)),)
        return cls(id=id, medium=medium, fixed=minor_units(fixed, currency=currency), steps=steps)

    def charge(self, consumption: Fraction, *, registers: Mapping[str, Fraction] | None = None) -> int:
        """Reckon what a consumption costs, rounded once, halves up.

        Parameters
        ----------
        consumption : Fraction
            What the blocks are applied to. [canonical unit]
        registers : mapping of str to Fraction, optional
            What each register of `prices` counted. [canonical unit]

        Returns
        -------
        int
            Fixed sum and consumption, within minimum and cap. [minor unit]

        Raises
        ------
        AllocationError
            The consumption is negative, or a priced register is not given.
        """
        used = exact_number(consumption)
        if used < 0:
            msg = "a consumption to be charged is negative"
            raise AllocationError(msg)
        cost, below = Fraction(self.fixed), Fraction(0)
        for block in self.steps:
            above = used if block.up_to is None else min(used, block.up_to)
            cost += max(above - below, Fraction(0)) * block.price
            below = above
        for name, price in self.prices:
            if registers is None or name not in registers:
                msg = "the tariff has a price for a register whose consumption is not known"
                raise AllocationError(msg)
            cost += exact_number(registers[name]) * price
        amount = half_up(cost)
        if self.minimum is not None:
            amount = max(amount, self.minimum)
        return amount if self.cap is None else min(amount, self.cap)
