"""The front door of decoding: any frame or uplink in, telegrams and readings out."""

from divako.telegrams._batch import Batch, Refusals, decode_batch
from divako.telegrams._decode import decode, decode_uplink, readings_of
from divako.telegrams._keys import KeyStore, parse_key


__all__ = ["Batch", "KeyStore", "Refusals", "decode", "decode_batch", "decode_uplink", "parse_key", "readings_of"]
