"""Outages of gateways."""

from __future__ import annotations

import numpy as np
import pytest

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from divako.alerts import group_outage
from divako.errors import SeriesError


networks = st.tuples(st.integers(0, 4), st.integers(0, 9)).flatmap(
    lambda size: st.tuples(hnp.arrays("bool", size), hnp.arrays("bool", size[1]))
)


@given(network=networks)
def test_each_silent_sensor_is_explained_or_its_own(network: tuple[np.ndarray, np.ndarray]) -> None:
    hears, silent = network
    outage = group_outage(hears, silent)
    np.testing.assert_array_equal(outage.own ^ outage.explained, silent)
    assert not (outage.own & outage.explained).any()
    for sensor in np.flatnonzero(outage.explained):
        assert outage.out[hears[:, sensor]].all()
        assert hears[:, sensor].any()


@given(network=networks)
def test_a_gateway_all_of_whose_many_sensors_are_silent_is_out(network: tuple[np.ndarray, np.ndarray]) -> None:
    hears, _ = network
    outage = group_outage(hears, np.ones(hears.shape[1], dtype="bool"))
    np.testing.assert_array_equal(outage.out, hears.sum(axis=1) >= 3)


def test_shapes_that_disagree_are_refused() -> None:
    with pytest.raises(SeriesError, match="one column per sensor"):
        group_outage(np.ones((2, 3), dtype="bool"), np.ones(2, dtype="bool"))
