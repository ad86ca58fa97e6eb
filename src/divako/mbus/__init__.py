"""Wired M-Bus frames, and the application layer that wireless M-Bus and LoRaWAN share."""

from divako.mbus._application import read_application
from divako.mbus._assembler import Assembler
from divako.mbus._ci import name_of
from divako.mbus._compact import Formats, format_signature
from divako.mbus._data import lvar_size
from divako.mbus._frame import Frame, cut_trailing, looks_wired, read_frame, write_frame
from divako.mbus._header import Address, Header, manufacturer_of, medium_of, read_address, read_header, status_of
from divako.mbus._maker import MAKERS_MODES, Body, Maker, Makers, Opener
from divako.mbus._meaning import Meaning, meaning_as, meaning_of
from divako.mbus._protection import MAC_SIZES, Fragment
from divako.mbus._reader import Reader, reader_as
from divako.mbus._records import RecordList, read_records, split_records
from divako.mbus._request import BROADCAST, SECONDARY, TEST, Master, SecondaryAddress
from divako.mbus._security import KeyLookup
from divako.mbus._wired import decode_wired


__all__ = [
    "BROADCAST",
    "MAC_SIZES",
    "MAKERS_MODES",
    "SECONDARY",
    "TEST",
    "Address",
    "Assembler",
    "Body",
    "Formats",
    "Fragment",
    "Frame",
    "Header",
    "KeyLookup",
    "Maker",
    "Makers",
    "Master",
    "Meaning",
    "Opener",
    "Reader",
    "RecordList",
    "SecondaryAddress",
    "cut_trailing",
    "decode_wired",
    "format_signature",
    "looks_wired",
    "lvar_size",
    "manufacturer_of",
    "meaning_as",
    "meaning_of",
    "medium_of",
    "name_of",
    "read_address",
    "read_application",
    "read_frame",
    "read_header",
    "read_records",
    "reader_as",
    "split_records",
    "status_of",
    "write_frame",
]
