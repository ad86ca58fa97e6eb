"""What reads and writes files: lines, keys, tables, documents; all or nothing."""

from divako.stores._keys import read_keys, toml_place
from divako.stores._lines import Line, read_lines
from divako.stores._replacing import (
    make_folder,
    replacing,
    replacing_files,
    require_writable,
    write_bytes,
    write_json,
    write_text,
)
from divako.stores._tables import FORMATS, write_table


__all__ = [
    "FORMATS",
    "Line",
    "make_folder",
    "read_keys",
    "read_lines",
    "replacing",
    "replacing_files",
    "require_writable",
    "toml_place",
    "write_bytes",
    "write_json",
    "write_table",
    "write_text",
]
