"""Fill frozen objects at the speed of plain ones.

A frozen class sets each field through ``object.__setattr__``, which takes four times as
long as an assignment; ten records a telegram feel it. So a plain twin with the same
slots is filled, and then becomes the frozen class.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import attrs


_T = TypeVar("_T")


def filler(cls: type[_T]) -> Callable[..., _T]:
    """Make a quick constructor of a frozen class.

    Parameters
    ----------
    cls : type
        A frozen attrs class with slots and ``weakref_slot=False``.

    Returns
    -------
    callable
        Takes the fields by place, in their order, without converters and validators: for
        values that are of the right type already.
    """
    fields = attrs.fields(cast("Any", cls))
    twin: Any = attrs.make_class(
        cls.__name__,
        {field.name: attrs.field(default=field.default) for field in fields},
        slots=True,
        weakref_slot=False,
        eq=False,
        repr=False,
    )

    def fill(*values: object) -> _T:
        """Make an object of its fields, by place, unchecked."""
        made: _T = twin(*values)
        made.__class__ = cls
        return made

    return fill
