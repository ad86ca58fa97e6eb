"""The table that leaves the house: consumption under pseudonyms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from attrs import frozen

from divako.errors import PrivacyError
from divako.model import Consumption, Installation, Register, Table
from divako.model._table import column, words
from divako.pipeline._project import Project
from divako.pipeline._reckon import MediumTables
from divako.privacy import PseudonymDomain, Secret, pseudonymise


@frozen(kw_only=True, eq=False)
class Analysis(Table):
    """Interval consumption under pseudonyms: one row per meter and interval.

    It holds differences and no registers, because a single register reading can
    identify a household.

    Parameters
    ----------
    meter : ndarray of int32, shape (n,)
        Row numbers into `meter_tokens`.
    section : ndarray of int32, shape (n,)
        Row numbers into `section_tokens`.
    medium : ndarray of int32, shape (n,)
        Row numbers into `media`.
    register : ndarray of int32, shape (n,)
        Row numbers into `registers`.
    start, end : ndarray of datetime64[ms], shape (n,)
        The half-open interval, in UTC.
    value : ndarray of float64, shape (n,)
        What passed; NaN where unknown. [canonical unit of the register]
    coverage : ndarray of float64, shape (n,)
        Known share of the interval.
    quality : ndarray of uint8, shape (n,)
        `divako.model.Quality` of the row.
    meter_tokens, section_tokens : tuple of str
        Pseudonyms, each once.
    media : tuple of str
        Media, each once.
    registers : tuple of Register
        Registers, each once.
    """

    meter: npt.NDArray[np.int32] = column("int32", words="meter_tokens")
    section: npt.NDArray[np.int32] = column("int32", words="section_tokens")
    medium: npt.NDArray[np.int32] = column("int32", words="media")
    register: npt.NDArray[np.int32] = column("int32", words="registers")
    start: npt.NDArray[np.datetime64] = column("datetime64[ms]")
    end: npt.NDArray[np.datetime64] = column("datetime64[ms]")
    value: npt.NDArray[np.float64] = column("float64")
    coverage: npt.NDArray[np.float64] = column("float64")
    quality: npt.NDArray[np.uint8] = column("uint8")
    meter_tokens: tuple[str, ...] = words()
    section_tokens: tuple[str, ...] = words()
    media: tuple[str, ...] = words()
    registers: tuple[Register, ...] = words()


def analysis_of(project: Project, media: Sequence[MediumTables], secret: Secret | bytes | None) -> Analysis | None:
    """Make the table for the purpose and recipient that the project names.

    Parameters
    ----------
    project : Project
        Names purpose, recipient and resolution; None of them, no table.
    media : sequence of MediumTables
        Consumption.
    secret : Secret or bytes or None
        At least 32 bytes that only the sender knows; without it that of the file which
        the project names.

    Returns
    -------
    Analysis or None
        Of the meters of sections alone.

    Raises
    ------
    PrivacyError
        There is no secret, or it is none.
    """
    wanted = project.analysis
    if wanted is None:
        return None
    domain = PseudonymDomain(secret_of(project, secret), purpose=wanted.purpose, recipient=wanted.recipient)
    parts = [
        _plain(tables.hourly if wanted.resolution == "hour" else tables.daily, tables.medium.value, project)
        for tables in media
    ]
    parts = [part for part in parts if len(part)]
    if not parts:
        return None
    return pseudonymise(
        Analysis.concatenate(parts), domain, columns={"meter_tokens": "meter", "section_tokens": "section"}
    )


def secret_of(project: Project, secret: Secret | bytes | None) -> Secret:
    """Give the secret that was handed over, or that of the file which the project names.

    Raises
    ------
    PrivacyError
        There is none, or it is too short.
    """
    if secret is not None:
        return secret if isinstance(secret, Secret) else Secret(secret)
    name = None if project.analysis is None else project.analysis.secret_file
    if name is None:
        msg = "the export under pseudonyms needs a secret: hand one over, or name its file in analysis.secret_file"
        raise PrivacyError(msg)
    try:
        text = (project.folder / name).read_text(encoding="ascii")
    except OSError as error:
        msg = f"analysis.secret_file: {name} cannot be read: {error.strerror or 'unknown reason'}"
        raise PrivacyError(msg) from error
    except UnicodeDecodeError:
        text = ""
    try:
        return Secret.from_hex(text)
    except PrivacyError as error:
        msg = f"analysis.secret_file: {error}"
        raise PrivacyError(msg) from None


def _plain(table: Consumption, medium: str, project: Project) -> Analysis:
    known = {section.id for section in project.site.sections}
    installations = [i for i in project.site.installations if i.role == "sub" and i.place in known]
    sections = {place: code for code, place in enumerate(dict.fromkeys(i.place for i in installations))}
    section = _sections_of(table, installations, sections)
    rows = table.select(section >= 0)
    return Analysis(
        meter=rows.meter,
        section=section[section >= 0],
        medium=np.zeros(len(rows), dtype="int32"),
        register=rows.register,
        start=rows.start,
        end=rows.end,
        value=rows.value,
        coverage=rows.coverage,
        quality=rows.quality,
        meter_tokens=rows.meter_ids,
        section_tokens=tuple(sections),
        media=(medium,),
        registers=rows.registers,
    )


def _sections_of(
    table: Consumption, installations: Sequence[Installation], codes: Mapping[str, int]
) -> npt.NDArray[np.int32]:
    """Give the section in which the meter of each row hung, -1 where in none; the later one where it moved."""
    section = np.full(len(table), -1, dtype="int32")
    index = {meter_id: code for code, meter_id in enumerate(table.meter_ids)}
    for one in sorted(installations, key=lambda one: one.start):
        mine = (table.meter == index.get(one.meter_id, -1)) & (table.end > one.start)
        if not np.isnat(one.end):
            mine &= table.start < one.end
        section[mine] = codes[one.place]
    return section
