"""Payloads with the same readings, as telegrams of one layout."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from divako.drivers._driver import record_of
from divako.model import Readings
from divako.telegrams._alike import Alike, Entry


Integers = npt.NDArray[np.int64]


def alike_of_payloads(readings: Readings, first: Integers, members: Integers, least: int) -> list[Alike]:
    """Bring payloads with readings of the same registers together.

    Parameters
    ----------
    readings : Readings
        Of LoRaWAN payloads, telegram by telegram.
    first : ndarray of int64, shape (n + 1,)
        The readings of telegram ``i`` are rows ``first[i]`` to ``first[i + 1]``.
    members : ndarray of int64, shape (k,)
        Which of the ``n`` telegrams are payloads that were read.
    least : int
        How many make a layout worth it.

    Returns
    -------
    list of Alike
        Without those that have no reading, and those with few of their kind.
    """
    out: list[Alike] = []
    many = np.diff(first)[members]
    for count in np.unique(many[many > 0]).tolist():
        these = members[many == count]
        rows = first[these][:, None] + np.arange(count)
        kinds = _kinds(readings, rows)
        out += [_alike(readings, these[kind], rows[kind]) for kind in kinds if len(kind) >= least]
    return out


def _kinds(readings: Readings, rows: Integers) -> list[Integers]:
    """Give which payloads have the same registers with the same indices."""
    names = ("register", "storage", "tariff", "subunit", "function", "count_known")
    said = np.concatenate([getattr(readings, name)[rows].astype("int64") for name in names], axis=1)
    if (said == said[0]).all():
        return [np.arange(len(rows))]
    _, kind = np.unique(said, axis=0, return_inverse=True)
    return [np.flatnonzero(kind.reshape(-1) == one) for one in range(int(kind.max()) + 1)]


def _alike(readings: Readings, members: Integers, rows: Integers) -> Alike:
    alone = np.zeros(len(members), dtype="int64")
    entries = tuple(
        Entry(
            records=(record_of(readings, int(column[0])),),
            which=alone,
            status=readings.status[column],
            value=readings.value[column],
            time=readings.time[column],
        )
        for column in rows.T
    )
    return Alike(telegram=members, headers=b"", entries=entries)
