"""Who reads the telegrams of a batch: the standard alone, or the driver of a meter beside it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from attrs import field, frozen

from divako.drivers import INSTALLED, MbusDriver
from divako.drivers._registry import readers_of
from divako.errors import AmbiguousDriverError
from divako.mbus._ci import MAKERS_OWN
from divako.mbus._header import model_of
from divako.model import Mvt
from divako.telegrams._bodies import COMPACT, Bodies, in_makers_layout


Integers = npt.NDArray[np.int64]

_FEW = 64  # kinds that are looked for one by one: of garbage there are as many as telegrams


@frozen(eq=False)
class Readers:
    """Bodies that one reader reads.

    Parameters
    ----------
    maker : MbusDriver or None
        None where the standard says all.
    which : ndarray of int64, shape (k,)
        The bodies, rising.
    """

    maker: MbusDriver | None
    which: Integers = field(repr=False)


def by_reader(buffer: npt.NDArray[np.uint8], bodies: Bodies) -> list[Readers]:
    """Sort bodies by who reads them.

    Parameters
    ----------
    buffer : ndarray of uint8
        Holds the bodies.
    bodies : Bodies
        Deciphered.

    Returns
    -------
    list of Readers
        Without the bodies that more than one driver reads, or one that asks functions of its own for the
        telegram as a whole.
    """
    kind = bodies.address >> np.uint64(48) << np.uint64(32) | (bodies.address & np.uint64(0xFFFF)) << np.uint64(8)
    kind |= bodies.ci
    standard = ~in_makers_layout(bodies.ci)
    found: dict[str, tuple[MbusDriver, list[Integers]]] = {}
    for one, which in _rows_of(kind, [one for one in np.unique(kind).tolist() if readers_of(*_model_of(one))]):
        mvt, ci = _model_of(one)
        standard[which] = False
        for maker, some in _by_maker(buffer, bodies, mvt, ci, which):
            if maker is None:
                standard[some] = ci not in MAKERS_OWN
            elif _has_columns(maker, ci):
                found.setdefault(maker.name, (maker, []))[1].append(some)
    out = [Readers(None, np.flatnonzero(standard))] if standard.any() else []
    return out + [Readers(maker, np.sort(np.concatenate(some))) for maker, some in found.values()]


def _model_of(kind: int) -> tuple[Mvt, int]:
    """Give model and CI field."""
    return model_of((kind >> 8 & 0xFFFF).to_bytes(2, "little"), kind >> 32 & 0xFF, kind >> 40 & 0xFF), kind & 0xFF


def _rows_of(kind: npt.NDArray[np.uint64], wanted: list[int]) -> Iterator[tuple[int, Integers]]:
    """Give the rows of each kind wanted, rising; where there are few, looking for each costs less than sorting."""
    if len(wanted) <= _FEW:
        yield from ((one, np.flatnonzero(kind == one)) for one in wanted)
        return
    rows = np.flatnonzero(np.isin(kind, np.array(wanted, dtype="uint64")))
    rows = rows[np.argsort(kind[rows], kind="stable")]
    ordered = kind[rows]
    for some in np.split(rows, np.flatnonzero(ordered[1:] != ordered[:-1]) + 1):
        yield int(kind[some[0]]), some


def _by_maker(
    buffer: npt.NDArray[np.uint8], bodies: Bodies, mvt: Mvt, ci: int, which: Integers
) -> list[tuple[MbusDriver | None, Integers]]:
    """Sort bodies of one model; only drivers with checks of their own look at the bytes."""
    looks = any(driver.accepts.check is not None for driver in readers_of(mvt, ci))
    if looks and ci in COMPACT:
        return []  # what they look at is the full frame
    asked: dict[str, tuple[MbusDriver | None, list[int]]] = {}
    for row in (which if looks else which[:1]).tolist():
        data = buffer[bodies.begin[row] : bodies.end[row]].tobytes()
        try:
            maker = INSTALLED.find(mvt, ci, data)
        except AmbiguousDriverError:
            continue
        asked.setdefault("" if maker is None else maker.name, (maker, []))[1].append(row)
    return [(maker, np.array(rows, dtype="int64") if looks else which) for maker, rows in asked.values()]


def _has_columns(maker: MbusDriver, ci: int) -> bool:
    """Tell whether bodies of a maker can be read by columns at all."""
    if ci in COMPACT and maker.reads_whole:
        return False
    if ci in MAKERS_OWN and not (maker.reads_whole and maker.security == "none"):
        return False
    return maker.derive is None and maker.address is None
