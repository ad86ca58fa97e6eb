"""Plain documents of what divako reads, makes and is told: dicts, lists, texts and numbers."""

from divako.convert._converter import SCHEMA_VERSION, fraction_text, from_document, to_document
from divako.convert._schema import telegram_schema
from divako.convert._telegram import Outcome, telegram_document
from divako.convert._time import rfc3339


__all__ = [
    "SCHEMA_VERSION",
    "Outcome",
    "fraction_text",
    "from_document",
    "rfc3339",
    "telegram_document",
    "telegram_schema",
    "to_document",
]
