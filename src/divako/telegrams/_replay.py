"""Refuse messages that were recorded and sent again.

References
----------
.. [1] EN 13757-7:2018, 9.3: the message counter of a meter only rises.
.. [2] EN 13757-4:2019, 13.2.10: so does the session number of the extended link layer.
"""

from __future__ import annotations

from collections.abc import Mapping

from divako.errors import AuthenticationError, InputError
from divako.model import Telegram, Verdict


LAYER = "telegrams.replay"


class ReplayGuard:
    """Remembers the last counter of each meter, and accepts only higher ones.

    Opt-in, and strict: a telegram without a counter that a key protects is not accepted either, for
    who can send again what was sent can also leave the counter out. The state holds meter numbers;
    keep it as you keep readings.

    Parameters
    ----------
    state : mapping of str to int, optional
        What `to_document` gave.

    Raises
    ------
    InputError
        The state is of another form.

    Examples
    --------
    >>> ReplayGuard({"DVK.12345678.message": 41}).to_document()
    {'DVK.12345678.message': 41}
    """

    __slots__ = ("_last",)

    def __init__(self, state: Mapping[str, int] | None = None) -> None:
        self._last: dict[str, int] = {}
        for name, last in (state or {}).items():
            if type(last) is not int or last < 0:  # a state that was kept may hold anything
                msg = "the state of a replay guard is names and counters"
                raise InputError(msg)
            self._last[name] = last

    def accept(self, telegram: Telegram) -> None:
        """Accept a telegram and remember its counter.

        Parameters
        ----------
        telegram : Telegram
            Decoded, with the key of its meter.

        Raises
        ------
        AuthenticationError
            Its counter is not higher than the last one of its meter, or it has none that
            a key protects.
        """
        name, counter = _counter(telegram)
        if counter <= self._last.get(name, -1):
            msg = "the counter is not higher than the last one of this meter: a telegram was sent again"
            raise AuthenticationError(msg, layer=LAYER)
        self._last[name] = counter

    def to_document(self) -> dict[str, int]:
        """Give the state, to be kept as JSON."""
        return dict(self._last)

    def __len__(self) -> int:
        return len(self._last)

    def __repr__(self) -> str:
        return f"ReplayGuard({len(self._last)} counters)"


def _counter(telegram: Telegram) -> tuple[str, int]:
    """Find the counter that a key protects, and whose it is."""
    if telegram.verdict is not Verdict.UNVERIFIED:
        maker = "" if telegram.mvt is None else telegram.mvt.manufacturer
        if telegram.message_counter is not None:
            return f"{maker}.{telegram.meter_id}.message", telegram.message_counter
        if telegram.session_number is not None:
            return f"{maker}.{telegram.meter_id}.session", telegram.session_number
    msg = "there is no counter that a key protects"
    raise AuthenticationError(msg, layer=LAYER)
