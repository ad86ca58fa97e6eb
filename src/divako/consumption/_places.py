"""From meters to the places they serve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from attrs import evolve, frozen

from divako.errors import SeriesError
from divako.model import Consumption, Installation, Quality, Register, values_of_counts
from divako.series import common_factor, multiplied


_EVER = np.iinfo("int64")
_LIMIT = 2.0**62


def of_places(
    consumption: Consumption, installations: Sequence[Installation], *, role: str | None = "sub"
) -> Consumption:
    """Add the consumption of meters up by the place they serve.

    Parameters
    ----------
    consumption : Consumption
        Of meters, of readings that were fitted to their installations.
    installations : sequence of Installation
        Which meters to add, and where; a place with two of one kind has their sum.
    role : str or None, default "sub"
        Role of the installations to use; None for all.

    Returns
    -------
    Consumption
        Its meters are places. Counts are exact, on the largest factor that all meters
        of the place and register share. An exchange within an interval covers it if
        old and new meter do so together; of meters side by side, coverage is the mean,
        and one that never sent anything covers nothing. The quality is that of the worst part.

    Raises
    ------
    SeriesError
        A sum leaves int64.

    Notes
    -----
    What a meter measured within an interval cannot be divided afterwards. Where that goes
    beyond its time in the place, as when it was moved within the interval, it counts as
    not covered in either place. Boundaries at the instants of the installations avoid that.
    """
    return _summed(consumption, [(i, int(role is None or i.role == role)) for i in installations])


def net_inflow(consumption: Consumption, installations: Sequence[Installation]) -> Consumption:
    """Give what flows into each zone: its inlets less its outlets.

    Parameters
    ----------
    consumption : Consumption
        Of zone meters.
    installations : sequence of Installation
        With the roles ``"inlet"`` and ``"outlet"``; others are passed over.

    Returns
    -------
    Consumption
        Its meters are zones; an interval that not all meters of the zone cover is partial.

    Raises
    ------
    SeriesError
        A sum leaves int64.
    """
    signs = {"inlet": 1, "outlet": -1}
    return _summed(consumption, [(i, signs.get(i.role, 0)) for i in installations])


Window = tuple[int, int]


@frozen(kw_only=True)
class _Use:
    """A meter in a place: when it was there, and when elsewhere. [ms since 1970, UTC]"""

    meter: int  # -1 where no row is of it
    sign: int
    windows: tuple[Window, ...]
    elsewhere: tuple[Window, ...]


def _summed(consumption: Consumption, chosen: Sequence[tuple[Installation, int]]) -> Consumption:
    uses = _uses(consumption, chosen)
    rows = _rows_of_meters(consumption)
    none = np.zeros(0, dtype="int64")
    registers: dict[Register, int] = {}
    parts: list[dict[str, npt.NDArray[np.generic]]] = []
    for code, mine in enumerate(uses.values()):
        seen = [(use, rows[use.meter] if use.meter >= 0 else none) for use in mine]
        for part in _of_place(consumption, seen, registers):
            part["meter"] = np.full(len(part["start"]), code, dtype="int32")
            parts.append(part)
    if not parts:
        return evolve(consumption.select(slice(0, 0)), meter_ids=tuple(uses))
    joined = {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}
    return Consumption(**joined, meter_ids=tuple(uses), registers=tuple(registers))


def _uses(consumption: Consumption, chosen: Sequence[tuple[Installation, int]]) -> dict[str, list[_Use]]:
    """Unite the installations of a meter in one place, and note where else it was."""
    code = {meter_id: i for i, meter_id in enumerate(consumption.meter_ids)}
    windows: dict[str, dict[tuple[str, int], list[Window]]] = {}
    for installation, sign in chosen:
        of_meter = windows.setdefault(installation.meter_id, {})
        of_meter.setdefault((installation.place, sign), []).append(_window(installation))
    uses: dict[str, list[_Use]] = {}
    for meter_id, of_meter in windows.items():
        for (place, sign), here in of_meter.items():
            if sign:
                other = [w for key, there in of_meter.items() if key != (place, sign) for w in there]
                use = _Use(meter=code.get(meter_id, -1), sign=sign, windows=tuple(here), elsewhere=tuple(other))
                uses.setdefault(place, []).append(use)
    return uses


def _window(installation: Installation) -> Window:
    start, end = (at.astype("datetime64[ms]") for at in (installation.start, installation.end))
    return (
        _EVER.min if np.isnat(start) else int(start.astype("int64")),
        _EVER.max if np.isnat(end) else int(end.astype("int64")),
    )


def _rows_of_meters(consumption: Consumption) -> list[npt.NDArray[np.int64]]:
    order = np.argsort(consumption.meter, kind="stable")
    edges = np.searchsorted(consumption.meter[order], np.arange(len(consumption.meter_ids) + 1))
    return [order[low:high] for low, high in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)]


Seen = Sequence[tuple[_Use, npt.NDArray[np.int64]]]


def _of_place(
    consumption: Consumption, seen: Seen, registers: dict[Register, int]
) -> list[dict[str, npt.NDArray[np.generic]]]:
    """Add up the registers of one place, name by name."""
    codes: dict[str, list[int]] = {}
    for code in np.unique(np.concatenate([consumption.register[rows] for _, rows in seen])).tolist():
        codes.setdefault(consumption.registers[code].name, []).append(code)
    out: list[dict[str, npt.NDArray[np.generic]]] = []
    for of_name in codes.values():
        chosen = [(use, rows[np.isin(consumption.register[rows], of_name)]) for use, rows in seen]
        # A meter without this register has no part in it; one never seen would have had its part.
        found = [(use, mine) for (use, mine), (_, rows) in zip(chosen, seen, strict=True) if len(mine) or not len(rows)]
        used = [consumption.registers[code] for code in of_name]
        common = evolve(used[0], factor=common_factor([register.factor for register in used]))
        times = {code: int(consumption.registers[code].factor / common.factor) for code in of_name}
        part = _sum(consumption, found, common, times)
        n = len(part["start"])
        part["register"] = np.full(n, registers.setdefault(common, len(registers)), dtype="int32")
        out.append(part)
    return out


def _sum(
    consumption: Consumption, found: Seen, common: Register, times: Mapping[int, int]
) -> dict[str, npt.NDArray[np.generic]]:
    """Add up one register of one place, interval by interval."""
    start, end = _intervals(consumption, np.concatenate([rows for _, rows in found]))
    n = len(start)
    length = end - start
    count, covered, wanted = (np.zeros(n, dtype="int64") for _ in range(3))
    magnitude = np.zeros(n)
    estimated = np.zeros(n, dtype="bool")
    flags = np.zeros(n, dtype="uint16")
    for use, rows in found:
        inside = _inside(start, end, use.windows)
        wanted += inside
        if not len(rows):
            continue
        at = np.searchsorted(start, consumption.start[rows].astype("int64"))
        if np.bincount(at).max() > 1:
            msg = "one interval stands twice"
            raise SeriesError(msg, meter_index=use.meter)
        # The share of milliseconds in an interval reads back exactly.
        known = np.rint(consumption.coverage[rows] * length[at]).astype("int64")
        divided = (known <= inside[at]) & (_inside(start, end, use.elsewhere)[at] == 0)
        good = consumption.count_known[rows] & (known > 0) & divided
        taken, at, known = rows[good], at[good], known[good]
        passed = _in_common(consumption, taken, times)
        magnitude[at] += np.abs(passed.astype("float64"))
        count[at] += use.sign * passed
        covered[at] += known
        estimated[at] |= consumption.quality[taken] == Quality.ESTIMATED
        flags[at] |= consumption.steps[taken]
    if n and magnitude.max() >= _LIMIT:
        msg = "the sum of a place leaves int64"
        raise SeriesError(msg)
    # Meters side by side want more than the interval, those of an exchange exactly all of it.
    full = np.maximum(wanted, length)
    quality = np.where(estimated, np.uint8(Quality.ESTIMATED), np.uint8(Quality.MEASURED))
    quality[covered < full] = Quality.PARTIAL
    quality[covered == 0] = Quality.MISSING
    value = values_of_counts(count, common)
    value[covered == 0] = np.nan
    return {
        "start": start.astype("datetime64[ms]"),
        "end": end.astype("datetime64[ms]"),
        "value": value,
        "count": count,
        "count_known": covered > 0,
        "coverage": covered / full,
        "quality": quality,
        "steps": flags,
    }


def _intervals(
    consumption: Consumption, rows: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    start, first, at = np.unique(consumption.start[rows], return_index=True, return_inverse=True)
    end = consumption.end[rows][first]
    if (end[at] != consumption.end[rows]).any() or (end[:-1] > start[1:]).any():
        msg = "meters of one place have intervals that overlap"
        raise SeriesError(msg)
    return start.astype("int64"), end.astype("int64")


def _inside(
    start: npt.NDArray[np.int64], end: npt.NDArray[np.int64], windows: Sequence[Window]
) -> npt.NDArray[np.int64]:
    """Give how long of each interval lies inside of the windows. [ms]"""
    out = np.zeros(len(start), dtype="int64")
    for low, high in windows:
        out += np.maximum(np.minimum(end, high) - np.maximum(start, low), 0)
    return out


def _in_common(
    consumption: Consumption, rows: npt.NDArray[np.int64], times: Mapping[int, int]
) -> npt.NDArray[np.int64]:
    count, code = consumption.count[rows], consumption.register[rows]
    out = np.zeros(len(rows), dtype="int64")
    for one in np.unique(code).tolist():
        mine = code == one
        out[mine] = multiplied(count[mine], times[one])
    return out
