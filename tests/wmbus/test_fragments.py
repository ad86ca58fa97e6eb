"""Messages in several frames: in order, bounded, and nothing of a broken one."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from divako.codec import AesKey
from divako.errors import AuthenticationError, MalformedError, UnsupportedError
from divako.model import Mvt
from divako.simulate import Address, Protection, fragmented_frames, wireless_frame
from divako.telegrams import KeyStore
from divako.wmbus import Fragments, decode_wireless


KEYS = KeyStore.single(bytes(16))
RECORDS = b"".join(b"\x04\x13" + n.to_bytes(4, "little") for n in range(20))


def frames_of(meter_id: str = "12345678", size: int = 30) -> Sequence[bytes]:
    sender = Address(meter_id, Mvt(manufacturer="DVK", version=1, device_type=0x16))
    protection = Protection(mode=7, key=AesKey(bytes(16)), code_size=8)
    return fragmented_frames(sender, RECORDS, protection, part_size=size, frame_format="stripped")


def collect(frames: Sequence[bytes], fragments: Fragments) -> list[int | None] | None:
    got = None
    for frame in frames:
        got = fragments.receive(frame)
    return None if got is None else [record.count for record in got.records]


def test_messages_of_several_meters_may_mix_and_a_frame_may_come_twice() -> None:
    fragments = Fragments(keys=KEYS)
    one, other = frames_of(), frames_of("87654321")
    mixed = [frame for pair in zip(one, other, strict=True) for frame in (*pair, pair[0])]
    results = [got for frame in mixed[:-1] if (got := fragments.receive(frame)) is not None]
    assert [[record.count for record in got.records] for got in results] == [list(range(20))] * 2


def test_a_message_in_one_frame_is_given_at_once() -> None:
    sender = Address("12345678", Mvt(manufacturer="DVK", version=1, device_type=0x16))
    got = Fragments().receive(wireless_frame(sender, RECORDS), frame_format="A")
    assert got is not None
    assert len(got.records) == 20


def test_a_gap_drops_the_message_and_a_new_start_begins_anew() -> None:
    fragments = Fragments(keys=KEYS)
    frames = frames_of()
    fragments.receive(frames[0])
    with pytest.raises(MalformedError, match="go on"):
        fragments.receive(frames[2])
    with pytest.raises(MalformedError, match="go on"):
        fragments.receive(frames[1])
    fragments.receive(frames[0])
    fragments.receive(frames[1])
    assert collect(frames, fragments) == list(range(20))


def test_a_changed_fragment_is_seen_by_the_code() -> None:
    frames = [bytearray(frame) for frame in frames_of()]
    frames[1][-1] ^= 1
    with pytest.raises(AuthenticationError):
        collect([bytes(frame) for frame in frames], Fragments(keys=KEYS))


def test_a_message_is_as_long_as_it_says_and_no_longer_than_allowed() -> None:
    with pytest.raises(MalformedError, match="longer"):
        collect(frames_of(), Fragments(keys=KEYS, longest=70))
    frames = [bytearray(frame) for frame in frames_of()]
    at = 19  # behind the link layer, CI field, length, flags, message control and counter
    length = frames[0][at : at + 2]
    for delta, reason in ((-20, "longer"), (20, "shorter")):
        changed = bytearray(frames[0])
        changed[at : at + 2] = (int.from_bytes(length, "little") + delta).to_bytes(2, "little")
        with pytest.raises(MalformedError, match=reason):
            collect([bytes(changed), *map(bytes, frames[1:])], Fragments(keys=KEYS))


def test_no_more_messages_are_kept_than_allowed() -> None:
    fragments = Fragments(keys=KEYS, most_messages=2)
    for meter_id in ("00000001", "00000002", "00000003"):
        fragments.receive(frames_of(meter_id)[0])
    assert len(fragments) == 2
    with pytest.raises(MalformedError, match="go on"):
        fragments.receive(frames_of("00000001")[1])
    assert len(fragments) == 2


def test_a_single_frame_of_a_message_is_named_where_nothing_collects() -> None:
    with pytest.raises(UnsupportedError, match="fragment"):
        decode_wireless(frames_of()[0], keys=KEYS)
