"""eBZ electricity meters with wireless M-Bus.

The power of each phase has a VIFE of the maker's; their sum is the power of the meter.

References
----------
.. [1] wmbusmeters, driver ebzwmbe (meaning of the records).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from divako.drivers import Known, MbusDriver, Mvt, TelegramExample, number_record, wireless_frame
from divako.drivers._quantities import POWER, counted_in, named
from divako.model import Medium, Record


HUNDREDTHS = counted_in(POWER, "W", Fraction(1, 100))
PHASES = tuple(f"power_l{phase}" for phase in (1, 2, 3))


def power_of_meter(records: Sequence[Record]) -> Iterator[Record]:
    """Add the power of three phases; nothing where one has none."""
    phases = [record for record in records if record.quantity in PHASES and record.register is not None]
    counts = [record.count for record in phases if record.count is not None]
    if len(counts) == len(PHASES):
        yield number_record(HUNDREDTHS, sum(counts))


DRIVER = MbusDriver(
    name="ebz_wmbe",
    devices=[("eBZ", "wMB-E01")],
    medium=Medium.ELECTRICITY,
    accepts=Mvt("EBZ", version=0x01, device_type=0x02),
    records=[Known(f"a9ff{phase:02x}", named(HUNDREDTHS, name)) for phase, name in enumerate(PHASES, 1)],
    derive=power_of_meter,
    source="wmbusmeters, driver ebzwmbe (meaning of the records)",
    examples=[
        TelegramExample(
            wireless_frame(
                "EBZ",
                0x01,
                0x02,
                0x7A,
                "01000000 0403 00e1f505 04a9ff01 10270000 04a9ff02 204e0000 04a9ff03 30750000",
            ),
            {
                "energy_kwh": 100000.0,
                "power_l1_kw": 0.1,
                "power_l2_kw": 0.2,
                "power_l3_kw": 0.3,
                "power_kw": 0.6,
            },
        )
    ],
)
