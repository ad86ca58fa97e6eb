"""What a master sends, byte for byte as EN 13757-2:2018 and EN 13757-7:2018 say."""

from __future__ import annotations

import pytest

from hypothesis import given
from hypothesis import strategies as st

from divako.errors import InputError, UnsupportedError
from divako.mbus import BROADCAST, SECONDARY, Frame, Master, SecondaryAddress, decode_wired, read_frame, write_frame


def controls(frames: list[bytes]) -> list[int | None]:
    return [read_frame(frame).control for frame in frames]


def test_the_frame_count_bit_toggles_from_request_to_request_and_not_when_asking_again() -> None:
    master = Master()
    assert read_frame(master.initialise(5)) == Frame("short", 0x40, 5)
    assert controls([master.request(5), master.request(5), master.request(5, again=True)]) == [0x7B, 0x5B, 0x5B]
    assert controls([master.request(5)]) == [0x7B]
    master.initialise(5)
    assert controls([master.request(5)]) == [0x7B]


def test_each_meter_and_each_kind_of_request_has_its_own_bit() -> None:
    master = Master()
    assert controls([master.request(5), master.request(6), master.request(5, urgent=True)]) == [0x7B, 0x7B, 0x7A]
    assert controls([master.request(5, urgent=True), master.send(5, b"\x01"), master.send(5, b"\x01")]) == [
        0x5A,
        0x73,
        0x53,
    ]


def test_a_broadcast_start_makes_all_meters_start_anew() -> None:
    master = Master()
    master.request(5)
    master.initialise(BROADCAST)
    assert controls([master.request(5)]) == [0x7B]


def test_a_selected_meter_is_asked_from_the_start() -> None:
    master = Master()
    master.request(SECONDARY)
    got = read_frame(master.select(SecondaryAddress(meter_id="12345678", manufacturer="DVK", version=1, device_type=7)))
    assert (got.control, got.address, got.ci) == (0x53, SECONDARY, 0x52)
    assert got.data.hex() == "78563412cb120107"
    assert controls([master.request(SECONDARY)]) == [0x7B]


def test_open_parts_of_an_address_are_ones() -> None:
    assert SecondaryAddress().to_bytes() == b"\xff" * 8
    wanted = SecondaryAddress(meter_id="FF345678", version=0, fabrication_number="1234567F")
    assert wanted.to_bytes().hex() == "785634ffffff00ff0c787f563412"


def test_a_search_narrows_digit_by_digit() -> None:
    open_ = [SecondaryAddress()]
    for _ in range(2):
        open_ = [narrow for one in open_ for narrow in one.narrowed()]
    assert [one.meter_id for one in open_] == [f"{n:02d}FFFFFF" for n in range(100)]
    assert list(SecondaryAddress(meter_id="12345678").narrowed()) == []


@pytest.mark.parametrize(
    ("rate", "ci"),
    [(300, 0xB8), (600, 0xB9), (1200, 0xBA), (2400, 0xBB), (4800, 0xBC), (9600, 0xBD), (19200, 0xBE), (38400, 0xBF)],
)
def test_baud_rates(rate: int, ci: int) -> None:
    got = read_frame(Master().change_baud_rate(5, rate))
    assert (got.kind, got.ci) == ("control", ci)


def test_an_application_reset_with_and_without_a_subcode() -> None:
    master = Master()
    assert read_frame(master.reset_application(5)) == Frame("control", 0x73, 5, 0x50)
    assert read_frame(master.reset_application(5, select=0x10)) == Frame("long", 0x53, 5, 0x50, b"\x10")


@pytest.mark.parametrize(
    "wrong",
    [
        {"meter_id": "1234567"},
        {"meter_id": "1234567A"},
        {"manufacturer": "dvk"},
        {"manufacturer": "DV"},
        {"version": 256},
        {"device_type": -1},
        {"fabrication_number": "12"},
    ],
)
def test_a_part_of_another_form_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InputError):
        SecondaryAddress(**wrong)  # type: ignore[arg-type] # wrong on purpose


def test_requests_that_no_frame_holds_are_refused() -> None:
    with pytest.raises(InputError):
        Master().change_baud_rate(5, 1000)
    master = Master()
    with pytest.raises(InputError):
        master.send(5, bytes(253))
    assert controls([master.send(5, b"\x01")]) == [0x73]  # what was never written does not count
    for request in (Master().initialise, Master().request):
        with pytest.raises(InputError):
            request(256)
    for frame in (Frame("long", 8, 5, None), Frame("short", 8, 300), Frame("other"), Frame("control", 1, 1, 1, b"x")):
        with pytest.raises(InputError):
            write_frame(frame)


@given(st.binary(max_size=252), st.integers(0, 255))
def test_whatever_a_master_sends_is_a_frame_without_readings(data: bytes, address: int) -> None:
    master = Master()
    for frame in (master.initialise(address), master.request(address), master.send(address, data)):
        assert read_frame(frame).address == address
        with pytest.raises(UnsupportedError):
            decode_wired(frame)
