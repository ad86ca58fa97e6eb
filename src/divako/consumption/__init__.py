"""What passed during the intervals of a calendar: of meters, of places, and as a matrix."""

from divako.consumption._grid import Grid, grid
from divako.consumption._intervals import consumption_of_steps, exact_intervals, interval_consumption
from divako.consumption._peaks import Peak, exact_peak_power, peak_power
from divako.consumption._places import net_inflow, of_places
from divako.consumption._prorate import prorate_days
from divako.consumption._register_at import RegisterAt, register_at


__all__ = [
    "Grid",
    "Peak",
    "RegisterAt",
    "consumption_of_steps",
    "exact_intervals",
    "exact_peak_power",
    "grid",
    "interval_consumption",
    "net_inflow",
    "of_places",
    "peak_power",
    "prorate_days",
    "register_at",
]
