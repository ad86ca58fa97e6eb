"""Compact profiles: a row of history values in one record.

The elements are differences from a base value, the record of the same quantity,
storage, tariff and subunit, or values of their own. Element ``k`` has the storage number of the base plus
``k``. What the times of the elements are, only the meter's own clock says; they stay unknown here.

References
----------
.. [1] EN 13757-3:2018, annex F: compact profile, VIFE 13, 1E and 1F.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import evolve

from divako.errors import MalformedError, TruncatedError
from divako.mbus._data import read_number, scale
from divako.mbus._meaning import INVERSE_PROFILE, REAL, SIZES, Meaning
from divako.mbus._vif import Form
from divako.model import Record, Status


_ABSOLUTE, _INCREMENTS, _DECREMENTS, _SIGNED = range(4)
_NO_ELEMENT = frozenset({0x00, 0x08, 0x0D, 0x0F})


def expand_profile(
    meaning: Meaning,
    header: bytes,
    data: bytes,
    before: Sequence[Record],
    *,
    status: Status,
    layer: str,
) -> Iterator[Record]:
    """Give the elements of a compact profile as records of their own.

    Parameters
    ----------
    meaning : Meaning
        Of the profile's header.
    header, data : bytes
        As sent; the data from the control byte on.
    before : sequence of Record
        The records read so far; one of them is the base.
    status : Status
        What the telegram says of all its records.
    layer : str
        Name for errors.

    Yields
    ------
    Record
        One an element; without a value where the base or an element before is unknown.

    Raises
    ------
    TruncatedError
        There is no control byte, or the last element is not complete.
    MalformedError
        The size of the elements is not allowed.
    """
    if len(data) < 2:
        msg = "a compact profile ends before its elements"
        raise TruncatedError(msg, layer=layer)
    mode, packing = data[0] >> 6, data[0] & 0x0F
    size = 0 if packing in _NO_ELEMENT else SIZES[packing]
    if not size or (mode != _ABSOLUTE and packing == REAL):
        msg = "elements of a compact profile have no such size"
        raise MalformedError(msg, layer=layer)
    if (len(data) - 2) % size:
        msg = "a compact profile ends within an element"
        raise TruncatedError(msg, layer=layer)
    form = Form.NUMBER if mode in {_ABSOLUTE, _SIGNED} else Form.UNSIGNED
    element_meaning = evolve(meaning, field=packing, form=form)
    backwards = meaning.profile == INVERSE_PROFILE
    sign = -1 if (mode == _DECREMENTS) != backwards else 1
    running = None if mode == _ABSOLUTE else _base(meaning, before)
    for k, at in enumerate(range(2, len(data), size), 1):
        raw = data[at : at + size]
        number = read_number(element_meaning, raw, None)
        if mode != _ABSOLUTE:
            running = None if running is None or number is None else running + sign * int(number)
            number = running
        yield _element(meaning, header, raw, number, meaning.storage + k, status)


def _base(meaning: Meaning, before: Sequence[Record]) -> int | None:
    """Find the count that the differences start from."""
    wanted = meaning.register, meaning.storage, meaning.tariff, meaning.subunit, meaning.function
    for record in before:
        if (record.register, record.storage, record.tariff, record.subunit, record.function) == wanted:
            return record.count
    return None


def _element(meaning: Meaning, header: bytes, raw: bytes, number: float | None, storage: int, status: Status) -> Record:
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
        header,
        raw,
        meaning.quantity,
    )
