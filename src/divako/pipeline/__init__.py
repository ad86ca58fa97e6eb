"""All of it in one call, from one project file; and lines of text to telegrams."""

from divako.pipeline._decoded import Decoded, decode_item, decode_items
from divako.pipeline._items import Item, read_items


__all__ = ["Decoded", "Item", "decode_item", "decode_items", "read_items"]
