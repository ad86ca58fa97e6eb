"""What only makers know: whom to ask, and what they are told.

Drivers stand above this room and know the bodies and records of single makers; here is
only what they are handed, and how they are asked.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from attrs import field, frozen

from divako.codec import AesKey
from divako.mbus._header import Address, Header
from divako.mbus._records import RecordList
from divako.model import Medium, Mvt, Status


@frozen
class Body:
    """An application layer that holds something only its maker knows.

    Parameters
    ----------
    ci : int
        CI field before it.
    data : bytes
        What follows the CI field and the transport header, deciphered as the header says.
    address : Address
        Whose telegram it is.
    header : Header or None
        The transport header; a maker's own CI field has none.
    status : Status
        What that header says of all records.
    received_at : datetime64[ms] or None
        When it came, in UTC.
    key : AesKey or None
        The meter's key; only where the CI field is the maker's own, for the rest is
        deciphered already.
    """

    ci: int
    data: bytes = field(repr=False)
    address: Address
    header: Header | None = None
    status: Status = Status.OK
    received_at: np.datetime64 | None = None
    key: AesKey | None = None


MAKERS_MODES = range(16, 32)
"""Security modes beyond those of the standard (EN 13757-7:2018, table 19)."""


class Opener(Protocol):
    """Whoever deciphers security modes that the standard leaves to makers."""

    @property
    def security(self) -> str:
        """Name of the mode."""
        ...

    def open(self, body: Body) -> bytes:
        """Decipher the records of a body.

        Raises
        ------
        DecryptionError
            The key or the body is wrong.
        """
        ...

    def printed(self, address: Address) -> Address:
        """Give an address as it is printed on the meter; some makers send it in an order of their own."""
        ...


class Maker(Protocol):
    """Whoever knows one kind of meter."""

    @property
    def medium(self) -> Medium:
        """What it measures; counts where the device type does not say."""
        ...

    @property
    def security(self) -> str:
        """How bodies of the maker's own CI fields are enciphered."""
        ...

    @property
    def reads_whole(self) -> bool:
        """Whether it reads whole bodies, in place of the records of the standard."""
        ...

    def read(self, body: Body) -> RecordList:
        """Read a whole body.

        Raises
        ------
        DecodeError
            The body is not as the maker says.
        """
        ...

    def refine(self, found: RecordList, body: Body) -> RecordList:
        """Put a name to the records and the block that the standard leaves to the maker."""
        ...

    def printed(self, address: Address) -> Address:
        """Give an address as it is printed on the meter; some makers send it in an order of their own."""
        ...


class Makers(Protocol):
    """Whoever knows which maker to ask."""

    def find(self, mvt: Mvt, ci: int, data: bytes) -> Maker | None:
        """Find who reads a body; None, and quickly, for most meters."""
        ...

    def opener(self, mvt: Mvt, ci: int, mode: int) -> Opener | None:
        """Find who deciphers one of `MAKERS_MODES`; None where nobody does, and for all other modes."""
        ...

    def public_key(self, mvt: Mvt, ci: int) -> AesKey | None:
        """Give the key that a meter has until its operator gives it another; None where there is no such key."""
        ...
