"""Frames as they were received: what their receiver says of each beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self, TypeAlias

import numpy as np
import numpy.typing as npt

from attrs import field, frozen

from divako.errors import DivakoError, InputError
from divako.model import ArrowProducer, arrow_table, speaks_arrow
from divako.telegrams._json_lines import columns_of_lines


Instants: TypeAlias = np.datetime64 | npt.NDArray[np.datetime64] | ArrowProducer
Identities: TypeAlias = Sequence[str | None] | npt.NDArray[np.str_] | ArrowProducer
Names: TypeAlias = str | Identities
Ports: TypeAlias = int | np.integer[Any] | Sequence[int | None] | npt.NDArray[np.integer[Any]] | ArrowProducer

# What a column is called in lines of JSON comes first.
_NAMES = {
    "frames": ("hex", "frame", "payload"),
    "received_at": ("received_at",),
    "frame_format": ("frame_format",),
    "f_port": ("fport", "f_port"),
    "device": ("device",),
    "meter_ids": ("meter", "meter_id"),
}


@frozen(kw_only=True, eq=False)
class Received:
    """Frames, and what their receiver says of each: what `decode_batch` and its kin are given in one piece.

    Parameters
    ----------
    frames, received_at, frame_format, f_port, device, meter_ids
        As `decode_batch` takes them.
    line : ndarray of int64, shape (n,), optional
        The number of the line that each frame stood in, from 1.
    refused : mapping of int to DivakoError, optional
        The rows that hold nothing to decode, and why: an error of the batch, like those of frames.
    own : mapping of int to mapping, optional
        What `decode` is told of single rows in place of what is said of all, such as ``keys``. They are decoded
        one by one.

    Examples
    --------
    >>> from divako.telegrams import decode_batch
    >>> frame = "681515680801 72 78563412 2d2c 01 04 05 00 0000 0c13 45230100 7a16"
    >>> lines = '{"hex": "%s", "received_at": "2026-01-01T01:00:00+01:00"}' % frame
    >>> decode_batch(Received.of_lines(lines)).readings.time
    array(['2026-01-01T00:00:00.000'], dtype='datetime64[ms]')
    """

    frames: Any = field(repr=False)
    received_at: Instants | None = field(default=None, repr=False)
    frame_format: Names | None = field(default=None, repr=False)
    f_port: Ports | None = field(default=None, repr=False)
    device: Names | None = field(default=None, repr=False)
    meter_ids: Identities | None = field(default=None, repr=False)
    line: npt.NDArray[np.int64] | None = field(default=None, repr=False)
    refused: Mapping[int, DivakoError] = field(factory=dict, repr=False)
    own: Mapping[int, Mapping[str, Any]] = field(factory=dict, repr=False)

    @classmethod
    def of_table(cls, table: ArrowProducer, *, columns: Mapping[str, str] | None = None) -> Self:
        """Take the columns of a table, such as one that was read from Parquet.

        Parameters
        ----------
        table : object that speaks Arrow
            A table or record batch of pyarrow, a data frame of polars or pandas, or what else offers itself over the
            PyCapsule interface.
        columns : mapping of str to str, optional
            For fields of this class, what their columns are called. A field that is not named has the column
            called as in lines of JSON, or as the argument of `decode`, where there is one: ``hex``,
            ``frame`` or ``payload``; ``received_at``; ``frame_format``; ``fport`` or ``f_port``;
            ``device``; ``meter`` or ``meter_id``. All other columns are passed over.

        Returns
        -------
        Received
            A row for each of the table; nothing of the table is kept.

        Raises
        ------
        InputError
            There is no column of frames, or none of a name given; two columns would do; or one is of a
            type that is not read.
        ValueError
            `columns` names a field that there is not.
        TypeError
            It does not speak Arrow.
        """
        if not speaks_arrow(table):
            msg = (
                f"a table speaks Arrow, as those of pyarrow, polars and pandas do, and {type(table).__name__} does not"
            )
            raise TypeError(msg)
        named = dict(columns or {})
        if not named.keys() <= _NAMES.keys():
            msg = f"columns are those of {', '.join(_NAMES)}"
            raise ValueError(msg)
        asked = {name: (named[name],) if name in named else names for name, names in _NAMES.items()}
        taken = arrow_table(table, {name for names in asked.values() for name in names})
        found = {name: [one for one in names if one in taken] for name, names in asked.items()}
        for name, names in found.items():
            if len(names) > 1:
                msg = f"the columns {' and '.join(names)} could both be {name}; say which"
                raise InputError(msg)
            if not names and (name in named or name == "frames"):
                msg = f"there is no column {' or '.join(asked[name])}"
                raise InputError(msg)
        made: dict[str, Any] = {name: taken[names[0]] for name, names in found.items() if names}
        return cls(**made)

    @classmethod
    def of_lines(cls, lines: bytes | str | Iterable[bytes | str]) -> Self:
        """Read lines of JSON, as the command ``divako decode`` does.

        Parameters
        ----------
        lines : bytes, str or iterable of them
            One text of many lines, or the lines. Each is an object with the field ``hex`` and what else the
            reference says of the input of ``divako decode``, the envelope of a LoRaWAN network server, or hexadecimal
            digits alone. Blank lines and comments, which begin with ``#``, are passed over.

        Returns
        -------
        Received
            A row for each line that is left. A line that is none of these, or has a context, is refused in
            its row when it is decoded; one that brings its own ``key`` or ``format`` is decoded by itself,
            which takes longer.

        Examples
        --------
        >>> got = Received.of_lines(['{"hex": "0102", "fport": 10}', "", "{", "03"])
        >>> got.f_port, got.line.tolist(), list(got.refused)
        ([10, None, None], [1, 3, 4], [1])
        """
        return cls(**columns_of_lines(lines))


def received_of(
    frames: Any,
    received_at: Any = None,
    frame_format: Any = None,
    f_port: Any = None,
    device: Any = None,
    meter_ids: Any = None,
) -> Received:
    """Give frames and columns in one piece, or what is in one piece already."""
    columns = received_at, frame_format, f_port, device, meter_ids
    if not isinstance(frames, Received):
        return Received(
            frames=frames,
            received_at=received_at,
            frame_format=frame_format,
            f_port=f_port,
            device=device,
            meter_ids=meter_ids,
        )
    if any(column is not None for column in columns):
        msg = "what is said of the frames stands in Received; attrs.evolve adds to it"
        raise TypeError(msg)
    return frames
