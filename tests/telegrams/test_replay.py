"""A counter only rises, or the telegram was sent again."""

from __future__ import annotations

import json

import pytest

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from divako.codec import AesKey
from divako.errors import AuthenticationError, InputError, MalformedError
from divako.model import Mvt, Telegram, Verdict
from divako.simulate import Address, ExtendedLink, Protection, wireless_frame
from divako.telegrams import KeyStore, Readout, ReplayGuard, decode


KEY = AesKey(bytes(16))
SENDER = Address("12345678", Mvt(manufacturer="DVK", version=1, device_type=0x16))
VOLUME = bytes.fromhex("0413 39300000")


def received(counter: int, *, session: bool = False) -> Telegram:
    if session:
        frame = wireless_frame(SENDER, VOLUME, extended=ExtendedLink(session=counter, key=KEY))
    else:
        frame = wireless_frame(SENDER, VOLUME, protection=Protection(mode=10, key=KEY, counter=counter))
    return decode(frame, keys=KeyStore.single(bytes(16)))


@given(st.lists(st.integers(0, 30), max_size=12), st.booleans())
def test_only_a_higher_counter_is_accepted_also_after_a_restart(counters: list[int], session: bool) -> None:
    guard = ReplayGuard()
    highest = -1
    for counter in counters:
        if counter > highest:
            guard.accept(received(counter, session=session))
            highest = counter
        else:
            with pytest.raises(AuthenticationError, match="sent again"):
                guard.accept(received(counter, session=session))
        guard = ReplayGuard(json.loads(json.dumps(guard.to_document())))
    assert len(guard) == (1 if counters else 0)
    assert SENDER.meter_id not in repr(guard)


def test_a_counter_that_no_key_protects_is_not_accepted() -> None:
    guard = ReplayGuard()
    for telegram in (
        decode(wireless_frame(SENDER, VOLUME)),
        decode(wireless_frame(SENDER, VOLUME, key=KEY), keys=KeyStore.single(bytes(16))),
        evolve(received(5), verdict=Verdict.UNVERIFIED),
    ):
        with pytest.raises(AuthenticationError, match="no counter"):
            guard.accept(telegram)
    guard.accept(evolve(received(5), mvt=None))
    assert guard.to_document() == {".12345678.message": 5}


@pytest.mark.parametrize("state", [{"a": "1"}, {"a": -1}, {"a": True}, {"a": 1.5}])
def test_a_state_of_another_form_is_refused(state: dict[str, int]) -> None:
    with pytest.raises(InputError):
        ReplayGuard(state)


def part(number: int, *, more: bool, meter: Address = SENDER) -> Telegram:
    records = b"\x01\x13" + bytes((number,)) + (b"\x1f" + bytes((number,)) if more else b"")
    return decode(wireless_frame(meter, records, access_number=number))


@given(st.integers(1, 8), st.data())
def test_the_telegrams_of_a_readout_are_put_together_and_repeated_ones_count_once(n: int, data: st.DataObject) -> None:
    readout = Readout()
    for number in range(1, n):
        for _ in range(data.draw(st.integers(1, 2))):
            assert readout.add(part(number, more=True)) is None
    assert len(readout) == n - 1
    whole = readout.add(part(n, more=False))
    assert whole is not None
    assert [record.count for record in whole.records] == list(range(1, n + 1))
    assert whole.maker_data == bytes(range(1, n))
    assert not whole.more_follows
    assert len(readout) == 0


def test_a_readout_is_of_one_meter_and_not_endless() -> None:
    readout = Readout(most=3)
    readout.add(part(1, more=True))
    with pytest.raises(MalformedError, match="two meters"):
        readout.add(part(2, more=True, meter=Address("87654321", SENDER.mvt)))
    assert len(readout) == 0
    readout.add(part(1, more=True))
    readout.add(part(2, more=True))
    with pytest.raises(MalformedError, match="more telegrams"):
        readout.add(part(3, more=True))
    assert len(readout) == 0
