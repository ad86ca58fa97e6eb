"""Many telegrams in, columns out."""

from __future__ import annotations

import functools

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from attrs import frozen

from divako.codec import AesKey, DesKey
from divako.errors import DivakoError
from divako.mbus import Formats, KeyLookup
from divako.model import Mvt, Readings, Telegram
from divako.telegrams._alike import Alike
from divako.telegrams._asked import FORMATS, Asked, Words
from divako.telegrams._blocks import Block, Blocks
from divako.telegrams._decode import decode
from divako.telegrams._keys import KeyStore
from divako.telegrams._opening import KeysOf
from divako.telegrams._part import decode_part
from divako.telegrams._sheet import readings_of_sheets
from divako.telegrams._source import Source, source_of
from divako.telegrams._tables import Batch, Refusals, Telegrams
from divako.telegrams._work import LINKS, MEDIA, VERDICTS, Part


_PART = 262_144  # telegrams that are decoded at a time
MIN_ROWS = 32  # fewer are decoded faster one by one
_NO_FORM = -1


def decode_batch(
    frames: Any,
    *,
    keys: KeyLookup | None = None,
    received_at: np.datetime64 | npt.NDArray[np.datetime64] | None = None,
    frame_format: str | Sequence[str | None] | None = None,
    f_port: int | Sequence[int | None] | None = None,
    device: str | Sequence[str | None] | None = None,
    meter_ids: Sequence[str] | None = None,
    formats: Formats | None = None,
    trailing: int = 0,
    partial: bool = False,
    errors: str = "raise",
    progress: Callable[[int, int], None] | None = None,
    _min_rows: int = MIN_ROWS,
) -> Batch:
    """Decode many telegrams into tables.

    The answer is that of `decode` for each of them, bit for bit, at a fraction of the time:
    telegrams are read by columns, and those that are damaged or of a rare form one by one.

    Parameters
    ----------
    frames : sequence of bytes or str, tuple, ndarray of uint8, or Arrow array
        ``n`` frames or payloads: bytes; texts in hexadecimal digits; a buffer and an array of
        ``n + 1`` offsets into it; rows of equal length, shape ``(n, m)``; or any array of
        binary or string that speaks Arrow's PyCapsule interface.
    keys : KeyLookup, optional
        Who knows the keys of meters.
    received_at, frame_format, f_port, device : scalar or sequence, optional
        As for `decode`: one for all, or ``n``.
    meter_ids : sequence of str, optional
        Identities of LoRaWAN devices, ``n``.
    formats : Formats, optional
        Record headers by signature, for compact frames.
    trailing, partial : optional
        As for `decode`, the same for all.
    errors : {"raise", "collect"}
        Raise the first error, or list them and keep all other telegrams.
    progress : callable, optional
        Called now and then with how many of how many are done.

    Returns
    -------
    Batch
        Headers and readings as tables, and what was refused.

    Raises
    ------
    DecodeError, DriverError, InputError
        With ``errors="raise"``, the first.
    ValueError, TypeError
        A column has another length than the frames, or the frames are none of these forms.

    Examples
    --------
    >>> frame = "681515680801 72 78563412 2d2c 01 04 05 00 0000 0c13 45230100 7a16"
    >>> batch = decode_batch([frame, frame[:-2]], errors="collect")
    >>> batch.readings.value.tolist(), batch.telegrams.meter.tolist(), batch.errors.codes
    ([12.345], [0, -1], ('decode.truncated',))
    """
    more = {"keys": keys, "formats": formats, "trailing": trailing, "partial": partial}
    columns = received_at, frame_format, f_port, device, meter_ids
    done = decoded_parts(frames, columns, more, errors=errors, progress=progress, min_rows=_min_rows)
    return Batch(
        telegrams=done.telegrams, readings=done.readings, first=done.first, errors=done.errors, telegram_at=done.alone
    )


def decode_blocks(
    frames: Any,
    *,
    keys: KeyLookup | None = None,
    received_at: np.datetime64 | npt.NDArray[np.datetime64] | None = None,
    frame_format: str | Sequence[str | None] | None = None,
    formats: Formats | None = None,
    trailing: int = 0,
    errors: str = "raise",
    progress: Callable[[int, int], None] | None = None,
    _min_rows: int = MIN_ROWS,
) -> Blocks:
    """Decode many M-Bus telegrams into one block of columns for each layout.

    The numbers are those of `decode_batch`; they are not put in the order of the telegrams, which takes
    half the memory and less time.

    Parameters
    ----------
    frames, keys, received_at, frame_format, formats, trailing, errors, progress
        As for `decode_batch`.

    Returns
    -------
    Blocks
        Headers as a table, a block for each layout, and the readings of all other telegrams.

    Raises
    ------
    DecodeError, DriverError, InputError
        With ``errors="raise"``, the first.
    ValueError, TypeError
        As `decode_batch`.

    Examples
    --------
    >>> frame = "681515680801 72 78563412 cb12 01 04 05 00 0000 0c13 45230100 fe16"
    >>> blocks = decode_blocks([frame] * 50)
    >>> [(len(block.telegram), block.value.shape) for block in blocks.blocks], len(blocks.rest)
    ([(50, (1, 50))], 0)
    """
    more = {"keys": keys, "formats": formats, "trailing": trailing}
    columns = received_at, frame_format, None, None, None
    done = decoded_parts(frames, columns, more, errors=errors, progress=progress, min_rows=_min_rows, in_blocks=True)
    return Blocks(
        telegrams=done.telegrams,
        blocks=done.blocks,
        rest=done.readings,
        first=done.first,
        registers=done.readings.registers,
        errors=done.errors,
    )


@frozen(eq=False)
class Done:
    """All parts together."""

    telegrams: Telegrams
    readings: Readings
    first: npt.NDArray[np.int64]
    errors: Refusals
    blocks: tuple[Block, ...]
    alike: tuple[Alike, ...]
    alone: Callable[[int], Telegram]


def decoded_parts(
    frames: Any,
    columns: tuple[Any, ...],
    more: dict[str, Any],
    *,
    errors: str,
    progress: Callable[[int, int], None] | None,
    min_rows: int,
    in_blocks: bool = False,
    in_alike: bool = False,
) -> Done:
    if errors not in {"raise", "collect"}:
        msg = "errors must be 'raise' or 'collect'"
        raise ValueError(msg)
    source = source_of(frames)
    n = len(source)
    told = _Columns(n, *columns)
    alone = functools.partial(_alone, source, told, more)
    asked = told.asked(_keys_of(more["keys"]), more["trailing"], alone)
    words = Words()
    parts: list[Part] = []
    for first in range(0, max(n, 1), _PART):
        frames_here = source.part(first, min(first + _PART, n))
        part = decode_part(frames_here, first, asked, words, min_rows=min_rows, in_blocks=in_blocks, in_alike=in_alike)
        if part.refused and errors == "raise":
            raise part.refused[0][1]
        parts.append(part)
        if progress is not None:
            progress(min(first + _PART, n), n)
    return _joined(parts, words, alone)


def iterate_batches(
    frames: Iterable[bytes | str],
    *,
    size: int = 100_000,
    progress: Callable[[int], None] | None = None,
    **asked: Any,
) -> Iterator[Batch]:
    """Decode telegrams without end, a batch at a time, in bounded memory.

    Parameters
    ----------
    frames : iterable of bytes or str
        Frames as they come.
    size : int, default 100_000
        How many make a batch; a batch of that many telegrams of ten readings takes
        some 100 MB while it is made.
    progress : callable, optional
        Called after each batch with how many telegrams are done.
    **asked
        As for `decode_batch`, the same for all.

    Yields
    ------
    Batch
        Of the next telegrams; rows count from 0 in each.

    Raises
    ------
    DecodeError, DriverError, InputError
        As `decode_batch`, when the batch with the error is made.

    Examples
    --------
    >>> frame = "681515680801 72 78563412 2d2c 01 04 05 00 0000 0c13 45230100 7a16"
    >>> [len(batch) for batch in iterate_batches([frame] * 5, size=2)]
    [2, 2, 1]
    """
    if size < 1:
        msg = "a batch holds at least one telegram"
        raise ValueError(msg)
    done = 0
    waiting: list[bytes | str] = []
    for frame in frames:
        waiting.append(frame)
        if len(waiting) == size:
            yield decode_batch(waiting, **asked)
            done += size
            waiting = []
            if progress is not None:
                progress(done)
    if waiting:
        yield decode_batch(waiting, **asked)
        if progress is not None:
            progress(done + len(waiting))


class _Columns:
    """What is said of the frames, one for all or one for each."""

    def __init__(
        self, n: int, received_at: Any, frame_format: Any, f_port: Any, device: Any, meter_ids: Sequence[str] | None
    ) -> None:
        self.n = n
        self.received_at = _spread(received_at, n)
        self.frame_format, self.f_port, self.device = (_spread(v, n) for v in (frame_format, f_port, device))
        self.meter_ids = None if meter_ids is None else _spread(meter_ids, n)

    def asked(self, keys_of: KeysOf | None, trailing: int, alone: Callable[[int], Telegram]) -> Asked:
        """Bring the columns to the form that parts are decoded with."""
        n = self.n
        times = np.array([np.datetime64("NaT", "ms") if self.received_at is None else self.received_at])
        if isinstance(self.received_at, np.ndarray):
            times = self.received_at
        form = self.frame_format
        if form is None or isinstance(form, str):
            codes = np.full(n, FORMATS.get(form, _NO_FORM), dtype="int8")
        else:
            codes = np.array([FORMATS.get(one, _NO_FORM) for one in form], dtype="int8")
        payloads: dict[tuple[str | None, int | None], Any] = {}
        if isinstance(self.f_port, int | None) and isinstance(self.device, str | None):
            if self.f_port is not None or self.device is not None:
                payloads[self.device, self.f_port] = np.arange(n)
                codes[:] = _NO_FORM
        else:
            ports = [self.f_port] * n if isinstance(self.f_port, int | None) else self.f_port
            devices = [self.device] * n if isinstance(self.device, str | None) else self.device
            for row, (device, port) in enumerate(zip(devices, ports, strict=True)):
                if device is not None or port is not None:
                    payloads.setdefault((device, port), []).append(row)
                    codes[row] = _NO_FORM
        return Asked(
            received_at=np.broadcast_to(times.astype("datetime64[ms]"), (n,)),
            formats=codes,
            payloads={which: np.array(rows, dtype="int64") for which, rows in payloads.items()},
            meter_ids=self.meter_ids,
            keys_of=keys_of,
            trailing=trailing,
            alone=alone,
        )


def _keys_of(keys: KeyLookup | None) -> KeysOf | None:
    """Let any lookup give the keys of a meter in turn."""
    if keys is None or isinstance(keys, KeyStore):
        return None if keys is None else keys.keys_of

    def keys_of(meter_id: str, mvt: Mvt | None) -> tuple[AesKey | DesKey, ...]:
        key = keys.key_of(meter_id, mvt)
        return () if key is None else (key,)

    return keys_of


def _spread(value: Any, n: int) -> Any:
    """Check that one came, or ``n``."""
    if value is None or isinstance(value, str | int | np.datetime64):
        return value
    if len(value) != n:
        msg = f"{len(value)} values for {n} telegrams"
        raise ValueError(msg)
    return value


def _alone(source: Source, columns: _Columns, more: dict[str, Any], row: int) -> Telegram:
    """Decode one row as `decode` does."""

    def of(value: Any) -> Any:
        return value if value is None or isinstance(value, str | int | np.datetime64) else value[row]

    return decode(
        source.frame(row),
        received_at=of(columns.received_at),
        frame_format=of(columns.frame_format),
        f_port=of(columns.f_port),
        device=of(columns.device),
        meter_id="" if columns.meter_ids is None else columns.meter_ids[row],
        **more,
    )


def _joined(parts: list[Part], words: Words, alone: Callable[[int], Telegram]) -> Done:
    refused: list[tuple[int, DivakoError]] = [one for part in parts for one in part.refused]
    many = np.concatenate([part.many for part in parts])
    first = np.zeros(len(many) + 1, dtype="int64")
    np.cumsum(many, out=first[1:])
    heads = {name: _concatenated([part.heads.pop(name) for part in parts]) for name in list(parts[0].heads)}
    meter_ids = tuple(words.meters)
    sorted_words = {}
    for name, of in (("manufacturer", words.manufacturers), ("security", words.securities), ("error", words.codes)):
        # In alphabetical order, so that they do not tell which way a telegram went.
        order = sorted(of)
        to = np.array([*(order.index(word) for word in of), -1], dtype=heads[name].dtype)
        heads[name] = to[heads[name]]
        sorted_words[name] = tuple(order)
    telegrams = Telegrams(
        **heads,
        meter_ids=meter_ids,
        links=LINKS,
        manufacturers=sorted_words["manufacturer"],
        media=MEDIA,
        securities=sorted_words["security"],
        verdicts=VERDICTS,
        error_codes=sorted_words["error"],
    )
    readings = readings_of_sheets(
        [part.sheet for part in parts],
        _of_readings(heads["meter"], many, meter_ids),
        {"meter_ids": meter_ids, "registers": tuple(words.registers)},
    )
    blocks = tuple(block for part in parts for block in part.blocks)
    alike = tuple(one for part in parts for one in part.alike)
    return Done(telegrams, readings, first, Refusals.of(refused), blocks, alike, alone)


def _of_readings(
    meter: npt.NDArray[np.int32], many: npt.NDArray[np.int64], meter_ids: tuple[str, ...]
) -> npt.NDArray[np.int32]:
    """Give the meters of telegrams to their readings; one meter throughout takes no memory."""
    if len(meter_ids) == 1 and (meter[many > 0] == 0).all():
        return np.broadcast_to(np.zeros(1, dtype="int32"), (int(many.sum()),))
    return np.repeat(meter, many)


def _concatenated(parts: list[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)
