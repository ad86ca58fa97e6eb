"""Wired frames come out of any cut, and noise between them does no harm."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from divako.mbus import Assembler, Frame, read_frame, write_frame
from divako.mbus import _assembler as module


byte = st.integers(0, 255)
frames = st.one_of(
    st.just(Frame("ack")),
    st.builds(Frame, st.just("short"), byte, byte),
    st.builds(Frame, st.just("control"), byte, byte, byte),
    st.builds(Frame, st.just("long"), byte, byte, byte, st.binary(min_size=1, max_size=252)),
)
noise = st.binary(max_size=20).map(lambda raw: raw.translate(None, b"\xe5\x10\x68"))


@given(frames)
def test_writing_is_the_inverse_of_reading(frame: Frame) -> None:
    assert read_frame(write_frame(frame)) == frame


@given(st.lists(st.tuples(noise, frames), max_size=6), st.lists(st.integers(0, 400), max_size=12))
def test_any_cut_gives_the_same_frames(parts: list[tuple[bytes, Frame]], cuts: list[int]) -> None:
    stream = b"".join(before + write_frame(frame) for before, frame in parts)
    edges = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    assembler = Assembler()
    got = [f for a, b in itertools.pairwise(edges) for f in assembler.receive(stream[a:b])]
    assert [read_frame(frame) for frame in got] == [frame for _, frame in parts]
    assert assembler.skipped == sum(len(before) for before, _ in parts)
    assert assembler.flush() == []


@given(st.binary(max_size=300), frames)
def test_a_frame_behind_any_noise_is_found_once_the_line_is_silent(before: bytes, frame: Frame) -> None:
    raw = write_frame(frame)
    assembler = Assembler()
    got = assembler.receive(before + raw) + assembler.flush()
    # Noise may itself end in a frame that takes bytes of the next one; with nothing alike before, it is there.
    if not set(before) & {0xE5, 0x10, 0x68}:
        assert got == [raw]
    assert sum(map(len, got)) + assembler.skipped == len(before) + len(raw)


def test_a_false_start_is_given_up_when_its_frame_does_not_hold() -> None:
    raw = write_frame(Frame("long", 8, 1, 0x72, bytes(30)))
    assembler = Assembler()
    assert assembler.receive(bytes.fromhex("68 ff ff 68") + raw) == []  # it may be a frame of 261 bytes
    assert assembler.flush() == [raw]
    assert assembler.receive(raw[:10]) == []
    assert assembler.receive(raw[10:]) == [raw]


def test_work_and_memory_are_bounded_for_each_byte() -> None:
    checked = 0
    plain = module._checked

    def count(frame: bytes) -> bytes | None:
        nonlocal checked
        checked += len(frame)
        return plain(frame)

    module._checked = count
    try:
        for size in (2_000, 4_000):
            checked = 0
            assembler = Assembler()
            for _at in range(0, size, 50):
                assembler.receive(b"\x68" * 50)  # every byte may start a frame
                assert len(assembler._held) <= 261
            assembler.flush()
            assert checked <= 261 * size
    finally:
        module._checked = plain
