"""Telegrams around records: wired long frames and wireless frames, plain or enciphered.

References
----------
.. [1] EN 13757-2:2018: frame format FT1.2, the long frame.
.. [2] EN 13757-4:2019: frame formats A and B.
.. [3] EN 13757-7:2018: short and long header, configuration field, security mode 5.
.. [4] OMS Specification, Volume 2 (2023-12), clause 9: security profile A.
"""

from __future__ import annotations

from typing import Literal

from divako.codec import AesKey, crc16_en13757
from divako.errors import InputError
from divako.simulate._address import Address


FrameFormat = Literal["A", "B", "stripped"]
Header = Literal["short", "long", "none"]

RSP_UD = 0x08
SND_NR = 0x44
_HEADER_CI = {"long": 0x72, "short": 0x7A, "none": 0x78}  # answers of a meter [3]_
_IDLE = 0x2F
_BLOCK = 16
_MOST_BLOCKS = 15  # four bits of the configuration field count them [3]_
_MODE_5 = 0x0500
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
) -> bytes:
    """Build a wired long frame with a long header and plain records.

    Parameters
    ----------
    sender : Address
        Number, maker, version and type of the meter.
    records : bytes
        Records, one behind the other.
    address : int, default 0
        Primary address, 0 to 250.
    access_number, status : int, default 0
        Of the long header, one byte each.
    control : int, default 0x08
        C field; RSP_UD is the answer to a readout.

    Returns
    -------
    bytes
        ``68 L L 68 C A CI … CS 16``.

    Raises
    ------
    InputError
        The records are too long for one frame.

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
    body = bytes([control, address, _HEADER_CI["long"]]) + sender.transport
    body += bytes([access_number & 0xFF, status, 0, 0]) + records
    if len(body) > _LONGEST:
        msg = f"a long frame holds {_LONGEST} bytes, and this has {len(body)}"
        raise InputError(msg)
    return bytes([0x68, len(body), len(body), 0x68]) + body + bytes([sum(body) & 0xFF, 0x16])


def wireless_frame(
    sender: Address,
    records: bytes,
    *,
    frame_format: FrameFormat = "A",
    header: Header = "short",
    access_number: int = 0,
    status: int = 0,
    key: AesKey | None = None,
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
    access_number, status : int, default 0
        One byte each; the access number is taken modulo 256.
    key : AesKey, optional
        Encipher the records with security mode 5.
    adapter : Address, optional
        Address of a radio adapter that sends for the meter; needs the long header.
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
    .. [1] EN 13757-4:2019, frame formats A and B.
    .. [2] EN 13757-7:2018, security mode 5: AES-128-CBC.

    Examples
    --------
    >>> from divako.model import Mvt
    >>> sender = Address("12345678", Mvt(manufacturer="DVK", version=1, device_type=0x16))
    >>> wireless_frame(sender, bytes.fromhex("041339300000"), frame_format="stripped").hex()
    '1444cb127856341201167a00000000041339300000'
    """
    if adapter is not None and header != "long":
        msg = "an adapter's telegram needs the long header, which says whose records they are"
        raise InputError(msg)
    ci = _HEADER_CI[header]
    link = bytes([control]) + (adapter or sender).link + bytes([ci])
    if header == "none":
        if key is not None:
            msg = "a telegram without header cannot be enciphered with mode 5"
            raise InputError(msg)
        return _blocks(link + records, frame_format)
    body, configuration = (records, 0) if key is None else _encipher(sender, records, access_number & 0xFF, key)
    transport = sender.transport if header == "long" else b""
    transport += bytes([access_number & 0xFF, status]) + configuration.to_bytes(2, "little")
    return _blocks(link + transport + body, frame_format)


def _encipher(sender: Address, records: bytes, access_number: int, key: AesKey) -> tuple[bytes, int]:
    """Encipher all of the records; give them and the configuration field."""
    # 2F 2F in front is how a reader knows the right key; idle fillers complete the last block [4]_.
    plain = bytes([_IDLE, _IDLE]) + records
    blocks = -(-len(plain) // _BLOCK)
    if blocks > _MOST_BLOCKS:
        msg = f"mode 5 counts {_MOST_BLOCKS} blocks, and this has {blocks}"
        raise InputError(msg)
    initial = sender.link + bytes([access_number]) * 8
    return key.encrypt_cbc(plain.ljust(blocks * _BLOCK, bytes([_IDLE])), initial), _MODE_5 | blocks << 4


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
