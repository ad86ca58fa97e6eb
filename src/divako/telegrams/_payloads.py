"""LoRaWAN payloads of one device at a time: layouts read all of them in one step."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from attrs import frozen

from divako.drivers import Driver, Form, History, Layout, Records
from divako.drivers._driver import decode_layout
from divako.errors import DivakoError
from divako.model import Medium, Readings


_FEW = 8  # payloads that are looked at one by one when one of them is bad
_ROWS = 4096  # payloads whose meters are compared at a time


@frozen(eq=False)
class Payloads:
    """Readings of payloads, payload by payload.

    Parameters
    ----------
    members : ndarray of int64, shape (k,)
        Which of the frames handed in, rising.
    many : ndarray of int64, shape (k,)
        Readings of each.
    medium : Medium
        Of the device.
    readings : Readings
        Their meters are row numbers of `members`, and they come in that order.
    """

    members: npt.NDArray[np.int64]
    many: npt.NDArray[np.int64]
    medium: Medium
    readings: Readings


def read_payloads(
    driver: Driver,
    payloads: npt.NDArray[np.void],
    members: npt.NDArray[np.int64],
    f_port: int | None,
    received_at: npt.NDArray[np.datetime64],
) -> list[Payloads]:
    """Read payloads of one length by a layout.

    Parameters
    ----------
    driver : Driver
        Of the device.
    payloads : ndarray of void, shape (k,)
        Payloads, each as one item.
    members : ndarray of int64, shape (k,)
        Which of the frames handed in they are, rising.
    f_port : int or None
        Port they came on.
    received_at : ndarray of datetime64[ms], shape (k,)
        When they came, in UTC.

    Returns
    -------
    list of Payloads
        What could be read; the rest is for single decoding, which says what is wrong.
    """
    try:
        form = driver.form_of(payloads[0].tobytes(), f_port=f_port)
    except DivakoError:
        return []
    if isinstance(form.layout, Records):
        return []
    try:
        raw = form.layout.view(payloads)
        in_turn = _comes_in_turn(form, form.layout)
        # What comes payload by payload anyway needs no numbers to be sorted by.
        meter = np.zeros(1, dtype="int32") if in_turn else np.arange(len(payloads), dtype="int32")
        # Rows are told apart by their codes; names come later.
        nameless = ("",) * len(payloads)
        readings = decode_layout(
            form.layout, form.unroll, raw, np.broadcast_to(meter, raw.shape), nameless, received_at
        )
    except DivakoError:
        if len(payloads) <= _FEW:
            return []
        half = len(payloads) // 2
        return [
            found
            for part in (slice(half), slice(half, None))
            for found in read_payloads(driver, payloads[part], members[part], f_port, received_at[part])
        ]
    if readings.meter_ids is not nameless:
        return []  # a driver that renames meters is read one by one
    each, odd = divmod(len(readings), len(payloads))
    if in_turn or (not odd and _in_turn(readings.meter.reshape(len(payloads), each))):
        many = np.full(len(payloads), each, dtype="int64")
    else:
        many = np.bincount(readings.meter, minlength=len(payloads))
        readings = readings.select(np.argsort(readings.meter, kind="stable"))
    return [Payloads(members, many, driver.medium, readings)]


def _comes_in_turn(form: Form, layout: Layout) -> bool:
    """Tell whether a form has the same number of readings in each payload, and gives them payload by payload."""
    return isinstance(form.unroll, History) or (form.unroll is None and len(layout.counters) <= 1)


def _in_turn(meter: npt.NDArray[np.int32]) -> bool:
    """Tell whether each row has nothing but its own number, looking at rows that fit into the caches."""
    return all(
        bool(
            (
                meter[first : first + _ROWS] == np.arange(first, min(first + _ROWS, len(meter)), dtype="int32")[:, None]
            ).all()
        )
        for first in range(0, len(meter), _ROWS)
    )
