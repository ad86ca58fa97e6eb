"""Readings that a payload tells by differences."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from attrs import field, frozen

from divako.drivers._layout import LAYER, Counter, Counters, Layout
from divako.errors import DriverError, MalformedError
from divako.model import values_of_counts


_AT_A_TIME = 2048  # payloads whose readings stay in the caches of the processor


@frozen
class History:
    """A history of differences, as what `unroll` is for most: each leads on from the reading before it.

    The readings come payload by payload: the counter that the history starts from, one reading for each
    difference, then the other counters as they were sent. Where another counter of the same register is sent, the history must
    lead up to it at most, and start before it where both have a clock.

    Parameters
    ----------
    name : str
        Of the `Counters` that hold the differences, oldest first.
    interval_s : int
        From one reading to the next. [s]
    counter : int, default 0
        Which of the counters of the layout the history starts from.
    """

    name: str
    interval_s: int
    counter: int = field(default=0, kw_only=True)

    def require(self, layout: Layout) -> None:
        """Look whether a layout has what the history is made of.

        Raises
        ------
        DriverError
            It has no such counters, or they are wider than 4 bytes.
        """
        names = {part.name for part in layout.parts if isinstance(part, Counters) and part.item <= 4}
        if self.name not in names or not 0 <= self.counter < len(layout.counters):
            msg = "a history needs a counter, and counters of at most 4 bytes"
            raise DriverError(msg)

    def read(
        self, layout: Layout, raw: npt.NDArray[np.void], received_at: npt.NDArray[np.datetime64]
    ) -> tuple[list[Counter], npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.datetime64]]:
        """Read the counters and the history of split payloads.

        Parameters
        ----------
        layout : Layout
            Theirs.
        raw : ndarray of void, shape (n,)
            From `Layout.split`.
        received_at : ndarray of datetime64[ms], shape (n,) or ()
            The time of counters before which no clock stands.

        Returns
        -------
        columns : list of Counter
            What each of the ``m`` readings of a payload is.
        count, value, time : ndarray of int64, float64 and datetime64[ms], shape (n, m)
            Payload by payload.

        Raises
        ------
        MalformedError
            The history leads beyond a register that was sent, or starts after it.
        """
        others = list(layout.counters)
        start, counter = others.pop(self.counter)
        n, steps = len(raw), raw.dtype[self.name].shape[0]
        columns = [counter] * (steps + 1) + [part for _, part in others]
        of_same = [at for at in range(steps + 1, len(columns)) if columns[at].scaled == counter.scaled]
        spans = [slice(0, steps + 1), *(slice(at, at + 1) for at in range(steps + 1, len(columns)))]
        count = np.empty((n, len(columns)), dtype="int64")
        value = np.empty((n, len(columns)), dtype="float64")
        time = np.empty((n, len(columns)), dtype="datetime64[ms]")
        after = np.arange(steps + 1) * np.timedelta64(1000 * self.interval_s, "ms")
        received = np.broadcast_to(received_at, (n,))
        for begin in range(0, n, _AT_A_TIME):
            here = slice(begin, begin + _AT_A_TIME)
            some, rows, times, clock = raw[here], count[here], time[here], layout.times(raw[here])
            rows[:, 0], rows[:, 1 : steps + 1] = layout.counts(some, start), some[self.name]
            for at in range(steps):
                rows[:, at + 1] += rows[:, at]
            np.add(clock.get(start, received[here])[:, None], after, out=times[:, : steps + 1])
            for at, (name, _) in enumerate(others, start=steps + 1):
                rows[:, at], times[:, at] = layout.counts(some, name), clock.get(name, received[here])
            for span in [slice(None)] if len(of_same) == len(others) else spans:
                these = rows[:, span]
                register = columns[span][0].scaled
                value[here, span] = values_of_counts(these.ravel(), register).reshape(these.shape)
            self._check(layout, rows, times, steps, of_same)
        return columns, count, value, time

    def _check(
        self, layout: Layout, count: npt.NDArray[Any], time: npt.NDArray[Any], last: int, of_same: list[int]
    ) -> None:
        """Refuse damaged payloads, whose history does not fit to what else they say of the same register."""
        if (count[:, last] < count[:, 0]).any():
            msg = "the history leads beyond 63 bits"
            raise MalformedError(msg, layer=LAYER, offset=_offset(layout, self.name))
        for other in of_same:
            if (count[:, last] > count[:, other]).any():
                msg = "the history leads beyond the register"
                raise MalformedError(msg, layer=LAYER, offset=_offset(layout, self.name))
            if (time[:, 0] > time[:, other]).any():
                clocks = [clock for _, clock in layout.clocks]
                clocks.insert(0, clocks.pop(self.counter))
                mine, yours = clocks[0], clocks[other - last]
                if mine is not None and yours is not None:
                    msg = "the history starts after the time of sending"
                    raise MalformedError(msg, layer=LAYER, offset=_offset(layout, mine))


def _offset(layout: Layout, name: str) -> int:
    """Give the place of a part in its payloads. [byte]"""
    return sum(part.size for part in layout.parts[: layout.names.index(name)])
