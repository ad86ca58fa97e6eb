"""The CRC of wireless M-Bus and of compact frames.

References
----------
.. [1] EN 13757-4:2019, 12.5.3 (link layer) and EN 13757-3:2018, annex G (compact frames):
   polynomial 3D65, start 0, most significant bit first, result inverted.
"""

from __future__ import annotations


_POLYNOMIAL = 0x3D65


def _entry(byte: int) -> int:
    crc = byte << 8
    for _ in range(8):
        crc = (crc << 1) ^ _POLYNOMIAL if crc & 0x8000 else crc << 1
    return crc & 0xFFFF


_TABLE = tuple(_entry(byte) for byte in range(256))


def crc16_en13757(data: bytes) -> int:
    """Compute the CRC-16 of EN 13757.

    Parameters
    ----------
    data : bytes
        What the CRC covers.

    Returns
    -------
    int
        16 bits; the link layer sends the high byte first.

    Examples
    --------
    >>> hex(crc16_en13757(b"123456789"))
    '0xc2b7'
    """
    crc = 0
    for byte in data:
        crc = ((crc & 0xFF) << 8) ^ _TABLE[crc >> 8 ^ byte]
    return crc ^ 0xFFFF
