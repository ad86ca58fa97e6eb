"""The further promises of drivers whose bytes are declared as a layout."""

from __future__ import annotations

from collections import Counter as Multiset
from collections.abc import Iterator

import numpy as np

from attrs import evolve

from divako.drivers import Constant, Counter, Driver, Example, Form, Layout, Time
from divako.errors import DecodeError, MalformedError, TruncatedError
from divako.testing._checks import Check, label
from divako.testing._outcomes import fail, holds, rows_of
from divako.testing._strategies import examples_of, form_of, payloads, port_of


def constants_are_checked(driver: Driver) -> None:
    """A wrong byte of a constant, such as another version of a format, is malformed."""
    for example, layout, port in _laid_out(driver):
        at = 0
        for part in layout.parts:
            if isinstance(part, Constant):
                for place in range(at, at + part.size):
                    wrong = bytearray(example.payload)
                    wrong[place] ^= 0xFF
                    _expect(driver, bytes(wrong), port, MalformedError, None, f"a changed constant at byte {place}")
            at += part.size


def truncation_is_named(driver: Driver) -> None:
    """Every proper prefix of an example raises TruncatedError with the offset it ends at."""
    for example, layout, port in _laid_out(driver):
        for end in range(layout.size):
            if not _other_form(driver, port, end, layout):
                what = f"{label(driver, example)} cut off after {end} bytes"
                _expect(driver, example.payload[:end], port, TruncatedError, end, what)


def excess_is_malformed(driver: Driver) -> None:
    """One byte more than a layout has is malformed, at the offset where it should end."""
    for example, layout, port in _laid_out(driver):
        sizes = [
            form.layout.size for form in driver.forms if port in form.accepts.f_port and isinstance(form.layout, Layout)
        ]
        if layout.size == max(sizes):
            what = f"{label(driver, example)} with one byte more"
            _expect(driver, example.payload + b"\0", port, MalformedError, layout.size, what)


def layouts_give_what_is_sent(driver: Driver) -> None:
    """Counts are the raw numbers, and times the seconds since the epoch."""
    for form in driver.forms:
        if isinstance(form.layout, Layout):
            _gives_what_is_sent(driver, form, form.layout)


def _gives_what_is_sent(driver: Driver, form: Form, layout: Layout) -> None:
    bare = _bare(driver, form)

    def promise(payload: bytes) -> None:
        want = [
            (part.scaled, count, time, repr(float(count * part.scaled.factor)))
            for part, count, time in _sent(layout, payload)
            if -(1 << 63) <= count < 1 << 63
        ]
        try:
            got = bare.decode([payload], ["m"], f_port=form.accepts.f_port[0])
        except MalformedError:
            if len(want) == len(layout.counters):
                raise
            return  # a count that no int64 holds is refused
        have = [(row[1], row[3], row[2], row[4]) for row in rows_of(got)]
        if have != want:
            fail(f"the layout reads {have} where {want} was sent")

    holds(promise, payloads(driver, form))


def unroll_only_adds(driver: Driver) -> None:
    """What the layout reads is still there after `unroll`, unchanged."""
    for form in driver.forms:
        if form.unroll is not None and isinstance(form.layout, Layout):
            _only_adds(driver, form)


def _only_adds(driver: Driver, form: Form) -> None:
    bare, port = _bare(driver, form), form.accepts.f_port[0]

    def promise(payload: bytes) -> None:
        try:
            after = Multiset(rows_of(driver.decode([payload], ["m"], f_port=port)))
        except DecodeError:
            return
        lost = Multiset(rows_of(bare.decode([payload], ["m"], f_port=port))) - after
        if lost:
            fail(f"unroll drops or changes a reading of {next(iter(lost))[1].column}")

    holds(promise, payloads(driver, form))


def _laid_out(driver: Driver) -> Iterator[tuple[Example, Layout, int]]:
    for example in driver.examples:
        form = form_of(driver, example)
        if form is not None and isinstance(form.layout, Layout):
            yield example, form.layout, port_of(driver, example)


def _other_form(driver: Driver, port: int, size: int, layout: Layout) -> bool:
    """Tell whether another form on the port, shown by an example, has this length."""
    return any(
        form.layout != layout and not (isinstance(form.layout, Layout) and form.layout.size != size)
        for form in driver.forms
        if port in form.accepts.f_port and examples_of(driver, form)
    )


def _expect(
    driver: Driver, payload: bytes, port: int, wanted: type[DecodeError], offset: int | None, what: str
) -> None:
    for name, decode in (
        ("read", lambda: driver.read(payload, f_port=port)),
        ("decode", lambda: driver.decode([payload], ["m"], f_port=port)),
    ):
        try:
            decode()
        except wanted as error:
            if offset is not None and error.offset != offset:
                fail(f"{name}: {what} is refused at byte {error.offset} and not at byte {offset}")
        except Exception as error:
            msg = f"{name}: {what} raises {type(error).__name__} and not {wanted.__name__}"
            raise AssertionError(msg) from error
        else:
            fail(f"{name}: {what} decodes and must raise {wanted.__name__}")


def _bare(driver: Driver, form: Form) -> Driver:
    return evolve(driver, accepts=form.accepts, layout=form.layout, unroll=None, more=())


def _sent(layout: Layout, payload: bytes) -> Iterator[tuple[Counter, int, str]]:
    """Read counters one by one with Python's integers: the oracle."""
    at, time = 0, "NaT"
    for part in layout.parts:
        number = payload[at : at + part.size]
        if isinstance(part, Time):
            seconds = _number(number, layout.order)
            time = str(np.datetime64(part.epoch, "ms") + np.timedelta64(seconds, "s"))
        elif isinstance(part, Counter):
            yield part, _number(number, layout.order, signed=part.signed), time
        at += part.size


def _number(number: bytes, order: str, *, signed: bool = False) -> int:
    return int.from_bytes(number, "little" if order == "<" else "big", signed=signed)


LAYOUT_CHECKS: tuple[Check, ...] = (
    constants_are_checked,
    layouts_give_what_is_sent,
    unroll_only_adds,
    truncation_is_named,
    excess_is_malformed,
)
