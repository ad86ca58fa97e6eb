"""Decode meters, reckon consumption, find leaks, share costs, keep people's data safe.

Subpackages
-----------
telegrams
    The front door of decoding: any frame in, a telegram and its readings out.
mbus, wmbus, lorawan, drivers
    What stands behind it, protocol by protocol and meter by meter.
model, units, errors
    The tables, value objects, units and errors that all others share.
series, consumption
    Readings on a time line, and what passed between them.
heat
    Heat from volume and temperatures, degree days, and use corrected for the weather.
validation, estimation
    Checks of intervals by their usual names, and what to put where they object.
leaks, alerts, allocation
    What consumption says about losses, limits and cost shares.
privacy
    Keyed pseudonyms for a named purpose and recipient.
convert, stores, plot, report
    Documents, files, pictures and pages.
simulate, datasets, testing
    Meters and buildings that do not exist, and checks for drivers.
pipeline
    All of it in one call, from one project file.
"""

from __future__ import annotations

import importlib

from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from types import ModuleType

__all__ = [
    "__version__",
    "alerts",
    "allocation",
    "codec",
    "consumption",
    "convert",
    "datasets",
    "drivers",
    "errors",
    "estimation",
    "heat",
    "leaks",
    "lorawan",
    "mbus",
    "model",
    "pipeline",
    "plot",
    "privacy",
    "report",
    "series",
    "simulate",
    "stores",
    "telegrams",
    "testing",
    "units",
    "validation",
    "wmbus",
]

__version__ = "0.1.0"


def __getattr__(name: str) -> ModuleType:
    if name in __all__:
        return importlib.import_module(f"divako.{name}")
    msg = f"module 'divako' has no attribute {name!r}"
    raise AttributeError(msg)


def __dir__() -> list[str]:
    return list(__all__)
