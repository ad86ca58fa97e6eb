"""Where steps come from, and events that are noted beside the readings."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from attrs import evolve

from divako.errors import SeriesError
from divako.model import Medium, Meter, Readings, Register, Step
from divako.series import Exchange, Reset, steps_of
from divako.units import Dimension


LITRES = Register("volume", Dimension.VOLUME, Fraction(1, 1000))
ENERGY = Register("energy", Dimension.ENERGY, Fraction(1))


def hour(n: float) -> np.datetime64:
    return np.datetime64("2026-01-10", "ms") + np.timedelta64(int(n * 3_600_000), "ms")


def reading(hours: list[float], counts: list[int], meter_id: str = "m", register: Register = LITRES) -> Readings:
    return Readings.of_counts(meter_id, register, [hour(h) for h in hours], counts)


def exchange(at: float, old: str, new: str, **more: object) -> Exchange:
    return Exchange(
        meter_id="m",
        time=hour(at),
        old_final=Fraction(old),
        new_start=Fraction(new),
        **more,  # type: ignore[arg-type] # named by the test
    )


def test_each_step_names_the_readings_it_lies_between() -> None:
    readings = reading([2, 0, 1, 1, 3], [7, 1, 4, 4, 9])
    steps, dropped = steps_of(readings)
    assert list(zip(steps.start_row.tolist(), steps.end_row.tolist(), strict=True)) == [(1, 2), (2, 0), (0, 4)]
    assert (dropped.row.tolist(), dropped.stands.tolist()) == ([3], [2])


def test_steps_in_order_name_their_rows_as_well() -> None:
    both = Readings.concatenate([reading([0, 1], [1, 4]), reading([0, 1], [7, 9], "n")])
    steps, _ = steps_of(both)
    assert list(zip(steps.start_row.tolist(), steps.end_row.tolist(), strict=True)) == [(0, 1), (2, 3)]


def test_a_fitters_note_stands_where_no_reading_does() -> None:
    steps, _ = steps_of(reading([0, 2], [1_000, 300]), exchanges=[exchange(1, "1.2", "0.05")])
    assert list(zip(steps.start_row.tolist(), steps.end_row.tolist(), strict=True)) == [(0, -1), (-1, 1)]


@pytest.mark.parametrize("shown", [1_200, 50])
def test_a_reading_at_the_exchange_may_repeat_either_note(shown: int) -> None:
    readings = reading([0, 1, 2], [1_000, shown, 300])
    steps, dropped = steps_of(readings, exchanges=[exchange(1, "1.2", "0.05")])
    assert steps.count.tolist() == [200, 250]
    assert steps.flags.tolist() == [int(Step.EXCHANGE), 0]
    assert (steps.end_row.tolist(), len(dropped)) == ([1, 2], 0)


def test_a_reading_at_the_exchange_must_not_show_anything_else() -> None:
    readings = Readings.concatenate([reading([0], [1], "a"), reading([0, 1, 2], [1_000, 777, 300])])
    with pytest.raises(SeriesError, match="contradicts") as caught:
        steps_of(readings, exchanges=[exchange(1, "1.2", "0.05")])
    assert (caught.value.row, caught.value.meter_index) == (2, 1)


def test_exchanges_before_and_after_all_readings_make_steps_of_what_was_noted() -> None:
    noted = [exchange(3, "3", "0"), exchange(-1, "9", "0.5")]
    steps, _ = steps_of(reading([0, 2], [1_000, 2_000]), exchanges=noted)
    assert steps.count.tolist() == [500, 1_000, 1_000]
    assert steps.flags.tolist() == [0, 0, int(Step.EXCHANGE)]


def test_two_exchanges_at_one_instant_are_refused() -> None:
    with pytest.raises(SeriesError, match="two exchanges") as caught:
        steps_of(reading([0, 2], [1, 2]), exchanges=[exchange(1, "1", "0"), exchange(1, "1", "0")])
    assert caught.value.meter_index == 0


def test_an_exchange_of_a_meter_with_several_registers_names_the_one() -> None:
    readings = Readings.concatenate([reading([0, 2], [1_000, 300]), reading([0, 2], [5, 6], register=ENERGY)])
    with pytest.raises(SeriesError, match="name of a register"):
        steps_of(readings, exchanges=[exchange(1, "1.2", "0.05")])
    steps, _ = steps_of(readings, exchanges=[exchange(1, "1.2", "0.05", register="volume")])
    assert sorted(steps.count.tolist()) == [1, 200, 250]
    tariff = evolve(reading([0, 2], [1_000, 300]), tariff=np.full(2, 2, dtype="int32"))
    noted = exchange(1, "1.2", "0.05", register="volume_tariff_2")
    assert steps_of(Readings.concatenate([readings, tariff]), exchanges=[noted])[0].count.tolist().count(250) == 1


def test_events_of_other_meters_and_resets_outside_change_nothing() -> None:
    readings = reading([0, 1], [1, 2])
    resets = [Reset(meter_id="m", time=hour(0)), Reset(meter_id="m", time=hour(5)), Reset(meter_id="x", time=hour(1))]
    steps, _ = steps_of(readings, exchanges=[evolve(exchange(0.5, "7", "0"), meter_id="x")], resets=resets)
    assert (steps.count.tolist(), steps.flags.tolist()) == ([1], [0])


def test_an_event_without_a_time_is_refused() -> None:
    with pytest.raises(SeriesError, match="needs a time"):
        steps_of(reading([0, 1], [1, 2]), resets=[Reset(meter_id="m", time=np.datetime64("NaT"))])


def test_the_width_of_the_new_works_holds_from_the_exchange_on() -> None:
    meter = Meter(id="m", medium=Medium.WATER, int_digits=5, max_rate_per_h=Fraction(1))
    noted = [exchange(1, "99999.5", "9999.9", new_int_digits=4), exchange(3, "0.3", "9999.8")]
    steps, _ = steps_of(reading([0, 2, 4], [99_999_000, 100, 100]), meters=[meter], exchanges=noted)
    assert steps.count.tolist() == [500, 200, 200, 300]
    roll = int(Step.ROLLOVER)
    assert steps.flags.tolist() == [int(Step.EXCHANGE), roll, int(Step.EXCHANGE), roll]


def test_an_unsigned_counter_of_pulses_turns_once_a_step() -> None:
    meter = Meter(id="m", medium=Medium.WATER, counter_bits=16)
    steps, _ = steps_of(reading([0, 1, 2, 3], [65_500, 65_530, 4, 4]), meters=[meter])
    assert (steps.count.tolist(), steps.flags.tolist()) == ([30, 10, 0], [0, int(Step.ROLLOVER), 0])
    slow = evolve(meter, max_rate_per_h=Fraction(1, 1000))
    assert steps_of(reading([0, 1], [65_530, 4]), meters=[slow])[0].count_known.tolist() == [False]


def test_digits_may_be_of_another_unit_than_the_counts() -> None:
    joules = Register("energy", Dimension.ENERGY, Fraction(2500, 9) / 1000)  # thousandths of a gigajoule
    meter = Meter(id="m", medium=Medium.HEAT, int_digits=3, digits_unit="GJ", max_rate_per_h=Fraction(1000))
    steps, _ = steps_of(reading([0, 1], [999_900, 50], register=joules), meters=[meter])
    assert (steps.count.tolist(), steps.flags.tolist()) == ([150], [int(Step.ROLLOVER)])
    # Digits of energy say nothing of the volume that the same meter counts.
    assert steps_of(reading([0, 1], [999_900, 50]), meters=[meter])[0].count_known.tolist() == [False]
    with pytest.raises(SeriesError, match="unit that nobody knows"):
        steps_of(reading([0, 1], [2, 1]), meters=[evolve(meter, digits_unit="furlong")])


def test_one_name_with_two_dimensions_is_refused_with_row_and_meter() -> None:
    odd = evolve(ENERGY, name="volume")
    readings = Readings.concatenate([reading([0, 1], [1, 2], "a"), reading([0], [1]), reading([1], [2], "m", odd)])
    with pytest.raises(SeriesError, match="two dimensions") as caught:
        steps_of(readings)
    assert (caught.value.row, caught.value.meter_index) == (2, 1)


def test_counts_that_leave_int64_are_refused_with_row_and_meter() -> None:
    coarse = evolve(LITRES, factor=Fraction(1))
    readings = Readings.concatenate([reading([0], [1]), reading([1], [1 << 60], "m", coarse)])
    with pytest.raises(SeriesError, match="too large") as caught:
        steps_of(readings)
    assert (caught.value.row, caught.value.meter_index) == (1, 0)
    apart = Readings.concatenate([reading([0], [7], "a"), reading([0, 1], [-(1 << 62) - 2, 1 << 62])])
    with pytest.raises(SeriesError, match="too far apart") as caught:
        steps_of(apart)
    assert (caught.value.row, caught.value.meter_index) == (2, 1)
    with pytest.raises(SeriesError, match="leaves int64"):
        steps_of(reading([0, 1], [1, 2]), exchanges=[exchange(0.5, str(1 << 62), "0")])
    with pytest.raises(SeriesError, match="after a reset"):
        steps_of(reading([0, 1], [1, 1 << 62]), resets=[Reset(meter_id="m", time=hour(1), start=Fraction(-9))])
    wide = Meter(id="m", medium=Medium.WATER, int_digits=30, max_rate_per_h=Fraction(1))
    with pytest.raises(SeriesError, match="int64"):
        steps_of(reading([0, 1], [1, 2]), meters=[wide])
    fast = Meter(id="m", medium=Medium.WATER, max_rate_per_h=Fraction(1, 3**50))
    with pytest.raises(SeriesError, match="leaves int64"):
        steps_of(reading([0, 1], [1, 2]), meters=[fast])


def test_tariffs_of_any_number_are_told_apart() -> None:
    tables = [
        evolve(reading([0, 1], [0, n]), tariff=np.full(2, t, dtype="int32"), subunit=np.full(2, t, dtype="int32"))
        for n, t in ((1, 2**31 - 1), (2, 7), (3, 2**30))
    ]
    steps, _ = steps_of(Readings.concatenate(tables))
    assert dict(zip(steps.tariff.tolist(), steps.count.tolist(), strict=True)) == {7: 2, 2**30: 3, 2**31 - 1: 1}
