"""The sentence that tells a resident how an amount came about."""

from __future__ import annotations

from fractions import Fraction

from attrs import frozen

from divako.allocation._cost import CONSUMPTION, DIFFERENCE, EQUAL
from divako.allocation._money import decimals_needed, decimals_of, fixed_point
from divako.errors import AllocationError


@frozen(kw_only=True)
class StatementLine:
    """One row of `Statements`.

    Parameters
    ----------
    section, cost, part : str
        Whose, of which cost, and of which part of it.
    amount, pool : int
        What the section, and what all sections pay of the part. [minor unit]
    currency : str
        Code in ISO 4217.
    key : str
        ``"consumption"``, ``"equal"`` or an attribute of the sections.
    times : str or None
        Attribute that multiplies the key.
    medium : str or None
        Whose consumption, or whose main meter.
    weight, total : Fraction
        Of the section, and of all sections. [canonical unit of the medium, or unit of
        the attribute]
    difference : Fraction or None
        By how much the main meter exceeds the sections. [canonical unit]
    title_no, title_en : str
        Name of the cost.
    basis_no, basis_en : str or None
        Where it is agreed.
    """

    section: str
    cost: str
    part: str
    amount: int
    pool: int
    currency: str
    key: str
    times: str | None
    medium: str | None
    weight: Fraction
    total: Fraction
    difference: Fraction | None
    title_no: str
    title_en: str
    basis_no: str | None
    basis_en: str | None


_SPACE = "\N{NO-BREAK SPACE}"
_MINUS = "\N{MINUS SIGN}"
_DECIMALS = 6  # of a weight; one that needs more is rounded, and the sentence says so
_ROUNDED = 3

_UNITS = {
    **dict.fromkeys(("cold_water", "warm_water", "water", "waste_water", "gas"), "m³"),
    **dict.fromkeys(("heat", "cooling", "heat_and_cooling", "electricity"), "kWh"),
}
_MEDIA_NO = {
    "cold_water": "kaldtvann",
    "warm_water": "varmtvann",
    "water": "vann",
    "waste_water": "avløpsvann",
    "heat": "varme",
    "cooling": "kjøling",
    "heat_and_cooling": "varme og kjøling",
    "electricity": "strøm",
    "gas": "gass",
    "steam": "damp",
    "oil": "olje",
}
_KEYS_NO = {"area": "areal", "persons": "antall personer", "fraction": "eierbrøk"}
_KEYS_EN = {"area": "area", "persons": "number of persons", "fraction": "ownership fraction"}


def explain(line: StatementLine, language: str) -> str:
    """Say in one sentence how an amount came about.

    Parameters
    ----------
    line : StatementLine
        The amount, and all that explains it.
    language : {"no", "en"}
        In which language.

    Raises
    ------
    AllocationError
        The language is another.
    """
    if language == "no":
        return _norwegian(line)
    if language == "en":
        return _english(line)
    msg = "a statement is explained in no or in en"
    raise AllocationError(msg)


def local_number(value: Fraction, decimals: int, language: str) -> str:
    """Write a number as people of a language do.

    Examples
    --------
    >>> local_number(Fraction(1234567, 100), 2, "en")
    '12,345.67'
    """
    sign, digits = (_MINUS, fixed_point(-value, decimals)) if value < 0 else ("", fixed_point(value, decimals))
    whole, _, rest = digits.partition(".")
    grouped = f"{int(whole):,}"
    if language == "no":
        grouped, point = grouped.replace(",", _SPACE), ","
    else:
        point = "."
    return sign + (f"{grouped}{point}{rest}" if rest else grouped)


def _money(amount: int, line: StatementLine, language: str) -> str:
    decimals = decimals_of(line.currency)
    text = local_number(Fraction(abs(amount), 10**decimals), decimals, language)
    if language == "en":
        return f"{line.currency}{_SPACE}{text}"
    return f"{text}{_SPACE}{'kr' if line.currency == 'NOK' else line.currency}"


def _compared(line: StatementLine, between: str, about: str, language: str) -> str:
    """Write weight and total with the same decimals."""
    needed = [decimals_needed(line.weight), decimals_needed(line.total)]
    known = [n for n in needed if n is not None and n <= _DECIMALS]
    exact = len(known) == len(needed)
    decimals = max(known) if exact else _ROUNDED
    weight = local_number(line.weight, decimals, language)
    total = local_number(line.total, decimals, language)
    return f"{'' if exact else about + ' '}{weight} {between} {total}"


def _excess(line: StatementLine, language: str) -> str:
    excess = abs(line.difference or Fraction(0))
    needed = decimals_needed(excess)
    decimals = _ROUNDED if needed is None or needed > _DECIMALS else needed
    unit = _UNITS.get(line.medium or "")
    return local_number(excess, decimals, language) + (f"{_SPACE}{unit}" if unit else "")


def _is_difference(line: StatementLine) -> bool:
    return line.part == DIFFERENCE and line.difference is not None


def _key_no(line: StatementLine) -> tuple[str, str]:
    """Say how it is shared, and why the section pays what it does."""
    name = _KEYS_NO.get(line.key, f"«{line.key}»")
    compared = _compared(line, "av til sammen", "omtrent", "no")
    how = f"etter {name}"
    if line.times is not None:
        key = {CONSUMPTION: "forbruk", EQUAL: "like deler"}.get(line.key, name)
        product = f"{key} ganget med «{line.times}»"
        how, why = f"etter {product}", f"fordi {product} gir {compared}"
    elif line.key == CONSUMPTION:
        how, why = "etter forbruk", _use_no(line.medium or "", compared)
    elif line.key == EQUAL:
        how = "likt fordi det ikke er målt noe forbruk" if line.medium and not _is_difference(line) else "likt"
        why = f"som er én av {local_number(line.total, 0, 'no')} like deler"
    elif line.key == "area":
        why = f"fordi den har {compared}{_SPACE}m²"
    elif line.key == "persons":
        why = f"fordi {compared} personer bor der"
    elif line.key == "fraction":
        why = f"fordi eierbrøken er {compared}"
    else:
        why = f"fordi {name} er {compared}"
    return how, why


def _norwegian(line: StatementLine) -> str:
    of_main = _is_difference(line)
    how, why = _key_no(line)
    pool, shared = _money(line.pool, line, "no"), f"fordeles {how}"
    if line.pool < 0:
        start = f"Av {pool} som betales tilbake og {shared}"
    elif of_main:
        start = f"Av {pool} for forskjellen mellom hovedmåleren og seksjonenes målere"
        start += f" ({_excess(line, 'no')}), som {shared}"
    elif line.part == "fixed":
        start = f"Av det faste beløpet på {pool}, som {shared}"
    else:
        start = f"Av {pool} som {shared}"
    note = ""
    if line.difference is not None and not of_main:
        sign = "mer" if line.difference > 0 else "mindre"
        note = f"; hovedmåleren viste {_excess(line, 'no')} {sign} enn seksjonenes målere"
        note += ", og forskjellen er fordelt på samme måte"
    basis = f" (grunnlag: {line.basis_no})" if line.basis_no else ""
    pays = "betaler" if line.pool >= 0 else "får"
    return f"{line.title_no}: {start}, {pays} seksjonen {_money(line.amount, line, 'no')}, {why}{note}{basis}."


def _use_no(medium: str, compared: str) -> str:
    if medium == "heat_cost_allocator":
        return f"fordi varmefordelerne viste {compared} enheter"
    name = _MEDIA_NO.get(medium, medium)
    unit = _UNITS.get(medium)
    return f"fordi den brukte {compared}{_SPACE}{unit} {name}" if unit else f"fordi den brukte {compared} ({name})"


def _key_en(line: StatementLine) -> tuple[str, str]:
    """Say how it is shared, and why the section pays what it does."""
    name = _KEYS_EN.get(line.key, f"“{line.key}”")
    compared = _compared(line, "of", "about", "en")
    how = f"by {name}"
    if line.times is not None:
        key = {CONSUMPTION: "consumption", EQUAL: "equal parts"}.get(line.key, name)
        product = f"{key} times “{line.times}”"
        how, why = f"by {product}", f"because {product} gives {compared}"
    elif line.key == CONSUMPTION:
        how, why = "by consumption", _use_en(line.medium or "", compared)
    elif line.key == EQUAL:
        how = "equally because no consumption was measured" if line.medium and not _is_difference(line) else "equally"
        why = f"which is one of {local_number(line.total, 0, 'en')} equal parts"
    elif line.key == "area":
        why = f"because it has {compared}{_SPACE}m²"
    elif line.key == "persons":
        why = f"because {compared} persons live there"
    elif line.key == "fraction":
        why = f"because its ownership fraction is {compared}"
    else:
        why = f"because its {name} is {compared}"
    return how, why


def _english(line: StatementLine) -> str:
    of_main = _is_difference(line)
    how, why = _key_en(line)
    pool, shared = _money(line.pool, line, "en"), f"shared {how}"
    if line.pool < 0:
        start = f"Of {pool} paid back and {shared}"
    elif of_main:
        start = f"Of {pool} for the difference between the main meter and the sections' meters"
        start += f" ({_excess(line, 'en')}), which is {shared}"
    elif line.part == "fixed":
        start = f"Of the fixed charge of {pool}, which is {shared}"
    else:
        start = f"Of {pool} {shared}"
    note = ""
    if line.difference is not None and not of_main:
        sign = "more" if line.difference > 0 else "less"
        note = f"; the main meter showed {_excess(line, 'en')} {sign} than the sections' meters"
        note += ", and the difference is shared the same way"
    basis = f" (basis: {line.basis_en})" if line.basis_en else ""
    pays = "pays" if line.pool >= 0 else "receives"
    return f"{line.title_en}: {start}, the section {pays} {_money(line.amount, line, 'en')}, {why}{note}{basis}."


def _use_en(medium: str, compared: str) -> str:
    if medium == "heat_cost_allocator":
        return f"because its heat cost allocators counted {compared} units"
    name = medium.replace("_", " ")
    unit = _UNITS.get(medium)
    return f"because it used {compared}{_SPACE}{unit} of {name}" if unit else f"because it used {compared} ({name})"
