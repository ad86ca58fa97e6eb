"""Many telegrams in, columns out."""

from __future__ import annotations

import functools

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from divako.errors import DivakoError
from divako.mbus import Formats, KeyLookup, cut_trailing
from divako.model import ArrowProducer, speaks_arrow
from divako.telegrams._alone import bare
from divako.telegrams._asked import Words
from divako.telegrams._blocks import Blocks
from divako.telegrams._done import Done, joined
from divako.telegrams._part import decode_part
from divako.telegrams._received import Identities, Instants, Names, Ports, Received, received_of
from divako.telegrams._reread import contents_of
from divako.telegrams._source import source_of
from divako.telegrams._tables import Batch
from divako.telegrams._told import Told, decode_alone
from divako.telegrams._work import Part


_PART = 262_144  # telegrams that are decoded at a time
MIN_ROWS = 32  # fewer are decoded faster one by one


def decode_batch(
    frames: Any,
    *,
    keys: KeyLookup | None = None,
    received_at: Instants | None = None,
    frame_format: Names | None = None,
    f_port: Ports | None = None,
    device: Names | None = None,
    meter_ids: Identities | None = None,
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
    frames : sequence of bytes or str, tuple, ndarray of uint8, Arrow array, or Received
        ``n`` frames or payloads: bytes; texts in hexadecimal digits; a buffer and an array of
        ``n + 1`` offsets into it; rows of equal length, shape ``(n, m)``; any array of
        binary or string that speaks Arrow's PyCapsule interface; or frames and what is said of them in
        one piece, from lines of JSON or a table.
    keys : KeyLookup, optional
        Who knows the keys of meters.
    received_at, frame_format, f_port, device : scalar, sequence or Arrow array, optional
        As for `decode`: one for all, or ``n``. Timestamps of Arrow have any unit and need a time zone; what
        is finer than milliseconds is cut off, and null is what nobody said.
    meter_ids : sequence of str or Arrow array, optional
        Identities of LoRaWAN devices, ``n``; None or null for one that nobody knows.
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
        With ``errors="raise"``, the first, with a note of its row; and an `InputError` where a whole column of
        Arrow is of another type, or its timestamps have no zone.
    ValueError, TypeError
        A column has another length than the frames, frames or columns are none of these forms, or `trailing` is
        below zero.

    Examples
    --------
    >>> frame = "681515680801 72 78563412 2d2c 01 04 05 00 0000 0c13 45230100 7a16"
    >>> batch = decode_batch([frame, frame[:-2]], errors="collect")
    >>> batch.readings.value.tolist(), batch.telegrams.meter.tolist(), batch.errors.codes
    ([12.345], [0, -1], ('decode.truncated',))
    """
    more = {"keys": keys, "formats": formats, "trailing": trailing, "partial": partial}
    received = received_of(frames, received_at, frame_format, f_port, device, meter_ids)
    done = decoded_parts(received, more, errors=errors, progress=progress, min_rows=_min_rows)
    return Batch(
        telegrams=done.telegrams,
        readings=done.readings,
        first=done.first,
        errors=done.errors,
        telegram_at=done.alone,
        contents=done.contents,
    )


def decode_blocks(
    frames: Any,
    *,
    keys: KeyLookup | None = None,
    received_at: Instants | None = None,
    frame_format: Names | None = None,
    f_port: Ports | None = None,
    device: Names | None = None,
    meter_ids: Identities | None = None,
    formats: Formats | None = None,
    trailing: int = 0,
    errors: str = "raise",
    progress: Callable[[int, int], None] | None = None,
    _min_rows: int = MIN_ROWS,
) -> Blocks:
    """Decode many telegrams into one block of columns for each layout.

    The numbers are those of `decode_batch`; they are not put in the order of the telegrams, which takes
    half the memory and less time. Payloads of a device make blocks where its driver declares their layout and
    each has the same readings.

    Parameters
    ----------
    frames, keys, received_at, frame_format, f_port, device, meter_ids, formats, trailing, errors, progress
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
    received = received_of(frames, received_at, frame_format, f_port, device, meter_ids)
    done = decoded_parts(received, more, errors=errors, progress=progress, min_rows=_min_rows, in_blocks=True)
    return Blocks(
        telegrams=done.telegrams,
        blocks=done.blocks,
        rest=done.readings,
        first=done.first,
        registers=done.readings.registers,
        errors=done.errors,
    )


def decoded_parts(
    received: Received,
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
    cut_trailing(b"", more["trailing"])  # refuses a number below zero, with which columns would read beyond frames
    source = source_of(received.frames)
    n = len(source)
    told = Told(n, received)
    alone = functools.partial(decode_alone, source, told, more)
    asked = told.asked(more, alone)
    words = Words()
    parts: list[Part] = []
    for first in range(0, max(n, 1), _PART):
        frames_here = source.part(first, min(first + _PART, n))
        part = decode_part(frames_here, first, asked, words, min_rows=min_rows, in_blocks=in_blocks, in_alike=in_alike)
        if part.refused:
            if errors == "raise":
                raise _noted(*part.refused[0])
            bare(part.refused[0][1])
        parts.append(part)
        if progress is not None:
            progress(min(first + _PART, n), n)
    contents = functools.partial(contents_of, source, told, more, min_rows=min_rows)
    return joined(parts, words, alone, contents)


def _noted(row: int, error: DivakoError) -> DivakoError:
    """Note on an error where it is; one that was handed over may have its note from before."""
    note = f"row {row} of the batch"
    if note not in getattr(error, "__notes__", ()):
        error.add_note(note)
    return error


def iterate_batches(
    frames: Iterable[bytes | str | Received | ArrowProducer],
    *,
    size: int = 100_000,
    progress: Callable[[int], None] | None = None,
    **asked: Any,
) -> Iterator[Batch]:
    """Decode telegrams without end, a batch at a time, in bounded memory.

    Parameters
    ----------
    frames : iterable of bytes, str, Received or Arrow arrays
        Frames as they come; or many at a time, which make a batch of their own, such as those of a file of
        Parquet: ``map(Received.of_table, file.iter_batches())``.
    size : int, default 100_000
        How many single ones make a batch; a batch of that many telegrams of ten readings takes
        some 100 MB while it is made.
    progress : callable, optional
        Called after each batch with how many telegrams are done.
    **asked
        As for `decode_batch`, the same for all. What is said of each telegram, such as when it came, stands with
        the frames in `Received`.

    Yields
    ------
    Batch
        Of the next telegrams; rows count from 0 in each.

    Raises
    ------
    DecodeError, DriverError, InputError
        As `decode_batch`, when the batch with the error is made.
    TypeError
        A whole table is handed over, not its parts in turn.

    Examples
    --------
    >>> frame = "681515680801 72 78563412 2d2c 01 04 05 00 0000 0c13 45230100 7a16"
    >>> [len(batch) for batch in iterate_batches([frame] * 5, size=2)]
    [2, 2, 1]
    """
    if size < 1:
        msg = "a batch holds at least one telegram"
        raise ValueError(msg)
    if isinstance(frames, Received) or speaks_arrow(frames):
        msg = "what is all there is a batch; hand over its parts in turn"
        raise TypeError(msg)
    done = 0
    for some in _together(frames, size):
        batch = decode_batch(some, **asked)
        yield batch
        done += len(batch)
        if progress is not None:
            progress(done)


def _together(frames: Iterable[Any], size: int) -> Iterator[Any]:
    """Put single frames together, and leave what is many as it is."""
    waiting: list[bytes | str] = []
    for one in frames:
        many = isinstance(one, Received) or speaks_arrow(one)
        if not many:
            waiting.append(one)
        if waiting and (many or len(waiting) == size):
            yield waiting
            waiting = []
        if many:
            yield one
    if waiting:
        yield waiting
