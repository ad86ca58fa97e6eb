"""Registers that several drivers share; a driver scales them to its own counts."""

from __future__ import annotations

from fractions import Fraction

from attrs import evolve

from divako.model import Kind, Register
from divako.units import Dimension, exact_factor


VOLUME = Register("volume", Dimension.VOLUME)
VOLUME_FLOW = Register("volume_flow", Dimension.FLOW, kind=Kind.INSTANT)
ENERGY = Register("energy", Dimension.ENERGY)
REACTIVE_ENERGY = Register("reactive_energy", Dimension.REACTIVE_ENERGY)
APPARENT_ENERGY = Register("apparent_energy", Dimension.APPARENT_ENERGY)
POWER = Register("power", Dimension.POWER, kind=Kind.INSTANT)
REACTIVE_POWER = Register("reactive_power", Dimension.REACTIVE_POWER, kind=Kind.INSTANT)
APPARENT_POWER = Register("apparent_power", Dimension.APPARENT_POWER, kind=Kind.INSTANT)
VOLTAGE = Register("voltage", Dimension.VOLTAGE, kind=Kind.INSTANT)
CURRENT = Register("current", Dimension.CURRENT, kind=Kind.INSTANT)
HEAT_COST = Register("heat_cost_allocation", Dimension.HEAT_COST)
FLOW_TEMPERATURE = Register("flow_temperature", Dimension.TEMPERATURE, kind=Kind.INSTANT)
RETURN_TEMPERATURE = Register("return_temperature", Dimension.TEMPERATURE, kind=Kind.INSTANT)
ROOM_TEMPERATURE = Register("room_temperature", Dimension.TEMPERATURE, kind=Kind.INSTANT)
RADIATOR_TEMPERATURE = Register("radiator_temperature", Dimension.TEMPERATURE, kind=Kind.INSTANT)
EXTERNAL_TEMPERATURE = Register("external_temperature", Dimension.TEMPERATURE, kind=Kind.INSTANT)
BATTERY_VOLTAGE = Register("battery_voltage", Dimension.VOLTAGE, kind=Kind.INSTANT)
REMAINING_BATTERY_LIFE = Register("remaining_battery_life", Dimension.CALENDAR_DURATION, kind=Kind.INSTANT)
TRANSMISSION_PERIOD = Register("transmission_period", Dimension.DURATION, kind=Kind.INSTANT)
FREQUENCY = Register("frequency", Dimension.FREQUENCY, kind=Kind.INSTANT)
POWER_FACTOR = Register("power_factor", Dimension.COUNT, kind=Kind.INSTANT)


def named(register: Register, name: str) -> Register:
    """Give a register another name: ``named(VOLUME, "volume_reverse")``."""
    return evolve(register, name=name)


def counted_in(register: Register, unit: str, factor: Fraction | int = 1) -> Register:
    """Give a register the factor of counts of a unit: ``counted_in(ENERGY, "MJ")``."""
    return evolve(register, factor=exact_factor(unit)[1] * factor)


def state(name: str) -> Register:
    """Make a register of a plain number that is no counter."""
    return Register(name, Dimension.COUNT, kind=Kind.INSTANT)
