"""What detectors and alarms report."""

from __future__ import annotations

import enum

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from attrs import frozen

from divako.model._table import Table, column, encode_words, words


class FindingCode(enum.StrEnum):
    """What was found; stable names for programs, rules and translations."""

    CUSTOMER_LEAK = "customer_leak"  # size in m³/h
    NIGHT_USE = "night_use"  # size in m³/h
    ZONE_NIGHT_FLOW = "zone_night_flow"  # size in m³/h above the baseline
    FROST = "frost"  # size is the lowest temperature in °C
    SILENT = "silent"  # size is the silence in hours
    EXCHANGE = "exchange"  # size is the gap between the meters in hours
    SUM_CHECK = "sum_check"  # size is the intervals less the register
    SPIKE = "spike"  # size is the excess over the peaks of the month
    HIGH_USE = "high_use"  # size is the use of the days
    LOW_USE = "low_use"  # size is the use of the days
    ZERO_USE = "zero_use"  # size in hours
    GAP = "gap"  # size in hours
    NEGATIVE_USE = "negative_use"  # size is the use, below zero
    HISTORICAL_MAXIMUM = "historical_maximum"  # size is the excess over the maximum


@frozen(kw_only=True)
class Finding:
    """One row of `Findings`, for those who make them.

    Parameters
    ----------
    subject : str
        What it was found in: a meter, section or zone.
    code : FindingCode
        What was found.
    start, end : datetime64[ms]
        From when to when, in UTC; `end` is NaT while it lasts.
    size : float
        How large. [`unit`]
    unit : str
        Unit of the size.
    confidence : float, default 1
        0 to 1.
    """

    subject: str
    code: FindingCode
    start: np.datetime64
    end: np.datetime64
    size: float
    unit: str
    confidence: float = 1.0


@frozen(kw_only=True, eq=False)
class Findings(Table):
    """What was found: one row per finding.

    Parameters
    ----------
    subject : ndarray of int32, shape (n,)
        Row numbers into `subjects`: meters, sections or zones.
    code : ndarray of int32, shape (n,)
        Row numbers into `codes`.
    start, end : ndarray of datetime64[ms], shape (n,)
        From when to when, in UTC; `end` is NaT while it lasts.
    size : ndarray of float64, shape (n,)
        How large. [unit of the row]
    unit : ndarray of int32, shape (n,)
        Row numbers into `units`.
    confidence : ndarray of float64, shape (n,)
        0 to 1.
    subjects, codes, units : tuple of str
        Words, each once.

    Raises
    ------
    SeriesError
        A column has another dtype or another length, or a code points nowhere.
    """

    subject: npt.NDArray[np.int32] = column("int32", words="subjects")
    code: npt.NDArray[np.int32] = column("int32", words="codes")
    start: npt.NDArray[np.datetime64] = column("datetime64[ms]")
    end: npt.NDArray[np.datetime64] = column("datetime64[ms]")
    size: npt.NDArray[np.float64] = column("float64")
    unit: npt.NDArray[np.int32] = column("int32", words="units")
    confidence: npt.NDArray[np.float64] = column("float64")
    subjects: tuple[str, ...] = words()
    codes: tuple[str, ...] = words()
    units: tuple[str, ...] = words()

    @classmethod
    def of(cls, rows: Sequence[Finding]) -> Findings:
        """Make the table from single findings, in their order."""
        subject, subjects = encode_words([row.subject for row in rows])
        code, codes = encode_words([str(row.code) for row in rows])
        unit, units = encode_words([row.unit for row in rows])
        return cls(
            subject=subject,
            code=code,
            start=np.array([row.start for row in rows], dtype="datetime64[ms]"),
            end=np.array([row.end for row in rows], dtype="datetime64[ms]"),
            size=np.array([row.size for row in rows], dtype="float64"),
            unit=unit,
            confidence=np.array([row.confidence for row in rows], dtype="float64"),
            subjects=subjects,
            codes=codes,
            units=units,
        )

    def rows(self) -> list[Finding]:
        """Give the findings one by one, for reports and messages."""
        return [
            Finding(
                subject=self.subjects[self.subject[i]],
                code=FindingCode(self.codes[self.code[i]]),
                start=self.start[i],
                end=self.end[i],
                size=float(self.size[i]),
                unit=self.units[self.unit[i]],
                confidence=float(self.confidence[i]),
            )
            for i in range(len(self))
        ]
