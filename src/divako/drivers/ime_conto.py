"""IME electricity meters, wired: Conto and Nemo.

A VIFE of the maker's says what is counted; the VIF of the standard that follows it, the unit.
Tariffs 1 and 2 are tariffs, 5 (and 7) the total, 6 a partial counter.

References
----------
.. [1] wmbusmeters, driver ime (meaning of the records).
"""

from __future__ import annotations

from fractions import Fraction

from attrs import evolve

from divako.drivers import Known, MbusDriver, Mvt, TelegramExample, wired_frame
from divako.drivers._quantities import ENERGY, POWER, POWER_FACTOR, REACTIVE_ENERGY, counted_in, named, state
from divako.model import Medium, Register
from divako.units import Dimension


TEN = 10
RUN_TIME = counted_in(Register("operating_time", Dimension.DURATION), "min")
WATTS = counted_in(POWER, "W")
_SIGNS = {"3b": "positive", "3c": "negative"}

DRIVER = MbusDriver(
    name="ime_conto",
    devices=[("IME", "Conto D4 Pd"), ("IME", "Nemo D4-L")],
    medium=Medium.ELECTRICITY,
    accepts=Mvt("IME", version=0x66, device_type=0x02),
    records=[
        *(
            Known(f"ff8084{code}", counted_in(named(ENERGY, f"energy_{sign}"), "Wh", TEN))
            for code, sign in _SIGNS.items()
        ),
        *(
            Known(f"ff8184{code}", counted_in(named(REACTIVE_ENERGY, f"reactive_energy_{sign}"), "varh", TEN))
            for code, sign in _SIGNS.items()
        ),
        Known("ff8b28", evolve(POWER_FACTOR, factor=Fraction(1, 1000))),
        Known("ff8c2b", state("power_factor_sector"), unsigned=True),
        Known("ff8d2b", WATTS),
        Known("ff8e2b", named(WATTS, "power_demand_maximum")),
        Known("ff8f21", RUN_TIME, unsigned=True),
        Known("ff9029", state("input_pulses"), unsigned=True),
        Known("ff912b", state("input_pulse_unit"), unsigned=True),
    ],
    source="wmbusmeters, driver ime (meaning of the records)",
    examples=[
        TelegramExample(
            wired_frame("IME", 0x66, 0x02, "849010 ff80843b 39300000 8410 ff81843c 09000000 82b010 ff8b28 8403"),
            {
                "energy_positive_kwh t5": 123.45,
                "reactive_energy_negative_kvarh t1": 0.09,
                "power_factor t7": 0.9,
            },
        )
    ],
)
