"""Walk the records of an application layer, to the last byte.

References
----------
.. [1] EN 13757-3:2018, clause 6: records, special DIFs 0F, 1F and 2F.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from attrs import define, field, frozen

from divako.errors import DecodeError, MalformedError, TruncatedError
from divako.mbus._data import lvar_size
from divako.mbus._meaning import EXTENSION, LVAR, PLAIN_TEXT, SIZES, meaning_of
from divako.mbus._plan import Plans
from divako.mbus._profile import Profile, expand_profile
from divako.mbus._reader import Reader, reader_of
from divako.model import Record, Status


FILLER, MAKER_DATA, MORE_FOLLOWS = 0x2F, 0x0F, 0x1F
LAYER = "mbus.records"
_MOST_EXTENSIONS = 10


@frozen
class RecordList:
    """The records of one telegram.

    Parameters
    ----------
    records : tuple of Record
        In the order sent.
    maker_data : bytes
        What follows DIF 0F or 1F; only the maker knows it.
    more_follows : bool
        Whether the meter has more records in its next telegram (DIF 1F).
    headers : bytes
        The headers of the records as sent, one after the other.
    damage : DecodeError or None
        Why the records end before the data does; only where a part was asked for.
    """

    records: tuple[Record, ...]
    maker_data: bytes = b""
    more_follows: bool = False
    headers: bytes = b""
    damage: DecodeError | None = None


def read_records(
    data: bytes,
    *,
    received_at: np.datetime64 | None = None,
    status: Status = Status.OK,
    layer: str = LAYER,
    partial: bool = False,
) -> RecordList:
    """Read all records of a deciphered application layer.

    Parameters
    ----------
    data : bytes
        From the first DIF to the last data byte.
    received_at : datetime64[ms], optional
        When the telegram came, in UTC: the time of its present values
        (storage 0). History has no time unless the meter says so.
    status : Status, default Status.OK
        What the telegram's header says of all of them.
    layer : str
        Name for errors.
    partial : bool, default False
        Give the records before the first damaged one instead of an error, and the error
        beside them.

    Returns
    -------
    RecordList
        One record each, and one for each element of a compact profile; maker data apart.

    Raises
    ------
    TruncatedError
        A record ends too soon.
    MalformedError
        A DIF, a chain of extensions or a length is not allowed.

    Examples
    --------
    >>> records = read_records(bytes.fromhex("0c13 45230100")).records
    >>> records[0].quantity, records[0].count, records[0].value
    ('volume', 12345, 12.345)
    """
    plan = _PLANS.find(data)
    if plan is not None:
        read = [reader(data[start:stop], status, received_at) for reader, start, stop in plan.slots]
        rest = b"" if plan.end is None else data[plan.end :]
        return RecordList(tuple(read), rest, plan.more_follows, plan.headers)
    return _walk(data, received_at, status, layer, partial=partial)


_PLANS = Plans()


@define
class _Walked:
    """What a walk has found so far."""

    records: list[Record] = field(factory=list)
    headers: list[bytes] = field(factory=list)
    slots: list[tuple[Reader, int, int]] = field(factory=list)
    profiles: list[Profile] = field(factory=list)
    rest: int | None = None
    more_follows: bool = False


def _walk(
    data: bytes, received_at: np.datetime64 | None, status: Status, layer: str, *, partial: bool = False
) -> RecordList:
    walked = _Walked()
    records, damage = walked.records, None
    try:
        _collect(data, walked, received_at, status, layer)
    except (TruncatedError, MalformedError) as error:
        if not partial:
            raise
        damage = error
    # The base of a profile may stand behind it, so profiles are unfolded when all is read.
    bases = tuple(records) if walked.profiles else ()
    for profile in reversed(walked.profiles):
        try:
            records[profile.place : profile.place] = expand_profile(profile, bases, status=status, layer=layer)
        except (TruncatedError, MalformedError) as error:
            if not partial:
                raise
            damage = damage or error
    chain, rest = b"".join(walked.headers), walked.rest
    if not walked.profiles and damage is None:
        # Elements of a profile depend on other records, so it has no place in a plan.
        _PLANS.learn(data, walked.slots, end=rest, more_follows=walked.more_follows, headers=chain)
    return RecordList(tuple(records), b"" if rest is None else data[rest:], walked.more_follows, chain, damage)


def _collect(data: bytes, walked: _Walked, received_at: np.datetime64 | None, status: Status, layer: str) -> None:
    at, end = 0, len(data)
    while at < end:
        dif = data[at]
        if dif == FILLER:
            at += 1
            continue
        if dif in {MAKER_DATA, MORE_FOLLOWS}:
            walked.rest, walked.more_follows = at + 1, dif == MORE_FOLLOWS
            return
        start = at
        at = header_end(data, at, layer)
        header = data[start:at]
        walked.headers.append(header)
        meaning = meaning_of(header)
        size, lvar = SIZES[meaning.field], None
        if meaning.field == LVAR:
            if at >= end:
                msg = "a record ends before its length"
                raise TruncatedError(msg, layer=layer, offset=end)
            lvar = data[at]
            wanted = lvar_size(lvar)
            if wanted is None:
                msg = "a reserved length of variable data"
                raise MalformedError(msg, layer=layer, offset=at)
            size = wanted
            at += 1
        if at + size > end:
            msg = "a record ends before its data"
            raise TruncatedError(msg, layer=layer, offset=end)
        if meaning.profile:
            walked.profiles.append(Profile(meaning, header, data[at : at + size], len(walked.records), at))
        else:
            reader = reader_of(header, lvar)
            walked.records.append(reader(data[at : at + size], status, received_at))
            walked.slots.append((reader, at, at + size))
        at += size


def split_records(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Cut records into header and data, and interpret neither.

    Parameters
    ----------
    data : bytes
        Records, one behind the other, without fillers and special DIFs.

    Yields
    ------
    tuple of bytes and bytes
        Header, and data with the length byte of variable data before it.

    Raises
    ------
    DecodeError
        The bytes are no sequence of records.
    """
    at, end = 0, len(data)
    while at < end:
        start, at = at, header_end(data, at, LAYER)
        header, begin = data[start:at], at
        at += data_size(header, data, at)
        if at > end:
            msg = "a record ends before its data"
            raise TruncatedError(msg, layer=LAYER, offset=end)
        yield header, data[begin:at]


def data_size(header: bytes, data: bytes, at: int) -> int:
    """Give how many bytes the data of a record takes, its length byte included."""
    field = header[0] & 0x0F
    if field != LVAR:
        return SIZES[field]
    return (lvar_size(data[at]) or 0) + 1 if at < len(data) else 1


def header_end(data: bytes, at: int, layer: str) -> int:
    """Find where the record header that starts at `at` ends.

    Raises
    ------
    TruncatedError
        The bytes end before it does.
    MalformedError
        It is no header, or has too many extensions.
    """
    end = len(data)
    dif = data[at]
    if dif & 0x0F == 0x0F:
        msg = "a reserved DIF"
        raise MalformedError(msg, layer=layer, offset=at)
    at = _after_extensions(data, at, layer)
    if at >= end:
        msg = "a record ends before its VIF"
        raise TruncatedError(msg, layer=layer, offset=end)
    vif = data[at]
    if vif & 0x7F != PLAIN_TEXT:
        return _after_extensions(data, at, layer)
    if at + 1 >= end:
        msg = "a record ends before its unit"
        raise TruncatedError(msg, layer=layer, offset=end)
    text_end = at + 2 + data[at + 1]
    if text_end > end:
        msg = "a record ends within its unit"
        raise TruncatedError(msg, layer=layer, offset=end)
    if not vif & EXTENSION:
        return text_end
    if text_end == end:
        msg = "a record ends before its VIFE"
        raise TruncatedError(msg, layer=layer, offset=end)
    return _after_extensions(data, text_end, layer)


def _after_extensions(data: bytes, at: int, layer: str) -> int:
    """Step over a byte and the extension bytes it announces."""
    first = at
    while data[at] & EXTENSION:
        at += 1
        if at >= len(data):
            msg = "a record ends within its header"
            raise TruncatedError(msg, layer=layer, offset=at)
        if at - first > _MOST_EXTENSIONS:
            msg = "too many extension bytes"
            raise MalformedError(msg, layer=layer, offset=at)
    return at + 1
