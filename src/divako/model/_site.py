"""Who has which meter, from when to when."""

from __future__ import annotations

import itertools

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from attrs import Attribute, field, frozen
from attrs.validators import instance_of

from divako.errors import SiteError
from divako.model._register import Medium


def _text(_instance: Any, attribute: Attribute[Any], value: object) -> None:
    if not isinstance(value, str) or not value:
        msg = f"{attribute.name} must be a text that is not empty"
        raise SiteError(msg)


def _at_least_one(_instance: Any, attribute: Attribute[Any], value: object) -> None:
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 1):
        msg = f"{attribute.name} must be a whole number from 1"
        raise SiteError(msg)


def _at_least_zero(_instance: Any, attribute: Attribute[Any], value: object) -> None:
    if value is not None and (not isinstance(value, Fraction) or value < 0):
        msg = f"{attribute.name} must be a fraction from 0"
        raise SiteError(msg)


@frozen(kw_only=True)
class Meter:
    """A meter or sensor.

    Parameters
    ----------
    id : str
        Its number or device EUI, as in its telegrams.
    medium : Medium
        What it measures.
    int_digits : int, optional
        Digits before the decimal point: the register rolls over at ``10**int_digits``, in
        the canonical unit unless `digits_unit` names another.
    max_rate_per_h : Fraction, optional
        The most it can count in an hour. [canonical unit / h]
    digits_unit : str, optional
        Unit of the digits where it is not the canonical one, such as ``"GJ"``.
    counter_bits : int, optional
        Bits of an unsigned counter of pulses, up to 62: it rolls over at ``2**counter_bits``
        counts, and a fall is one turn.
    driver : str, optional
        The driver that reads it, where its telegrams do not say.
    interval_s : int, optional
        How often it is expected to send. [s]
    """

    id: str = field(validator=_text)
    medium: Medium = field(validator=instance_of(Medium))
    int_digits: int | None = field(default=None, validator=_at_least_one)
    max_rate_per_h: Fraction | None = field(default=None, validator=_at_least_zero)
    digits_unit: str | None = None
    counter_bits: int | None = field(default=None, validator=_at_least_one)
    driver: str | None = None
    interval_s: int | None = field(default=None, validator=_at_least_one)


def _pairs(values: Mapping[str, Fraction] | Iterable[tuple[str, Fraction]]) -> tuple[tuple[str, Fraction], ...]:
    return tuple(values.items()) if isinstance(values, Mapping) else tuple(values)


@frozen(kw_only=True)
class Section:
    """An accounting unit of a building: dwelling, shop, common part.

    Parameters
    ----------
    id : str
        Its number.
    attributes : mapping of str to Fraction
        What costs may be shared by: area, persons, ownership fraction.
    address : str, default ""
        For statements; never exported.
    """

    id: str = field(validator=_text)
    attributes: tuple[tuple[str, Fraction], ...] = field(default=(), converter=_pairs)
    address: str = field(default="", repr=False)

    def attribute(self, name: str) -> Fraction | None:
        """Look an attribute up; None where the section has none of that name."""
        return dict(self.attributes).get(name)


@frozen(kw_only=True)
class Zone:
    """A district metered area: a part of a network whose inflow is metered.

    Parameters
    ----------
    id : str
        Its name.
    """

    id: str = field(validator=_text)


def _after_start(instance: Any, attribute: Attribute[Any], value: np.datetime64) -> None:
    if not np.isnat(value) and value <= instance.start:
        msg = f"{attribute.name} must lie after start"
        raise SiteError(msg)


@frozen(kw_only=True)
class Installation:
    """A meter in its place, from when to when.

    Parameters
    ----------
    meter_id : str
        The meter.
    place : str
        The section or zone it serves; ``""`` is the whole building.
    role : {"sub", "main", "inlet", "outlet", "sensor"}
        What it does there.
    start, end : datetime64[ms]
        The half-open interval ``[start, end)``, in UTC; NaT is open.
    start_register, end_register : Fraction, optional
        What it showed then, as the fitter read it. [canonical unit]
    """

    meter_id: str = field(validator=_text)
    place: str
    role: str = "sub"
    start: np.datetime64
    end: np.datetime64 = field(default=np.datetime64("NaT", "ms"), validator=_after_start)
    start_register: Fraction | None = None
    end_register: Fraction | None = None


@frozen(kw_only=True)
class Tenancy:
    """A party that answers for a section, from when to when.

    Parameters
    ----------
    section : str
        The section.
    party : str
        Reference to the party.
    start, end : datetime64[ms]
        The half-open interval ``[start, end)``, in UTC; NaT is open.
    name : str, default ""
        For statements; never exported.
    """

    section: str
    party: str = field(validator=_text)
    start: np.datetime64
    end: np.datetime64 = field(default=np.datetime64("NaT", "ms"), validator=_after_start)
    name: str = field(default="", repr=False)


ROLES = ("sub", "main", "inlet", "outlet", "sensor")


def _tuple(values: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(values)


@frozen(kw_only=True)
class Site:
    """Meters, sections, zones, and who has which; checked as a whole.

    Parameters
    ----------
    meters, sections, zones, installations, tenancies : sequence
        In any order.

    Raises
    ------
    SiteError
        An identifier stands twice, an installation names what does not exist, or
        two installations of one meter or two tenancies of one section overlap.
    """

    meters: tuple[Meter, ...] = field(converter=_tuple)
    sections: tuple[Section, ...] = field(default=(), converter=_tuple)
    zones: tuple[Zone, ...] = field(default=(), converter=_tuple)
    installations: tuple[Installation, ...] = field(default=(), converter=_tuple)
    tenancies: tuple[Tenancy, ...] = field(default=(), converter=_tuple)

    def __attrs_post_init__(self) -> None:
        for collection in ("meters", "sections", "zones"):
            _refuse_twice(collection, [item.id for item in getattr(self, collection)])
        meters = {meter.id for meter in self.meters}
        places = {"", *(s.id for s in self.sections), *(z.id for z in self.zones)}
        for i, installation in enumerate(self.installations):
            _refuse(installation.meter_id not in meters, "installation of an unknown meter", "installations", i)
            _refuse(installation.place not in places, "installation in an unknown place", "installations", i)
            _refuse(installation.role not in ROLES, f"role must be one of {', '.join(ROLES)}", "installations", i)
        sections = {section.id for section in self.sections}
        for i, tenancy in enumerate(self.tenancies):
            _refuse(tenancy.section not in sections, "tenancy of an unknown section", "tenancies", i)
        _refuse_overlap("installations", [(i.meter_id, i.start, i.end) for i in self.installations])
        _refuse_overlap("tenancies", [(t.section, t.start, t.end) for t in self.tenancies])

    def meter(self, meter_id: str) -> Meter | None:
        """Look a meter up by its number; None where the site has no such meter."""
        return next((meter for meter in self.meters if meter.id == meter_id), None)


def _refuse(wrong: bool, message: str, collection: str, index: int) -> None:  # noqa: FBT001 - reads as a sentence
    if wrong:
        raise SiteError(message, collection=collection, index=index)


def _refuse_twice(collection: str, ids: list[str]) -> None:
    seen: set[str] = set()
    for index, one in enumerate(ids):
        _refuse(one in seen, "this id stands twice", collection, index)
        seen.add(one)


def _refuse_overlap(collection: str, spans: list[tuple[str, np.datetime64, np.datetime64]]) -> None:
    order = sorted(range(len(spans)), key=lambda i: (spans[i][0], spans[i][1]))
    for before, after in itertools.pairwise(order):
        (one, _, end), (other, start, _) = spans[before], spans[after]
        overlaps = one == other and bool(np.isnat(end) or end > start)
        _refuse(overlaps, "overlaps with another of the same subject", collection, after)
