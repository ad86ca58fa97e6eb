"""From the CI field on: header, security, records, telegram.

Wired and wireless telegrams share everything from here.

References
----------
.. [1] EN 13757-7:2018, table 2: CI fields; EN 13757-3:2018, clause 5.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from divako.errors import ApplicationError, DecryptionError, MalformedError, TruncatedError, UnsupportedError
from divako.mbus._compact import Formats, expand_compact
from divako.mbus._fixed import read_fixed
from divako.mbus._header import Address, medium_of, read_header, status_of
from divako.mbus._protection import Fragment
from divako.mbus._records import read_records
from divako.mbus._security import KeyLookup, Plain, Sealed, decipher
from divako.model import Status, Telegram, Verdict


LAYER = "mbus.application"

LONG_HEADER = frozenset({0x72, 0x73})
SHORT_HEADER = frozenset({0x7A, 0x7B})
NO_HEADER = frozenset({0x78, 0x79})
COMPACT = frozenset({0x73, 0x79, 0x7B})
FIXED = 0x73  # on a wired link
APPLICATION_ERROR = 0x70

_KNOWN: Mapping[int, str] = {
    0x69: "a format frame",
    0x6A: "a format frame",
    0x6B: "a format frame",
    0x76: "the obsolete byte order",
}
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

    Returns
    -------
    Telegram
        Complete, or an error.

    Raises
    ------
    DecodeError
        Of the layer that refused it.
    """
    if ci == APPLICATION_ERROR:
        said = _ERRORS.get(data[0] if data else 0, "unknown error")
        msg = f"the meter reports: {said}"
        raise ApplicationError(msg, layer=LAYER)
    if link == "mbus" and ci == FIXED:
        return read_fixed(data, received_at=received_at)
    if ci in NO_HEADER:
        header = None
        address = sender
        plain = Plain(data, "none", Verdict.UNVERIFIED)
    elif ci in LONG_HEADER or ci in SHORT_HEADER:
        header, body = read_header(data, long=ci in LONG_HEADER)
        address = header.address or sender
        if address is None:
            msg = "a short header, and no address before it"
            raise TruncatedError(msg, layer=LAYER, offset=0)
        sealed = Sealed(
            ci=ci,
            header_bytes=data[: len(data) - len(body)],
            header=header,
            body=body,
            address=address,
            key=None if keys is None else keys.key_of(address.meter_id, address.mvt),
            fragment=fragment,
            wired=link == "mbus",
        )
        plain = decipher(sealed)
    else:
        what = _KNOWN.get(ci, "the manufacturer's own layout" if 0xA0 <= ci <= 0xB7 else "not known here")
        msg = f"CI field {ci:02X} is {what}"
        raise UnsupportedError(msg, layer=LAYER, offset=0)
    try:
        body = expand_compact(plain.body, formats) if ci in COMPACT else plain.body
        status = Status.OK if header is None else status_of(header.status_byte)
        found = read_records(body, received_at=received_at, status=status)
    except (TruncatedError, MalformedError) as error:
        if plain.verdict is Verdict.CHECKED:
            # 2F 2F alone is weak: a body that does not walk to its end may be a wrong key's.
            msg = "deciphered, but the records do not fill the body: the key or the body is wrong"
            raise DecryptionError(msg, layer="mbus.security") from error
        raise

    return Telegram(
        link=link,
        meter_id="" if address is None else address.meter_id,
        mvt=None if address is None else address.mvt,
        medium=medium_of(0x0F if address is None else address.mvt.device_type),
        access_number=None if header is None else header.access_number,
        status_byte=None if header is None else header.status_byte,
        status=status,
        security=plain.security,
        verdict=plain.verdict,
        received_at=received_at,
        records=found.records,
        maker_data=found.maker_data,
        headers=found.headers,
    )
