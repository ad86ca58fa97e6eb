"""Write the readings of telegrams into the columns of a sheet, each in its rows."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from divako.model import Readings
from divako.telegrams._book import Book
from divako.telegrams._lines import Lines
from divako.telegrams._sheet import COLUMNS, Sheet
from divako.telegrams._values import Values


Integers: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]
Codes: TypeAlias = npt.NDArray[np.int32]
Heads: TypeAlias = dict[str, npt.NDArray[Any]]

OF_HEADERS = ("storage", "tariff", "subunit", "function")


def fill_lines(sheet: Sheet, lines: Lines, first: Integers, named: Codes) -> None:
    """Write what the readings are into the rows of telegrams of one layout."""
    sheet.fill("register", first, named[lines.register])
    for name in OF_HEADERS:
        sheet.fill(name, first, getattr(lines, name))


def fill_values(sheet: Sheet, first: Integers, rows: Integers, present: Flags, values: Values, heads: Heads) -> None:
    """Write what was read into the rows of telegrams of one layout; those that are `present` stood so when it came."""
    sheet.fill("count", first, values.count.T)
    sheet.fill("count_known", first, values.known.T)
    sheet.fill("value", first, values.value.T)
    said = heads["status"][rows]
    sheet.fill("status", first, (values.status | said if said.any() else values.status).T)
    times = heads["received_at"][rows]
    if not np.isnat(times).all():
        sheet.fill("time", first, np.where(present, times[:, None], np.datetime64("NaT", "ms")))


def put_steps(
    sheet: Sheet,
    book: Book,
    to: Integers,
    rows: Integers,
    code: Integers,
    values: Values,
    named: Codes,
    heads: Heads,
) -> None:
    """Write rows that were found in step."""
    sheet.put("register", to, named[book.register[code]])
    for name in OF_HEADERS:
        sheet.put(name, to, getattr(book, name)[code])
    sheet.put("count", to, values.count)
    sheet.put("count_known", to, values.known)
    sheet.put("value", to, values.value)
    sheet.put("status", to, values.status | heads["status"][rows])
    times = np.where(book.storage[code] == 0, heads["received_at"][rows], np.datetime64("NaT", "ms"))
    sheet.put("time", to, times)


def add_table(sheet: Sheet, to: Integers, readings: Readings, named: Codes) -> None:
    """Write the rows of a table."""
    for name in COLUMNS:
        sheet.put(name, to, getattr(readings, name))
    sheet.put("register", to, named[readings.register])


def take_table(sheet: Sheet, readings: Readings, named: Codes) -> None:
    """Take the columns of a table that is all there is."""
    for name in COLUMNS:
        sheet.whole(name, getattr(readings, name))
    asis = (named[:-1] == np.arange(len(named) - 1)).all()
    sheet.whole("register", readings.register if asis else named[readings.register])


def spread_rows(first: Integers, many: Integers) -> Integers:
    """Give the rows from each beginning on."""
    last = np.cumsum(many)
    return np.repeat(first - (last - many), many) + np.arange(int(last[-1]) if len(last) else 0)
