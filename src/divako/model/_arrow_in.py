"""Take a column of bytes or texts from any Arrow producer, with the standard library alone.

References
----------
.. [1] Apache Arrow, "The Arrow C data interface", "The Arrow C stream interface" and
   "The Arrow PyCapsule interface", format version 1; columnar format, "Variable-size binary view layout".
"""

from __future__ import annotations

import ctypes

from typing import Any

import numpy as np
import numpy.typing as npt

from attrs import field, frozen

from divako.errors import InputError
from divako.model._arrow import (
    _Array,
    _ReleaseFunction,
    _Schema,
    _Stream,
)


_address_of = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.c_char_p)(
    ("PyCapsule_GetPointer", ctypes.pythonapi)
)
_OFFSETS = {"z": "<i4", "u": "<i4", "Z": "<i8", "U": "<i8"}
_VIEWS = frozenset({"vz", "vu"})
_TEXTS = frozenset({"u", "U", "vu"})
_INLINE = 12  # bytes of a view that stand in the view itself


@frozen(eq=False)
class BinaryColumn:
    """A column of byte strings in one buffer.

    Parameters
    ----------
    buffer : memoryview
        The bytes of all.
    begin, end : ndarray of int64, shape (n,)
        Where each one stands in it. [byte]
    known : ndarray of bool, shape (n,), or None
        False where there is none; None where there are all.
    text : bool
        Whether they are texts.
    """

    buffer: memoryview = field(repr=False)
    begin: npt.NDArray[np.int64]
    end: npt.NDArray[np.int64]
    known: npt.NDArray[np.bool_] | None
    text: bool


def binary_column(given: Any) -> BinaryColumn:
    """Take a column of bytes or texts over the Arrow PyCapsule interface.

    Parameters
    ----------
    given : object with ``__arrow_c_stream__`` or ``__arrow_c_array__``
        An array or chunked array of binary, string, or their large and view forms; or a
        table of one such column.

    Returns
    -------
    BinaryColumn
        A copy: nothing of the producer is kept.

    Raises
    ------
    InputError
        It holds something else.
    """
    chunks: list[BinaryColumn] = []
    if hasattr(given, "__arrow_c_stream__"):
        capsule = given.__arrow_c_stream__()
        stream = _Stream.from_address(_address_of(capsule, b"arrow_array_stream"))
        try:
            _read_stream(stream, chunks)
        finally:
            _end(stream)
    else:
        schema_capsule, array_capsule = given.__arrow_c_array__()
        schema = _Schema.from_address(_address_of(schema_capsule, b"arrow_schema"))
        array = _Array.from_address(_address_of(array_capsule, b"arrow_array"))
        chunks.append(_take(schema, array))
        # The capsules let go of both when they are collected.
    return _joined(chunks)


def _read_stream(stream: Any, chunks: list[BinaryColumn]) -> None:
    schema = _Schema()
    _insist(stream.get_schema(ctypes.addressof(stream), ctypes.addressof(schema)))
    try:
        while True:
            array = _Array()
            _insist(stream.get_next(ctypes.addressof(stream), ctypes.addressof(array)))
            if not array.release:
                break
            try:
                chunks.append(_take(schema, array))
            finally:
                _end(array)
        if not chunks:
            _format_of(schema)
            chunks.append(BinaryColumn(memoryview(b""), _none(), _none(), None, text=False))
    finally:
        _end(schema)


def _none() -> npt.NDArray[np.int64]:
    return np.empty(0, dtype="int64")


def _insist(code: int) -> None:
    if code:
        msg = "the Arrow stream ends with an error of its producer"
        raise InputError(msg)


def _end(struct: Any) -> None:
    """Call the release function that the producer gave."""
    if struct.release:
        _ReleaseFunction(struct.release)(ctypes.addressof(struct))


def _format_of(schema: Any) -> tuple[str, Any]:
    form, at = schema.format.decode(), schema
    if form == "+s" and schema.n_children == 1:
        at = schema.children[0].contents
        form = at.format.decode()
    if (form not in _OFFSETS and form not in _VIEWS) or at.dictionary:
        msg = "a column of frames holds bytes, or texts in hexadecimal digits"
        raise InputError(msg)
    return form, at


def _take(schema: Any, array: Any) -> BinaryColumn:
    form, at = _format_of(schema)
    if at is not schema:
        outer, array = array, array.children[0].contents
        first, n = outer.offset + array.offset, outer.length
    else:
        first, n = array.offset, array.length
    known = _bits(array.buffers[0], first, n) if array.null_count and array.buffers[0] else None
    if form in _VIEWS:
        buffer, begin, end = _of_views(array, first, n)
    else:
        offsets = np.frombuffer(_raw(array.buffers[1], (first + n + 1) * int(_OFFSETS[form][2])), dtype=_OFFSETS[form])
        places = offsets[first : first + n + 1].astype("int64")
        low, high = (int(places[0]), int(places[-1])) if n else (0, 0)
        buffer = _raw(array.buffers[2] + low, high - low) if high > low else b""
        begin, end = places[:-1] - low, places[1:] - low
    return BinaryColumn(memoryview(buffer), begin, end, known, form in _TEXTS)


def _raw(address: int | None, size: int) -> bytes:
    return ctypes.string_at(address, size) if address and size else bytes(size)


def _bits(address: int, first: int, n: int) -> npt.NDArray[np.bool_]:
    raw = np.frombuffer(_raw(address, (first + n + 7) // 8), dtype="uint8")
    return np.unpackbits(raw, bitorder="little")[first : first + n].astype("bool")


def _of_views(array: Any, first: int, n: int) -> tuple[bytes, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Put the values of a view array side by side."""
    views = np.frombuffer(_raw(array.buffers[1], (first + n) * 16), dtype="<i4").reshape(-1, 4)[first:]
    raw = views.tobytes()
    pieces = [
        raw[16 * row + 4 : 16 * row + 4 + size]
        if size <= _INLINE
        else ctypes.string_at(array.buffers[2 + place] + offset, size)
        for row, (size, _, place, offset) in enumerate(views.tolist())
    ]
    end = np.cumsum([len(piece) for piece in pieces], dtype="int64")
    return b"".join(pieces), end - views[:, 0], end


def _joined(chunks: list[BinaryColumn]) -> BinaryColumn:
    if len(chunks) == 1:
        return chunks[0]
    shift = np.cumsum([0, *(len(chunk.buffer) for chunk in chunks[:-1])]).tolist()
    known = None
    if any(chunk.known is not None for chunk in chunks):
        known = np.concatenate([np.ones(len(c.begin), "bool") if c.known is None else c.known for c in chunks])
    return BinaryColumn(
        memoryview(b"".join(chunk.buffer for chunk in chunks)),
        np.concatenate([chunk.begin + by for chunk, by in zip(chunks, shift, strict=True)]),
        np.concatenate([chunk.end + by for chunk, by in zip(chunks, shift, strict=True)]),
        known,
        chunks[0].text,
    )
