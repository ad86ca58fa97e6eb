"""Bits, numbers, dates, checksums and ciphers; nothing about meters."""

from divako.codec._aes import AesKey
from divako.codec._columns import bcd_columns, real_columns, signed_columns, unsigned_columns
from divako.codec._crc import crc16_en13757
from divako.codec._crc_columns import crc_columns, crc_shares, crc_sound
from divako.codec._dates import is_summer_time, read_date, read_date_time, read_date_time_seconds, read_time
from divako.codec._des import DesKey
from divako.codec._numbers import read_bcd, read_signed


__all__ = [
    "AesKey",
    "DesKey",
    "bcd_columns",
    "crc16_en13757",
    "crc_columns",
    "crc_shares",
    "crc_sound",
    "is_summer_time",
    "read_bcd",
    "read_date",
    "read_date_time",
    "read_date_time_seconds",
    "read_signed",
    "read_time",
    "real_columns",
    "signed_columns",
    "unsigned_columns",
]
