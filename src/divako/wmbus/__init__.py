"""Wireless M-Bus: frames in streams, frame formats, extended link layer and fragments."""

from divako.wmbus._assembler import Assembler, Caught
from divako.wmbus._extended_link import first_counter_block
from divako.wmbus._fragments import Fragments
from divako.wmbus._frame import Frame, read_frame
from divako.wmbus._layers import Layers, read_layers
from divako.wmbus._wireless import decode_wireless, sent_by_meter


__all__ = [
    "Assembler",
    "Caught",
    "Fragments",
    "Frame",
    "Layers",
    "decode_wireless",
    "first_counter_block",
    "read_frame",
    "read_layers",
    "sent_by_meter",
]
