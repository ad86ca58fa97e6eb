"""M-Bus records as bytes: a header as a meter sends it, and the value behind it.

References
----------
.. [1] EN 13757-3:2018, clause 6 (data records) and annex A (data types A, B, C, F, G, I, J and LVAR).
"""

from __future__ import annotations

import datetime as dt
import functools
import struct

from divako.errors import InputError
from divako.mbus import lvar_size


# Bytes of data by the data field of the DIF [1]_; D announces its own length.
_INTEGERS = {0x1: 1, 0x2: 2, 0x3: 3, 0x4: 4, 0x6: 6, 0x7: 8}
_REAL = 0x5
_BCD = {0x9: 1, 0xA: 2, 0xB: 3, 0xC: 4, 0xE: 6}
_LARGEST_REAL = float.fromhex("0x1.fffffep+127")  # IEEE 754 single
_VARIABLE = 0xD
_PLAIN_TEXT = 0x7C  # VIF of a unit in words, whose length and text stand before its VIFE [1]_
_BINARY_LENGTHS: tuple[int, ...] = (*range(0xE1, 0xF0), *range(0xF0, 0xF7))
_LONGEST_TEXT = 0xBF  # larger length bytes announce numbers [1]_
_MOST_EXTENSIONS = 10  # of a DIF and of a VIF [1]_

_SUMMER_TIME = {4: (1, 0x80), 6: (0, 0x40)}  # byte and bit of types F and I [1]_

Value = int | float | str | bytes | dt.date | dt.time | None


@functools.lru_cache(maxsize=1024)
def _data_field(header: bytes) -> int:
    """Check that a header is one DIB and one VIB, and give the data field."""
    end = vif = _chain(header, 0)
    if header[vif:] and header[vif] & 0x7F == _PLAIN_TEXT:
        end += 1 + (header[vif + 1] if header[vif + 1 :] else 0)
        # The unit is the chain where no VIFE follows.
        end = _chain(header, end + 1) if header[vif] & 0x80 else end + 1
    else:
        end = _chain(header, vif)
    if end != len(header):
        msg = f"the header has bytes behind its VIFE, from byte {end}"
        raise InputError(msg)
    if header[0] & 0x0F == 0x0F:
        msg = "a special DIF heads no record"
        raise InputError(msg)
    return header[0] & 0x0F


def _chain(header: bytes, start: int) -> int:
    for place in range(start, min(len(header), start + _MOST_EXTENSIONS + 1)):
        if not header[place] & 0x80:
            return place + 1
    msg = f"the header does not end where its extension bits say, from byte {start}"
    raise InputError(msg)


def encode_record(
    header: bytes, value: Value, *, unsigned: bool = False, lvar: int | None = None, summer_time: bool = False
) -> bytes:
    r"""Put a value behind its record header.

    Parameters
    ----------
    header : bytes
        DIF, DIFE, VIF and VIFE as sent; the data field of the DIF decides how the
        value is written.
    value : int, float, str, date, time or None
        A count for integer and BCD fields, a number for the real field, a text, bytes
        or a count for the variable field. A datetime is written as type F (4 bytes) or I
        (6 bytes), a date as G (2 bytes), a time as J (3 bytes). None writes the
        code with which a meter says that it has no value.
    unsigned : bool, default False
        Write an integer field as type C, whose highest bit is no sign.
    lvar : int, optional
        The length byte with which a count stands in a variable field: C0 to C9 positive
        BCD, D0 to D9 negative BCD, E0 to F6 binary. The shortest binary one where it
        is not given.
    summer_time : bool, default False
        Mark a date and time as summer time.

    Returns
    -------
    bytes
        The record.

    Raises
    ------
    InputError
        The header is no record header, or the value does not go with its data
        field or into it.

    References
    ----------
    .. [1] EN 13757-3:2018, clause 6 and annex A.

    Examples
    --------
    >>> encode_record(b"\x04\x13", 12345).hex()
    '041339300000'
    >>> encode_record(b"\x0c\x06", 12345).hex()
    '0c0645230100'
    """
    field = _data_field(header)
    if field in _INTEGERS:
        data = _fixed(value, _INTEGERS[field], unsigned=unsigned)
        if data is not None and summer_time and isinstance(value, dt.datetime):
            at, bit = _SUMMER_TIME[len(data)]
            data = data[:at] + bytes((data[at] | bit,)) + data[at + 1 :]
    elif field in _BCD:
        data = _bcd(value, _BCD[field]) if value is None or isinstance(value, int) else None
    elif field == _REAL:
        data = _real(value) if value is None or isinstance(value, int | float) else None
    elif field == _VARIABLE:
        data = _variable(value, lvar)
    else:
        data = b"" if field == 0 and value is None else None
    if data is None:
        msg = f"data field {field:X} holds no {type(value).__name__}"
        raise InputError(msg)
    return header + data


def _fixed(value: Value, size: int, *, unsigned: bool) -> bytes | None:
    if value is None:
        # 80 00… is "invalid" of type B, FF… of type C [1]_.
        return b"\xff" * size if unsigned else (1 << 8 * size - 1).to_bytes(size, "little")
    if isinstance(value, int):
        return _integer(value, size, unsigned=unsigned)
    return _clock(value, size) if isinstance(value, dt.date | dt.time) else None


def _real(value: float | None) -> bytes:
    if value is not None and not abs(value) <= _LARGEST_REAL:
        msg = "the value does not go into a single-precision number"
        raise InputError(msg)
    return struct.pack("<f", float("nan") if value is None else value)


def _integer(count: int, size: int, *, unsigned: bool) -> bytes:
    # The most negative and, unsigned, the largest number are the code of "invalid".
    low, high = (0, (1 << 8 * size) - 2) if unsigned else (1 - (1 << 8 * size - 1), (1 << 8 * size - 1) - 1)
    if not low <= count <= high:
        msg = f"the count does not go into {size} bytes"
        raise InputError(msg)
    return count.to_bytes(size, "little", signed=not unsigned)


def _bcd(count: int | None, size: int) -> bytes:
    if count is None:
        return b"\xff" * size
    digits = 2 * size
    text = f"{count:0{digits}d}" if count >= 0 else f"F{-count:0{digits - 1}d}"
    if len(text) != digits:
        msg = f"the count does not go into {digits} digits"
        raise InputError(msg)
    return bytes.fromhex(text)[::-1]


def encode_bcd(count: int, *, size: int) -> bytes:
    """Write a whole number as little-endian packed decimal.

    Parameters
    ----------
    count : int
        Negative ones get an F as their highest digit.
    size : int
        How many bytes. [byte]

    Returns
    -------
    bytes
        Two digits a byte, the lowest first.

    Raises
    ------
    InputError
        The number has more digits than that.

    References
    ----------
    .. [1] EN 13757-3:2018, annex A, data type A.

    Examples
    --------
    >>> encode_bcd(1234, size=2).hex(), encode_bcd(-234, size=2).hex()
    ('3412', '34f2')
    """
    return _bcd(count, size)


def _text(text: str) -> bytes:
    try:
        raw = text.encode("latin-1")
    except UnicodeEncodeError:
        msg = "a text record holds ISO 8859-1 only"
        raise InputError(msg) from None
    if len(raw) > _LONGEST_TEXT:
        msg = f"a text record holds at most {_LONGEST_TEXT} characters"
        raise InputError(msg)
    return bytes([len(raw)]) + raw[::-1]


def _clock(value: dt.date | dt.time, size: int) -> bytes:
    if isinstance(value, dt.datetime) and size == 4:
        # Up to 2080 the hundred-year field stays 0, as old readers take it [1]_.
        hundreds = max(value.year - 1900, 0) // 100 if value.year > 2080 else 0
        date = value.replace(year=value.year - 100 * (hundreds - 1)) if hundreds else value
        return bytes([value.minute, value.hour | hundreds << 5]) + _date(date, wide=bool(hundreds))
    if isinstance(value, dt.datetime) and size == 6:
        return bytes([value.second, value.minute, value.hour]) + _date(value) + b"\0"
    if isinstance(value, dt.time) and size == 3:
        return bytes([value.second, value.minute, value.hour])
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime) and size == 2:
        return _date(value)
    msg = f"{size} bytes hold no {type(value).__name__}"
    raise InputError(msg)


def _date(value: dt.date, *, wide: bool = False) -> bytes:
    # Without a hundred-year field 81-99 are years of the last century [1]_.
    year = value.year - 2000 if value.year >= 2000 else value.year - 1900
    if not (0 <= year <= 99 if wide else 1981 <= value.year <= 2080):
        msg = "a date record holds the years 1981 to 2080, and with a time of day 1981 to 2299"
        raise InputError(msg)
    return bytes([value.day | (year & 0x07) << 5, value.month | (year & 0x78) << 1])


def _variable(value: Value, lvar: int | None) -> bytes | None:
    """Write what a variable field holds: a text, bytes or a count of any size."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bytes):
        if len(value) > _LONGEST_TEXT:
            msg = f"a container holds at most {_LONGEST_TEXT} bytes"
            raise InputError(msg)
        return bytes([len(value)]) + value
    if not isinstance(value, int):
        return None
    if lvar is None:
        lvar = _shortest(value)
    size = lvar_size(lvar)
    if lvar < 0xC0 or size is None:
        msg = "this length byte announces no number"
        raise InputError(msg)
    if lvar >= 0xE0:
        return bytes((lvar,)) + _integer(value, size, unsigned=False)
    negative = lvar >= 0xD0
    if negative != (value < 0) or len(str(abs(value))) > 2 * size:
        msg = "the count does not go into this length byte"
        raise InputError(msg)
    return bytes((lvar,)) + _bcd(abs(value), size)


def _shortest(count: int) -> int:
    # One bit for the sign, and the most negative number is the code of "invalid" [1]_.
    for lvar in _BINARY_LENGTHS:
        if abs(count) < (1 << (8 * (lvar_size(lvar) or 0) - 1)):
            return lvar
    msg = "the count does not go into 64 bytes"
    raise InputError(msg)
