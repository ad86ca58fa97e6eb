"""Exchanges: one meter taken down, another put up in its place."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from attrs import frozen

from divako.model import Finding, FindingCode, Findings, Installation, Readings
from divako.units import Dimension


_HOUR = np.timedelta64(3_600_000, "ms")


@frozen(kw_only=True)
class _Fitted:
    """An installation, and what was read of its meter while it hung there."""

    installation: Installation
    registers: frozenset[str]
    has_energy: bool
    first: np.datetime64
    last: np.datetime64

    @property
    def start(self) -> np.datetime64:
        """When it was put up; its first reading where nobody has said."""
        known = not np.isnat(self.installation.start)
        return self.installation.start if known else self.first


def find_exchanges(readings: Readings, installations: Sequence[Installation]) -> Findings:
    """Find where one meter has taken the place of another.

    Parameters
    ----------
    readings : Readings
        Of any registers, in any order.
    installations : sequence of Installation
        Who hung where, from when to when.

    Returns
    -------
    Findings
        Code ``exchange``, by time: one row for each installation that ended, if another meter
        followed in the same place and role. The subject is the place, the start the end of the old
        installation, the end the start of the new one. The size is the time from the
        last reading of the old meter to the first of the new. [h]

    Notes
    -----
    A section may have several meters of one role, so the two must measure the same thing: they
    share a register, and either both count energy or neither does. Of several that fit, those
    with the most registers in common are paired, then those that follow most closely. A meter without any
    reading is not paired, for nobody knows what it measures.

    Examples
    --------
    >>> from divako.model import Register
    >>> litres = Register("volume", Dimension.VOLUME, "1/1000")
    >>> t = np.array(["2026-02-11T08:00", "2026-02-11T09:00", "2026-02-11T10:00"], dtype="datetime64[ms]")
    >>> old, new = Readings.of_counts("a", litres, t[:2], [7, 8]), Readings.of_counts("b", litres, t[2:], [0])
    >>> change = np.datetime64("2026-02-11T09:30", "ms")
    >>> fitted = [
    ...     Installation(meter_id="a", place="H0101", start=np.datetime64("NaT", "ms"), end=change),
    ...     Installation(meter_id="b", place="H0101", start=change),
    ... ]
    >>> find_exchanges(Readings.concatenate([old, new]), fitted).size
    array([1.])
    """
    ended = {(one.place, one.role) for one in installations if not np.isnat(one.end)}
    candidates = [_fitted(readings, one) for one in installations if (one.place, one.role) in ended]
    fitted = [one for one in candidates if one is not None]
    pairs = [
        (-_alike(old, new), new.start - old.installation.end, i, j)
        for i, old in enumerate(fitted)
        for j, new in enumerate(fitted)
        if _may_follow(old, new)
    ]
    taken_old: set[int] = set()
    taken_new: set[int] = set()
    found: list[Finding] = []
    for _, _, i, j in sorted(pairs):
        if i in taken_old or j in taken_new:
            continue
        taken_old.add(i)
        taken_new.add(j)
        old, new = fitted[i], fitted[j]
        found.append(
            Finding(
                subject=old.installation.place,
                code=FindingCode.EXCHANGE,
                start=old.installation.end,
                end=new.start,
                size=max(float((new.first - old.last) / _HOUR), 0.0),
                unit="h",
            )
        )
    return Findings.of(sorted(found, key=lambda row: (row.start, row.subject)))


def _fitted(readings: Readings, installation: Installation) -> _Fitted | None:
    if installation.meter_id not in readings.meter_ids:
        return None
    rows = (readings.meter == readings.meter_ids.index(installation.meter_id)) & (readings.storage == 0)
    rows &= (readings.register >= 0) & ~np.isnat(readings.time)
    if not np.isnat(installation.start):
        rows &= readings.time >= installation.start
    if not np.isnat(installation.end):
        rows &= readings.time <= installation.end
    if not rows.any():
        return None
    registers = [readings.registers[code] for code in np.unique(readings.register[rows])]
    return _Fitted(
        installation=installation,
        registers=frozenset(register.name for register in registers),
        has_energy=any(register.dimension is Dimension.ENERGY for register in registers),
        first=readings.time[rows].min(),
        last=readings.time[rows].max(),
    )


def _may_follow(old: _Fitted, new: _Fitted) -> bool:
    one, other = old.installation, new.installation
    return bool(
        (one.place, one.role) == (other.place, other.role)
        and one.meter_id != other.meter_id
        and new.start >= one.end  # false where the old one still hangs there
        and old.has_energy == new.has_energy
        and old.registers & new.registers
    )


def _alike(old: _Fitted, new: _Fitted) -> float:
    """Share of the registers of both that are in common (Jaccard 1901)."""
    return len(old.registers & new.registers) / len(old.registers | new.registers)
