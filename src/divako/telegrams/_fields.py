"""The fields of a JSON object that says a telegram and what is known of it."""

from __future__ import annotations

import datetime as dt

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from divako.errors import InputError


KEY = "encryption_key"  # the one of several keys that M-Bus has a use for
FRAME_FORMATS = ("A", "B", "stripped", "stripped-B")
_EPOCH, _MILLISECOND = dt.datetime(1970, 1, 1, tzinfo=dt.UTC), dt.timedelta(milliseconds=1)
_YEARS = range(-62_135_596_800_000, 253_402_300_800_000)  # of four digits [ms]
_NOT_HEX = str.maketrans("", "", " :-\t")


def hex_bytes(text: str, what: str) -> bytes:
    """Read hexadecimal digits, with blanks, colons or hyphens between them.

    Raises
    ------
    InputError
        They are none, or an odd number.
    """
    try:
        return bytes.fromhex(text)  # most digits stand with nothing between them
    except ValueError:
        pass
    try:
        return bytes.fromhex(text.translate(_NOT_HEX))
    except ValueError:
        msg = f"{what} is not an even number of hexadecimal digits"
        raise InputError(msg) from None


def text_in(fields: Mapping[str, Any], name: str) -> str | None:
    """Give a field that is a text, or None where it is not there."""
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        msg = f"{name} is a text"
        raise InputError(msg)
    return value


def keys_in(fields: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Give the keys of a meter by name."""
    value = fields.get("keys") or {}
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value.values()):
        return tuple(value.items())
    msg = "keys is an object of names and keys in hexadecimal digits"
    raise InputError(msg)


def one_of(fields: Mapping[str, Any], name: str, known: Sequence[str]) -> str | None:
    """Give a field that is one of some words, or None."""
    value = text_in(fields, name)
    if value is not None and value not in known:
        # Other forms are named by other programs, such as the "long" of wired frames: no hint, no harm.
        return None
    return value


def id_in(fields: Mapping[str, Any]) -> str | int | None:
    """Give what a line calls itself."""
    value = fields.get("id")
    if value is not None and (not isinstance(value, str | int) or isinstance(value, bool)):
        msg = "id is a text or a whole number"
        raise InputError(msg)
    return value


def port_in(fields: Mapping[str, Any]) -> int | None:
    """Give the port of an uplink."""
    value = fields.get("fport")
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    msg = "fport is a whole number"
    raise InputError(msg)


def instant_in(fields: Mapping[str, Any]) -> np.datetime64 | None:
    """Give the time of receipt, in UTC."""
    value = text_in(fields, "received_at")
    if value is None:
        return None
    try:
        time = dt.datetime.fromisoformat(value)
        if time.tzinfo is not None:
            since = (time - _EPOCH) // _MILLISECOND
            if since in _YEARS:
                return np.datetime64(since, "ms")  # faster than of a datetime
    except ValueError:
        pass
    msg = "received_at is an RFC 3339 time with its offset"
    raise InputError(msg)
