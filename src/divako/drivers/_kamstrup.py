"""What Kamstrup's meters say of their state: a word of information codes, its flags in common bits."""

from __future__ import annotations

from collections.abc import Mapping

from divako.drivers import Block, Flags, Known, Number
from divako.drivers._quantities import state
from divako.model import Status


INFO_CODE = state("info_code")


def info_code(vib: str, meaning: Mapping[int, Status], *sizes: int) -> Known:
    """Declare a word of information codes.

    Parameters
    ----------
    vib : str
        Its VIF and VIFE, in hexadecimal digits.
    meaning : mapping of int to Status
        What it means that any bit of a mask is set; masks beyond the word are passed over.
    sizes : int
        Widths in which it comes. [byte]
    """
    return Known(
        vib,
        block=[
            Block(
                [
                    Number(INFO_CODE, 0, size),
                    Flags(0, {mask: status for mask, status in meaning.items() if mask < 1 << 8 * size}, size),
                ],
                size=size,
            )
            for size in sizes
        ],
    )
