"""Which meters' telegrams a driver reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from attrs import field, frozen

from divako import model
from divako.errors import DriverError


Numbers: TypeAlias = int | Iterable[int]


def _letters(manufacturer: str | Iterable[str]) -> tuple[str, ...]:
    return (manufacturer,) if isinstance(manufacturer, str) else tuple(manufacturer)


def _numbers(numbers: Numbers) -> frozenset[int]:
    return frozenset((numbers,)) if isinstance(numbers, int) else frozenset(numbers)


@frozen
class Mvt:
    """The M-Bus telegrams that a driver reads, by what meters say of themselves.

    Parameters
    ----------
    manufacturer : str or sequence of str
        Three capital letters each.
    version, device_type, ci : int or collection of int, optional
        As meters send them: numbers, sets or ranges; any, where they are not given.
    check : callable, optional
        A named function of the body's bytes that tells whether it is one of this driver's,
        where makers use the same codes for several meters.

    Raises
    ------
    DriverError
        A manufacturer is not three capital letters, or a number is no byte.

    Examples
    --------
    >>> heat = Mvt("ACM", version=range(0x10, 0x20), device_type=(0x04, 0x0C))
    >>> heat.accepts(model.Mvt(manufacturer="ACM", version=0x11, device_type=4), 0x7A)
    True
    """

    manufacturer: tuple[str, ...] = field(converter=_letters)
    version: frozenset[int] = field(default=(), converter=_numbers, kw_only=True)
    device_type: frozenset[int] = field(default=(), converter=_numbers, kw_only=True)
    ci: frozenset[int] = field(default=(), converter=_numbers, kw_only=True)
    check: Callable[[bytes], bool] | None = field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if not self.manufacturer or not all(
            len(m) == 3 and m.isascii() and m.isalpha() and m.isupper() for m in self.manufacturer
        ):
            msg = "a manufacturer is three capital letters"
            raise DriverError(msg)
        if not all(0 <= n <= 0xFF for numbers in (self.version, self.device_type, self.ci) for n in numbers):
            msg = "versions, device types and CI fields are bytes"
            raise DriverError(msg)

    def accepts(self, mvt: model.Mvt, ci: int) -> bool:
        """Tell whether a meter and CI field are among them; `check` is not asked."""
        return (
            mvt.manufacturer in self.manufacturer
            and (not self.version or mvt.version in self.version)
            and (not self.device_type or mvt.device_type in self.device_type)
            and (not self.ci or ci in self.ci)
        )
