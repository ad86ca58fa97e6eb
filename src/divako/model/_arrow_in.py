"""Take columns from any Arrow producer, with the standard library alone.

References
----------
.. [1] Apache Arrow, "The Arrow C data interface", "The Arrow C stream interface" and
   "The Arrow PyCapsule interface", format version 1; columnar format, "Variable-size binary view layout".
"""

from __future__ import annotations

import ctypes

from collections.abc import Callable, Collection
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from divako.errors import InputError
from divako.model._arrow import _Array, _ReleaseFunction, _Schema, _Stream
from divako.model._arrow_column import BINARIES, NULLS, NUMBERS, TEXTS, ArrowColumn, BinaryColumn, Flags, Piece, both


_address_of = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.c_char_p)(
    ("PyCapsule_GetPointer", ctypes.pythonapi)
)
_STRUCT = "+s"
_FIXED = "w:"  # bytes of one width, which follows
_OFFSETS = {"z": "<i4", "u": "<i4", "Z": "<i8", "U": "<i8"}
_INLINE = 12  # bytes of a view that stand in the view itself
_VIEW = 16  # bytes of a view


class _Streams(Protocol):
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...


class _Arrays(Protocol):
    def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]: ...


ArrowProducer: TypeAlias = _Streams | _Arrays | ArrowColumn


def speaks_arrow(given: Any) -> bool:
    """Tell whether something offers itself over the Arrow PyCapsule interface."""
    return hasattr(given, "__arrow_c_stream__") or hasattr(given, "__arrow_c_array__")


def binary_column(given: Any) -> BinaryColumn:
    """Take a column of bytes or texts over the Arrow PyCapsule interface.

    Parameters
    ----------
    given : object with ``__arrow_c_stream__`` or ``__arrow_c_array__``
        An array or chunked array of binary, string, or their large, view, fixed-size and dictionary
        forms; or a table of one such column.

    Returns
    -------
    BinaryColumn
        A copy: nothing of the producer is kept.

    Raises
    ------
    InputError
        It holds something else.
    """
    return arrow_column(given).binaries()


def arrow_column(given: Any) -> ArrowColumn:
    """Take a column over the Arrow PyCapsule interface.

    Parameters
    ----------
    given : object with ``__arrow_c_stream__`` or ``__arrow_c_array__``
        An array or chunked array of bytes, texts, integers or timestamps, by dictionary or not; or a table
        of one such column.

    Raises
    ------
    InputError
        It is a table of several columns, or of another type.
    """

    def wanted(schema: Any) -> list[int]:
        if schema.n_children != 1:
            msg = "a table of several columns, where one column is asked for"
            raise InputError(msg)
        return [0]

    return next(iter(_taken(given, wanted).values()))


def arrow_table(given: Any, names: Collection[str]) -> dict[str, ArrowColumn]:
    """Take columns of a table over the Arrow PyCapsule interface.

    Parameters
    ----------
    given : object with ``__arrow_c_stream__`` or ``__arrow_c_array__``
        A table, record batch or reader of them.
    names : collection of str
        The columns to take; others are not looked at.

    Returns
    -------
    dict of str to ArrowColumn
        Those of them that there are.

    Raises
    ------
    InputError
        It is no table, two of its columns have one of the names, or one is of a type that is not read.
    """

    def wanted(schema: Any) -> list[int]:
        found = [name for name in _names_of(schema) if name in names]
        if len(set(found)) < len(found):
            msg = "two columns of the table have one name"
            raise InputError(msg)
        return [at for at, name in enumerate(_names_of(schema)) if name in names]

    return _taken(given, wanted, table=True)


def _names_of(schema: Any) -> list[str]:
    return [(schema.children[at].contents.name or b"").decode(errors="replace") for at in range(schema.n_children)]


def _taken(given: Any, wanted: Callable[[Any], list[int]], *, table: bool = False) -> dict[str, ArrowColumn]:
    taken: dict[str, tuple[str, list[Piece]]] = {}

    def begin(schema: Any) -> None:
        for name, of, _ in _columns(schema, wanted, table=table):
            taken[name] = _format_of(of), []

    def add(schema: Any, array: Any) -> None:
        for name, of, at in _columns(schema, wanted, table=table):
            if at is None:
                taken[name][1].append(_piece(of, array, array.offset, array.length))
                continue
            child = array.children[at].contents
            piece = _piece(of, child, array.offset + child.offset, array.length)
            if array.null_count and array.buffers[0]:
                rows = _bits(array.buffers[0], array.offset, array.length)
                piece = Piece(both(piece.known, rows), piece.numbers, piece.strings, piece.rows)
            taken[name][1].append(piece)

    _read(given, begin, add)
    return {name: ArrowColumn(form, tuple(pieces)) for name, (form, pieces) in taken.items()}


def _columns(schema: Any, wanted: Callable[[Any], list[int]], *, table: bool) -> list[tuple[str, Any, int | None]]:
    """Give name, schema and place of the columns to take; a column that is no table's has no place."""
    if schema.format.decode() != _STRUCT:
        if table:
            msg = "a table is asked for, and this is none"
            raise InputError(msg)
        return [("", schema, None)]
    names = _names_of(schema)
    return [(names[at], schema.children[at].contents, at) for at in wanted(schema)]


def _read(given: Any, begin: Callable[[Any], None], add: Callable[[Any, Any], None]) -> None:
    """Hand the schema to one function, and each array with it to another."""
    if hasattr(given, "__arrow_c_stream__"):
        capsule = given.__arrow_c_stream__()
        stream = _Stream.from_address(_address_of(capsule, b"arrow_array_stream"))
        try:
            _read_stream(stream, begin, add)
        finally:
            _end(stream)
        return
    schema_capsule, array_capsule = given.__arrow_c_array__()
    schema = _Schema.from_address(_address_of(schema_capsule, b"arrow_schema"))
    begin(schema)
    add(schema, _Array.from_address(_address_of(array_capsule, b"arrow_array")))
    # The capsules let go of both when they are collected.


def _read_stream(stream: Any, begin: Callable[[Any], None], add: Callable[[Any, Any], None]) -> None:
    schema = _Schema()
    _insist(stream.get_schema(ctypes.addressof(stream), ctypes.addressof(schema)))
    try:
        begin(schema)
        while True:
            array = _Array()
            _insist(stream.get_next(ctypes.addressof(stream), ctypes.addressof(array)))
            if not array.release:
                break
            try:
                add(schema, array)
            finally:
                _end(array)
    finally:
        _end(schema)


def _insist(code: int) -> None:
    if code:
        msg = "the Arrow stream ends with an error of its producer"
        raise InputError(msg)


def _end(struct: Any) -> None:
    """Call the release function that the producer gave."""
    if struct.release:
        _ReleaseFunction(struct.release)(ctypes.addressof(struct))


def _format_of(schema: Any) -> str:
    """Give the type of a column, or of its words."""
    form: str = (schema.dictionary.contents if schema.dictionary else schema).format.decode()
    form = "z" if form.startswith(_FIXED) else form
    of_words = form in BINARIES
    if not of_words and (schema.dictionary or not (form in NUMBERS or form == NULLS or form.startswith("ts"))):
        msg = "a column holds bytes, texts, integers or timestamps"
        raise InputError(msg)
    return form


def _piece(schema: Any, array: Any, first: int, n: int) -> Piece:
    """Copy some rows of an array."""
    form = schema.format.decode()
    if form == NULLS:
        return Piece(np.zeros(n, dtype="bool"), None, None, n)
    known = _bits(array.buffers[0], first, n) if array.null_count and array.buffers[0] else None
    if form in BINARIES or form.startswith(_FIXED):
        return Piece(None, None, _strings(form, array, first, n, known), n)
    dtype = np.dtype(NUMBERS.get(form, "<i8"))
    numbers = np.frombuffer(_raw(array.buffers[1], (first + n) * dtype.itemsize), dtype=dtype)[first:]
    strings = None
    if schema.dictionary:
        of = array.dictionary.contents
        strings = _piece(schema.dictionary.contents, of, of.offset, of.length).strings
    return Piece(known, numbers, strings, n)


def _strings(form: str, array: Any, first: int, n: int, known: Flags | None) -> BinaryColumn:
    if form.startswith(_FIXED):
        width = int(form[len(_FIXED) :])
        buffer = _raw(array.buffers[1], (first + n) * width)[first * width :]
        begin = np.arange(n, dtype="int64") * width
        end = begin + width
    elif form not in _OFFSETS:
        buffer, begin, end = _of_views(array, first, n, known)
    else:
        offsets = np.frombuffer(_raw(array.buffers[1], (first + n + 1) * int(_OFFSETS[form][2])), dtype=_OFFSETS[form])
        places = offsets[first : first + n + 1].astype("int64")
        low, high = (int(places[0]), int(places[-1])) if n else (0, 0)
        buffer = _raw(array.buffers[2] + low, high - low) if high > low else b""
        begin, end = places[:-1] - low, places[1:] - low
    return BinaryColumn(memoryview(buffer), begin, end, known, form in TEXTS)


def _raw(address: int | None, size: int) -> bytes:
    return ctypes.string_at(address, size) if address and size else bytes(size)


def _bits(address: int, first: int, n: int) -> Flags:
    raw = np.frombuffer(_raw(address, (first + n + 7) // 8), dtype="uint8")
    return np.unpackbits(raw, bitorder="little")[first : first + n].astype("bool")


def _of_views(
    array: Any, first: int, n: int, known: Flags | None
) -> tuple[bytes, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Put the buffers that views lead to behind the views, which hold the short values themselves."""
    raw = _raw(array.buffers[1], (first + n) * _VIEW)[first * _VIEW :]
    views = np.frombuffer(raw, dtype="<i4").reshape(n, 4)
    size, place, offset = (views[:, at].astype("int64") for at in (0, 2, 3))
    if known is not None:
        size[~known] = 0  # what stands there means nothing
    begin = np.arange(n, dtype="int64") * _VIEW + 4
    pieces, length = [raw], len(raw)
    long = size > _INLINE
    for which in np.unique(place[long]).tolist():
        here = long & (place == which)
        low, high = int(offset[here].min()), int((offset + size)[here].max())
        begin[here] = offset[here] + (length - low)
        pieces.append(_raw(array.buffers[2 + which] + low, high - low))
        length += high - low
    return b"".join(pieces), begin, begin + size
