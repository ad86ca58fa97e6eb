"""The old fixed data structure of wired meters: two counters and their units.

References
----------
.. [1] EN 1434-3:2008, annex A: fixed data structure, CI field 73; table of unit codes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from divako.codec import read_bcd
from divako.errors import TruncatedError
from divako.mbus._data import scale
from divako.mbus._header import status_of
from divako.model import Function, Kind, Medium, Record, Register, Status, Telegram, Verdict
from divako.units import Dimension, exact_factor


LAYER = "mbus.fixed"
_SIZE = 16
_BINARY, _STORED = 0x01, 0x02
_STATUS_BITS = 0xFC  # the two lowest say how the counters are sent, not how the meter is
_SAME_UNIT_STORED = 0x3E

# Runs of nine unit codes, each ten times the one before: first code, quantity, unit.
_RUNS = (
    (0x02, "energy", "Wh"),
    (0x0B, "energy", "kJ"),
    (0x14, "power", "W"),
    (0x1D, "power", "kJ/h"),
    (0x26, "volume", "ml"),
    (0x2F, "volume_flow", "ml/h"),
)
_COUNTERS = frozenset({"energy", "volume"})

# The top two bits of the second unit byte and of the first one make the medium.
_MEDIA: Mapping[int, Medium] = {
    0x0: Medium.OTHER,
    0x1: Medium.OIL,
    0x2: Medium.ELECTRICITY,
    0x3: Medium.GAS,
    0x4: Medium.HEAT,
    0x5: Medium.STEAM,
    0x6: Medium.WARM_WATER,
    0x7: Medium.WATER,
    0x8: Medium.HEAT_COST_ALLOCATOR,
    0xA: Medium.GAS,
    0xB: Medium.HEAT,
    0xC: Medium.WARM_WATER,
    0xD: Medium.WATER,
    0xE: Medium.HEAT_COST_ALLOCATOR,
}


def _registers() -> Iterator[tuple[int, Register]]:
    for first, quantity, unit in _RUNS:
        base, _, per = unit.partition("/")
        dimension, factor = exact_factor(base)
        if per:
            dimension = Dimension.POWER if base == "kJ" else Dimension.FLOW
        kind = Kind.COUNTER if quantity in _COUNTERS else Kind.INSTANT
        for i in range(9):
            yield first + i, Register(quantity, dimension, factor * 10**i, kind)
    yield 0x38, Register("temperature", Dimension.TEMPERATURE, exact_factor("degC")[1] / 1000, Kind.INSTANT)
    yield 0x39, Register("heat_cost_allocation", Dimension.HEAT_COST)
    yield 0x3F, Register("dimensionless", Dimension.COUNT, kind=Kind.INSTANT)


_REGISTERS: Mapping[int, Register] = dict(_registers())


def read_fixed(data: bytes, *, received_at: np.datetime64 | None = None) -> Telegram:
    """Read the fixed data structure: what follows CI field 73 on a wired link.

    Parameters
    ----------
    data : bytes
        Number (4), access number, status, two unit bytes, two counters (4 each).
    received_at : datetime64[ms], optional
        When it came, in UTC.

    Returns
    -------
    Telegram
        With two records; the second is storage 1 where it is the stored value of
        the first. The structure names no manufacturer.

    Raises
    ------
    TruncatedError
        It is not complete.
    """
    if len(data) < _SIZE:
        msg = "the fixed structure is not complete"
        raise TruncatedError(msg, layer=LAYER, offset=len(data))
    status_byte = data[5]
    status = status_of(status_byte & _STATUS_BITS)
    units = data[6] & 0x3F, data[7] & 0x3F
    stored = bool(status_byte & _STORED)
    records = [
        _record(units[0], data[6:7], data[8:12], status_byte, status, stored, received_at),
        _record(
            units[0] if units[1] == _SAME_UNIT_STORED else units[1],
            data[7:8],
            data[12:16],
            status_byte,
            status,
            stored or units[1] == _SAME_UNIT_STORED,
            received_at,
        ),
    ]
    return Telegram(
        link="mbus",
        meter_id=data[3::-1].hex().upper(),
        mvt=None,
        medium=_MEDIA.get(data[7] >> 6 << 2 | data[6] >> 6, Medium.UNKNOWN),
        access_number=data[4],
        status_byte=status_byte,
        status=status,
        security="none",
        verdict=Verdict.UNVERIFIED,
        received_at=received_at,
        records=records,
    )


def _record(
    unit: int,
    header: bytes,
    data: bytes,
    status_byte: int,
    status: Status,
    stored: bool,  # noqa: FBT001 - one of several plain columns
    received_at: np.datetime64 | None,
) -> Record:
    register = _REGISTERS.get(unit)
    count = int.from_bytes(data, "little") if status_byte & _BINARY else read_bcd(data)
    if register is None:
        status |= Status.UNKNOWN_QUANTITY
        count = None
    elif count is None:
        status |= Status.INVALID_VALUE
    return Record(
        register,
        count,
        None if register is None or count is None else scale(count, register),
        None,
        int(stored),
        0,
        0,
        Function.INSTANTANEOUS,
        status,
        None if stored else received_at,
        header,
        data,
        "unknown" if register is None else register.name,
    )
