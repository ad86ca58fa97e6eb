"""From the header of a record to a function that reads its data.

What the header says is worked out once; the function then holds it, and the memory of
functions is bounded.
"""

from __future__ import annotations

import functools

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from divako.codec import is_summer_time, read_bcd, read_signed
from divako.mbus._data import Content, read_content, read_number, read_text, scale
from divako.mbus._meaning import BCD_FIELDS, LVAR, REAL, SIZES, Meaning, meaning_of
from divako.mbus._vif import Form
from divako.model import Record, Register, Status, filled_record


_LONGEST_TEXT = 0xBF
_LONGEST_NUMBER = 64  # bytes that a length byte announces of a number

Reader: TypeAlias = Callable[[bytes, Status, np.datetime64 | None], Record]


@functools.lru_cache(maxsize=4096)
def reader_of(header: bytes, lvar: int | None = None) -> Reader:
    """Give the function that reads the data behind a header.

    Parameters
    ----------
    header : bytes
        A complete record header.
    lvar : int, optional
        The length byte of variable data.

    Returns
    -------
    callable
        Takes the data, the status of the telegram and when it came; gives the record.
    """
    return reader_as(meaning_of(header), header, lvar)


def reader_as(meaning: Meaning, header: bytes, lvar: int | None = None) -> Reader:
    """Give the function that reads the data behind a header whose meaning is known.

    Parameters
    ----------
    meaning : Meaning
        From `meaning_of`, or from `meaning_as` where its maker says what it means.
    header : bytes
        A complete record header.
    lvar : int, optional
        The length byte of variable data.
    """
    register = meaning.register
    if register is not None and meaning.has_value and meaning.field not in {REAL, LVAR} and SIZES[meaning.field]:
        if meaning.field in BCD_FIELDS:
            return _of_integers(meaning, register, header, read_bcd)
        if meaning.form is Form.NUMBER:
            return _of_integers(meaning, register, header, read_signed)

    # Without the length byte, variable data is a text where it is no number, or is longer than numbers are.
    variable = lvar is None and meaning.field == LVAR
    longest = -1 if meaning.form is Form.IDENTIFICATION else _LONGEST_NUMBER

    def read(data: bytes, status: Status, received_at: np.datetime64 | None) -> Record:
        is_text = variable and len(data) > longest
        return read_record(
            meaning, header, data, min(len(data), _LONGEST_TEXT) if is_text else lvar, received_at, status
        )

    return read


def _of_integers(
    meaning: Meaning, register: Register, header: bytes, number_of: Callable[[bytes], int | None]
) -> Reader:
    """Read what most records are: a count of fixed size that has a value."""
    up, down = register.factor.numerator, register.factor.denominator
    quantity, own = meaning.quantity, meaning.status
    storage, tariff, subunit, function = meaning.storage, meaning.tariff, meaning.subunit, meaning.function
    present = storage == 0

    def read(data: bytes, status: Status, received_at: np.datetime64 | None) -> Record:
        count = number_of(data)
        if count is None:
            return read_record(meaning, header, data, None, received_at, status)
        return filled_record(
            register,
            count,
            count * up / down,  # Python rounds the quotient of integers once
            None,
            storage,
            tariff,
            subunit,
            function,
            status | own if status and own else status or own,
            received_at if present else None,
            header,
            data,
            quantity,
        )

    return read


def read_record(
    meaning: Meaning,
    header: bytes,
    data: bytes,
    lvar: int | None,
    received_at: np.datetime64 | None,
    status: Status,
) -> Record:
    """Read the data of a record, whatever it is."""
    # A union of flags costs more than all else here, and there is seldom one to make.
    status = status | meaning.status if status and meaning.status else status or meaning.status
    count: int | None = None
    value: float | None = None
    content: Content = None
    quantity = meaning.quantity
    register = meaning.register
    if register is not None and not (lvar is not None and lvar <= 0xBF):
        number = read_number(meaning, data, lvar)
        if number is None:
            status |= Status.INVALID_VALUE
        elif meaning.has_value:
            value = scale(number, register)
            count = number if isinstance(number, int) else None
    elif register is not None:
        # A text where a number could have stood, as version numbers often are.
        register, quantity, content = None, "text", read_text(data)
    elif meaning.form is not Form.OPAQUE:
        quantity, content = read_content(meaning, data, lvar)
        if content is None:
            status |= Status.INVALID_VALUE
        elif meaning.form is Form.DATE and is_summer_time(data):
            status |= Status.SUMMER_TIME
    elif meaning.has_value:
        content = data or None
    return filled_record(
        register,
        count,
        value,
        content,
        meaning.storage,
        meaning.tariff,
        meaning.subunit,
        meaning.function,
        status,
        received_at if meaning.storage == 0 else None,
        header,
        b"" if meaning.form is Form.HIDDEN else data,
        quantity,
    )
