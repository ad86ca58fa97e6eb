"""One telegram after decoding: who sent it, how sure that is, and its records."""

from __future__ import annotations

import datetime as dt
import enum

from collections.abc import Callable, Iterable

import numpy as np

from attrs import field, frozen

from divako.errors import DecodeError
from divako.model._filled import filler
from divako.model._register import Function, Medium, Register
from divako.model._status import Status


class Verdict(enum.Enum):
    """How far the content of a telegram has been checked."""

    AUTHENTICATED = "authenticated"  # by a MAC or tag made with the key
    CHECKED = "checked"  # by a known plaintext or an encrypted CRC
    UNVERIFIED = "unverified"


@frozen(kw_only=True)
class Mvt:
    """Manufacturer, version and device type: what selects a driver.

    Parameters
    ----------
    manufacturer : str
        Three capital letters.
    version, device_type : int
        As the meter sends them.
    """

    manufacturer: str
    version: int
    device_type: int


@frozen(kw_only=True)
class Uplink:
    """A LoRaWAN uplink as a network server delivered it.

    Parameters
    ----------
    dev_eui : str
        Sixteen lower-case hexadecimal digits.
    f_port : int or None
        Port; None where the server sent none.
    frame_counter : int or None
        Security counter of the link.
    time : datetime64[ms]
        When the network received it, in UTC; NaT where it does not say.
    payload : bytes
        The deciphered application payload.
    confirmed : bool
        Whether the device asked for an acknowledgement.
    gateways : tuple of Reception
        Who heard it.
    network : str
        The kind of network server.
    """

    dev_eui: str
    f_port: int | None
    frame_counter: int | None
    time: np.datetime64
    payload: bytes = field(repr=False)
    confirmed: bool = False
    gateways: tuple[Reception, ...] = ()
    network: str = ""


@frozen(kw_only=True)
class Reception:
    """One gateway that heard an uplink.

    Parameters
    ----------
    gateway : str
        Its identifier.
    rssi : float or None
        Signal level. [dBm]
    snr : float or None
        Signal to noise ratio. [dB]
    """

    gateway: str
    rssi: float | None
    snr: float | None


@frozen(weakref_slot=False)
class Record:
    """One value of a telegram.

    Parameters
    ----------
    register : Register or None
        The quantity; None where only the maker knows it, or where the record is
        a date or a text.
    count : int or None
        The integer that was sent, exactly; None for floats, dates and texts.
    value : float or None
        In the canonical unit of the register; None where the meter sent none.
    content : date, datetime, str, bytes or None
        What a record that is no number holds. Dates are the wall clock of the
        meter, in no zone.
    storage, tariff, subunit : int
        Indices of the record.
    function : Function
        Instantaneous, maximum, minimum or error value.
    status : Status
        Why a value is missing, and what the telegram's status byte says.
    time : datetime64[ms] or None
        When the register stood so, in UTC, where that is known.
    header : bytes
        The record's header as sent: DIF, DIFE, VIF, VIFE.
    raw : bytes
        Its data as sent; kept for records that only a driver understands.
    quantity : str
        Name of the quantity: the register's, or what the date or text says.
    clock : date, datetime or None
        What the meter's own clock showed when the register stood so, in no zone: for the
        elements of a profile, whose spacing says it.
    """

    register: Register | None
    count: int | None
    value: float | None
    content: dt.date | dt.time | str | bytes | None
    storage: int
    tariff: int
    subunit: int
    function: Function
    status: Status
    time: np.datetime64 | None
    header: bytes = field(repr=False)
    raw: bytes = field(repr=False)
    quantity: str
    clock: dt.date | None = None


filled_record: Callable[..., Record] = filler(Record)


def _records(records: Iterable[Record]) -> tuple[Record, ...]:
    return tuple(records)


@frozen(kw_only=True, weakref_slot=False)
class Telegram:
    """One complete message of a meter.

    Parameters
    ----------
    link : {"mbus", "wmbus", "lorawan"}
        The link it came over.
    meter_id : str
        The meter's number, or the device EUI of a LoRaWAN device.
    mvt : Mvt or None
        Manufacturer, version and device type, where the link says them.
    medium : Medium
        What is measured.
    access_number : int or None
        Link repeat counter.
    status_byte : int or None
        As sent.
    status : Status
        The same in common bits.
    security : str
        Security mode: ``"none"``, ``"tpl-mode5"`` and so on.
    verdict : Verdict
        How far the content has been checked.
    received_at : datetime64[ms] or None
        When, as the caller said, in UTC.
    records : tuple of Record
        In the order sent.
    maker_data : bytes
        What follows DIF 0F: a block that only the maker knows.
    headers : bytes
        The headers of its M-Bus records as sent, one after the other: its format.
    uplink : Uplink or None
        The envelope it came in.
    message_counter : int or None
        The counter of its security, which must only rise: of the authentication layer, or of
        security modes 7 and 10. A key protects it where the verdict is not unverified.
    session_number : int or None
        The same of an enciphered extended link layer: its time and frame number.
    more_follows : bool
        Whether the meter says that its next telegram goes on with the records (DIF 1F).
    damage : DecodeError or None
        Why the records end before the telegram does; only where a part was asked for.
    """

    link: str
    meter_id: str
    mvt: Mvt | None
    medium: Medium
    access_number: int | None
    status_byte: int | None
    status: Status
    security: str
    verdict: Verdict
    received_at: np.datetime64 | None
    records: tuple[Record, ...] = field(converter=_records)
    maker_data: bytes = field(default=b"", repr=False)
    headers: bytes = field(default=b"", repr=False)
    uplink: Uplink | None = None
    message_counter: int | None = None
    session_number: int | None = None
    more_follows: bool = False
    damage: DecodeError | None = field(default=None, eq=False)
