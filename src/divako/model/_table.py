"""What every table of divako is: frozen columns of one length, ready to travel."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from attrs import Attribute, field, fields, frozen

from divako.errors import SeriesError
from divako.model._arrow import Column, stream_capsule
from divako.model._register import Register


def _read_only(value: npt.ArrayLike) -> npt.NDArray[Any]:
    column = np.asarray(value).view()
    column.flags.writeable = False
    return column


def _checked(dtype: str, *, narrow: bool) -> Callable[[Table, Attribute[Any], npt.NDArray[Any]], None]:
    def check(table: Table, attribute: Attribute[Any], value: npt.NDArray[Any]) -> None:
        if value.dtype != np.dtype(dtype) and not (
            narrow and value.dtype.kind in "iu" and np.can_cast(value.dtype, dtype)
        ):
            msg = f"{attribute.name} must be {dtype}, not {value.dtype}"
            raise SeriesError(msg)
        first = fields(type(table))[0].name
        if value.ndim != 1 or value.shape != getattr(table, first).shape:
            msg = f"{attribute.name} must be one-dimensional and as long as {first}"
            raise SeriesError(msg)
        words = attribute.metadata.get("words")
        if value.strides == (0,):
            value = value[:1]  # one value throughout
        if words is not None and value.size and (value.min() < -1 or value.max() >= len(getattr(table, words))):
            msg = f"{attribute.name} must hold row numbers into {words}, or -1"
            raise SeriesError(msg)

    return check


def column(
    dtype: str, *, words: str | None = None, known: str | None = None, mask: bool = False, narrow: bool = False
) -> Any:
    """Declare a column of a table.

    Parameters
    ----------
    dtype : str
        Its numpy dtype.
    words : str, optional
        Name of the tuple that the codes of this column point into; -1 is null.
    known : str, optional
        Name of the boolean column that is False where this one is null.
    mask : bool, default False
        Whether this is such a boolean column itself; it is not exported.
    narrow : bool, default False
        Whether a narrower integer may hold it, where its values fit; it is exported as `dtype`.
    """
    metadata = {"column": dtype, "words": words, "known": known, "mask": mask}
    return field(converter=_read_only, validator=_checked(dtype, narrow=narrow), metadata=metadata)


def _as_tuple(values: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(values)


def words() -> Any:
    """Declare the tuple of words that code columns point into."""
    return field(converter=_as_tuple, metadata={"column": None})


def _dictionary(codes: npt.NDArray[Any], labels: Sequence[str]) -> Column:
    """Make a column of codes; Arrow wants each label once, and two words may share one."""
    once = {label: i for i, label in enumerate(dict.fromkeys(labels))}
    if len(once) < len(labels):
        codes = _recode(codes, labels, once)
    return Column(codes, known=codes >= 0, words=tuple(once))


@frozen(kw_only=True, eq=False)
class Table:
    """Base of the tables: columns of one length, read-only, exported to Arrow by name."""

    def __len__(self) -> int:
        return len(getattr(self, fields(type(self))[0].name))

    def _columns(self) -> list[Attribute[Any]]:
        return [a for a in fields(type(self)) if a.metadata.get("column")]

    def arrow_columns(self) -> dict[str, Column]:
        """Give the columns as they are exported.

        Codes come with their words; unknown values are marked as null. Beside a
        column of registers stands ``quantum``, what one count is worth.
        """
        out: dict[str, Column] = {}
        for attribute in self._columns():
            if attribute.metadata["mask"]:
                continue
            data = getattr(self, attribute.name)
            name, codes = attribute.metadata["known"], attribute.metadata["words"]
            if name is not None:
                out[attribute.name] = Column(data, known=getattr(self, name))
            elif codes is not None:
                words = getattr(self, codes)
                if all(isinstance(word, Register) for word in words):
                    out[attribute.name] = _dictionary(data, [word.column for word in words])
                    out["quantum"] = _dictionary(data, [word.quantum for word in words])
                else:
                    out[attribute.name] = _dictionary(data, words)
            elif data.dtype.kind in "Mm":
                out[attribute.name] = Column(data, known=~np.isnat(data))
            elif data.dtype.kind == "f":
                out[attribute.name] = Column(data, known=~np.isnan(data))
            else:
                out[attribute.name] = Column(data.astype(attribute.metadata["column"], copy=False))
        return out

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Offer the rows to any Arrow consumer, without copying the numbers."""
        return stream_capsule(self.arrow_columns())

    def select(self, rows: npt.NDArray[Any] | slice) -> Self:
        """Give some of the rows.

        Parameters
        ----------
        rows : ndarray of int or bool, or slice
            Which rows, in the order wanted, or a mask of shape ``(n,)``.

        Returns
        -------
        Table
            Of the same class, with the same words.
        """
        taken = {a.name: getattr(self, a.name)[rows] for a in self._columns()}
        kept = {a.name: getattr(self, a.name) for a in fields(type(self)) if not a.metadata.get("column")}
        return type(self)(**taken, **kept)

    def _span(self, rows: slice) -> Self:
        """Give rows that lie together, without a copy or a check: what held for all of them holds for these."""
        part = object.__new__(type(self))
        for attribute in fields(type(self)):
            value = getattr(self, attribute.name)
            object.__setattr__(part, attribute.name, value[rows] if attribute.metadata.get("column") else value)
        return part

    @classmethod
    def concatenate(cls, tables: Sequence[Self]) -> Self:
        """Put tables behind one another, uniting their words.

        Parameters
        ----------
        tables : sequence of Table
            At least one, all of this class.

        Returns
        -------
        Table
            The rows in the order given. Words keep the order of their first mention.

        Raises
        ------
        SeriesError
            There is no table to start from.
        """
        if not tables:
            msg = "nothing to concatenate"
            raise SeriesError(msg)
        united: dict[str, dict[Any, int]] = {}
        for attribute in fields(cls):
            if not attribute.metadata.get("column"):
                seen: dict[Any, int] = {}
                for table in tables:
                    for word in getattr(table, attribute.name):
                        seen.setdefault(word, len(seen))
                united[attribute.name] = seen
        out: dict[str, Any] = {name: tuple(seen) for name, seen in united.items()}
        for attribute in fields(cls):
            if attribute.metadata.get("column"):
                parts = [getattr(table, attribute.name) for table in tables]
                target = attribute.metadata["words"]
                if target is not None:
                    parts = [
                        _recode(part, getattr(table, target), united[target])
                        for part, table in zip(parts, tables, strict=True)
                    ]
                out[attribute.name] = np.concatenate(parts)
        return cls(**out)


def _recode(codes: npt.NDArray[Any], words: Sequence[Any], united: dict[Any, int]) -> npt.NDArray[Any]:
    # One more place at the end, so that code -1 (null) finds -1.
    new: npt.NDArray[Any] = np.array([*(united[word] for word in words), -1], dtype=codes.dtype)
    return np.take(new, codes)


def encode_words(values: Sequence[str]) -> tuple[npt.NDArray[np.int32], tuple[str, ...]]:
    """Turn strings into codes and the words they stand for, each once.

    Parameters
    ----------
    values : sequence of str
        ``n`` strings.

    Returns
    -------
    tuple of ndarray of int32, shape (n,), and tuple of str
        Codes, and words in the order of their first mention.

    Examples
    --------
    >>> encode_words(["b", "a", "b"])
    (array([0, 1, 0], dtype=int32), ('b', 'a'))
    """
    seen: dict[str, int] = {}
    codes = np.fromiter((seen.setdefault(v, len(seen)) for v in values), dtype="int32", count=len(values))
    return codes, tuple(seen)
