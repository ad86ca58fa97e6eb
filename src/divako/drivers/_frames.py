"""Frames around the bodies of examples: of test meters, with a made-up number."""

from __future__ import annotations


NUMBER = bytes.fromhex("78563412")  # every example is of meter 12345678
_SND_NR, _RSP_UD, _LONG_HEADER = 0x44, 0x08, 0x72


def wireless_frame(manufacturer: str, version: int, device_type: int, ci: int, body: str) -> bytes:
    """Put a body into a wireless frame without CRCs.

    Parameters
    ----------
    manufacturer : str
        Three capital letters.
    version, device_type : int
        Of the meter.
    ci : int
        CI field.
    body : str
        What follows it, in hexadecimal digits; blanks are passed over.
    """
    address = _maker(manufacturer) + NUMBER + bytes((version, device_type))
    frame = bytes((_SND_NR,)) + address + bytes((ci,)) + bytes.fromhex(body)
    return bytes((len(frame),)) + frame


def wired_frame(manufacturer: str, version: int, device_type: int, body: str) -> bytes:
    """Put records into a wired frame with a long header.

    Parameters
    ----------
    manufacturer : str
        Three capital letters.
    version, device_type : int
        Of the meter.
    body : str
        The records, in hexadecimal digits; blanks are passed over.
    """
    header = NUMBER + _maker(manufacturer) + bytes((version, device_type)) + bytes(4)
    data = bytes((_RSP_UD, 0, _LONG_HEADER)) + header + bytes.fromhex(body)
    size = bytes((len(data),))
    return b"\x68" + size + size + b"\x68" + data + bytes((sum(data) & 0xFF, 0x16))


def _maker(letters: str) -> bytes:
    code = 0
    for letter in letters:
        code = code << 5 | (ord(letter) & 0x1F)
    return code.to_bytes(2, "little")
