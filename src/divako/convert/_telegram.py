"""A decoded telegram, or the reason why there is none, as one JSON object.

This is one line of ``divako decode --format jsonl`` and a public form: what is
written here is stated by `telegram_schema` and changes with a changelog line only.
"""

from __future__ import annotations

import datetime as dt
import functools
import math

from typing import Any, Protocol

import numpy as np

from divako.convert._time import rfc3339
from divako.errors import DecodeError, DivakoError
from divako.model import Function, Record, Status, Telegram, Uplink


_VARIABLE = 0x0D  # data field of a record that holds a text (EN 13757-3:2018, table 4)
_FUNCTIONS = tuple(function.name.lower() for function in Function)  # their values count from 0


class Outcome(Protocol):
    """What became of one item of the input: a telegram or an error, and where it stood."""

    @property
    def id(self) -> str | int | None:
        """What the input calls the item; None where it does not say."""
        ...

    @property
    def line(self) -> int:
        """Number of its line, from 1."""
        ...

    @property
    def uplink(self) -> Uplink | None:
        """The envelope it came in, also where its payload could not be read."""
        ...

    @property
    def telegram(self) -> Telegram | None:
        """The telegram; None where there is an error."""
        ...

    @property
    def error(self) -> DivakoError | None:
        """The error; None where there is a telegram."""
        ...


def telegram_document(decoded: Outcome | Telegram | DivakoError, *, id: str | int | None = None) -> dict[str, Any]:  # noqa: A002 - the name it has in the document
    """Write a telegram or an error as plain lists, dicts, texts and numbers.

    Parameters
    ----------
    decoded : Outcome, Telegram or DivakoError
        What became of an item of the input, or its telegram or error alone.
    id : str or int, optional
        What the document calls it. An outcome without an id of its own is called
        by the number of its line.

    Returns
    -------
    dict
        As `telegram_schema` states: one reading for each record, numbers in canonical
        units, times in UTC. It holds no number that JSON cannot write.

    Examples
    --------
    >>> from divako.errors import TruncatedError
    >>> telegram_document(TruncatedError("ends too soon", layer="mbus.link", offset=3), id="a")["error"]
    {'code': 'decode.truncated', 'layer': 'mbus.link', 'offset': 3, 'message': 'ends too soon'}
    """
    telegram, uplink, error = _parts(decoded)
    if id is None and not isinstance(decoded, Telegram | DivakoError):
        id = decoded.line if decoded.id is None else decoded.id  # noqa: A001 - as above
    return {
        "id": id,
        "meter": None if telegram is None else telegram.meter_id,
        "telegram": None if telegram is None else _telegram(telegram),
        "uplink": None if uplink is None else uplink_document(uplink),
        "readings": [] if telegram is None else [reading_document(record) for record in telegram.records],
        "error": None if error is None else _error(error),
    }


def _parts(decoded: Outcome | Telegram | DivakoError) -> tuple[Telegram | None, Uplink | None, DivakoError | None]:
    if isinstance(decoded, Telegram):
        return decoded, decoded.uplink, None
    if isinstance(decoded, DivakoError):
        return None, None, decoded
    if decoded.error is not None:
        return None, decoded.uplink, decoded.error
    return decoded.telegram, decoded.uplink, None


def _telegram(telegram: Telegram) -> dict[str, Any]:
    mvt = telegram.mvt
    return head_document(
        manufacturer=None if mvt is None else mvt.manufacturer,
        version=None if mvt is None else mvt.version,
        medium=telegram.medium.value,
        access_number=telegram.access_number,
        security=telegram.security,
        verdict=telegram.verdict.value,
        status=int(telegram.status),
    )


def head_document(
    *,
    manufacturer: str | None,
    version: int | None,
    medium: str,
    access_number: int | None,
    security: str,
    verdict: str,
    status: int,
) -> dict[str, Any]:
    """Write what the headers of a telegram say as its document does.

    Parameters
    ----------
    manufacturer, version, medium, access_number, security, verdict
        As `Telegram` has them, kinds by their names.
    status : int
        `Status` bits.

    Returns
    -------
    dict
        As `telegram_schema` states.
    """
    return {
        "manufacturer": manufacturer,
        "version": version,
        "medium": medium,
        "access_number": access_number,
        "security": security,
        "verdict": verdict,
        "status": list(status_names(status)),
    }


def uplink_document(uplink: Uplink) -> dict[str, Any]:
    """Write the envelope of a telegram as its document does."""
    return {
        "dev_eui": uplink.dev_eui,
        "fport": uplink.f_port,
        "fcnt": uplink.frame_counter,
        "time": rfc3339(uplink.time),
        "gateways": [
            {"id": heard.gateway, "rssi": _finite(heard.rssi), "snr": _finite(heard.snr)} for heard in uplink.gateways
        ],
    }


def reading_document(record: Record) -> dict[str, Any]:
    """Write a record as one of the readings of a telegram's document.

    Parameters
    ----------
    record : Record
        Of any link.

    Returns
    -------
    dict
        As `telegram_schema` states.
    """
    register = record.register
    quantity, value = _quantity_and_value(record)
    return {
        "quantity": quantity,
        "unit": None if register is None else register.unit,
        "value": value,
        "time": None if record.time is None else _time(record.time),
        "storage": record.storage,
        "tariff": record.tariff,
        "subunit": record.subunit,
        "function": _FUNCTIONS[record.function],
        "obis": None,  # M-Bus and LoRaWAN send none; the field stands for links that do
        "kind": None if register is None else register.kind.value,
        "status": list(status_names(int(record.status))),
    }


def _quantity_and_value(record: Record) -> tuple[str, float | str | None]:
    content = record.content
    if content is None:
        return record.quantity, _finite(record.value)
    if isinstance(content, dt.datetime):
        return "datetime", content.isoformat()
    if isinstance(content, dt.date):
        return "date", content.isoformat()
    if isinstance(content, dt.time):
        return "time", content.isoformat()
    if isinstance(content, bytes):
        return record.quantity, content.hex()
    # The digits of a number that identifies, such as a fabrication number, have its name.
    digits = record.header != b"" and record.header[0] & 0x0F != _VARIABLE
    return (record.quantity if digits else "text"), content


def _error(error: DivakoError) -> dict[str, Any]:
    if isinstance(error, DecodeError):
        return {"code": error.code, "layer": error.layer, "offset": error.offset, "message": str(error.args[0])}
    return {"code": error.code, "layer": None, "offset": None, "message": str(error)}


def _finite(value: float | None) -> float | None:
    """Give None for what JSON has no number for."""
    return value if value is not None and math.isfinite(value) else None


@functools.lru_cache(maxsize=1024)
def _time(time: np.datetime64) -> str | None:
    return rfc3339(time)  # the records of one telegram share a time


@functools.lru_cache(maxsize=1024)
def status_names(status: int) -> tuple[str, ...]:
    """Give the names of status bits."""
    return tuple(Status(status).names())
