"""Hand columns to Arrow consumers, without copying the numbers.

The producer side of the Arrow C stream interface, with the standard library
alone, so that a plain install feeds polars, pandas, DuckDB and pyarrow.

A consumer may keep what it was given for as long as it likes and in any thread;
each exported structure is therefore kept alive under a number of its own, and let
go when the consumer calls the structure's release function.

References
----------
.. [1] Apache Arrow, "The Arrow C data interface", "The Arrow C stream interface"
   and "The Arrow PyCapsule interface", format version 1.
"""

from __future__ import annotations

import ctypes
import itertools

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from attrs import frozen


@frozen(eq=False)
class Column:
    """One column on its way out.

    Parameters
    ----------
    data : ndarray, shape (n,)
        Numbers, times, or codes into `words`.
    known : ndarray of bool, shape (n,), optional
        False where the value is null.
    words : sequence of str, optional
        What the codes stand for.
    """

    data: npt.NDArray[Any]
    known: npt.NDArray[np.bool_] | None = None
    words: Sequence[str] | None = None


# Arrow's names of the dtypes that a table may hold.
_FORMATS = {
    "int8": "c",
    "uint8": "C",
    "int16": "s",
    "uint16": "S",
    "int32": "i",
    "uint32": "I",
    "int64": "l",
    "float64": "g",
    "datetime64[ms]": "tsm:UTC",
    "datetime64[s]": "tss:",  # wall clocks, which are in no zone
    "timedelta64[us]": "ttu",  # times of day
}
_NULLABLE = 2  # ARROW_FLAG_NULLABLE
_CAPSULE = b"arrow_array_stream"

_pointer = ctypes.c_void_p
_ReleaseFunction = ctypes.CFUNCTYPE(None, _pointer)
_FillFunction = ctypes.CFUNCTYPE(ctypes.c_int, _pointer, _pointer)
_ErrorFunction = ctypes.CFUNCTYPE(ctypes.c_char_p, _pointer)


class _Schema(ctypes.Structure):
    pass


class _Array(ctypes.Structure):
    pass


class _Stream(ctypes.Structure):
    _fields_ = (
        ("get_schema", _FillFunction),
        ("get_next", _FillFunction),
        ("get_last_error", _ErrorFunction),
        ("release", _pointer),
        ("private_data", _pointer),
    )


_Schema._fields_ = (
    ("format", ctypes.c_char_p),
    ("name", ctypes.c_char_p),
    ("metadata", ctypes.c_char_p),
    ("flags", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("children", ctypes.POINTER(ctypes.POINTER(_Schema))),
    ("dictionary", ctypes.POINTER(_Schema)),
    ("release", _pointer),
    ("private_data", _pointer),
)
_Array._fields_ = (
    ("length", ctypes.c_int64),
    ("null_count", ctypes.c_int64),
    ("offset", ctypes.c_int64),
    ("n_buffers", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("buffers", ctypes.POINTER(_pointer)),
    ("children", ctypes.POINTER(ctypes.POINTER(_Array))),
    ("dictionary", ctypes.POINTER(_Array)),
    ("release", _pointer),
    ("private_data", _pointer),
)

_numbers = itertools.count(1)
_alive: dict[int, tuple[Any, ...]] = {}  # by the number in `private_data`


def _keep(struct: Any, release: Any, *what: Any) -> Any:
    struct.release = ctypes.cast(release, _pointer)
    struct.private_data = number = next(_numbers)
    _alive[number] = what
    return struct


def _let_go(struct: Any) -> None:
    """Release one structure and whatever of its children the consumer has not taken."""
    if not struct.release:
        return
    for i in range(struct.n_children):
        _let_go(struct.children[i].contents)
    if struct.dictionary:
        _let_go(struct.dictionary.contents)
    struct.release = None
    _alive.pop(struct.private_data, None)


@_ReleaseFunction
def _release_schema(address: int) -> None:
    _let_go(_Schema.from_address(address))


@_ReleaseFunction
def _release_array(address: int) -> None:
    _let_go(_Array.from_address(address))


@_ReleaseFunction
def _release_stream(address: int) -> None:
    stream = _Stream.from_address(address)
    stream.release = None
    _alive.pop(stream.private_data, None)


def _nest(struct: Any, children: Sequence[Any], dictionary: Any) -> tuple[Any, ...]:
    pointers = (ctypes.POINTER(type(struct)) * len(children))(*(ctypes.pointer(child) for child in children))
    struct.n_children, struct.children = len(children), pointers
    if dictionary is not None:
        struct.dictionary = ctypes.pointer(dictionary)
    return pointers, tuple(children), dictionary


def _schema(
    kind: str, name: str = "", *, children: Sequence[_Schema] = (), dictionary: _Schema | None = None
) -> _Schema:
    texts = kind.encode(), name.encode()
    struct = _Schema(texts[0], texts[1], None, _NULLABLE if name else 0)
    return _keep(struct, _release_schema, texts, _nest(struct, children, dictionary))


def _array(
    length: int,
    buffers: Sequence[npt.NDArray[Any] | None],
    *,
    nulls: int = 0,
    children: Sequence[_Array] = (),
    dictionary: _Array | None = None,
) -> _Array:
    addresses = (_pointer * len(buffers))(*(None if b is None else b.ctypes.data for b in buffers))
    struct = _Array(length, nulls, 0, len(buffers), 0, addresses)
    return _keep(struct, _release_array, addresses, tuple(buffers), _nest(struct, children, dictionary))


def _column_schema(name: str, column: Column) -> _Schema:
    dictionary = None if column.words is None else _schema("u")
    return _schema(_FORMATS[str(column.data.dtype)], name, dictionary=dictionary)


def _text_array(words: Sequence[str]) -> _Array:
    raw = [word.encode() for word in words]
    offsets = np.cumsum([0, *map(len, raw)], dtype="int32")
    # An empty buffer has no address, and some consumers refuse a null one.
    return _array(len(raw), (None, offsets, np.frombuffer(b"".join(raw) or b"\0", dtype="uint8")))


def _column_array(column: Column) -> _Array:
    known, nulls = column.known, 0
    bitmap = None
    if known is not None and not known.all():
        nulls = int(len(known) - known.sum())
        bitmap = np.packbits(known, bitorder="little")
    dictionary = None if column.words is None else _text_array(column.words)
    data = np.ascontiguousarray(column.data)
    return _array(len(data), (bitmap, data), nulls=nulls, dictionary=dictionary)


def stream_capsule(columns: Mapping[str, Column]) -> object:
    """Wrap columns of one length as an Arrow stream of one record batch.

    Parameters
    ----------
    columns : mapping of str to Column
        At least one; each of shape ``(n,)``.

    Returns
    -------
    object
        A capsule named ``arrow_array_stream``, to be consumed once.
    """
    batches = iter([columns])

    @_FillFunction
    def get_schema(_stream: int, out: int) -> int:
        schema = _schema("+s", children=[_column_schema(name, column) for name, column in columns.items()])
        ctypes.memmove(out, ctypes.byref(schema), ctypes.sizeof(schema))
        return 0

    @_FillFunction
    def get_next(_stream: int, out: int) -> int:
        batch = next(batches, None)
        if batch is None:
            _Array.from_address(out).release = None  # the end, as the interface defines it
            return 0
        children = [_column_array(column) for column in batch.values()]
        array = _array(children[0].length, (None,), children=children)
        ctypes.memmove(out, ctypes.byref(array), ctypes.sizeof(array))
        return 0

    @_ErrorFunction
    def get_last_error(_stream: int) -> bytes | None:
        return None

    stream = _Stream(get_schema, get_next, get_last_error)
    return _capsule(_keep(stream, _release_stream, get_schema, get_next, get_last_error))


_new_capsule = ctypes.pythonapi.PyCapsule_New
_new_capsule.restype, _new_capsule.argtypes = ctypes.py_object, [_pointer, ctypes.c_char_p, _pointer]
_capsule_address = ctypes.pythonapi.PyCapsule_GetPointer
_capsule_address.restype, _capsule_address.argtypes = _pointer, [_pointer, ctypes.c_char_p]
_streams: dict[int, _Stream] = {}  # by their own address, until their capsule is gone


@_ReleaseFunction
def _drop_capsule(capsule: int) -> None:
    address = _capsule_address(capsule, _CAPSULE)
    if _streams[address].release:  # nobody consumed it
        _release_stream(address)
    del _streams[address]


def _capsule(stream: _Stream) -> object:
    address = ctypes.addressof(stream)
    _streams[address] = stream
    return _new_capsule(address, _CAPSULE, ctypes.cast(_drop_capsule, _pointer))
