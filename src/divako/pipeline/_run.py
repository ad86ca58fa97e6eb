"""One call from a project to its results."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

import numpy as np

from attrs import field, frozen

from divako.allocation import Cost, Statements, allocate
from divako.errors import AllocationError
from divako.model import Consumption, Findings, Readings
from divako.pipeline._analysis import Analysis, analysis_of, secret_of
from divako.pipeline._find import find
from divako.pipeline._intake import Refused, take_in
from divako.pipeline._project import Project
from divako.pipeline._reckon import MediumTables, fit, reckon
from divako.privacy import Secret


STAGES = ("decode", "reckon", "find", "share", "export")


@frozen(kw_only=True, eq=False)
class Results:
    """What a run gives.

    Parameters
    ----------
    project : Project
        What was run.
    readings : Readings
        Of the listed meters, kept to their installations.
    consumption : Consumption
        Hourly, by meter.
    media : tuple of MediumTables
        Hourly and daily, by meter, section, building and zone, medium by medium.
    findings : Findings
        What the rules found.
    statements : Statements or None
        Who pays what; None where there are no costs or they cannot be shared.
    analysis : Analysis or None
        The export under pseudonyms, where the project wants one.
    telegrams : int
        How many telegrams were decoded.
    refused : tuple of Refused
        Lines that gave nothing.
    unshared : tuple of AllocationError
        Why costs could not be shared, one a cost that could not: most often, a consumption is not
        completely known. Each has its `cost_index`, and where it is about a section its `section_index`.
    """

    project: Project
    readings: Readings
    consumption: Consumption
    media: tuple[MediumTables, ...] = field(repr=False)
    findings: Findings
    statements: Statements | None
    analysis: Analysis | None
    telegrams: int
    refused: tuple[Refused, ...]
    unshared: tuple[AllocationError, ...] = ()

    @property
    def problems(self) -> tuple[str, ...]:
        """What could not be done with what was decoded: a sentence each, with the path in the project."""
        return tuple(_sentence(error) for error in self.unshared)


def _sentence(error: AllocationError) -> str:
    section = "" if error.section_index is None else f" (sections[{error.section_index}])"
    return f"costs[{error.cost_index}]: {error.args[0]}{section}; no statements were made"


def run(
    project: Project,
    *,
    secret: Secret | bytes | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> Results:
    """Run a project: decode, reckon, find, share, and export under pseudonyms.

    Parameters
    ----------
    project : Project
        From `load_project`.
    secret : Secret or bytes, optional
        For pseudonyms; without it that of the file which the project names.
    progress : callable, optional
        Called with the stage, and how many of how many of its steps are done.

    Returns
    -------
    Results
        Everything that could be decoded is in it; what was refused is listed.

    Raises
    ------
    StoreError
        A telegram file cannot be read.
    ProjectError
        A fitter's reading or the width of a register contradicts what the meter sends.
    PrivacyError
        The project wants an export and there is no secret.
    """

    def tell(stage: str, done: int, total: int) -> None:
        if progress is not None:
            progress(stage, done, total)

    if project.analysis is not None:
        secret = secret_of(project, secret)  # before the long work, which would be in vain without it
    readings, telegrams, refused = take_in(project, progress)
    fitted, parts = fit(project, readings)
    media: list[MediumTables] = []
    for medium, (part, installations) in parts.items():
        tell("reckon", len(media), len(parts))
        media.append(reckon(project, medium, part, installations))
    tell("find", 0, 1)
    findings = find(project, readings, fitted, media)
    tell("share", 0, 1)
    statements, unshared = _share(project, media)
    tell("export", 0, 1)
    analysis = analysis_of(project, media, secret)
    tell("export", 1, 1)
    hourly = [tables.hourly for tables in media]
    return Results(
        project=project,
        readings=fitted,
        consumption=Consumption.concatenate(hourly) if hourly else _no_consumption(),
        media=tuple(media),
        findings=findings,
        statements=statements,
        analysis=analysis,
        telegrams=telegrams,
        refused=tuple(refused),
        unshared=tuple(unshared),
    )


def _share(project: Project, media: list[MediumTables]) -> tuple[Statements | None, list[AllocationError]]:
    if not project.costs:
        return None, []
    consumption: dict[tuple[str, str], Fraction] = {}
    main: dict[str, Fraction] = {}
    for tables in media:
        consumption |= {(place, tables.medium.value): total for place, total in tables.total.items()}
        if tables.main_total is not None:
            main[tables.medium.value] = tables.main_total

    def shared(costs: Sequence[Cost]) -> Statements:
        return allocate(costs, project.site.sections, consumption=consumption, main=main, currency=project.currency)

    try:
        return shared(project.costs), []
    except AllocationError:
        return None, [error for index in range(len(project.costs)) for error in _refusals(shared, project.costs, index)]


def _refusals(
    shared: Callable[[Sequence[Cost]], Statements], costs: Sequence[Cost], index: int
) -> Iterator[AllocationError]:
    """Try one cost alone, so that every cost that cannot be shared is told at once."""
    try:
        shared(costs[index : index + 1])
    except AllocationError as error:
        error.cost_index = index
        yield error


def _no_consumption() -> Consumption:
    empty = np.zeros(0)
    return Consumption(
        meter=empty.astype("int32"),
        register=empty.astype("int32"),
        start=empty.astype("datetime64[ms]"),
        end=empty.astype("datetime64[ms]"),
        value=empty,
        count=empty.astype("int64"),
        count_known=empty.astype("bool"),
        coverage=empty,
        quality=empty.astype("uint8"),
        steps=empty.astype("uint16"),
        meter_ids=(),
        registers=(),
    )
