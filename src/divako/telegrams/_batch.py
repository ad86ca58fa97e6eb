"""Many telegrams in, columns out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from attrs import frozen

from divako.errors import DecodeError, DivakoError
from divako.mbus import Formats, KeyLookup
from divako.model import Readings, Telegram, encode_words, readings_of_records
from divako.model._table import Table, column, words
from divako.telegrams._decode import decode


@frozen(kw_only=True, eq=False)
class Refusals(Table):
    """What could not be decoded: one row per telegram that was refused.

    Parameters
    ----------
    row : ndarray of int64, shape (n,)
        Which of the telegrams handed in.
    code : ndarray of int32, shape (n,)
        Row numbers into `codes`: the stable code of the error.
    layer : ndarray of int32, shape (n,)
        Row numbers into `layers`; -1 where the error names none.
    offset : ndarray of int64, shape (n,)
        Where in that layer; meaningless where `offset_known` is False. [byte]
    offset_known : ndarray of bool, shape (n,)
        Whether the error has an offset.
    codes, layers : tuple of str
        Words, each once.
    """

    row: npt.NDArray[np.int64] = column("int64")
    code: npt.NDArray[np.int32] = column("int32", words="codes")
    layer: npt.NDArray[np.int32] = column("int32", words="layers")
    offset: npt.NDArray[np.int64] = column("int64", known="offset_known")
    offset_known: npt.NDArray[np.bool_] = column("bool", mask=True)
    codes: tuple[str, ...] = words()
    layers: tuple[str, ...] = words()

    @classmethod
    def of(cls, rows: Sequence[tuple[int, DivakoError]]) -> Refusals:
        """Make the table from row numbers and the errors raised there."""
        code, codes = encode_words([error.code for _, error in rows])
        layer_names = [error.layer if isinstance(error, DecodeError) else "" for _, error in rows]
        layer, layers = encode_words(layer_names)
        offsets = [error.offset if isinstance(error, DecodeError) else None for _, error in rows]
        n = len(rows)
        return cls(
            row=np.fromiter((row for row, _ in rows), dtype="int64", count=n),
            code=code,
            layer=layer,
            offset=np.fromiter((offset or 0 for offset in offsets), dtype="int64", count=n),
            offset_known=np.array([offset is not None for offset in offsets], dtype="bool"),
            codes=codes,
            layers=layers,
        )


@frozen(kw_only=True, eq=False)
class Batch:
    """What a batch of telegrams holds.

    Parameters
    ----------
    readings : Readings
        In the order of the telegrams.
    telegram : ndarray of int64
        For each row of `readings`, which of the telegrams handed in.
    errors : Refusals
        The telegrams that gave none, and why.
    """

    readings: Readings
    telegram: npt.NDArray[np.int64]
    errors: Refusals


def decode_batch(
    frames: Sequence[bytes],
    *,
    keys: KeyLookup | None = None,
    received_at: np.datetime64 | npt.NDArray[np.datetime64] | None = None,
    frame_format: str | Sequence[str | None] | None = None,
    f_port: int | Sequence[int | None] | None = None,
    device: str | Sequence[str | None] | None = None,
    meter_ids: Sequence[str] | None = None,
    formats: Formats | None = None,
    errors: str = "raise",
    progress: Callable[[int, int], None] | None = None,
) -> Batch:
    """Decode many telegrams into one table.

    Parameters
    ----------
    frames : sequence of bytes
        ``n`` frames or payloads.
    keys : KeyLookup, optional
        Who knows the keys of meters.
    received_at, frame_format, f_port, device : scalar or sequence, optional
        As for `decode`: one for all, or ``n``.
    meter_ids : sequence of str, optional
        Identities of LoRaWAN devices, ``n``.
    formats : Formats, optional
        Record headers by signature, for compact frames.
    errors : {"raise", "collect"}
        Raise the first error, or list them and keep all other telegrams.
    progress : callable, optional
        Called now and then with how many of how many are done.

    Returns
    -------
    Batch
        Readings, where each is from, and what was refused.

    Raises
    ------
    DecodeError, DriverError
        With ``errors="raise"``, the first.
    """
    if errors not in {"raise", "collect"}:
        msg = "errors must be 'raise' or 'collect'"
        raise ValueError(msg)
    n = len(frames)
    times, forms = _spread(received_at, n), _spread(frame_format, n)
    ports, devices = _spread(f_port, n), _spread(device, n)
    identities = meter_ids if meter_ids is not None else [""] * n
    done: list[tuple[int, Telegram]] = []
    refused: list[tuple[int, DivakoError]] = []
    for i, frame in enumerate(frames):
        try:
            telegram = decode(
                frame,
                keys=keys,
                received_at=times[i],
                frame_format=forms[i],
                f_port=ports[i],
                device=devices[i],
                meter_id=identities[i],
                formats=formats,
            )
        except DivakoError as error:
            if errors == "raise":
                raise
            refused.append((i, error))
        else:
            done.append((i, telegram))
        if progress is not None and i % 1000 == 999:
            progress(i + 1, n)
    readings, place = readings_of_records([t.meter_id for _, t in done], (t.records for _, t in done))
    rows = np.fromiter((i for i, _ in done), dtype="int64", count=len(done))
    if progress is not None:
        progress(n, n)
    return Batch(readings=readings, telegram=rows[place], errors=Refusals.of(refused))


def _spread(value: Any, n: int) -> Sequence[Any]:
    """Give ``n`` values, whether one or ``n`` came."""
    if value is None or isinstance(value, str | int | np.datetime64):
        return [value] * n
    if len(value) != n:
        msg = f"{len(value)} values for {n} telegrams"
        raise ValueError(msg)
    return list(value)
