"""What the bodies of Techem's radio devices share.

Two dates stand in them: the due date in full, and the day of sending as month and day
alone, which follow the due date within a year.
"""

from __future__ import annotations

import datetime as dt

from attrs import evolve

from divako.drivers._block import Block
from divako.drivers._parts import Date, Number, Sum
from divako.model import Kind, Register


SOURCE = "layout as described in the driver files of wmbusmeters and seen in published telegrams of"

_YEARS = range(2005, 2061)


def due_date(data: bytes) -> dt.date | None:
    """Read the due date: day in bits 0 to 4, month in 5 to 8, year from 2000 in 9 to 15."""
    word = int.from_bytes(data, "little")
    return _date(2000 + (word >> 9), word >> 5 & 0x0F, word & 0x1F)


def day_of_sending(data: bytes) -> dt.date | None:
    """Read the day of sending from the bytes of the due date to its own.

    Parameters
    ----------
    data : bytes
        The due date (2), its reading (2), and the day of sending: day in bits 4 to 8,
        month in bits 9 to 12.
    """
    due = due_date(data[:2])
    word = int.from_bytes(data[4:6], "little")
    if due is None:
        return None
    month, day = word >> 9 & 0x0F, word >> 4 & 0x1F
    return _date(due.year + ((month, day) <= (due.month, due.day)), month, day)


def is_dated(data: bytes) -> bool:
    """Tell whether a body has the form and the years of one in the clear.

    There is no checksum. The first byte of all that were published is below 20, and due dates lie in
    the years in which there are such meters; of bodies of random bytes one in twenty to forty has the same.
    """
    due = due_date(data[1:3])
    return data[0] & 0xE0 == 0 and due is not None and due.year in _YEARS


def is_dated_twice(data: bytes) -> bool:
    """Tell the same of a body with a day of sending, which is a day or zero."""
    return is_dated(data) and (not any(data[5:7]) or day_of_sending(data[1:7]) is not None)


def heat_block(energy: Register) -> Block:
    """Lay out the body of a heat meter: both readings in 24 bits, the day of sending in no known form.

    Parameters
    ----------
    energy : Register
        With what one count is worth.
    """
    due = Number(energy, 3, 3, storage=1)
    since = Number(evolve(energy, name="energy_since_due_date", kind=Kind.INSTANT), 7, 3)
    return Block(
        [Sum(energy, [due, since]), due, Date(due_date, 1, storage=1, required=True), since],
        size=range(13, 64),
        check=is_dated,
    )


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
