"""Uplinks out of the documents of LoRaWAN network servers.

A document that is no uplink, such as a join or a status, is told apart by name. An uplink
without a payload is legal: it carries commands of the network only.

References
----------
.. [1] The Things Stack, "Data formats", version 3; ChirpStack, "Event types", versions 3 and 4;
   Actility ThingPark, "LRC-AS tunnel interface"; LORIOT, "Application API data format".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NoReturn

import numpy as np

from divako.errors import UnsupportedError
from divako.lorawan._fields import (
    LAYER,
    base_64,
    eui,
    hexadecimal,
    instant,
    malformed,
    mapping,
    number,
    objects,
    whole,
)
from divako.model import Reception, Uplink


Document = Mapping[str, Any]

_YEAR_10000 = 253_402_300_800_000  # the first instant that ISO 8601 has no four digits for [ms]


def parse_uplink(document: Mapping[str, object]) -> Uplink:
    r"""Find the uplink in a document of a network server.

    Parameters
    ----------
    document : mapping
        As the server sent it, parsed from JSON: The Things Stack v3, ChirpStack v3 and
        v4, ThingPark or LORIOT.

    Returns
    -------
    Uplink
        Device, port, counter, payload, and who heard it when.

    Raises
    ------
    UnsupportedError
        The document is no uplink, or of no server known here; it says which.
    MalformedError
        A field is missing or wrong; it says which.

    Examples
    --------
    >>> uplink = parse_uplink({"cmd": "rx", "EUI": "0102030405060708", "ts": 0, "fcnt": 1, "port": 100, "data": "00ff"})
    >>> uplink.network, uplink.f_port, uplink.payload
    ('loriot', 100, b'\x00\xff')
    """
    for recognises, read in _NETWORKS:
        if recognises(document):
            return read(document)
    msg = "a document of no network server known here"
    raise UnsupportedError(msg, layer=LAYER)


def _refuse(what: str) -> NoReturn:
    msg = f"not an uplink but {what}"
    raise UnsupportedError(msg, layer=LAYER)


def _the_things_stack(document: Document) -> Uplink:
    ids = mapping(document, "end_device_ids")
    if "uplink_message" not in document:
        known = ("join_accept", "location_solved", "downlink_ack", "downlink_nack", "downlink_sent", "service_data")
        _refuse(next((name for name in known if name in document), "another message"))
    message = mapping(document, "uplink_message")
    return Uplink(
        dev_eui=eui(ids.get("dev_eui"), "end_device_ids.dev_eui"),
        f_port=whole(message, "f_port", default=0) or None,
        frame_counter=whole(message, "f_cnt", default=0),
        time=instant(message.get("received_at", document.get("received_at")), "uplink_message.received_at"),
        payload=base_64(message.get("frm_payload"), "uplink_message.frm_payload"),
        confirmed=bool(message.get("confirmed", False)),
        gateways=tuple(
            Reception(
                gateway=str(mapping(heard, "gateway_ids").get("gateway_id", "")),
                rssi=number(heard, "rssi"),
                snr=number(heard, "snr"),
            )
            for heard in objects(message, "rx_metadata")
        ),
        network="tts-v3",
    )


def _chirpstack_4(document: Document) -> Uplink:
    if "fCnt" not in document and "fPort" not in document and "data" not in document:
        events = {"integrationName": "an integration's event", "downlinkId": "a downlink's event", "margin": "a status"}
        _refuse(next((what for name, what in events.items() if name in document), "another event"))
    if "acknowledged" in document or "fCntDown" in document or "level" in document:
        _refuse("an acknowledgement or log")
    device = mapping(document, "deviceInfo")
    return Uplink(
        dev_eui=eui(device.get("devEui"), "deviceInfo.devEui"),
        f_port=whole(document, "fPort", default=0) or None,
        frame_counter=whole(document, "fCnt", default=0),
        time=instant(document.get("time"), "time"),
        payload=base_64(document.get("data"), "data"),
        confirmed=bool(document.get("confirmed", False)),
        gateways=tuple(
            # Zero values are left out of this server's documents.
            Reception(
                gateway=str(heard.get("gatewayId", "")), rssi=number(heard, "rssi") or 0, snr=number(heard, "snr") or 0
            )
            for heard in objects(document, "rxInfo")
        ),
        network="chirpstack-v4",
    )


def _chirpstack_3(document: Document) -> Uplink:
    if "data" not in document and "fCnt" not in document:
        _refuse("another event")
    if "acknowledged" in document or "margin" in document:
        _refuse("an acknowledgement or status")
    heard_by = objects(document, "rxInfo")
    times = [instant(heard.get("time"), "rxInfo.time") for heard in heard_by]
    known = [time for time in times if not np.isnat(time)]
    return Uplink(
        dev_eui=_eui_3(document.get("devEUI")),
        f_port=whole(document, "fPort", default=0) or None,
        frame_counter=whole(document, "fCnt", default=0),
        time=min(known) if known else np.datetime64("NaT", "ms"),
        payload=base_64(document.get("data"), "data"),
        confirmed=bool(document.get("confirmedUplink", False)),
        gateways=tuple(
            Reception(
                gateway=_gateway_3(heard.get("gatewayID")), rssi=number(heard, "rssi"), snr=number(heard, "loRaSNR")
            )
            for heard in heard_by
        ),
        network="chirpstack-v3",
    )


def _eui_3(value: object) -> str:
    """Read an EUI that this server writes in base64, or as digits when told to."""
    if isinstance(value, str) and len(value) == 12:
        return base_64(value, "devEUI").hex()
    return eui(value, "devEUI")


def _gateway_3(value: object) -> str:
    if isinstance(value, str) and len(value) == 12:
        return base_64(value, "gatewayID").hex()
    return "" if value is None else str(value)


def _thingpark(document: Document) -> Uplink:
    message = mapping(document, "DevEUI_uplink")
    if not message:
        _refuse(next(iter(document)))
    heard_by = objects(mapping(message, "Lrrs"), "Lrr") or [message]
    return Uplink(
        dev_eui=eui(message.get("DevEUI"), "DevEUI"),
        f_port=whole(message, "FPort", default=0) or None,
        frame_counter=whole(message, "FCntUp"),
        time=instant(message.get("Time"), "Time"),
        payload=hexadecimal(message.get("payload_hex"), "payload_hex"),
        gateways=tuple(
            Reception(gateway=str(heard.get("Lrrid", "")), rssi=number(heard, "LrrRSSI"), snr=number(heard, "LrrSNR"))
            for heard in heard_by
        ),
        network="thingpark",
    )


def _loriot(document: Document) -> Uplink:
    if str(document.get("cmd")) not in {"rx", "gw"}:
        _refuse("another command")
    stamp = whole(document, "ts")
    if stamp is not None and not 0 <= stamp < _YEAR_10000:
        name = "ts"
        raise malformed(name, "a time")
    heard_by = objects(document, "gws") or [document]
    return Uplink(
        dev_eui=eui(document.get("EUI"), "EUI"),
        f_port=whole(document, "port", default=0) or None,
        frame_counter=whole(document, "fcnt"),
        time=np.datetime64("NaT" if stamp is None else stamp, "ms"),
        payload=hexadecimal(document.get("data"), "data"),
        gateways=tuple(
            Reception(gateway=str(heard.get("gweui") or ""), rssi=number(heard, "rssi"), snr=number(heard, "snr"))
            for heard in heard_by
        ),
        network="loriot",
    )


_NETWORKS: tuple[tuple[Callable[[Document], bool], Callable[[Document], Uplink]], ...] = (
    (lambda document: "end_device_ids" in document, _the_things_stack),
    (lambda document: "deviceInfo" in document, _chirpstack_4),
    (lambda document: "devEUI" in document, _chirpstack_3),
    (lambda document: any(str(key).startswith("DevEUI_") for key in document), _thingpark),
    (lambda document: "cmd" in document and "EUI" in document, _loriot),
)
