"""Canonical units, exact factors, and the door for pint quantities."""

from divako.units._boundary import magnitude, quantity
from divako.units._canonical import Dimension, canonical_unit
from divako.units._factors import exact_factor


__all__ = ["Dimension", "canonical_unit", "exact_factor", "magnitude", "quantity"]
