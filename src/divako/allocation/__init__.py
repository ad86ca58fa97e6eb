"""Costs of a building, shared among its sections to the last minor unit, and explained."""

from divako.allocation._allocate import allocate
from divako.allocation._cost import Cost, MainMeter, Part
from divako.allocation._money import amount_text, decimals_of, minor_price, minor_units
from divako.allocation._rounding import split
from divako.allocation._sentence import StatementLine
from divako.allocation._statement import Statements
from divako.allocation._tariff import Block, Tariff
from divako.allocation._vat import Vat, settle, vat, vat_included


__all__ = [
    "Block",
    "Cost",
    "MainMeter",
    "Part",
    "StatementLine",
    "Statements",
    "Tariff",
    "Vat",
    "allocate",
    "amount_text",
    "decimals_of",
    "minor_price",
    "minor_units",
    "settle",
    "split",
    "vat",
    "vat_included",
]
