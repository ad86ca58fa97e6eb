"""The log of edits: what stood there, what was put in its place, how and why."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from attrs import evolve, frozen

from divako.errors import SeriesError
from divako.model import Consumption, Quality, Register, encode_words, values_of_counts
from divako.model._table import Table, column, words
from divako.validation import lines_of


@frozen(kw_only=True, eq=False)
class Edits(Table):
    """Edits of a consumption table in the order in which they were made, one row each.

    A log is complete: with it and the edited table the original can be had back (`restored`), and with it and
    the original the edited table can be made again (`replayed`).

    Parameters
    ----------
    meter, register : ndarray of int32, shape (n,)
        Row numbers into `meter_ids` and `registers`.
    start, end : ndarray of datetime64[ms], shape (n,)
        The interval, in UTC.
    old_count : ndarray of int64, shape (n,)
        What stood there before; meaningless where `old_count_known` is False.
    old_count_known : ndarray of bool, shape (n,)
        False where nothing was known.
    old_coverage : ndarray of float64, shape (n,)
        Coverage before.
    old_quality : ndarray of uint8, shape (n,)
        `Quality` before.
    new_count : ndarray of int64, shape (n,)
        What stands there now.
    method : ndarray of int32, shape (n,)
        Row numbers into `methods`: how the new count was made.
    reason : ndarray of int32, shape (n,)
        Row numbers into `reasons`: why, such as the code of a check.
    meter_ids, registers : tuple
        As in the consumption table.
    methods, reasons : tuple of str
        Words, each once.

    Raises
    ------
    SeriesError
        A column has another dtype or another length, or a code points nowhere.
    """

    meter: npt.NDArray[np.int32] = column("int32", words="meter_ids")
    register: npt.NDArray[np.int32] = column("int32", words="registers")
    start: npt.NDArray[np.datetime64] = column("datetime64[ms]")
    end: npt.NDArray[np.datetime64] = column("datetime64[ms]")
    old_count: npt.NDArray[np.int64] = column("int64", known="old_count_known")
    old_count_known: npt.NDArray[np.bool_] = column("bool", mask=True)
    old_coverage: npt.NDArray[np.float64] = column("float64")
    old_quality: npt.NDArray[np.uint8] = column("uint8")
    new_count: npt.NDArray[np.int64] = column("int64")
    method: npt.NDArray[np.int32] = column("int32", words="methods")
    reason: npt.NDArray[np.int32] = column("int32", words="reasons")
    meter_ids: tuple[str, ...] = words()
    registers: tuple[Register, ...] = words()
    methods: tuple[str, ...] = words()
    reasons: tuple[str, ...] = words()


def replace_counts(
    consumption: Consumption,
    rows: npt.ArrayLike,
    counts: npt.ArrayLike,
    *,
    reason: str,
    method: str | Sequence[str] = "manual",
) -> tuple[Consumption, Edits]:
    """Put counts in the place of others, and keep what stood there.

    Parameters
    ----------
    consumption : Consumption
        Of any number of meters; it is left as it is.
    rows : array_like of int, shape (w,)
        Which rows, each once.
    counts : array_like of int, shape (w,)
        What is put there, in counts of the register of the row.
    reason : str
        Why, such as ``"spike"``.
    method : str or sequence of str, default "manual"
        How the counts were made, of all rows or of each.

    Returns
    -------
    tuple of Consumption and Edits
        The edited table, in which those rows are fully covered and estimated, and the log.

    Raises
    ------
    SeriesError
        A row does not exist or stands twice, the columns have not one length, or a count
        leaves int64.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from divako.consumption import interval_consumption
    >>> from divako.model import Readings
    >>> from divako.units import Dimension
    >>> litres = Register("volume", Dimension.VOLUME, Fraction(1, 1000))
    >>> readings = Readings.of_counts("m", litres, ["2026-01-10T00:00", "2026-01-10T01:00"], [0, 900])
    >>> hourly = interval_consumption(readings, tz="UTC")
    >>> edited, log = replace_counts(hourly, [0], [850], reason="read from a photo")
    >>> edited.value, restored(edited, log).value
    (array([0.85]), array([0.9]))
    """
    at = np.asarray(rows, dtype="int64")
    try:
        new = np.asarray(counts, dtype="int64")
    except OverflowError:
        msg = "a count leaves int64"
        raise SeriesError(msg) from None
    if at.ndim != 1 or at.shape != new.shape:
        msg = "rows and counts are two columns of one length"
        raise SeriesError(msg)
    if len(np.unique(at)) != len(at) or (at < 0).any() or (at >= len(consumption)).any():
        msg = "a row does not exist, or stands twice"
        raise SeriesError(msg)
    made = [method] * len(at) if isinstance(method, str) else list(method)
    methods, method_words = encode_words(made)
    log = Edits(
        meter=consumption.meter[at],
        register=consumption.register[at],
        start=consumption.start[at],
        end=consumption.end[at],
        old_count=consumption.count[at],
        old_count_known=consumption.count_known[at],
        old_coverage=consumption.coverage[at],
        old_quality=consumption.quality[at],
        new_count=new,
        method=methods,
        reason=np.zeros(len(at), dtype="int32"),
        meter_ids=consumption.meter_ids,
        registers=consumption.registers,
        methods=method_words,
        reasons=(reason,),
    )
    full = np.ones(len(at))
    return _with(consumption, at, new, full > 0, full, np.full(len(at), np.uint8(Quality.ESTIMATED))), log


def restored(consumption: Consumption, edits: Edits) -> Consumption:
    """Give the table as it was before any of the edits.

    Parameters
    ----------
    consumption : Consumption
        The edited table, its rows in any order; it may be a part of what was edited.
    edits : Edits
        All edits since then, in the order in which they were made (`Edits.concatenate`).

    Returns
    -------
    Consumption
        Rows without an edit as they are, the others as they were before their first one.

    Raises
    ------
    SeriesError
        A row holds something else than its last edit put there: the log is not that of this
        table; with the row.
    """
    first, last = _ends(consumption, edits)
    at = np.flatnonzero(first >= 0)
    current = consumption.count_known[at] & (consumption.count[at] == edits.new_count[last[at]])
    _refuse(~current, at, "a row is not as its last edit left it")
    one = first[at]
    return _with(
        consumption,
        at,
        np.where(edits.old_count_known[one], edits.old_count[one], 0),
        edits.old_count_known[one],
        edits.old_coverage[one],
        edits.old_quality[one],
    )


def replayed(consumption: Consumption, edits: Edits) -> Consumption:
    """Make edits again.

    Parameters
    ----------
    consumption : Consumption
        The table as it was before them, its rows in any order; it may be a part of it.
    edits : Edits
        In the order in which they were made.

    Returns
    -------
    Consumption
        The edited table.

    Raises
    ------
    SeriesError
        A row is not what its first edit found there; with the row.
    """
    first, last = _ends(consumption, edits)
    at = np.flatnonzero(first >= 0)
    one = first[at]
    same = (consumption.count_known[at] == edits.old_count_known[one]) & (
        ~edits.old_count_known[one] | (consumption.count[at] == edits.old_count[one])
    )
    _refuse(~same, at, "a row is not as its first edit found it")
    full = np.ones(len(at))
    return _with(
        consumption, at, edits.new_count[last[at]], full > 0, full, np.full(len(at), np.uint8(Quality.ESTIMATED))
    )


def made_by(consumption: Consumption, edits: Edits) -> tuple[npt.NDArray[np.int32], tuple[str, ...]]:
    """Tell how each value was made.

    Parameters
    ----------
    consumption : Consumption
        The edited table, its rows in any order.
    edits : Edits
        In the order in which they were made.

    Returns
    -------
    tuple of ndarray of int32, shape (n,), and tuple of str
        Row numbers into the words: of an edited row the method of its last edit, of any other
        ``measured``, ``interpolated`` (inside one long step between two readings), ``partial`` or
        ``missing``.
    """
    words_of_quality = ("measured", "interpolated", "partial", "missing")
    out = consumption.quality.astype("int32")
    _, last = _ends(consumption, edits)
    edited = last >= 0
    out[edited] = edits.method[last[edited]] + len(words_of_quality)
    return out, (*words_of_quality, *edits.methods)


def _ends(consumption: Consumption, edits: Edits) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Give the first and the last edit of each row, -1 where there is none."""
    lines = lines_of(consumption)
    line_of = {key: line for line, key in enumerate(lines.keys)}
    words = [edits.meter_ids[m] for m in edits.meter.tolist()], [edits.registers[r] for r in edits.register.tolist()]
    line = np.array([line_of.get(key, -1) for key in zip(*words, strict=True)], dtype="int64")
    start, end = edits.start.astype("int64"), edits.end.astype("int64")
    first = np.full(len(consumption), -1, dtype="int64")
    last = first.copy()
    here = np.flatnonzero(line >= 0)
    if not len(here) or not len(lines.row):
        return first, last
    low = min(int(lines.start.min()), int(start.min()))
    width = max(int(lines.start.max()), int(start.max())) - low + 1
    keys = lines.line * width + lines.start - low
    at = np.minimum(np.searchsorted(keys, line[here] * width + start[here] - low), len(keys) - 1)
    found = (lines.line[at] == line[here]) & (lines.start[at] == start[here]) & (lines.end[at] == end[here])
    row, edit = lines.row[at[found]], here[found]
    last[row] = edit  # what is written last stays
    first[row[::-1]] = edit[::-1]
    return first, last


def _with(
    consumption: Consumption,
    at: npt.NDArray[np.int64],
    count: npt.NDArray[np.int64],
    known: npt.NDArray[np.bool_],
    coverage: npt.NDArray[np.float64],
    quality: npt.NDArray[np.uint8],
) -> Consumption:
    columns = {
        name: getattr(consumption, name).copy() for name in ("count", "count_known", "coverage", "quality", "value")
    }
    columns["count"][at], columns["count_known"][at] = count, known
    columns["coverage"][at], columns["quality"][at] = coverage, quality
    columns["value"][at] = np.nan
    for code in np.unique(consumption.register[at]).tolist():
        mine = (consumption.register[at] == code) & known
        columns["value"][at[mine]] = values_of_counts(count[mine], consumption.registers[code])
    return evolve(consumption, **columns)


def _refuse(wrong: npt.NDArray[np.bool_], at: npt.NDArray[np.int64], message: str) -> None:
    if wrong.any():
        raise SeriesError(message, row=int(at[np.argmax(wrong)]))
