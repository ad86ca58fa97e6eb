"""What is said of the frames of a batch, one for all or one for each."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from attrs import frozen

from divako.codec import AesKey, DesKey
from divako.errors import DivakoError, InputError
from divako.mbus import KeyLookup
from divako.model import ArrowColumn, Mvt, Telegram, arrow_column, speaks_arrow
from divako.telegrams._asked import FORMATS, Asked
from divako.telegrams._decode import decode
from divako.telegrams._keyring import KeysOf
from divako.telegrams._keys import KeyStore, require_lookup
from divako.telegrams._received import Received
from divako.telegrams._source import Source


_NO_FORM = -1
_NAT = np.datetime64("NaT", "ms")


@frozen(eq=False)
class Coded:
    """A column of words, each once, or one for all.

    Parameters
    ----------
    code : ndarray of int, shape (n,)
        Row numbers into `words`; -1 where nothing is said.
    words : sequence
        What is said.
    """

    code: npt.NDArray[Any]
    words: Sequence[Any]

    def __getitem__(self, row: int) -> Any:
        code = int(self.code[row])
        return self.words[code] if code >= 0 else None


class Told:
    """What is said of ``n`` frames.

    Parameters
    ----------
    n : int
        How many.
    received : Received
        As the caller said it.
    """

    def __init__(self, n: int, received: Received) -> None:
        self.n = n
        self.refused: dict[int, DivakoError] = dict(received.refused)
        self.own = received.own
        self.received_at = self._instants(received.received_at)
        self.frame_format = _coded(received.frame_format, n, ArrowColumn.words, str)
        self.f_port = _coded(received.f_port, n, _ports, int)
        self.device = _coded(received.device, n, ArrowColumn.words, str)
        self.meter_ids = _names(received.meter_ids, n)

    def _instants(self, given: Any) -> npt.NDArray[np.datetime64]:
        column = _arrow(given)
        if column is not None:
            times, good = column.instants()
            for row in np.flatnonzero(~good).tolist():
                self.refused[row] = InputError("received_at is beyond what milliseconds count")
            _require_length(times, self.n)
            return times
        if given is None or isinstance(given, np.datetime64):
            return np.broadcast_to(np.array(_NAT if given is None else given, dtype="datetime64[ms]"), (self.n,))
        if not isinstance(given, np.ndarray) or given.dtype.kind != "M":
            msg = (
                "received_at is a datetime64 or an array of them, in UTC, or an Arrow column of timestamps with a zone"
            )
            raise TypeError(msg)
        _require_length(given, self.n)
        return given.astype("datetime64[ms]")  # a copy: the array stays the caller's, who may change it

    def asked(self, more: dict[str, Any], alone: Callable[[int], Telegram]) -> Asked:
        """Bring the columns to the form that parts are decoded with."""
        formats = np.array([FORMATS.get(one, _NO_FORM) for one in (*self.frame_format.words, None)], dtype="int8")
        codes = formats[self.frame_format.code]
        payloads = self._payloads()
        for rows in payloads.values():
            codes[rows] = _NO_FORM
        if self.refused or self.own:
            # Neither a frame nor a payload: what is left to single decoding.
            apart = np.array(sorted({*self.refused, *self.own}), dtype="int64")
            codes[apart] = _NO_FORM
            payloads = {which: rows[~np.isin(rows, apart)] for which, rows in payloads.items()}
        return Asked(
            received_at=self.received_at,
            formats=codes,
            payloads=payloads,
            meter_ids=self.meter_ids,
            keys_of=keys_of(more["keys"]),
            record_headers=more["formats"],
            trailing=more["trailing"],
            alone=alone,
        )

    def _payloads(self) -> dict[tuple[str | None, int | None], npt.NDArray[np.int64]]:
        """Give the rows of payloads by device and port."""
        device, port = self.device, self.f_port
        if not device.words and not port.words:
            return {}
        if device.code.strides == port.code.strides == (0,):
            return {(device[0], port[0]): np.arange(self.n)} if self.n else {}
        many = len(port.words) + 1
        key = (device.code.astype("int64") + 1) * many + port.code + 1
        order = np.argsort(key, kind="stable")
        edges = np.flatnonzero(np.diff(key[order], prepend=-1))
        groups = np.split(order, edges[1:]) if len(edges) else []
        return {(device[int(rows[0])], port[int(rows[0])]): rows for rows in groups if key[rows[0]]}


def keys_of(keys: KeyLookup | None) -> KeysOf | None:
    """Let any lookup give the keys of a meter in turn."""
    if keys is None or isinstance(keys, KeyStore):
        return None if keys is None else keys.keys_of
    require_lookup(keys)

    def only(meter_id: str, mvt: Mvt | None) -> tuple[AesKey | DesKey, ...]:
        key = keys.key_of(meter_id, mvt)
        return () if key is None else (key,)

    return only


def decode_alone(source: Source, told: Told, more: dict[str, Any], row: int) -> Telegram:
    """Decode one row as `decode` does."""
    if row in told.refused:
        raise told.refused[row]
    time = told.received_at[row]
    return decode(
        source.frame(row),
        received_at=None if np.isnat(time) else time,
        frame_format=told.frame_format[row],
        f_port=told.f_port[row],
        device=told.device[row],
        meter_id="" if told.meter_ids is None else told.meter_ids[row],
        **{**more, **told.own.get(row, {})},
    )


def _arrow(given: Any) -> ArrowColumn | None:
    if isinstance(given, ArrowColumn):
        return given
    return arrow_column(given) if speaks_arrow(given) else None


def _require_length(column: Any, n: int) -> None:
    if len(column) != n:
        msg = f"{len(column)} values for {n} telegrams"
        raise ValueError(msg)


def _coded(
    given: Any, n: int, read: Callable[[ArrowColumn], tuple[npt.NDArray[Any], Sequence[Any]]], kind: type[str | int]
) -> Coded:
    column = _arrow(given)
    if column is not None:
        _require_length(column, n)
        return Coded(*read(column))
    if given is None or isinstance(given, str | int | np.generic):
        words = () if given is None else _of_kind((given,), kind)
        return Coded(np.broadcast_to(np.array(len(words) - 1, dtype="int8"), (n,)), words)
    _require_length(given, n)
    values = given.tolist() if isinstance(given, np.ndarray) else given
    seen: dict[Hashable, int] = {None: -1}
    code = np.fromiter((seen.setdefault(one, len(seen) - 1) for one in values), dtype="int64", count=n)
    return Coded(code, _of_kind(tuple(seen)[1:], kind))


def _of_kind(words: tuple[Any, ...], kind: type[str | int]) -> tuple[Any, ...]:
    if not all(isinstance(one, (str,) if kind is str else (int, np.integer)) for one in words):
        msg = f"a column of {'names holds texts' if kind is str else 'whole numbers holds integers'}"
        raise TypeError(msg)
    return words


def _ports(column: ArrowColumn) -> tuple[npt.NDArray[Any], Sequence[int]]:
    numbers, known = column.integers()
    ports, code = np.unique(numbers, return_inverse=True)
    return np.where(known, code.reshape(-1), -1), ports.tolist()


def _names(given: Any, n: int) -> Sequence[str] | None:
    if isinstance(given, str):
        msg = "meter_ids are one for each telegram"
        raise TypeError(msg)
    if given is None:
        return None
    _require_length(given, n)
    column = _arrow(given)
    if column is None:
        return ["" if one is None else one for one in (given.tolist() if isinstance(given, np.ndarray) else given)]
    code, words = column.words()
    names = (*words, "")  # who is not named, by -1
    return [names[one] for one in code.tolist()]
