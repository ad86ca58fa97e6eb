"""Telegrams around records: wired long frames and wireless frames, in every wrapping the decoder opens.

References
----------
.. [1] EN 13757-2:2018: frame format FT1.2, the long frame.
.. [2] EN 13757-4:2019: frame formats A and B.
.. [3] EN 13757-7:2018: CI fields, short and long header, security modes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from divako.codec import AesKey, crc16_en13757
from divako.errors import InputError
from divako.mbus import Frame, write_frame
from divako.simulate._address import Address
from divako.simulate._extended_link import ExtendedLink
from divako.simulate._protection import Protection, authenticated, protect


FrameFormat = Literal["A", "B", "stripped"]
Header = Literal["short", "long", "none"]
Content = Literal["records", "compact", "format"]

RSP_UD = 0x08
SND_NR = 0x44
# Answers of a meter [3]_.
_CI = {
    "records": {"long": 0x72, "short": 0x7A, "none": 0x78},
    "compact": {"long": 0x73, "short": 0x7B, "none": 0x79},
    "format": {"long": 0x6B, "short": 0x6A, "none": 0x69},
}
_FIRST_A = 10  # bytes of the first block, and of each further one, of frame format A [2]_
_NEXT_A = 16
_FIRST_B = 126  # bytes that the first CRC, and the second one, of frame format B cover [2]_
_LONGEST = 255


def long_frame(
    sender: Address,
    records: bytes,
    *,
    address: int = 0,
    access_number: int = 0,
    status: int = 0,
    control: int = RSP_UD,
    header: Header = "long",
    content: Content = "records",
    protection: Protection | None = None,
) -> bytes:
    """Build a wired long frame.

    Parameters
    ----------
    sender : Address
        Number, maker, version and type of the meter.
    records : bytes
        Records, one behind the other.
    address : int, default 0
        Primary address, 0 to 250.
    access_number, status : int, default 0
        Of the header, one byte each.
    control : int, default 0x08
        C field; RSP_UD is the answer to a readout.
    header : {"short", "long", "none"}, default "long"
        Transport header.
    content : {"records", "compact", "format"}, default "records"
        What the bytes are, for the CI field; see `compact_records` and `format_records`. With a long
        header a wired compact frame reads as the old fixed structure, so that is refused.
    protection : Protection, optional
        Encipher the records; needs a header, and no authentication layer, which wired frames have not.

    Returns
    -------
    bytes
        ``68 L L 68 C A CI … CS 16``.

    Raises
    ------
    InputError
        The records are too long for one frame, or the header has no place for what was asked.

    References
    ----------
    .. [1] EN 13757-2:2018, frame format FT1.2.

    Examples
    --------
    >>> from divako.model import Mvt
    >>> sender = Address("12345678", Mvt(manufacturer="DVK", version=1, device_type=7))
    >>> long_frame(sender, bytes.fromhex("041339300000"), address=5).hex()
    '6815156808057278563412cb12010700000000041339300000f816'
    """
    if (content, header) == ("compact", "long"):
        msg = "CI field 73 of a wired frame is the old fixed structure"
        raise InputError(msg)
    if protection is not None and protection.code_size is not None:
        msg = "an authentication layer stands in wireless frames"
        raise InputError(msg)
    message = _transport(sender, records, header, content, access_number, status, protection)
    return write_frame(Frame("long", control, address, message[0], message[1:]))


def wireless_frame(
    sender: Address,
    records: bytes,
    *,
    frame_format: FrameFormat = "A",
    header: Header = "short",
    content: Content = "records",
    access_number: int = 0,
    status: int = 0,
    key: AesKey | None = None,
    protection: Protection | None = None,
    extended: ExtendedLink | None = None,
    adapter: Address | None = None,
    control: int = SND_NR,
) -> bytes:
    """Build a wireless M-Bus telegram.

    Parameters
    ----------
    sender : Address
        Number, maker, version and type of the meter.
    records : bytes
        Records, one behind the other.
    frame_format : {"A", "B", "stripped"}, default "A"
        Where the link layer's CRCs stand; stripped has none.
    header : {"short", "long", "none"}, default "short"
        Transport header. Without one there is no access number, status or cipher.
    content : {"records", "compact", "format"}, default "records"
        What the bytes are, for the CI field; see `compact_records` and `format_records`.
    access_number, status : int, default 0
        One byte each; the access number is taken modulo 256.
    key : AesKey, optional
        Encipher the records with security mode 5: short for a `protection` with that mode.
    protection : Protection, optional
        Encipher the records, or authenticate them, or both.
    extended : ExtendedLink, optional
        Put an extended link layer behind the link layer.
    adapter : Address, optional
        Address of a radio adapter that sends for the meter; needs the long header, or an extended link
        layer with the meter's address.
    control : int, default 0x44
        C field; SND_NR is what a meter sends unasked.

    Returns
    -------
    bytes
        From the L field on.

    Raises
    ------
    InputError
        The records are too long, or the header has no place for what was asked.

    References
    ----------
    .. [1] EN 13757-4:2019, frame formats A and B, extended link layer.
    .. [2] EN 13757-7:2018, security modes, authentication layer.

    Examples
    --------
    >>> from divako.model import Mvt
    >>> sender = Address("12345678", Mvt(manufacturer="DVK", version=1, device_type=0x16))
    >>> wireless_frame(sender, bytes.fromhex("041339300000"), frame_format="stripped").hex()
    '1444cb127856341201167a00000000041339300000'
    """
    if adapter is not None and header != "long" and (extended is None or extended.address is None):
        msg = "an adapter's telegram needs the long header, which says whose records they are"
        raise InputError(msg)
    if key is not None:
        if protection is not None:
            msg = "a key alone means mode 5; the protection has a key of its own"
            raise InputError(msg)
        protection = Protection(mode=5, key=key)
    message = _transport(sender, records, header, content, access_number & 0xFF, status, protection)
    if protection is not None and protection.code_size is not None:
        (message,) = authenticated(protection, sender.link, message)
    return _on_the_air(adapter or sender, message, extended, control, frame_format)


def fragmented_frames(
    sender: Address,
    records: bytes,
    protection: Protection,
    *,
    part_size: int = 100,
    frame_format: FrameFormat = "A",
    header: Header = "short",
    access_number: int = 0,
    status: int = 0,
    extended: ExtendedLink | None = None,
    control: int = SND_NR,
) -> Sequence[bytes]:
    """Build the frames of one message that does not go into one.

    Parameters
    ----------
    sender : Address
        Number, maker, version and type of the meter.
    records : bytes
        Records, one behind the other.
    protection : Protection
        With a code, which covers the whole message.
    part_size : int, default 100
        Most bytes of the message in one frame. [byte]
    frame_format, header, access_number, status, extended, control
        As for `wireless_frame`.

    Returns
    -------
    sequence of bytes
        The frames in order.

    Raises
    ------
    InputError
        As for `wireless_frame`, or there are more than 255 parts.
    """
    if part_size < 1:
        msg = "a part has at least one byte"
        raise InputError(msg)
    message = _transport(sender, records, header, "records", access_number & 0xFF, status, protection)
    if len(message) > 255 * part_size:
        msg = "a message has at most 255 parts"
        raise InputError(msg)
    parts = authenticated(protection, sender.link, message, part_size=part_size)
    return tuple(_on_the_air(sender, part, extended, control, frame_format) for part in parts)


def _transport(
    sender: Address,
    records: bytes,
    header: Header,
    content: Content,
    access_number: int,
    status: int,
    protection: Protection | None,
) -> bytes:
    """Give the transport layer from its CI field on."""
    ci = _CI[content][header]
    if header == "none":
        if protection is not None and protection.mode:
            msg = "a telegram without header cannot be enciphered"
            raise InputError(msg)
        return bytes((ci,)) + records
    head = (sender.transport if header == "long" else b"") + bytes((access_number & 0xFF, status))
    if protection is None:
        return bytes((ci,)) + head + bytes(2) + records
    return protect(protection, ci, head, sender.link, access_number & 0xFF, records)


def _on_the_air(
    radio: Address, message: bytes, extended: ExtendedLink | None, control: int, frame_format: FrameFormat
) -> bytes:
    if extended is not None:
        message = extended.wrap(radio.link, message)
    return _blocks(bytes((control,)) + radio.link + message, frame_format)


def _blocks(content: bytes, frame_format: FrameFormat) -> bytes:
    """Put the L field in front and the CRCs between."""
    size = len(content)
    if frame_format == "B":
        # L counts the CRCs: one behind the first 126 bytes, L field included, one behind the rest.
        size += 2 if 1 + size <= _FIRST_B else 4
    if size > _LONGEST:
        msg = f"the L field counts {_LONGEST} bytes, and this has {size}"
        raise InputError(msg)
    frame = bytes([size]) + content
    if frame_format == "stripped":
        return frame
    if frame_format == "B":
        return b"".join(_with_crc(frame[at : at + _FIRST_B]) for at in range(0, len(frame), _FIRST_B))
    rest = (frame[at : at + _NEXT_A] for at in range(_FIRST_A, len(frame), _NEXT_A))
    return _with_crc(frame[:_FIRST_A]) + b"".join(_with_crc(block) for block in rest)


def _with_crc(block: bytes) -> bytes:
    return block + crc16_en13757(block).to_bytes(2, "big")
