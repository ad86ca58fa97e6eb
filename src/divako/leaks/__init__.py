"""Signs of loss in hourly consumption: rules as parameter objects over pure array kernels."""

from divako.leaks._customer import CustomerLeak, NightUse
from divako.leaks._night import NightFlow, minimum_night_flow
from divako.leaks._runs import Runs, continuous_flow_runs
from divako.leaks._zone import Rises, ZoneNightFlow, night_flow_rises


__all__ = [
    "CustomerLeak",
    "NightFlow",
    "NightUse",
    "Rises",
    "Runs",
    "ZoneNightFlow",
    "continuous_flow_runs",
    "minimum_night_flow",
    "night_flow_rises",
]
