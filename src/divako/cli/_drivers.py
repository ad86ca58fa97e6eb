"""``divako drivers``: what is installed."""

from __future__ import annotations

import argparse
import json
import sys

from divako.cli._terminal import write_readable
from divako.drivers import available, load


def run(arguments: argparse.Namespace) -> int:
    """List the drivers with what they measure and where their layout is from."""
    drivers = [load(name) for name in available()]
    if arguments.format == "json":
        document = [
            {
                "name": driver.name,
                "medium": driver.medium.value,
                "devices": [{"vendor": vendor, "model": model} for vendor, model in driver.devices],
                "source": driver.source,
            }
            for driver in drivers
        ]
        sys.stdout.write(json.dumps(document, indent=2) + "\n")
    else:
        rows = [(d.name, d.medium.value, ", ".join(map(" ".join, d.devices)), d.source) for d in drivers]
        write_readable(("name", "medium", "devices", "source"), rows, sys.stdout)
    return 0
