"""Where the records of a telegram lie, remembered for the next one of the same layout.

A meter sends the same headers each time. Once a walk has found them, the next telegram
is compared with them in one step, and its data are cut out at known places. A plan
fits only bytes whose every header, length and filler is the same, so it gives what
the walk would.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from divako.mbus._reader import Reader


_MOST_PLANS = 1024  # in all
_MOST_ALIKE = 8  # of one length and beginning: looking through more costs as much as a walk
_MOST_SEEN = 8192
_FILLERS = b"\x2f\x2f"


@frozen(eq=False)
class Plan:
    """The layout of one kind of telegram.

    Parameters
    ----------
    slots : tuple of (callable, int, int)
        For each record what reads it, and where its data begins and ends.
    mask, wanted : int
        The bytes that make the layout, little-endian: which they are, and what stands there.
    end : int or None
        Where the maker's data begins; None where there is none.
    more_follows : bool
        Whether the meter has more records in its next telegram.
    headers : bytes
        The headers, one after the other.
    """

    slots: tuple[tuple[Reader, int, int], ...]
    mask: int
    wanted: int
    end: int | None
    more_follows: bool
    headers: bytes


class Plans:
    """A bounded memory of layouts.

    A layout is remembered when it is seen for the second time, so that what comes only
    once, such as garbage, costs little. Entries are replaced whole: threads that share
    a memory may lose one another's additions, never see half of one.
    """

    __slots__ = ("_kept", "_many", "_seen")

    def __init__(self) -> None:
        self._kept: dict[tuple[int, bytes], tuple[Plan, ...]] = {}
        self._many = 0
        self._seen: set[tuple[int, bytes]] = set()

    def __len__(self) -> int:
        return self._many

    def find(self, data: bytes) -> Plan | None:
        """Find the plan that fits, or None."""
        alike = self._kept.get(_key(data))
        if alike is None:
            return None
        number = int.from_bytes(data, "little")
        for plan in alike:
            if number & plan.mask == plan.wanted:
                return plan
        return None

    def learn(
        self,
        data: bytes,
        slots: Sequence[tuple[Reader, int, int]],
        *,
        end: int | None,
        more_follows: bool,
        headers: bytes,
    ) -> None:
        """Remember a layout that a walk has found."""
        sighting = (len(data), headers)
        if sighting not in self._seen:
            if len(self._seen) >= _MOST_SEEN:
                self._seen.clear()
            self._seen.add(sighting)
            return
        if self._many >= _MOST_PLANS:
            self._kept, self._many = {}, 0
        key = _key(data)
        alike = self._kept.get(key, ())
        self._kept[key] = (_plan(data, slots, end, more_follows, headers), *alike[: _MOST_ALIKE - 1])
        self._many += 1


def _key(data: bytes) -> tuple[int, bytes]:
    start = 2 if data[:2] == _FILLERS else 0  # deciphered bodies all begin with two fillers
    return len(data), data[start : start + 2]


def _plan(
    data: bytes,
    slots: Sequence[tuple[Reader, int, int]],
    end: int | None,
    more_follows: bool,  # noqa: FBT001 - one of several plain columns
    headers: bytes,
) -> Plan:
    mask = bytearray(b"\xff" * (len(data) if end is None else end) + bytes(0 if end is None else len(data) - end))
    for _, start, stop in slots:
        mask[start:stop] = bytes(stop - start)
    number = int.from_bytes(mask, "little")
    return Plan(tuple(slots), number, number & int.from_bytes(data, "little"), end, more_follows, headers)
