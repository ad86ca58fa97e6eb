"""The kit passes good drivers and catches each fault that an author makes."""

from __future__ import annotations

import subprocess
import sys

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from attrs import evolve
from hypothesis import given, settings

from divako.drivers import (
    Bits,
    Constant,
    Counter,
    Counters,
    Driver,
    Example,
    Form,
    Layout,
    Records,
    Skip,
    Time,
    Uplink,
    available,
    for_device,
    load,
)
from divako.errors import DecodeError, MalformedError
from divako.model import Medium, Readings, Record, Register, Status, values_of_counts
from divako.testing import CHECKS, LAYOUT_CHECKS, checks_of, payloads
from divako.units import Dimension


VOLUME = Register("volume", Dimension.VOLUME)
PARTS = (
    Constant(b"\x01"),
    Time(epoch="2000-01-01"),
    Counter(VOLUME, scale=-3),
    Bits({0x01: Status.LOW_BATTERY}),
    Counters("steps", count=2),
)
EXAMPLE = Example(
    bytes.fromhex("01 30a49770 00003039 01 0001 0002"), values={"volume_m3": 12.345}, time="2025-11-10T12:30:40"
)


def later(raw: npt.NDArray[np.void], now: Readings) -> Readings:
    """Add a row after each reading, larger by the steps."""
    more: npt.NDArray[np.int64] = now.count + raw["steps"].astype("int64").sum(axis=1)
    return Readings.concatenate(
        [
            now,
            evolve(
                now, count=more, value=values_of_counts(more, now.registers[0]), time=now.time + np.timedelta64(1, "h")
            ),
        ]
    )


def good(**changes: Any) -> Driver:
    fields: dict[str, Any] = {
        "name": "acme_aq1",
        "devices": [("Acme", "AQ1")],
        "medium": Medium.COLD_WATER,
        "accepts": Uplink(f_port=7),
        "layout": Layout(PARTS, order=">"),
        "source": "Acme AQ1 uplink format, revision 2.0, table 3",
        "examples": [EXAMPLE],
    }
    return Driver(**fields | changes)


def fails(driver: Driver, check: Callable[[Driver], None]) -> bool:
    try:
        check(driver)
    except Exception:  # noqa: BLE001 - any failure is one
        return True
    return False


def failures(driver: Driver) -> set[str]:
    """Name the checks that a driver fails."""
    return {check.__name__ for check in checks_of(driver) if fails(driver, check)}


def with_part(place: int, part: Any) -> Layout:
    parts: list[Any] = list(PARTS)
    parts[place] = part
    return Layout(parts, order=">")


def unrolled(unroll: Any) -> Driver:
    stated = evolve(EXAMPLE, values={"volume_m3": 12.348}, time="2025-11-10T13:30:40")
    return good(unroll=unroll, examples=[stated])


def drops(raw: npt.NDArray[np.void], now: Readings) -> Readings:
    return later(raw, now).select(np.arange(len(now), 2 * len(now)))


def mixes(raw: npt.NDArray[np.void], now: Readings) -> Readings:
    got = later(raw, now)
    return evolve(got, count=got.count + len(raw) - 1, value=(got.count + len(raw) - 1).astype("float64") / 1000)


def rounds(raw: npt.NDArray[np.void], now: Readings) -> Readings:
    got = later(raw, now)
    return evolve(got, value=got.count.astype("float64") * 1e-3)


def escapes(raw: npt.NDArray[np.void], now: Readings) -> Readings:
    if (raw["steps"][:, 0] > raw["steps"][:, 1]).any():
        msg = "not a DecodeError"
        raise KeyError(msg)
    return later(raw, now)


def quotes(raw: npt.NDArray[np.void], now: Readings) -> Readings:
    if (raw["steps"][:, 0] > raw["steps"][:, 1]).any():
        raise MalformedError(raw[0].tobytes().hex(), layer="acme", offset=0)
    return later(raw, now)


SHIPPED = [driver for driver in map(load, available()) if isinstance(driver, Driver)]


@pytest.mark.parametrize("driver", SHIPPED, ids=lambda driver: driver.name)
def test_every_driver_of_payloads_that_is_shipped_passes(driver: Driver) -> None:
    assert failures(driver) == set()


def test_a_good_driver_of_a_vendor_passes() -> None:
    assert failures(good()) == set()
    assert failures(unrolled(later)) == set()


@pytest.mark.parametrize(
    ("driver", "check"),
    [
        (good(devices=()), "source_and_devices_are_stated"),
        (good(devices=[(" Acme", "AQ1")]), "source_and_devices_are_stated"),
        (good(source="        "), "source_and_devices_are_stated"),
        (good(more=[Form(accepts=Uplink(f_port=8), layout=Records())]), "every_form_has_an_example"),
        (good(examples=[evolve(EXAMPLE, values={"volume_m3": 1.2345})]), "examples_decode_as_stated"),
        (good(examples=[evolve(EXAMPLE, time=None)]), "examples_decode_as_stated"),
        (good(examples=[evolve(EXAMPLE, payload=EXAMPLE.payload[:-1])]), "examples_decode_as_stated"),
        (good(layout=with_part(2, Counter(VOLUME, scale=-2))), "examples_decode_as_stated"),
        (good(layout=Layout(PARTS, order="<")), "examples_decode_as_stated"),
        (unrolled(drops), "unroll_only_adds"),
        (unrolled(mixes), "batch_equals_one_by_one"),
        (unrolled(rounds), "values_are_correctly_rounded"),
        (unrolled(escapes), "garbage_never_escapes"),
        (unrolled(quotes), "garbage_never_escapes"),
        (unrolled(lambda raw, now: later(raw, now)), "driver_is_a_value"),  # noqa: PLW0108 - what an author writes
    ],
)
def test_a_fault_is_caught_by_its_check(driver: Driver, check: str) -> None:
    assert fails(driver, {one.__name__: one for one in checks_of(driver)}[check])


class Lenient(Driver):
    """A driver of an author who wrote the reading anew, and forgot what to refuse."""

    def read(self, payload: bytes, **_options: Any) -> tuple[Record, ...]:
        return super().read(_mended(payload))

    def decode(self, payloads: Sequence[bytes], meter_ids: Sequence[str], **_options: Any) -> Readings:
        return super().decode([_mended(payload) for payload in payloads], meter_ids)


def _mended(payload: bytes) -> bytes:
    return EXAMPLE.payload[:1] + payload[1 : len(EXAMPLE.payload)].ljust(len(EXAMPLE.payload) - 1, b"\0")


def test_a_driver_that_refuses_nothing_is_caught() -> None:
    strict = good()
    lenient = Lenient(
        name=strict.name,
        devices=strict.devices,
        medium=strict.medium,
        accepts=strict.accepts,
        layout=strict.layout,
        source=strict.source,
        examples=strict.examples,
    )
    assert failures(lenient) >= {
        "constants_are_checked",
        "excess_is_malformed",
        "other_ports_are_unsupported",
        "truncation_is_named",
    }


def test_the_checks_of_layouts_are_for_layouts_alone() -> None:
    assert checks_of(good()) == (*CHECKS, *LAYOUT_CHECKS)
    assert checks_of(for_device("elvaco_cmi4110")) == CHECKS


@settings(max_examples=30)
@given(payload=payloads(for_device("axioma_w1")))
def test_payloads_are_of_a_length_that_the_driver_knows(payload: bytes) -> None:
    assert len(payload) in {
        form.layout.size for form in for_device("axioma_w1").forms if isinstance(form.layout, Layout)
    }


@settings(max_examples=30)
@given(payload=payloads(good()))
def test_payloads_keep_constants(payload: bytes) -> None:
    assert payload[:1] == EXAMPLE.payload[:1]


def test_without_the_extra_the_error_says_how_to_get_it() -> None:
    code = (
        "import sys; sys.modules['hypothesis'] = None\n"
        "from divako.errors import MissingExtraError\n"
        "try:\n    import divako.testing\n"
        "except MissingExtraError as error:\n    print(error)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "hypothesis" in said
    assert "divako[testing]" in said


def test_a_skipped_part_is_not_read() -> None:
    driver = good(layout=with_part(0, Skip(1)))
    assert driver.decode([b"\xff" + EXAMPLE.payload[1:]], ["m"]).count.tolist() == [12345]
    with pytest.raises(DecodeError):
        good().decode([b"\xff" + EXAMPLE.payload[1:]], ["m"])


def test_factors_are_exact() -> None:
    assert Counter(VOLUME, scale=-3).scaled.factor == Fraction(1, 1000)
