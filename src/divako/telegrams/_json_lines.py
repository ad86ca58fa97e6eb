"""Lines of JSON to the columns of a batch."""

from __future__ import annotations

import json

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from divako.errors import DivakoError, InputError, UnsupportedError
from divako.lorawan import parse_uplink
from divako.mbus import Formats
from divako.telegrams._decode import found_driver
from divako.telegrams._fields import FRAME_FORMATS, KEY, hex_bytes, id_in, instant_in, keys_in, one_of, port_in, text_in
from divako.telegrams._keys import KeyStore


_BOM = "\ufeff"
_OWN = frozenset({"key", "keys", "context", "format"})
_NAT = np.datetime64("NaT", "ms")

_Fields = dict[str, Any]

# Field, what a row has it as, and who reads it.
_SAID: dict[str, tuple[str, Callable[[Mapping[str, Any]], Any]]] = {
    "received_at": ("received_at", instant_in),
    "frame_format": ("frame_format", lambda fields: one_of(fields, "frame_format", FRAME_FORMATS)),
    "fport": ("f_port", port_in),
    "device": ("device", lambda fields: text_in(fields, "device")),
    "meter": ("meter_id", lambda fields: (text_in(fields, "meter") or "").lower()),
}


def columns_of_lines(lines: bytes | str | Iterable[bytes | str]) -> dict[str, Any]:
    """Read lines to what `Received` is made of."""
    refused: dict[int, DivakoError] = {}
    own: dict[int, _Fields] = {}
    rows: list[_Fields] = []
    numbers: list[int] = []
    for number, text in _texts(lines):
        row: _Fields = {}
        try:
            row = _row_of(text)
        except DivakoError as error:
            refused[len(rows)] = error
        if more := row.pop("own", None):
            own[len(rows)] = more
        rows.append(row)
        numbers.append(number)
    times = [row.get("received_at") for row in rows]
    return {
        "frames": [row.get("frame", b"") for row in rows],
        "received_at": np.array([_NAT if time is None else time for time in times], dtype="datetime64[ms]"),
        **{name: [row.get(name) for row in rows] for name in ("frame_format", "f_port", "device")},
        "meter_ids": [row.get("meter_id", "") for row in rows],
        "line": np.array(numbers, dtype="int64"),
        "refused": refused,
        "own": own,
    }


def _texts(lines: bytes | str | Iterable[bytes | str]) -> Iterator[tuple[int, str | None]]:
    """Number the lines and give those that say something; None for one that is no text."""
    if isinstance(lines, bytes | str):
        lines = lines.split(b"\n") if isinstance(lines, bytes) else lines.split("\n")
    for number, line in enumerate(lines, 1):
        try:
            text = line.decode() if isinstance(line, bytes) else line
        except UnicodeDecodeError:
            yield number, None
            continue
        text = (text.removeprefix(_BOM) if number == 1 else text).strip()
        if text and not text.startswith("#"):
            yield number, text


def _row_of(text: str | None) -> _Fields:
    if text is None:
        msg = "not a text in UTF-8"
        raise InputError(msg)
    if not text.startswith("{"):
        return {"frame": hex_bytes(text, "the line")}
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        msg = "the line begins like a JSON object and is none"
        raise InputError(msg) from None
    id_in(fields)  # nothing is made of it, but the command refuses one that is none
    return _of_fields(fields) if "hex" in fields else _of_envelope(fields)


def _of_fields(fields: Mapping[str, Any]) -> _Fields:
    row: _Fields = {"frame": hex_bytes(text_in(fields, "hex") or "", "hex")}
    for name, (to, read) in _SAID.items():
        if name in fields:
            row[to] = read(fields)
    more = None if _OWN.isdisjoint(fields) else _own(fields)
    if text_in(fields, "link") == "lorawan" and row.get("f_port") is None and row.get("device") is None:
        msg = "a payload without its port; name the device"
        raise UnsupportedError(msg, layer="lorawan.payload")
    if more is not None:
        key, formats = more
        row["own"] = {} if formats is None else {"formats": formats}
        if key is not None:
            row["own"]["keys"] = KeyStore.single(key)
    return row


def _own(fields: Mapping[str, Any]) -> tuple[str | None, Formats | None]:
    """Take what goes before the keys and formats of all."""
    key, keys = text_in(fields, "key"), keys_in(fields)
    context, headers = fields.get("context"), text_in(fields, "format")
    if isinstance(context, list) and any(isinstance(one, str) for one in context):
        msg = "a batch has no telegrams that came before one of its own; teach their formats"
        raise InputError(msg)
    formats = None
    if headers is not None or isinstance(context, list):
        formats = Formats.of([] if headers is None else [hex_bytes(headers, "format")])
    return dict(keys).get(KEY) if key is None else key, formats


def _of_envelope(fields: Mapping[str, Any]) -> _Fields:
    document = fields.get("document", fields)
    if not isinstance(document, Mapping):
        msg = "document is an object"
        raise InputError(msg)
    device = text_in(fields, "device") if "document" in fields else None
    uplink = parse_uplink(document)
    if device is None and uplink.f_port is None:
        device = found_driver(uplink.payload, None).name
    return {
        "frame": uplink.payload,
        "received_at": uplink.time,
        "f_port": uplink.f_port,
        "device": device,
        "meter_id": uplink.dev_eui,
    }
