"""A remembered layout gives what a walk gives, and memory stays bounded."""

from __future__ import annotations

import pytest

from hypothesis import given
from hypothesis import strategies as st

from divako.errors import DecodeError
from divako.mbus import _plan as plan_module
from divako.mbus import read_records
from divako.mbus._plan import Plans
from divako.mbus._records import LAYER, RecordList, _walk
from divako.model import Status


HEADERS = ["0413", "0c13", "4406", "c4011013", "046d", "426c", "0d78", "02fd17", "05ff13", "055b", "0df913", "0300"]
SIZES = {0x4: 4, 0xC: 4, 0x2: 2, 0x5: 4, 0x3: 3}

header = st.sampled_from(HEADERS).map(bytes.fromhex)


@st.composite
def bodies(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """Give two bodies of one layout."""
    one, two = bytearray(), bytearray()
    for head in draw(st.lists(header, max_size=6)):
        size = SIZES.get(head[0] & 0x0F)
        length = b"" if size is not None else bytes([draw(st.sampled_from([0, 3, 0xC2, 0xD2, 0xE4]))])
        size = size if size is not None else length[0] & 0x0F
        filler = b"\x2f" * draw(st.integers(0, 2))
        for body in (one, two):
            body.extend(head + length + draw(st.binary(min_size=size, max_size=size)) + filler)
    tail = draw(st.sampled_from([b"", b"\x0f", b"\x1f"]))
    rest = len(tail) * draw(st.integers(0, 3))
    for body in (one, two):
        body.extend(tail + draw(st.binary(min_size=rest, max_size=rest)))
    return bytes(one), bytes(two)


def walked(data: bytes, status: Status = Status.OK) -> RecordList | str:
    try:
        return _walk(data, None, status, LAYER)
    except DecodeError as error:
        return repr(error)


def planned(data: bytes, status: Status = Status.OK) -> RecordList | str:
    try:
        return read_records(data, status=status)
    except DecodeError as error:
        return repr(error)


@given(bodies(), st.sampled_from([Status.OK, Status.LOW_BATTERY]))
def test_a_plan_reads_what_a_walk_reads(pair: tuple[bytes, bytes], status: Status) -> None:
    first, second = pair
    for data in (first, first, second, first):
        assert planned(data, status) == walked(data, status)


@given(bodies(), st.data())
def test_a_changed_header_does_not_fit_the_plan(pair: tuple[bytes, bytes], data: st.DataObject) -> None:
    first = bytearray(pair[0])
    planned(pair[0])
    planned(pair[0])
    if first:
        first[data.draw(st.integers(0, len(first) - 1))] ^= data.draw(st.integers(1, 255))
    assert planned(bytes(first)) == walked(bytes(first))


def test_garbage_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_module, "_MOST_PLANS", 50)
    monkeypatch.setattr(plan_module, "_MOST_SEEN", 100)
    plans = Plans()
    for i in range(1000):
        data = i.to_bytes(2, "big") + bytes(i % 7)
        for _ in range(2):
            plans.learn(data, [], end=None, more_follows=False, headers=data[:2])
        assert len(plans) <= 50
        assert len(plans._seen) <= 100
