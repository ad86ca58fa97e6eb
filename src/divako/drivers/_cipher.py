"""Security modes that the standard leaves to makers, opened by a function of theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from attrs import field, frozen

from divako.errors import DriverError
from divako.mbus import MAKERS_MODES, Body


Opens: TypeAlias = Callable[[bytes, Body], bytes]


def _numbers(modes: int | Iterable[int]) -> frozenset[int]:
    return frozenset((modes,)) if isinstance(modes, int) else frozenset(modes)


@frozen
class Cipher:
    """How a maker enciphers the records of the standard.

    Parameters
    ----------
    opens : callable
        A named function of the body as sent and the `Body`: the plain records, or `DecryptionError`.
    modes : int or collection of int, optional
        The security modes that it opens, of those that the standard leaves to makers; all of them, where
        it is not given.

    Raises
    ------
    DriverError
        A mode is one that the standard defines or reserves.
    """

    opens: Opens
    modes: frozenset[int] = field(default=frozenset(MAKERS_MODES), converter=_numbers)

    def __attrs_post_init__(self) -> None:
        if not self.modes or not self.modes <= frozenset(MAKERS_MODES):
            msg = "a cipher of a maker's own is for security modes 16 to 31"
            raise DriverError(msg)
