"""Lines of text to items that can be decoded.

A line is a telegram in hexadecimal digits, or a JSON object: one with the field ``hex``, or
the envelope of a LoRaWAN network server, as it is or under ``document``.
"""

from __future__ import annotations

import json

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from attrs import field, frozen

from divako.errors import InputError
from divako.stores import Line
from divako.telegrams._fields import FRAME_FORMATS, hex_bytes, id_in, instant_in, keys_in, one_of, port_in, text_in


@frozen(kw_only=True)
class Item:
    """One thing to decode, and where it stood; or why it is none.

    Parameters
    ----------
    id : str, int or None
        What the input calls it.
    file : str
        Name of the file.
    line : int
        Number of the line, from 1.
    frame : bytes or None
        A telegram or payload.
    document : mapping or None
        An envelope instead.
    key : str or None
        The meter's key in hexadecimal digits.
    keys : tuple of (str, str)
        Keys of a meter that has several, by name.
    link : {"mbus", "wmbus", "lorawan"} or None
        What it came over.
    f_port : int or None
        Port of a LoRaWAN uplink.
    device : str or None
        Driver, or vendor and model.
    meter_id : str
        Identity of a LoRaWAN device, where no envelope says it.
    received_at : datetime64[ms] or None
        When it came, in UTC.
    context : tuple of bytes or None
        All that the same receiver has seen before; None where that is what stood before this item.
    format : tuple of bytes
        Record headers of compact frames.
    frame_format : {"A", "B", "stripped", "stripped-B"} or None
        Form of a wireless frame.
    error : InputError or None
        Why this line is nothing to decode.
    """

    id: str | int | None = None
    file: str
    line: int
    frame: bytes | None = field(default=None, repr=False)
    document: Mapping[str, Any] | None = field(default=None, repr=False)
    key: str | None = field(default=None, repr=False)
    keys: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    link: str | None = None
    f_port: int | None = None
    device: str | None = None
    meter_id: str = ""
    received_at: np.datetime64 | None = None
    context: tuple[bytes, ...] | None = field(default=None, repr=False)
    format: tuple[bytes, ...] = field(default=(), repr=False)
    frame_format: str | None = None
    error: InputError | None = None


def read_items(lines: Iterable[Line]) -> Iterator[Item]:
    """Make an item of every line that is not blank and no comment.

    Parameters
    ----------
    lines : iterable of Line
        Hexadecimal lines and JSON lines, mixed as they come. A line that starts with
        ``#`` is a comment.

    Yields
    ------
    Item
        In order; a line that is neither carries an error.
    """
    for line in lines:
        if line.text is None:
            yield Item(file=line.file, line=line.number, error=line.error)
            continue
        text = line.text.strip()
        if not text or text.startswith("#"):
            continue
        try:
            yield _object(text, line) if text.startswith("{") else _hexadecimal(text, line)
        except InputError as error:
            yield Item(id=_id_of(text), file=line.file, line=line.number, error=error)


def _hexadecimal(text: str, line: Line) -> Item:
    return Item(file=line.file, line=line.number, frame=hex_bytes(text, "the line"))


def _id_of(text: str) -> str | int | None:
    """Save what a refused line calls itself."""
    try:
        given = json.loads(text).get("id")
    except (ValueError, AttributeError, RecursionError):
        return None
    return given if isinstance(given, str | int) and not isinstance(given, bool) else None


def _object(text: str, line: Line) -> Item:
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        msg = "the line begins like a JSON object and is none"
        raise InputError(msg) from None
    given = id_in(fields)
    if "hex" not in fields:
        document = fields.get("document", fields)
        if not isinstance(document, Mapping):
            msg = "document is an object"
            raise InputError(msg)
        known = fields if "document" in fields else {}
        return Item(
            id=given,
            file=line.file,
            line=line.number,
            document=document,
            device=text_in(known, "device"),
        )
    return Item(
        id=given,
        file=line.file,
        line=line.number,
        frame=hex_bytes(text_in(fields, "hex") or "", "hex"),
        key=text_in(fields, "key"),
        keys=keys_in(fields),
        link=one_of(fields, "link", ("mbus", "wmbus", "lorawan")),
        f_port=port_in(fields),
        device=text_in(fields, "device"),
        meter_id=(text_in(fields, "meter") or "").lower(),
        received_at=instant_in(fields),
        context=_context(fields),
        format=() if fields.get("format") is None else (hex_bytes(text_in(fields, "format") or "", "format"),),
        frame_format=one_of(fields, "frame_format", FRAME_FORMATS),
    )


def _context(fields: Mapping[str, Any]) -> tuple[bytes, ...] | None:
    """Take the telegrams seen before; a device's earlier facts, in other forms, are not for us."""
    value = fields.get("context")
    if not isinstance(value, list):
        return None
    return tuple(hex_bytes(one, "context") for one in value if isinstance(one, str))
