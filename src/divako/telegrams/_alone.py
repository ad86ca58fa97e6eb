"""What columns have left of a part, decoded one by one; here alone it is decided what is refused."""

from __future__ import annotations

import numpy as np

from divako.errors import DivakoError
from divako.model import Telegram, readings_of_records
from divako.telegrams._meters import Meters
from divako.telegrams._work import LINKS, MEDIUM_PLACE, VERDICT_PLACE, Work


_TOGETHER = 4096  # telegrams whose records are kept as objects at a time


def read_alone(work: Work) -> None:
    """Decode what is left."""
    left = np.flatnonzero(~work.done)
    for first in range(0, len(left), _TOGETHER):
        _read_some(work, left[first : first + _TOGETHER].tolist())


def bare(error: DivakoError) -> DivakoError:
    """Let an error go of the calls that led to it, for its traceback keeps all that they held."""
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)


def _read_some(work: Work, left: list[int]) -> None:
    found: list[tuple[int, Telegram]] = []
    for row in left:
        try:
            if row in work.frames.bad:
                raise work.frames.bad[row]
            found.append((row, work.asked.alone(work.first_row + row)))
        except DivakoError as error:
            # The first may be raised, with all that led to it.
            work.refused.append((work.first_row + row, bare(error) if work.refused else error))
            work.heads["error"][row] = work.words.code(work.words.codes, error.code)
    if not found:
        return
    rows = np.array([row for row, _ in found], dtype="int64")
    for row, telegram in found:
        _head_of(work, row, telegram)
    names = [telegram.meter_id for _, telegram in found]
    readings, place = readings_of_records(names, [telegram.records for _, telegram in found])
    work.many[rows] = np.bincount(place, minlength=len(rows))
    work.tables.append((rows, readings))
    work.meters.append(Meters.named(rows, names))
    work.done[rows] = True


def _head_of(work: Work, row: int, telegram: Telegram) -> None:
    heads, words = work.heads, work.words
    heads["link"][row] = LINKS.index(telegram.link)
    if telegram.mvt is not None:
        heads["manufacturer"][row] = words.code(words.manufacturers, telegram.mvt.manufacturer)
        heads["version"][row] = telegram.mvt.version
        heads["device_type"][row] = telegram.mvt.device_type
        heads["model_known"][row] = True
    heads["medium"][row] = MEDIUM_PLACE[telegram.medium]
    if telegram.access_number is not None and telegram.status_byte is not None:
        heads["access_number"][row] = telegram.access_number
        heads["status_byte"][row] = telegram.status_byte
        heads["header_known"][row] = True
    heads["status"][row] = int(telegram.status)
    heads["security"][row] = words.code(words.securities, telegram.security)
    heads["verdict"][row] = VERDICT_PLACE[telegram.verdict]
