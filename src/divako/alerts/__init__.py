"""Alarms from readings: thresholds, frost, silence and exchanges, as findings."""

from divako.alerts._battery import battery_forecast
from divako.alerts._exchange import find_exchanges
from divako.alerts._frost import Frost
from divako.alerts._liveness import Liveness, learn_intervals, liveness
from divako.alerts._outage import GroupOutage, group_outage
from divako.alerts._silence import Silence
from divako.alerts._threshold import Threshold, ThresholdEvent, ThresholdState


__all__ = [
    "Frost",
    "GroupOutage",
    "Liveness",
    "Silence",
    "Threshold",
    "ThresholdEvent",
    "ThresholdState",
    "battery_forecast",
    "find_exchanges",
    "group_outage",
    "learn_intervals",
    "liveness",
]
