"""Products of two int64, compared and divided without leaving whole numbers.

A product of two int64 has up to 126 bits. It is compared in two limbs of 64, and divided by an estimate in
floats that the remainder, reckoned modulo 2**64, corrects: the float says where to look, never what the answer is.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


Ints = npt.NDArray[np.int64]

LARGEST_DIVISOR = 1 << 50  # with it the remainder of an estimate never leaves int64
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)


def product_limbs(a: Ints, b: Ints) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64]]:
    """Multiply without loss.

    Parameters
    ----------
    a, b : ndarray of int64, shape (n,)
        From 0.

    Returns
    -------
    tuple of ndarray of uint64, shape (n,)
        The upper and the lower 64 bits of each product.
    """
    x, y = a.astype("uint64"), b.astype("uint64")
    x_low, x_high, y_low, y_high = x & _LOW, x >> _HALF, y & _LOW, y >> _HALF
    cross = x_high * y_low + ((x_low * y_low) >> _HALF)
    other = x_low * y_high + (cross & _LOW)
    return x_high * y_high + (cross >> _HALF) + (other >> _HALF), x * y


def product_exceeds(a: Ints, b: Ints, c: Ints, d: Ints) -> npt.NDArray[np.bool_]:
    """Tell where ``a * b > c * d``, exactly.

    Parameters
    ----------
    a, b, c, d : ndarray of int64, shape (n,)
        From 0.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    high, low = product_limbs(a, b)
    other_high, other_low = product_limbs(c, d)
    return np.asarray((high > other_high) | ((high == other_high) & (low > other_low)))


def multiply_divide(a: Ints, b: Ints, divisor: Ints) -> tuple[Ints, Ints]:
    """Divide products, rounding down.

    Parameters
    ----------
    a : ndarray of int64, shape (n,)
        Of either sign, less than 2**62 in size.
    b : ndarray of int64, shape (n,)
        From 0 to the divisor, so that no quotient leaves int64.
    divisor : ndarray of int64, shape (n,)
        From 1 to 2**50.

    Returns
    -------
    tuple of ndarray of int64, shape (n,)
        Quotient, rounded down, and remainder from 0 to below the divisor, of ``a * b / divisor``.

    Notes
    -----
    Four roundings put the estimate off by at most 2**-50 of a quotient below 2**62, which is 2**12; its
    remainder is then off by at most 2**12 divisors, and so fits int64 although the product does not.
    """
    estimate = np.floor(a.astype("float64") * b / divisor).astype("int64")
    # Arithmetic of int64 arrays is modulo 2**64, as is wanted here.
    rest = a * b - estimate * divisor
    more, remainder = np.divmod(rest, divisor)
    return estimate + more, remainder
