"""What one line of ``divako decode --format jsonl`` must be.

References
----------
.. [1] "JSON Schema: a media type for describing JSON documents", draft 2020-12.
"""

from __future__ import annotations

import copy

from typing import Any

from divako.model import Function, Kind, Medium, Status, Verdict


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    """Ask for each of these properties and for no other."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


_TIME = {
    "type": ["string", "null"],
    "format": "date-time",
    "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{3})?Z$",
}
_BYTE = {"type": ["integer", "null"], "minimum": 0, "maximum": 255}
_INDEX = {"type": "integer", "minimum": 0}
_NUMBER = {"type": ["number", "null"]}
_TEXT = {"type": ["string", "null"]}
_STATUS = {
    "type": "array",
    "items": {"enum": [str(bit.name).lower() for bit in Status]},
    "uniqueItems": True,
}

_READING = _object(
    {
        "quantity": {"type": "string", "minLength": 1},
        "unit": _TEXT,
        "value": {"type": ["number", "string", "null"]},
        "time": _TIME,
        "storage": _INDEX,
        "tariff": _INDEX,
        "subunit": _INDEX,
        "function": {"enum": [function.name.lower() for function in Function]},
        "obis": _TEXT,
        "kind": {"enum": [*(kind.value for kind in Kind), None]},
        "status": _STATUS,
    }
)

_TELEGRAM = _object(
    {
        "manufacturer": _TEXT,
        "version": _BYTE,
        "medium": {"enum": [medium.value for medium in Medium]},
        "access_number": _BYTE,
        "security": {"type": "string"},
        "verdict": {"enum": [verdict.value for verdict in Verdict]},
        "status": _STATUS,
    }
)

_UPLINK = _object(
    {
        "dev_eui": {"type": "string", "pattern": "^[0-9a-f]{16}$"},
        "fport": _BYTE,
        "fcnt": {"type": ["integer", "null"], "minimum": 0},
        "time": _TIME,
        "gateways": {
            "type": "array",
            "items": _object({"id": {"type": "string"}, "rssi": _NUMBER, "snr": _NUMBER}),
        },
    }
)

_ERROR = _object(
    {
        "code": {"type": "string", "pattern": "^[a-z_]+([.][a-z_]+)*$"},
        "layer": _TEXT,
        "offset": {"type": ["integer", "null"], "minimum": 0},
        "message": {"type": "string"},
    }
)

_SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "One line of divako decode --format jsonl",
    **_object(
        {
            "id": {"type": ["string", "integer", "null"]},
            "meter": _TEXT,
            "telegram": {"anyOf": [_TELEGRAM, {"type": "null"}]},
            "uplink": {"anyOf": [_UPLINK, {"type": "null"}]},
            "readings": {"type": "array", "items": _READING},
            "error": {"anyOf": [_ERROR, {"type": "null"}]},
        }
    ),
    # Either a telegram of a meter, or an error with no more than the envelope it concerns.
    "oneOf": [
        {"properties": {"error": {"type": "null"}, "telegram": {"type": "object"}, "meter": {"type": "string"}}},
        {
            "properties": {
                "error": {"type": "object"},
                "telegram": {"type": "null"},
                "meter": {"type": "null"},
                "readings": {"maxItems": 0},
            }
        },
    ],
}


def telegram_schema() -> dict[str, Any]:
    """Give the JSON Schema of what `telegram_document` returns.

    Returns
    -------
    dict
        A copy; changing it changes nothing else.

    References
    ----------
    JSON Schema, draft 2020-12.

    Examples
    --------
    >>> telegram_schema()["required"]
    ['id', 'meter', 'telegram', 'uplink', 'readings', 'error']
    """
    return copy.deepcopy(_SCHEMA)
