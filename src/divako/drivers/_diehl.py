"""What the radio protocols of Diehl, Hydrometer and Sappel share.

Their bodies are enciphered with a shift register of 32 bits that starts from the meter's key, its
address and the header; most meters keep one of two keys that are public. Their addresses stand in
an order of their own.

References
----------
.. [1] lvogt, wireless-mbus-parser 1.0 (MIT), PRIOS application layer: register, seed, keys, order of addresses.
.. [2] wmbusmeters, issues 226 and 239: the same keys and register in "real data" telegrams, and their checksum.
"""

from __future__ import annotations

import functools

from collections.abc import Iterator

from divako.errors import DecryptionError
from divako.mbus import Address, Body, read_address


MAKERS = ("DME", "EWT", "HYD", "SAP", "SPL")
LAYER = "driver"
# The keys 39BC8A10E66D83F8 and 51728910E66D83F8: the register starts from the two halves of one, combined.
PUBLIC_KEYS = (0x39BC8A10 ^ 0xE66D83F8, 0x51728910 ^ 0xE66D83F8)
# The second of them, twice, is that of OMS telegrams in security mode 5.
PUBLIC_KEY = bytes.fromhex("51728910E66D83F8") * 2

_TAPS = (1, 2, 11, 31)
_WORD = 0xFFFFFFFF


def key_stream(seed: int) -> Iterator[int]:
    """Give the bytes of the shift register, without end.

    Parameters
    ----------
    seed : int
        What the register starts from. [32 bit]
    """
    low, second, third, high = (_next_bytes(place) for place in range(4))
    register = seed
    while True:
        following = low[register & 0xFF] ^ second[register >> 8 & 0xFF] ^ third[register >> 16 & 0xFF]
        following ^= high[register >> 24]
        register = (register << 8 | following) & _WORD
        yield following


@functools.cache
def _next_bytes(place: int) -> bytes:
    """Tabulate the byte that follows, by one byte of the register; what follows its sum is the sum of theirs."""
    return bytes(_shifted(byte << 8 * place) for byte in range(256))


def _shifted(register: int) -> int:
    """Give the byte that follows a register, bit by bit."""
    for _ in range(8):
        bit = 0
        for tap in _TAPS:
            bit ^= register >> tap
        register = (register << 1 | bit & 1) & _WORD
    return register & 0xFF


def encipher(data: bytes, key: int, sender: bytes, header: bytes) -> bytes:
    """Encipher or decipher a body; both are the same.

    Parameters
    ----------
    data : bytes
        The body, without what of it is in the clear.
    key : int
        One of `PUBLIC_KEYS`.
    sender : bytes
        Manufacturer, number, version and device type as sent: 8 bytes.
    header : bytes
        CI field and the three bytes behind it.
    """
    seed = key
    for part in (sender[:4], sender[4:8], header[:4]):
        seed ^= int.from_bytes(part, "big")
    return bytes(byte ^ stream for byte, stream in zip(data, key_stream(seed), strict=False))


def candidates(data: bytes, body: Body, header: bytes) -> Iterator[bytes]:
    """Give what a body is under each of the public keys."""
    return (encipher(data, key, body.address.raw, header) for key in PUBLIC_KEYS)


def unknown_key() -> DecryptionError:
    """Make the error of a body that none of the public keys opens."""
    return DecryptionError("none of the maker's public keys opens the body: it has another, or is damaged", layer=LAYER)


def printed_address(address: Address) -> Address:
    """Put an address into the order of the standard, as it is printed on the meter.

    Parameters
    ----------
    address : Address
        As sent: Sappel's numbers take the place of the version as well, and the others send version and
        device type before the number.
    """
    raw = address.raw
    if address.mvt.manufacturer == "SAP":
        return read_address(raw[:2], raw[2:6], 0, 0x07)
    return read_address(raw[:2], raw[4:8], raw[2], raw[3])
