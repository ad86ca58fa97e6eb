"""Qundis water and heat meters and heat cost allocators, walk-by telegrams.

A record with a VIFE of the maker's holds the readings of the due date and of the end of last month,
what each of the twelve months to that one added, and in its long form the reading now as well. What is
counted stands in the block itself: the data field and the VIF that the standard's records of the
same meters have. The low half of the first of them is the power of ten of the months' steps: they add
up to the difference of the two readings.

References
----------
.. [1] wmbusmeters, drivers qwater, qheat and qcaloric, and their published telegrams (facts of the layout).
.. [2] wmbusmeters, issue 725: telegrams of the short form.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from attrs import evolve

from divako.codec import read_bcd, read_date, read_signed
from divako.drivers import (
    Block,
    Date,
    Fixed,
    Known,
    MbusDriver,
    Mvt,
    TelegramExample,
    content_record,
    number_record,
    wireless_frame,
)
from divako.drivers._quantities import ENERGY, HEAT_COST, VOLUME, counted_in
from divako.errors import MalformedError
from divako.mbus import Body
from divako.model import Kind, Medium, Record, Register


LAST_MONTH = 17  # the storage number that the standard telegrams of the same meters give it
_MONTHS = 12
# Data field (BCD of 8 or 6 digits) with the power of the steps, and VIF: those that were ever seen.
_COUNTED = {
    b"\xc1\x13": counted_in(VOLUME, "l"),
    b"\xc0\x05": counted_in(ENERGY, "Wh", 100),
    b"\xc0\x06": ENERGY,
    b"\xc0\x0d": counted_in(ENERGY, "kJ", 100),
    b"\xc0\x0e": counted_in(ENERGY, "MJ"),
    b"\xb0\x6e": HEAT_COST,
}


def _month_steps(data: bytes, register: Register, power: int) -> Iterator[Record]:
    """Give what the months added, the newest first; they are sent oldest first."""
    factor = register.factor * Fraction(10) ** power
    step = evolve(register, name=f"{register.name}_of_month", kind=Kind.DELTA, factor=factor)
    for back in range(_MONTHS):
        at = len(data) - 2 * (back + 1)
        raw = data[at : at + 2]
        yield number_record(step, read_signed(raw), storage=LAST_MONTH + back, raw=raw)


def _readings(data: bytes, counted: int, now: int | None, steps: int) -> Iterator[Record]:
    """Give the readings of a block, each in the quantity that it names.

    Parameters
    ----------
    data : bytes
        The block.
    counted, now, steps : int
        Where the data field and VIF, the reading now, and the steps of the months start. [byte]
    """
    register = _COUNTED.get(data[counted : counted + 2])
    if register is None:
        msg = "the maker's block counts what its driver does not know"
        raise MalformedError(msg, layer="driver", offset=counted)
    at = counted + 4  # behind the date of the last error
    if now is not None:
        raw = data[now : now + 4]
        yield number_record(register, read_bcd(raw), raw=raw)
        at = now + 4
    for storage in (1, LAST_MONTH):
        date, then = data[at : at + 2], data[at + 2 : at + 6]
        yield content_record("date", read_date(date), storage=storage, raw=date)
        yield number_record(register, read_bcd(then), storage=storage, raw=then)
        at += 6
    yield from _month_steps(data[steps : steps + 2 * _MONTHS], register, data[counted] & 0x0F)


def long_form(data: bytes, _body: Body) -> Iterator[Record]:
    """Give the readings of the block that has the one of now."""
    return _readings(data, 8, 12, 28)


def short_form(data: bytes, _body: Body) -> Iterator[Record]:
    """Give the readings of the block whose reading of now is a record of the standard before it."""
    return _readings(data, 7, None, 23)


_ERROR_DATE = "error_date"

DRIVER = MbusDriver(
    name="qundis_walk_by",
    devices=[
        ("Qundis", "Q water 5.5"),
        ("Qundis", "Q heat 5.5"),
        ("Qundis", "Q caloric 5.5"),
        ("Siemens", "WHE542"),
    ],
    medium=Medium.UNKNOWN,
    accepts=Mvt(("QDS", "LSE")),
    records=[
        Known(
            "ff5f",
            block=[
                Block(
                    [
                        Fixed(0, b"\x00\x82"),
                        Fixed(4, b"\x00"),  # where it is another number, the block is enciphered
                        Fixed(7, b"\x07"),
                        Date(read_date, 10, quantity=_ERROR_DATE),
                        Fixed(52, b"\x2f"),
                    ],
                    size=53,
                    unroll=long_form,
                ),
                Block(
                    [
                        Fixed(0, b"\x00\x01"),
                        Fixed(3, b"\x80"),
                        Fixed(6, b"\x08"),
                        Date(read_date, 9, quantity=_ERROR_DATE),
                    ],
                    size=47,
                    unroll=short_form,
                ),
            ],
        ),
    ],
    source="wmbusmeters, drivers qwater, qheat and qcaloric, with published telegrams (facts of the layout)",
    examples=[
        TelegramExample(
            wireless_frame(
                "QDS",
                0x1D,
                0x06,
                0x78,
                "0dff5f35 0082 010000 f100 07 c113 ffff  69530000  3f3c 21040000  5f31 68520000"
                "0080 0080 0080 0080 0080 0080 0080 0100 0200 0300 0400 e401  2f  046d 1c0a4132",
            ),
            {
                "error_date": None,
                "volume_m3": 5.369,
                "date s1": "2025-12-31",
                "volume_m3 s1": 0.421,
                "date s17": "2026-01-31",
                "volume_m3 s17": 5.268,
                "volume_of_month_m3 s17": 4.84,
                "volume_of_month_m3 s18": 0.04,
                "volume_of_month_m3 s19": 0.03,
                "volume_of_month_m3 s20": 0.02,
                "volume_of_month_m3 s21": 0.01,
                **{f"volume_of_month_m3 s{s}": None for s in range(22, 29)},
                "datetime": "2026-02-01T10:28:00",
            },
        ),
        TelegramExample(
            wireless_frame(
                "QDS",
                0x23,
                0x37,
                0x78,
                "0dff5f35 0082 020000 f100 07 c005 ffff  00020000  3f3c 00010000  5f31 50010000"
                + "0080" * 11
                + "3200  2f  046d 1c0a4132",
            ),
            {
                "error_date": None,
                "energy_kwh": 20.0,
                "date s1": "2025-12-31",
                "energy_kwh s1": 10.0,
                "date s17": "2026-01-31",
                "energy_kwh s17": 15.0,
                "energy_of_month_kwh s17": 5.0,
                **{f"energy_of_month_kwh s{s}": None for s in range(18, 29)},
                "datetime": "2026-02-01T10:28:00",
            },
        ),
        TelegramExample(
            wireless_frame(
                "LSE",
                0x34,
                0x08,
                0x78,
                "0b6e 420000  0dff5f2f 0001 d0 80 7f1a 08 b06e ffff  3e3a 05030000  5f31 30000000"
                + "0080" * 7
                + "6400 7300 fbfc 1400 1c00  046d 1c0a4132",
            ),
            {
                "heat_cost_allocation": 42.0,
                "error_date": None,
                "date s1": "2025-10-30",
                "heat_cost_allocation s1": 305.0,
                "date s17": "2026-01-31",
                "heat_cost_allocation s17": 30.0,
                "heat_cost_allocation_of_month s17": 28.0,
                "heat_cost_allocation_of_month s18": 20.0,
                "heat_cost_allocation_of_month s19": -773.0,
                "heat_cost_allocation_of_month s20": 115.0,
                "heat_cost_allocation_of_month s21": 100.0,
                **{f"heat_cost_allocation_of_month s{s}": None for s in range(22, 29)},
                "datetime": "2026-02-01T10:28:00",
            },
        ),
    ],
)
