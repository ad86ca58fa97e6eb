"""From the CI field on: header, security, records, telegram.

Wired and wireless telegrams share everything from here.

References
----------
.. [1] EN 13757-7:2018, table 2: CI fields; EN 13757-3:2018, clause 5.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from attrs import evolve

from divako.codec import AesKey
from divako.errors import (
    ApplicationError,
    DecryptionError,
    MalformedError,
    MissingKeyError,
    TruncatedError,
    UnsupportedError,
)
from divako.mbus._ci import (
    APPLICATION_ERROR,
    COMPACT,
    FIXED,
    FORMAT,
    LONG_HEADER,
    MAKERS_OWN,
    NO_HEADER,
    RECORDS,
    name_of,
)
from divako.mbus._compact import Formats, expand_compact, read_format
from divako.mbus._fixed import read_fixed
from divako.mbus._header import Address, Header, medium_of, read_header, status_of
from divako.mbus._maker import Body, Maker, Makers, Opener
from divako.mbus._protection import Fragment
from divako.mbus._records import RecordList, read_records
from divako.mbus._security import MARK, KeyLookup, Plain, Sealed, decipher
from divako.model import Medium, Mvt, Status, Telegram, Verdict


LAYER = "mbus.application"

_MODE_5 = 5
_MODES_OF_MAKERS = 16  # and above: reserved by the standard
_READABLE = RECORDS | COMPACT | FORMAT | APPLICATION_ERROR
# A wired meter that answers with a short header is known by its primary address alone.
_NOBODY = Address("", Mvt(manufacturer="@@@", version=0, device_type=0x0F), bytes(8))
_ERRORS: Mapping[int, str] = {
    0: "unspecified error",
    1: "unimplemented CI field",
    2: "buffer too long",
    3: "too many records",
    4: "premature end of record",
    5: "more than ten DIFE",
    6: "more than ten VIFE",
    8: "application busy",
    9: "too many readouts",
}


def read_application(
    ci: int,
    data: bytes,
    *,
    link: str,
    sender: Address | None,
    keys: KeyLookup | None = None,
    fragment: Fragment | None = None,
    formats: Formats | None = None,
    received_at: np.datetime64 | None = None,
    partial: bool = False,
    makers: Makers | None = None,
) -> Telegram:
    """Read an application layer: the CI field and what follows it.

    Parameters
    ----------
    ci : int
        CI field.
    data : bytes
        What follows it.
    link : {"mbus", "wmbus"}
        What it came over.
    sender : Address or None
        Who the layers below say it is from; a long header overrules them.
    keys : KeyLookup, optional
        Who knows the keys.
    fragment : Fragment, optional
        What the layer before says of authentication.
    formats : Formats, optional
        Record headers by signature, for compact frames.
    received_at : datetime64[ms], optional
        When, in UTC.
    partial : bool, default False
        Give the records before the first damaged one, and the reason as the telegram's
        `damage`. Never where a wrong key could have made them.
    makers : Makers, optional
        Who knows what the standard leaves to makers.

    Returns
    -------
    Telegram
        Complete, or an error. That of a format frame has no records but the headers that
        it teaches.

    Raises
    ------
    DecodeError
        Of the layer that refused it.
    """
    if link == "mbus" and ci == FIXED:
        return read_fixed(data, received_at=received_at)
    maker = None if makers is None or sender is None or ci not in MAKERS_OWN else makers.find(sender.mvt, ci, data)
    if maker is None:
        header, address, plain, opener = _unwrap(ci, data, link, sender, keys, fragment, makers)
    else:
        header, address, plain, opener = None, sender, Plain(data, maker.security, Verdict.UNVERIFIED), None
    printed = _printed(address, opener)
    status = Status.OK if header is None else status_of(header.status_byte)
    # Records wrongly deciphered may look whole for a while, so a body that nothing but 2F 2F vouches for is
    # never given in part.
    partial = partial and plain.verdict is not Verdict.CHECKED
    try:
        content = _behind_header(ci, plain, formats)
        if maker is None and makers is not None and printed is not None:
            maker = makers.find(printed.mvt, ci, content)
        if maker is None and ci not in FORMAT:  # as nearly always
            found = read_records(content, received_at=received_at, status=status, partial=partial)
        else:
            key = _key_of(keys, address) if ci in MAKERS_OWN else None
            body = Body(ci, content, address or _NOBODY, header, status, received_at, key)
            found = _read(body, maker, partial=partial)
    except (TruncatedError, MalformedError) as error:
        if plain.verdict is Verdict.CHECKED:
            # 2F 2F alone is weak: a body that does not walk to its end may be a wrong key's.
            msg = "deciphered, but the records do not fill the body: the key or the body is wrong"
            raise DecryptionError(msg, layer="mbus.security") from error
        raise

    printed = _printed(printed, maker)
    return Telegram(
        link=link,
        meter_id="" if printed is None else printed.meter_id,
        mvt=None if printed is None else printed.mvt,
        medium=_medium(printed, maker),
        access_number=None if header is None else header.access_number,
        status_byte=None if header is None else header.status_byte,
        status=status,
        security=plain.security,
        verdict=plain.verdict,
        received_at=received_at,
        records=found.records,
        maker_data=found.maker_data,
        headers=found.headers,
        message_counter=plain.counter,
        more_follows=found.more_follows,
        damage=found.damage,
    )


def _unwrap(
    ci: int,
    data: bytes,
    link: str,
    sender: Address | None,
    keys: KeyLookup | None,
    fragment: Fragment | None,
    makers: Makers | None,
) -> tuple[Header | None, Address | None, Plain, Opener | None]:
    """Read the transport header that a CI field announces, and decipher what is behind it."""
    if ci not in _READABLE:
        msg = f"CI field {ci:02X} is {name_of(ci)}"
        raise UnsupportedError(msg, layer=LAYER, offset=0)
    if ci in NO_HEADER:
        return None, sender, Plain(data, "none", Verdict.UNVERIFIED), None
    header, body = read_header(data, long=ci in LONG_HEADER)
    address = header.address or sender
    if address is None and link != "mbus":
        msg = "a short header, and no address before it"
        raise TruncatedError(msg, layer=LAYER, offset=0)
    # Old wired meters put any number into the configuration field.
    if makers is not None and header.mode >= _MODES_OF_MAKERS and address is not None and link != "mbus":
        opener = makers.opener(address.mvt, ci, header.mode)
        if opener is not None:
            opened = opener.open(Body(ci, body, address, header, key=_key_of(keys, address)))
            return header, address, Plain(opened, opener.security, Verdict.UNVERIFIED), opener
    sealed = Sealed(
        ci=ci,
        header_bytes=data[: len(data) - len(body)],
        header=header,
        body=body,
        address=address or _NOBODY,
        key=None if keys is None else keys.key_of(*_whose(address)),
        fragment=fragment,
        wired=link == "mbus",
    )
    return header, address, open_sealed(sealed, makers), None


def open_sealed(sealed: Sealed, makers: Makers | None) -> Plain:
    """Open a body; where nobody gave a key, with the one that all meters of its maker have at first.

    Raises
    ------
    DecodeError
        As `decipher` says.
    """
    try:
        return decipher(sealed)
    except MissingKeyError:
        if makers is None or sealed.header.mode != _MODE_5:
            raise
        public = makers.public_key(sealed.address.mvt, sealed.ci)
        if public is None:
            raise
        try:
            return decipher(evolve(sealed, key=public))
        except (DecryptionError, TruncatedError):
            pass  # it has a key of its own, and that is what is missing
        raise


def _printed(address: Address | None, knowing: Maker | Opener | None) -> Address | None:
    """Give an address as printed on the meter, where somebody knows that it is sent otherwise."""
    return address if address is None or knowing is None else knowing.printed(address)


def _medium(address: Address | None, maker: Maker | None) -> Medium:
    medium = medium_of(0x0F if address is None else address.mvt.device_type)
    return maker.medium if maker is not None and medium in {Medium.UNKNOWN, Medium.OTHER} else medium


def _key_of(keys: KeyLookup | None, address: Address | None) -> AesKey | None:
    key = None if keys is None else keys.key_of(*_whose(address))
    return key if isinstance(key, AesKey) else None


def _whose(address: Address | None) -> tuple[str, Mvt | None]:
    return ("", None) if address is None else (address.meter_id, address.mvt)


def _behind_header(ci: int, plain: Plain, formats: Formats | None) -> bytes:
    """Give the records that stand behind the transport header, or the body of a maker's own."""
    body = plain.body
    if ci in RECORDS or ci in MAKERS_OWN:
        return body
    if plain.security != "none" and body.startswith(MARK):
        body = body[len(MARK) :]  # the mark of a right key, and nothing of what follows
    if ci in APPLICATION_ERROR:
        said = _ERRORS.get(body[0] if body else 0, "unknown error")
        msg = f"the meter reports: {said}"
        raise ApplicationError(msg, layer=LAYER)
    return body if ci in FORMAT else expand_compact(body, formats)


def _read(body: Body, maker: Maker | None, *, partial: bool) -> RecordList:
    """Read the content; what the standard leaves to makers, where somebody knows this one."""
    if body.ci in FORMAT:
        return RecordList((), headers=read_format(body.data))
    if maker is not None and maker.reads_whole:
        return maker.read(body)
    found = read_records(body.data, received_at=body.received_at, status=body.status, partial=partial)
    return found if maker is None else maker.refine(found, body)
