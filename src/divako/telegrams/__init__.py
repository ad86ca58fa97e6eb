"""The front door of decoding: any frame or uplink in, telegrams and readings out."""

from divako.mbus import Formats
from divako.telegrams._batch import Batch, Refusals, decode_batch
from divako.telegrams._decode import decode, decode_uplink, learn_formats, readings_of
from divako.telegrams._keys import KeyStore, parse_key
from divako.telegrams._readout import Readout
from divako.telegrams._replay import ReplayGuard


__all__ = [
    "Batch",
    "Formats",
    "KeyStore",
    "Readout",
    "Refusals",
    "ReplayGuard",
    "decode",
    "decode_batch",
    "decode_uplink",
    "learn_formats",
    "parse_key",
    "readings_of",
]
