"""Results to a folder: tables, documents, and a page for people."""

from __future__ import annotations

import collections
import os

from collections.abc import Iterator
from pathlib import Path

import attrs
import numpy as np

from divako.convert import SCHEMA_VERSION, rfc3339
from divako.errors import AllocationError, StoreError
from divako.model import Consumption, Table
from divako.pipeline._intake import Refused
from divako.pipeline._project import Project
from divako.pipeline._reckon import MediumTables
from divako.pipeline._run import Results
from divako.report import Comparison, MediumConsumption, Refusal, Report, Unshared, render
from divako.stores import make_folder, replacing_files, write_json, write_table, write_text


TABLE_FORMATS = ("parquet", "csv", "json")


def write(
    results: Results,
    folder: str | os.PathLike[str],
    *,
    generated_at: np.datetime64,
    table_format: str = "parquet",
    truth: Comparison | None = None,
) -> tuple[Path, ...]:
    """Write the results of a run into a folder.

    Parameters
    ----------
    results : Results
        What to write.
    folder : path-like
        Where; it is made if it is not there, and files of earlier runs are replaced. Statements
        and an export that this run has not got are removed: they would not belong to the rest.
    generated_at : datetime64[ms]
        What the report says of its making, in UTC.
    table_format : {"parquet", "csv", "json"}
        Form of the tables. Findings and statements are small and wanted by
        programs, so they are written as JSON besides.
    truth : Comparison, optional
        Of a sample, for the report.

    Returns
    -------
    tuple of Path
        The files, the report first. None is put in its place before all are written, so a run that
        is cut short leaves the earlier files, or none.

    Raises
    ------
    StoreError
        The folder or a file cannot be written.
    MissingExtraError
        The report or Parquet needs the extra ``report``.
    """
    if table_format not in TABLE_FORMATS:
        msg = f"tables are written as {', '.join(TABLE_FORMATS)}"
        raise ValueError(msg)
    page = render(report_of(results, generated_at=generated_at, truth=truth))
    base = make_folder(folder)
    names, stale = ["report.html"], []
    with replacing_files(base) as new:
        write_text(page, new / names[0])
        for name, table in _tables(results):
            suffixes = {table_format} | ({"json"} if name in {"findings", "statements"} else set())
            for suffix in sorted(suffixes):
                if table is None:
                    stale.append(f"{name}.{suffix}")
                    continue
                names.append(f"{name}.{suffix}")
                write_table(table, new / names[-1])
        names.append("refused.json")
        write_json(_refused_document(results), new / names[-1])
    for name in stale:
        _remove(base / name)
    return tuple(base / name for name in names)


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        msg = f"{path} is of an earlier run and cannot be removed: {error.strerror or 'unknown reason'}"
        raise StoreError(msg) from error


def _tables(results: Results) -> Iterator[tuple[str, Table | None]]:
    yield "readings", results.readings
    yield "consumption", results.consumption
    yield "findings", results.findings
    yield "statements", results.statements
    yield "analysis", results.analysis


def _refused_document(results: Results) -> dict[str, object]:
    start, end = results.project.period
    return {
        "schema_version": SCHEMA_VERSION,
        "project": results.project.name,
        "period": [rfc3339(start), rfc3339(end)],
        "telegrams": results.telegrams,
        "problems": list(results.problems),
        "refused": [attrs.asdict(one) for one in results.refused],
    }


def report_of(results: Results, *, generated_at: np.datetime64, truth: Comparison | None = None) -> Report:
    """Gather what the report shows.

    Parameters
    ----------
    results : Results
        Of a run.
    generated_at : datetime64[ms]
        When, in UTC.
    truth : Comparison, optional
        Of a sample.
    """
    project = results.project
    start, end = project.period
    return Report(
        title=project.name,
        timezone=project.timezone,
        period_start=start,
        period_end=end,
        generated_at=generated_at,
        site=project.site,
        consumption=[_shown(tables) for tables in results.media],
        findings=results.findings,
        statements=results.statements,
        unshared=[_unshared(project, error) for error in results.unshared],
        refused=_counted(results.refused),
        telegrams=results.telegrams,
        truth=truth,
    )


def _unshared(project: Project, error: AllocationError) -> Unshared:
    title = dict(project.costs[error.cost_index or 0].title)
    section = None if error.section_index is None else project.site.sections[error.section_index].id
    return Unshared(title_no=title["no"], title_en=title["en"], section=section)


def _shown(tables: MediumTables) -> MediumConsumption:
    return MediumConsumption(
        medium=tables.medium,
        daily=_joined(tables.main_daily, tables.zones_daily, tables.places_daily),
        hourly=_joined(tables.main_hourly, tables.zones_hourly, tables.places_hourly),
    )


def _joined(*parts: Consumption) -> Consumption:
    filled = [part for part in parts if len(part)]
    return Consumption.concatenate(filled or [parts[0]])


def _counted(refused: tuple[Refused, ...]) -> list[Refusal]:
    first: dict[tuple[str, str], int] = {}
    many: collections.Counter[tuple[str, str]] = collections.Counter()
    for one in refused:
        first.setdefault((one.file, one.code), one.line)
        many[one.file, one.code] += 1
    return [Refusal(file=file, line=line, code=code, count=many[file, code]) for (file, code), line in first.items()]
