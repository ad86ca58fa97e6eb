"""How the body of a telegram is enciphered and authenticated: the inverse of the security of the decoder.

References
----------
.. [1] EN 13757-7:2018, 7.6: configuration field and security modes; 9.5.1: key derivation; clause 6: AFL.
.. [2] OMS Specification, Volume 2 (2023-12), clause 9: security profiles A, B and D.
"""

from __future__ import annotations

from typing import Any, Literal

from attrs import Attribute, field, frozen
from attrs.validators import in_, instance_of, optional

from divako.codec import AesKey, DesKey
from divako.errors import InputError
from divako.mbus import MAC_SIZES


Mode = Literal[0, 2, 5, 7, 10]

MODES: tuple[Mode, ...] = (0, 2, 5, 7, 10)
_DES_MODE = 2
_IDLE = b"\x2f"
_MARK = b"\x2f\x2f"  # how a reader knows the right key
_BLOCK, _DES_BLOCK = 16, 8
_MOST_BLOCKS = 15  # four bits of the configuration field count them [1]_
_KDF_A = 0x10
_COUNTER_IN_HEADER = 0x2000
_ALL = 0x20FF  # of mode 10: all is enciphered, and a message counter follows
_TAG_OF_8 = 0x01
_TAG = 8
_CIPHERING, _AUTHENTICATION = b"\x00", b"\x01"
_AFL = 0x90
_MORE, _MCL, _ML, _MCR, _MAC = 0x4000, 0x2000, 0x1000, 0x0800, 0x0400
_COUNTER_PRESENT = 0x20  # of the message control field


def _fits(instance: Any, _attribute: Attribute[Any], value: object) -> None:
    if isinstance(value, DesKey) != (instance.mode == _DES_MODE):
        msg = "mode 2 takes a DES key, all others an AES key"
        raise InputError(msg)


@frozen(kw_only=True)
class Protection:
    """A security mode with all it needs.

    Parameters
    ----------
    mode : {0, 2, 5, 7, 10}
        0 enciphers nothing, and makes sense with a code alone.
    key : AesKey or DesKey
        The meter's key; of 8 bytes for mode 2.
    counter : int, default 0
        Message counter of modes 7 and 10 and of the code.
    code_size : {2, 4, 8, 12, 16}, optional
        Put an authentication layer before the transport layer, whose code has so many bytes.
    blocks : int, optional
        Encipher so many blocks, and leave the rest in the clear; all where it is not given.
        Modes 2, 5 and 7.
    flags : int, default 0
        Further bits of the configuration field.

    Raises
    ------
    InputError
        The key does not go with the mode.
    """

    mode: Mode = field(validator=in_(MODES))
    key: AesKey | DesKey = field(validator=[instance_of((AesKey, DesKey)), _fits])
    counter: int = 0
    code_size: int | None = field(default=None, validator=optional(in_(tuple(MAC_SIZES.values()))))
    blocks: int | None = None
    flags: int = 0

    @property
    def counter_bytes(self) -> bytes:
        """The message counter as it is sent, little-endian."""
        return self.counter.to_bytes(4, "little")


def protect(protection: Protection, ci: int, head: bytes, address: bytes, access_number: int, records: bytes) -> bytes:
    """Give a transport layer from its CI field to its end.

    Parameters
    ----------
    protection : Protection
        How.
    ci : int
        CI field.
    head : bytes
        The transport header without its configuration field.
    address : bytes
        Of the meter, as it enters ciphers: manufacturer, number, version, type.
    access_number : int
        Of the header.
    records : bytes
        What is to be enciphered.
    """
    mode, key, flags = protection.mode, protection.key, protection.flags
    start = bytes((ci,)) + head
    if mode == 0:
        return start + flags.to_bytes(2, "little") + records
    if isinstance(key, DesKey):
        sealed, rest, blocks = _blocks(records, _DES_BLOCK, protection.blocks, 31)
        configuration = mode << 8 | blocks * _DES_BLOCK | flags
        return start + configuration.to_bytes(2, "little") + key.encrypt_cbc(sealed, bytes(_DES_BLOCK)) + rest
    if mode == 10:
        configuration = mode << 8 | _ALL | flags
        associated = start + configuration.to_bytes(2, "little") + bytes((_KDF_A, _TAG_OF_8))
        nonce = address + b"\0" + protection.counter_bytes[::-1]
        derived = _derived(key, _CIPHERING, protection, address)
        return associated + protection.counter_bytes + derived.encrypt_ccm(records, nonce, associated, tag_size=_TAG)
    sealed, rest, blocks = _blocks(records, _BLOCK, protection.blocks, _MOST_BLOCKS)
    configuration = mode << 8 | blocks << 4 | flags
    if mode == 5:
        initial = address + bytes((access_number,)) * 8
        return start + configuration.to_bytes(2, "little") + key.encrypt_cbc(sealed, initial) + rest
    derived = _derived(key, _CIPHERING, protection, address)
    extension = bytes((_KDF_A,))
    if protection.code_size is None:  # no layer before it that carries the counter
        configuration |= _COUNTER_IN_HEADER
        extension += protection.counter_bytes
    enciphered = derived.encrypt_cbc(sealed, bytes(_BLOCK))
    return start + configuration.to_bytes(2, "little") + extension + enciphered + rest


def _blocks(records: bytes, size: int, wanted: int | None, most: int) -> tuple[bytes, bytes, int]:
    """Put the mark in front, and cut what is to be enciphered from the rest."""
    plain = _MARK + records
    blocks = -(-len(plain) // size) if wanted is None else wanted
    if not 0 < blocks <= most:
        msg = f"this mode counts 1 to {most} blocks, and this has {blocks}"
        raise InputError(msg)
    # Idle fillers complete the last block [2]_.
    plain = plain.ljust(blocks * size, _IDLE)
    return plain[: blocks * size], plain[blocks * size :], blocks


def _derived(key: AesKey, constant: bytes, protection: Protection, address: bytes) -> AesKey:
    return AesKey(key.cmac(constant + protection.counter_bytes + address[2:6] + b"\x07" * 7))


def authenticated(
    protection: Protection, address: bytes, message: bytes, *, part_size: int | None = None
) -> list[bytes]:
    """Put the authentication layer before a message, or before each of its fragments.

    Parameters
    ----------
    protection : Protection
        With a code size.
    address : bytes
        Of the meter, as it enters ciphers.
    message : bytes
        The transport layer from its CI field to its end.
    part_size : int, optional
        Most bytes of the message in one fragment. [byte]

    Returns
    -------
    list of bytes
        One from CI field 90 on for each frame.
    """
    size, key = protection.code_size, protection.key
    if size is None or not isinstance(key, AesKey):
        msg = "an authentication layer needs an AES key and the size of its code"
        raise InputError(msg)
    kind = next(kind for kind, of in MAC_SIZES.items() if of == size)
    first = bytes((_COUNTER_PRESENT | kind,)) + protection.counter_bytes
    parts = [message] if part_size is None else [message[i : i + part_size] for i in range(0, len(message), part_size)]
    length = b"" if len(parts) == 1 else len(message).to_bytes(2, "little")
    code = _derived(key, _AUTHENTICATION, protection, address).cmac(first + length + message)[:size]
    out = []
    for number, part in enumerate(parts, 1):
        flags = 0 if len(parts) == 1 else number
        begins, ends = number == 1, number == len(parts)
        flags |= (_MCL | _MCR if begins else 0) | (_MAC if ends else _MORE) | (_ML if begins and length else 0)
        fields = flags.to_bytes(2, "little") + (first if begins else b"") + (code if ends else b"")
        fields += length if begins else b""
        out.append(bytes((_AFL, len(fields))) + fields + part)
    return out
