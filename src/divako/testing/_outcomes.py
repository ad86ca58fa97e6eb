"""What checks have in common: how a promise is tried, and how outcomes are compared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

import numpy as np

from divako.errors import DecodeError
from divako.model import Readings
from divako.testing._extras import hypothesis
from divako.testing._extras import strategies as st


T = TypeVar("T")

# The same payloads on every run: a driver that passed yesterday passes today. A failure is made small, but not
# explained line by line, which takes longer than all else and says nothing of a payload.
_RUN = hypothesis.settings(
    max_examples=60,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate, hypothesis.Phase.shrink],
)


def fail(message: str) -> NoReturn:
    """Fail a check."""
    __tracebackhide__ = True
    raise AssertionError(message)


def holds(promise: Callable[[T], None], strategy: st.SearchStrategy[T]) -> None:
    """Try a promise on many draws."""

    @_RUN
    @hypothesis.given(strategy)
    def run(drawn: T) -> None:
        promise(drawn)

    run()


def rows_of(readings: Readings) -> list[tuple[Any, ...]]:
    """Give readings as comparable rows, with registers and meters written out."""
    return [
        (
            readings.meter_ids[readings.meter[row]],
            readings.registers[code] if (code := readings.register[row]) >= 0 else None,
            str(readings.time[row]),
            int(readings.count[row]) if readings.count_known[row] else None,
            repr(float(readings.value[row])),  # NaN is equal to NaN here
            *(int(getattr(readings, name)[row]) for name in ("storage", "tariff", "subunit", "function", "status")),
        )
        for row in range(len(readings))
    ]


def outcome(decode: Callable[[], Readings]) -> list[tuple[Any, ...]] | str:
    """Give the rows that decoding gives, or the code of its error."""
    try:
        return rows_of(decode())
    except DecodeError as error:
        return error.code


def difference(one: list[tuple[Any, ...]] | str, other: list[tuple[Any, ...]] | str) -> str:
    """Say where two outcomes differ."""
    if isinstance(one, str) or isinstance(other, str) or len(one) != len(other):
        return " against ".join(x if isinstance(x, str) else f"{len(x)} rows" for x in (one, other))
    return next(f"{a} against {b}" for a, b in zip(one, other, strict=True) if a != b)


def quotes(message: str, payload: bytes) -> bool:
    """Tell whether a message holds four bytes or more of a payload."""
    text = message.lower().replace(" ", "")
    runs = (payload[at : at + 4] for at in range(len(payload) - 3))
    return (len(payload) > 3 and repr(payload) in message) or any(run.hex() in text for run in runs)


def newest(readings: Readings) -> np.datetime64 | None:
    """Give the time of the newest reading; None where no reading has one."""
    known = readings.time[~np.isnat(readings.time)]
    return np.datetime64(known.max(), "ms") if len(known) else None
