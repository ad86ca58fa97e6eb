"""From plain TOML values to checked objects, every error with its path in the file."""

from __future__ import annotations

import datetime as dt
import difflib
import functools
import math
import re

from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from types import GenericAlias
from typing import Any, TypeVar, get_origin

import attrs
import cattrs

from cattrs.gen import make_dict_structure_fn, override

from divako.errors import DivakoError, ProjectError
from divako.model import Medium


T = TypeVar("T")
When = dt.datetime | dt.date  # as TOML has them: a date is its local midnight
_NUMBER = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30}|/0*[1-9][0-9]{0,29})?")


def structure(document: Any, kind: type[T], *, path: str = "", unknown: str = "refuse") -> T:
    """Read an attrs class from a table of a project file.

    Parameters
    ----------
    document : object
        What the TOML parser gave.
    kind : type
        An attrs class; a field with a trailing underscore has the key without it.
    path : str, default ""
        Where the table stands in the file.
    unknown : {"refuse", "ignore"}
        What to do with entries that nobody knows.

    Returns
    -------
    object
        An instance of `kind`.

    Raises
    ------
    ProjectError
        A key is unknown or missing, or a value is not of its type: the first of them, with its path;
        `others` holds the rest.
    """
    try:
        return _converter(strict=unknown == "refuse").structure(document, kind)
    except (cattrs.BaseValidationError, ValueError, TypeError, DivakoError) as error:
        found = [ProjectError(reason, path=at) for at, reason in _leaves(error, path)]
        raise all_of(found) from None


def all_of(problems: list[ProjectError]) -> ProjectError:
    """Make one error of several: the first, which knows the others."""
    first, *others = problems
    first.others = tuple(others)
    return first


@functools.cache
def _converter(*, strict: bool) -> cattrs.Converter:
    converter = cattrs.Converter(forbid_extra_keys=strict)
    for kind in (str, int, float, bool):
        converter.register_structure_hook(kind, functools.partial(_plain, kind))
    converter.register_structure_hook(Fraction, _number)
    converter.register_structure_hook(Medium, _medium)
    converter.register_structure_hook_func(lambda kind: kind in (When, When | None), _when)
    converter.register_structure_hook_factory(attrs.has, lambda cls: _class_hook(converter, cls, strict=strict))
    converter.register_structure_hook_func(_is_list, lambda value, kind: _list(converter, value, kind))
    converter.register_structure_hook_func(_is_pairs, lambda value, kind: _pairs(converter, value, kind))
    return converter


def _class_hook(converter: cattrs.Converter, cls: type[Any], *, strict: bool) -> Callable[[Any, Any], Any]:
    renamed: Any = {a.name: override(rename=a.name.rstrip("_")) for a in attrs.fields(cls) if a.name.endswith("_")}
    inner = make_dict_structure_fn(cls, converter, _cattrs_forbid_extra_keys=strict, **renamed)

    def hook(value: Any, kind: Any) -> Any:
        if not isinstance(value, dict):
            msg = "must be a table"
            raise ValueError(msg)  # noqa: TRY004 - one kind of error for cattrs to collect
        return inner(value, kind)

    return hook


def _is_pairs(kind: Any) -> bool:
    return str(kind).startswith("tuple[tuple[str,")


def _pairs(converter: cattrs.Converter, value: Any, kind: Any) -> tuple[tuple[str, Any], ...]:
    """Read a table of names and values into the tuple of pairs that a frozen class keeps."""
    if not isinstance(value, dict):
        msg = "must be a table"
        raise ValueError(msg)  # noqa: TRY004
    mapping: Any = GenericAlias(dict, kind.__args__[0].__args__)
    return tuple(converter.structure(value, mapping).items())


def _is_list(kind: Any) -> bool:
    return get_origin(kind) is tuple


def _list(converter: cattrs.Converter, value: Any, kind: Any) -> tuple[Any, ...]:
    """Read a list; a text is none, though Python would take it for its letters."""
    if not isinstance(value, list):
        msg = "must be a list"
        raise ValueError(msg)  # noqa: TRY004
    items: Any = GenericAlias(list, kind.__args__[:1])
    return tuple(converter.structure(value, items))


def _plain(kind: type[Any], value: Any, _kind: Any) -> Any:
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        names = {"str": "a text", "int": "a whole number", "float": "a number", "bool": "true or false"}
        msg = f"must be {names[kind.__name__]}"
        raise ValueError(msg)
    return value


def _number(value: Any, _kind: Any) -> Fraction:
    """Read an exact number: a text, a whole number, or a float by the digits that were written."""
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return Fraction(value)
    if type(value) is int:
        return Fraction(value)
    if isinstance(value, float) and math.isfinite(value):
        return Fraction(Decimal(repr(value)))
    msg = 'must be a number, such as 61.5 or "61.5"'
    raise ValueError(msg)


def _medium(value: Any, _kind: Any) -> Medium:
    try:
        return Medium(value)
    except ValueError:
        msg = f"must be one of {', '.join(medium.value for medium in Medium)}"
        raise ValueError(msg) from None


def _when(value: Any, _kind: Any) -> When:
    if isinstance(value, dt.date):  # a datetime is one, and TOML has no null
        return value
    msg = "must be a date or a date and time, without quotes"
    raise ValueError(msg)


def _leaves(error: BaseException, path: str) -> Iterator[tuple[str, str]]:
    """Walk a tree of errors down to each cause and its path."""
    if isinstance(error, cattrs.ForbiddenExtraKeysError):
        known = [a.name.rstrip("_") for a in attrs.fields(error.cl)]
        for name in sorted(map(str, error.extra_fields)):
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            yield _join(path, name), f"unknown entry{hint}"
    elif isinstance(error, cattrs.BaseValidationError):
        for inner in error.exceptions:
            yield from _leaves(inner, _join(path, *_steps(inner)))
    elif isinstance(error, KeyError):
        yield path, "is missing"  # the note of its field is in the path already
    elif isinstance(error, ProjectError):
        yield _join(path, error.path), str(error.args[0])
    elif isinstance(error, DivakoError):
        yield path, str(error.args[0]) if error.args else str(error)
    else:
        yield path, str(error)


def _steps(error: BaseException) -> list[str]:
    for note in getattr(error, "__notes__", ()):
        if isinstance(note, cattrs.AttributeValidationNote):
            return [note.name.rstrip("_")]
        if isinstance(note, cattrs.IterableValidationNote):
            return [f"[{note.index!r}]" if isinstance(note.index, int) else str(note.index)]
    return []


def _join(path: str, *steps: str) -> str:
    for step in steps:
        path = f"{path}{step}" if not path or not step or step.startswith("[") else f"{path}.{step}"
    return path
