"""Keep to each meter's time in its place."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from divako.errors import SeriesError
from divako.model import Installation, Readings, Register
from divako.series._lines import usable


def fit_installations(
    readings: Readings, installations: Sequence[Installation], *, register: str | None = None
) -> Readings:
    """Keep the readings of installed meters, and add what their fitters read.

    Parameters
    ----------
    readings : Readings
        Of any meters, in any order.
    installations : sequence of Installation
        Who has which meter, from when to when. Meters that none of them names are left out.
    register : str, optional
        Name of the register that fitters read; without it that of the only counter
        which the meter sends.

    Returns
    -------
    Readings
        Rows inside the installations (a reading at the end belongs to it, for it says
        what passed until then), in the order given; then the readings of fitters.

    Raises
    ------
    SeriesError
        A fitter's reading is no whole number of counts, or the meter has several
        counters and nobody says which was read.
    """
    index = {meter_id: i for i, meter_id in enumerate(readings.meter_ids)}
    order = np.argsort(readings.meter, kind="stable")
    edges = np.searchsorted(readings.meter[order], np.arange(len(readings.meter_ids) + 1))
    keep = np.zeros(len(readings), dtype="bool")
    added: list[Readings] = []
    counters = usable(readings, register=register)
    for installation in installations:
        one = index.get(installation.meter_id)
        if one is None:
            continue
        mine = order[edges[one] : edges[one + 1]]
        time = readings.time[mine]
        start, end = installation.start, installation.end
        began = np.isnat(start) | (time >= start)
        keep[mine] |= np.isnat(time) | (began & (np.isnat(end) | (time <= end)))
        notes = [(start, installation.start_register), (end, installation.end_register)]
        for when, value in notes:
            if value is not None and not np.isnat(when):
                codes = np.unique(readings.register[mine[counters[mine]]])
                added.append(_note(installation.meter_id, [readings.registers[c] for c in codes], when, value, one))
    return Readings.concatenate([readings.select(keep), *added])


def _note(meter_id: str, registers: Sequence[Register], when: np.datetime64, value: Fraction, one: int) -> Readings:
    """Make the reading that a fitter took."""
    if len({register.name for register in registers}) != 1:
        msg = "a fitter's reading needs the name of the register that was read"
        raise SeriesError(msg, meter_index=one)
    # The finest of the registers that this meter sends under the name.
    register = min(registers, key=lambda register: register.factor)
    count = value / register.factor
    if count.denominator != 1:
        msg = "a fitter's reading is no whole number of counts"
        raise SeriesError(msg, meter_index=one)
    return Readings.of_counts(meter_id, register, np.array([when]), [int(count)])
