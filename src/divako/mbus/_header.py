"""Transport header: who sends, how it is, and how it is enciphered.

References
----------
.. [1] EN 13757-7:2018, clause 7: short and long transport header, status byte, configuration field.
.. [2] EN 13757-3:2018, table 13 (device types) and 5.5 (manufacturer letters).
"""

from __future__ import annotations

import functools

from collections.abc import Mapping

from attrs import frozen

from divako.errors import TruncatedError
from divako.model import Medium, Mvt, Status


LAYER = "mbus.transport"

_MEDIA: Mapping[int, Medium] = {
    0x00: Medium.OTHER,
    0x01: Medium.OIL,
    0x02: Medium.ELECTRICITY,
    0x03: Medium.GAS,
    0x04: Medium.HEAT,
    0x05: Medium.STEAM,
    0x06: Medium.WARM_WATER,
    0x07: Medium.WATER,
    0x08: Medium.HEAT_COST_ALLOCATOR,
    0x09: Medium.AIR,
    0x0A: Medium.COOLING,
    0x0B: Medium.COOLING,
    0x0C: Medium.HEAT,
    0x0D: Medium.HEAT_AND_COOLING,
    0x0E: Medium.BUS,
    0x15: Medium.WARM_WATER,
    0x16: Medium.COLD_WATER,
    0x17: Medium.WATER,
    0x18: Medium.PRESSURE,
    0x1A: Medium.SMOKE,
    0x1B: Medium.ROOM,
    0x28: Medium.WASTE_WATER,
}

_STATUS: tuple[tuple[int, Status], ...] = (
    (0x04, Status.LOW_BATTERY),
    (0x08, Status.PERMANENT_ERROR),
    (0x10, Status.TEMPORARY_ERROR),
)
_APPLICATION_STATUS = (Status.OK, Status.BUSY, Status.APPLICATION_ERROR, Status.ABNORMAL)


def medium_of(device_type: int) -> Medium:
    """Name what a device type measures; unknown where the standard reserves the code."""
    return _MEDIA.get(device_type, Medium.UNKNOWN)


@functools.lru_cache(maxsize=256)
def status_of(byte: int) -> Status:
    """Map a transport status byte to the common bits."""
    status = _APPLICATION_STATUS[byte & 0x03]
    for mask, bit in _STATUS:
        if byte & mask:
            status |= bit
    return status | Status.MAKER_SPECIFIC if byte & 0xE0 else status


@functools.lru_cache(maxsize=4096)
def manufacturer_of(code: int) -> str:
    """Spell the three letters of a manufacturer code; bit 15 is no part of them.

    Examples
    --------
    >>> manufacturer_of(0x1593)
    'ELS'
    """
    return "".join(chr(64 + (code >> shift & 0x1F)) for shift in (10, 5, 0))


@frozen
class Address:
    """Who a telegram is from.

    Parameters
    ----------
    meter_id : str
        Eight digits, as printed on the meter.
    mvt : Mvt
        Manufacturer, version and device type.
    raw : bytes
        Manufacturer (2), number (4), version and type as they enter ciphers.
    """

    meter_id: str
    mvt: Mvt
    raw: bytes


def read_address(manufacturer: bytes, number: bytes, version: int, device_type: int) -> Address:
    """Put the parts of an address together, whatever their order was in the frame."""
    mvt = model_of(manufacturer, version, device_type)
    raw = manufacturer + number + bytes((version, device_type))
    return Address(number[::-1].hex().upper(), mvt, raw)


@functools.lru_cache(maxsize=4096)
def model_of(manufacturer: bytes, version: int, device_type: int) -> Mvt:
    """Name a model by the bytes of its address; made once for all its meters."""
    return Mvt(
        manufacturer=manufacturer_of(int.from_bytes(manufacturer, "little")), version=version, device_type=device_type
    )


@frozen
class Header:
    """A short or long transport header.

    Parameters
    ----------
    address : Address or None
        None in a short header.
    access_number, status_byte, configuration : int
        As sent.
    """

    address: Address | None
    access_number: int
    status_byte: int
    configuration: int

    @property
    def mode(self) -> int:
        """Security mode: bits 8 to 12 of the configuration field."""
        return self.configuration >> 8 & 0x1F


def read_header(data: bytes, *, long: bool) -> tuple[Header, bytes]:
    """Read a transport header and give what follows it.

    Raises
    ------
    TruncatedError
        The header is not complete.
    """
    size = 12 if long else 4
    if len(data) < size:
        msg = "the header is not complete"
        raise TruncatedError(msg, layer=LAYER, offset=len(data))
    address = read_address(data[4:6], data[:4], data[6], data[7]) if long else None
    access, status, low, high = data[size - 4 : size]
    return Header(address, access, status, low | high << 8), data[size:]
