"""The extended link layer of a wireless frame, plain or enciphered.

References
----------
.. [1] EN 13757-4:2019, clause 13: extended link layer, CI fields 8C to 8F.
"""

from __future__ import annotations

from attrs import frozen

from divako.codec import AesKey, crc16_en13757
from divako.errors import InputError
from divako.simulate._address import Address
from divako.wmbus import first_counter_block


_CIPHER_AES_CTR = 1 << 29
_CI = {(False, False): 0x8C, (False, True): 0x8D, (True, False): 0x8E, (True, True): 0x8F}


@frozen(kw_only=True)
class ExtendedLink:
    """An extended link layer: I to IV, by what it carries.

    Parameters
    ----------
    address : Address, optional
        Of the meter, where a radio adapter sends for it: layers III and IV.
    session : int, optional
        Time and frame number of a session, 29 bits: layers II and IV, whose payload has a CRC.
    key : AesKey, optional
        Encipher the payload and its CRC with AES in counter mode; needs a session.
    control : int, default 0x20
        Communication control field.
    access_number : int, default 0
        One byte.

    Raises
    ------
    InputError
        A key without a session, or a session of more than 29 bits.
    """

    address: Address | None = None
    session: int | None = None
    key: AesKey | None = None
    control: int = 0x20
    access_number: int = 0

    def __attrs_post_init__(self) -> None:
        if self.key is not None and self.session is None:
            msg = "a cipher of the extended link layer needs a session number"
            raise InputError(msg)
        if self.session is not None and not 0 <= self.session < _CIPHER_AES_CTR:
            msg = "a session number has 29 bits"
            raise InputError(msg)

    def wrap(self, sender: bytes, payload: bytes) -> bytes:
        """Put the layer before what follows it.

        Parameters
        ----------
        sender : bytes
            Address of the link layer, eight bytes.
        payload : bytes
            From the next CI field to the end.
        """
        address = b"" if self.address is None else self.address.link
        head = bytes((_CI[self.address is not None, self.session is not None], self.control, self.access_number))
        head += address
        if self.session is None:
            return head + payload
        session = (self.session | (0 if self.key is None else _CIPHER_AES_CTR)).to_bytes(4, "little")
        checked = crc16_en13757(payload).to_bytes(2, "little") + payload
        if self.key is not None:
            checked = self.key.crypt_ctr(checked, first_counter_block(address or sender, self.control, session))
        return head + session + checked
