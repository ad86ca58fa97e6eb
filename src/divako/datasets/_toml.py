"""Project files as text."""

from __future__ import annotations

import datetime as dt
import json

from collections.abc import Mapping
from typing import Any


def entry(heading: str, values: Mapping[str, Any]) -> str:
    """Write one table, or one item of an array of tables.

    Parameters
    ----------
    heading : str
        Such as ``"[[meters]]"``; empty for the top level.
    values : mapping
        Keys to values; None is left out.

    Examples
    --------
    >>> print(entry("[[meters]]", {"id": "1", "int_digits": 5, "driver": None}), end="")
    [[meters]]
    id = "1"
    int_digits = 5
    """
    lines = [heading] if heading else []
    lines += [f"{key} = {_value(value)}" for key, value in values.items() if value is not None]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_value(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    if isinstance(value, dt.datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, dt.date):
        return value.isoformat()
    # What JSON writes for texts, whole numbers, fractions and booleans is TOML as well.
    return json.dumps(value, ensure_ascii=False)
