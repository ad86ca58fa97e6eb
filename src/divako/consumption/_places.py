"""From meters to the places they serve."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from divako.errors import SeriesError
from divako.model import Consumption, Installation, Quality, Register, values_of_counts
from divako.series import common_factor, multiplied


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
        old and new meter do so together. The quality is that of the worst part.

    Raises
    ------
    SeriesError
        A sum leaves int64.
    """
    chosen = [i for i in installations if role is None or i.role == role]
    return _summed(consumption, [(i.meter_id, i.place, 1, i) for i in chosen])


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
    return _summed(consumption, [(i.meter_id, i.place, signs[i.role], i) for i in installations if i.role in signs])


Use = tuple[str, str, int, Installation]


def _summed(consumption: Consumption, uses: Iterable[Use]) -> Consumption:
    places = tuple(dict.fromkeys(use[1] for use in uses))
    edges_start = np.unique(consumption.start)
    order = {meter_id: i for i, meter_id in enumerate(consumption.meter_ids)}
    registers: dict[Register, int] = {}
    parts: list[dict[str, npt.NDArray[np.generic]]] = []
    for place_code, place in enumerate(places):
        mine = [use for use in uses if use[1] == place and use[0] in order]
        for name in dict.fromkeys(r.name for r in consumption.registers):
            codes = [c for c, r in enumerate(consumption.registers) if r.name == name]
            part = _one(consumption, [(order[m], sign, i) for m, _, sign, i in mine], codes, edges_start, registers)
            if part is not None:
                part["meter"] = np.full(len(part["start"]), place_code, dtype="int32")
                parts.append(part)
    if not parts:
        empty = consumption.select(slice(0, 0))
        return Consumption.concatenate([empty])
    joined = {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}
    return Consumption(**joined, meter_ids=places, registers=tuple(registers))


def _one(
    consumption: Consumption,
    uses: Sequence[tuple[int, int, Installation]],
    codes: Sequence[int],
    starts: npt.NDArray[np.datetime64],
    registers: dict[Register, int],
) -> dict[str, npt.NDArray[np.generic]] | None:
    """Add up one register of one place."""
    of_register = np.isin(consumption.register, codes)
    found = [(m, sign, i, np.flatnonzero(of_register & (consumption.meter == m))) for m, sign, i in dict.fromkeys(uses)]
    found = [use for use in found if len(use[3])]
    if not found:
        return None
    used = [consumption.registers[c] for c in np.unique(np.concatenate([consumption.register[u[3]] for u in found]))]
    factor = common_factor([register.factor for register in used])
    common = Register(used[0].name, used[0].dimension, factor, used[0].kind)
    n = len(starts)
    count = np.zeros(n, dtype="int64")
    covered = np.zeros(n)  # in lengths of the interval, summed over meters
    wanted = np.zeros(n)
    quality = np.zeros(n, dtype="uint8")
    estimated = np.zeros(n, dtype="bool")
    flags = np.zeros(n, dtype="uint16")
    end = np.full(n, np.datetime64("NaT", "ms"))
    for _, sign, installation, rows in found:
        at = np.searchsorted(starts, consumption.start[rows])
        times = np.array([int(consumption.registers[c].factor / factor) for c in consumption.register[rows]])
        if len(set(times.tolist())) != 1:
            msg = "one meter counts in two factors"
            raise SeriesError(msg)
        known = consumption.count_known[rows]
        np.add.at(count, at, sign * np.where(known, multiplied(consumption.count[rows], int(times[0])), 0))
        np.add.at(covered, at, consumption.coverage[rows])
        np.add.at(wanted, at, _share_inside(consumption, rows, installation))
        estimated[at] |= consumption.quality[rows] == Quality.ESTIMATED
        flags[at] |= consumption.steps[rows]
        end[at] = consumption.end[rows]
    here = wanted > 0
    share = np.divide(covered, wanted, out=np.zeros(n), where=here)
    # Shares of milliseconds are exact to a part in 10^15; an exchange leaves no real hole that small.
    coverage = np.where(np.abs(share - 1) < 1e-9, 1.0, np.minimum(share, 1.0)) * np.minimum(_whole_share(wanted), 1.0)
    quality[estimated] = Quality.ESTIMATED
    quality[coverage < 1] = Quality.PARTIAL
    quality[coverage == 0] = Quality.MISSING
    known = coverage > 0
    count[~known] = 0
    value = values_of_counts(count, common)
    value[~known] = np.nan
    present = ~np.isnat(end)
    columns: dict[str, npt.NDArray[np.generic]] = {
        "register": np.full(n, registers.setdefault(common, len(registers)), dtype="int32"),
        "start": starts,
        "end": end,
        "value": value,
        "count": count,
        "count_known": known,
        "coverage": coverage,
        "quality": quality,
        "steps": flags,
    }
    return {key: column[present] for key, column in columns.items()}


def _share_inside(
    consumption: Consumption, rows: npt.NDArray[np.int64], installation: Installation
) -> npt.NDArray[np.float64]:
    """Give the share of each interval during which a meter was installed."""
    start, end = consumption.start[rows], consumption.end[rows]
    low = np.maximum(start, installation.start)
    high = end if np.isnat(installation.end) else np.minimum(end, installation.end)
    inside = np.maximum((high - low).astype("int64"), 0)
    return np.asarray(inside / (end - start).astype("int64"), dtype="float64")


def _whole_share(wanted: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Give 1 where the meters of a place were there all the time, between them."""
    return np.where(wanted > 1 - 1e-9, 1.0, wanted)
