"""Meters and sensors that have stopped sending, or did for a while."""

from __future__ import annotations

import math

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from attrs import Attribute, field, frozen

from divako.alerts._liveness import Liveness, gaps_between, learn_intervals, liveness
from divako.errors import SeriesError
from divako.model import Finding, FindingCode, Findings, Installation, Readings


Times = npt.NDArray[np.datetime64]

_OPEN = np.datetime64("NaT", "ms")
_HOUR = np.timedelta64(3_600_000, "ms")
_SECOND = np.timedelta64(1_000, "ms")


def _positive(_instance: Any, attribute: Attribute[Any], value: float | None) -> None:
    if value is not None and (not math.isfinite(value) or value <= 0):
        msg = f"{attribute.name} must be a number above 0"
        raise SeriesError(msg)


def _from_one(_instance: Any, attribute: Attribute[Any], value: int) -> None:
    if type(value) is not int or value < 1:
        msg = f"{attribute.name} must be a whole number from 1"
        raise SeriesError(msg)


@frozen(kw_only=True, eq=False)
class _Heard:
    """What was heard of each of the meters in the span in which it was expected."""

    ids: tuple[str, ...]
    start: Times  # NaT where nothing was expected
    until: Times
    meter: npt.NDArray[np.int64]  # of each arrival
    time: Times  # of each arrival
    last: Times  # NaT where it was never heard
    interval_s: npt.NDArray[np.float64]

    @property
    def age_s(self) -> npt.NDArray[np.float64]:
        """Time from the last arrival to the end of the span; NaN where there was none. [s]"""
        return np.asarray((self.until - self.last) / _SECOND, dtype="float64")


@frozen(kw_only=True)
class Silence:
    """A meter has not been heard for much longer than it uses to wait.

    Parameters
    ----------
    late_factor : float, default 3
        Above this many intervals a meter is late.
    silent_factor : float, default 24
        Above this many intervals it is silent.
    min_gaps : int, default 3
        Gaps that it takes to learn the interval of a meter.
    interval_s : float, optional
        How often all of the meters send; learned for each if not given. [s]
    min_silence_s : float, default 21600
        A shorter silence is no finding, however often the meter sends. [s]

    Raises
    ------
    SeriesError
        A field is out of range, or `late_factor` is above `silent_factor`.

    Notes
    -----
    A radio network loses telegrams. If it loses one in five by chance, ten in a row
    are lost once in ten million times; what comes in a row is a gateway that is down for some hours. With
    the default an hourly meter may miss 23 telegrams in a row, and one that sends every
    16 s is given six hours.

    It fails: a meter heard fewer than ``min_gaps + 1`` times has no interval, and is not
    judged once it was heard; one that sends daily is silent after 24 days, if the
    factor is not lowered. An outage of a gateway is one finding for each meter.

    References
    ----------
    .. [1] OMS Group, "Open Metering System Specification, Volume 2": update intervals of
       wireless M-Bus meters.

    Examples
    --------
    >>> Silence(silent_factor=48).late_factor
    3.0
    """

    late_factor: float = field(default=3.0, validator=_positive)
    silent_factor: float = field(default=24.0, validator=_positive)
    min_gaps: int = field(default=3, validator=_from_one)
    interval_s: float | None = field(default=None, validator=_positive)
    min_silence_s: float = field(default=21_600.0, validator=_positive)

    def __attrs_post_init__(self) -> None:
        if self.late_factor > self.silent_factor:
            msg = "late_factor must not be above silent_factor"
            raise SeriesError(msg)

    def find(
        self,
        readings: Readings,
        *,
        now: np.datetime64,
        meter_ids: Sequence[str] | None = None,
        installations: Sequence[Installation] = (),
    ) -> Findings:
        """Find silent meters, and past gaps of those that send again.

        Parameters
        ----------
        readings : Readings
            Of any registers, in any order. Stored values and times after `now` do not count as
            arrivals, and of rows at one instant one does.
        now : datetime64
            When the question is asked, in UTC.
        meter_ids : sequence of str, optional
            The meters that are expected; those of `readings` if not given.
        installations : sequence of Installation, optional
            A meter among them is expected from its first start to its last end.

        Returns
        -------
        Findings
            Code ``silent``, by meter and time: from the last arrival before the silence to the next one,
            open while it lasts at `now`. A meter never heard is silent from its installation or the
            first arrival of any meter, whichever is later. The size is the length. [h]
        """
        heard = self._hear(readings, now=now, meter_ids=meter_ids, installations=installations)
        limit_s = np.fmax(self.silent_factor * heard.interval_s, self.min_silence_s)
        limit_s[np.isnan(heard.interval_s)] = np.inf
        meter, begin, gap_ms = gaps_between(heard.meter, heard.time)
        spans = [
            (int(meter[i]), begin[i], begin[i] + gap_ms[i].astype("timedelta64[ms]"), False)
            for i in np.flatnonzero(gap_ms > limit_s[meter] * 1000)
        ]
        lasts = heard.until == now  # where a meter was taken down before, its silence ends there
        silent = np.flatnonzero(heard.age_s > limit_s)
        spans += [(int(i), heard.last[i], heard.until[i], bool(lasts[i])) for i in silent]
        unheard_s = (heard.until - heard.start) / _SECOND
        never = np.flatnonzero(np.isnat(heard.last) & (unheard_s >= self.min_silence_s))
        spans += [(int(i), heard.start[i], heard.until[i], bool(lasts[i])) for i in never]
        return Findings.of(
            [
                Finding(
                    subject=heard.ids[i],
                    code=FindingCode.SILENT,
                    start=start,
                    end=_OPEN if open_ended else end,
                    size=float((end - start) / _HOUR),
                    unit="h",
                )
                for i, start, end, open_ended in sorted(spans)
            ]
        )

    def states(
        self,
        readings: Readings,
        *,
        now: np.datetime64,
        meter_ids: Sequence[str] | None = None,
        installations: Sequence[Installation] = (),
    ) -> dict[str, Liveness]:
        """Judge each expected meter at `now`; parameters as of `find`, without its least silence."""
        heard = self._hear(readings, now=now, meter_ids=meter_ids, installations=installations)
        states = liveness(heard.age_s, heard.interval_s, late_factor=self.late_factor, silent_factor=self.silent_factor)
        return {
            one: Liveness(int(state))
            for one, state, start in zip(heard.ids, states, heard.start, strict=True)
            if not np.isnat(start)
        }

    def _hear(
        self,
        readings: Readings,
        *,
        now: np.datetime64,
        meter_ids: Sequence[str] | None,
        installations: Sequence[Installation],
    ) -> _Heard:
        at = now.astype("datetime64[ms]")
        ids = tuple(dict.fromkeys(readings.meter_ids if meter_ids is None else meter_ids))
        number = {one: i for i, one in enumerate(ids)}
        meter = np.array([*(number.get(one, -1) for one in readings.meter_ids), -1])[readings.meter]
        arrived = (readings.storage == 0) & (readings.time <= at)  # a comparison with NaT is false
        first_of_all = readings.time[arrived].min() if arrived.any() else at
        start, until = _expected_spans(ids, first_of_all, at, installations)
        kept = arrived & (meter >= 0)
        kept &= (readings.time >= start[meter]) & (readings.time <= until[meter]) if ids else False
        meter, time = meter[kept], readings.time[kept]
        last = np.full(len(ids), np.datetime64("NaT", "ms"))
        order = np.argsort(time, kind="stable")
        last[meter[order]] = time[order]  # the latest is written last
        interval_s = np.full(len(ids), self.interval_s or np.nan)
        if self.interval_s is None:
            interval_s = learn_intervals(meter, time, sensors=len(ids), min_gaps=self.min_gaps)
        return _Heard(ids=ids, start=start, until=until, meter=meter, time=time, last=last, interval_s=interval_s)


def _expected_spans(
    ids: Sequence[str], first: np.datetime64, now: np.datetime64, installations: Sequence[Installation]
) -> tuple[Times, Times]:
    """Give from when to when each meter is expected; NaT for one not yet installed."""
    of_meter: dict[str, list[Installation]] = {}
    for one in installations:
        of_meter.setdefault(one.meter_id, []).append(one)
    start, until = np.full(len(ids), first), np.full(len(ids), now)
    for i, name in enumerate(ids):
        if name not in of_meter:
            continue
        starts = np.array([one.start for one in of_meter[name]], dtype="datetime64[ms]")
        ends = np.array([one.end for one in of_meter[name]], dtype="datetime64[ms]")
        if not np.isnat(starts).any():
            start[i] = max(first, starts.min())
        if not np.isnat(ends).any():
            until[i] = min(now, ends.max())
        if start[i] > until[i]:
            start[i] = until[i] = _OPEN
    return start, until
