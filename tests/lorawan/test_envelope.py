"""Documents of network servers become uplinks, or an error that names the field."""

from __future__ import annotations

import base64
import copy

from typing import Any

import numpy as np
import pytest

from hypothesis import given, settings
from hypothesis import strategies as st

from divako.errors import DecodeError, MalformedError, UnsupportedError
from divako.lorawan import parse_uplink


EUI = "0102030405060708"
PAYLOAD = b"\x00\xff\x10"
DATA = base64.b64encode(PAYLOAD).decode()
TIME = "2026-01-31T23:59:58.125Z"

# The fields that the servers' documentation names, and no others.
THE_THINGS_STACK: dict[str, Any] = {
    "end_device_ids": {"device_id": "meter-1", "dev_eui": EUI.upper()},
    "received_at": TIME,
    "uplink_message": {
        "f_port": 7,
        "f_cnt": 42,
        "frm_payload": DATA,
        "confirmed": True,
        "received_at": TIME,
        "rx_metadata": [{"gateway_ids": {"gateway_id": "roof"}, "rssi": -101, "snr": 4.5}],
    },
}
CHIRPSTACK_4: dict[str, Any] = {
    "deviceInfo": {"devEui": EUI},
    "time": "2026-02-01T00:59:58.125+01:00",
    "fCnt": 42,
    "fPort": 7,
    "confirmed": True,
    "data": DATA,
    "rxInfo": [{"gatewayId": "roof", "rssi": -101, "snr": 4.5}],
}
CHIRPSTACK_3: dict[str, Any] = {
    "devEUI": base64.b64encode(bytes.fromhex(EUI)).decode(),
    "fCnt": 42,
    "fPort": 7,
    "data": DATA,
    "confirmedUplink": True,
    "rxInfo": [
        {"gatewayID": "roof", "time": "2026-02-01T00:00:00Z", "rssi": -110, "loRaSNR": 1},
        {"gatewayID": base64.b64encode(b"\xaa" * 8).decode(), "time": TIME, "rssi": -101, "loRaSNR": 4.5},
    ],
}
THINGPARK: dict[str, Any] = {
    "DevEUI_uplink": {
        "DevEUI": EUI,
        "FPort": "7",
        "FCntUp": "42",
        "Time": TIME,
        "payload_hex": PAYLOAD.hex(),
        "Lrrs": {"Lrr": [{"Lrrid": "roof", "LrrRSSI": -101.0, "LrrSNR": 4.5}]},
    }
}
LORIOT: dict[str, Any] = {
    "cmd": "gw",
    "EUI": EUI,
    "ts": 1769903998125,
    "fcnt": 42,
    "port": 7,
    "data": PAYLOAD.hex(),
    "gws": [{"gweui": "roof", "rssi": -101, "snr": 4.5}],
}
SERVERS = {
    "tts-v3": THE_THINGS_STACK,
    "chirpstack-v4": CHIRPSTACK_4,
    "chirpstack-v3": CHIRPSTACK_3,
    "thingpark": THINGPARK,
    "loriot": LORIOT,
}


@pytest.mark.parametrize("network", SERVERS)
def test_each_server_says_the_same_in_its_own_words(network: str) -> None:
    uplink = parse_uplink(SERVERS[network])
    assert uplink.network == network
    assert (uplink.dev_eui, uplink.f_port, uplink.frame_counter, uplink.payload) == (EUI, 7, 42, PAYLOAD)
    assert uplink.time == np.datetime64("2026-01-31T23:59:58.125")
    best = uplink.gateways[-1]
    assert (best.rssi, best.snr) == (-101, 4.5)


@pytest.mark.parametrize("network", ["tts-v3", "chirpstack-v4", "chirpstack-v3"])
def test_a_confirmed_uplink_says_so(network: str) -> None:
    assert parse_uplink(SERVERS[network]).confirmed


def test_identities_in_base64_are_written_as_digits() -> None:
    uplink = parse_uplink(CHIRPSTACK_3)
    assert [heard.gateway for heard in uplink.gateways] == ["roof", "aa" * 8]
    assert parse_uplink(CHIRPSTACK_3 | {"devEUI": "01-02-03-04-05-06-07-08"}).dev_eui == EUI


def test_zeros_that_a_server_leaves_out_are_zeros() -> None:
    uplink = parse_uplink({"deviceInfo": {"devEui": EUI}, "fPort": 7, "data": DATA, "rxInfo": [{}]})
    assert (uplink.frame_counter, uplink.gateways[0].rssi, uplink.gateways[0].snr) == (0, 0, 0)
    assert np.isnat(uplink.time)


def test_an_uplink_of_commands_alone_has_no_payload() -> None:
    uplink = parse_uplink({"cmd": "rx", "EUI": EUI, "ts": 0, "fcnt": 1})
    assert (uplink.f_port, uplink.payload, uplink.time) == (None, b"", np.datetime64(0, "ms"))
    assert parse_uplink(THE_THINGS_STACK | {"uplink_message": {}}).payload == b""


@pytest.mark.parametrize(
    ("document", "what"),
    [
        ({"end_device_ids": {"dev_eui": EUI}, "join_accept": {}}, "join_accept"),
        ({"end_device_ids": {"dev_eui": EUI}}, "another message"),
        ({"deviceInfo": {"devEui": EUI}, "margin": 5}, "status"),
        ({"deviceInfo": {"devEui": EUI}, "fCntDown": 5, "fCnt": 5}, "acknowledgement"),
        ({"deviceInfo": {"devEui": EUI}}, "another event"),
        ({"devEUI": EUI, "margin": 5, "fCnt": 1}, "status"),
        ({"devEUI": EUI}, "another event"),
        ({"DevEUI_location": {}}, "DevEUI_location"),
        ({"cmd": "txd", "EUI": EUI}, "another command"),
        ({}, "no network server"),
        ({"hello": "world"}, "no network server"),
    ],
)
def test_what_is_no_uplink_is_refused_by_name(document: dict[str, Any], what: str) -> None:
    with pytest.raises(UnsupportedError, match=what) as caught:
        parse_uplink(document)
    assert caught.value.layer == "lorawan.envelope"


def changed(document: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    document = copy.deepcopy(document)
    *parents, last = path.split(".")
    inner = document
    for name in parents:
        inner = inner[name]
    inner[last] = value
    return document


@pytest.mark.parametrize(
    ("network", "path", "value"),
    [
        ("tts-v3", "end_device_ids.dev_eui", "0102"),
        ("tts-v3", "end_device_ids.dev_eui", None),
        ("tts-v3", "end_device_ids.dev_eui", "x" * 16),
        ("tts-v3", "uplink_message.f_port", "seven"),
        ("tts-v3", "uplink_message.f_port", True),
        ("tts-v3", "uplink_message.frm_payload", "!!"),
        ("tts-v3", "uplink_message.frm_payload", "\x80"),
        ("tts-v3", "uplink_message.frm_payload", 5),
        ("tts-v3", "uplink_message.received_at", "2026-01-31T23:59:58"),
        ("tts-v3", "uplink_message.received_at", "yesterday"),
        ("tts-v3", "uplink_message.received_at", 5),
        ("tts-v3", "uplink_message.rx_metadata", {}),
        ("tts-v3", "uplink_message", []),
        ("chirpstack-v4", "rxInfo", ["roof"]),
        ("chirpstack-v4", "time", "0001-01-01T00:00:00+14:00"),
        ("thingpark", "DevEUI_uplink.payload_hex", "0"),
        ("thingpark", "DevEUI_uplink.payload_hex", 0),
        ("loriot", "gws", [5]),
        ("loriot", "ts", "now"),
        ("loriot", "ts", 10**30),
        ("loriot", "ts", -1),
    ],
)
def test_a_wrong_field_is_named(network: str, path: str, value: object) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_uplink(changed(SERVERS[network], path, value))
    assert path.rpartition(".")[2] in str(caught.value)
    assert str(value) not in str(caught.value) or value is None


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just(TIME) | st.just(EUI),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def paths(document: dict[str, Any], before: str = "") -> list[str]:
    found = []
    for name, value in document.items():
        found.append(f"{before}{name}")
        if isinstance(value, dict):
            found.extend(paths(value, f"{before}{name}."))
    return found


@settings(max_examples=300, deadline=None)
@given(data=st.data(), network=st.sampled_from(sorted(SERVERS)))
def test_whatever_stands_in_a_field_only_decode_errors_come_out(data: st.DataObject, network: str) -> None:
    document = SERVERS[network]
    path = data.draw(st.sampled_from(paths(document)))
    try:
        parse_uplink(changed(document, path, data.draw(anything)))
    except DecodeError as error:
        assert error.layer == "lorawan.envelope"
