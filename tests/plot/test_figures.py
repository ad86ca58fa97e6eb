"""Pictures: they show the data they were given, in the words of the language."""

from __future__ import annotations

import sys

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hypothesis import given, settings
from hypothesis import strategies as st

from divako.errors import AllocationError, MissingExtraError
from divako.plot import Span, allocation_bars, coverage_map, daily_consumption, night_flow


DAYS = np.arange("2026-01-25", "2026-02-24", dtype="datetime64[D]")
RAMP = np.linspace(0.0, 0.6, len(DAYS))
NEVER = np.datetime64("NaT", "ms")

DRAW: dict[str, Callable[..., Any]] = {
    "daily": lambda **options: daily_consumption(DAYS, RAMP, unit="m³", **options),
    "night": lambda **options: night_flow(DAYS, RAMP, **options),
    "bars": lambda **options: allocation_bars(["H1", "H2"], ["Vann"], np.array([[1, 2]]), **options),
    "map": lambda **options: coverage_map(DAYS, ["H1", "H2"], np.ones((2, len(DAYS))), **options),
}


def texts(figure: Any) -> list[str]:
    from matplotlib.text import Text

    figure.canvas.draw()
    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


def patches(figure: Any) -> list[Any]:
    return list(figure.axes[0].patches)


@settings(max_examples=20, deadline=None)
@given(
    values=st.lists(st.floats(0, 1e6) | st.just(float("nan")), min_size=1, max_size=40),
    covered=st.lists(st.floats(0, 1), min_size=40, max_size=40),
)
def test_there_is_one_bar_for_each_day_as_high_as_its_consumption(values: list[float], covered: list[float]) -> None:
    days = DAYS[0] + np.arange(len(values))
    figure = daily_consumption(days, np.array(values), unit="kWh", coverage=np.array(covered[: len(values)]))

    bars = sorted(patches(figure), key=lambda bar: bar.get_x())
    assert [bar.get_height() for bar in bars] == np.nan_to_num(values).tolist()
    assert [bool(bar.get_hatch()) for bar in bars] == [share < 0.95 for share in covered[: len(values)]]


def test_the_main_meter_is_a_line_over_the_bars() -> None:
    from matplotlib.patches import StepPatch

    figure = daily_consumption(DAYS, RAMP, unit="m³", reference=RAMP + 1, reference_label="Hovedmåler")
    (line,) = (patch for patch in patches(figure) if isinstance(patch, StepPatch))
    np.testing.assert_array_equal(line.get_data()[0], RAMP + 1)
    assert "Hovedmåler" in texts(figure)


@pytest.mark.parametrize(("highest", "scale", "unit"), [(0.6, 1000, "L/h"), (2.5, 1, "m³/h")])
def test_small_night_flows_are_drawn_in_litres(highest: float, scale: int, unit: str) -> None:
    flow = np.linspace(0, highest, len(DAYS))
    figure = night_flow(DAYS, flow)

    (line,) = figure.axes[0].lines
    np.testing.assert_allclose(np.asarray(line.get_ydata(), dtype="float64"), flow * scale)
    assert figure.axes[0].get_title(loc="left").endswith(unit)


def test_nights_that_are_not_known_are_gaps() -> None:
    flow = np.where(np.arange(len(DAYS)) == 4, np.nan, 0.1)
    (line,) = night_flow(DAYS, flow).axes[0].lines
    assert np.flatnonzero(np.isnan(np.asarray(line.get_ydata(), dtype="float64"))).tolist() == [4]


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("end", [np.datetime64("2026-02-03T03:30", "ms"), NEVER])
def test_a_finding_is_shaded_from_its_start_to_its_end(end: np.datetime64, narrow: bool) -> None:
    start = np.datetime64("2026-01-30T03:30", "ms")
    figure = night_flow(DAYS, RAMP, spans=[Span(start, end, "Mulig lekkasje")], narrow=narrow)

    (shade,) = figure.axes[0].patches
    left, right = shade.get_extents().x0, shade.get_extents().x1
    ends = figure.axes[0].transData.inverted().transform([(left, 0), (right, 0)])[:, 0]
    assert ends == pytest.approx([5.0, len(DAYS) - 0.5 if np.isnat(end) else 9.0])
    assert "Mulig lekkasje" in texts(figure)


def test_the_usual_level_is_a_second_line() -> None:
    figure = night_flow(DAYS, RAMP, baseline_m3_h=RAMP / 2, language="en")
    heights = [np.asarray(line.get_ydata(), dtype="float64").max() for line in figure.axes[0].lines]
    assert heights == pytest.approx([300, 600])
    assert "Usual level" in texts(figure)


@settings(max_examples=20, deadline=None)
@given(amounts=st.lists(st.tuples(st.integers(-10_000, 10**7), st.integers(0, 10**7)), min_size=1, max_size=5))
def test_bars_of_a_section_add_up_to_what_it_pays(amounts: list[tuple[int, int]]) -> None:
    amount = np.array(amounts).T
    figure = allocation_bars([f"H{i}" for i in range(len(amounts))], ["Vann", "Varme"], amount)

    widths = np.array([bar.get_width() for bar in patches(figure)]).reshape(2, -1)
    np.testing.assert_allclose(widths.sum(axis=0), amount.sum(axis=0) / 100)


def test_a_currency_without_minor_unit_is_not_divided() -> None:
    figure = allocation_bars(["A"], ["Water"], np.array([[1500]]), currency="JPY", language="en")
    assert [bar.get_width() for bar in patches(figure)] == [1500]
    assert "Amount per section, JPY" in texts(figure)


def test_a_currency_that_is_not_known_is_refused() -> None:
    with pytest.raises(AllocationError, match="currency"):
        allocation_bars(["A"], ["Water"], np.array([[1500]]), currency="XXX")


def test_the_map_shows_five_classes_and_unknown_as_nothing() -> None:
    coverage = np.array([[1.0, 0.95, 0.5, 0.2, 0.0, np.nan]])
    figure = coverage_map(DAYS[:6], ["H1"], coverage)
    assert np.asarray(figure.axes[0].images[0].get_array()).tolist() == [[0, 1, 2, 3, 4, 4]]


def test_rows_of_the_map_are_named_as_far_as_there_is_room() -> None:
    few = coverage_map(DAYS, ["Hele bygget", "H1"], np.ones((2, len(DAYS))))
    many = coverage_map(DAYS, [f"K-{i}" for i in range(300)], np.ones((300, len(DAYS))))
    assert [text.get_text() for text in few.axes[0].get_yticklabels()] == ["Hele bygget", "H1"]
    assert 10 < len(many.axes[0].get_yticklabels()) < 100


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("name", list(DRAW))
def test_labels_are_of_the_language(name: str, narrow: bool) -> None:
    norwegian, english = (texts(DRAW[name](language=language, narrow=narrow)) for language in ("no", "en"))
    assert norwegian[0] not in english or name == "bars"
    assert set(norwegian) != set(english)


@pytest.mark.parametrize("name", list(DRAW))
def test_narrow_pictures_are_narrow(name: str) -> None:
    wide, narrow = (DRAW[name](narrow=narrow).get_figwidth() for narrow in (False, True))
    assert narrow < 0.6 * wide


@pytest.mark.parametrize("n", [1, 5, 14, 31, 90, 365, 1500])
def test_days_are_named_seldom_enough_to_be_read(n: int) -> None:
    days = DAYS[0] + np.arange(n)
    for narrow, most in ((False, 10), (True, 5)):
        named = daily_consumption(days, np.ones(n), unit="m³", narrow=narrow).axes[0].get_xticklabels()
        assert min(n, 2) <= len(named) <= most


def test_names_are_never_read_as_formulas() -> None:
    hostile = r"$\frac{1}$"
    figures = [
        allocation_bars([hostile], [hostile], np.array([[100]])),
        coverage_map(DAYS, [hostile], np.ones((1, len(DAYS)))),
        night_flow(DAYS, RAMP, spans=[Span(DAYS[2], NEVER, hostile)]),
        daily_consumption(DAYS, RAMP, unit="m³", label=hostile, reference=RAMP, reference_label=hostile),
    ]
    for figure in figures:
        texts(figure)  # drawing it is the test


def test_nothing_to_draw_is_an_empty_picture() -> None:
    nothing = DAYS[:0]
    assert not daily_consumption(nothing, np.zeros(0), unit="m³").axes[0].patches
    assert night_flow(nothing, np.zeros(0), spans=[Span(DAYS[0], NEVER, "x")]).axes
    assert allocation_bars([], [], np.zeros((0, 0), dtype="int64")).axes
    assert coverage_map(nothing, [], np.zeros((0, 0))).axes


@pytest.mark.parametrize("name", list(DRAW))
def test_without_matplotlib_the_extra_is_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingExtraError, match=r"divako\[report\]") as caught:
        DRAW[name]()
    assert (caught.value.package, caught.value.extra) == ("matplotlib", "report")
