"""Makers' blocks say the same read many at a time as read one by one."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from hypothesis import given, settings
from hypothesis import strategies as st

from divako.codec import read_date
from divako.drivers import Block, Date, Fixed, Flags, Number, Real, Sum
from divako.drivers._block_columns import read_columns
from divako.errors import MalformedError, TruncatedError
from divako.mbus import Address, Body
from divako.model import Function, Mvt, Register, Status
from divako.units import Dimension


SIZE = 12
BODY = Body(0x7A, b"", Address("00000000", Mvt(manufacturer="DVK", version=1, device_type=4), bytes(8)))
REGISTERS = [
    Register("volume", Dimension.VOLUME),
    Register("volume_parts", Dimension.VOLUME, Fraction(1, 256_000)),
    Register("energy", Dimension.ENERGY, Fraction(10**6, 36)),
]
registers = st.sampled_from(REGISTERS)
places = st.integers(-SIZE, SIZE - 1)


@st.composite
def numbers(draw: st.DrawFn) -> Number:
    size = draw(st.integers(1, 8))
    bits = draw(st.none() | st.tuples(st.integers(0, 8 * size - 1), st.integers(1, 16)))
    return Number(
        draw(registers),
        draw(places),
        size,
        scale=draw(st.integers(-3, 3)),
        signed=draw(st.booleans()),
        bcd=draw(st.booleans()),
        big=draw(st.booleans()),
        bits=bits,
        invalid=draw(st.sampled_from([(), (0,), (0xFFFF, 0xFF), (-1,)])),
        storage=draw(st.integers(0, 2)),
        tariff=draw(st.integers(0, 1)),
        function=draw(st.sampled_from(list(Function))),
        optional=True,
    )


def sums() -> st.SearchStrategy[Sum]:
    plain = st.builds(Number, st.just(REGISTERS[0]), st.integers(0, 8), st.integers(1, 4), bcd=st.booleans())
    return st.builds(Sum, registers, st.lists(plain, min_size=1, max_size=3), optional=st.just(True))


parts = st.one_of(
    numbers(),
    sums(),
    st.builds(Real, registers, st.integers(0, SIZE - 1), optional=st.just(True)),
    st.builds(Date, st.just(read_date), places, required=st.sampled_from([False, False, True]), optional=st.just(True)),
    st.builds(
        Flags,
        places,
        st.dictionaries(st.integers(1, 0xFFFF), st.sampled_from(list(Status)), max_size=3),
        st.integers(1, 4),
        optional=st.just(True),
    ),
    st.builds(
        Fixed,
        places,
        st.sampled_from([b"\x00", b"\x01\x02"]),
        st.sampled_from([b"", b"\x0f\x0f", b"\x01"]),
        optional=st.just(True),
    ),
)
data = st.lists(
    st.one_of(
        st.binary(min_size=SIZE, max_size=SIZE),
        st.lists(st.sampled_from([0x00, 0x01, 0x02, 0x99, 0xFF, 0x80, 0xF1]), min_size=SIZE, max_size=SIZE).map(bytes),
    ),
    min_size=1,
    max_size=6,
)


def is_even(block: bytes) -> bool:
    return block[0] % 2 == 0


@settings(max_examples=300, deadline=None)
@given(st.lists(parts, max_size=4), data, st.sampled_from([None, None, is_even]))
def test_columns_say_what_single_blocks_say(parts: list[Any], blocks: list[bytes], check: Any) -> None:
    block = Block(parts, size=(SIZE, SIZE + 1), check=check)
    read = read_columns(block, np.frombuffer(b"".join(blocks), dtype="uint8").reshape(-1, SIZE))
    if read is None:
        return  # wider than columns are
    for row, one in enumerate(blocks):
        try:
            records = block.read(one, BODY)
        except (TruncatedError, MalformedError):
            assert not read.fits[row]
            continue
        assert read.fits[row]
        assert read.flags[row] == int(block.flags(one, BODY))
        found = [record for record in records if record.register is not None]
        assert len(found) == len(read.lines)
        for record, line, at in zip(found, read.lines, range(len(found)), strict=True):
            assert record.register == line.register
            assert (record.storage, record.tariff, record.subunit, record.function) == (
                line.storage,
                line.tariff,
                line.subunit,
                line.function,
            )
            assert read.known[at, row] == (record.count is not None)
            assert read.count[at, row] == (record.count or 0)
            assert read.status[at, row] | read.flags[row] == int(record.status)
            wanted = np.float64(np.nan if record.value is None else record.value)
            assert read.value[at, row].tobytes() == wanted.tobytes()


def test_a_function_of_the_makers_is_not_for_columns() -> None:
    def unroll(_data: bytes, _body: Body) -> list[Any]:
        return []

    assert read_columns(Block([], size=2, unroll=unroll), np.zeros((1, 2), dtype="uint8")) is None
