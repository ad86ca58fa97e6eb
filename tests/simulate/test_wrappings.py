"""Every wrapping of the encoder is opened by the decoder, and nothing of the records is lost."""

from __future__ import annotations

from typing import get_args

import pytest

from hypothesis import given, settings
from hypothesis import strategies as st

from divako.codec import AesKey, DesKey
from divako.errors import InputError
from divako.mbus import Formats
from divako.model import Mvt, Telegram, Verdict
from divako.simulate import (
    MODES,
    Address,
    ExtendedLink,
    FrameFormat,
    Header,
    Mode,
    Protection,
    compact_records,
    format_records,
    fragmented_frames,
    long_frame,
    wireless_frame,
)
from divako.telegrams import KeyStore, decode
from divako.testing import DrawnRecord, mbus_records
from divako.wmbus import Fragments


KEY, DES = bytes(range(16)), bytes(range(8))
SENDER = Address("12345678", Mvt(manufacturer="DVK", version=1, device_type=0x16))
ADAPTER = Address("87654321", Mvt(manufacturer="DVK", version=9, device_type=0x37))
KEYS = {"AES": KeyStore.from_mapping({SENDER.meter_id: KEY}), "DES": KeyStore.from_mapping({SENDER.meter_id: DES})}
FORMATS: tuple[FrameFormat, ...] = get_args(FrameFormat)


def fits(pool: list[DrawnRecord]) -> bool:
    return len(bytes_of(pool)) <= 150


def bytes_of(pool: list[DrawnRecord]) -> bytes:
    return b"".join(record.data for record in pool)


pools = st.lists(mbus_records(), max_size=6).filter(fits)
counters = st.integers(0, (1 << 32) - 1)
some_bytes = st.integers(0, 255)


def protection_of(mode: Mode, counter: int, code_size: int | None = None) -> Protection | None:
    if mode == 2:
        return Protection(mode=mode, key=DesKey(DES), counter=counter)
    if mode == 0 and code_size is None:
        return None
    return Protection(mode=mode, key=AesKey(KEY), counter=counter, code_size=code_size)


def keys_of(mode: Mode) -> KeyStore:
    return KEYS["DES" if mode == 2 else "AES"]


def what(telegram: Telegram) -> list[object]:
    """Give what the records read as: the content where there is one, else the exact count."""
    return [record.count if record.content is None else record.content for record in telegram.records]


def verdict_of(mode: Mode, code_size: int | None) -> Verdict:
    if mode == 10 or code_size is not None:
        return Verdict.AUTHENTICATED
    return Verdict.CHECKED if mode else Verdict.UNVERIFIED


def assert_same(got: Telegram, pool: list[DrawnRecord], mode: Mode, code_size: int | None = None) -> None:
    assert what(got) == [record.reads_as for record in pool]
    assert b"".join(record.header for record in got.records) == got.headers
    assert (got.meter_id, got.mvt) == (SENDER.meter_id, SENDER.mvt)
    assert got.security == (f"tpl-mode{mode}" if mode else "none")
    assert got.verdict is verdict_of(mode, code_size)


@settings(max_examples=15, deadline=None)
@given(
    pool=pools,
    access=some_bytes,
    counter=counters,
    session=st.integers(0, (1 << 29) - 1),
    link=st.sampled_from(["", "I", "II", "III", "IV"]),
)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("frame_format", FORMATS)
@pytest.mark.parametrize("header", ["short", "long"])
def test_wireless(
    frame_format: FrameFormat,
    mode: Mode,
    header: Header,
    pool: list[DrawnRecord],
    access: int,
    counter: int,
    session: int,
    link: str,
) -> None:
    extended = None
    if link:
        extended = ExtendedLink(
            address=SENDER if link in {"III", "IV"} else None, session=session if link in {"II", "IV"} else None
        )
    by_adapter = header == "long" or link in {"III", "IV"}
    frame = wireless_frame(
        SENDER,
        bytes_of(pool),
        frame_format=frame_format,
        header=header,
        access_number=access,
        protection=protection_of(mode, counter),
        extended=extended,
        adapter=ADAPTER if by_adapter else None,
    )
    got = decode(frame, keys=keys_of(mode), frame_format=frame_format)
    assert_same(got, pool, mode)
    assert got.access_number == access
    assert got.message_counter == (counter if mode in {7, 10} else None)


@settings(max_examples=15, deadline=None)
@given(pool=pools, counter=counters)
@pytest.mark.parametrize("mode", [0, 5, 7, 10])
@pytest.mark.parametrize("code_size", [2, 4, 8, 12, 16])
def test_an_authentication_layer_of_every_size(
    mode: Mode, code_size: int, pool: list[DrawnRecord], counter: int
) -> None:
    frame = wireless_frame(SENDER, bytes_of(pool), protection=protection_of(mode, counter, code_size))
    got = decode(frame, keys=keys_of(mode))
    assert_same(got, pool, mode, code_size)
    assert got.message_counter == counter


@settings(max_examples=25, deadline=None)
@given(pool=pools, session=st.integers(0, (1 << 29) - 1), control=some_bytes, adapter=st.booleans())
@pytest.mark.parametrize("header", ["none", "short", "long"])
def test_an_enciphered_extended_link(
    header: Header, pool: list[DrawnRecord], session: int, control: int, adapter: bool
) -> None:
    extended = ExtendedLink(address=SENDER if adapter else None, session=session, key=AesKey(KEY), control=control)
    frame = wireless_frame(
        SENDER,
        bytes_of(pool),
        header=header,
        extended=extended,
        adapter=ADAPTER if adapter else None,
    )
    got = decode(frame, keys=keys_of(0))
    assert what(got) == [record.reads_as for record in pool]
    assert (got.security, got.verdict, got.session_number) == ("ell-ctr", Verdict.CHECKED, session)
    assert got.meter_id == SENDER.meter_id


def test_both_layers_may_be_enciphered() -> None:
    link = ExtendedLink(session=99, key=AesKey(KEY))
    frame = wireless_frame(SENDER, bytes.fromhex("0413 39300000"), key=AesKey(KEY), extended=link)
    got = decode(frame, keys=keys_of(0))
    assert what(got) == [12345]
    assert (got.security, got.verdict, got.session_number) == ("tpl-mode5", Verdict.CHECKED, 99)


@settings(max_examples=20, deadline=None)
@given(pool=pools, access=some_bytes, address=st.integers(0, 250), counter=counters)
@pytest.mark.parametrize("mode", MODES)
def test_wired(mode: Mode, pool: list[DrawnRecord], access: int, address: int, counter: int) -> None:
    frame = long_frame(
        SENDER, bytes_of(pool), address=address, access_number=access, protection=protection_of(mode, counter)
    )
    assert_same(decode(frame, keys=keys_of(mode)), pool, mode)


@settings(max_examples=20, deadline=None)
@given(pool=st.lists(mbus_records(), min_size=1, max_size=5).filter(fits))
@pytest.mark.parametrize("mode", [0, 5, 7, 10])
@pytest.mark.parametrize("header", ["none", "short", "long"])
def test_a_format_frame_and_then_compact_ones(mode: Mode, header: Header, pool: list[DrawnRecord]) -> None:
    full = bytes_of(pool)
    if header == "none" and mode:
        return
    protection = protection_of(mode, 7)
    taught = decode(
        wireless_frame(SENDER, format_records(full), content="format", header=header, protection=protection),
        keys=keys_of(mode),
    )
    frame = wireless_frame(
        SENDER,
        compact_records(full),
        content="compact",
        header=header,
        protection=protection,
    )
    got = decode(frame, keys=keys_of(mode), formats=Formats().learn(taught))
    assert_same(got, pool, mode)


@settings(max_examples=25, deadline=None)
@given(
    pool=st.lists(mbus_records(), min_size=1, max_size=30),
    size=st.integers(20, 120),
    counter=counters,
    ell=st.booleans(),
)
@pytest.mark.parametrize("mode", [0, 7, 10])
def test_a_message_in_fragments(mode: Mode, pool: list[DrawnRecord], size: int, counter: int, ell: bool) -> None:
    if mode == 7 and len(bytes_of(pool)) > 230:
        return  # fifteen blocks are the most
    protection = protection_of(mode, counter, 8)
    assert protection is not None
    frames = fragmented_frames(
        SENDER, bytes_of(pool), protection, part_size=size, extended=ExtendedLink() if ell else None
    )
    fragments = Fragments(keys=keys_of(mode))
    *before, last = [fragments.receive(frame) for frame in frames]
    assert before == [None] * (len(frames) - 1)
    assert last is not None
    assert_same(last, pool, mode, 8)
    assert len(fragments) == 0


def test_a_part_may_stay_in_the_clear() -> None:
    volume = bytes.fromhex("0413 39300000")
    for mode in (2, 5, 7):
        key = DesKey(DES) if mode == 2 else AesKey(KEY)
        protection = Protection(mode=mode, key=key, blocks=1)
        frame = wireless_frame(SENDER, volume * 6, protection=protection, frame_format="stripped")
        assert frame.endswith(volume)
        got = decode(frame, keys=keys_of(mode))
        assert what(got) == [12345] * 6


@pytest.mark.parametrize(
    "wrong",
    [
        {"mode": 2, "key": AesKey(KEY)},
        {"mode": 5, "key": DesKey(DES)},
    ],
)
def test_a_key_that_does_not_go_with_the_mode_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InputError):
        Protection(**wrong)  # type: ignore[arg-type] # wrong on purpose


def test_what_has_no_place_is_refused() -> None:
    aes = Protection(mode=5, key=AesKey(KEY))
    coded = Protection(mode=7, key=AesKey(KEY), code_size=8)
    for build in (
        lambda: wireless_frame(SENDER, b"", header="none", protection=aes),
        lambda: wireless_frame(SENDER, b"", key=AesKey(KEY), protection=aes),
        lambda: wireless_frame(SENDER, b"", adapter=ADAPTER),
        lambda: long_frame(SENDER, b"", protection=coded),
        lambda: long_frame(SENDER, b"", content="compact"),
        lambda: fragmented_frames(SENDER, b"", aes),
        lambda: fragmented_frames(SENDER, bytes(200), coded, part_size=0),
        lambda: fragmented_frames(SENDER, bytes(600), Protection(mode=0, key=AesKey(KEY), code_size=8), part_size=1),
        lambda: ExtendedLink(key=AesKey(KEY)),
        lambda: ExtendedLink(session=1 << 29),
        lambda: compact_records(b"\x04"),
        lambda: format_records(b"\x04\x13"),
        lambda: format_records(bytes.fromhex("0013") * 130),
    ):
        with pytest.raises(InputError):
            build()
