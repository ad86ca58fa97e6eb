"""Wireless link layer: take the CRCs of frame formats A and B out, and check them.

References
----------
.. [1] EN 13757-4:2019, 12.3: frame formats A and B; the L field counts no CRC in
   format A and every CRC in format B.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from attrs import frozen

from divako.codec import crc16_en13757
from divako.errors import ChecksumError, MalformedError, TruncatedError
from divako.mbus import Address, cut_trailing, read_address


LAYER = "wmbus.link"
FORMATS = ("A", "B", "stripped", "stripped-B")
_HEAD = 10  # L, C, manufacturer, address
_BLOCK = 16
_FIRST_B = 126  # bytes that the first CRC of format B covers at most
_CRC = 2


@frozen
class Frame:
    """One wireless frame without its CRCs.

    Parameters
    ----------
    control : int
        C field.
    sender : Address
        Whose radio sent it.
    ci : int
        First CI field.
    data : bytes
        What follows it.
    frame_format : {"A", "B", "stripped", "stripped-B"}
        The form it came in.
    trailing : bytes
        What the receiver added behind it, such as the signal level.
    """

    control: int
    sender: Address
    ci: int
    data: bytes
    frame_format: str
    trailing: bytes = b""


def read_frame(frame: bytes, *, frame_format: str | None = None, trailing: int = 0) -> Frame:
    """Check and take apart one wireless frame.

    Parameters
    ----------
    frame : bytes
        From the L field to the last byte.
    frame_format : {"A", "B", "stripped", "stripped-B"}, optional
        The form it is in. Without it, it is A if the CRC of its first block
        holds, else B if those hold, else stripped. A damaged frame of format B can
        look like a stripped one, so say it where it is known. ``"stripped-B"`` is what
        some receivers make of format B: the CRCs are gone, and the L field still counts
        them; it looks like a frame that was cut short, so it is never guessed.
    trailing : int, default 0
        How many bytes the receiver puts behind each frame: signal level, link quality. [byte]

    Returns
    -------
    Frame
        Without CRCs.

    Raises
    ------
    TruncatedError
        It ends too soon.
    ChecksumError
        A CRC differs.
    MalformedError
        It is longer than it says, or `frame_format` is none of the four.
    """
    if frame_format is not None and frame_format not in FORMATS:
        msg = f"frame_format must be one of {', '.join(FORMATS)}"
        raise MalformedError(msg, layer=LAYER)
    frame, behind = cut_trailing(frame, trailing)
    if len(frame) < _HEAD + 1:
        msg = "the frame ends before its CI field"
        raise TruncatedError(msg, layer=LAYER, offset=len(frame))
    found = frame_format or _detect(frame)
    plain = _PLAIN[found](frame)
    if len(plain) < _HEAD + 1:
        msg = "the L field leaves no room for a CI field"
        raise TruncatedError(msg, layer=LAYER, offset=0)
    sender = read_address(plain[2:4], plain[4:8], plain[8], plain[9])
    return Frame(plain[1], sender, plain[_HEAD], plain[_HEAD + 1 :], found, behind)


def _detect(frame: bytes) -> str:
    size = frame[0] + 1
    # A frame as long as its L field says cannot be of format A, where every CRC comes on top.
    if size != len(frame) >= _HEAD + _CRC and _crc_holds(frame, 0, _HEAD):
        return "A"
    if len(frame) == size and _crc_holds(frame, 0, min(size - _CRC, _FIRST_B)):
        return "B"
    return "stripped"


def _crc_holds(frame: bytes, start: int, end: int) -> bool:
    return crc16_en13757(frame[start:end]) == int.from_bytes(frame[end : end + _CRC], "big")


def _block(frame: bytes, start: int, size: int) -> bytes:
    end = start + size
    if end + _CRC > len(frame):
        msg = "the frame ends within a block"
        raise TruncatedError(msg, layer=LAYER, offset=len(frame))
    if not _crc_holds(frame, start, end):
        msg = "the CRC of a block differs"
        raise ChecksumError(msg, layer=LAYER, offset=end)
    return frame[start:end]


def _without_crc_a(frame: bytes) -> bytes:
    size = frame[0] + 1
    out = _block(frame, 0, _HEAD)
    at = _HEAD + _CRC
    while len(out) < size:
        out += (block := _block(frame, at, min(_BLOCK, size - len(out))))
        at += len(block) + _CRC
    _nothing_after(frame, at)
    return out


def _without_crc_b(frame: bytes) -> bytes:
    size = frame[0] + 1
    if len(frame) < size:
        msg = "the frame is shorter than its L field says"
        raise TruncatedError(msg, layer=LAYER, offset=len(frame))
    _nothing_after(frame, size)
    first = min(size - _CRC, _FIRST_B)
    if first < _HEAD:
        msg = "the L field leaves no room for an address"
        raise TruncatedError(msg, layer=LAYER, offset=0)
    out = _block(frame, 0, first)
    at = first + _CRC
    if at < size:
        if size - at <= _CRC:
            msg = "the last block holds nothing but its CRC"
            raise MalformedError(msg, layer=LAYER, offset=at)
        out += _block(frame, at, size - at - _CRC)
    return out


def _stripped(frame: bytes) -> bytes:
    size = frame[0] + 1
    if len(frame) < size:
        msg = "the frame is shorter than its L field says"
        raise TruncatedError(msg, layer=LAYER, offset=len(frame))
    _nothing_after(frame, size)
    return frame


def _stripped_b(frame: bytes) -> bytes:
    """Take a frame of format B whose CRCs are gone, and whose L field still counts them."""
    size = frame[0] + 1
    size -= _CRC if size <= _FIRST_B + _CRC else 2 * _CRC
    if size < _HEAD:
        msg = "the L field leaves no room for an address"
        raise TruncatedError(msg, layer=LAYER, offset=0)
    if len(frame) < size:
        msg = "the frame is shorter than its L field says"
        raise TruncatedError(msg, layer=LAYER, offset=len(frame))
    _nothing_after(frame, size)
    return frame


def _nothing_after(frame: bytes, size: int) -> None:
    if len(frame) > size:
        msg = "the frame is longer than its L field says"
        raise MalformedError(msg, layer=LAYER, offset=size)


_PLAIN: Mapping[str, Callable[[bytes], bytes]] = {
    "A": _without_crc_a,
    "B": _without_crc_b,
    "stripped": _stripped,
    "stripped-B": _stripped_b,
}
