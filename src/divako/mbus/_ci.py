"""What follows a CI field: which transport header, and which application behind it.

References
----------
.. [1] EN 13757-7:2018, table 2: CI fields of the transport and application layers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence


LONG_HEADER = frozenset(
    bytes.fromhex("72 53 55 5b 5f 60 64 68 6b 6c 6d 6f 73 75 7c 7e 80 82 84 85 87 8b 9f c0 c2 c3 c5")
)
SHORT_HEADER = frozenset(bytes.fromhex("7a 5a 61 65 67 6a 6e 74 7b 7d 7f 88 8a 9e c1 c4"))
NO_HEADER = frozenset(bytes.fromhex("78 79 69 50 51 52 54 5c 66 70 71 83 89"))

RECORDS = frozenset({0x72, 0x78, 0x7A})
COMPACT = frozenset({0x73, 0x79, 0x7B})
FORMAT = frozenset({0x69, 0x6A, 0x6B})
APPLICATION_ERROR = frozenset({0x6E, 0x6F, 0x70})
FIXED = 0x73  # on a wired link
MAKERS_OWN = range(0xA0, 0xB8)

_RUNS: Sequence[tuple[Sequence[int], str]] = (
    ((0x50, 0x53), "a selection of an application"),
    ((0x51, 0x5A, 0x5B), "data for a meter"),
    ((0x52,), "a selection of a meter"),
    ((0x54, 0x55), "a request for the selected application"),
    ((0x5C,), "a synchronised action"),
    ((0x5F,), "a specific usage"),
    ((0x60, 0x61, 0x7C, 0x7D), "DLMS"),
    ((0x64, 0x65, 0x7E, 0x7F), "an application with OBIS codes"),
    ((0x66, 0x67, 0x68), "the answer to a selection of an application"),
    ((0x6C, 0x6D), "a setting of the clock"),
    ((0x71, 0x74, 0x75), "an alarm report"),
    ((0x76,), "the obsolete byte order"),
    ((0x80, 0x8A, 0x8B), "a transport layer without application"),
    ((0x81,), "a network layer"),
    ((0x82, 0x83, 0x87, 0x88, 0x89), "network management"),
    ((0x84, 0x85), "a transport layer that asks for an answer"),
    ((0x86,), "extended link layer V"),
    ((0x8C, 0x8D, 0x8E, 0x8F), "an extended link layer"),
    ((0x90,), "an authentication layer"),
    ((0x9E, 0x9F), "a transport layer that is reserved"),
    (MAKERS_OWN, "the manufacturer's own layout"),
    (range(0xB8, 0xC0), "a change of the baud rate"),
    ((0xC0, 0xC1, 0xC2), "an image transfer"),
    ((0xC3, 0xC4, 0xC5), "a transfer of security information"),
)


def _names() -> Iterator[tuple[int, str]]:
    for codes, name in _RUNS:
        for code in codes:
            yield code, name


NAMES: Mapping[int, str] = dict(_names())


def name_of(ci: int) -> str:
    """Name what a CI field announces.

    Examples
    --------
    >>> name_of(0x5C), name_of(0xFF)
    ('a synchronised action', 'reserved')
    """
    return NAMES.get(ci, "reserved")
