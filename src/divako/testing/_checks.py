"""The promises that every driver keeps, one function each."""

from __future__ import annotations

import pickle

from collections.abc import Callable
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np

from divako.drivers import AnyDriver, Driver, Example
from divako.errors import DecodeError, UnsupportedError
from divako.model import Readings, readings_of_records
from divako.testing._extras import strategies as st
from divako.testing._outcomes import difference, fail, holds, newest, outcome, quotes
from divako.testing._strategies import examples_of, payloads, port_of


Check: TypeAlias = Callable[[Driver], None]

_RECEIVED = np.datetime64("2026-01-01T00:00", "ms")


def label(driver: Driver, example: Example) -> str:
    """Name an example for people."""
    return f"example {driver.examples.index(example) + 1} of {len(driver.examples)}"


def source_and_devices_are_stated(driver: AnyDriver) -> None:
    """The driver says where its layout is from and which devices it is for."""
    if not driver.source.strip():
        fail("the driver names no source of its layout")
    if not driver.devices:
        fail("the driver names no device: devices=[(vendor, model)]")
    for name in (name for device in driver.devices for name in device):
        if not name or name != " ".join(name.split()):
            fail(f"a vendor or model is empty or has blanks about it: {name!r}")


def every_form_has_an_example(driver: Driver) -> None:
    """Each form of payload is shown by an example."""
    for place, form in enumerate(driver.forms):
        if not examples_of(driver, form):
            fail(f"no example is of form {place + 1} of {len(driver.forms)}, on ports {form.accepts.f_port}")


def examples_decode_as_stated(driver: Driver) -> None:
    """Each example gives its stated values at its stated time."""
    for example in driver.examples:
        name = label(driver, example)
        try:
            got = driver.decode([example.payload], ["m"], f_port=port_of(driver, example))
        except DecodeError as error:
            fail(f"{name} does not decode: {error}")
        # Later rows replace earlier ones: the last reading of each register stays.
        seen = {
            got.registers[code].column: float(value)
            for code, value in zip(got.register, got.value, strict=True)
            if code >= 0 and not np.isnan(value)
        }
        if seen != dict(example.values):
            fail(f"{name} states {dict(example.values)} and decodes to {seen}")
        stated = None if example.time is None else np.datetime64(example.time, "ms")
        if newest(got) != stated:
            fail(f"{name} states the time {stated} and its newest reading is of {newest(got)}")


def other_ports_are_unsupported(driver: Driver) -> None:
    """A port that no form accepts is refused as unsupported."""
    taken = {port for form in driver.forms for port in form.accepts.f_port}
    free = next((port for port in range(1, 224) if port not in taken), None)
    if free is None:
        return
    try:
        driver.read(driver.examples[0].payload, f_port=free)
    except UnsupportedError:
        return
    fail(f"port {free} is none of the driver's and was read all the same")


def values_are_correctly_rounded(driver: Driver) -> None:
    """Each value is the float nearest to its count times the factor: 12345 L are 12.345 m3."""
    for form in driver.forms:
        port = form.accepts.f_port[0]

        def promise(payload: bytes, port: int = port) -> None:
            try:
                got = driver.decode([payload], ["m"], f_port=port)
            except DecodeError:
                return
            for row in np.flatnonzero(got.count_known & (got.register >= 0) & ~np.isnan(got.value)).tolist():
                register, count, value = got.registers[got.register[row]], int(got.count[row]), float(got.value[row])
                exact = float(Fraction(count) * register.factor)
                if exact != value:
                    fail(f"{count} counts of {register.factor} {register.unit} are {exact!r} and not {value!r}")

        holds(promise, payloads(driver, form))


def garbage_never_escapes(driver: Driver) -> None:
    """Arbitrary bytes decode or raise DecodeError, and the error quotes none of them."""
    ports = st.sampled_from([None, *(port for form in driver.forms for port in form.accepts.f_port)])

    def promise(drawn: tuple[bytes, int | None]) -> None:
        payload, port = drawn
        try:
            got = driver.decode([payload], ["m"], f_port=port, received_at=np.array([_RECEIVED]))
        except DecodeError as error:
            if quotes(str(error), payload):
                fail("the message of an error quotes the payload")
        except Exception as error:  # whatever it is, it must not reach a caller
            msg = f"{len(payload)} bytes raise {type(error).__name__}, which is no DecodeError: {error}"
            raise AssertionError(msg) from error
        else:
            if (~np.isfinite(got.value) & (got.status == 0)).any():
                fail("a value is not finite and no status says why")

    holds(promise, st.tuples(st.binary(max_size=64) | payloads(driver), ports))


def read_equals_decode(driver: Driver) -> None:
    """Reading one payload gives the readings that decoding it gives."""
    for form in driver.forms:
        port = form.accepts.f_port[0]

        def promise(payload: bytes, port: int = port) -> None:
            def read() -> Readings:
                return readings_of_records(["m"], [driver.read(payload, f_port=port, received_at=_RECEIVED)])[0]

            def decode() -> Readings:
                return driver.decode([payload], ["m"], f_port=port, received_at=np.array([_RECEIVED]))

            one, other = outcome(read), outcome(decode)
            if one != other:
                fail(f"read and decode differ: {difference(one, other)}")

        holds(promise, payloads(driver, form))


def batch_equals_one_by_one(driver: Driver) -> None:
    """Decoding many payloads gives the readings of decoding each of them, in their order."""
    for form in driver.forms:
        port = form.accepts.f_port[0]

        def promise(batch: list[bytes], port: int = port) -> None:
            received = _RECEIVED + np.arange(len(batch)) * np.timedelta64(1, "h")

            def decode(payloads: list[bytes], first: int) -> list[tuple[Any, ...]] | str:
                names = [f"m{first + place}" for place in range(len(payloads))]
                times = received[first : first + len(payloads)]
                return outcome(lambda: driver.decode(payloads, names, f_port=port, received_at=times))

            good = [payload for payload in batch if isinstance(decode([payload], 0), list)]
            single = [decode([payload], place) for place, payload in enumerate(good)]
            whole = decode(good, 0) if good else []
            for place, alone in enumerate(single):
                mine = [row for row in whole if row[0] == f"m{place}"] if isinstance(whole, list) else whole
                if mine != alone:
                    fail(f"a batch differs from its payloads one by one: {difference(mine, alone)}")

        holds(promise, st.lists(payloads(driver, form), min_size=2, max_size=4))


def driver_is_a_value(driver: AnyDriver) -> None:
    """A driver hashes, and survives pickling, so that process pools can use it."""
    try:
        again = pickle.loads(pickle.dumps(driver))  # noqa: S301 - its own bytes
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        msg = f"the driver does not pickle; its functions must be named ones of a module: {error}"
        raise AssertionError(msg) from error
    if again != driver or hash(again) != hash(driver):
        fail("the driver differs from itself after pickling")


CHECKS: tuple[Check, ...] = (
    source_and_devices_are_stated,
    every_form_has_an_example,
    examples_decode_as_stated,
    other_ports_are_unsupported,
    values_are_correctly_rounded,
    garbage_never_escapes,
    read_equals_decode,
    batch_equals_one_by_one,
    driver_is_a_value,
)
