"""Money at the door: texts to whole minor units, and back."""

from __future__ import annotations

import re

from decimal import Decimal
from fractions import Fraction

from divako.errors import AllocationError


# Decimals of the minor unit, by currency [1]_. A code that is not here is refused, for a
# misspelt one must not silently get two decimals.
#
# .. [1] ISO 4217:2015, list one, column "minor unit".
_TWO = ("AUD", "CAD", "CHF", "CZK", "DKK", "EUR", "GBP", "HUF", "NOK", "NZD", "PLN", "RON", "SEK", "TRY", "UAH", "USD")
_DECIMALS = {
    **dict.fromkeys(_TWO, 2),
    **dict.fromkeys(("CLP", "ISK", "JPY", "KRW", "VND"), 0),
    **dict.fromkeys(("BHD", "IQD", "KWD", "LYD", "OMR", "TND"), 3),
}
_AMOUNT = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+|/0*[1-9][0-9]*)?")


def decimals_of(currency: str) -> int:
    """Tell how many decimals the minor unit of a currency has.

    Parameters
    ----------
    currency : str
        Its code in ISO 4217.

    Raises
    ------
    AllocationError
        The code is not known.

    Examples
    --------
    >>> decimals_of("NOK"), decimals_of("JPY")
    (2, 0)
    """
    try:
        return _DECIMALS[currency]
    except KeyError:
        msg = "the currency is not one that is known"
        raise AllocationError(msg) from None


def minor_units(amount: str | Decimal, *, currency: str = "NOK") -> int:
    """Read an amount of money as a whole number of minor units.

    Parameters
    ----------
    amount : str or Decimal
        Digits, with a point before the decimals. [currency]
    currency : str, default "NOK"
        Its code in ISO 4217.

    Returns
    -------
    int
        The same amount. [minor unit]

    Raises
    ------
    AllocationError
        The text is not an amount, it is finer than the minor unit, or the currency
        is not known.

    Examples
    --------
    >>> minor_units("186432.50", currency="NOK")
    18643250
    """
    exact = _in_minor_units(amount, currency=currency, form=_AMOUNT)
    if exact.denominator != 1:
        msg = "an amount is finer than the minor unit of its currency"
        raise AllocationError(msg)
    return exact.numerator


def minor_price(price: str | Decimal, *, currency: str = "NOK") -> Fraction:
    """Read a price, which may be finer than the minor unit.

    Parameters
    ----------
    price : str or Decimal
        Digits, with a point before the decimals. [currency / unit]
    currency : str, default "NOK"
        Its code in ISO 4217.

    Returns
    -------
    Fraction
        The same price. [minor unit / unit]

    Raises
    ------
    AllocationError
        The text is not a price, or the currency is not known.

    Examples
    --------
    >>> minor_price("0.8775")
    Fraction(351, 4)
    """
    return _in_minor_units(price, currency=currency, form=_NUMBER)


def _in_minor_units(amount: object, *, currency: str, form: re.Pattern[str]) -> Fraction:
    text = format(amount, "f") if isinstance(amount, Decimal) else amount
    if not isinstance(text, str):
        msg = "money is read from a text or a Decimal, for binary floats are not exact"
        raise TypeError(msg)
    if not form.fullmatch(text):
        msg = "an amount must be digits, with a point before the decimals"
        raise AllocationError(msg)
    return Fraction(text) * Fraction(10 ** decimals_of(currency))


def amount_text(amount: int, *, currency: str = "NOK") -> str:
    """Write an amount with exactly the decimals of its currency.

    Parameters
    ----------
    amount : int
        What to write. [minor unit]
    currency : str, default "NOK"
        Its code in ISO 4217.

    Examples
    --------
    >>> amount_text(-5), amount_text(1000, currency="JPY")
    ('-0.05', '1000')
    """
    decimals = decimals_of(currency)
    whole, rest = divmod(abs(amount), 10**decimals)
    sign = "-" if amount < 0 else ""
    return f"{sign}{whole}.{rest:0{decimals}d}" if decimals else f"{sign}{whole}"


def exact_number(value: Fraction | int | str) -> Fraction:
    """Read an exact number: a fraction, a whole number, or a text such as ``"0.3"`` or ``"1/3"``."""
    if isinstance(value, str):
        if not _NUMBER.fullmatch(value):
            msg = 'a number must be written as "0.3" or "1/3"'
            raise AllocationError(msg)
        return Fraction(value)
    if isinstance(value, bool) or not isinstance(value, (Fraction, int)):
        msg = "numbers of an allocation are Fraction, int or text, for binary floats are not exact"
        raise TypeError(msg)
    return Fraction(value)


def number_text(value: Fraction) -> str:
    """Write an exact number as it reads back: a decimal where it is one, else a ratio.

    Examples
    --------
    >>> number_text(Fraction(12345, 1000)), number_text(Fraction(2500, 9))
    ('12.345', '2500/9')
    """
    decimals = decimals_needed(value)
    if decimals is None:
        return str(value)
    return fixed_point(value, decimals)


def decimals_needed(value: Fraction) -> int | None:
    """Count the decimals that write a number exactly; None where none do."""
    rest = value.denominator
    twos = (rest & -rest).bit_length() - 1
    rest >>= twos
    fives = 0
    while rest % 5 == 0:
        rest //= 5
        fives += 1
    return max(twos, fives) if rest == 1 else None


def fixed_point(value: Fraction, decimals: int) -> str:
    """Write a number with so many decimals, halves away from zero."""
    scaled = half_up(Fraction(abs(value.numerator) * 10**decimals, value.denominator))
    whole, rest = divmod(scaled, 10**decimals)
    sign = "-" if value.numerator < 0 and scaled else ""
    return f"{sign}{whole}.{rest:0{decimals}d}" if decimals else f"{sign}{whole}"


def half_up(value: Fraction) -> int:
    """Round to the nearest whole number, halves away from zero.

    Examples
    --------
    >>> half_up(Fraction(5, 2)), half_up(Fraction(-5, 2))
    (3, -3)
    """
    rounded = (2 * abs(value.numerator) + value.denominator) // (2 * value.denominator)
    return rounded if value.numerator >= 0 else -rounded
