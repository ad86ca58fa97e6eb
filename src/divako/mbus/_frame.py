"""Wired link layer: the frames of EN 13757-2, checked.

References
----------
.. [1] EN 13757-2:2018, clause 5: ACK, short, control and long frame.
"""

from __future__ import annotations

from attrs import frozen

from divako.errors import ChecksumError, InputError, MalformedError, TruncatedError


LAYER = "mbus.link"
START_LONG, START_SHORT, STOP, ACK = 0x68, 0x10, 0x16, 0xE5


@frozen
class Frame:
    """One checked frame of the wired link layer.

    Parameters
    ----------
    kind : {"ack", "short", "control", "long"}
        Which of the four.
    control, address : int or None
        C and A field; None for an ACK.
    ci : int or None
        CI field of control and long frames.
    data : bytes
        What follows the CI field.
    """

    kind: str
    control: int | None = None
    address: int | None = None
    ci: int | None = None
    data: bytes = b""


def cut_trailing(frame: bytes, trailing: int) -> tuple[bytes, bytes]:
    """Take off what a receiver puts behind each frame.

    Parameters
    ----------
    frame : bytes
        As received.
    trailing : int
        How many bytes it adds. [byte]

    Returns
    -------
    tuple of bytes and bytes
        The frame, and what stood behind it.

    Raises
    ------
    ValueError
        The number is negative.
    """
    if trailing < 0:
        msg = "a receiver adds no negative number of bytes"
        raise ValueError(msg)
    end = max(len(frame) - trailing, 0)
    return frame[:end], frame[end:]


def looks_wired(frame: bytes) -> bool:
    """Tell whether bytes start as a wired frame does.

    Two start bytes and two equal length bytes do not begin a wireless frame that
    any meter sends: its second byte is a C field below 80 hex.
    """
    if frame[:1] in {b"\xe5", b"\x10"}:
        return len(frame) == {0xE5: 1, 0x10: 5}[frame[0]]
    return len(frame) >= 4 and frame[0] == frame[3] == START_LONG


def read_frame(frame: bytes) -> Frame:
    """Check and take apart one wired frame.

    Parameters
    ----------
    frame : bytes
        Exactly one frame, from start to stop byte.

    Returns
    -------
    Frame
        What it carries.

    Raises
    ------
    TruncatedError
        It ends too soon.
    MalformedError
        A start, length or stop byte is wrong, or something follows the stop byte.
    ChecksumError
        The sum of the bytes differs.
    """
    if not frame:
        msg = "there is no frame"
        raise TruncatedError(msg, layer=LAYER, offset=0)
    if frame[0] == ACK:
        _end_at(frame, 1)
        return Frame("ack")
    if frame[0] == START_SHORT:
        _at_least(frame, 5)
        _check(frame, 1, 3)
        _end_at(frame, 5)
        return Frame("short", frame[1], frame[2])
    if frame[0] != START_LONG:
        msg = "no start byte"
        raise MalformedError(msg, layer=LAYER, offset=0)
    _at_least(frame, 4)
    size = frame[1]
    if frame[2] != size:
        msg = "the two length bytes differ"
        raise MalformedError(msg, layer=LAYER, offset=2)
    if frame[3] != START_LONG:
        msg = "no second start byte"
        raise MalformedError(msg, layer=LAYER, offset=3)
    if size < 3:
        msg = "too short for C, A and CI field"
        raise MalformedError(msg, layer=LAYER, offset=1)
    _at_least(frame, size + 6)
    _check(frame, 4, 4 + size)
    _end_at(frame, size + 6)
    kind = "control" if size == 3 else "long"
    return Frame(kind, frame[4], frame[5], frame[6], frame[7 : 4 + size])


def write_frame(frame: Frame) -> bytes:
    """Write a frame: the inverse of `read_frame`.

    Parameters
    ----------
    frame : Frame
        What it carries.

    Returns
    -------
    bytes
        From start to stop byte.

    Raises
    ------
    InputError
        A field is no byte, the data does not go into a frame, or the kind has no such fields.

    Examples
    --------
    >>> write_frame(Frame("long", 0x08, 5, 0x72, b"abc")).hex()
    '68060668080572616263a516'
    """
    if frame.kind == "ack":
        return bytes((ACK,))
    fields = (frame.control, frame.address) if frame.kind == "short" else (frame.control, frame.address, frame.ci)
    if frame.kind not in {"short", "control", "long"} or (frame.kind != "long" and frame.data):
        msg = "a frame is an ack, a short one, a control one or, with data, a long one"
        raise InputError(msg)
    if any(part is None or not 0 <= part <= 0xFF for part in fields):
        msg = "C, A and CI field are bytes"
        raise InputError(msg)
    body = bytes(part or 0 for part in fields) + frame.data
    if len(body) > 0xFF:
        msg = f"a frame holds 255 bytes, and this has {len(body)}"
        raise InputError(msg)
    end = bytes((sum(body) & 0xFF, STOP))
    if frame.kind == "short":
        return bytes((START_SHORT,)) + body + end
    return bytes((START_LONG, len(body), len(body), START_LONG)) + body + end


def _at_least(frame: bytes, size: int) -> None:
    if len(frame) < size:
        msg = "the frame ends before its stop byte"
        raise TruncatedError(msg, layer=LAYER, offset=len(frame))


def _end_at(frame: bytes, size: int) -> None:
    if len(frame) > size:
        msg = "bytes follow the frame"
        raise MalformedError(msg, layer=LAYER, offset=size)


def _check(frame: bytes, start: int, end: int) -> None:
    if sum(frame[start:end]) & 0xFF != frame[end]:
        msg = "the checksum differs"
        raise ChecksumError(msg, layer=LAYER, offset=end)
    if frame[end + 1] != STOP:
        msg = "no stop byte"
        raise MalformedError(msg, layer=LAYER, offset=end + 1)
