"""Parameter objects to plain documents and back, without loss.

One cattrs converter for the one format there is: JSON's types. Every document
states ``schema_version``; a key that is not known is an error, because it is
most often a misspelt one.
"""

from __future__ import annotations

import datetime as dt
import functools
import re

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from types import GenericAlias
from typing import Any, TypeVar, get_args, get_origin

import attrs
import cattrs
import numpy as np

from cattrs.gen import make_dict_structure_fn

from divako.convert._time import instant_of, rfc3339
from divako.errors import DivakoError, InputError, SiteError


T = TypeVar("T")

SCHEMA_VERSION: int = 1
_VERSION = "schema_version"


def to_document(value: object) -> dict[str, Any]:
    """Write a parameter object as a document.

    Parameters
    ----------
    value : object
        An instance of an attrs class: a rule of `divako.leaks` or `divako.alerts`, a
        cost of `divako.allocation`, a `divako.model.Site` or one of its parts.

    Returns
    -------
    dict
        ``schema_version`` and one entry for each field. Instants are RFC 3339 texts,
        fractions and decimals texts, bytes hexadecimal, enumerations their value.

    Raises
    ------
    InputError
        It is no instance of an attrs class.

    Examples
    --------
    >>> from divako.model import Zone
    >>> to_document(Zone(id="Sentrum"))
    {'schema_version': 1, 'id': 'Sentrum'}
    """
    if not attrs.has(type(value)):
        msg = f"{type(value).__name__} has no document"
        raise InputError(msg)
    return {_VERSION: SCHEMA_VERSION, **_converter().unstructure(value)}


def from_document(type: type[T], document: Mapping[str, object]) -> T:  # noqa: A002 - what it is
    """Read a parameter object from a document.

    Parameters
    ----------
    type : type
        The class that the document describes.
    document : mapping
        As `to_document` writes it; fields that have a default may be absent.

    Returns
    -------
    object
        An instance of `type`, checked by its own validators.

    Raises
    ------
    InputError
        It is no mapping, the version is another, a key is unknown or missing, or a value is not of its
        type; the message names the path and quotes no value.

    Examples
    --------
    >>> from divako.model import Zone
    >>> from_document(Zone, {"schema_version": 1, "id": "Sentrum"})
    Zone(id='Sentrum')
    """
    version = _object(document).get(_VERSION)
    if isinstance(version, bool) or version != SCHEMA_VERSION:
        msg = f"{_VERSION} must be {SCHEMA_VERSION}"
        raise InputError(msg)
    content = {key: value for key, value in document.items() if key != _VERSION}
    try:
        return _converter().structure(content, type)
    except (cattrs.BaseValidationError, ValueError, TypeError, DivakoError) as error:
        path, reason = _first(error)
        msg = f"{path}: {reason}"
        raise InputError(msg) from None


@functools.cache
def _converter() -> cattrs.Converter:
    converter = cattrs.Converter(forbid_extra_keys=True)
    for kind in (str, int, float, bool):
        converter.register_structure_hook(kind, functools.partial(_plain, kind))
    converter.register_structure_hook(Fraction, _fraction)
    converter.register_unstructure_hook(Fraction, fraction_text)
    converter.register_structure_hook(Decimal, _decimal)
    converter.register_unstructure_hook(Decimal, "{:f}".format)
    converter.register_structure_hook(bytes, _bytes)
    converter.register_unstructure_hook(bytes, bytes.hex)
    converter.register_structure_hook(dt.date, _date)
    converter.register_unstructure_hook(dt.date, dt.date.isoformat)
    converter.register_structure_hook(np.datetime64, _instant)
    converter.register_unstructure_hook(np.datetime64, rfc3339)
    converter.register_structure_hook_factory(attrs.has, lambda cls: _structure(converter, cls))
    converter.register_unstructure_hook_factory(_is_tuple, lambda kind: _unstructure_tuple(converter, kind))
    # A hashable object keeps a mapping as a tuple of pairs; its document shows the mapping.
    converter.register_structure_hook_factory(_is_pairs, lambda kind: _structure_pairs(converter, kind))
    converter.register_unstructure_hook_factory(_is_pairs, lambda kind: _unstructure_pairs(converter, kind))
    return converter


def _is_tuple(kind: Any) -> bool:
    return get_origin(kind) is tuple


def _is_pairs(kind: Any) -> bool:
    """Tell ``tuple[tuple[str, X], ...]`` from other tuples."""
    match get_args(kind):
        case [pair, last] if last is Ellipsis and _is_tuple(kind) and _is_tuple(pair):
            inner = get_args(pair)
            return len(inner) == 2 and inner[0] is str and inner[1] is not Ellipsis
    return False


def _unstructure_tuple(converter: cattrs.Converter, kind: Any) -> Callable[[Any], list[Any]]:
    inner = get_args(kind)
    if len(inner) == 2 and inner[1] is Ellipsis:
        return lambda values: [converter.unstructure(value, unstructure_as=inner[0]) for value in values]
    return lambda values: [
        converter.unstructure(value, unstructure_as=one) for value, one in zip(values, inner, strict=True)
    ]


def _unstructure_pairs(converter: cattrs.Converter, kind: Any) -> Callable[[Any], dict[str, Any]]:
    of_value = get_args(get_args(kind)[0])[1]

    def unstructure(pairs: Any) -> dict[str, Any]:
        document = {name: converter.unstructure(value, unstructure_as=of_value) for name, value in pairs}
        if len(document) < len(pairs):
            msg = "a name stands twice"
            raise InputError(msg)
        return document

    return unstructure


def _structure_pairs(converter: cattrs.Converter, kind: Any) -> Callable[[Any, Any], Any]:
    mapping: Any = GenericAlias(dict, get_args(get_args(kind)[0]))

    def structure(value: Any, _kind: Any) -> Any:
        return tuple(converter.structure(_object(value), mapping).items())

    return structure


def _object(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
        msg = "must be an object"
        raise InputError(msg)
    return value


def _structure(converter: cattrs.Converter, cls: type[Any]) -> Callable[[Any, Any], Any]:
    """Structure an attrs class from a mapping only: texts and lists have no keys to check."""
    inner = make_dict_structure_fn(cls, converter, _cattrs_forbid_extra_keys=True)

    def structure(value: Any, kind: Any) -> Any:
        return inner(_object(value), kind)

    return structure


def _plain(kind: type[Any], value: Any, _kind: Any) -> Any:
    """Take a value of this very type; a whole number may stand for a float."""
    fits = isinstance(value, kind) and not (kind is int and isinstance(value, bool))
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not fits:
        names = {"str": "a text", "int": "a whole number", "float": "a number", "bool": "true or false"}
        msg = f"must be {names[kind.__name__]}"
        raise InputError(msg)
    return value


def _read(value: Any, reader: Callable[[str], T], what: str) -> T:
    try:
        if isinstance(value, str):
            return reader(value)
    except (ValueError, ZeroDivisionError):
        pass
    msg = f"must be {what}"
    raise InputError(msg)


# No exponents: a few characters of them could stand for a number that fills the memory.
_DECIMAL = re.compile(r"-?[0-9]{1,400}(\.[0-9]{1,400})?")
_QUOTIENT = re.compile(r"-?[0-9]{1,400}/[0-9]{1,400}")


def _number(text: str, forms: tuple[re.Pattern[str], ...]) -> str:
    if not any(form.fullmatch(text) for form in forms):
        raise ValueError
    return text


def _fraction(value: Any, _kind: Any) -> Fraction:
    what = 'a number in quotes, such as "0.5" or "1/3"'
    return _read(value, lambda text: Fraction(_number(text, (_DECIMAL, _QUOTIENT))), what)


def _decimal(value: Any, _kind: Any) -> Decimal:
    return _read(value, lambda text: Decimal(_number(text, (_DECIMAL,))), 'a decimal number in quotes, such as "0.5"')


def _bytes(value: Any, _kind: Any) -> bytes:
    return _read(value, bytes.fromhex, "hexadecimal digits in quotes")


def _date(value: Any, _kind: Any) -> dt.date:
    return _read(value, dt.date.fromisoformat, "a date in quotes, such as 2026-01-31")


def _instant(value: Any, _kind: Any) -> np.datetime64:
    return np.datetime64("NaT", "ms") if value is None else _read(value, instant_of, "a time in UTC, in quotes")


def fraction_text(value: Fraction) -> str:
    """Write a fraction as a decimal number where that is exact, else as a quotient.

    Parameters
    ----------
    value : Fraction
        Any.

    Returns
    -------
    str
        A text that `fractions.Fraction` reads back to the same value.

    Examples
    --------
    >>> fraction_text(Fraction(5, 2)), fraction_text(Fraction(1, 3)), fraction_text(Fraction(4))
    ('2.5', '1/3', '4')
    """
    twos = fives = 0
    rest = value.denominator
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return str(value)
    places = max(twos, fives)
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    sign = "-" if value < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"


def _first(error: BaseException, path: str = "$") -> tuple[str, str]:
    """Find the first cause in a tree of errors, and the path to it."""
    if isinstance(error, cattrs.ForbiddenExtraKeysError):
        return path, f"unknown key {', '.join(sorted(map(str, error.extra_fields)))}"
    if isinstance(error, cattrs.BaseValidationError):
        first = error.exceptions[0]
        return _first(first, path + _step(first))
    if isinstance(error, KeyError):
        return path, "is missing"
    if isinstance(error, SiteError) and error.collection is not None:
        return f"{path}.{error.collection}[{error.index}]", str(error)
    if isinstance(error, DivakoError):
        return path, str(error)
    return path, "has a value that is not allowed"  # a message of others may quote it


def _step(error: BaseException) -> str:
    for note in getattr(error, "__notes__", ()):
        if isinstance(note, cattrs.AttributeValidationNote):
            return f".{note.name}"
        if isinstance(note, cattrs.IterableValidationNote):
            return f"[{note.index}]"
    return ""
