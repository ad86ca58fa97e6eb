"""Numbers of few bits for words of many, so that equal words are found without sorting."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def slot_of(words: npt.NDArray[np.uint64], bits: int) -> npt.NDArray[np.int64]:
    """Give each word a slot; equal words have the same one, and others seldom share it.

    Parameters
    ----------
    words : ndarray of uint64
        Any words.
    bits : int
        There are ``2**bits`` slots.

    References
    ----------
    .. [1] D. E. Knuth, The Art of Computer Programming, vol. 3, 6.4: multiplicative hashing.
    """
    return (words * _GOLDEN >> np.uint64(64 - bits)).view(np.int64)
