"""Times as documents write them.

References
----------
.. [1] RFC 3339, "Date and time on the internet: timestamps", 2002, section 5.6.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt

from divako.errors import InputError


def rfc3339(time: np.datetime64) -> str | None:
    """Write an instant in UTC, with milliseconds only where there are any.

    Parameters
    ----------
    time : datetime64
        In UTC.

    Returns
    -------
    str or None
        None for NaT.

    References
    ----------
    RFC 3339, section 5.6.

    Examples
    --------
    >>> rfc3339(np.datetime64("2026-01-01T00:00:00.000")), rfc3339(np.datetime64("2026-01-01T00:00:00.250"))
    ('2026-01-01T00:00:00Z', '2026-01-01T00:00:00.250Z')
    """
    text = str(time.astype("datetime64[ms]"))
    return None if text == "NaT" else text.removesuffix(".000") + "Z"


def rfc3339_of(times: npt.NDArray[np.datetime64]) -> list[str | None]:
    """Write instants in UTC as `rfc3339` does; None for NaT."""
    texts = np.datetime_as_string(times.astype("datetime64[ms]")).tolist()
    return [None if text == "NaT" else text.removesuffix(".000") + "Z" for text in texts]


def instant_of(text: str) -> np.datetime64:
    """Read an instant that says its offset from UTC.

    Raises
    ------
    InputError
        It is no such time; one without an offset is refused, not guessed.
    """
    try:
        time = dt.datetime.fromisoformat(text)
        if time.tzinfo is not None and "T" in text:
            return np.datetime64(time.astimezone(dt.UTC).replace(tzinfo=None), "ms")
    except (ValueError, OverflowError):
        pass
    msg = "a time is written as in 2026-01-01T00:00:00Z, with its offset"
    raise InputError(msg)
