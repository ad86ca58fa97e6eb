"""A wireless frame with readings, as a telegram."""

from __future__ import annotations

import numpy as np

from attrs import evolve

from divako.errors import UnsupportedError
from divako.mbus import Formats, KeyLookup, Makers, read_application
from divako.model import Telegram
from divako.wmbus._frame import LAYER, Frame, read_frame
from divako.wmbus._layers import Layers, read_layers


# What meters send on their own or in answer, with or without the direction bits:
# SND_NR, SND_IR, ACC_NR, ACC_DMD, RSP_UD (EN 13757-4:2019, table 21).
_FROM_METER = frozenset({0x44, 0x46, 0x47, 0x48, 0x08, 0x18, 0x28, 0x38})


def sent_by_meter(control: int) -> bool:
    """Tell whether a C field is one with which a meter sends readings."""
    return control in _FROM_METER


def decode_wireless(
    frame: bytes,
    *,
    keys: KeyLookup | None = None,
    formats: Formats | None = None,
    received_at: np.datetime64 | None = None,
    frame_format: str | None = None,
    trailing: int = 0,
    partial: bool = False,
    makers: Makers | None = None,
) -> Telegram:
    """Decode one wireless M-Bus frame that a meter sent.

    Parameters
    ----------
    frame : bytes
        From the L field to the last byte.
    keys : KeyLookup, optional
        Who knows the keys of meters.
    formats : Formats, optional
        Record headers by signature, for compact frames.
    received_at : datetime64[ms], optional
        When it came, in UTC.
    frame_format : {"A", "B", "stripped", "stripped-B"}, optional
        The form it is in; found by its CRCs where it is not given.
    trailing : int, default 0
        How many bytes the receiver puts behind each frame, such as the signal level. [byte]
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
        Of the layer that refused it.

    References
    ----------
    .. [1] EN 13757-4:2019 (link layer), EN 13757-7:2018 (transport and security).
    """
    got = read_from_meter(frame, frame_format=frame_format, trailing=trailing)
    layers = read_layers(got.ci, got.data, got.sender, keys)
    return read_message(layers, keys=keys, formats=formats, received_at=received_at, partial=partial, makers=makers)


def read_from_meter(frame: bytes, *, frame_format: str | None = None, trailing: int = 0) -> Frame:
    """Read a frame, and insist that a meter sends readings with one of its kind.

    Raises
    ------
    DecodeError
        Of the link layer; a request or an acknowledgement is an `UnsupportedError`.
    """
    got = read_frame(frame, frame_format=frame_format, trailing=trailing)
    if not sent_by_meter(got.control):
        msg = "not a frame with which a meter sends readings"
        raise UnsupportedError(msg, layer=LAYER, offset=1)
    return got


def read_message(
    layers: Layers,
    *,
    keys: KeyLookup | None,
    formats: Formats | None,
    received_at: np.datetime64 | None,
    partial: bool = False,
    makers: Makers | None = None,
) -> Telegram:
    """Read the application behind the layers of a frame, or of several.

    Raises
    ------
    DecodeError
        Of the layer that refused it.
    """
    telegram = read_application(
        layers.ci,
        layers.data,
        link="wmbus",
        sender=layers.sender,
        keys=keys,
        fragment=layers.fragment,
        formats=formats,
        received_at=received_at,
        partial=partial,
        makers=makers,
    )
    if layers.security is None:
        return telegram
    if telegram.security != "none":
        return evolve(telegram, session_number=layers.session_number)
    return evolve(telegram, security=layers.security, verdict=layers.verdict, session_number=layers.session_number)
