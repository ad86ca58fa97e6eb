"""What the payloads and telegrams of each meter model mean.

A driver is data: a `Driver` names the LoRaWAN payloads it reads, lays out their bytes and
carries examples; an `MbusDriver` does the same for what M-Bus telegrams leave to the maker of
the meter. Other distributions add drivers with entry points in the group ``divako.drivers``,
and for M-Bus in ``divako.drivers.`` and the manufacturer's letters.
"""

from divako.drivers._block import Block
from divako.drivers._cipher import Cipher
from divako.drivers._driver import Driver, Example, Form, Uplink, repeat_rows
from divako.drivers._frames import wired_frame, wireless_frame
from divako.drivers._history import History
from divako.drivers._known import Known
from divako.drivers._layout import Bits, Constant, Counter, Counters, Layout, Skip, Time
from divako.drivers._mbus import MbusDriver, TelegramExample, label
from divako.drivers._mvt import Mvt
from divako.drivers._parts import Date, Fixed, Flags, Number, Real, Sum, content_record, number_record
from divako.drivers._records import Records
from divako.drivers._registry import INSTALLED, AnyDriver, Installed, available, find, for_device, load


__all__ = [
    "INSTALLED",
    "AnyDriver",
    "Bits",
    "Block",
    "Cipher",
    "Constant",
    "Counter",
    "Counters",
    "Date",
    "Driver",
    "Example",
    "Fixed",
    "Flags",
    "Form",
    "History",
    "Installed",
    "Known",
    "Layout",
    "MbusDriver",
    "Mvt",
    "Number",
    "Real",
    "Records",
    "Skip",
    "Sum",
    "TelegramExample",
    "Time",
    "Uplink",
    "available",
    "content_record",
    "find",
    "for_device",
    "label",
    "load",
    "number_record",
    "repeat_rows",
    "wired_frame",
    "wireless_frame",
]
