"""What is enciphered goes by columns, and a batch says of it what single telegrams say."""

from __future__ import annotations

from typing import Any

import pytest

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from divako.codec import AesKey, DesKey
from divako.drivers._diehl import PUBLIC_KEY
from divako.errors import DivakoError, InputError
from divako.model import Mvt
from divako.simulate import Address, ExtendedLink, Protection, long_frame, wireless_frame
from divako.telegrams import KeyStore, decode, decode_batch


INFINITY = 10**9
OLD, NEW, FALSE = (bytes([n]) * 16 for n in (1, 2, 3))
DES = bytes(range(8))
SENDER = Address("10000001", Mvt(manufacturer="DVK", version=1, device_type=4))
ADAPTER = Address("70000001", Mvt(manufacturer="ADP", version=3, device_type=0x37))
NUMBERS = ["10000001", "10000002", "10000003", "10000004", "10000005"]
STORE = KeyStore.from_mapping(
    {
        NUMBERS[0]: OLD,
        NUMBERS[1]: [NEW, OLD],
        NUMBERS[2]: [FALSE, DES],
        NUMBERS[3]: [DES, NEW],
        ADAPTER.meter_id: [OLD, NEW],
    }
)
RECORDS = bytes.fromhex("0413 39300000 0c13 45230100 426c bf2c 025a d200")
HEADERS: list[Any] = ["short", "long", "none"]
OLD_KEY, NEW_KEY, DES_KEY = AesKey(OLD), AesKey(NEW), DesKey(DES)

keys = st.sampled_from([OLD_KEY, NEW_KEY])
sizes = st.sampled_from([None, 2, 8, 16])
protections = st.one_of(
    st.builds(Protection, mode=st.sampled_from([5, 7, 10]), key=keys, counter=st.integers(0, 3), code_size=sizes),
    st.builds(Protection, mode=st.just(0), key=keys, code_size=st.sampled_from([4, 12])),
    st.builds(Protection, mode=st.sampled_from([5, 7]), key=keys, blocks=st.just(1)),
    st.builds(Protection, mode=st.just(2), key=st.just(DES_KEY)),
)
links = st.one_of(
    st.builds(ExtendedLink, session=st.integers(0, 1 << 28), control=st.sampled_from([0x20, 0xFF])),
    st.builds(ExtendedLink, session=st.integers(0, 1 << 28), key=keys, control=st.sampled_from([0x20, 0xFF])),
    st.builds(ExtendedLink, session=st.integers(0, 9), key=keys, address=st.sampled_from([SENDER, ADAPTER])),
    st.builds(ExtendedLink, access_number=st.integers(0, 255)),
)


@st.composite
def telegrams(draw: st.DrawFn) -> bytes:
    sender = evolve(SENDER, meter_id=draw(st.sampled_from(NUMBERS)))
    # Of one maker a public key is known, of the other what some headers mean.
    maker = draw(st.sampled_from(["DVK", "DVK", "HYD", "KAM"]))
    sender = evolve(sender, mvt=Mvt(manufacturer=maker, version=1, device_type=4))
    records = RECORDS * draw(st.integers(1, 3)) + draw(
        st.sampled_from([b"", b"\x02\xff\x20\x01\0", b"\x2f" * 5, b"\x04"])
    )
    header = draw(st.sampled_from(HEADERS))
    protection = None if header == "none" else draw(st.none() | protections)
    more: dict[str, Any] = {"header": header, "access_number": draw(st.integers(0, 255)), "protection": protection}
    if header == "long" and (protection is None or protection.code_size is None) and draw(st.booleans()):
        frame = long_frame(sender, records, **more)
    else:
        form: Any = draw(st.sampled_from(["A", "B", "stripped"]))
        extended = draw(st.none() | links)
        if header != "short" and extended is not None and draw(st.booleans()):
            extended = evolve(extended, key=draw(st.none() | keys) if extended.session is not None else None)
        frame = wireless_frame(sender, records, frame_format=form, extended=extended, **more)
    if draw(st.integers(0, 5)):
        return frame
    raw = bytearray(frame)
    if draw(st.booleans()):
        raw[16 if frame[10] == 0x8D else -1] ^= 0x20  # whether a session says that it is enciphered
    for _ in range(draw(st.integers(0, 2))):
        raw[draw(st.integers(0, len(raw) - 1))] = draw(st.integers(0, 255))
    return bytes(raw)


@settings(max_examples=100, deadline=None)
@given(st.lists(telegrams(), min_size=1, max_size=6), st.integers(1, 3), st.sampled_from([STORE, None, "one"]))
def test_a_batch_of_ciphers_is_its_telegrams_one_by_one(
    all_same: Any, frames: list[bytes], times: int, store: Any
) -> None:
    asked: dict[str, Any] = {"keys": KeyStore.single(OLD) if store == "one" else store, "errors": "collect"}
    alone = decode_batch(frames * times, _min_rows=INFINITY, **asked)
    for min_rows in (1, 16):
        all_same(decode_batch(frames * times, _min_rows=min_rows, **asked), alone)
    for row, frame in enumerate(frames):
        code = alone.telegrams.error[row]
        try:
            telegram = decode(frame, keys=asked["keys"])
        except DivakoError as error:
            assert alone.telegrams.error_codes[code] == error.code
            continue
        assert code == -1
        assert alone.telegrams.securities[alone.telegrams.security[row]] == telegram.security
        assert alone.telegrams.verdicts[alone.telegrams.verdict[row]] == telegram.verdict.value


def sealed(**how: Any) -> dict[str, Any]:
    return {"protection": Protection(**{"key": OLD_KEY} | how)}


STORE_OF_ALL = KeyStore.from_mapping({SENDER.meter_id: [OLD, NEW, DES]})
KINDS: dict[str, dict[str, Any]] = {
    "a session with a checksum": {"extended": ExtendedLink(session=5)},
    "a session of a meter behind an adapter": {"extended": ExtendedLink(session=5, address=SENDER), "adapter": ADAPTER},
    "a session in counter mode": {"extended": ExtendedLink(session=5, key=OLD_KEY)},
    "the same with an address": {"extended": ExtendedLink(session=5, key=OLD_KEY, address=SENDER), "adapter": ADAPTER},
    "a session under the second key": {"extended": ExtendedLink(session=5, key=NEW_KEY)},
    "mode 5": sealed(mode=5),
    "mode 5 behind a session with a checksum": {"extended": ExtendedLink(session=5)} | sealed(mode=5),
    "mode 2": sealed(mode=2, key=DES_KEY),
    "mode 7": sealed(mode=7, counter=3),
    "mode 7 under the second key": sealed(mode=7, counter=3, key=NEW_KEY),
    "mode 10": sealed(mode=10, counter=3),
    "a code": sealed(mode=0, code_size=8),
    "a code and mode 5": sealed(mode=5, code_size=8),
    "a code and mode 7": sealed(mode=7, code_size=16),
    "a code and mode 10 behind an extended link layer": {"extended": ExtendedLink()} | sealed(mode=10, code_size=4),
}


@pytest.mark.usefixtures("no_single_decoding")
@pytest.mark.parametrize(
    ("kind", "header"),
    [(kind, header) for kind in KINDS for header in HEADERS if header != "none" or "protection" not in KINDS[kind]],
)
def test_what_is_opened_goes_by_columns(kind: str, header: str) -> None:
    more: dict[str, Any] = {"header": header, **KINDS[kind]}
    frames = [wireless_frame(SENDER, RECORDS, access_number=i, **more) for i in range(40)]
    batch = decode_batch(frames, keys=STORE_OF_ALL)
    alone = decode(frames[0], keys=STORE_OF_ALL)
    assert batch.readings.value.tolist() == [record.value for record in alone.records if record.value is not None] * 40
    assert {batch.telegrams.securities[code] for code in batch.telegrams.security} == {alone.security}
    assert {batch.telegrams.verdicts[code] for code in batch.telegrams.verdict} == {alone.verdict.value}
    assert batch.telegrams.meter_ids == (alone.meter_id,)


@pytest.mark.usefixtures("no_single_decoding")
@pytest.mark.parametrize("kind", [kind for kind in KINDS if "mode 7" in kind])
def test_keys_of_messages_are_derived_by_columns(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("divako.telegrams._opening.unwrap")
    frames = [wireless_frame(SENDER, RECORDS, access_number=i, **KINDS[kind]) for i in range(40)]
    assert len(decode_batch(frames, keys=STORE_OF_ALL).readings) == 40 * 3


@pytest.mark.usefixtures("no_single_decoding")
def test_what_was_deciphered_before_or_has_a_public_key_goes_by_columns() -> None:
    before = bytearray(
        wireless_frame(SENDER, RECORDS, protection=Protection(mode=5, key=OLD_KEY), frame_format="stripped")
    )
    before[15:] = (b"\x2f\x2f" + RECORDS).ljust(len(before) - 15, b"\x2f")
    meter = evolve(SENDER, mvt=Mvt(manufacturer="HYD", version=1, device_type=4))
    session = bytearray(wireless_frame(SENDER, RECORDS, extended=ExtendedLink(session=5), frame_format="stripped"))
    session[16] |= 0x20  # it says enciphered
    public = wireless_frame(meter, RECORDS, key=AesKey(PUBLIC_KEY), frame_format="stripped")
    for frame, verdict in ((bytes(before), "unverified"), (bytes(session), "unverified"), (public, "checked")):
        batch = decode_batch([frame] * 40, frame_format="stripped")
        alone = decode(frame, frame_format="stripped")
        assert alone.verdict.value == verdict
        assert {batch.telegrams.verdicts[code] for code in batch.telegrams.verdict} == {verdict}
        assert {batch.telegrams.securities[code] for code in batch.telegrams.security} == {alone.security}
        assert len(batch.readings) == 40 * 3


@pytest.mark.parametrize("outer", [OLD_KEY, NEW_KEY])
@pytest.mark.parametrize("inner", [sealed(mode=5), sealed(mode=7, counter=3), sealed(mode=0, code_size=8)])
def test_two_ciphers_of_a_telegram_take_one_key(all_same: Any, outer: AesKey, inner: dict[str, Any]) -> None:
    frame = wireless_frame(SENDER, RECORDS, extended=ExtendedLink(session=5, key=outer), **inner)
    asked: dict[str, Any] = {"keys": STORE_OF_ALL, "errors": "collect"}
    alone = decode_batch([frame] * 3, _min_rows=INFINITY, **asked)
    assert len(alone.errors) == (3 if outer is NEW_KEY else 0)
    all_same(decode_batch([frame] * 3, _min_rows=1, **asked), alone)


def test_each_meter_is_asked_for_once_whatever_its_ciphers_are() -> None:
    asked: list[str] = []

    def ask(meter_id: str, _mvt: Mvt | None) -> bytes:
        asked.append(meter_id)
        return OLD

    kinds = ("a session in counter mode", "mode 5", "mode 7", "a code and mode 5")
    frames = [wireless_frame(SENDER, RECORDS, **KINDS[kind]) for kind in kinds] * 10
    decode_batch(frames, keys=KeyStore.from_callable(ask))
    assert asked == [SENDER.meter_id]


@pytest.mark.parametrize("kind", ["a session in counter mode", "mode 5", "mode 7"])
@pytest.mark.parametrize("min_rows", [1, INFINITY])
def test_an_answer_that_is_no_key_is_an_error_of_its_telegrams_alone(kind: str, min_rows: int) -> None:
    store = KeyStore.from_callable(lambda meter_id, _mvt: b"short" if meter_id == SENDER.meter_id else OLD)
    other = evolve(SENDER, meter_id="10000009")
    frames = [wireless_frame(sender, RECORDS, **KINDS[kind]) for sender in (SENDER, other)]
    batch = decode_batch(frames, keys=store, errors="collect", _min_rows=min_rows)
    assert batch.errors.row.tolist() == [0]
    assert batch.errors.codes == (InputError.code,)
    assert len(batch.readings) == 3


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 0xFFFF), st.booleans(), st.integers(0, 40)), min_size=1, max_size=8),
    st.sampled_from([STORE, None]),
)
def test_any_number_may_stand_in_the_configuration_field(
    all_same: Any, made: list[tuple[int, bool, int]], store: KeyStore | None
) -> None:
    frames = []
    for configuration, on_air, fillers in made:
        records = RECORDS + b"\x2f" * fillers
        build = wireless_frame if on_air else long_frame
        how: dict[str, Any] = {"frame_format": "stripped"} if on_air else {}
        frame = bytearray(build(SENDER, records, header="long", **how))
        at = 21 if on_air else 17
        frame[at : at + 2] = configuration.to_bytes(2, "little")
        if not on_air:
            frame[-2] = sum(frame[4:-2]) & 0xFF
        frames.append(bytes(frame))
    batches = [decode_batch(frames, keys=store, errors="collect", _min_rows=rows) for rows in (1, INFINITY)]
    all_same(*batches)


@pytest.mark.usefixtures("no_single_decoding")
@pytest.mark.parametrize("configuration", [0x0100, 0x0B00, 0x27B6, 0xFFFF, 0x05F0])
def test_signatures_of_old_wired_meters_go_by_columns(configuration: int) -> None:
    frame = bytearray(long_frame(SENDER, RECORDS))
    frame[17:19] = configuration.to_bytes(2, "little")
    frame[-2] = sum(frame[4:-2]) & 0xFF
    assert len(decode_batch([bytes(frame)] * 40).readings) == 40 * 3
