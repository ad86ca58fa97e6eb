"""Canonical units, exact factors and quantities, and the door for pint."""

from divako.units._boundary import TakesQuantities, accepts_quantities, magnitude, quantity
from divako.units._canonical import Dimension, canonical_unit
from divako.units._exact import ExactQuantity, convert
from divako.units._factors import exact_factor


__all__ = [
    "Dimension",
    "ExactQuantity",
    "TakesQuantities",
    "accepts_quantities",
    "canonical_unit",
    "convert",
    "exact_factor",
    "magnitude",
    "quantity",
]
