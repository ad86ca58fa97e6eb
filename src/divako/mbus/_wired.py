"""A wired frame with readings, as a telegram."""

from __future__ import annotations

import numpy as np

from divako.errors import UnsupportedError
from divako.mbus._application import read_application
from divako.mbus._compact import Formats
from divako.mbus._frame import LAYER, cut_trailing, read_frame
from divako.mbus._maker import Makers
from divako.mbus._security import KeyLookup
from divako.model import Telegram


_TO_METER = 0x40  # bit 6 of the C field: the frame goes to the meter


def decode_wired(
    frame: bytes,
    *,
    keys: KeyLookup | None = None,
    formats: Formats | None = None,
    received_at: np.datetime64 | None = None,
    trailing: int = 0,
    partial: bool = False,
    makers: Makers | None = None,
) -> Telegram:
    """Decode one wired M-Bus frame that a meter sent.

    Parameters
    ----------
    frame : bytes
        Exactly one long frame, from start to stop byte.
    keys : KeyLookup, optional
        Who knows the keys of meters.
    formats : Formats, optional
        Record headers by signature, for compact frames.
    received_at : datetime64[ms], optional
        When it came, in UTC.
    trailing : int, default 0
        How many bytes the receiver puts behind each frame. [byte]
    partial : bool, default False
        Give the records before a damaged one, as a telegram whose `damage` says so.
    makers : Makers, optional
        Who knows what the standard leaves to makers.

    Returns
    -------
    Telegram
        With all its records.

    Raises
    ------
    DecodeError
        Of the layer that refused it; a frame that carries no readings, such as an
        ACK or a request of a master, is an `UnsupportedError` that names it.

    References
    ----------
    .. [1] EN 13757-2:2018 (link layer), EN 13757-3:2018 (application layer).
    """
    got = read_frame(cut_trailing(frame, trailing)[0])
    if got.ci is None or got.control is None:
        msg = f"a frame without readings: {got.kind}"
        raise UnsupportedError(msg, layer=LAYER, offset=0)
    if got.control & _TO_METER:
        msg = "a frame from a master to a meter"
        raise UnsupportedError(msg, layer=LAYER, offset=4)
    if got.kind == "control" and got.ci != 0x70:
        msg = "a frame without readings: control"
        raise UnsupportedError(msg, layer=LAYER, offset=0)
    return read_application(
        got.ci,
        got.data,
        link="mbus",
        sender=None,
        keys=keys,
        formats=formats,
        received_at=received_at,
        partial=partial,
        makers=makers,
    )
