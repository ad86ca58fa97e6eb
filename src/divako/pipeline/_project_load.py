"""Project files: read, and checked as a whole."""

from __future__ import annotations

import tomllib

from pathlib import Path
from typing import Any

from divako.errors import ProjectError
from divako.pipeline._project import Project
from divako.pipeline._project_checks import ProjectBuilder
from divako.pipeline._project_file import SUPPORTED, ProjectFile, default_zone
from divako.pipeline._structure import structure
from divako.stores import toml_place


def load_project(path: str | Path) -> Project:
    """Read and check a project file.

    Parameters
    ----------
    path : path-like
        A TOML file; the reference has a page on its form.

    Returns
    -------
    Project
        Ready to run.

    Raises
    ------
    ProjectError
        The file cannot be read, or has an unknown, missing, wrong or contradictory
        entry: the first, with its path in the file. Its attribute `others` holds
        further ones.
    """
    file = Path(path)
    document = _parse(file)
    version = document.get("schema_version")
    if version != SUPPORTED["schema_version"] or isinstance(version, bool):
        msg = f"must be {SUPPORTED['schema_version']}"
        raise ProjectError(msg, path="schema_version")
    default_zone(document)
    tables, problems = _tables(document)
    return ProjectBuilder(tables, file.parent, problems).build()


def _tables(document: dict[str, Any]) -> tuple[ProjectFile, list[ProjectError]]:
    """Read the tables of a file; where all that is wrong is entries that nobody knows, the rest is looked at too."""
    try:
        return structure(document, ProjectFile), []
    except ProjectError as error:
        try:
            return structure(document, ProjectFile, unknown="ignore"), [error, *error.others]
        except ProjectError:
            raise error from None


def _parse(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        msg = f"{file} cannot be read: {error.strerror or 'unknown reason'}"
        raise ProjectError(msg, path="") from error
    except UnicodeDecodeError:
        msg = f"{file} is not a text in UTF-8"
        raise ProjectError(msg, path="") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        msg = f"{file} is not TOML{toml_place(error)}"
        raise ProjectError(msg, path="") from None
