"""``divako run``: a project file in; tables, statements and a report out."""

from __future__ import annotations

import argparse

from divako.cli._results import now, say_done, say_refused, stages
from divako.cli._terminal import Progress
from divako.errors import ProjectError
from divako.pipeline import load_project, write
from divako.pipeline import run as run_project
from divako.stores import require_writable


def run(arguments: argparse.Namespace) -> int:
    """Run a project and write its results; give how much was refused."""
    try:
        project = load_project(arguments.project)
    except ProjectError as error:
        raise _in_file(error, str(arguments.project)) from None
    require_writable(arguments.output)  # before the long work, which would be in vain
    with Progress("reading") as progress:
        results = run_project(project, progress=stages(progress))
        files = write(results, arguments.output, generated_at=now(), table_format=arguments.format)
    refused = say_refused(results)
    say_done(results, files)
    return refused


def _in_file(error: ProjectError, file: str) -> ProjectError:
    """Put the name of the file before the path in it, here and in the errors beside it."""
    if error.path:
        error.path = f"{file}: {error.path}"
    for other in error.others:
        _in_file(other, file)
    return error
