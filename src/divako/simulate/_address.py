"""Who sends: the number, maker, version and type that head every telegram.

References
----------
.. [1] EN 13757-7:2018, long header; EN 13757-4:2019, link address. The three letters of a
   manufacturer are five bits each, A = 1, the first the highest.
"""

from __future__ import annotations

import functools

from typing import Any

from attrs import Attribute, field, frozen
from attrs.validators import instance_of

from divako.errors import InputError
from divako.model import Mvt
from divako.simulate._records import encode_bcd


_ID_SIZE = 4


def _eight_digits(_instance: Any, _attribute: Attribute[Any], value: object) -> None:
    if not isinstance(value, str) or len(value) != 2 * _ID_SIZE or not (value.isascii() and value.isdecimal()):
        msg = "a meter number has eight digits"
        raise InputError(msg)


@frozen
class Address:
    """The address of a meter or of its radio adapter.

    Parameters
    ----------
    meter_id : str
        Eight digits.
    mvt : Mvt
        Manufacturer, version and device type.

    Raises
    ------
    InputError
        The number has not eight digits, or the manufacturer not three letters.

    Examples
    --------
    >>> Address("12345678", Mvt(manufacturer="DVK", version=1, device_type=0x16)).link.hex()
    'cb12785634120116'
    """

    meter_id: str = field(validator=_eight_digits)
    mvt: Mvt = field(validator=instance_of(Mvt))

    def __attrs_post_init__(self) -> None:
        _manufacturer(self.mvt.manufacturer)

    @functools.cached_property
    def link(self) -> bytes:
        """Eight bytes as the wireless link layer and the initial vector order them: maker, number, version, type."""
        return _manufacturer(self.mvt.manufacturer) + self._number + self._kind

    @functools.cached_property
    def transport(self) -> bytes:
        """Eight bytes as the long header orders them: number, maker, version, type."""
        return self._number + _manufacturer(self.mvt.manufacturer) + self._kind

    @property
    def _number(self) -> bytes:
        return encode_bcd(int(self.meter_id), size=_ID_SIZE)

    @property
    def _kind(self) -> bytes:
        return bytes([self.mvt.version, self.mvt.device_type])


def _manufacturer(letters: str) -> bytes:
    if len(letters) != 3 or not all("A" <= letter <= "Z" for letter in letters):
        msg = "a manufacturer has three capital letters"
        raise InputError(msg)
    high, middle, low = (ord(letter) - 64 for letter in letters)
    return (high << 10 | middle << 5 | low).to_bytes(2, "little")
