"""Numbers as meters send them: BCD and signed integers, both little-endian.

References
----------
.. [1] EN 13757-3:2018, annex A, data types A (BCD), B (signed integer) and C (unsigned integer).
"""

from __future__ import annotations


def read_bcd(data: bytes) -> int | None:
    """Read a little-endian packed decimal.

    Parameters
    ----------
    data : bytes
        Two digits a byte, the lowest first.

    Returns
    -------
    int or None
        The number; an F in the highest digit is a minus sign. None where any
        other digit is above 9: the meter says that it has no value.

    Examples
    --------
    >>> read_bcd(bytes.fromhex("3412")), read_bcd(bytes.fromhex("34f2")), read_bcd(bytes.fromhex("3a12"))
    (1234, -234, None)
    """
    digits = data[::-1].hex()
    if digits.isdecimal():
        return int(digits)
    if digits[:1] == "f" and digits[1:].isdecimal():
        return -int(digits[1:])
    return None


def read_signed(data: bytes) -> int | None:
    """Read a little-endian two's complement integer.

    Parameters
    ----------
    data : bytes
        At least one byte.

    Returns
    -------
    int or None
        The number, or None for the most negative one, which means "invalid".

    Examples
    --------
    >>> read_signed(bytes.fromhex("feff")), read_signed(bytes.fromhex("0080"))
    (-2, None)
    """
    number = int.from_bytes(data, "little", signed=True)
    return None if number == -1 << (8 * len(data) - 1) else number
