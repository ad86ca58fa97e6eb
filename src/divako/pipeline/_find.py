"""Apply the rules of a project."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from divako.alerts import find_exchanges
from divako.model import Findings, Readings
from divako.pipeline._project import Project
from divako.pipeline._reckon import WATER, MediumTables


def find(project: Project, readings: Readings, fitted: Readings, media: Sequence[MediumTables]) -> Findings:
    """Run every rule that the project has, and list meter exchanges.

    Parameters
    ----------
    project : Project
        Its rules.
    readings : Readings
        As they came.
    fitted : Readings
        The same, kept to their installations.
    media : sequence of MediumTables
        Hourly consumption.

    Returns
    -------
    Findings
        In the order of their beginning.
    """
    found = [*_of_water(project, media), *_of_readings(project, readings)]
    found.append(find_exchanges(fitted, project.site.installations))
    table = Findings.concatenate([Findings.of([]), *found])
    return table.select(np.argsort(table.start, kind="stable"))


def _of_water(project: Project, media: Sequence[MediumTables]) -> Iterator[Findings]:
    rules = project.rules
    for tables in media:
        if tables.medium not in WATER:
            continue
        if len(tables.places_hourly):
            for rule in (rules.customer_leak, rules.night_use):
                if rule is not None:
                    yield rule.find(tables.places_hourly)
        if len(tables.zones_hourly) and rules.zone_night_flow is not None:
            yield rules.zone_night_flow.find(tables.zones_hourly)


def _of_readings(project: Project, readings: Readings) -> Iterator[Findings]:
    rules = project.rules
    start, end = project.period
    if rules.frost is not None:
        inside = (readings.time >= start) & (readings.time < end)
        yield rules.frost.find(readings.select(inside))
    if rules.silent is not None and len(readings):
        # Where data end before the period does, that is when the question is asked.
        latest = readings.time[~np.isnat(readings.time)]
        now = min(end, latest.max()) if len(latest) else end
        expected = [i for i in project.site.installations if i.start < now]
        yield rules.silent.find(
            readings, now=now, meter_ids=list(dict.fromkeys(i.meter_id for i in expected)), installations=expected
        )
