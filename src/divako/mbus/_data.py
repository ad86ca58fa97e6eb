"""From the data bytes of a record to its count, value or content.

References
----------
.. [1] EN 13757-3:2018, 6.3.3 (data field), 6.3.4 (LVAR) and annex A (data types).
"""

from __future__ import annotations

import datetime as dt
import math
import struct

from fractions import Fraction

from divako.codec import read_bcd, read_date, read_date_time, read_date_time_seconds, read_signed, read_time
from divako.mbus._meaning import BCD_FIELDS, LVAR, REAL, Meaning
from divako.mbus._vif import Form
from divako.model import Register


Content = dt.date | dt.time | str | bytes | None

_FLOAT = struct.Struct("<f")
_DATE_READERS = {2: read_date, 3: read_time, 4: read_date_time, 6: read_date_time_seconds}
_DATE_KINDS = {2: "date", 3: "time", 4: "datetime", 6: "datetime"}
_PLAIN_DATES = frozenset({"date", "datetime"})
_ADDRESS = 8
_EXACT_FLOAT = 1 << 29  # a float32 times less than this is exact as float64


def lvar_size(lvar: int) -> int | None:
    """Give the bytes behind an LVAR byte; None where its value is reserved."""
    if lvar <= 0xBF:
        return lvar
    if lvar <= 0xC9:
        return lvar - 0xC0
    if 0xD0 <= lvar <= 0xD9:
        return lvar - 0xD0
    if 0xE0 <= lvar <= 0xEF:
        return lvar - 0xE0
    if 0xF0 <= lvar <= 0xF4:
        return 4 * (lvar - 0xEC)
    return {0xF5: 48, 0xF6: 64}.get(lvar)


def read_number(meaning: Meaning, data: bytes, lvar: int | None) -> int | float | None:
    """Read the data of a number: an int where an integer was sent, else a float.

    None where the meter sent its code for "no value", or no data at all.
    """
    if not data or (lvar is not None and lvar < 0xC0):
        return None
    if meaning.field == REAL:
        real = float(_FLOAT.unpack(data)[0])
        return real if math.isfinite(real) else None
    if meaning.field in BCD_FIELDS or (lvar is not None and lvar < 0xE0):
        number = read_bcd(data)
        negative = lvar is not None and lvar >= 0xD0
        return -number if negative and number is not None else number
    return read_signed(data) if meaning.form is Form.NUMBER else _read_unsigned(meaning, data)


def _read_unsigned(meaning: Meaning, data: bytes) -> int | None:
    """Read type C, in which all ones mean "invalid", or flags, in which each one is a flag."""
    number = int.from_bytes(data, "little")
    invalid = meaning.form is Form.UNSIGNED and number == (1 << 8 * len(data)) - 1
    return None if invalid else number


def scale(number: float, register: Register) -> float:
    """Give the float64 nearest to number times factor. [canonical unit of the register]"""
    factor = register.factor
    up, down = factor.numerator, factor.denominator
    if isinstance(number, int):
        return number * up / down  # Python rounds the quotient of integers once
    if up < _EXACT_FLOAT and down < 1 << 53:
        return number * up / down
    return float(Fraction(number) * factor)


def read_content(meaning: Meaning, data: bytes, lvar: int | None) -> tuple[str, Content]:
    """Read what is no number: a quantity name and a date, text, digits or bytes; None where invalid."""
    if meaning.form is Form.DATE:
        return _read_date(meaning, data)
    if meaning.form is not Form.IDENTIFICATION:
        return meaning.quantity, None
    if lvar is not None and lvar <= 0xBF:
        return meaning.quantity, read_text(data)
    if not data or data == b"\xff" * len(data):
        return meaning.quantity, None  # all ones mean "invalid" of every type that numbers things
    # An enhanced identification of 8 bytes is an address: type, version, manufacturer, eight digits.
    address = meaning.quantity == "identification" and len(data) == _ADDRESS
    if address or meaning.field in BCD_FIELDS or (lvar is not None and lvar < 0xE0):
        return meaning.quantity, data[::-1].hex().upper()
    return meaning.quantity, str(int.from_bytes(data, "little"))


def _read_date(meaning: Meaning, data: bytes) -> tuple[str, Content]:
    if meaning.field == LVAR:
        return meaning.quantity, data or None  # type M, with its own zone: kept as it was sent
    reader = _DATE_READERS.get(len(data))
    if reader is None or meaning.field in BCD_FIELDS:
        return meaning.quantity, None
    # Of a plain date the length says which kind it is; others have a name of their own.
    kind = _DATE_KINDS[len(data)] if meaning.quantity in _PLAIN_DATES else meaning.quantity
    return kind, reader(data)


def read_text(data: bytes) -> str:
    """Read a text, sent last character first (ISO 8859-1)."""
    return data[::-1].decode("latin-1").rstrip("\0")
