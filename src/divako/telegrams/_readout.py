"""Put the telegrams of one readout together: a meter whose records do not go into one frame.

References
----------
.. [1] EN 13757-3:2018, 6.3.2: DIF 1F, more records follow in the next telegram.
"""

from __future__ import annotations

from attrs import evolve

from divako.errors import MalformedError
from divako.model import Status, Telegram


LAYER = "telegrams.readout"


class Readout:
    """Collects the telegrams of a readout until the meter says that no more follow.

    A master asks for the next one by sending its request with the frame count bit toggled; see
    `divako.mbus.Master`. The same telegram once more, which is how a meter answers when the bit was not
    toggled, counts once.

    Parameters
    ----------
    most : int, default 16
        How many telegrams a readout may have.
    """

    __slots__ = ("_most", "_parts")

    def __init__(self, *, most: int = 16) -> None:
        self._most = most
        self._parts: list[Telegram] = []

    def __len__(self) -> int:
        """How many telegrams are collected."""
        return len(self._parts)

    def add(self, telegram: Telegram) -> Telegram | None:
        """Take the next telegram; give the whole readout where it is the last.

        Parameters
        ----------
        telegram : Telegram
            Of one frame.

        Returns
        -------
        Telegram or None
            The last telegram with the records of all, in the order sent; None where more follow.

        Raises
        ------
        MalformedError
            It is from another meter, or the readout has more telegrams than it may; what was collected
            is dropped.
        """
        if self._parts and (telegram.meter_id, telegram.mvt) != (self._parts[0].meter_id, self._parts[0].mvt):
            self._parts.clear()
            msg = "the telegrams of a readout are from two meters"
            raise MalformedError(msg, layer=LAYER)
        if self._parts and _sent(telegram) == _sent(self._parts[-1]):
            return None
        self._parts.append(telegram)
        if telegram.more_follows:
            if len(self._parts) >= self._most:
                self._parts.clear()
                msg = "a readout has more telegrams than it may"
                raise MalformedError(msg, layer=LAYER)
            return None
        parts, self._parts = self._parts, []
        status = Status.OK
        for part in parts:
            status |= part.status
        return evolve(
            telegram,
            records=[record for part in parts for record in part.records],
            maker_data=b"".join(part.maker_data for part in parts),
            headers=b"".join(part.headers for part in parts),
            status=status,
        )


def _sent(telegram: Telegram) -> tuple[int | None, bytes, tuple[bytes, ...]]:
    """Give what tells one answer of a meter from another."""
    return telegram.access_number, telegram.headers, tuple(record.raw for record in telegram.records)
