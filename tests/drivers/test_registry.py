"""The registry: what is installed is found by name and device, and what is installed wrongly is named."""

from __future__ import annotations

import sys

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from divako.drivers import _registry, available, find, for_device, load
from divako.errors import AmbiguousDriverError, DriverError, UnknownDriverError


CACHES = (_registry._groups, _registry._entry_points, _registry.load, _registry._candidates)
COPY = """
from attrs import evolve
from divako.drivers.axioma_w1 import DRIVER
COPY = evolve(DRIVER, name="copy_of_w1")
NAMELESS = DRIVER
NO_DRIVER = 5
"""

Install = Callable[..., None]


def forget() -> None:
    for cache in CACHES:
        cache.cache_clear()


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Installer of a distribution that offers drivers: its name, and entries by group."""
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "drivers_of_a_test.py").write_text(COPY)

    def put(distribution: str, group: str = "divako.drivers", **entries: str) -> None:
        folder = tmp_path / f"{distribution}-1.0.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
        lines = [f"{name} = {value}\n" for name, value in entries.items()]
        (folder / "entry_points.txt").write_text(f"[{group}]\n{''.join(lines)}")
        forget()

    yield put
    forget()
    sys.modules.pop("drivers_of_a_test", None)


def test_a_driver_of_another_distribution_is_found_like_our_own(install: Install) -> None:
    install("acme", copy_of_w1="drivers_of_a_test:COPY")
    assert "copy_of_w1" in available()
    assert "copy_of_w1" in available(link="lorawan")
    assert "copy_of_w1" not in available(link="mbus")
    assert load("copy_of_w1").name == for_device("copy_of_w1").name == "copy_of_w1"


def test_a_device_is_found_by_vendor_and_model_whatever_the_case() -> None:
    assert for_device("AXIOMA  qalcosonic w1") is load("axioma_w1")


def test_a_device_that_two_drivers_are_for_must_be_named(install: Install) -> None:
    install("acme", copy_of_w1="drivers_of_a_test:COPY")
    with pytest.raises(AmbiguousDriverError, match="axioma_w1, copy_of_w1"):
        for_device("Axioma Qalcosonic W1")
    assert for_device("axioma_w1") is load("axioma_w1")


@pytest.mark.parametrize("name", ["nobody", ""])
def test_what_nobody_offers_is_unknown(name: str) -> None:
    with pytest.raises(UnknownDriverError, match="no installed driver"):
        load(name)
    with pytest.raises(UnknownDriverError, match="no installed driver"):
        for_device(name)
    with pytest.raises(UnknownDriverError, match="no installed driver"):
        find(b"", f_port=None)


def test_two_distributions_must_not_offer_the_same_name(install: Install) -> None:
    install("acme", copy_of_w1="drivers_of_a_test:COPY")
    install("emca", copy_of_w1="drivers_of_a_test:NAMELESS")
    with pytest.raises(AmbiguousDriverError, match="'copy_of_w1'"):
        available()


def test_a_distribution_that_is_on_the_path_twice_is_no_conflict(install: Install) -> None:
    install("acme", copy_of_w1="drivers_of_a_test:COPY")
    install("acme-again", copy_of_w1="drivers_of_a_test:COPY")
    assert available().count("copy_of_w1") == 1


@pytest.mark.parametrize("what", ["NAMELESS", "NO_DRIVER"])
def test_an_entry_that_leads_elsewhere_is_named(what: str, install: Install) -> None:
    install("acme", copy_of_w1=f"drivers_of_a_test:{what}")
    with pytest.raises(DriverError, match="'copy_of_w1' does not lead to a driver of that name"):
        load("copy_of_w1")


def test_a_driver_of_payloads_in_the_group_of_a_manufacturer_is_named(install: Install) -> None:
    install("acme", group="divako.drivers.DVK", copy_of_w1="drivers_of_a_test:COPY")
    with pytest.raises(DriverError, match="where no driver of its kind is looked for"):
        load("copy_of_w1")
