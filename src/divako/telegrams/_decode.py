"""One frame or uplink in, one telegram out: the front door of decoding."""

from __future__ import annotations

import functools

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from attrs import evolve

from divako.drivers import INSTALLED, Driver, for_device
from divako.errors import AuthenticationError, DecodeError, DecryptionError, UnknownDriverError, UnsupportedError
from divako.lorawan import parse_uplink
from divako.mbus import Formats, KeyLookup, cut_trailing, decode_wired, looks_wired
from divako.model import Readings, Status, Telegram, Uplink, Verdict, readings_of_records
from divako.telegrams._keys import KeyStore, Turn, require_lookup
from divako.wmbus import decode_wireless


def decode(
    frame: bytes,
    *,
    keys: KeyLookup | None = None,
    received_at: np.datetime64 | None = None,
    frame_format: str | None = None,
    f_port: int | None = None,
    device: str | None = None,
    meter_id: str = "",
    formats: Formats | None = None,
    trailing: int = 0,
    partial: bool = False,
) -> Telegram:
    """Decode one telegram of a meter.

    Parameters
    ----------
    frame : bytes
        A wired or wireless M-Bus frame; or, with `f_port` or `device`, the deciphered
        payload of a LoRaWAN uplink.
    keys : KeyLookup, optional
        Who knows the keys of meters, such as a `KeyStore`.
    received_at : datetime64[ms], optional
        When it came, in UTC; the time of the present values of meters that send no
        clock of their own.
    frame_format : {"A", "B", "stripped", "stripped-B"}, optional
        Form of a wireless frame; found by its CRCs where it is not given.
    f_port : int, optional
        Port of a LoRaWAN uplink.
    device : str, optional
        Name of a driver, or vendor and model of a device.
    meter_id : str, default ""
        Identity of a LoRaWAN device; M-Bus telegrams carry their own.
    formats : Formats, optional
        Record headers by signature, for compact frames; see `learn_formats`.
    trailing : int, default 0
        How many bytes the receiver puts behind each frame, such as the signal level. [byte]
    partial : bool, default False
        Give the records of an M-Bus telegram that stand before a damaged one. The telegram is
        marked: its `damage` is the error. Frames, checksums, keys and codes are checked
        all the same, and nothing is given in part that a wrong key could have made.

    Returns
    -------
    Telegram
        Complete, unless a part was asked for.

    Raises
    ------
    DecodeError
        Of the layer that refused it, with the offset.
    DriverError
        No driver, or more than one, reads this payload.

    Examples
    --------
    >>> frame = bytes.fromhex("681515680801 72 78563412 2d2c 01 04 05 00 0000 0c13 45230100 7a16")
    >>> telegram = decode(frame)
    >>> telegram.meter_id, telegram.records[0].quantity, telegram.records[0].value
    ('12345678', 'volume', 12.345)
    """
    if f_port is not None or device is not None:
        return _from_payload(frame, f_port=f_port, device=device, meter_id=meter_id, received_at=received_at)
    if trailing:
        frame, _ = cut_trailing(frame, trailing)
    more: dict[str, Any] = {"formats": formats, "received_at": received_at, "partial": partial, "makers": INSTALLED}
    read: Callable[..., Telegram] = decode_wired
    if not looks_wired(frame):
        read = decode_wireless
        more["frame_format"] = frame_format
    if isinstance(keys, KeyStore):
        return _with_keys_in_turn(functools.partial(read, frame, **more), keys)
    if keys is not None:
        require_lookup(keys)
    return read(frame, keys=keys, **more)


def _with_keys_in_turn(read: Callable[..., Telegram], store: KeyStore) -> Telegram:
    """Try the keys of a meter one after the other, and say of the first why it did not fit."""
    first: DecodeError | None = None
    turn = -1
    while True:
        turn += 1
        keys = Turn(store, turn)
        try:
            return read(keys=keys)
        except (DecryptionError, AuthenticationError) as error:
            first = first or error
            if not keys.more:
                raise first from first.__cause__


def decode_uplink(document: Mapping[str, object] | Uplink, *, device: str | None = None) -> Telegram:
    """Decode the uplink in a document of a LoRaWAN network server.

    Parameters
    ----------
    document : mapping or Uplink
        As the server sent it, parsed from JSON.
    device : str, optional
        Name of a driver, or vendor and model; port and length seldom tell devices apart.

    Returns
    -------
    Telegram
        With the envelope beside it; its meter is the device EUI.

    Raises
    ------
    DecodeError
        The document is no uplink, or the driver refuses its payload.
    DriverError
        No driver, or more than one, reads this payload.
    """
    uplink = document if isinstance(document, Uplink) else parse_uplink(document)
    received_at = None if np.isnat(uplink.time) else uplink.time
    telegram = _from_payload(
        uplink.payload, f_port=uplink.f_port, device=device, meter_id=uplink.dev_eui, received_at=received_at
    )
    return evolve(telegram, uplink=uplink)


def _from_payload(
    payload: bytes, *, f_port: int | None, device: str | None, meter_id: str, received_at: np.datetime64 | None
) -> Telegram:
    driver = for_device(device) if device is not None else found_driver(payload, f_port)
    records = driver.read(payload, f_port=f_port, received_at=received_at)
    status = Status.OK
    for record in records:
        status |= record.status & _OF_DEVICE
    return Telegram(
        link="lorawan",
        meter_id=meter_id,
        mvt=None,
        medium=driver.medium,
        access_number=None,
        status_byte=None,
        status=status,
        security="none",
        verdict=Verdict.UNVERIFIED,
        received_at=received_at,
        records=records,
    )


# The bits that speak of the device; the others speak of one value.
_OF_DEVICE = Status((1 << 16) - 1)


def found_driver(payload: bytes, f_port: int | None) -> Driver:
    """Find the driver that reads a payload, by its port and length."""
    from divako.drivers import find

    try:
        return find(payload, f_port=f_port)
    except UnknownDriverError as error:
        msg = f"no installed driver reads {len(payload)} bytes on this port; name the device"
        raise UnsupportedError(msg, layer="lorawan.payload") from error


def readings_of(telegrams: Sequence[Telegram]) -> Readings:
    """Put the readings of telegrams into one table.

    Parameters
    ----------
    telegrams : sequence of Telegram
        In any order; rows keep it.

    Returns
    -------
    Readings
        One row per number, known or not. Dates and texts stay with the telegram.
    """
    return readings_of_records([t.meter_id for t in telegrams], (t.records for t in telegrams))[0]


def learn_formats(telegrams: Iterable[Telegram], *, known: Formats | None = None) -> Formats:
    """Remember the record headers of full frames, for the compact frames that follow them.

    Parameters
    ----------
    telegrams : iterable of Telegram
        Full frames; others teach nothing.
    known : Formats, optional
        What is known already.

    Returns
    -------
    Formats
        A new store; the one given is not changed.
    """
    formats = known or Formats()
    for telegram in telegrams:
        formats = formats.learn(telegram)
    return formats
