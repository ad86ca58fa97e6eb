"""The layers between link and application, stepped over.

References
----------
.. [1] EN 13757-4:2019, clause 13: extended link layer, CI fields 8C to 8F.
.. [2] EN 13757-7:2018, clause 6: authentication and fragmentation layer, CI field 90.
"""

from __future__ import annotations

from attrs import evolve, frozen

from divako.errors import UnsupportedError
from divako.mbus import Address, Fragment, KeyLookup
from divako.model import Verdict
from divako.wmbus._authentication import AUTHENTICATION, read_part
from divako.wmbus._authentication import LAYER as AUTHENTICATION_LAYER
from divako.wmbus._extended_link import EXTENDED_LINK, LAYER, read_extended_link


_UNSUPPORTED = {0x81: "a network layer", 0x86: "extended link layer V"}


@frozen
class Layers:
    """What is left of a frame behind the layers in between.

    Parameters
    ----------
    ci : int
        CI field of the application.
    data : bytes
        What follows it.
    sender : Address
        Whose telegram it is.
    security : str or None
        The mode of an extended link layer that is enciphered by its header.
    verdict : Verdict
        What its payload CRC proves.
    fragment : Fragment or None
        What an authentication layer carries.
    session_number : int or None
        Of an enciphered extended link layer.
    """

    ci: int
    data: bytes
    sender: Address
    security: str | None = None
    verdict: Verdict = Verdict.UNVERIFIED
    fragment: Fragment | None = None
    session_number: int | None = None


def read_layers(ci: int, data: bytes, sender: Address, keys: KeyLookup | None = None) -> Layers:
    """Step over the layers between link and application.

    Parameters
    ----------
    ci : int
        First CI field of the frame.
    data : bytes
        What follows it.
    sender : Address
        Of the link layer.
    keys : KeyLookup, optional
        Who knows the keys of meters.

    Returns
    -------
    Layers
        Deciphered, where the extended link layer was enciphered.

    Raises
    ------
    TruncatedError
        A layer is not complete.
    AuthenticationError
        It says that it is enciphered, there is a key, and the payload is in the clear.
    ChecksumError
        The payload CRC of a layer that is not enciphered differs.
    MissingKeyError
        It is enciphered, and there is no key.
    DecryptionError
        The key or the payload is wrong.
    UnsupportedError
        A layer that this library does not know, or a fragment of a message, for which
        there is `Fragments`.
    """
    layers = step_over_link(ci, data, sender, keys)
    if layers.ci == AUTHENTICATION:
        part = read_part(layers.data)
        if not part.whole:
            msg = "a fragment of a longer message"
            raise UnsupportedError(msg, layer=AUTHENTICATION_LAYER, offset=1)
        layers = with_message(layers, part.fragment())
    if layers.ci in _UNSUPPORTED:
        msg = f"CI field {layers.ci:02X} is {_UNSUPPORTED[layers.ci]}"
        raise UnsupportedError(msg, layer=LAYER)
    return layers


def step_over_link(ci: int, data: bytes, sender: Address, keys: KeyLookup | None) -> Layers:
    """Step over the extended link layer, where there is one."""
    if ci not in EXTENDED_LINK:
        return Layers(ci, data, sender)
    inner = read_extended_link(ci, data, sender, keys)
    return Layers(
        inner.payload[0],
        inner.payload[1:],
        inner.sender,
        inner.security,
        inner.verdict,
        session_number=inner.session_number,
    )


def with_message(layers: Layers, fragment: Fragment) -> Layers:
    """Go on with the message that an authentication layer carries."""
    return evolve(layers, ci=fragment.message[0], data=fragment.message[1:], fragment=fragment)
