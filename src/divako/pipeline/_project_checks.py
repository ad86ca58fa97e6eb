"""From the tables of a project file to a project, and whatever in them contradicts."""

from __future__ import annotations

import datetime as dt

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import numpy as np

from attrs import evolve

from divako.allocation import minor_units
from divako.drivers import available
from divako.errors import AllocationError, DivakoError, InputError, ProjectError, SeriesError, SiteError
from divako.model import Installation, Meter, Section, Site, Tenancy, Zone
from divako.pipeline._project import Project
from divako.pipeline._project_costs import CostReader, near
from divako.pipeline._project_file import InstallationTable, ProjectFile
from divako.pipeline._structure import When, all_of
from divako.series import calendar_boundaries, instant_of
from divako.stores import read_keys
from divako.telegrams import KeyStore


T = TypeVar("T")
RESOLUTIONS = ("hour", "day")
ROLES = ("sub", "main", "inlet", "outlet", "sensor")


class ProjectBuilder:
    """Turns the tables into a project and collects what contradicts.

    Parameters
    ----------
    file : ProjectFile
        The tables.
    folder : Path
        What names of files in them are relative to.
    problems : list of ProjectError
        What is wrong already.
    """

    def __init__(self, file: ProjectFile, folder: Path, problems: list[ProjectError]) -> None:
        self.file = file
        self.folder = folder
        self.timezone = file.timezone
        self.problems = problems

    def build(self) -> Project:
        """Make the project.

        Raises
        ------
        ProjectError
            Something is wrong: the first of it; `others` holds the rest.
        """
        file = self.file
        self._check_zones()
        self._check_ids()
        period = self._period()
        entries: dict[str, dict[int, Any]] = {
            "meters": self._each("meters", file.meters, self._meter),
            "sections": self._each("sections", file.sections, self._section),
            "zones": self._each("zones", file.zones, lambda table, _: Zone(id=table.id)),
            "installations": self._each("installations", file.installations, self._installation),
            "tenancies": self._each("tenancies", file.tenancies, self._tenancy),
        }
        reader = CostReader(file if self._is_currency() else evolve(file, currency="NOK"))
        self._each("tariffs", file.tariffs, reader.tariff)
        costs = self._each("costs", file.costs, reader.cost)
        files, keys = self._files(), self._keys()
        self._check_analysis()
        site = self._site(entries)
        if self.problems:
            told = {str(problem): problem for problem in self.problems}  # costs may share a tariff that is wrong
            raise all_of(list(told.values()))
        return Project(
            name=file.name,
            folder=self.folder,
            timezone=file.timezone,
            currency=file.currency,
            period=period,
            site=site,
            zone_of_section=tuple((s.id, s.zone) for s in file.sections if s.zone is not None),
            files=files,
            keys=keys,
            costs=tuple(costs.values()),
            rules=file.rules,
            analysis=file.analysis,
        )

    def _check_ids(self) -> None:
        """Refuse ids that stand twice, and a section and a zone of one name: places are told apart by it."""
        for name in ("meters", "sections", "zones", "tariffs", "costs"):
            seen: set[str] = set()
            for index, table in enumerate(getattr(self.file, name)):
                one = table.id.lower() if name == "meters" else table.id
                if one in seen:
                    self._problem("this id stands twice", f"{name}[{index}].id")
                seen.add(one)
        sections = {section.id for section in self.file.sections}
        for index, zone in enumerate(self.file.zones):
            if zone.id in sections:
                self._problem("a section has this id", f"zones[{index}].id")

    def _check_zones(self) -> None:
        """Refuse what is no time zone; the rest of the file is then looked at in UTC."""
        if not self._is_zone(self.file.timezone, "timezone"):
            self.timezone = "UTC"
        for name in ("night_use", "zone_night_flow"):
            rule = getattr(self.file.rules, name)
            if rule is not None and rule.tz != self.file.timezone:  # one mistake is told once
                self._is_zone(rule.tz, f"rules.{name}.tz")

    def _is_zone(self, name: str, path: str) -> bool:
        try:
            calendar_boundaries(np.datetime64(0, "ms"), np.datetime64(1, "ms"), freq="day", tz=name)
        except SeriesError as error:
            self._problem(str(error), path)
            return False
        return True

    def _is_currency(self) -> bool:
        try:
            minor_units("0", currency=self.file.currency)
        except AllocationError as error:
            self._problem(str(error), "currency")
            return False
        return True

    def _site(self, entries: dict[str, dict[int, Any]]) -> Site:
        """Make the site of the entries that are right; what overlaps is told and left out of it."""
        meters = {meter.id for meter in entries["meters"].values()}
        sections = {section.id for section in entries["sections"].values()}
        places = sections | {zone.id for zone in entries["zones"].values()} | {""}
        # Entries about what was refused have been told of, or will be right once that is.
        fitted = {
            i: one for i, one in entries["installations"].items() if one.meter_id in meters and one.place in places
        }
        let = {i: one for i, one in entries["tenancies"].items() if one.section in sections}
        entries = {**entries, "installations": fitted, "tenancies": let}
        while True:
            try:
                return Site(**{name: tuple(those.values()) for name, those in entries.items()})
            except SiteError as error:
                those = entries[str(error.collection)]
                index = list(those)[error.index or 0]
                del those[index]
                if error.collection in {"installations", "tenancies"}:  # the others stand twice, which was told of
                    self._problem(str(error.args[0]), f"{error.collection}[{index}].from")

    def _problem(self, message: str, path: str) -> None:
        self.problems.append(ProjectError(message, path=path))

    def _each(self, name: str, tables: tuple[Any, ...], make: Callable[[Any, str], T]) -> dict[int, T]:
        """Make what is right of a list of tables, by the place of each in the file."""
        out: dict[int, T] = {}
        for index, table in enumerate(tables):
            path = f"{name}[{index}]"
            try:
                out[index] = make(table, path)
            except ProjectError as error:
                self.problems.append(error)
            except DivakoError as error:
                self._problem(str(error.args[0]), path)
        return out

    def _instant(self, when: When | None, path: str) -> np.datetime64:
        if when is None:
            return np.datetime64("NaT", "ms")
        if not isinstance(when, dt.datetime):
            # Where summer time skips midnight, the day begins at the instant of the change.
            when = dt.datetime.combine(when, dt.time(), tzinfo=ZoneInfo(self.timezone))
        try:
            if when.tzinfo is None:
                return self._local_instant(when)
            return np.datetime64(when.astimezone(dt.UTC).replace(tzinfo=None), "ms")
        except SeriesError as error:
            raise ProjectError(str(error), path=path) from None
        except OverflowError:
            msg = "lies outside the calendar"
            raise ProjectError(msg, path=path) from None

    def _local_instant(self, when: dt.datetime) -> np.datetime64:
        instant_of(when, tz=self.timezone, fold=0)  # refuses what summer time skips
        try:
            return instant_of(when, tz=self.timezone)
        except SeriesError:
            msg = "a wall clock that summer time shows twice; write it with its offset, as in 02:30:00+02:00"
            raise SeriesError(msg) from None

    def _period(self) -> tuple[np.datetime64, np.datetime64]:
        table = self.file.period
        try:
            return self._span(table.start, table.end, ("period.start", "period.end"))
        except ProjectError as error:
            self.problems.append(error)
            return np.datetime64("NaT", "ms"), np.datetime64("NaT", "ms")

    def _span(self, start: When, end: When | None, paths: tuple[str, str]) -> tuple[np.datetime64, np.datetime64]:
        first, last = self._instant(start, paths[0]), self._instant(end, paths[1])
        if last <= first:
            msg = "is not after the start"
            raise ProjectError(msg, path=paths[1])
        return first, last

    def _meter(self, table: Any, path: str) -> Meter:
        if table.driver is not None and table.driver not in available(link="lorawan"):
            msg = f"no installed driver is named so; there are {', '.join(available(link='lorawan'))}"
            raise ProjectError(msg, path=f"{path}.driver")
        number = table.id.lower() if len(table.id) == 16 else table.id.upper()
        return Meter(
            id=number,
            medium=table.medium,
            int_digits=table.int_digits,
            max_rate_per_h=table.max_rate_per_h,
            driver=table.driver,
            interval_s=table.interval_s,
        )

    def _section(self, table: Any, path: str) -> Section:
        if table.zone is not None and table.zone not in {zone.id for zone in self.file.zones}:
            msg = "no zone has this id"
            raise ProjectError(msg, path=f"{path}.zone")
        return Section(id=table.id, attributes=table.attributes, address=table.address)

    def _installation(self, table: InstallationTable, path: str) -> Installation:
        known = {m.id.lower(): m.id for m in self.file.meters}
        if table.meter.lower() not in known:
            msg = "no meter has this id"
            raise ProjectError(msg, path=f"{path}.meter")
        if table.section is not None and table.zone is not None:
            msg = "an installation serves a section or a zone, not both"
            raise ProjectError(msg, path=f"{path}.zone")
        if table.section is not None and table.section not in {s.id for s in self.file.sections}:
            msg = "no section has this id"
            raise ProjectError(msg, path=f"{path}.section")
        if table.zone is not None and table.zone not in {z.id for z in self.file.zones}:
            msg = "no zone has this id"
            raise ProjectError(msg, path=f"{path}.zone")
        if table.role not in ROLES:
            msg = f"must be one of {', '.join(ROLES)}{near(table.role, ROLES)}"
            raise ProjectError(msg, path=f"{path}.role")
        if table.role in {"inlet", "outlet"} and table.zone is None:
            msg = "an inlet or outlet is one of a zone"
            raise ProjectError(msg, path=f"{path}.zone")
        start, end = self._span(table.from_, table.to_, (f"{path}.from", f"{path}.to"))
        number = table.meter.lower() if len(table.meter) == 16 else table.meter.upper()
        return Installation(
            meter_id=number,
            place=table.section or table.zone or "",
            role=table.role,
            start=start,
            end=end,
            start_register=table.start_register,
            end_register=table.end_register,
        )

    def _tenancy(self, table: Any, path: str) -> Tenancy:
        if table.section not in {s.id for s in self.file.sections}:
            msg = "no section has this id"
            raise ProjectError(msg, path=f"{path}.section")
        start, end = self._span(table.from_, table.to_, (f"{path}.from", f"{path}.to"))
        return Tenancy(section=table.section, party=table.party, name=table.name, start=start, end=end)

    def _files(self) -> tuple[Path, ...]:
        return tuple(dict.fromkeys(self._globbed()))

    def _globbed(self) -> Iterator[Path]:
        for index, table in enumerate(self.file.telegrams):
            if not table.files:
                self._problem("names no file", f"telegrams[{index}].files")
            for place, pattern in enumerate(table.files):
                path = f"telegrams[{index}].files[{place}]"
                try:
                    found = sorted(p for p in self.folder.glob(pattern) if p.is_file())
                except (ValueError, NotImplementedError, IndexError):
                    self._problem("is no pattern of files below this folder", path)
                    continue
                if not found:
                    self._problem("no file has such a name", path)
                yield from found

    def _keys(self) -> KeyStore:
        if self.file.keys is None:
            return KeyStore({})
        try:
            return read_keys(self.folder / self.file.keys)
        except InputError as error:
            self._problem(str(error.args[0]), "keys")
            return KeyStore({})

    def _check_analysis(self) -> None:
        table = self.file.analysis
        if table is None:
            return
        for name in ("purpose", "recipient"):
            if not getattr(table, name).strip():
                self._problem("must not be empty", f"analysis.{name}")
        if table.resolution not in RESOLUTIONS:
            self._problem(f"must be one of {', '.join(RESOLUTIONS)}", "analysis.resolution")
