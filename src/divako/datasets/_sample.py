"""A sample: the files of a project, and what is true of it."""

from __future__ import annotations

import json
import os

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from attrs import field, frozen

from divako.datasets._score import Event
from divako.stores import make_folder, write_bytes


@frozen(kw_only=True, eq=False)
class Sample:
    """An invented site, ready to be run.

    Parameters
    ----------
    files : mapping of str to bytes
        Content by path relative to the project: ``project.toml``, keys, telegrams,
        secret, and the truth as JSON.
    truth : tuple of Event
        What there is to find.
    consumption : mapping of (str, str) to Fraction
        What truly passed in the period, by place and medium; place ``""`` is
        the whole building. [canonical unit]
    """

    files: Mapping[str, bytes] = field(repr=False)
    truth: tuple[Event, ...]
    consumption: Mapping[tuple[str, str], Fraction] = field(repr=False)

    def write(self, folder: str | os.PathLike[str]) -> Path:
        """Write the files into a folder, which is made where there is none.

        Parameters
        ----------
        folder : str or path
            Where; files of the same names are replaced.

        Returns
        -------
        Path
            The project file.

        Raises
        ------
        StoreError
            The folder or a file cannot be written.
        """
        base = make_folder(folder)
        for name, content in self.files.items():
            make_folder((base / name).parent)
            write_bytes(content, base / name)
        return base / "project.toml"


def truth_document(truth: tuple[Event, ...], consumption: Mapping[tuple[str, str], Fraction]) -> bytes:
    """Write the truth as JSON, with times in RFC 3339 and volumes as exact decimals."""
    document: dict[str, Any] = {
        "schema_version": 1,
        "events": [
            {
                "subject": event.subject,
                "code": str(event.code),
                "start": _instant(event.start),
                "end": _instant(event.end),
                "size": event.size,
                "unit": event.unit,
            }
            for event in truth
        ],
        "consumption": [
            {"place": place, "medium": medium, "value": f"{float(value):.3f}"}
            for (place, medium), value in consumption.items()
        ],
    }
    return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()


def _instant(time: np.datetime64) -> str | None:
    return None if np.isnat(time) else f"{np.datetime_as_string(time, unit='s')}Z"
