"""Compact profiles as bytes: a row of history values in one record.

References
----------
.. [1] EN 13757-3:2018, annex F: spacing control byte, spacing value, elements.
"""

from __future__ import annotations

from collections.abc import Sequence

from divako.errors import InputError


_SIZES = {1: 0x1, 2: 0x2, 3: 0x3, 4: 0x4, 6: 0x6, 8: 0x7}
_UNITS = {"s": 0, "min": 1, "h": 2, "d": 3}
_NAMED = {"half month": (3, 253), "month": (3, 254), "quarter": (2, 254), "half year": (1, 254), "none": (0, 0)}
_STEPS = ("absolute", "increments", "decrements", "differences")
_LARGEST = 250


def encode_profile(
    header: bytes, elements: Sequence[int | None], *, step: str, spacing: str, size: int = 2, every: int = 1
) -> bytes:
    """Put the elements of a profile behind its record header.

    Parameters
    ----------
    header : bytes
        DIF with data field D, DIFE, VIF and VIFE, one of them 13, 1E or 1F.
    elements : sequence of int or None
        What the record holds: values or steps, as `step` says. None is the code of "invalid".
    step : {"absolute", "increments", "decrements", "differences"}
        What an element is. Increments and decrements have no sign.
    spacing : {"s", "min", "h", "d", "half month", "month", "quarter", "half year", "none"}
        What lies between two elements.
    size : {1, 2, 3, 4, 6, 8}, default 2
        Bytes of an element. [byte]
    every : int, default 1
        How many seconds, minutes, hours or days lie between two elements, 1 to 250.

    Returns
    -------
    bytes
        The record.

    Raises
    ------
    InputError
        A word is none of those, an element does not go into its bytes, or there are too many.

    Examples
    --------
    >>> encode_profile(bytes.fromhex("8d04931f"), [1, None], step="increments", spacing="month").hex()
    '8d04931f0672fe0100ffff'
    """
    if step not in _STEPS or size not in _SIZES or (spacing not in _UNITS and spacing not in _NAMED):
        msg = "the step, spacing or size of a profile is none of the standard's"
        raise InputError(msg)
    if not 1 <= every <= _LARGEST:
        msg = f"elements lie 1 to {_LARGEST} units apart"
        raise InputError(msg)
    signed = step in {"absolute", "differences"}
    unit, value = _NAMED[spacing] if spacing in _NAMED else (_UNITS[spacing], every)
    data = bytes((_STEPS.index(step) << 6 | unit << 4 | _SIZES[size], value))
    low, high = (1 - (1 << 8 * size - 1), (1 << 8 * size - 1) - 1) if signed else (0, (1 << 8 * size) - 2)
    for element in elements:
        number = ((1 << 8 * size - 1) if signed else (1 << 8 * size) - 1) if element is None else element
        if element is not None and not low <= element <= high:
            msg = f"an element does not go into {size} bytes"
            raise InputError(msg)
        data += (number & (1 << 8 * size) - 1).to_bytes(size, "little")
    if len(data) > 0xBF:
        msg = "a profile holds at most 191 bytes"
        raise InputError(msg)
    return header + bytes((len(data),)) + data
