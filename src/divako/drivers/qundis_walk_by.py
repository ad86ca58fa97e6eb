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

from divako.codec import read_date
from divako.drivers import Block, Date, Fixed, Known, MbusDriver, Mvt, Number, TelegramExample, wireless_frame
from divako.drivers._quantities import ENERGY, HEAT_COST, VOLUME, counted_in
from divako.model import Kind, Medium, Register


LAST_MONTH = 17  # the storage number that the standard telegrams of the same meters give it
_MONTHS = 12
_NO_STEP = -0x8000
# Data field (BCD of 8 or 6 digits) with the power of the steps, and VIF: those that were ever seen.
_COUNTED = {
    b"\xc1\x13": counted_in(VOLUME, "l"),
    b"\xc0\x05": counted_in(ENERGY, "Wh", 100),
    b"\xc0\x06": ENERGY,
    b"\xc0\x0d": counted_in(ENERGY, "kJ", 100),
    b"\xc0\x0e": counted_in(ENERGY, "MJ"),
    b"\xb0\x6e": HEAT_COST,
}


def _month_steps(register: Register, power: int, at: int) -> Iterator[Number]:
    """Give what the months added, the newest first; they are sent oldest first."""
    factor = register.factor * Fraction(10) ** power
    step = evolve(register, name=f"{register.name}_of_month", kind=Kind.DELTA, factor=factor)
    for back in range(_MONTHS):
        place = at + 2 * (_MONTHS - 1 - back)
        yield Number(step, place, 2, signed=True, invalid=_NO_STEP, storage=LAST_MONTH + back)


def _block(constants: tuple[Fixed, ...], counted: int, code: bytes, register: Register, *, size: int) -> Block:
    """Lay out a block that counts one quantity.

    Parameters
    ----------
    constants : tuple of Fixed
        What must stand there.
    counted : int
        Where the data field and VIF start; behind them stands the date of the last error. [byte]
    code : bytes
        Data field and VIF.
    register : Register
        What is counted.
    size : int
        Of the block, which in its long form holds the reading now as well. [byte]
    """
    is_long = size == _LONG
    at = counted + 4
    now = [Number(register, at, 4, bcd=True)] if is_long else []
    at += 4 if is_long else 0
    return Block(
        [
            *constants,
            Fixed(counted, code),
            Date(read_date, counted + 2, quantity="error_date"),
            *now,
            Date(read_date, at, storage=1),
            Number(register, at + 2, 4, bcd=True, storage=1),
            Date(read_date, at + 6, storage=LAST_MONTH),
            Number(register, at + 8, 4, bcd=True, storage=LAST_MONTH),
            *_month_steps(register, code[0] & 0x0F, at + 12),
        ],
        size=size,
    )


_LONG, _SHORT = 53, 47
_OF_LONG = (
    Fixed(0, b"\x00\x82"),
    Fixed(4, b"\x00"),  # where it is another number, the block is enciphered
    Fixed(7, b"\x07"),
    Fixed(52, b"\x2f"),
)
# Its reading of now is a record of the standard before it.
_OF_SHORT = Fixed(0, b"\x00\x01"), Fixed(3, b"\x80"), Fixed(6, b"\x08")


def _example(form: str, counted: str, column: str, of_360: float) -> TelegramExample:
    """Make a telegram with 360 counts on the due date and as many in the month after it.

    Parameters
    ----------
    form : {"long", "short"}
        Of the block.
    counted : str
        Data field and VIF, in hexadecimal digits.
    column : str
        What is counted, and its unit.
    of_360 : float
        What 360 counts are worth.
    """
    quantity, _, unit = column.partition(" ")
    suffix = unit and f"_{unit}"
    step = "2400" if counted[1] == "1" else "6801"  # 36 of ten counts, or 360
    due, last, steps = "3f3c 60030000", "5f31 20070000", "0080" * 11 + step
    body = f"0dff5f2f 0001 d0 80 7f1a 08 {counted} ffff {due} {last} {steps}"
    if form == "long":
        body = f"0dff5f35 0082 010000 f100 07 {counted} ffff 20070000 {due} {last} {steps} 2f"
    return TelegramExample(
        wireless_frame("QDS", 0x1D, 0x06, 0x78, body),
        {
            "error_date": None,
            **({f"{quantity}{suffix}": 2 * of_360} if form == "long" else {}),
            "date s1": "2025-12-31",
            f"{quantity}{suffix} s1": of_360,
            "date s17": "2026-01-31",
            f"{quantity}{suffix} s17": 2 * of_360,
            f"{quantity}_of_month{suffix} s17": of_360,
            **{f"{quantity}_of_month{suffix} s{storage}": None for storage in range(18, 29)},
        },
    )


_OTHERS = [
    *(("long", code) for code in ("c006", "c00d", "c00e", "b06e")),
    *(("short", code) for code in ("c113", "c005", "c006", "c00d", "c00e")),
]
_WORTH = {
    "c113": ("volume m3", 0.36),
    "c005": ("energy kwh", 36.0),
    "c006": ("energy kwh", 360.0),
    "c00d": ("energy kwh", 10.0),
    "c00e": ("energy kwh", 100.0),
    "b06e": ("heat_cost_allocation", 360.0),
}

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
                *(_block(_OF_LONG, 8, code, register, size=_LONG) for code, register in _COUNTED.items()),
                *(_block(_OF_SHORT, 7, code, register, size=_SHORT) for code, register in _COUNTED.items()),
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
        *(_example(form, code, *_WORTH[code]) for form, code in _OTHERS),
    ],
)
