"""Compact frames: data without headers, for who has seen the headers before.

A meter sends its record headers now and then in a full frame, and in between frames
that hold the data alone, with a signature of the headers and a CRC of the full frame. The
headers that belong to a signature are kept in a `Formats` store.

References
----------
.. [1] EN 13757-3:2018, annex G: format signature and full-frame CRC, both CRC-16/EN-13757.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from attrs import field, frozen

from divako.codec import crc16_en13757
from divako.errors import ChecksumError, DecodeError, InputError, MalformedError, TruncatedError, UnknownFormatError
from divako.mbus._records import data_size, header_end
from divako.model import Telegram


LAYER = "mbus.compact"


def _pairs(headers: Mapping[int, bytes] | Iterable[tuple[int, bytes]]) -> tuple[tuple[int, bytes], ...]:
    return tuple(sorted(dict(headers).items()))


@frozen
class Formats:
    """Record headers by their signature; a value that can be kept and extended.

    Parameters
    ----------
    headers : mapping of int to bytes
        Signature to the headers of all records, one after the other.

    Examples
    --------
    >>> formats = Formats.of([bytes.fromhex("0413 426c")])
    >>> formats.to_document()
    {'706E': '0413426C'}
    """

    headers: tuple[tuple[int, bytes], ...] = field(default=(), converter=_pairs)
    _known: dict[int, bytes] = field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_known", dict(self.headers))  # looked up with each compact frame

    @classmethod
    def of(cls, headers: Iterable[bytes]) -> Formats:
        """Make a store of headers, signing each.

        Raises
        ------
        InputError
            Bytes are no sequence of record headers.
        """
        return cls({format_signature(one): one for one in headers})

    def learn(self, telegram: Telegram) -> Formats:
        """Give a store that also knows the headers of a telegram; the same one where it knows them."""
        if not telegram.headers or self.find(format_signature(telegram.headers)) == telegram.headers:
            return self
        return self.merge(Formats.of([telegram.headers]))

    def merge(self, other: Formats) -> Formats:
        """Give a store that knows what either knows."""
        return Formats({**self._known, **other._known})

    def find(self, signature: int) -> bytes | None:
        """Look headers up; None where the signature is not known."""
        return self._known.get(signature)

    def to_document(self) -> dict[str, str]:
        """Give signatures and headers in hexadecimal digits, to be kept as JSON."""
        return {f"{signature:04X}": headers.hex().upper() for signature, headers in self.headers}

    @classmethod
    def from_document(cls, document: Mapping[str, str]) -> Formats:
        """Read what `to_document` gave; each signature is computed anew.

        Raises
        ------
        InputError
            An entry is no sequence of record headers.
        """
        try:
            return cls.of(bytes.fromhex(headers) for headers in document.values())
        except ValueError as error:
            msg = "record headers are written in hexadecimal digits"
            raise InputError(msg) from error


def format_signature(headers: bytes) -> int:
    """Compute the signature of record headers.

    Raises
    ------
    InputError
        The bytes are no sequence of record headers.
    """
    list(split_headers(headers))
    return crc16_en13757(headers)


def split_headers(headers: bytes) -> Iterator[bytes]:
    """Cut the headers of records apart.

    Raises
    ------
    InputError
        The bytes are no sequence of record headers.
    """
    at = 0
    while at < len(headers):
        try:
            end = header_end(headers, at, LAYER)
        except DecodeError as error:
            msg = "not a sequence of record headers"
            raise InputError(msg) from error
        yield headers[at:end]
        at = end


def read_format(data: bytes) -> bytes:
    """Read a format frame: record headers with their signature, and no data.

    Parameters
    ----------
    data : bytes
        Length of what follows, format signature, then the headers of all records.

    Returns
    -------
    bytes
        The headers, one after the other.

    Raises
    ------
    TruncatedError
        There is less than the length says.
    ChecksumError
        The signature is not that of the headers.
    MalformedError
        The headers are no record headers.
    """
    size = data[0] if data else 0
    if size < 2 or len(data) < 1 + size:
        msg = "the format frame ends before its headers"
        raise TruncatedError(msg, layer=LAYER, offset=len(data))
    headers = data[3 : 1 + size]
    if crc16_en13757(headers) != int.from_bytes(data[1:3], "little"):
        msg = "the format signature differs"
        raise ChecksumError(msg, layer=LAYER, offset=1)
    try:
        format_signature(headers)
    except InputError as error:
        msg = "a format frame holds no record headers"
        raise MalformedError(msg, layer=LAYER, offset=3) from error
    return headers


def expand_compact(data: bytes, formats: Formats | None) -> bytes:
    """Put the headers back between the data of a compact frame.

    Parameters
    ----------
    data : bytes
        Format signature, CRC of the full frame, then data fields.
    formats : Formats or None
        The headers that are known.

    Returns
    -------
    bytes
        Records as a full frame has them, their CRC checked.

    Raises
    ------
    TruncatedError
        The data ends before that of the last record.
    UnknownFormatError
        The signature is not known: a full frame must come first.
    ChecksumError
        The CRC of the full frame differs.
    """
    if len(data) < 4:
        msg = "the compact frame ends before its CRC"
        raise TruncatedError(msg, layer=LAYER, offset=len(data))
    headers = None if formats is None else formats.find(int.from_bytes(data[:2], "little"))
    if headers is None:
        msg = "a compact frame whose format signature is not known; a full frame or its headers must come first"
        raise UnknownFormatError(msg, layer=LAYER, offset=0)
    out = bytearray()
    at = 4
    for header in split_headers(headers):
        start = at
        at += data_size(header, data, at)
        if at > len(data):
            msg = "the compact frame ends before the data of its last record"
            raise TruncatedError(msg, layer=LAYER, offset=len(data))
        out += header + data[start:at]
    if crc16_en13757(bytes(out)) != int.from_bytes(data[2:4], "little"):
        msg = "the CRC of the full frame differs"
        raise ChecksumError(msg, layer=LAYER, offset=2)
    return bytes(out) + data[at:]
