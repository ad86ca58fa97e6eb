"""Frost: a place has become so cold that its pipes are in danger."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from attrs import field, frozen

from divako.alerts._threshold import Threshold
from divako.model import Finding, FindingCode, Findings, Function, Readings
from divako.units import Dimension


_OPEN = np.datetime64("NaT", "ms")


def _names(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(values)


@frozen(kw_only=True)
class Frost:
    """A temperature has fallen below a limit.

    Parameters
    ----------
    below_c : float, default 3
        Below it there is danger. [°C]
    for_s : float, default 0
        How long it must last. [s]
    clear_c : float, optional
        At or above it the danger is over; one degree above `below_c` if not given. [°C]
    registers : tuple of str
        Names of the registers that are looked at: temperatures of a place. Those of flow and
        return tell of something else.

    Raises
    ------
    SeriesError
        A field is out of range.

    Notes
    -----
    Water meters warn at 2 to 5 °C [1]_, others at 2.2 °C [2]_. Maxima, minima and stored values are
    left out: their time is not when it was cold.

    It fails: a sensor that hangs outdoors is cold all winter; what happens between two samples is not seen.

    References
    ----------
    .. [1] Axioma Metering, QALCOSONIC W1 technical description: low ambient temperature.
    .. [2] Itron, 500W endpoint guide: low temperature below 36 °F.

    Examples
    --------
    >>> Frost(below_c=2.0, for_s=600).registers
    ('external_temperature', 'temperature', 'room_temperature')
    """

    below_c: float = 3.0
    for_s: float = 0.0
    clear_c: float | None = None
    registers: tuple[str, ...] = field(
        default=("external_temperature", "temperature", "room_temperature"), converter=_names
    )

    def __attrs_post_init__(self) -> None:
        self.threshold()

    def threshold(self) -> Threshold:
        """Give the threshold that each temperature is held against."""
        clear_c = self.below_c + 1.0 if self.clear_c is None else self.clear_c
        return Threshold(op="<", raise_at=self.below_c, clear_at=clear_c, for_s=self.for_s)

    def find(self, readings: Readings) -> Findings:
        """Find frost.

        Parameters
        ----------
        readings : Readings
            Of any registers, in any order; rows without a time or a value are left out.

        Returns
        -------
        Findings
            Code ``frost``, by meter and time: from the first sample below the limit to the one that
            clears it, open while none has. The size is the lowest temperature. [°C]
        """
        looked_at = np.array(
            [r.name in self.registers and r.dimension is Dimension.TEMPERATURE for r in readings.registers] + [False]
        )
        rows = np.flatnonzero(
            looked_at[readings.register]  # -1, a quantity that only the maker knows, is the last
            & (readings.function == Function.INSTANTANEOUS)
            & (readings.storage == 0)
            & ~np.isnat(readings.time)
            & ~np.isnan(readings.value)
        )
        keys = [column[rows] for column in (readings.subunit, readings.tariff, readings.register, readings.meter)]
        order = np.lexsort([readings.time[rows], *keys])
        rows, keys = rows[order], [key[order] for key in keys]
        changes = np.flatnonzero(np.any([key[1:] != key[:-1] for key in keys], axis=0)) + 1
        found: list[Finding] = []
        for group in np.split(rows, changes) if rows.size else []:
            # Most places are never cold, and need no stepping through.
            if readings.value[group].min() < self.below_c:
                found += self._of_one(readings, group)
        return Findings.of(found)

    def _of_one(self, readings: Readings, group: npt.NDArray[np.int64]) -> list[Finding]:
        time, value = readings.time[group], readings.value[group]
        events, state = self.threshold().run(time, value)
        spans = [(event.since, event.time) for event in events if event.event == "cleared"]
        if state.phase in {"firing", "recovering"}:
            spans.append((state.since, _OPEN))
        return [
            Finding(
                subject=readings.meter_ids[readings.meter[group[0]]],
                code=FindingCode.FROST,
                start=start,
                end=end,
                size=float(value[(time >= start) & (np.isnat(end) | (time <= end))].min()),
                unit="degC",
            )
            for start, end in spans
        ]
