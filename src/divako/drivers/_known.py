"""Records whose quantity only their maker knows: by value information, named."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import field, frozen

from divako.drivers._block import Block
from divako.errors import DriverError
from divako.model import Function, Register


EXTENSION = 0x80


def vib_of(header: bytes) -> bytes:
    """Give the value information of a record header: VIF and VIFEs, as sent."""
    at = 0
    while header[at] & EXTENSION:
        at += 1
    return header[at + 1 :]


def _blocks(blocks: Block | Iterable[Block]) -> tuple[Block, ...]:
    return (blocks,) if isinstance(blocks, Block) else tuple(blocks)


def _vib(vib: str | bytes) -> bytes:
    return bytes.fromhex(vib) if isinstance(vib, str) else vib


@frozen
class Known:
    """What a maker means by one value information block (VIF and VIFEs).

    Parameters
    ----------
    vib : bytes or str
        VIF and VIFEs as sent, in hexadecimal digits.
    register : Register, optional
        What a number is, and what one count is worth.
    quantity : str, optional
        What a date or text is, where it is no number.
    block : Block or sequence of Block, optional
        What its bytes are, where they are many values; the first block that fits is read.
    unsigned, date : bool, default False
        Whether numbers are never negative; whether it is a date.
    missing : bool, default False
        Whether the maker says with it that there is no value.
    storage, tariff, subunit, function : optional
        Only for records with these indices; for all, where they are not given.
    as_storage, as_tariff, as_subunit : optional
        The index that the record really has, where its maker codes it in the VIFE.

    Raises
    ------
    DriverError
        It is none, or more than one, of register, quantity and block.
    """

    vib: bytes = field(converter=_vib)
    register: Register | None = None
    quantity: str | None = field(default=None, kw_only=True)
    block: tuple[Block, ...] = field(default=(), converter=_blocks, kw_only=True)
    unsigned: bool = field(default=False, kw_only=True)
    date: bool = field(default=False, kw_only=True)
    missing: bool = field(default=False, kw_only=True)
    storage: int | None = field(default=None, kw_only=True)
    tariff: int | None = field(default=None, kw_only=True)
    subunit: int | None = field(default=None, kw_only=True)
    function: Function | None = field(default=None, kw_only=True)
    as_storage: int | None = field(default=None, kw_only=True)
    as_tariff: int | None = field(default=None, kw_only=True)
    as_subunit: int | None = field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if [self.register, self.quantity, self.block or None].count(None) != 2:
            msg = "a known record is a register, a quantity or a block, also where it is missing"
            raise DriverError(msg)
