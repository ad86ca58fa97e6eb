"""Conditions of meters and values, and what is known of an interval."""

from __future__ import annotations

import enum


class Status(enum.IntFlag):
    """What a meter, its link or its decoder says of a value, one bit each.

    The same bits for every protocol and driver; a protocol's own status byte is
    mapped to them and kept beside them.
    """

    OK = 0
    LOW_BATTERY = 1 << 0
    PERMANENT_ERROR = 1 << 1
    TEMPORARY_ERROR = 1 << 2
    BUSY = 1 << 3
    APPLICATION_ERROR = 1 << 4
    ABNORMAL = 1 << 5
    LEAK = 1 << 6
    BURST = 1 << 7
    DRY = 1 << 8
    BACKFLOW = 1 << 9
    TAMPER = 1 << 10
    LOW_TEMPERATURE = 1 << 11
    HIGH_TEMPERATURE = 1 << 12
    CLOCK_DOUBTFUL = 1 << 13
    MAKER_SPECIFIC = 1 << 14
    INVALID_VALUE = 1 << 16  # the meter's own code for "no value"
    RECORD_ERROR = 1 << 17  # the meter says why it gives no value
    UNKNOWN_QUANTITY = 1 << 18  # a value whose meaning only the maker knows
    ERROR_STATE = 1 << 19  # measured while the meter was in error
    SUMMER_TIME = 1 << 20  # a date and time of the meter that it says is summer time

    def names(self) -> list[str]:
        """List the bits that are set, in lower case.

        Examples
        --------
        >>> (Status.LEAK | Status.DRY).names()
        ['leak', 'dry']
        """
        return [str(bit.name).lower() for bit in type(self) if bit in self]


class Quality(enum.IntEnum):
    """How much of an interval's consumption is known, and how."""

    MEASURED = 0
    ESTIMATED = 1  # inside one long step between two readings
    PARTIAL = 2  # only a part of the interval is covered
    MISSING = 3


class Step(enum.IntFlag):
    """What happened between two successive readings of one register."""

    PLAIN = 0
    ROLLOVER = 1 << 0
    EXCHANGE = 1 << 1
    RESET = 1 << 2
    REVERSE = 1 << 3
    UNEXPLAINED_DROP = 1 << 4
    IMPLAUSIBLE = 1 << 5
