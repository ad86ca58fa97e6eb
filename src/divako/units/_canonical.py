"""The dimensions divako knows, and the one unit in which it keeps each of them."""

from __future__ import annotations

import enum


class Dimension(enum.Enum):
    """Physical dimension of a register; its value is the canonical unit's name in documents."""

    VOLUME = "volume"
    FLOW = "flow"
    MASS = "mass"
    MASS_FLOW = "mass_flow"
    ENERGY = "energy"
    POWER = "power"
    REACTIVE_ENERGY = "reactive_energy"
    REACTIVE_POWER = "reactive_power"
    APPARENT_ENERGY = "apparent_energy"
    APPARENT_POWER = "apparent_power"
    TEMPERATURE = "temperature"
    TEMPERATURE_DIFFERENCE = "temperature_difference"
    PRESSURE = "pressure"
    DURATION = "duration"
    CALENDAR_DURATION = "calendar_duration"
    VOLTAGE = "voltage"
    CURRENT = "current"
    FREQUENCY = "frequency"
    ANGLE = "angle"
    SIGNAL_LEVEL = "signal_level"
    RELATIVE_HUMIDITY = "relative_humidity"
    VOLUME_TEMPERATURE = "volume_temperature"
    HEAT_COST = "heat_cost"
    COUNT = "count"


_UNITS = {
    Dimension.VOLUME: "m3",
    Dimension.FLOW: "m3/h",
    Dimension.MASS: "kg",
    Dimension.MASS_FLOW: "kg/h",
    Dimension.ENERGY: "kWh",
    Dimension.POWER: "kW",
    Dimension.REACTIVE_ENERGY: "kvarh",
    Dimension.REACTIVE_POWER: "kvar",
    Dimension.APPARENT_ENERGY: "kVAh",
    Dimension.APPARENT_POWER: "kVA",
    Dimension.TEMPERATURE: "degC",
    Dimension.TEMPERATURE_DIFFERENCE: "K",
    Dimension.PRESSURE: "bar",
    Dimension.DURATION: "s",
    Dimension.CALENDAR_DURATION: "month",
    Dimension.VOLTAGE: "V",
    Dimension.CURRENT: "A",
    Dimension.FREQUENCY: "Hz",
    Dimension.ANGLE: "deg",
    Dimension.SIGNAL_LEVEL: "dBm",
    Dimension.RELATIVE_HUMIDITY: "%",
    Dimension.VOLUME_TEMPERATURE: "m3*degC",
    Dimension.HEAT_COST: "1",
    Dimension.COUNT: "1",
}


def canonical_unit(dimension: Dimension) -> str:
    """Name the unit in which divako keeps a dimension.

    Examples
    --------
    >>> canonical_unit(Dimension.FLOW)
    'm3/h'
    """
    return _UNITS[dimension]
