"""What a master sends on a wired bus, as bytes; sending them is the caller's.

References
----------
.. [1] EN 13757-2:2018, 5.7: SND_NKE, SND_UD, REQ_UD1 and REQ_UD2; 5.7.3: the frame count bit.
.. [2] EN 13757-7:2018, 7.2 (selection by secondary address) and table 2 (application reset, baud rate).
"""

from __future__ import annotations

import re

from collections.abc import Iterator
from typing import Any

from attrs import Attribute, evolve, field, frozen

from divako.errors import InputError
from divako.mbus._frame import Frame, write_frame


SECONDARY, TEST, BROADCAST = 0xFD, 0xFE, 0xFF
_SND_NKE, _SND_UD, _REQ_UD1, _REQ_UD2 = 0x40, 0x53, 0x5A, 0x5B
_FRAME_COUNT = 0x20
_APPLICATION_RESET, _DATA, _SELECT = 0x50, 0x51, 0x52
_BAUD_RATES = {300: 0xB8, 600: 0xB9, 1200: 0xBA, 2400: 0xBB, 4800: 0xBC, 9600: 0xBD, 19200: 0xBE, 38400: 0xBF}
_NUMBER = re.compile(r"[0-9F]{8}")
_LETTERS = re.compile(r"[A-Z]{3}")
_FABRICATION = bytes.fromhex("0c78")


def _eight_digits(_instance: Any, _attribute: Attribute[Any], value: str | None) -> None:
    if value is not None and not _NUMBER.fullmatch(value):
        msg = "a number has eight digits; F stands for any"
        raise InputError(msg)


def _letters(_instance: Any, _attribute: Attribute[Any], value: str | None) -> None:
    if value is not None and not _LETTERS.fullmatch(value):
        msg = "a manufacturer has three capital letters"
        raise InputError(msg)


def _byte(_instance: Any, attribute: Attribute[Any], value: int | None) -> None:
    if value is not None and not 0 <= value <= 0xFF:
        msg = f"the {attribute.name} is a byte"
        raise InputError(msg)


@frozen(kw_only=True)
class SecondaryAddress:
    """Which meters a selection means.

    Parameters
    ----------
    meter_id : str, default "FFFFFFFF"
        Eight digits; F stands for any digit.
    manufacturer : str, optional
        Three capital letters; None for any.
    version, device_type : int, optional
        One byte each; None for any.
    fabrication_number : str, optional
        Eight digits, for meters that share a number; F stands for any digit.

    Raises
    ------
    InputError
        A part has another form.

    Examples
    --------
    >>> SecondaryAddress(meter_id="1234FFFF", manufacturer="DVK").to_bytes().hex()
    'ffff3412cb12ffff'
    """

    meter_id: str = field(default="FFFFFFFF", validator=_eight_digits)
    manufacturer: str | None = field(default=None, validator=_letters)
    version: int | None = field(default=None, validator=_byte)
    device_type: int | None = field(default=None, validator=_byte)
    fabrication_number: str | None = field(default=None, validator=_eight_digits)

    def to_bytes(self) -> bytes:
        """Give what follows the CI field of a selection."""
        out = bytes.fromhex(self.meter_id)[::-1]
        if self.manufacturer is None:
            out += b"\xff\xff"
        else:
            high, middle, low = (ord(letter) - 64 for letter in self.manufacturer)
            out += (high << 10 | middle << 5 | low).to_bytes(2, "little")
        out += bytes(0xFF if part is None else part for part in (self.version, self.device_type))
        if self.fabrication_number is not None:
            out += _FABRICATION + bytes.fromhex(self.fabrication_number)[::-1]
        return out

    def narrowed(self) -> Iterator[SecondaryAddress]:
        """Give the ten addresses with the first open digit of the number set, to search where many answer.

        Examples
        --------
        >>> [a.meter_id for a in SecondaryAddress(meter_id="12FFFFFF").narrowed()][:2]
        ['120FFFFF', '121FFFFF']
        """
        if "F" in self.meter_id:
            for digit in "0123456789":
                yield evolve(self, meter_id=self.meter_id.replace("F", digit, 1))


class Master:
    """Writes the requests of a master, and keeps the frame count bit of each meter.

    The bit tells a meter whether its last answer arrived: a request with the bit toggled asks for the next
    telegram, one with the same bit for the last one again. Each kind of request has a bit of its own.
    """

    __slots__ = ("_last",)

    def __init__(self) -> None:
        self._last: dict[tuple[int, int], bool] = {}

    def initialise(self, address: int) -> bytes:
        """Write SND_NKE: the meter starts anew, and a selected one is deselected.

        Parameters
        ----------
        address : int
            Primary address, 0 to 255.

        Returns
        -------
        bytes
            A short frame; the answer is an ACK, and none from a broadcast.

        Raises
        ------
        InputError
            The address is no byte.

        Examples
        --------
        >>> Master().initialise(5).hex()
        '1040054516'
        """
        self._forget(address)
        return write_frame(Frame("short", _SND_NKE, _address(address)))

    def request(self, address: int, *, urgent: bool = False, again: bool = False) -> bytes:
        """Write REQ_UD2, or REQ_UD1 for what is urgent: the meter answers with data.

        Parameters
        ----------
        address : int
            Primary address; 253 for the selected meter.
        urgent : bool, default False
            Ask for data of class 1, such as alarms.
        again : bool, default False
            The last answer did not arrive: ask for it once more.

        Raises
        ------
        InputError
            The address is no byte.

        Examples
        --------
        >>> master = Master()
        >>> [master.request(5).hex(), master.request(5).hex(), master.request(5, again=True).hex()]
        ['107b058016', '105b056016', '105b056016']
        """
        return self._write("short", _REQ_UD1 if urgent else _REQ_UD2, address, again=again)

    def send(self, address: int, data: bytes, *, ci: int = _DATA, again: bool = False) -> bytes:
        """Write SND_UD: data for a meter, such as records that set something.

        Parameters
        ----------
        address : int
            Primary address; 253 for the selected meter.
        data : bytes
            What follows the CI field.
        ci : int, default 0x51
            CI field.
        again : bool, default False
            The last one was not acknowledged: send it once more.

        Raises
        ------
        InputError
            The data does not go into a frame, or the address or CI field is no byte.
        """
        return self._write("long" if data else "control", _SND_UD, address, again=again, ci=ci, data=data)

    def select(self, wanted: SecondaryAddress) -> bytes:
        """Write the selection of a meter by its secondary address; it then answers at 253.

        Parameters
        ----------
        wanted : SecondaryAddress
            Which; where several fit, all acknowledge at once.

        Examples
        --------
        >>> Master().select(SecondaryAddress(meter_id="12345678")).hex()
        '680b0b6853fd5278563412ffffffffb216'
        """
        self._forget(SECONDARY)
        return write_frame(Frame("long", _SND_UD, SECONDARY, _SELECT, wanted.to_bytes()))

    def reset_application(self, address: int, *, select: int | None = None) -> bytes:
        """Write an application reset: the meter starts its readout from the first telegram.

        Parameters
        ----------
        address : int
            Primary address; 253 for the selected meter.
        select : int, optional
            Subcode that selects an application; makers say which there are.
        """
        return self.send(address, b"" if select is None else bytes((select,)), ci=_APPLICATION_RESET)

    def change_baud_rate(self, address: int, rate: int) -> bytes:
        """Write a change of the baud rate; the acknowledgement still comes at the old one.

        Raises
        ------
        InputError
            The standard has no such rate.

        Examples
        --------
        >>> Master().change_baud_rate(5, 9600).hex()
        '680303687305bd3516'
        """
        if rate not in _BAUD_RATES:
            msg = "a baud rate is one of " + ", ".join(map(str, _BAUD_RATES))
            raise InputError(msg)
        return self.send(address, b"", ci=_BAUD_RATES[rate])

    def _write(
        self, kind: str, control: int, address: int, *, again: bool, ci: int | None = None, data: bytes = b""
    ) -> bytes:
        """Write a frame with the frame count bit, which is 1 after a start and toggles with each frame written."""
        last = self._last.get((address, control))
        bit = last if again and last is not None else not last
        frame = write_frame(Frame(kind, control | _FRAME_COUNT if bit else control, _address(address), ci, data))
        self._last[address, control] = bit
        return frame

    def _forget(self, address: int) -> None:
        for key in [key for key in self._last if address in {key[0], BROADCAST}]:
            del self._last[key]


def _address(address: int) -> int:
    if not 0 <= address <= 0xFF:
        msg = "a primary address is a byte"
        raise InputError(msg)
    return address
