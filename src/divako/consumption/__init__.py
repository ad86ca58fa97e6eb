"""What passed during the intervals of a calendar: of meters, of places, and as a matrix."""

from divako.consumption._count_grid import CountGrid, count_grids
from divako.consumption._exact import ExactConsumption, exact_consumption
from divako.consumption._grid import Grid, grid
from divako.consumption._intervals import consumption_blocks, consumption_by_calendar, interval_consumption
from divako.consumption._of_steps import consumption_of_steps, exact_intervals
from divako.consumption._peaks import Peak, peak_power
from divako.consumption._places import net_inflow, of_places
from divako.consumption._prorate import prorate_days
from divako.consumption._state import ConsumptionState
from divako.consumption._update import replace_intervals, update_consumption
from divako.consumption._virtual import VirtualMeter, VirtualPart, virtual_consumption


__all__ = [
    "ConsumptionState",
    "CountGrid",
    "ExactConsumption",
    "Grid",
    "Peak",
    "VirtualMeter",
    "VirtualPart",
    "consumption_blocks",
    "consumption_by_calendar",
    "consumption_of_steps",
    "count_grids",
    "exact_consumption",
    "exact_intervals",
    "grid",
    "interval_consumption",
    "net_inflow",
    "of_places",
    "peak_power",
    "prorate_days",
    "replace_intervals",
    "update_consumption",
    "virtual_consumption",
]
