"""Find drivers by name, device, payload or meter; import one only when it is asked for.

Drivers of LoRaWAN devices stand in the entry point group ``divako.drivers``, those of M-Bus
meters in the group of their manufacturer's three letters, such as ``divako.drivers.ACM``:
so a telegram finds its driver by the names of groups alone.
"""

from __future__ import annotations

import functools

from importlib.metadata import EntryPoint, entry_points
from typing import TypeAlias

from divako.codec import AesKey
from divako.drivers._driver import Driver
from divako.drivers._mbus import MbusDriver
from divako.drivers._records import Records
from divako.errors import AmbiguousDriverError, DriverError, UnknownDriverError
from divako.mbus import MAKERS_MODES
from divako.model import Mvt


GROUP = "divako.drivers"

AnyDriver: TypeAlias = Driver | MbusDriver


@functools.cache
def _groups() -> dict[str, dict[str, EntryPoint]]:
    """Give the entry points by group, here "" or a manufacturer, and name."""
    found: dict[str, dict[str, EntryPoint]] = {}
    seen: dict[str, EntryPoint] = {}
    installed = entry_points()
    groups = sorted(group for group in installed.groups if group == GROUP or group.startswith(f"{GROUP}."))
    for point in (point for group in groups for point in installed.select(group=group)):
        # An editable install and its wheel may both be on the path and say the same.
        if seen.setdefault(point.name, point).value != point.value:
            msg = f"two installed distributions offer a driver named {point.name!r}"
            raise AmbiguousDriverError(msg)
        found.setdefault(point.group[len(GROUP) + 1 :], {})[point.name] = point
    return found


@functools.cache
def _entry_points() -> dict[str, EntryPoint]:
    return {name: point for points in _groups().values() for name, point in points.items()}


def _of_payloads() -> list[Driver]:
    """Import the drivers of LoRaWAN devices."""
    return [driver for driver in map(load, _groups().get("", {})) if isinstance(driver, Driver)]


def available(*, link: str | None = None) -> tuple[str, ...]:
    """Name every installed driver, in alphabetical order, without importing any.

    Parameters
    ----------
    link : {"lorawan", "mbus"}, optional
        Only those of LoRaWAN devices, or only those of M-Bus meters, wired and wireless.
    """
    of_payloads = _groups().get("", {})
    return tuple(
        sorted(name for name in _entry_points() if link is None or (name in of_payloads) == (link == "lorawan"))
    )


@functools.cache
def load(name: str) -> AnyDriver:
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
        What is offered is no driver of that name.
    """
    try:
        point = _entry_points()[name]
    except KeyError:
        msg = f"no installed driver is named {name!r}"
        raise UnknownDriverError(msg) from None
    driver = point.load()
    if not isinstance(driver, Driver | MbusDriver) or driver.name != name:
        msg = f"entry point {name!r} does not lead to a driver of that name"
        raise DriverError(msg)
    if isinstance(driver, MbusDriver) != (point.group != GROUP):
        msg = f"entry point {name!r} stands in the group {point.group!r}, where no driver of its kind is looked for"
        raise DriverError(msg)
    return driver


def for_device(device: str) -> Driver:
    """Find the driver of a LoRaWAN device by the name people know it by.

    M-Bus telegrams say themselves which meter they are from.

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
    if device in _groups().get("", {}) and isinstance(driver := load(device), Driver):
        return driver
    wanted = " ".join(device.split()).casefold()
    fitting = [
        driver
        for driver in _of_payloads()
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
        for driver in _of_payloads()
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
        msg = f"more than one installed driver {what}: {', '.join(sorted(driver.name for driver in fitting))}"
        raise AmbiguousDriverError(msg)
    return fitting[0]


class Installed:
    """The installed drivers of M-Bus meters, as decoders ask them (`divako.mbus.Makers`)."""

    __slots__ = ()

    def find(self, mvt: Mvt, ci: int, data: bytes) -> MbusDriver | None:
        """Find the driver of a meter's telegram.

        Parameters
        ----------
        mvt : Mvt
            What the meter says of itself.
        ci : int
            CI field of the body.
        data : bytes
            The body, deciphered as its header says.

        Returns
        -------
        MbusDriver or None
            None where no installed driver is for it: no driver is imported then.

        Raises
        ------
        AmbiguousDriverError
            More than one is.
        """
        readers = readers_of(mvt, ci)
        if not readers:
            return None
        fitting = [d for d in readers if d.accepts.check is None or d.accepts.check(data)]
        return _one(fitting, "reads this meter")

    def opener(self, mvt: Mvt, ci: int, mode: int) -> MbusDriver | None:
        """Find the driver that deciphers a security mode of the maker's own.

        Parameters
        ----------
        mvt : Mvt
            What the meter says of itself.
        ci : int
            CI field of the body.
        mode : int
            Security mode of its header.

        Returns
        -------
        MbusDriver or None
            None where no installed driver does.

        Raises
        ------
        AmbiguousDriverError
            More than one does.
        """
        if mode not in MAKERS_MODES or mvt.manufacturer not in _groups():
            return None
        candidates = _candidates(mvt.manufacturer, mvt.version, mvt.device_type, ci)
        return _one([d for d in candidates if d.cipher is not None and mode in d.cipher.modes], "deciphers this meter")

    def public_key(self, mvt: Mvt, ci: int) -> AesKey | None:
        """Give the key that a meter has until its operator gives it another; None where there is no such key."""
        if mvt.manufacturer not in _groups():
            return None
        candidates = _candidates(mvt.manufacturer, mvt.version, mvt.device_type, ci)
        driver = _one([d for d in candidates if d.public_key is not None], "knows a public key of this meter")
        return None if driver is None or driver.public_key is None else AesKey(driver.public_key)


def _one(fitting: list[MbusDriver], what: str) -> MbusDriver | None:
    if len(fitting) > 1:
        msg = f"more than one installed driver {what}: {', '.join(driver.name for driver in fitting)}"
        raise AmbiguousDriverError(msg)
    return fitting[0] if fitting else None


INSTALLED = Installed()


@functools.lru_cache(maxsize=4096)
def _candidates(manufacturer: str, version: int, device_type: int, ci: int) -> tuple[MbusDriver, ...]:
    mvt = Mvt(manufacturer=manufacturer, version=version, device_type=device_type)
    drivers = map(load, sorted(_groups().get(manufacturer, {})))
    return tuple(driver for driver in drivers if isinstance(driver, MbusDriver) and driver.accepts.accepts(mvt, ci))


def readers_of(mvt: Mvt, ci: int) -> tuple[MbusDriver, ...]:
    """Give the drivers that may read the telegrams of a meter; of several, their checks say which one does."""
    if mvt.manufacturer not in _groups():
        return ()
    return _readers(mvt.manufacturer, mvt.version, mvt.device_type, ci)


@functools.lru_cache(maxsize=4096)
def _readers(manufacturer: str, version: int, device_type: int, ci: int) -> tuple[MbusDriver, ...]:
    return tuple(driver for driver in _candidates(manufacturer, version, device_type, ci) if driver.names_records)
