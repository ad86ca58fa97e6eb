"""Compact and format frames: the data without the headers, and the headers without the data.

References
----------
.. [1] EN 13757-3:2018, annex G: format signature and full-frame CRC.
"""

from __future__ import annotations

from collections.abc import Iterator

from divako.codec import crc16_en13757
from divako.errors import DecodeError, InputError
from divako.mbus import split_records


def compact_records(records: bytes) -> bytes:
    """Give what a compact frame carries in place of records.

    Parameters
    ----------
    records : bytes
        Records, one behind the other, without fillers.

    Returns
    -------
    bytes
        Format signature, CRC of the full frame, and the data of all records.

    Raises
    ------
    InputError
        The bytes are no sequence of records.

    Examples
    --------
    >>> compact_records(bytes.fromhex("0413 39300000")).hex()
    '60bdc4a439300000'
    """
    split = list(_split(records))
    headers = b"".join(header for header, _ in split)
    signature = crc16_en13757(headers).to_bytes(2, "little")
    return signature + crc16_en13757(records).to_bytes(2, "little") + b"".join(data for _, data in split)


def format_records(records: bytes) -> bytes:
    """Give what a format frame carries: the headers of records with their signature.

    Parameters
    ----------
    records : bytes
        Records, one behind the other, without fillers.

    Returns
    -------
    bytes
        Length, format signature and headers.

    Raises
    ------
    InputError
        The bytes are no sequence of records, or their headers are too long.

    Examples
    --------
    >>> format_records(bytes.fromhex("0413 39300000")).hex()
    '0460bd0413'
    """
    headers = b"".join(header for header, _ in _split(records))
    if len(headers) + 2 > 0xFF:
        msg = "the headers do not go into a format frame"
        raise InputError(msg)
    return bytes((len(headers) + 2,)) + crc16_en13757(headers).to_bytes(2, "little") + headers


def _split(records: bytes) -> Iterator[tuple[bytes, bytes]]:
    try:
        yield from split_records(records)
    except DecodeError as error:
        msg = "not a sequence of records"
        raise InputError(msg) from error
