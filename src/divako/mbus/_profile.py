"""Compact profiles: a row of history values in one record.

The elements are differences from a base value, the record of the same quantity,
storage, tariff and subunit, or values of their own. Element ``k`` has the storage number of the base plus
``k``, and the clock of the base, the date record of the same storage, plus ``k`` spacings.

References
----------
.. [1] EN 13757-3:2018, annex F: compact profile, VIFE 13, 1E and 1F.
"""

from __future__ import annotations

import datetime as dt

from collections.abc import Iterator, Sequence

from attrs import evolve, field, frozen

from divako.errors import MalformedError, TruncatedError
from divako.mbus._data import read_number, scale
from divako.mbus._meaning import INVERSE_PROFILE, REAL, SIZES, Meaning
from divako.mbus._spacing import clock_after
from divako.mbus._vif import Form
from divako.model import Record, Status


_ABSOLUTE, _INCREMENTS, _DECREMENTS, _SIGNED = range(4)
_NO_ELEMENT = frozenset({0x00, 0x08, 0x0D, 0x0F})


@frozen
class Profile:
    """A compact profile, found but not yet unfolded.

    Parameters
    ----------
    meaning : Meaning
        Of its header.
    header, data : bytes
        As sent; the data from the control byte on.
    place : int
        How many records stand before it.
    offset : int
        Where its data starts. [byte]
    """

    meaning: Meaning
    header: bytes = field(repr=False)
    data: bytes = field(repr=False)
    place: int
    offset: int


def expand_profile(profile: Profile, records: Sequence[Record], *, status: Status, layer: str) -> list[Record]:
    """Give the elements of a compact profile as records of their own.

    Parameters
    ----------
    profile : Profile
        As it was found.
    records : sequence of Record
        The other records of the telegram; among them the base value and the base time.
    status : Status
        What the telegram says of all its records.
    layer : str
        Name for errors.

    Returns
    -------
    list of Record
        One an element; without a value where the base or an element before is unknown,
        without a clock where the base or the spacing is.

    Raises
    ------
    TruncatedError
        There is no control byte, or the last element is not complete.
    MalformedError
        The size of the elements is not allowed.
    """
    data = profile.data
    if len(data) < 2:
        msg = "a compact profile ends before its elements"
        raise TruncatedError(msg, layer=layer, offset=profile.offset + len(data))
    mode, packing = data[0] >> 6, data[0] & 0x0F
    size = 0 if packing in _NO_ELEMENT else SIZES[packing]
    if not size or (mode != _ABSOLUTE and packing == REAL):
        msg = "elements of a compact profile have no such size"
        raise MalformedError(msg, layer=layer, offset=profile.offset)
    if (len(data) - 2) % size:
        msg = "a compact profile ends within an element"
        raise TruncatedError(msg, layer=layer, offset=profile.offset + len(data))
    return list(_elements(profile, mode, packing, size, records, status))


def _elements(
    profile: Profile, mode: int, packing: int, size: int, records: Sequence[Record], status: Status
) -> Iterator[Record]:
    meaning, data = profile.meaning, profile.data
    form = Form.NUMBER if mode in {_ABSOLUTE, _SIGNED} else Form.UNSIGNED
    element_meaning = evolve(meaning, field=packing, form=form)
    backwards = meaning.profile == INVERSE_PROFILE
    sign = -1 if (mode == _DECREMENTS) != backwards else 1
    base, since = _base(meaning, records), _base_time(meaning, records)
    running = None if mode == _ABSOLUTE else base
    for k, at in enumerate(range(2, len(data), size), 1):
        raw = data[at : at + size]
        number = read_number(element_meaning, raw, None)
        if mode != _ABSOLUTE:
            running = None if running is None or number is None else running + sign * int(number)
            number = running
        clock = None if since is None else clock_after(since, -k if backwards else k, data[0] >> 4 & 3, data[1])
        yield _element(profile, raw, number, meaning.storage + k, status, clock)


def _base(meaning: Meaning, records: Sequence[Record]) -> int | None:
    """Find the count that the differences start from."""
    wanted = meaning.register, meaning.storage, meaning.tariff, meaning.subunit, meaning.function
    for record in records:
        if (record.register, record.storage, record.tariff, record.subunit, record.function) == wanted:
            return record.count
    return None


def _base_time(meaning: Meaning, records: Sequence[Record]) -> dt.date | None:
    """Find the date that belongs to the base value."""
    for record in records:
        if record.storage == meaning.storage and isinstance(record.content, dt.date):
            return record.content
    return None


def _element(
    profile: Profile, raw: bytes, number: float | None, storage: int, status: Status, clock: dt.date | None
) -> Record:
    meaning = profile.meaning
    register = meaning.register
    status |= meaning.status
    count: int | None = None
    value: float | None = None
    if number is None:
        status |= Status.INVALID_VALUE
    elif register is not None:
        count = number if isinstance(number, int) else None
        value = scale(number, register)
    return Record(
        register,
        count,
        value,
        None,
        storage,
        meaning.tariff,
        meaning.subunit,
        meaning.function,
        status,
        None,
        profile.header,
        raw,
        meaning.quantity,
        clock,
    )
