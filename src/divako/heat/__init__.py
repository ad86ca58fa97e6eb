"""Heat: water in pipes, weather outside, and what a building needs of the one because of the other."""

from divako.heat._degree_days import DegreeDays, HeatingSeason, degree_days
from divako.heat._energy import (
    density_kg_m3,
    enthalpy_kj_kg,
    heat_by_coefficient_kwh,
    heat_coefficient_kwh_m3_k,
    heat_kwh,
    volume_at_reference_m3,
)
from divako.heat._normalise import weather_normalised_kwh
from divako.heat._signature import EnergySignature, energy_signature
from divako.heat._water import saturation_pressure_mpa


__all__ = [
    "DegreeDays",
    "EnergySignature",
    "HeatingSeason",
    "degree_days",
    "density_kg_m3",
    "energy_signature",
    "enthalpy_kj_kg",
    "heat_by_coefficient_kwh",
    "heat_coefficient_kwh_m3_k",
    "heat_kwh",
    "saturation_pressure_mpa",
    "volume_at_reference_m3",
    "weather_normalised_kwh",
]
