"""The keys file: meter numbers and keys, as TOML or JSON."""

from __future__ import annotations

import json
import os
import re
import tomllib

from pathlib import Path
from typing import Any

from divako.errors import InputError
from divako.telegrams import KeyStore


def read_keys(path: str | os.PathLike[str]) -> KeyStore:
    """Read a keys file.

    Parameters
    ----------
    path : path-like
        A TOML file, or a JSON file by its suffix: meter numbers and keys, at the top or
        in the table ``keys``.

    Returns
    -------
    KeyStore
        With every key checked.

    Raises
    ------
    InputError
        The file or an entry is not of that form; the message names the file and the
        place of the entry, and shows neither number nor key.
    """
    try:
        return KeyStore.from_mapping(_entries(Path(path)))
    except InputError as error:
        msg = f"{path}: {error}"
        raise InputError(msg) from None


def _entries(path: Path) -> dict[str, str | list[str]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        msg = f"cannot be read: {error.strerror or 'unknown reason'}"
        raise InputError(msg) from error
    except UnicodeDecodeError:
        msg = "not a text in UTF-8"
        raise InputError(msg) from None
    content = _json(text) if path.suffix.lower() == ".json" else _toml(text)
    if isinstance(content, dict) and list(content) == ["keys"] and isinstance(content["keys"], dict):
        content = content["keys"]
    if not isinstance(content, dict):
        msg = "a keys file holds meter numbers and keys"
        raise InputError(msg)
    for place, key in enumerate(content.values(), 1):
        if not all(isinstance(one, str) for one in (key if isinstance(key, list) else [key])):
            msg = f"entry {place} of the keys: a key is written in hexadecimal digits, in quotes"
            raise InputError(msg)
    return content


def _json(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_each_once)
    except json.JSONDecodeError as error:
        msg = f"not JSON at line {error.lineno}, column {error.colno}"
        raise InputError(msg) from None
    except RecursionError:
        msg = "not a keys file: nested too deeply"
        raise InputError(msg) from None


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    for place, (name, value) in enumerate(pairs, 1):
        if name in seen:
            msg = f"entry {place} of the keys: this meter stands twice"
            raise InputError(msg)
        seen[name] = value
    return seen


def _toml(text: str) -> Any:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        msg = f"not TOML{toml_place(error)}"
        raise InputError(msg) from None


def toml_place(error: BaseException) -> str:
    """Say where a TOML file goes wrong: `` at line 3, column 5``, or nothing where that is not known.

    Python's message may quote the file, which may hold names and keys; only the place is passed on.
    """
    at = re.search(r"\(at (line \d+, column \d+|end of document)\)$", str(error))
    return "" if at is None else f" at {at.group(1).replace('end of document', 'the end')}"
