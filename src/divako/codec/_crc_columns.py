"""The CRC of EN 13757 over many blocks at once.

Started at zero, the CRC is linear: that of a block is the exclusive or of what each
byte contributes from its distance to the end, and leading zeros contribute nothing. A
block with its CRC behind it therefore gives one and the same remainder if it is sound.

References
----------
.. [1] EN 13757-4:2019, 12.5.3: polynomial 3D65, start 0, most significant bit first, result inverted.
"""

from __future__ import annotations

import functools

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from divako.codec._crc import crc16_en13757


_INVERTED = 0xFFFF


@functools.cache
def _tables() -> npt.NDArray[np.uint16]:
    """Give what each byte contributes from 0 to 255 bytes before the end, shape (256, 256)."""
    out = np.empty((256, 256), dtype="uint16")
    out[0] = [crc16_en13757(bytes([byte])) ^ _INVERTED for byte in range(256)]
    for distance in range(1, 256):
        before = out[distance - 1]
        out[distance] = (before & 0xFF) << 8 ^ out[0][before >> 8]
    return out


def crc_shares(blocks: npt.NDArray[np.uint8], distance: Sequence[int]) -> npt.NDArray[np.uint16]:
    """Compute what bytes contribute to the CRCs of the blocks that they are of.

    Parameters
    ----------
    blocks : ndarray of uint8, shape (n, m)
        The same bytes of each block.
    distance : sequence of int, length m
        How many bytes of the block stand behind each of them, up to 255.

    Returns
    -------
    ndarray of uint16, shape (n,)
        The exclusive or of what they contribute; that of all bytes of a block is its CRC inverted.
    """
    tables = _tables()
    crc = np.zeros(len(blocks), dtype="uint16")
    for column, behind in zip(np.ascontiguousarray(blocks.T), distance, strict=True):
        crc ^= tables[behind].take(column)
    return crc


def crc_columns(blocks: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint16]:
    """Compute the CRCs of many blocks.

    Parameters
    ----------
    blocks : ndarray of uint8, shape (n, m)
        Each at the end of a row of up to 256 bytes; zeros before it.

    Returns
    -------
    ndarray of uint16, shape (n,)
    """
    return crc_shares(blocks, range(blocks.shape[1])[::-1]) ^ np.uint16(_INVERTED)


def crc_sound(blocks: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """Tell which blocks agree with the CRC behind them.

    Parameters
    ----------
    blocks : ndarray of uint8, shape (n, m)
        Each block and its CRC, high byte first, at the end of a row of up to 258 bytes; zeros before it.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    sent = blocks[:, -2].astype("uint16") << 8 | blocks[:, -1]
    return np.asarray(crc_columns(blocks[:, :-2]) == sent)
