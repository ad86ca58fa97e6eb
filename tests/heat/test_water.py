"""Water by IAPWS-IF97: the values it was published with, and what is true of all water."""

from __future__ import annotations

from typing import Any

import numpy as np
import pint
import pytest

from hypothesis import given, settings
from hypothesis import strategies as st

from divako.errors import SeriesError
from divako.heat import (
    density_kg_m3,
    enthalpy_kj_kg,
    heat_by_coefficient_kwh,
    heat_coefficient_kwh_m3_k,
    heat_kwh,
    saturation_pressure_mpa,
    volume_at_reference_m3,
)
from divako.heat._water import _BLOCK, capacity
from divako.units import magnitude


temperatures = st.floats(0, 150)
warm = st.floats(6, 150)  # water is densest at 4 °C
pressures = st.floats(0.5, 100)
volumes = st.just(0.0) | st.floats(1e-6, 1e6)


def heat_of_one(*temperatures: Any, **more: Any) -> Any:
    return heat_kwh(1.0, *temperatures, **more)


laws = settings(max_examples=60, deadline=None)

# IAPWS R7-97(2012), table 5: temperature [K], pressure [MPa], volume [m³/kg], enthalpy [kJ/kg], heat capacity [kJ/(kg K)].
TABLE_5 = [
    (300.0, 3.0, 0.100215168e-2, 0.115331273e3, 0.417301218e1),
    (300.0, 80.0, 0.971180894e-3, 0.184142828e3, 0.401008987e1),
    (500.0, 3.0, 0.120241800e-2, 0.975542239e3, 0.465580682e1),
]


@pytest.mark.parametrize(("kelvin", "mpa", "volume", "enthalpy", "heat_capacity"), TABLE_5)
def test_published_values(kelvin: float, mpa: float, volume: float, enthalpy: float, heat_capacity: float) -> None:
    celsius = kelvin - 273.15
    assert 1 / density_kg_m3(celsius, mpa) == pytest.approx(volume, rel=5e-9)
    assert enthalpy_kj_kg(celsius, mpa) == pytest.approx(enthalpy, rel=5e-9)
    assert capacity(np.array(celsius), np.array(mpa)) == pytest.approx(heat_capacity, rel=5e-9)


# The same release, table 35.
@pytest.mark.parametrize(("kelvin", "mpa"), [(300.0, 0.353658941e-2), (500.0, 0.263889776e1), (600.0, 0.123443146e2)])
def test_published_saturation_pressures(kelvin: float, mpa: float) -> None:
    assert saturation_pressure_mpa(kelvin - 273.15) == pytest.approx(mpa, rel=5e-9)


def test_water_boils_between_0_and_350_degrees_only() -> None:
    assert np.isnan(saturation_pressure_mpa([np.nan])).all()
    for wrong in (-0.1, 350.1, np.inf):
        with pytest.raises(SeriesError, match="outside") as caught:
            saturation_pressure_mpa([20.0, wrong])
        assert caught.value.row == 1


def test_another_implementation_agrees() -> None:
    iapws = pytest.importorskip("iapws.iapws97", reason="the oracle is optional", exc_type=ImportError)
    grid = [(t, p) for t in (0.0, 4.0, 40.0, 70.0, 99.0, 180.0, 340.0) for p in (1.6, 16.0, 99.0)]
    for celsius, mpa in [(t, p) for t, p in grid if p > float(saturation_pressure_mpa(t))]:
        other = iapws._Region1(celsius + 273.15, mpa)
        assert density_kg_m3(celsius, mpa) == pytest.approx(1 / other["v"], rel=1e-12)
        assert enthalpy_kj_kg(celsius, mpa) == pytest.approx(other["h"], rel=1e-10, abs=1e-9)
        assert capacity(np.array(celsius), np.array(mpa)) == pytest.approx(other["cp"], rel=1e-10)


@laws
@given(low=warm, more=st.floats(0.01, 50), pressure=pressures)
def test_warmer_water_is_lighter_and_holds_more_heat(low: float, more: float, pressure: float) -> None:
    high = min(low + more, 150.0)
    if high - low < 0.005:
        return
    assert density_kg_m3(high, pressure) < density_kg_m3(low, pressure)
    assert enthalpy_kj_kg(high, pressure) > enthalpy_kj_kg(low, pressure)
    assert saturation_pressure_mpa(high) > saturation_pressure_mpa(low)


@laws
@given(temperature=temperatures, pressure=pressures, more=st.floats(0.1, 50))
def test_pressed_water_is_denser(temperature: float, pressure: float, more: float) -> None:
    if pressure + more <= 100:
        assert density_kg_m3(temperature, pressure + more) > density_kg_m3(temperature, pressure)


@laws
@given(
    flow=temperatures,
    back=temperatures,
    pressure=pressures,
    volume=volumes,
    metered=st.sampled_from(["flow", "return"]),
)
def test_heat_is_coefficient_times_volume_times_difference(
    flow: float, back: float, pressure: float, volume: float, metered: Any
) -> None:
    heat = heat_kwh(volume, flow, back, pressure, metered=metered)
    k = heat_coefficient_kwh_m3_k(flow, back, pressure, metered=metered)
    by_k = heat_by_coefficient_kwh(volume, flow, back, coefficient_kwh_m3_k=float(k))
    assert heat == pytest.approx(by_k, rel=1e-9, abs=1e-10 * volume)
    assert 1.0 < k < 1.2
    # Turned about, the sensor sits in the other pipe and heat becomes cold.
    turned: Any = {"flow": "return", "return": "flow"}[metered]
    assert heat_kwh(volume, back, flow, pressure, metered=turned) == -heat


@laws
@given(flow=st.floats(50, 120), apart=st.floats(0.5, 40), volume=st.floats(0.1, 1e4))
def test_the_same_volume_in_the_cooler_pipe_is_more_heat(flow: float, apart: float, volume: float) -> None:
    args = volume, flow, flow - apart
    assert heat_kwh(*args, metered="return") > heat_kwh(*args, metered="flow") > 0


@laws
@given(a=volumes, b=volumes, flow=temperatures, back=temperatures)
def test_heat_of_two_volumes_is_that_of_their_sum(a: float, b: float, flow: float, back: float) -> None:
    parts = heat_kwh([a, b], flow, back, metered="return").sum()
    assert parts == pytest.approx(heat_kwh(a + b, flow, back, metered="return"), rel=1e-12)


@laws
@given(at=temperatures, to=temperatures, pressure=pressures, volume=volumes)
def test_a_volume_brought_to_a_reference_comes_back(at: float, to: float, pressure: float, volume: float) -> None:
    there = volume_at_reference_m3(volume, at, pressure, reference_degc=to)
    assert there * density_kg_m3(to, pressure) == pytest.approx(volume * density_kg_m3(at, pressure), rel=1e-12)
    assert volume_at_reference_m3(there, to, pressure, reference_degc=at) == pytest.approx(volume, rel=1e-12)


def test_the_coefficient_tends_to_density_times_heat_capacity() -> None:
    limit = heat_coefficient_kwh_m3_k(60.0, 60.0, metered="flow")
    for apart in (1e-9, 0.0099, 0.0101, 0.1):
        near = heat_coefficient_kwh_m3_k(60 + apart / 2, 60 - apart / 2, metered="flow")
        assert near == pytest.approx(limit, rel=3e-4 * apart + 2e-9)
    assert heat_kwh(5.0, 60.0, 60.0, metered="flow") == 0.0


def test_many_rows_are_each_as_if_alone() -> None:
    rng = np.random.default_rng(5)
    n = 2 * _BLOCK + 17
    volume, flow, back = rng.uniform(0, 9, n), rng.uniform(40, 110, n), rng.uniform(20, 60, n)
    together = heat_kwh(volume, flow, back, metered="return")
    for i in (0, _BLOCK - 1, _BLOCK, n - 1):
        assert together[i] == heat_kwh(volume[i], flow[i], back[i], metered="return")
    square = heat_kwh(volume[:6].reshape(2, 3), 70.0, back[:3], [[0.6], [1.6]], metered="return")
    assert square.shape == (2, 3)
    assert square[1, 2] == heat_kwh(volume[5], 70.0, back[2], 1.6, metered="return")
    assert heat_kwh([], [], [], metered="flow").shape == (0,)


def test_what_is_unknown_stays_unknown_and_nothing_else() -> None:
    got = heat_kwh([1.0, np.nan, 1.0, 1.0], [70.0, 70.0, np.nan, 70.0], [40.0, 40.0, 40.0, np.nan], metered="return")
    assert np.isnan(got).tolist() == [False, True, True, True]
    assert np.isnan(heat_coefficient_kwh_m3_k(np.nan, 40.0, metered="flow"))
    assert np.isnan(density_kg_m3(20.0, np.nan))


@pytest.mark.parametrize(
    ("flow", "back", "pressure", "row", "message"),
    [
        ([70.0, -0.1], 40.0, 1.6, 1, "temperature"),
        ([70.0, 350.1], 40.0, 20.0, 1, "temperature"),
        (70.0, [1.0, 2.0, np.inf], 1.6, 2, "temperature"),
        (70.0, 40.0, [1.6, 100.5], 1, "pressure"),
        (70.0, 40.0, 0.0, 0, "pressure"),
        (70.0, 40.0, -np.inf, 0, "pressure"),
        ([70.0, 80.0, 120.0], 40.0, 0.15, 2, "boil"),
    ],
)
def test_what_is_no_water_is_refused_by_its_row(flow: Any, back: Any, pressure: Any, row: int, message: str) -> None:
    for act in (heat_coefficient_kwh_m3_k, heat_of_one):
        with pytest.raises(SeriesError, match=message) as caught:
            act(flow, back, pressure, metered="return")
        assert caught.value.row == row


def test_an_infinite_volume_and_a_third_pipe_are_refused() -> None:
    with pytest.raises(SeriesError, match="infinite") as caught:
        heat_kwh([1.0, np.inf], 70.0, 40.0, metered="return")
    assert caught.value.row == 1
    with pytest.raises(SeriesError, match="infinite"):
        volume_at_reference_m3(-np.inf, 70.0, reference_degc=10.0)
    with pytest.raises(SeriesError, match="infinite"):
        heat_by_coefficient_kwh(np.inf, 70.0, 40.0)
    for act in (heat_coefficient_kwh_m3_k, heat_of_one):
        with pytest.raises(SeriesError, match="flow or return"):
            act(70.0, 40.0, metered="middle")


@laws
@given(litres=st.integers(0, 10**6), flow=temperatures, back=temperatures)
def test_a_quantity_in_another_unit_is_the_same_quantity(litres: int, flow: float, back: float) -> None:
    ureg = pint.get_application_registry()
    got = heat_kwh(ureg.Quantity(litres, "liter"), flow, back, ureg.Quantity(1600.0, "kPa"), metered="flow")
    assert magnitude(got, "kWh") == heat_kwh(litres / 1000, flow, back, metered="flow")


def test_quantities_come_in_and_go_out() -> None:
    ureg = pint.get_application_registry()
    got = heat_kwh(
        ureg.Quantity([10_000.0], "liter"),
        ureg.Quantity(158.0, "degF"),
        40.0,
        ureg.Quantity(16.0, "bar"),
        metered="return",
    )
    assert magnitude(got, "MJ") == pytest.approx(3.6 * heat_kwh(10.0, 70.0, 40.0, metered="return"))
    k = heat_coefficient_kwh_m3_k(ureg.Quantity(70.0, "degC"), 40.0, metered="return")
    assert magnitude(k, "kJ/m**3/K") == pytest.approx(1.15237053 * 3600, rel=1e-8)
    dense = density_kg_m3(ureg.Quantity(300.0, "kelvin"), 3.0)
    assert magnitude(1 / dense, "m**3/kg") == pytest.approx(0.100215168e-2, rel=5e-9)
