"""One factor for the counts of each line, whatever factors its telegrams used."""

from __future__ import annotations

import math

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from attrs import evolve

from divako.errors import SeriesError
from divako.model import Register


_LARGEST = (1 << 63) - 1


def common_factor(factors: Sequence[Fraction]) -> Fraction:
    """Give the largest factor of which all others are whole multiples.

    Examples
    --------
    >>> common_factor([Fraction(1, 100), Fraction(1, 1000)])
    Fraction(1, 1000)
    """
    up, down = 0, 1
    for factor in factors:
        down_new = math.lcm(down, factor.denominator)
        up = math.gcd(up * (down_new // down), factor.numerator * (down_new // factor.denominator))
        down = down_new
    return Fraction(up, down)


def multiplied(count: npt.NDArray[np.int64], times: int) -> npt.NDArray[np.int64]:
    """Multiply counts by a whole number, refusing what leaves int64.

    Raises
    ------
    SeriesError
        A product does not fit.
    """
    limit = _LARGEST // max(abs(times), 1)
    if count.size and (int(count.max()) > limit or int(count.min()) < -limit):
        msg = "a count is too large for the common factor of its line"
        raise SeriesError(msg)
    return count * np.int64(times)


def on_common_factors(
    line: npt.NDArray[np.int64],
    code: npt.NDArray[np.int32],
    count: npt.NDArray[np.int64],
    many: int,
    registers: Sequence[Register],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32], tuple[Register, ...]]:
    """Bring the counts of each line to the largest factor that all its own are multiples of.

    Parameters
    ----------
    line : ndarray of int64, shape (n,)
        Line of each reading.
    code : ndarray of int32, shape (n,)
        Its register, a row number into `registers`.
    count : ndarray of int64, shape (n,)
        In the factor of that register.
    many : int
        How many lines there are.
    registers : sequence of Register
        Those of the readings.

    Returns
    -------
    tuple of ndarray of int64, shape (n,), ndarray of int32, shape (many,), and tuple of Register
        The counts, the register of each line, and the registers.

    Raises
    ------
    SeriesError
        The registers of a line have two dimensions, or a count leaves int64; with the row, counted among the readings
        given.
    """
    known = {register: i for i, register in enumerate(registers)}
    used = np.zeros((many, len(registers)), dtype="bool")
    used[line, code] = True
    sets, set_of_line = np.unique(used, axis=0, return_inverse=True)
    set_of_line = set_of_line.reshape(-1)
    register_of_set = np.zeros(len(sets), dtype="int32")
    times = np.ones((len(sets), len(registers)), dtype="int64")
    for i, one in enumerate(sets):
        codes = np.flatnonzero(one).tolist()
        members = [registers[c] for c in codes]
        if len({member.dimension for member in members}) > 1:
            msg = "one register counts in units of two dimensions"
            raise SeriesError(msg, row=int(np.flatnonzero(set_of_line[line] == i)[0]))
        common = evolve(members[0], factor=common_factor([member.factor for member in members]))
        register_of_set[i] = known.setdefault(common, len(known))
        for c, member in zip(codes, members, strict=True):
            times[i, c] = min(int(member.factor / common.factor), _LARGEST)
    factor = times[set_of_line[line], code]
    beyond = np.abs(count // 2) > _LARGEST // factor // 2  # halves, for the size of -2**63 is none
    if beyond.any():
        msg = "a count is too large for the common factor of its line"
        raise SeriesError(msg, row=int(np.flatnonzero(beyond)[0]))
    return count * factor, register_of_set[set_of_line], tuple(known)
