"""Apply the rules of a project."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from attrs import evolve

from divako.alerts import Silence, find_exchanges
from divako.model import Findings, Installation, Readings
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
        Those of the period, in the order of their beginning.
    """
    found = [*_of_water(project, media), *_of_readings(project, readings)]
    found.append(find_exchanges(fitted, project.site.installations))
    table = Findings.concatenate([Findings.of([]), *found])
    start, end = project.period
    table = table.select((table.start < end) & (np.isnat(table.end) | (table.end >= start)))
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
        expected = [i for i in project.site.installations if i.start < now and (np.isnat(i.end) or i.end > start)]
        for rule, meter_ids in _by_interval(project, rules.silent, expected):
            yield rule.find(readings, now=now, meter_ids=meter_ids, installations=expected)


def _by_interval(
    project: Project, rule: Silence, expected: Sequence[Installation]
) -> Iterator[tuple[Silence, list[str]]]:
    """Give the rule for each sending interval that the project states, and for the meters without one."""
    stated = {meter.id: meter.interval_s for meter in project.site.meters}
    groups: dict[int | None, list[str]] = {}
    for meter_id in dict.fromkeys(i.meter_id for i in expected):
        groups.setdefault(stated[meter_id], []).append(meter_id)
    for interval_s, meter_ids in groups.items():
        # What the rule states of all meters goes before what the project states of one.
        keep = interval_s is None or rule.interval_s is not None
        yield rule if keep else evolve(rule, interval_s=float(interval_s or 0)), meter_ids
