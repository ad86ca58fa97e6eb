"""Diehl, Hydrometer and Sappel water meters with IZAR radio, telegrams of the PRIOS protocol.

Four bytes in the clear say how often the meter sends, how long its battery lasts, what is wrong and
in what unit it counts. Behind them, enciphered with a key that is public or the operator's, stand the
reading, that of the last due day, and its date.

The one byte that checks the key is right by chance once in 128 telegrams, so the rest must make
sense as well: a volume's unit, a date, and numbers of no more digits than meters have.

References
----------
.. [1] lvogt, wireless-mbus-parser 1.0 (MIT), PRIOS application layer.
.. [2] wmbusmeters, drivers izar and izarv2, and issue 239 (facts of the layout).
"""

from __future__ import annotations

import datetime as dt

from collections.abc import Iterator
from fractions import Fraction

from attrs import evolve

from divako.codec import read_date
from divako.drivers import (
    Block,
    Date,
    Fixed,
    Flags,
    MbusDriver,
    Mvt,
    Number,
    TelegramExample,
    content_record,
    number_record,
)
from divako.drivers._diehl import MAKERS, candidates, printed_address, unknown_key
from divako.drivers._quantities import REMAINING_BATTERY_LIFE, TRANSMISSION_PERIOD, VOLUME, counted_in, state
from divako.errors import MalformedError
from divako.mbus import Body
from divako.model import Medium, Record, Status


_CLEAR = 4
_KEY_CHECK = 0x4B
_DIGITS = 8  # of the register, whatever its unit
_PERIOD_LOG = 2  # the shortest period is 4 s


def opened(data: bytes, body: Body) -> bytes:
    """Decipher a body with the public key that its check byte confirms.

    Raises
    ------
    DecryptionError
        Neither does.
    """
    clear, sealed = data[:_CLEAR], data[_CLEAR:]
    for plain in candidates(sealed, body, bytes((body.ci,)) + data):
        if plain.startswith(bytes((_KEY_CHECK,))):
            return clear + plain
    raise unknown_key()


def due_date(data: bytes) -> dt.date | None:
    """Read the date of the last due day; None where there was none yet.

    Raises
    ------
    MalformedError
        It is no date.
    """
    date = read_date(data)
    if date is None and data not in {b"\0\0", b"\xff\xff"}:
        msg = "a date that must stand there does not"
        raise MalformedError(msg, layer="driver", offset=13)
    return date


def has_digits_of_a_meter(data: bytes) -> bool:
    """Tell whether both readings have at most the digits of a register."""
    return all(int.from_bytes(data[at : at + 4], "little") < 10**_DIGITS for at in (5, 9))


def readings(data: bytes, body: Body) -> Iterator[Record]:
    """Give the volumes in the unit that the block states, and what is no plain number."""
    litre_power = (data[3] & 0x07) - 6
    volume = evolve(VOLUME, factor=Fraction(10) ** litre_power)
    for storage, at in ((0, 5), (1, 9)):
        raw = data[at : at + 4]
        yield number_record(volume, int.from_bytes(raw, "little"), storage=storage, raw=raw)
    yield number_record(TRANSMISSION_PERIOD, 1 << ((data[0] & 0x0F) + _PERIOD_LOG), raw=data[:1])
    if body.address.mvt.manufacturer == "SAP":
        yield content_record("fabrication_number", printed_number(body.address.raw[2:8]))


def printed_number(address: bytes) -> str | None:
    """Spell the number that Sappel prints on its meters: supplier, year, type and size, then six digits.

    Parameters
    ----------
    address : bytes
        Number, version and device type as sent.
    """
    bits = int.from_bytes(address, "little")
    year, serial = divmod(bits & 0x3FFFFFF, 10**6)
    size, meter_type, supplier = (chr(0x40 + (bits >> shift & 0x1F)) for shift in (29, 34, 39))
    letters = supplier + meter_type + size
    return f"{supplier}{year:02d}{meter_type}{size}{serial:06d}" if letters.isalpha() and letters.isupper() else None


DRIVER = MbusDriver(
    name="diehl_prios",
    devices=[("Diehl", "IZAR RC 868"), ("Sappel", "IZAR RC 868"), ("Hydrometer", "IZAR RC 868")],
    medium=Medium.WATER,
    accepts=Mvt(MAKERS, ci=range(0xA0, 0xA8)),
    address=printed_address,
    security="maker",
    body=Block(
        [
            Fixed(3, b"\x10", b"\xf8"),
            Date(due_date, 13, storage=1),
            Number(counted_in(REMAINING_BATTERY_LIFE, "month", 6), 1, 1, bits=(0, 5)),
            Number(state("alarms"), 1, 2, bits=(5, 11)),
            Flags(0, {0x80: Status.ABNORMAL}),
            Flags(1, {0x80: Status.LEAK, 0x20: Status.ABNORMAL}),
            Flags(2, {0x80: Status.BACKFLOW, 0x60: Status.ABNORMAL, 0x10: Status.ABNORMAL, 0x0A: Status.TAMPER}),
        ],
        size=(15, 31),
        prepare=opened,
        check=has_digits_of_a_meter,
        unroll=readings,
    ),
    source="lvogt, wireless-mbus-parser 1.0, PRIOS application layer (MIT); wmbusmeters, driver izarv2 (facts)",
    examples=[
        TelegramExample(
            bytes.fromhex("1944a511780778563412a1011400134e38e6d2c099a7cf8ee255"),
            {
                "remaining_battery_life_month": 120.0,
                "alarms": 0.0,
                "volume_m3": 123.456,
                "volume_m3 s1": 120.0,
                "date s1": "2025-12-31",
                "transmission_period_s": 8.0,
            },
        ),
        TelegramExample(
            bytes.fromhex("2944304ca78140215401a28335881494551cd049b33be98677405f486ba476517edf889d117eff49bd04"),
            {
                "remaining_battery_life_month": 126.0,
                "alarms": 1089.0,
                "volume_m3": 1234.56,
                "volume_m3 s1": 1200.0,
                "date s1": None,
                "transmission_period_s": 32.0,
                "fabrication_number": "B21UA004711",
            },
        ),
    ],
)
