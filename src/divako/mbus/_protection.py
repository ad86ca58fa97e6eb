"""Ephemeral keys and authentication codes: what modes 7 and 10 have in common.

References
----------
.. [1] EN 13757-7:2018, 7.6.6 (mode 7), 7.6.8 (mode 10), 9.5.1 (key derivation with AES-CMAC), clause 6 (AFL).
"""

from __future__ import annotations

import hmac

from attrs import field, frozen

from divako.codec import AesKey
from divako.errors import AuthenticationError
from divako.mbus._header import Address


LAYER = "mbus.security"
CIPHERING, AUTHENTICATION = b"\x00", b"\x01"  # derivation constants, from meter to partner

# Authentication type (low nibble of the AFL's MCL) to bytes of the AES-CMAC.
MAC_SIZES = {3: 2, 4: 4, 5: 8, 6: 12, 7: 16}


@frozen(kw_only=True)
class Fragment:
    """What an authentication and fragmentation layer carries.

    Parameters
    ----------
    mac : bytes
        The authentication code; empty where there is none.
    covered : bytes
        What of the layer itself the code covers: MCL, MCR and ML as sent.
    counter : bytes or None
        The message counter as sent, little-endian.
    message : bytes
        From the CI field behind the layer to the end.
    """

    mac: bytes = field(repr=False)
    covered: bytes = field(repr=False)
    counter: bytes | None
    message: bytes = field(repr=False)


def derive_key(master: AesKey, constant: bytes, counter: bytes, address: Address) -> AesKey:
    """Derive the key of one message from the meter's key, its number and the message counter."""
    number = address.raw[2:6]
    return AesKey(master.cmac(constant + counter + number + b"\x07" * 7))


def authenticate(fragment: Fragment, key: AesKey, counter: bytes, address: Address) -> None:
    """Check the code of a message.

    Raises
    ------
    AuthenticationError
        It differs: another key, or another message.
    """
    wanted = derive_key(key, AUTHENTICATION, counter, address).cmac(fragment.covered + fragment.message)
    if not hmac.compare_digest(wanted[: len(fragment.mac)], fragment.mac):
        msg = "the authentication code differs: the key or the message is wrong"
        raise AuthenticationError(msg, layer=LAYER)
