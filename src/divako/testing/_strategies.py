"""Hypothesis strategies for payloads."""

from __future__ import annotations

from divako.drivers import Constant, Driver, Example, Form, Layout
from divako.errors import DecodeError
from divako.testing._extras import strategies as st


def port_of(driver: Driver, example: Example) -> int:
    """Give the port that an example came on."""
    return driver.accepts.f_port[0] if example.f_port is None else example.f_port


def form_of(driver: Driver, example: Example) -> Form | None:
    """Find the form of an example; None where the driver has none for it."""
    try:
        return driver.form_of(example.payload, f_port=port_of(driver, example))
    except DecodeError:
        return None


def examples_of(driver: Driver, form: Form) -> tuple[Example, ...]:
    """Give the examples of one form."""
    return tuple(example for example in driver.examples if form_of(driver, example) == form)


def payloads(driver: Driver, form: Form | None = None) -> st.SearchStrategy[bytes]:
    """Payloads of a driver, good and bad ones.

    Parameters
    ----------
    driver : Driver
        Its examples are what the payloads are made from.
    form : Form, optional
        One of its forms; all of them, where it is not given.

    Returns
    -------
    SearchStrategy of bytes
        For a layout: of the right length with constants in place, and every other part
        random or from an example. For records: examples with a few bytes changed,
        cut off or added.

    Examples
    --------
    >>> from divako.drivers import load
    >>> sorted({len(payloads(load("axioma_w1"), form).example()) for form in load("axioma_w1").forms})  # doctest: +SKIP
    [5, 47]
    """
    forms = driver.forms if form is None else (form,)
    return st.one_of([_payloads_of_form(each, examples_of(driver, each)) for each in forms])


def _payloads_of_form(form: Form, examples: tuple[Example, ...]) -> st.SearchStrategy[bytes]:
    if isinstance(form.layout, Layout):
        # Bytes at random seldom make a register that its history fits to, examples do.
        near = [_payloads_of_layout(form.layout, example.payload) for example in examples]
        return st.one_of([_payloads_of_layout(form.layout, None), *near])
    return st.one_of([st.binary(max_size=64), *(_mutations(example.payload) for example in examples)])


def _payloads_of_layout(layout: Layout, example: bytes | None) -> st.SearchStrategy[bytes]:
    parts: list[st.SearchStrategy[bytes]] = []
    at = 0
    for part in layout.parts:
        anything = st.binary(min_size=part.size, max_size=part.size)
        if isinstance(part, Constant):
            parts.append(st.just(part.value))
        elif example is None:
            parts.append(anything)
        else:
            parts.append(st.just(example[at : at + part.size]) | anything)
        at += part.size
    return st.tuples(*parts).map(b"".join)


def _mutations(payload: bytes) -> st.SearchStrategy[bytes]:
    places = st.integers(0, max(0, len(payload) - 1))
    edits = st.dictionaries(places, st.integers(0, 255), max_size=3)

    def mutate(edits: dict[int, int], end: int, tail: bytes) -> bytes:
        changed = bytes(edits.get(place, byte) for place, byte in enumerate(payload))
        return changed[:end] + tail

    return st.builds(
        mutate, edits, st.just(len(payload)) | st.integers(0, len(payload)), st.just(b"") | st.binary(max_size=8)
    )
