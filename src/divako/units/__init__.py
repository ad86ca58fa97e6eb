"""Canonical units, exact factors, quantities and shares, and the door for pint."""

from divako.units._boundary import TakesQuantities, accepts_quantities, magnitude, quantity
from divako.units._canonical import Dimension, canonical_unit
from divako.units._exact import ExactQuantity, convert
from divako.units._factors import exact_factor
from divako.units._numbers import Numbers, as_fraction, exact_or_float, unknown_among
from divako.units._shares import largest_remainder, whole_weights


__all__ = [
    "Dimension",
    "ExactQuantity",
    "Numbers",
    "TakesQuantities",
    "accepts_quantities",
    "as_fraction",
    "canonical_unit",
    "convert",
    "exact_factor",
    "exact_or_float",
    "largest_remainder",
    "magnitude",
    "quantity",
    "unknown_among",
    "whole_weights",
]
