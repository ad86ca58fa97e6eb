"""Open bodies one by one where there is a key for each message, or a code: modes 2, 7 and 10 and the authentication layer.

The decoder of single telegrams opens them; what was in them is written where they stood, and
its records are read by columns.
"""

from __future__ import annotations

import functools

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from divako.codec import AesKey, DesKey
from divako.drivers import INSTALLED
from divako.errors import AuthenticationError, DecryptionError, DivakoError, UnsupportedError
from divako.mbus import Address, Fragment, read_address, read_header
from divako.mbus._application import open_sealed
from divako.mbus._ci import LONG_HEADER, NO_HEADER
from divako.mbus._security import Plain, Sealed
from divako.model import Verdict
from divako.telegrams._bodies import SECURITIES, WIRED, Bodies, Flags
from divako.telegrams._keyring import Keyring
from divako.wmbus._authentication import read_part


_LONG, _SHORT = 12, 4  # bytes of the headers
_VERDICTS = list(Verdict)


def unwrap(buffer: npt.NDArray[np.uint8], bodies: Bodies, which: npt.NDArray[np.intp], ring: Keyring) -> Flags:
    """Open bodies in place.

    Parameters
    ----------
    buffer : ndarray of uint8
        Holds the bodies; what was in those that are opened is written back, and is never longer.
    bodies : Bodies
        All bodies; those that are opened end where their content ends from then on.
    which : ndarray of int, shape (k,)
        Those that are to be opened.
    ring : Keyring
        Has the keys.

    Returns
    -------
    ndarray of bool, shape (k,)
        Whether the decoder of single telegrams opens them.
    """
    out = np.zeros(len(which), dtype="bool")
    memory = buffer.data
    columns = (bodies.address, bodies.ci, bodies.begin, bodies.end, bodies.layer, bodies.link)
    lists = [column[which].tolist() for column in columns]
    for at, (row, raw, ci, begin, end, layer, link) in enumerate(zip(which.tolist(), *lists, strict=True)):
        try:
            fragment = _fragment(bytes(memory[layer:end])) if layer else None
            if ci in NO_HEADER:
                out[at] = True
                continue
            keys = ring.of(raw)
            if keys is None:
                continue
            address = _address_of(raw)
            head = begin - (_LONG if ci in LONG_HEADER else _SHORT)
            header, body = read_header(bytes(memory[head:end]), long=ci in LONG_HEADER)
            sealed = functools.partial(
                Sealed,
                ci=ci,
                header_bytes=bytes(memory[head:begin]),
                header=header,
                body=body,
                address=address,
                fragment=fragment,
                wired=link == WIRED,
            )
            plain = _with_keys_in_turn(sealed, keys)
        except DivakoError:
            continue  # the decoder of single telegrams says why
        end = begin + len(plain.body)  # noqa: PLW2901 - where the content ends
        memory[begin:end] = plain.body
        bodies.end[row], bodies.security[row] = end, SECURITIES.index(plain.security)
        bodies.verdict[row] = _VERDICTS.index(plain.verdict)
        out[at] = True
    return out


@functools.lru_cache(maxsize=4096)
def _address_of(raw: int) -> Address:
    data = raw.to_bytes(8, "little")
    return read_address(data[:2], data[2:6], data[6], data[7])


def _with_keys_in_turn(sealed: Callable[..., Sealed], keys: Sequence[AesKey | DesKey]) -> Plain:
    for key in keys[:-1]:
        try:
            return open_sealed(sealed(key=key), INSTALLED)
        except (DecryptionError, AuthenticationError):
            continue
    return open_sealed(sealed(key=keys[-1] if keys else None), INSTALLED)


def _fragment(data: bytes) -> Fragment:
    """Read an authentication layer and the message behind it."""
    part = read_part(data)
    if not part.whole:
        msg = "a fragment of a longer message"
        raise UnsupportedError(msg, layer="wmbus.authentication")
    return part.fragment()
