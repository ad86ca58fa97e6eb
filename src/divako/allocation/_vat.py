"""Value added tax on a bill, and what is left to pay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from attrs import field, frozen

from divako.allocation._money import exact_number, half_up
from divako.errors import AllocationError


@frozen(kw_only=True)
class Vat:
    """Tax of a bill by rate.

    Parameters
    ----------
    taxable : mapping of Fraction to int
        Sum of the net amounts of each rate. [minor unit]
    tax : mapping of Fraction to int
        Tax of each rate. [minor unit]
    """

    taxable: tuple[tuple[Fraction, int], ...] = field()
    tax: tuple[tuple[Fraction, int], ...] = field()

    @property
    def net(self) -> int:
        """Sum before tax. [minor unit]"""
        return sum(amount for _, amount in self.taxable)

    @property
    def tax_total(self) -> int:
        """Sum of the tax. [minor unit]"""
        return sum(amount for _, amount in self.tax)

    @property
    def gross(self) -> int:
        """Sum with tax. [minor unit]"""
        return self.net + self.tax_total


def _tax(net: Fraction, rate: Fraction) -> int:
    if rate < 0:
        msg = "a tax rate is negative"
        raise AllocationError(msg)
    return half_up(net * rate / 100)


def vat(lines: Sequence[tuple[int, Fraction]]) -> Vat:
    """Reckon the tax of a bill: once for each rate, never line by line.

    Parameters
    ----------
    lines : sequence of (int, Fraction)
        Net amount and rate of each line. [minor unit], [%]

    Returns
    -------
    Vat
        Tax by rate, halves rounded away from zero.

    Raises
    ------
    AllocationError
        A rate is negative.

    References
    ----------
    .. [1] EN 16931-1:2017, 6.4.3, BR-CO-17: the tax amount of a category and rate is
       its taxable amount times the rate.

    Examples
    --------
    >>> vat([(7, Fraction(25))] * 3).tax_total
    5
    """
    taxable: dict[Fraction, int] = {}
    for net, rate in lines:
        exact = exact_number(rate)
        taxable[exact] = taxable.get(exact, 0) + net
    tax = tuple((rate, _tax(Fraction(net), rate)) for rate, net in taxable.items())
    return Vat(taxable=tuple(taxable.items()), tax=tax)


def vat_included(gross: int, rate: Fraction) -> tuple[int, int]:
    """Find the tax in an amount that is passed on with it: the gross amount is kept.

    Parameters
    ----------
    gross : int
        Amount with tax. [minor unit]
    rate : Fraction
        Rate of the tax. [%]

    Returns
    -------
    tuple of int and int
        Net amount, rounded, and the tax that is left of the gross. [minor unit]

    Raises
    ------
    AllocationError
        The rate is negative.

    Examples
    --------
    >>> vat_included(1999, Fraction(15))
    (1738, 261)
    """
    exact = exact_number(rate)
    if exact < 0:
        msg = "a tax rate is negative"
        raise AllocationError(msg)
    net = half_up(Fraction(gross) * 100 / (100 + exact))
    return net, gross - net


def settle(allocated: Mapping[str, int], paid: Mapping[str, Sequence[int]]) -> dict[str, int]:
    """Set what was paid on account against what was allocated.

    Parameters
    ----------
    allocated : mapping of str to int
        By section, as `Statements.totals` gives it. [minor unit]
    paid : mapping of str to sequence of int
        Payments by section; none where a section is not mentioned. [minor unit]

    Returns
    -------
    dict of str to int
        What each section still owes; negative where it gets money back. [minor unit]

    Raises
    ------
    AllocationError
        A payment is of a section to which nothing was allocated.

    Examples
    --------
    >>> settle({"A": 51250}, {"A": [4000] * 12})
    {'A': 3250}
    """
    if not set(allocated).issuperset(paid):
        msg = "a payment is of a section that is not given"
        raise AllocationError(msg)
    return {section: amount - sum(paid.get(section, ())) for section, amount in allocated.items()}
