"""What the payloads of each meter model mean.

A driver is data: a `Driver` names the payloads it reads, lays out their bytes and carries
examples. Other distributions add drivers with an entry point in the group
``divako.drivers``.
"""

from divako.drivers._driver import Driver, Example, Form, Uplink
from divako.drivers._layout import Bits, Constant, Counter, Counters, Layout, Skip, Time
from divako.drivers._records import Records
from divako.drivers._registry import available, find, for_device, load


__all__ = [
    "Bits",
    "Constant",
    "Counter",
    "Counters",
    "Driver",
    "Example",
    "Form",
    "Layout",
    "Records",
    "Skip",
    "Time",
    "Uplink",
    "available",
    "find",
    "for_device",
    "load",
]
