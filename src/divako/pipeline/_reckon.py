"""From readings to consumption: of meters, of places, and of the whole period."""

from __future__ import annotations

import functools

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from attrs import frozen

from divako.consumption import interval_consumption, net_inflow, of_places
from divako.errors import ProjectError, SeriesError
from divako.model import Consumption, Installation, Medium, Readings
from divako.pipeline._project import Project
from divako.series import fit_installations


# Which register of a meter of each medium counts what is billed.
REGISTERS: Mapping[Medium, str] = {
    Medium.COLD_WATER: "volume",
    Medium.WARM_WATER: "volume",
    Medium.WATER: "volume",
    Medium.WASTE_WATER: "volume",
    Medium.GAS: "volume",
    Medium.HEAT: "energy",
    Medium.COOLING: "energy",
    Medium.HEAT_AND_COOLING: "energy",
    Medium.ELECTRICITY: "energy",
    Medium.HEAT_COST_ALLOCATOR: "heat_cost_allocation",
}
WATER = frozenset({Medium.COLD_WATER, Medium.WARM_WATER, Medium.WATER})

# An interval is measured where readings lie no further apart than this; a longer step is an
# estimate, so that the silence of a meter is not taken for even use.
_GAPS_S = {"hour": 2 * 3600, "day": 36 * 3600}


@frozen(kw_only=True, eq=False)
class MediumTables:
    """Consumption of one medium.

    Parameters
    ----------
    medium : Medium
        What was consumed.
    hourly, daily : Consumption
        By meter.
    places_hourly, places_daily : Consumption
        By section, from its own meters.
    main_hourly, main_daily : Consumption
        Of the whole building, from main meters.
    zones_hourly, zones_daily : Consumption
        What flowed into each zone.
    total : mapping of str to Fraction
        Of each section in the whole period, where it is completely known. [canonical unit]
    main_total : Fraction or None
        Of the main meters, likewise.
    """

    medium: Medium
    hourly: Consumption
    daily: Consumption
    places_hourly: Consumption
    places_daily: Consumption
    main_hourly: Consumption
    main_daily: Consumption
    zones_hourly: Consumption
    zones_daily: Consumption
    total: Mapping[str, Fraction]
    main_total: Fraction | None


def fit(project: Project, readings: Readings) -> tuple[Readings, dict[Medium, tuple[Readings, list[Installation]]]]:
    """Keep the readings to their installations, medium by medium.

    Returns
    -------
    tuple of Readings and dict
        All that is left, sensors included, and the part of each medium that is counted.

    Raises
    ------
    ProjectError
        A fitter's reading contradicts what the meter sends.
    """
    by_medium: dict[Medium, list[Installation]] = {}
    medium_of = {meter.id: meter.medium for meter in project.site.meters}
    for installation in project.site.installations:
        by_medium.setdefault(medium_of[installation.meter_id], []).append(installation)
    parts: dict[Medium, tuple[Readings, list[Installation]]] = {}
    everything: list[Readings] = []
    index = {meter_id: i for i, meter_id in enumerate(readings.meter_ids)}
    for medium, installations in by_medium.items():
        codes = [index[i.meter_id] for i in installations if i.meter_id in index]
        mine = readings.select(np.isin(readings.meter, codes))
        try:
            fitted = fit_installations(mine, installations, register=REGISTERS.get(medium))
        except SeriesError as error:
            raise _placed(error, mine, project, "installations") from error
        everything.append(fitted)
        if medium in REGISTERS:
            parts[medium] = fitted, installations
    return (Readings.concatenate(everything) if everything else readings.select(slice(0, 0))), parts


def reckon(project: Project, medium: Medium, fitted: Readings, installations: list[Installation]) -> MediumTables:
    """Reckon everything that is asked of one medium.

    Raises
    ------
    ProjectError
        The width of a register contradicts what the meter sends.
    """
    start, end = project.period
    reckon_in = functools.partial(_of_register, project, fitted, REGISTERS[medium])
    hourly = reckon_in(freq="hour", start=start, end=end, max_gap_s=_GAPS_S["hour"])
    daily = reckon_in(freq="day", start=start, end=end, max_gap_s=_GAPS_S["day"])
    whole = reckon_in(boundaries=_cut(start, end, installations))
    return MediumTables(
        medium=medium,
        hourly=hourly,
        daily=daily,
        places_hourly=of_places(hourly, installations, role="sub"),
        places_daily=of_places(daily, installations, role="sub"),
        main_hourly=of_places(hourly, installations, role="main"),
        main_daily=of_places(daily, installations, role="main"),
        zones_hourly=net_inflow(hourly, installations),
        zones_daily=net_inflow(daily, installations),
        total=_known(of_places(whole, installations, role="sub")),
        main_total=_known(of_places(whole, installations, role="main")).get(""),
    )


def _of_register(project: Project, fitted: Readings, register: str, **bins: Any) -> Consumption:
    """Reckon the register that is billed, and leave out its tariffs: the total holds them already."""
    try:
        # A receiver's clock may be coarser than the meter's rhythm: of two counts at one instant
        # the later one stands.
        table = interval_consumption(
            fitted, tz=project.timezone, register=register, meters=project.site.meters, on_conflict="last", **bins
        )
    except SeriesError as error:
        raise _placed(error, fitted, project, "meters") from error
    billed = np.array([one.name == register for one in table.registers] + [False])
    return table.select(billed[table.register])


def _placed(error: SeriesError, readings: Readings, project: Project, collection: str) -> SeriesError | ProjectError:
    """Tell of an error which meter or installation of the project it is about."""
    if error.meter_index is None:
        return error
    meter_id = readings.meter_ids[error.meter_index]
    if collection == "meters":
        ids = [meter.id for meter in project.site.meters]
    else:
        ids = [one.meter_id if _noted(one) else "" for one in project.site.installations]
    where = f"{collection}[{ids.index(meter_id)}]" if meter_id in ids else collection
    return ProjectError(str(error.args[0]), path=where)


def _noted(installation: Installation) -> bool:
    return installation.start_register is not None or installation.end_register is not None


def _cut(start: np.datetime64, end: np.datetime64, installations: Sequence[Installation]) -> npt.NDArray[np.datetime64]:
    """Cut the period where a meter comes or goes, for what it counts on either side is another's."""
    instants = np.array([at for i in installations for at in (i.start, i.end)], dtype="datetime64[ms]")
    inside = instants[(instants > start) & (instants < end)]
    return np.unique(np.concatenate([np.array([start, end], dtype="datetime64[ms]"), inside]))


def _known(whole: Consumption) -> dict[str, Fraction]:
    """Give the exact totals of the places whose period is covered to its ends."""
    total: dict[str, Fraction] = {}
    short: set[str] = set()
    for row in range(len(whole)):
        place = whole.meter_ids[whole.meter[row]]
        if whole.coverage[row] < 1:
            short.add(place)
        factor = whole.registers[whole.register[row]].factor
        total[place] = total.get(place, Fraction(0)) + int(whole.count[row]) * factor
    return {place: value for place, value in total.items() if place not in short}
