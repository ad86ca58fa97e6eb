"""Outages of gateways, told from sensors that fail one by one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from attrs import frozen

from divako.errors import SeriesError


@frozen(kw_only=True, eq=False)
class GroupOutage:
    """What explains the silence of sensors.

    Parameters
    ----------
    out : ndarray of bool, shape (g,)
        Gateways that are out.
    own : ndarray of bool, shape (m,)
        Silent sensors that no outage explains.
    explained : ndarray of bool, shape (m,)
        Silent sensors all of whose gateways are out.
    """

    out: npt.NDArray[np.bool_]
    own: npt.NDArray[np.bool_]
    explained: npt.NDArray[np.bool_]


def group_outage(
    hears: npt.NDArray[np.bool_], silent: npt.NDArray[np.bool_], *, min_count: int = 3, min_share: float = 0.8
) -> GroupOutage:
    """Tell gateways that are out from sensors that are.

    Parameters
    ----------
    hears : ndarray of bool, shape (g, m)
        Which of the ``m`` sensors each of the ``g`` gateways hears when all is well.
    silent : ndarray of bool, shape (m,)
        Which sensors are silent.
    min_count : int, default 3
        Silent sensors that it takes.
    min_share : float, default 0.8
        Share of the sensors of the gateway that it takes.

    Returns
    -------
    GroupOutage
        A sensor that nobody hears stands for itself.

    Raises
    ------
    SeriesError
        The shapes disagree.

    Notes
    -----
    With less than all of its sensors silent a gateway may be out: another may hear the rest. A sensor
    that a working gateway hears as well has a fault of its own.

    Examples
    --------
    >>> hears = np.array([[True, True, True, False], [False, False, True, True]])
    >>> outage = group_outage(hears, np.array([True, True, False, False]), min_count=2, min_share=0.6)
    >>> outage.out, outage.explained
    (array([ True, False]), array([ True,  True, False, False]))
    """
    if hears.ndim != 2 or hears.shape[1:] != silent.shape:
        msg = "there must be one column per sensor"
        raise SeriesError(msg)
    count = (hears & silent).sum(axis=1)
    # A share of no sensors is none; a product needs no division.
    out = (count >= max(min_count, 1)) & (count >= min_share * hears.sum(axis=1))
    explained = silent & hears.any(axis=0) & ~(hears & ~out[:, None]).any(axis=0)
    return GroupOutage(out=out, own=silent & ~explained, explained=explained)
