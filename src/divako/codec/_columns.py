"""Numbers of many telegrams at once: the readers of single numbers, over columns.

A field of up to eight bytes is handed over as the 64-bit word that ends with it, so that
its value stands at the top and one shift brings it down.

References
----------
.. [1] EN 13757-3:2018, annex A, data types A (BCD), B (signed integer) and C (unsigned integer).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


Words = npt.NDArray[np.uint64]
Numbers = tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]

_ONES = np.uint64(0xFFFFFFFFFFFFFFFF)
_LOW = np.uint64(0x0F0F0F0F0F0F0F0F)
_BYTES = np.uint64(0x00FF00FF00FF00FF)
_PAIRS = np.uint64(0x0000FFFF0000FFFF)
_SIX = np.uint64(0x6666666666666666)
_CARRY = np.uint64(0x1111111111111111)


def signed_columns(words: Words, size: npt.ArrayLike) -> Numbers:
    """Read two's complement integers.

    Parameters
    ----------
    words : ndarray of uint64
        The words that end with the fields.
    size : array_like of int
        Bytes of each field, 1 to 8, of a shape that broadcasts. [byte]

    Returns
    -------
    tuple of ndarray of int64 and ndarray of bool
        Numbers, and whether each is one: the most negative number means "invalid".
    """
    shift = 64 - 8 * np.asarray(size, dtype="int64")
    number = words.view(np.int64) >> shift
    return number, number != np.int64(-(1 << 63)) >> shift


def unsigned_columns(words: Words, size: npt.ArrayLike) -> Numbers:
    """Read unsigned integers, of which all ones mean "invalid".

    Parameters
    ----------
    words : ndarray of uint64
        The words that end with the fields.
    size : array_like of int
        Bytes of each field, 1 to 8, of a shape that broadcasts. [byte]

    Returns
    -------
    tuple of ndarray of int64 and ndarray of bool
        Numbers, and whether each is one; those of eight bytes from 2**63 on are 2**64 too small.
    """
    shift = np.uint64(64) - 8 * np.asarray(size, dtype="uint64")
    number = words >> shift
    return number.view(np.int64), number != _ONES >> shift


def bcd_columns(words: Words, size: npt.ArrayLike) -> Numbers:
    """Read packed decimals of up to seven bytes.

    Parameters
    ----------
    words : ndarray of uint64
        The words that end with the fields.
    size : array_like of int
        Bytes of each field, 1 to 7, of a shape that broadcasts. [byte]

    Returns
    -------
    tuple of ndarray of int64 and ndarray of bool
        Numbers, and whether each is one: an F in the highest digit is a minus sign, any
        other digit above 9 means "no value".
    """
    width = 8 * np.asarray(size, dtype="uint64")
    digits = words >> (np.uint64(64) - width)
    sign = np.uint64(0xF) << (width - np.uint64(4))
    negative = digits & sign == sign
    signed = bool(negative.any())  # few columns are
    if signed:
        digits = np.where(negative, digits ^ sign, digits)
    # A digit above 9 carries into the next one when 6 is added; what each position got shows.
    known = ((digits + _SIX) ^ digits ^ _SIX) & (_CARRY << np.uint64(4)) == 0
    # Digits to bytes, bytes to pairs, pairs to fours: the upper half of each place counts less than it stands for.
    number = digits - (digits >> np.uint64(4) & _LOW) * np.uint64(16 - 10)
    number -= (number >> np.uint64(8) & _BYTES) * np.uint64((1 << 8) - 100)
    number -= (number >> np.uint64(16) & _PAIRS) * np.uint64((1 << 16) - 10_000)
    if width.max(initial=0) > 32:
        number -= (number >> np.uint64(32)) * np.uint64((1 << 32) - 100_000_000)
    counted = number.view(np.int64)
    return np.where(negative, -counted, counted) if signed else counted, known


def real_columns(words: Words) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Read four-byte floats; one that is not finite is no number.

    Parameters
    ----------
    words : ndarray of uint64
        The words that end with the fields.

    Returns
    -------
    tuple of ndarray of float64 and ndarray of bool
        Numbers, and whether each is one.
    """
    bits = (words >> np.uint64(32)).astype("uint32")
    known = bits & np.uint32(0x7F800000) != np.uint32(0x7F800000)
    # What is no number would make a warning on its way to float64.
    return np.where(known, bits, np.uint32(0)).view(np.float32).astype("float64"), known
