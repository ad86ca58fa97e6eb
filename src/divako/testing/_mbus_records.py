"""M-Bus records to draw from, with what each reads as: for tests of readers and of writers."""

from __future__ import annotations

import datetime as dt

from attrs import frozen

from divako.simulate import encode_record
from divako.testing._extras import strategies as st


_VIFS = tuple(
    map(
        bytes.fromhex,
        [
            "03",
            "0e",
            "13",
            "16",
            "1b",
            "22",
            "2b",
            "3b",
            "43",
            "5b",
            "65",
            "6e",
            "fd48",
            "fd5b",
            "fb8275",
            "933c",
            "fb2d",
            "9320",
            "abfc01",
        ],
    )
)
_BYTES = {0x1: 1, 0x2: 2, 0x3: 3, 0x4: 4, 0x6: 6, 0x7: 8}
_DIGITS = {0x9: 2, 0xA: 4, 0xB: 6, 0xC: 8, 0xE: 12}
# Storage numbers, tariffs, subunits and functions.
_DIBS = tuple(map(bytes.fromhex, ("00", "40", "8004", "c001", "8010", "8040", "b010", "c08108")))


@frozen
class DrawnRecord:
    """A record, and what a reader has to make of it.

    Parameters
    ----------
    data : bytes
        Header and data as a meter sends them.
    reads_as : int, str, date, time or None
        The exact count, or the content; None where the meter says that it has no value.
    """

    data: bytes
    reads_as: int | str | dt.date | dt.time | None


@st.composite
def mbus_records(draw: st.DrawFn) -> DrawnRecord:
    """Draw an M-Bus record of any data field: integers, BCD, variable data, texts, dates and times."""
    kind = draw(st.sampled_from([_integer, _decimal, _variable, _text, _date]))
    return draw(kind())


def _header(draw: st.DrawFn, field: int) -> bytes:
    dib = draw(st.sampled_from(_DIBS))
    return bytes((dib[0] & 0xF0 | field,)) + dib[1:] + draw(st.sampled_from(_VIFS))


@st.composite
def _integer(draw: st.DrawFn) -> DrawnRecord:
    field = draw(st.sampled_from(sorted(_BYTES)))
    most = (1 << 8 * _BYTES[field] - 1) - 1  # the most negative number means "invalid"
    count = draw(st.none() | st.integers(-most, most))
    return DrawnRecord(encode_record(_header(draw, field), count), count)


@st.composite
def _decimal(draw: st.DrawFn) -> DrawnRecord:
    field = draw(st.sampled_from(sorted(_DIGITS)))
    count = draw(st.none() | st.integers(1 - 10 ** (_DIGITS[field] - 1), 10 ** _DIGITS[field] - 1))
    return DrawnRecord(encode_record(_header(draw, field), count), count)


@st.composite
def _variable(draw: st.DrawFn) -> DrawnRecord:
    count = draw(st.integers(-(1 << 120), 1 << 120))
    return DrawnRecord(encode_record(_header(draw, 0xD), count), count)


@st.composite
def _text(draw: st.DrawFn) -> DrawnRecord:
    text = draw(st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF), max_size=12))
    return DrawnRecord(encode_record(bytes.fromhex("0d fd 11"), text), text)


# The clocks of meters are in no zone.
_FIRST, _LAST = dt.datetime(1981, 1, 1), dt.datetime(2080, 12, 31)  # noqa: DTZ001 - as said


@st.composite
def _date(draw: st.DrawFn) -> DrawnRecord:
    moment = draw(st.datetimes(_FIRST, _LAST)).replace(microsecond=0)
    choices: list[tuple[str, dt.date | dt.time]] = [
        ("42 6c", moment.date()),
        ("04 6d", moment.replace(second=0)),
        ("46 6d", moment),
        ("03 6d", moment.time()),
    ]
    header, value = draw(st.sampled_from(choices))
    return DrawnRecord(encode_record(bytes.fromhex(header), value), value)
