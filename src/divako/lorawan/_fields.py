"""Take fields out of a network server's document, or say which is wrong."""

from __future__ import annotations

import base64
import datetime as dt

from collections.abc import Mapping
from typing import Any

import numpy as np

from divako.errors import MalformedError


LAYER = "lorawan.envelope"


def malformed(name: str, wanted: str) -> MalformedError:
    """Make the error for a field that is missing or of another form."""
    msg = f"the field {name} is missing or is not {wanted}"
    return MalformedError(msg, layer=LAYER)


def mapping(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Take a nested object; an absent one is empty."""
    value = document.get(name)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise malformed(name, "an object")
    return value


def objects(document: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """Take a list of objects; an absent one is empty."""
    value = document.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
        raise malformed(name, "a list of objects")
    return value


def whole(document: Mapping[str, Any], name: str, *, default: int | None = None) -> int | None:
    """Take a whole number, written as a number or as digits."""
    value = document.get(name, default)
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    raise malformed(name, "a whole number")


def number(document: Mapping[str, Any], name: str) -> float | None:
    """Take a number; None where there is none."""
    value = document.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float | None):
        raise malformed(name, "a number")
    return value


def hexadecimal(value: object, name: str) -> bytes:
    """Read hexadecimal digits; none at all is an empty payload."""
    if value is None:
        return b""
    if not isinstance(value, str):
        raise malformed(name, "hexadecimal digits")
    try:
        return bytes.fromhex(value)
    except ValueError:
        raise malformed(name, "hexadecimal digits") from None


def base_64(value: object, name: str) -> bytes:
    """Read base64; none at all is an empty payload."""
    if value is None:
        return b""
    if not isinstance(value, str):
        raise malformed(name, "base64")
    try:
        return base64.b64decode(value, validate=True)
    except ValueError:  # binascii.Error is one; letters beyond ASCII raise a plain one
        raise malformed(name, "base64") from None


def instant(value: object, name: str) -> np.datetime64:
    """Read an RFC 3339 instant to the millisecond; none at all is NaT."""
    if value is None:
        return np.datetime64("NaT", "ms")
    if not isinstance(value, str):
        raise malformed(name, "a time with an offset")
    try:
        time = dt.datetime.fromisoformat(value)
        if time.tzinfo is not None:
            return np.datetime64(time.astimezone(dt.UTC).replace(tzinfo=None), "ms")
    except (ValueError, OverflowError):
        pass
    raise malformed(name, "a time with an offset")


def eui(value: object, name: str) -> str:
    """Read a device EUI of sixteen hexadecimal digits, in lower case."""
    if not isinstance(value, str):
        raise malformed(name, "sixteen hexadecimal digits")
    text = value.replace("-", "").replace(":", "").lower()
    if len(text) != 16 or len(hexadecimal(text, name)) != 8:
        raise malformed(name, "sixteen hexadecimal digits")
    return text
