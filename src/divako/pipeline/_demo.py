"""The whole way on a sample whose truth is known."""

from __future__ import annotations

import os

from collections.abc import Callable
from pathlib import Path

import numpy as np

from attrs import frozen

from divako.datasets import Event, Score, cooperative, municipality, score
from divako.model import Finding
from divako.pipeline._project_load import load_project
from divako.pipeline._run import Results, run
from divako.pipeline._write import write
from divako.report import Comparison
from divako.stores import make_folder


@frozen(kw_only=True, eq=False)
class DemoResult:
    """What a demonstration gave.

    Parameters
    ----------
    project : Path
        The project file of the sample.
    files : tuple of Path
        What was written, the report first.
    results : Results
        Of the run.
    score : Score
        What there was to find, and what of it was found.
    """

    project: Path
    files: tuple[Path, ...]
    results: Results
    score: Score


def demo(
    folder: str | os.PathLike[str],
    *,
    generated_at: np.datetime64,
    municipal: bool = False,
    seed: int = 1,
    progress: Callable[[str, int, int], None] | None = None,
) -> DemoResult:
    """Make a sample, run it, and compare what was found with what is true.

    Parameters
    ----------
    folder : path-like
        Where; the sample goes below ``sample`` in it, the results below ``results``.
    generated_at : datetime64[ms]
        What the report says of its making, in UTC.
    municipal : bool, default False
        A municipal network instead of a housing co-operative.
    seed : int, default 1
        Which sample.
    progress : callable, optional
        See `run`; the stage ``"sample"`` comes first.

    Returns
    -------
    DemoResult
        Files, results and score.

    Raises
    ------
    StoreError
        The folder cannot be written.
    MissingExtraError
        The report needs the extra ``report``.
    """
    base = make_folder(folder)
    if progress is not None:
        progress("sample", 0, 1)
    sample = municipality(seed) if municipal else cooperative(seed)
    project_file = sample.write(base / "sample")
    results = run(load_project(project_file), progress=progress)
    scored = score(results.findings, sample.truth)
    truth = Comparison(
        found=[_finding(event) for event in scored.hits],
        missed=[_finding(event) for event in scored.missed],
        false_findings=scored.false_findings,
    )
    if progress is not None:
        progress("write", 0, 1)
    files = write(results, base / "results", generated_at=generated_at, truth=truth)
    return DemoResult(project=project_file, files=files, results=results, score=scored)


def _finding(event: Event) -> Finding:
    return Finding(
        subject=event.subject, code=event.code, start=event.start, end=event.end, size=event.size, unit=event.unit
    )
