"""The front door of decoding: any frame or uplink in, telegrams and readings out."""

from divako.mbus import Formats
from divako.telegrams._batch import decode_batch, decode_blocks, iterate_batches
from divako.telegrams._blocks import Block, Blocks
from divako.telegrams._contents import Contents
from divako.telegrams._decode import decode, decode_uplink, learn_formats, readings_of
from divako.telegrams._keys import KeyStore, parse_key
from divako.telegrams._readout import Readout
from divako.telegrams._received import Received
from divako.telegrams._replay import ReplayGuard
from divako.telegrams._tables import Batch, Refusals, Telegrams


__all__ = [
    "Batch",
    "Block",
    "Blocks",
    "Contents",
    "Formats",
    "KeyStore",
    "Readout",
    "Received",
    "Refusals",
    "ReplayGuard",
    "Telegrams",
    "decode",
    "decode_batch",
    "decode_blocks",
    "decode_uplink",
    "iterate_batches",
    "learn_formats",
    "parse_key",
    "readings_of",
]
