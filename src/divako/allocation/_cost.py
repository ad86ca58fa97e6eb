"""Costs, and the rules by which they are shared; plain values that can be stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from attrs import Attribute, field, frozen
from attrs.validators import instance_of, optional

from divako.allocation._money import exact_number
from divako.allocation._tariff import Tariff, read_medium
from divako.errors import AllocationError
from divako.model import Medium


CONSUMPTION = "consumption"
EQUAL = "equal"
PRO_RATA = "pro_rata"
DIFFERENCE = "difference"


def _text(_instance: Any, attribute: Attribute[Any], value: object) -> None:
    if not isinstance(value, str) or not value:
        msg = f"{attribute.name} must be a text that is not empty"
        raise AllocationError(msg)


def _optional_medium(value: Medium | str | None) -> Medium | None:
    return None if value is None else read_medium(value)


def _names(values: Iterable[str]) -> tuple[str, ...]:
    if isinstance(values, str):
        msg = "sections are named in a list, not in one text"
        raise AllocationError(msg)
    return tuple(values)


def _check(wrong: object, message: str) -> None:
    if wrong:
        raise AllocationError(message)


@frozen
class MainMeter:
    """What becomes of the difference between the main meter and the meters behind it.

    Parameters
    ----------
    difference : str, default "pro_rata"
        ``"pro_rata"`` shares the whole cost by the sections' consumption. Else the
        cost is first split into what the sections' meters counted and the
        difference, and the difference is shared ``"equal"`` or by the attribute of
        that name.
    negative : {"error", "scale"}, default "error"
        When the sections' meters counted more than the main meter: refuse, or share
        the whole cost by the sections' consumption.
    """

    difference: str = field(default=PRO_RATA, validator=_text)
    negative: str = field(default="error", validator=_text)

    def __attrs_post_init__(self) -> None:
        _check(self.negative not in {"error", "scale"}, "a negative difference is an error, or is scaled")
        _check(self.difference == CONSUMPTION, "the difference by consumption is called pro_rata")


@frozen(kw_only=True)
class Part:
    """A part of a cost, and the allocation key that shares it.

    Parameters
    ----------
    by : str
        ``"consumption"``, ``"equal"``, or the name of an attribute of the sections.
    medium : Medium or str, optional
        With consumption: of what.
    share : Fraction, default 1
        Which share of the cost this part is; the shares of a cost sum to 1.
    times : str, optional
        Attribute that multiplies the key, such as a rating factor.
    only, exclude : sequence of str
        Sections that alone take part, or that do not; by their ids.
    main : MainMeter, optional
        With consumption: what becomes of the difference of the main meter.
    fallback : {"equal"}, optional
        What to do when nobody has any of the key; without it, that is an error.
    id : str, default ""
        Its name in the statements; by default that of the key.

    Raises
    ------
    AllocationError
        The rule contradicts itself.
    """

    by: str = field(validator=_text)
    medium: Medium | None = field(default=None, converter=_optional_medium)
    share: Fraction = field(default=Fraction(1), converter=exact_number)
    times: str | None = field(default=None, validator=optional(_text))
    only: tuple[str, ...] = field(default=(), converter=_names)
    exclude: tuple[str, ...] = field(default=(), converter=_names)
    main: MainMeter | None = field(default=None, validator=optional(instance_of(MainMeter)))
    fallback: str | None = None
    id: str = ""

    def __attrs_post_init__(self) -> None:
        by_consumption = self.by == CONSUMPTION
        _check(by_consumption and self.medium is None, "a part by consumption must say of which medium")
        _check(not by_consumption and self.medium is not None, "only a part by consumption has a medium")
        _check(not by_consumption and self.main is not None, "only a part by consumption has a main meter")
        _check(self.share <= 0, "the share of a part must be above zero")
        _check(self.only and self.exclude, "a part names the sections that take part, or those that do not")
        _check(self.fallback not in {None, EQUAL}, "the fallback of a part is equal, or none")

    @property
    def name(self) -> str:
        """Name in the statements."""
        return self.id or self.by


def _texts(values: Mapping[str, str] | Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple(values.items()) if isinstance(values, Mapping) else tuple((one, other) for one, other in values)


def _languages(_instance: Any, attribute: Attribute[Any], value: tuple[tuple[str, str], ...]) -> None:
    given = dict(value)
    if value and (set(given) != {"no", "en"} or not all(given.values())):
        msg = f"{attribute.name} must be given in both languages, no and en"
        raise AllocationError(msg)


def _parts(values: Iterable[Part]) -> tuple[Part, ...]:
    return tuple(values)


@frozen(kw_only=True)
class Cost:
    """A cost of the building, and how it is shared.

    Either an amount that is shared in parts, or a tariff, of which the fixed sum and
    what the main meter costs are shared each by its own rule.

    Parameters
    ----------
    id : str
        Its name.
    title : mapping of str to str
        What residents read, in ``"no"`` and ``"en"``.
    amount : int, optional
        What is shared. [minor unit]
    parts : sequence of Part
        With an amount: by what; the shares sum to 1.
    tariff : Tariff, optional
        What is charged for the main meter, instead of an amount.
    fixed, metered : Part, optional
        With a tariff: how its fixed sum and the rest are shared.
    basis : mapping of str to str, optional
        Where it is agreed that the cost is shared so, in ``"no"`` and ``"en"``.

    Raises
    ------
    AllocationError
        The rules contradict one another, or a text lacks a language.
    """

    id: str = field(validator=_text)
    title: tuple[tuple[str, str], ...] = field(converter=_texts, validator=_languages)
    amount: int | None = field(default=None, validator=optional(instance_of(int)))
    parts: tuple[Part, ...] = field(default=(), converter=_parts)
    tariff: Tariff | None = field(default=None, validator=optional(instance_of(Tariff)))
    fixed: Part | None = field(default=None, validator=optional(instance_of(Part)))
    metered: Part | None = field(default=None, validator=optional(instance_of(Part)))
    basis: tuple[tuple[str, str], ...] = field(default=(), converter=_texts, validator=_languages)

    def __attrs_post_init__(self) -> None:
        _check(not self.title, "a cost needs a title")
        _check((self.amount is None) == (self.tariff is None), "a cost has an amount or a tariff, and not both")
        if self.tariff is None:
            _check(self.fixed or self.metered, "only a cost with a tariff has a fixed and a metered part")
            _check(sum(part.share for part in self.parts) != 1, "the shares of the parts of a cost must sum to 1")
        else:
            _check(self.parts, "a cost with a tariff is shared by its fixed and its metered part")
            _check(self.metered is None, "a cost with a tariff must say how what was metered is shared")
            _check(self.tariff.fixed and self.fixed is None, "a tariff with a fixed sum needs a rule to share it by")
            _check(any(p.share != 1 for p in (self.fixed, self.metered) if p), "parts of a tariff have no share")
        names = [part.name for part in self.parts]
        names += [DIFFERENCE for part in (*self.parts, self.metered, self.fixed) if part and part.main]
        _check(len(set(names)) < len(names), "two parts of a cost have the same name; give them ids")
