"""Bits, numbers, dates, checksums and ciphers; nothing about meters."""

from divako.codec._aes import AesKey
from divako.codec._crc import crc16_en13757
from divako.codec._dates import is_summer_time, read_date, read_date_time, read_date_time_seconds, read_time
from divako.codec._des import DesKey
from divako.codec._numbers import read_bcd, read_signed


__all__ = [
    "AesKey",
    "DesKey",
    "crc16_en13757",
    "is_summer_time",
    "read_bcd",
    "read_date",
    "read_date_time",
    "read_date_time_seconds",
    "read_signed",
    "read_time",
]
