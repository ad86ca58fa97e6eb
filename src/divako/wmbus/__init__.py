"""Wireless M-Bus: frame formats and extended link layer."""

from divako.wmbus._frame import Frame, read_frame
from divako.wmbus._layers import Layers, read_layers
from divako.wmbus._wireless import decode_wireless


__all__ = ["Frame", "Layers", "decode_wireless", "read_frame", "read_layers"]
