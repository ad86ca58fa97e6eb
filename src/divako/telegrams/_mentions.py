"""Name registers in the order in which readings mention them first."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from divako.model import Register


Integers = npt.NDArray[np.int64]

_FEW = 4  # registers, each of which is looked for by itself
_NEVER = np.iinfo("int64").max


class Mentions:
    """Where the registers of one list are mentioned first.

    Parameters
    ----------
    registers : sequence of Register
        The list.
    """

    __slots__ = ("first", "registers")

    def __init__(self, registers: Sequence[Register]) -> None:
        self.registers = registers
        self.first: Integers = np.full(len(registers) + 1, _NEVER, dtype="int64")  # one more for code -1

    def add(self, code: npt.NDArray[np.int32], at: Integers | None = None) -> None:
        """Take note of rows.

        Parameters
        ----------
        code : ndarray of int32, shape (n,)
            Their registers; -1 for none.
        at : ndarray of int64, shape (n,), optional
            Which rows they are, rising; all there are, where it is not given.
        """
        if not len(code):
            return
        if len(self.registers) <= _FEW:
            if code.strides == (0,):
                code = code[:1]  # one register throughout
            for local in range(len(self.registers)):
                here = code == local
                first = int(here.argmax())
                if here[first]:
                    self.first[local] = min(self.first[local], first if at is None else at[first])
            return
        seen = np.full_like(self.first, _NEVER)
        seen[code[::-1]] = (np.arange(len(code)) if at is None else at)[
            ::-1
        ]  # what is written last stays: the first mention
        np.minimum(self.first, seen, out=self.first)


def register_codes(found: Sequence[Mentions], known: dict[Register, int]) -> list[npt.NDArray[np.int32]]:
    """Give registers their codes.

    Parameters
    ----------
    found : sequence of Mentions
        Lists of registers.
    known : dict of Register to int
        Codes from earlier parts, to be added to.

    Returns
    -------
    list of ndarray of int32
        For each list the codes of its registers, and -1 behind them for code -1.
    """
    out = [np.full(len(mentions.first), -1, dtype="int32") for mentions in found]
    order = sorted(
        (at, which, local)
        for which, mentions in enumerate(found)
        for local, at in enumerate(mentions.first[:-1].tolist())
        if at != _NEVER
    )
    for _, which, local in order:
        out[which][local] = known.setdefault(found[which].registers[local], len(known))
    return out
