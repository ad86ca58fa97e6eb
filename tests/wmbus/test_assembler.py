"""Wireless frames come out of any cut of a stream."""

from __future__ import annotations

import itertools

import pytest

from hypothesis import given, settings
from hypothesis import strategies as st

from divako.codec import crc16_en13757
from divako.model import Mvt
from divako.simulate import Address, wireless_frame
from divako.wmbus import Assembler, Caught, read_frame


SENDER = Address("12345678", Mvt(manufacturer="DVK", version=1, device_type=0x16))
SYNC = {"A": b"\x54\xcd", "B": b"\x54\x3d"}


def frame_of(body: bytes, form: str) -> bytes:
    if form != "stripped-B":
        return wireless_frame(SENDER, body, frame_format=form)  # type: ignore[arg-type] # one of the three
    with_crc = wireless_frame(SENDER, body, frame_format="B")
    return with_crc[:126][:-2] if len(with_crc) <= 126 else with_crc[:126] + with_crc[128:-2]


bodies = st.binary(max_size=200)
quiet = st.binary(max_size=30).map(lambda raw: bytes(b % 10 for b in raw))  # no L field that a frame could have


def cut(stream: bytes, at: list[int], assembler: Assembler) -> list[Caught]:
    edges = sorted({0, len(stream), *(place for place in at if place < len(stream))})
    return [caught for a, b in itertools.pairwise(edges) for caught in assembler.receive(stream[a:b])]


@settings(deadline=None, max_examples=60)
@given(
    parts=st.lists(st.tuples(quiet, bodies, st.sampled_from("AB")), max_size=4),
    at=st.lists(st.integers(0, 900), max_size=8),
    trailing=st.integers(0, 2),
)
def test_frames_of_both_formats_are_found_in_any_cut(
    parts: list[tuple[bytes, bytes, str]], at: list[int], trailing: int
) -> None:
    frames = [(before, frame_of(body, form), form) for before, body, form in parts]
    stream = b"".join(before + frame + b"\x05" * trailing for before, frame, _ in frames)
    assembler = Assembler(trailing=trailing)
    got = cut(stream, at, assembler)
    got += assembler.flush()
    assert got == [Caught(frame, form, b"\x05" * trailing) for _, frame, form in frames]
    assert assembler.skipped == sum(len(before) for before, _, _ in frames)


@settings(deadline=None, max_examples=40)
@given(parts=st.lists(st.tuples(quiet, bodies, st.sampled_from("AB")), max_size=4), at=st.lists(st.integers(0, 900)))
def test_sync_words_say_the_format(parts: list[tuple[bytes, bytes, str]], at: list[int]) -> None:
    frames = [(before, frame_of(body, form), form) for before, body, form in parts]
    stream = b"".join(before + SYNC[form] + frame for before, frame, form in frames)
    assembler = Assembler(sync_words=True)
    assert cut(stream, at, assembler) == [Caught(frame, form) for _, frame, form in frames]


@settings(deadline=None, max_examples=40)
@given(
    form=st.sampled_from(["stripped", "stripped-B"]),
    some=st.lists(bodies, max_size=4),
    at=st.lists(st.integers(0, 900)),
)
def test_frames_without_checks_are_split_by_their_length(form: str, some: list[bytes], at: list[int]) -> None:
    frames = [frame_of(body, form) for body in some]
    got = cut(b"".join(frames), at, Assembler(frame_format=form))
    assert [caught.frame for caught in got] == frames
    for caught, body in zip(got, some, strict=True):
        assert read_frame(caught.frame, frame_format=form).data.endswith(body)


@given(bodies, st.data())
def test_a_frame_behind_a_damaged_one_is_found(body: bytes, data: st.DataObject) -> None:
    bad = bytearray(frame_of(body, "A"))
    bad[data.draw(st.integers(0, len(bad) - 1))] ^= 0x40
    good = frame_of(b"\x01\x13\x05", "A")
    assembler = Assembler(frame_format="A")
    got = assembler.receive(bytes(bad) + good) + assembler.flush()
    assert got[-1:] == [Caught(good, "A")]
    assert len(got) == 1


@given(bodies, st.integers(20, 255))
def test_a_frame_of_format_a_shows_that_a_start_before_it_was_none(body: bytes, length: int) -> None:
    false_start = bytes((length, 0x44))
    frame = frame_of(body, "A")
    assembler = Assembler()
    assert assembler.receive(false_start) == []
    got = assembler.receive(frame)
    # A start that claims no more than what is there is tried and given up at once.
    assert got == [Caught(frame, "A")]
    assert assembler.skipped == 2


def test_work_and_memory_are_bounded_for_each_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    computed = 0

    def count(data: bytes) -> int:
        nonlocal computed
        computed += len(data)
        return crc16_en13757(data)

    monkeypatch.setattr("divako.wmbus._assembler.crc16_en13757", count)
    for size in (1_000, 2_000):
        computed = 0
        assembler = Assembler()
        for _ in range(0, size, 50):
            assembler.receive(b"\x44" * 50)  # every byte may start a frame
            assert len(assembler._held) <= 290
        assembler.flush()
        # What is held is looked through once more for each call that brings too little.
        assert computed <= 100 * size


@pytest.mark.parametrize("wrong", [{"frame_format": "C"}, {"frame_format": "A", "sync_words": True}])
def test_a_form_that_there_is_not_is_a_mistake(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="frame_format"):
        Assembler(**wrong)  # type: ignore[arg-type] # wrong on purpose
