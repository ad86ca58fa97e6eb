"""Find drivers by name, device or payload; import one only when it is asked for."""

from __future__ import annotations

import functools

from importlib.metadata import EntryPoint, entry_points

from divako.drivers._driver import Driver
from divako.drivers._records import Records
from divako.errors import AmbiguousDriverError, DriverError, UnknownDriverError


GROUP = "divako.drivers"


@functools.cache
def _entry_points() -> dict[str, EntryPoint]:
    found: dict[str, EntryPoint] = {}
    for point in entry_points(group=GROUP):
        # An editable install and its wheel may both be on the path and say the same.
        if point.name in found and found[point.name].value != point.value:
            msg = f"two installed distributions offer a driver named {point.name!r}"
            raise AmbiguousDriverError(msg)
        found[point.name] = point
    return found


def available() -> tuple[str, ...]:
    """Name every installed driver, in alphabetical order, without importing any."""
    return tuple(sorted(_entry_points()))


@functools.cache
def load(name: str) -> Driver:
    """Import one driver.

    Parameters
    ----------
    name : str
        One of `available`.

    Raises
    ------
    UnknownDriverError
        Nothing installed offers that name.
    DriverError
        What is offered is not a `Driver` of that name.
    """
    try:
        point = _entry_points()[name]
    except KeyError:
        msg = f"no installed driver is named {name!r}"
        raise UnknownDriverError(msg) from None
    driver = point.load()
    if not isinstance(driver, Driver) or driver.name != name:
        msg = f"entry point {name!r} does not lead to a Driver of that name"
        raise DriverError(msg)
    return driver


def for_device(device: str) -> Driver:
    """Find the driver of a device by the name people know it by.

    Parameters
    ----------
    device : str
        Name of a driver, or vendor and model with a blank between; upper and lower
        case are the same.

    Raises
    ------
    UnknownDriverError
        No installed driver is for it.
    AmbiguousDriverError
        More than one is.
    """
    if device in _entry_points():
        return load(device)
    wanted = " ".join(device.split()).casefold()
    fitting = [
        driver
        for driver in map(load, available())
        if any(f"{vendor} {model}".casefold() == wanted for vendor, model in driver.devices)
    ]
    return _only(fitting, "is for this device")


def find(payload: bytes, *, f_port: int | None) -> Driver:
    """Find the one installed driver that reads payloads of this length on this port.

    Drivers whose payloads have no fixed length cannot be told apart by it and are
    not looked at: name the device instead.

    Raises
    ------
    UnknownDriverError
        None does.
    AmbiguousDriverError
        More than one does; name the device.
    """
    fitting = [
        driver
        for driver in map(load, available())
        if any(
            f_port in form.accepts.f_port and not isinstance(form.layout, Records) and form.layout.size == len(payload)
            for form in driver.forms
        )
    ]
    return _only(fitting, f"reads {len(payload)} bytes on this port")


def _only(fitting: list[Driver], what: str) -> Driver:
    if not fitting:
        msg = f"no installed driver {what}"
        raise UnknownDriverError(msg)
    if len(fitting) > 1:
        msg = f"more than one installed driver {what}: {', '.join(driver.name for driver in fitting)}"
        raise AmbiguousDriverError(msg)
    return fitting[0]
