"""Thresholds with pending time and hysteresis, as a state machine without a clock."""

from __future__ import annotations

import math

from collections.abc import Iterable
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from attrs import Attribute, evolve, field, frozen
from attrs.validators import in_

from divako.errors import SeriesError


Phase = Literal["ok", "pending", "firing", "recovering"]
_NEVER = np.datetime64("NaT", "ms")


@frozen(kw_only=True)
class ThresholdState:
    """Where a threshold stands between two samples; a plain value that can be kept.

    Parameters
    ----------
    phase : {"ok", "pending", "firing", "recovering"}
        Breached but not for long enough is pending; good but not for long
        enough is recovering.
    since : datetime64[ms]
        First sample of the breach, in UTC; NaT while ok.
    good_since : datetime64[ms]
        First good sample after it, in UTC; NaT unless recovering.
    """

    phase: Phase = field(default="ok", validator=in_(("ok", "pending", "firing", "recovering")))
    # Compared as text, because NaT differs from itself.
    since: np.datetime64 = field(default=_NEVER, eq=str)
    good_since: np.datetime64 = field(default=_NEVER, eq=str)


@frozen(kw_only=True)
class ThresholdEvent:
    """A threshold has raised or cleared.

    Parameters
    ----------
    event : {"raised", "cleared"}
        What it did.
    time : datetime64[ms]
        The sample at which it did, in UTC.
    since : datetime64[ms]
        First sample of the breach, in UTC.
    """

    event: Literal["raised", "cleared"]
    time: np.datetime64
    since: np.datetime64


def _not_negative(_instance: Any, attribute: Attribute[Any], value: float) -> None:
    if not math.isfinite(value) or value < 0:
        msg = f"{attribute.name} must be a number from 0"
        raise SeriesError(msg)


def _one_of_two(_instance: Any, attribute: Attribute[Any], value: str) -> None:
    if value not in {"<", ">"}:
        msg = f"{attribute.name} must be < or >"
        raise SeriesError(msg)


@frozen(kw_only=True)
class Threshold:
    """A limit that is judged at samples only.

    Parameters
    ----------
    op : {"<", ">"}
        On which side of the limit the breach lies; the limit itself is none.
    raise_at : float
        The limit. [unit of the samples]
    clear_at : float, optional
        At or beyond it a sample is good; `raise_at` if not given. [unit of the samples]
    for_s : float, default 0
        How long a breach lasts before it is raised. [s]
    keep_s : float, default 0
        How long samples are good before it is cleared; one that is not starts that
        wait anew. [s]

    Raises
    ------
    SeriesError
        A field is out of range, or `clear_at` lies on the side of the breach.

    Notes
    -----
    The states are those of Prometheus alerting rules (``for``, ``keep_firing_for``) with a
    separate level to clear. The result depends on the samples alone: a stream may be cut
    anywhere and carried on from the state.

    References
    ----------
    .. [1] Prometheus, "Alerting rules": pending, firing, ``keep_firing_for``.

    Examples
    --------
    >>> frost = Threshold(op="<", raise_at=4.0, clear_at=5.0)
    >>> times = np.array(["2026-01-10T01:00", "2026-01-10T02:00", "2026-01-10T03:00"], dtype="datetime64[ms]")
    >>> events, state = frost.run(times, np.array([3.9, 4.5, 5.0]))
    >>> [event.event for event in events], state.phase
    (['raised', 'cleared'], 'ok')
    """

    op: Literal["<", ">"] = field(validator=_one_of_two)
    raise_at: float
    clear_at: float | None = None
    for_s: float = field(default=0.0, validator=_not_negative)
    keep_s: float = field(default=0.0, validator=_not_negative)

    def __attrs_post_init__(self) -> None:
        limits = (self.raise_at, self.raise_at if self.clear_at is None else self.clear_at)
        if not all(map(math.isfinite, limits)):
            msg = "the limits of a threshold must be numbers"
            raise SeriesError(msg)
        if self.breached(limits[1]):
            msg = "clear_at must not lie on the side of the breach"
            raise SeriesError(msg)

    def breached(self, value: float) -> bool:
        """Tell whether a value lies strictly beyond the limit."""
        return value < self.raise_at if self.op == "<" else value > self.raise_at

    def is_good(self, value: float) -> bool:
        """Tell whether a value lies at or beyond the level to clear."""
        level = self.raise_at if self.clear_at is None else self.clear_at
        return value >= level if self.op == "<" else value <= level

    def step(
        self, state: ThresholdState, time: np.datetime64, value: float
    ) -> tuple[ThresholdState, ThresholdEvent | None]:
        """Judge one sample.

        Parameters
        ----------
        state : ThresholdState
            After the sample before; ``ThresholdState()`` at the beginning.
        time : datetime64[ms]
            Of the sample, not before the one before, in UTC.
        value : float
            The sample; NaN changes nothing. [unit of the limit]

        Returns
        -------
        tuple of ThresholdState and ThresholdEvent or None
            The new state, and what happened.
        """
        if math.isnan(value):
            return state, None
        if state.phase in {"ok", "pending"}:
            return self._step_quiet(state, time, value)
        return self._step_raised(state, time, value)

    def _step_quiet(
        self, state: ThresholdState, time: np.datetime64, value: float
    ) -> tuple[ThresholdState, ThresholdEvent | None]:
        if not self.breached(value):
            return ThresholdState(), None
        since = time if state.phase == "ok" else state.since
        if _seconds(time - since) < self.for_s:
            return ThresholdState(phase="pending", since=since), None
        return ThresholdState(phase="firing", since=since), ThresholdEvent(event="raised", time=time, since=since)

    def _step_raised(
        self, state: ThresholdState, time: np.datetime64, value: float
    ) -> tuple[ThresholdState, ThresholdEvent | None]:
        if not self.is_good(value):
            return evolve(state, phase="firing", good_since=_NEVER), None
        good_since = time if state.phase == "firing" else state.good_since
        if _seconds(time - good_since) < self.keep_s:
            return evolve(state, phase="recovering", good_since=good_since), None
        return ThresholdState(), ThresholdEvent(event="cleared", time=time, since=state.since)

    def run(
        self,
        time: npt.NDArray[np.datetime64],
        value: npt.NDArray[np.float64],
        *,
        state: ThresholdState | None = None,
    ) -> tuple[list[ThresholdEvent], ThresholdState]:
        """Judge samples one after another.

        Parameters
        ----------
        time : ndarray of datetime64[ms], shape (n,)
            Of the samples, in order, in UTC.
        value : ndarray of float64, shape (n,)
            The samples; NaN changes nothing. [unit of the limit]
        state : ThresholdState, optional
            Where to carry on from.

        Returns
        -------
        tuple of list of ThresholdEvent and ThresholdState
            What happened, and where it stands now.

        Raises
        ------
        SeriesError
            The columns differ in length, a time is unknown, or a sample is older than the one before it.
        """
        if time.shape != value.shape:
            msg = "times and values must be of one length"
            raise SeriesError(msg)
        _refuse_row(np.isnat(time), "the time of a sample is unknown")
        _refuse_row(np.append(False, time[1:] < time[:-1]), "a sample is older than the one before it")
        now, events = state or ThresholdState(), []
        for at, one in _samples(time, value):
            now, event = self.step(now, at, one)
            if event is not None:
                events.append(event)
        return events, now


def _samples(time: npt.NDArray[np.datetime64], value: npt.NDArray[np.float64]) -> Iterable[tuple[np.datetime64, float]]:
    return zip(time.astype("datetime64[ms]"), value.tolist(), strict=True)


def _refuse_row(wrong: npt.NDArray[np.bool_], message: str) -> None:
    if wrong.any():
        raise SeriesError(message, row=int(np.argmax(wrong)))


def _seconds(span: np.timedelta64) -> float:
    return float(span / np.timedelta64(1, "s"))
